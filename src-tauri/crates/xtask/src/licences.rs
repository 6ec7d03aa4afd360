//! The licences of everything that a package contains: the crates that the programs are made of, and what the interface's own
//! build found in its pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::chore::ChoreError;
use crate::place::workspace;

/// The members whose programs are shipped.
const SHIPPED: [&str; 2] = ["sla-desk", "sla-cli"];
/// How files that hold a licence begin, in capitals.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

/// The text of all licences: each once, below the names of those that come under it.
pub(crate) fn licences() -> Result<String, ChoreError> {
    let metadata = MetadataCommand::new()
        .current_dir(workspace())
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked".to_owned()])
        .exec()
        .map_err(|error| ChoreError::Bundle { what: format!("the crates cannot be listed: {error}") })?;
    let interface = workspace().join("ui/dist/licences.txt");
    let interface = fs::read_to_string(&interface).map_err(ChoreError::file("read", &interface))?;
    let mut texts = BTreeMap::<String, BTreeSet<String>>::new();
    for package in metadata.packages.iter().filter(|package| shipped(&metadata).contains(&package.id)) {
        let name = format!("{} {}", package.name, package.version);
        let folder = package.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).unwrap_or_default();
        let mut found = in_folder(&folder)?;
        if found.is_empty() {
            // Some crates name their licence and bring no text.
            found.push(package.license.clone().unwrap_or_else(|| "see its repository".to_owned()));
        }
        for text in found {
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    Ok(format!("{}\n{interface}", listed(&texts)))
}

/// What the shipped members are made of, themselves left out: their licence is the project's.
fn shipped(metadata: &Metadata) -> BTreeSet<PackageId> {
    let Some(resolve) = &metadata.resolve else { return BTreeSet::new() };
    let dependencies: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, &node.deps)).collect();
    let members = metadata.workspace_packages();
    let mut open: Vec<&PackageId> =
        members.iter().filter(|member| SHIPPED.contains(&member.name.as_str())).map(|member| &member.id).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id.clone()) {
            let used = dependencies.get(id).into_iter().flat_map(|deps| deps.iter());
            let used = used.filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
            open.extend(used.map(|dep| &dep.pkg));
        }
    }
    seen.retain(|id| !metadata.workspace_members.contains(id));
    seen
}

/// The texts of licences that lie in a folder.
fn in_folder(folder: &Path) -> Result<Vec<String>, ChoreError> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).map_err(ChoreError::file("read", folder))?.flatten() {
        let name = entry.file_name().to_string_lossy().to_uppercase();
        if NAMES.iter().any(|begin| name.starts_with(begin)) && entry.path().is_file() {
            let bytes = fs::read(entry.path()).map_err(ChoreError::file("read", entry.path()))?;
            texts.push(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned());
        }
    }
    texts.sort();
    Ok(texts)
}

fn listed(texts: &BTreeMap<String, BTreeSet<String>>) -> String {
    let line = "=".repeat(80);
    let one = |(text, names): (&String, &BTreeSet<String>)| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!("{line}\n{}\n{line}\n\n{text}\n\n", names.join("\n"))
    };
    texts.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stands_once_below_its_names() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let texts =
            BTreeMap::from([("MIT …".to_owned(), set(&["b 2", "a 1"])), ("Apache …".to_owned(), set(&["c 3"]))]);
        let text = listed(&texts);
        let order = ["c 3", "Apache …", "a 1", "b 2", "MIT …"].map(|word| text.find(word).expect(word));
        assert!(order.is_sorted(), "{text}");
        assert_eq!(text.matches("MIT …").count(), 1);
    }

    #[test]
    fn only_files_of_licences_are_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [("LICENSE-MIT", "two\r\n"), ("Copying", "one"), ("README.md", "no"), ("src.rs", "no")] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        fs::create_dir(folder.path().join("LICENSES")).expect("a folder");
        assert_eq!(in_folder(folder.path()).expect("read"), ["one", "two"]);
    }
}
