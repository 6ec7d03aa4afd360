//! A folder of YAML files becomes a catalogue.

use std::path::{Path, PathBuf};

use sla_core::catalogue::{Catalogue, Code, Finding, Place, SourceFile, is_calendar};
use sla_core::phrase;

/// Why a folder gives no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file or folder cannot be read.
    #[error("{} cannot be read: {source}", .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// There is no catalogue in the folder.
    #[error("{} holds no catalogue: found no file that ends in .yaml or .yml", .folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// Neither a folder nor a ledger has one.
    #[error(
        "there is no catalogue: the ledger holds none; name a folder with --catalogue, or take one in with \
         sla catalogue import"
    )]
    Nowhere,
    /// The catalogue has defects: all of them, sorted by place.
    #[error("{}", listed(.0))]
    Unsound(Vec<Finding>),
}

impl CatalogueError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "catalogue.unreadable",
            Self::Empty { .. } => "catalogue.empty",
            Self::Nowhere => "catalogue.nowhere",
            Self::Unsound(_) => "catalogue.unsound",
        }
    }

    /// What it says in German, where it tells of findings.
    pub fn german(&self) -> Option<String> {
        let Self::Unsound(findings) = self else { return None };
        Some(findings.iter().map(Finding::german).collect::<Vec<_>>().join("\n"))
    }
}

fn listed(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    lines.join("\n")
}

/// Reads every `.yaml` and `.yml` file in a folder and the folders below it, and the closing days (`.ics`) that lie beside
/// them; names that begin with a dot are passed over.
///
/// # Errors
/// [`CatalogueError`]; all defects of all files at once.
pub fn read_catalogue(folder: &Path) -> Result<Catalogue, CatalogueError> {
    let Files { files, defects } = read_files(folder)?;
    match Catalogue::read(&files) {
        Ok(catalogue) if defects.is_empty() => Ok(catalogue),
        read => Err(CatalogueError::Unsound(together(defects, read.err().unwrap_or_default()))),
    }
}

/// The files of a catalogue, and what is wrong with their bytes.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) defects: Vec<Finding>,
}

/// Findings about bytes and about documents, in the order of their places.
pub(crate) fn together(mut bytes: Vec<Finding>, documents: Vec<Finding>) -> Vec<Finding> {
    bytes.extend(documents);
    bytes.sort();
    bytes
}

/// The files of a catalogue, not yet understood.
pub(crate) fn read_files(folder: &Path) -> Result<Files, CatalogueError> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    if !paths.iter().any(|path| is_document(path)) {
        return Err(CatalogueError::Empty { folder: folder.to_owned() });
    }
    paths.sort();
    let mut read = Files { files: Vec::with_capacity(paths.len()), defects: Vec::new() };
    for path in paths {
        let bytes = std::fs::read(&path).map_err(unreadable(&path))?;
        let name = path.display().to_string();
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            read.defects.push(not_text(&name, error.as_bytes(), error.utf8_error().valid_up_to()));
            // The rest is read nonetheless: its defects, and what other files refer to, are found in the same turn.
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        read.files.push(SourceFile { name, text });
    }
    Ok(read)
}

/// A byte that no UTF-8 text has in that position.
pub(crate) fn not_text(file: &str, bytes: &[u8], position: usize) -> Finding {
    let before = String::from_utf8_lossy(&bytes[..position]);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Finding {
        place: Place {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            path: String::new(),
        },
        code: Code::Unreadable,
        found: phrase!("the byte 0x{:02X}, which is not UTF-8", "das Byte 0x{:02X}, kein UTF-8", bytes[position]),
        expected: phrase!("a file that is saved as UTF-8", "eine als UTF-8 gespeicherte Datei"),
        stake: None,
    }
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> CatalogueError {
    let path = path.to_owned();
    move |source| CatalogueError::Unreadable { path, source }
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), CatalogueError> {
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths)?;
        } else if is_document(&path) || is_calendar(&path.to_string_lossy()) {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_no_text_is_named_by_line_and_column() {
        #[track_caller]
        fn check(bytes: &[u8], expected: &str) {
            let position = std::str::from_utf8(bytes).expect_err("no text").valid_up_to();
            assert_eq!(not_text("a.yaml", bytes, position).to_string(), expected);
        }
        let says = |place: &str, byte: &str| {
            format!(
                "a.yaml:{place}: error[unreadable]: found the byte {byte}, which is not UTF-8, expected a file that is \
                 saved as UTF-8"
            )
        };
        check(b"\xff", &says("1:1", "0xFF"));
        check(b"name: x\nreason: M\xfcnchen\n\xe4", &says("2:10", "0xFC"));
        // Characters are counted, not bytes; what is cut in the middle of one begins where that one begins.
        check("title: äöü".as_bytes().split_last().expect("bytes").1, &says("1:10", "0xC3"));
        check(b"a\r\n\x80", &says("2:1", "0x80"));
    }
}
