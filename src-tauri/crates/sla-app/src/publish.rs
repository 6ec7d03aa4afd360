//! Staged documents take their place by renames, so that nobody sees half a report.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// A rename that did not work.
pub(crate) struct Stuck {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Moves everything in `staged` to `place`. A folder that is there is replaced as a whole: what is not in the new one
/// was of an earlier revision or layout. `aside` takes the old until the new stands.
pub(crate) fn publish(staged: &Path, place: &Path, aside: &Path) -> Result<(), Stuck> {
    let stuck = |path: &Path| {
        let path = path.to_owned();
        move |source| Stuck { path, source }
    };
    std::fs::create_dir_all(place).map_err(stuck(place))?;
    std::fs::create_dir_all(aside).map_err(stuck(aside))?;
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(staged).map_err(stuck(staged))? {
        entries.push(entry.map_err(stuck(staged))?.path());
    }
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or(OsStr::new(""));
        let target = place.join(name);
        if entry.is_dir() && target.exists() {
            std::fs::rename(&target, aside.join(name)).map_err(stuck(&target))?;
        }
        std::fs::rename(&entry, &target).map_err(stuck(&target))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_replaced_as_a_whole_and_others_stay() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (staged, place, aside) = (root.path().join("staged"), root.path().join("place"), root.path().join("aside"));
        let write = |path: PathBuf, text: &str| {
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write(place.join("a/old.txt"), "old");
        write(place.join("b/other.txt"), "other");
        write(place.join("portfolio.csv"), "old");
        write(staged.join("a/new.txt"), "new");
        write(staged.join("portfolio.csv"), "new");
        publish(&staged, &place, &aside).unwrap_or_else(|stuck| panic!("{}: {}", stuck.path.display(), stuck.source));
        let read = |name: &str| std::fs::read_to_string(place.join(name)).ok();
        assert_eq!(read("a/new.txt").as_deref(), Some("new"));
        assert_eq!(read("a/old.txt"), None);
        assert_eq!(read("b/other.txt").as_deref(), Some("other"));
        assert_eq!(read("portfolio.csv").as_deref(), Some("new"));
    }
}
