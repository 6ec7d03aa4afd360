//! Staged documents take their place by renames, so that nobody sees half a report.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// A place that documents cannot take.
#[derive(Debug)]
pub(crate) struct Stuck {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Whether the month's folder is one that staged documents can be moved into, or can still become one. Nothing is changed.
pub(crate) fn check_place(place: &Path, staging: &Path) -> Result<(), Stuck> {
    match std::fs::symlink_metadata(place) {
        // The folder above takes folders: staging was made in it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        _ => check_folder(place, staging, std::fs::metadata(place)),
    }
}

/// Whether everything in `staged` can take its place now. Nothing is changed.
pub(crate) fn check_room(staged: &Path, place: &Path) -> Result<(), Stuck> {
    check_place(place, staged)?;
    for (entry, target) in moves(staged, place)? {
        let found = match std::fs::symlink_metadata(&target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            found => found,
        };
        if entry.is_dir() {
            // A link would be replaced and not followed: whoever made it would look at old documents for ever.
            check_folder(&target, staged, found)?;
        } else if found.map_err(stuck(&target))?.is_dir() {
            return Err(stuck(&target)(io::ErrorKind::IsADirectory.into()));
        }
    }
    Ok(())
}

/// A folder that can be written to, on the file system of the staging folder: only there is a move a rename.
fn check_folder(folder: &Path, staging: &Path, found: io::Result<Metadata>) -> Result<(), Stuck> {
    let found = found.map_err(stuck(folder))?;
    if !found.is_dir() {
        return Err(stuck(folder)(io::ErrorKind::NotADirectory.into()));
    }
    if device(&found) != device(&std::fs::metadata(staging).map_err(stuck(staging))?) {
        return Err(stuck(folder)(io::ErrorKind::CrossesDevices.into()));
    }
    // Permissions have many sources; only trying tells. The file goes at once.
    tempfile::Builder::new().prefix(".closing-").tempfile_in(folder).map(drop).map_err(stuck(folder))
}

#[cfg(unix)]
fn device(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(metadata)
}

#[cfg(not(unix))]
fn device(_: &Metadata) -> u64 {
    0
}

fn stuck(path: &Path) -> impl FnOnce(io::Error) -> Stuck {
    let path = path.to_owned();
    move |source| Stuck { path, source }
}

/// What is staged, by name, and where each goes.
fn moves(staged: &Path, place: &Path) -> Result<Vec<(PathBuf, PathBuf)>, Stuck> {
    let mut moves = Vec::new();
    for entry in std::fs::read_dir(staged).map_err(stuck(staged))? {
        let entry = entry.map_err(stuck(staged))?.path();
        let target = place.join(entry.file_name().unwrap_or(OsStr::new("")));
        moves.push((entry, target));
    }
    moves.sort();
    Ok(moves)
}

/// Makes the folders that [`publish`] needs, and checks once more that everything staged can take its place.
pub(crate) fn make_room(staged: &Path, place: &Path, aside: &Path) -> Result<(), Stuck> {
    std::fs::create_dir_all(place).map_err(stuck(place))?;
    std::fs::create_dir_all(aside).map_err(stuck(aside))?;
    check_room(staged, place)
}

/// Moves everything in `staged` to `place`. A folder that is there is replaced as a whole: what is not in the new one
/// was of an earlier revision or layout. `aside` takes the old until the new stands.
pub(crate) fn publish(staged: &Path, place: &Path, aside: &Path) -> Result<(), Stuck> {
    for (entry, target) in moves(staged, place)? {
        let old = aside.join(entry.file_name().unwrap_or(OsStr::new("")));
        let is_replaced = entry.is_dir() && target.exists();
        if is_replaced {
            std::fs::rename(&target, &old).map_err(stuck(&target))?;
        }
        if let Err(source) = std::fs::rename(&entry, &target) {
            // Old documents are better than none.
            if is_replaced {
                let _ = std::fs::rename(&old, &target);
            }
            return Err(Stuck { path: target, source });
        }
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
        make_room(&staged, &place, &aside).expect("room");
        publish(&staged, &place, &aside).expect("published");
        let read = |name: &str| std::fs::read_to_string(place.join(name)).ok();
        assert_eq!(read("a/new.txt").as_deref(), Some("new"));
        assert_eq!(read("a/old.txt"), None);
        assert_eq!(read("b/other.txt").as_deref(), Some("other"));
        assert_eq!(read("portfolio.csv").as_deref(), Some("new"));
    }

    #[test]
    fn what_is_in_the_way_is_named_before_anything_is_moved() {
        fn check(lay: impl Fn(&Path), expected: Option<(&str, io::ErrorKind)>) {
            let root = tempfile::tempdir().expect("a temporary folder");
            let (staged, place) = (root.path().join("staged"), root.path().join("place"));
            std::fs::create_dir_all(staged.join("a")).expect("a folder");
            std::fs::write(staged.join("portfolio.csv"), "new").expect("a file");
            lay(root.path());
            let found = check_room(&staged, &place).err().map(|stuck| (stuck.path, stuck.source.kind()));
            assert_eq!(found, expected.map(|(name, kind)| (root.path().join(name), kind)));
            assert!(staged.join("a").is_dir() && staged.join("portfolio.csv").is_file());
        }
        let folder = |root: &Path, name: &str| std::fs::create_dir_all(root.join(name)).expect("a folder");
        let file = |root: &Path, name: &str| std::fs::write(root.join(name), "mine").expect("a file");
        check(|_| {}, None);
        check(|root| folder(root, "place/a"), None);
        check(|root| file(root, "place"), Some(("place", io::ErrorKind::NotADirectory)));
        let file_below = |root: &Path| {
            folder(root, "place");
            file(root, "place/a");
        };
        check(file_below, Some(("place/a", io::ErrorKind::NotADirectory)));
        check(|root| folder(root, "place/portfolio.csv"), Some(("place/portfolio.csv", io::ErrorKind::IsADirectory)));
        #[cfg(unix)]
        {
            let link = |root: &Path| {
                folder(root, "place");
                folder(root, "elsewhere");
                std::os::unix::fs::symlink(root.join("elsewhere"), root.join("place/a")).expect("a link");
            };
            check(link, Some(("place/a", io::ErrorKind::NotADirectory)));
            let dangling =
                |root: &Path| std::os::unix::fs::symlink(root.join("gone"), root.join("place")).expect("a link");
            check(dangling, Some(("place", io::ErrorKind::NotFound)));
        }
    }
}
