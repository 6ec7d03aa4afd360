//! A folder of YAML files becomes a catalogue.

use std::path::{Path, PathBuf};

use sla_core::catalogue::{Catalogue, Finding, SourceFile};

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
            Self::Unsound(_) => "catalogue.unsound",
        }
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
    Catalogue::read(&read_files(folder)?).map_err(CatalogueError::Unsound)
}

/// The files of a catalogue, unread.
pub(crate) fn read_files(folder: &Path) -> Result<Vec<SourceFile>, CatalogueError> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    if !paths.iter().any(|path| is_document(path)) {
        return Err(CatalogueError::Empty { folder: folder.to_owned() });
    }
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        // Not UTF-8 is an error of the kind "invalid data", which says so.
        let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
        files.push(SourceFile { name: path.display().to_string(), text });
    }
    Ok(files)
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
        } else if is_document(&path) || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ics")) {
            paths.push(path);
        }
    }
    Ok(())
}
