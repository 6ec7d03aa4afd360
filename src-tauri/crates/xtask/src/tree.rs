//! A folder of files as a value, so that two folders can be compared and one be made equal to the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::chore::ChoreError;

/// The files of a folder and of the folders in it, by their path inside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree(BTreeMap<PathBuf, Vec<u8>>);

impl Tree {
    /// Reads a folder. One that is not there has no files.
    pub(crate) fn read(folder: &Path) -> Result<Self, ChoreError> {
        let mut tree = Self::default();
        if folder.exists() {
            tree.add(folder, Path::new(""))?;
        }
        Ok(tree)
    }

    fn add(&mut self, root: &Path, inside: &Path) -> Result<(), ChoreError> {
        let folder = root.join(inside);
        for entry in std::fs::read_dir(&folder).map_err(ChoreError::file("read", &folder))? {
            let entry = entry.map_err(ChoreError::file("read", &folder))?;
            let inside = inside.join(entry.file_name());
            let path = entry.path();
            if path.is_dir() {
                self.add(root, &inside)?;
            } else {
                let bytes = std::fs::read(&path).map_err(ChoreError::file("read", &path))?;
                self.0.insert(inside, bytes);
            }
        }
        Ok(())
    }

    /// Whether there is no file.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line for each file in which this tree is not the `expected` one, in the order of their paths.
    pub(crate) fn differences(&self, expected: &Self) -> Vec<String> {
        let mut lines = BTreeMap::new();
        for (path, bytes) in &expected.0 {
            match self.0.get(path) {
                None => drop(lines.insert(path, "is missing".to_owned())),
                Some(own) if own != bytes => drop(lines.insert(path, difference(own, bytes))),
                Some(_) => {}
            }
        }
        for path in self.0.keys().filter(|path| !expected.0.contains_key(*path)) {
            lines.insert(path, "is not made by the code any more".to_owned());
        }
        lines.into_iter().map(|(path, what)| format!("{} {what}", path.display())).collect()
    }

    /// Makes a folder hold the files of this tree and no other. A file that is already right is not touched.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), ChoreError> {
        let present = Self::read(folder)?;
        for path in present.0.keys().filter(|path| !self.0.contains_key(*path)) {
            let path = folder.join(path);
            std::fs::remove_file(&path).map_err(ChoreError::file("removed", &path))?;
        }
        for (path, bytes) in self.0.iter().filter(|(path, bytes)| present.0.get(*path) != Some(*bytes)) {
            let path = folder.join(path);
            let parent = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(parent).map_err(ChoreError::file("made", parent))?;
            std::fs::write(&path, bytes).map_err(ChoreError::file("written", &path))?;
        }
        Ok(())
    }
}

/// Where two contents part: the line in a text, the sizes otherwise.
fn difference(own: &[u8], expected: &[u8]) -> String {
    let (Ok(own_text), Ok(expected_text)) = (str::from_utf8(own), str::from_utf8(expected)) else {
        return format!("differs: {} bytes, the code makes {}", own.len(), expected.len());
    };
    let same = own_text.lines().zip(expected_text.lines()).take_while(|(own, expected)| own == expected).count();
    format!("differs from line {}", same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree(files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect())
    }

    #[test]
    fn every_difference_is_named() {
        fn check(present: &[(&str, &str)], expected: &[(&str, &str)], differences: &[&str]) {
            assert_eq!(tree(present).differences(&tree(expected)), differences, "{present:?}");
        }
        let made = [("contract.json", "{\n1\n}\n"), ("v1/report.json", "{}\n")];
        check(&made, &made, &[]);
        check(&[], &made, &["contract.json is missing", "v1/report.json is missing"]);
        check(&[("contract.json", "{\n2\n}\n"), made[1]], &made, &["contract.json differs from line 2"]);
        check(&[("contract.json", "{\n1\n"), made[1]], &made, &["contract.json differs from line 3"]);
        check(&[made[0], made[1], ("old.json", "")], &made, &["old.json is not made by the code any more"]);
        check(
            &[("report.json", "{}\n"), made[0]],
            &made,
            &["report.json is not made by the code any more", "v1/report.json is missing"],
        );
    }

    #[test]
    fn bytes_that_are_no_text_differ_by_size() {
        assert_eq!(difference(&[0xff, 0], &[0xff]), "differs: 2 bytes, the code makes 1");
    }

    #[test]
    fn writing_leaves_the_files_of_the_tree_and_no_other() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().join("schemas");
        let check = |files: &[(&str, &str)]| {
            tree(files).write(&folder).expect("written");
            assert_eq!(Tree::read(&folder).expect("read"), tree(files));
        };
        assert!(Tree::read(&folder).expect("a folder that is not there is empty").is_empty());
        check(&[("a.json", "1"), ("v1/b.json", "2")]);
        check(&[("a.json", "3"), ("v2/b.json", "2")]);
        check(&[]);
    }
}
