//! The folder in which a close works before anything is put in place.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::error::CloseError;

/// What the names of staging folders begin with.
const PREFIX: &str = ".closing-";
/// A file in each of them that is locked as long as its close lives; the system lets go of it when the process ends.
const ALIVE: &str = "alive";
/// Between two looks whether another close has made its folder.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often it is looked: making a folder takes milliseconds, removing a large one that was left behind some seconds.
const LOOKS: u32 = 1_500;

/// A staging folder; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: TempDir,
    _alive: File,
}

impl Staging {
    /// Makes a folder below `out`, beside the documents' place, so that publishing is a rename and never a copy. What a
    /// close left behind that was killed is removed.
    pub(crate) async fn begin(out: &Path) -> Result<Self, CloseError> {
        let _turn = turn(out).await?;
        remove_left_behind(out).map_err(CloseError::file("cleared of an unfinished close", out))?;
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(out);
        let folder = folder.map_err(CloseError::file("written to", out))?;
        let alive = lock(folder.path()).map_err(CloseError::file("locked", folder.path()))?;
        Ok(Self { folder, _alive: alive })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn lock(folder: &Path) -> io::Result<File> {
    let file = File::create(folder.join(ALIVE))?;
    file.lock()?;
    Ok(file)
}

/// Closes into one folder make their staging folders one after the other, so that nobody finds a folder that is made but
/// not locked yet. The lock is the folder's own and leaves no file.
async fn turn(out: &Path) -> Result<File, CloseError> {
    let folder = File::open(out).map_err(CloseError::file("opened", out))?;
    for _ in 0..LOOKS {
        match folder.try_lock() {
            Ok(()) => return Ok(folder),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK_EVERY).await,
            Err(TryLockError::Error(error)) => return Err(CloseError::file("locked", out)(error)),
        }
    }
    Err(CloseError::file("locked", out)(io::ErrorKind::WouldBlock.into()))
}

fn remove_left_behind(out: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(out)? {
        let path = entry?.path();
        let is_ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if is_ours && path.is_dir() && !is_alive(&path) {
            std::fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// Whether the close still lives that made a folder.
fn is_alive(folder: &Path) -> bool {
    File::open(folder.join(ALIVE)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_left_behind_goes_and_what_lives_stays() {
        let out = tempfile::tempdir().expect("a temporary folder");
        let make = |name: &str| {
            std::fs::create_dir_all(out.path().join(name).join("documents")).expect("a folder");
            out.path().join(name)
        };
        let (killed, unlocked, other) = (make(".closing-killed"), make(".closing-early"), make("2026-10"));
        std::fs::write(killed.join(ALIVE), "").expect("a file");
        let living = Staging::begin(out.path()).await.expect("a folder");
        let second = Staging::begin(out.path()).await.expect("a folder");
        assert!(!killed.exists() && !unlocked.exists());
        assert!(other.exists() && living.path().exists() && second.path().exists());
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
    }
}
