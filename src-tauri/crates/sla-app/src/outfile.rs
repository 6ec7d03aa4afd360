//! Files at a place that somebody names: whole or not at all, and never over something else.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum OutFileError {
    /// Something else lies there.
    #[error(
        "{} holds something else already; move it away or choose another place, it was left as it is",
        .path.display()
    )]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// The system does not write it.
    #[error("{} could not be written: {source}", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl OutFileError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "file.taken",
            Self::Write { .. } => "file",
        }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}

/// Whether the very same lies there already.
///
/// # Errors
/// [`OutFileError::Taken`] when it is something else.
pub(crate) fn is_there(path: &Path, bytes: &[u8]) -> Result<bool, OutFileError> {
    match std::fs::read(path) {
        Ok(found) if found == bytes => Ok(true),
        Ok(_) => Err(OutFileError::Taken { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(OutFileError::write(path)(error)),
    }
}

/// Puts bytes in a file; the same bytes that lie there already are left. Gives whether something was written.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<bool, OutFileError> {
    // As any other file of this user, and not for this user alone, as temporary files are.
    put_with(path, bytes, 0o666)
}

/// The same in a file that nobody but its owner reads.
pub(crate) fn put_for_owner(path: &Path, bytes: &[u8]) -> Result<bool, OutFileError> {
    put_with(path, bytes, 0o600)
}

/// The same in place of what lies there, where that is of a kind that may be replaced.
pub(crate) fn put_again(path: &Path, bytes: &[u8], may_go: impl Fn(&[u8]) -> bool) -> Result<bool, OutFileError> {
    match std::fs::read(path) {
        Ok(found) if found != bytes && may_go(&found) => {
            let mut file = beside(path, 0o666)?;
            file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(OutFileError::write(path))?;
            file.persist(path).map(|_| true).map_err(|error| OutFileError::write(path)(error.error))
        }
        _ => put(path, bytes),
    }
}

/// A file that is written beside its place and has only to take it.
pub(crate) struct Staged {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

/// Writes bytes beside a place, whose folder is made where it is missing; whatever lies there is left until [`Staged::put`].
pub(crate) fn put_over(path: &Path, bytes: &[u8]) -> Result<Staged, OutFileError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(OutFileError::write(folder))?;
    }
    let mut file = beside(path, 0o666)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(OutFileError::write(path))?;
    Ok(Staged { file, path: path.to_owned() })
}

impl Staged {
    /// Takes the place of whatever lies there.
    pub(crate) fn put(self) -> Result<(), OutFileError> {
        let Self { file, path } = self;
        file.persist(&path).map_err(|error| OutFileError::write(&path)(error.error))?;
        // That the name is there outlasts a power cut as well. Where a system does not do that, the file is in place all the same.
        if let Some(Ok(folder)) = path.parent().map(std::fs::File::open) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "permissions of that kind are Unix's"))]
fn beside(path: &Path, mode: u32) -> Result<tempfile::NamedTempFile, OutFileError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    builder.prefix(".writing-").tempfile_in(folder).map_err(OutFileError::write(path))
}

fn put_with(path: &Path, bytes: &[u8], mode: u32) -> Result<bool, OutFileError> {
    if is_there(path, bytes)? {
        return Ok(false);
    }
    let mut file = beside(path, mode)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(OutFileError::write(path))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        // Somebody else was faster.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => is_there(path, bytes).map(|_| false),
        Err(error) => Err(OutFileError::write(path)(error.error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_never_over_another() {
        #[track_caller]
        fn check(folder: &Path, name: &str, bytes: &[u8], expected: Result<bool, &str>) {
            let found = put(&folder.join(name), bytes).map_err(|error| error.code());
            assert_eq!(found, expected);
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        check(folder.path(), "a.csv", b"one", Ok(true));
        check(folder.path(), "a.csv", b"one", Ok(false));
        check(folder.path(), "a.csv", b"two", Err("file.taken"));
        check(folder.path(), "none/a.csv", b"one", Err("file"));
        std::fs::create_dir(folder.path().join("b.csv")).expect("a folder");
        check(folder.path(), "b.csv", b"one", Err("file"));
        assert_eq!(std::fs::read(folder.path().join("a.csv")).expect("a file"), b"one");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }
}
