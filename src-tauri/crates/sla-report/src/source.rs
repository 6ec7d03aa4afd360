//! Where templates come from: the program itself, a folder, or files that an editor holds in memory.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::templates::TemplateName;

/// Files by their names inside the folder of templates, such as `theme.json` or `tenants/nordlicht/logo.svg`.
pub type TemplateFiles = BTreeMap<String, Vec<u8>>;

/// What a folder of templates would have otherwise: files by their names, or none where a file would be gone.
pub type TemplateChanges = BTreeMap<String, Option<Vec<u8>>>;

/// The most files that are looked at in a folder, and the depth of `tenants/NAME/file`.
const MOST_FILES: usize = 20_000;
const DEPTH: usize = 3;

/// Where templates are read from.
#[derive(Clone, Copy, Debug)]
pub enum TemplateSource<'a> {
    /// A folder on disk.
    Folder(&'a Path),
    /// Files in memory.
    Files(&'a TemplateFiles),
    /// A folder, where there is one, with changes laid over it, as an editor has them.
    Changed(Option<&'a Path>, &'a TemplateChanges),
    /// Nothing: everything comes with the program.
    Builtin,
}

/// What a file is, or why it is none that can be used.
pub(crate) enum Content {
    Missing,
    Bytes(Vec<u8>),
    /// Larger than what was asked for, with its size in bytes.
    TooLarge(u64),
    Unreadable(String),
}

impl<'a> From<&'a Path> for TemplateSource<'a> {
    fn from(folder: &'a Path) -> Self {
        Self::Folder(folder)
    }
}

impl<'a> From<&'a PathBuf> for TemplateSource<'a> {
    fn from(folder: &'a PathBuf) -> Self {
        Self::Folder(folder)
    }
}

impl<'a> From<&'a TemplateFiles> for TemplateSource<'a> {
    fn from(files: &'a TemplateFiles) -> Self {
        Self::Files(files)
    }
}

impl TemplateSource<'_> {
    /// A file of at most `limit` bytes. Its size is asked for before anything of it is read.
    pub(crate) fn read(&self, name: &str, limit: u64) -> Content {
        match self {
            Self::Builtin => Content::Missing,
            Self::Files(files) => match files.get(name) {
                None => Content::Missing,
                Some(bytes) if size(bytes) > limit => Content::TooLarge(size(bytes)),
                Some(bytes) => Content::Bytes(bytes.clone()),
            },
            Self::Changed(folder, changes) => match changes.get(name) {
                None => folder.map_or(Content::Missing, |folder| read_file(&folder.join(name), limit)),
                Some(None) => Content::Missing,
                Some(Some(bytes)) if size(bytes) > limit => Content::TooLarge(size(bytes)),
                Some(Some(bytes)) => Content::Bytes(bytes.clone()),
            },
            Self::Folder(folder) => read_file(&folder.join(name), limit),
        }
    }

    /// What a template consists of; `None` where the source has none of its own.
    ///
    /// # Errors
    /// What the system says when it cannot be read, and that it is larger than it may be.
    pub fn content(&self, name: &TemplateName) -> Result<Option<Vec<u8>>, String> {
        match self.read(name.as_str(), name.most_bytes()) {
            Content::Missing => Ok(None),
            Content::Bytes(bytes) => Ok(Some(bytes)),
            Content::TooLarge(bytes) => Err(format!("it has {bytes} bytes, expected at most {}", name.most_bytes())),
            Content::Unreadable(reason) => Err(reason),
        }
    }

    /// Names of all files, in order. What a system or an editor keeps for itself (`.git`, `.DS_Store`) is left out.
    ///
    /// # Errors
    /// The folder that cannot be listed, by its name inside the folder of templates, and what the system says.
    pub fn names(&self) -> Result<Vec<String>, (String, std::io::Error)> {
        let mut names = Vec::new();
        match self {
            Self::Builtin => {}
            Self::Files(files) => names.extend(files.keys().filter(|name| !is_hidden(name)).cloned()),
            Self::Changed(folder, changes) => {
                match folder.map(|folder| list(folder, "", DEPTH, &mut names)) {
                    // One that is made with the first change.
                    Some(Err((within, error))) if within.is_empty() && error.kind() == std::io::ErrorKind::NotFound => {
                    }
                    listed => listed.unwrap_or(Ok(()))?,
                }
                names.retain(|name| !changes.contains_key(name));
                let there = changes.iter().filter(|(name, bytes)| bytes.is_some() && !is_hidden(name));
                names.extend(there.map(|(name, _)| name.clone()));
            }
            Self::Folder(folder) => list(folder, "", DEPTH, &mut names)?,
        }
        names.sort();
        Ok(names)
    }
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.'))
}

fn read_file(path: &Path, limit: u64) -> Content {
    let read = || -> std::io::Result<Content> {
        // A device or a pipe has no size and may never end.
        let found = std::fs::metadata(path)?;
        if !found.is_file() {
            return Ok(Content::Unreadable("it is no file".to_owned()));
        }
        if found.len() > limit {
            return Ok(Content::TooLarge(found.len()));
        }
        // The file may grow while it is read.
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
        Ok(if size(&bytes) > limit { Content::TooLarge(size(&bytes)) } else { Content::Bytes(bytes) })
    };
    match read() {
        Ok(content) => content,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Content::Missing,
        Err(error) => Content::Unreadable(error.to_string()),
    }
}

fn list(folder: &Path, prefix: &str, depth: usize, names: &mut Vec<String>) -> Result<(), (String, std::io::Error)> {
    let failed = |error| (prefix.trim_end_matches('/').to_owned(), error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let own = entry.file_name().to_string_lossy().into_owned();
        if own.starts_with('.') || names.len() >= MOST_FILES {
            continue;
        }
        let name = format!("{prefix}{own}");
        if entry.path().is_dir() && depth > 1 {
            list(&entry.path(), &format!("{name}/"), depth - 1, names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_lie_over_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["theme.json", "words.de.json"] {
            std::fs::write(folder.path().join(name), name).expect("written");
        }
        let changes: TemplateChanges = [
            ("theme.json".to_owned(), None),
            ("tenants/nord/logo.svg".to_owned(), Some(b"<svg/>".to_vec())),
            ("words.en.json".to_owned(), Some(b"{}".to_vec())),
        ]
        .into();
        let source = TemplateSource::Changed(Some(folder.path()), &changes);
        let content = |source: TemplateSource<'_>, name: &str| source.content(&name.parse().expect("a name"));
        assert_eq!(source.names().expect("names"), ["tenants/nord/logo.svg", "words.de.json", "words.en.json"]);
        assert_eq!(content(source, "theme.json"), Ok(None));
        assert_eq!(content(source, "words.de.json"), Ok(Some(b"words.de.json".to_vec())));
        assert_eq!(content(source, "tenants/nord/logo.svg"), Ok(Some(b"<svg/>".to_vec())));
        let large = [("theme.json".to_owned(), Some(vec![b' '; 513 * 1024]))].into();
        let error = content(TemplateSource::Changed(Some(folder.path()), &large), "theme.json").expect_err("too large");
        assert_eq!(error, "it has 525312 bytes, expected at most 524288");
        // Before the first change there is no folder.
        let missing = folder.path().join("none");
        assert_eq!(TemplateSource::Changed(Some(&missing), &changes).names().expect("names").len(), 2);
        assert!(TemplateSource::Folder(&missing).names().is_err());
    }
}
