//! The house keeps its shape: imports go one way, every crate says what it is for, and the top level holds what it may.
//!
//! `core ← capture, measure, ledger, report ← app ← api ← desktop, cli`; the four in the middle do not know each other.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand, Package};
use sla_acceptance::workspace;

/// The crates from the inside out. A crate may know those of the rooms before its own, and no other.
const ROOMS: [&[&str]; 5] = [
    &["sla-core"],
    &["sla-capture", "sla-measure", "sla-ledger", "sla-report"],
    &["sla-app"],
    &["sla-api"],
    &["sla-desk", "sla-cli"],
];

/// The crates that stand outside of the house: they may know any room, no crate may know them.
const OUTSIDE: [&str; 2] = ["sla-acceptance", "xtask"];

/// What the top level may hold beside files whose names begin with a dot. `Cargo.lock` belongs to `Cargo.toml`.
const TOP_LEVEL: [&str; 10] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "assets",
    "report-templates",
    "src-tauri",
    "tests",
];

/// The user's interface, which comes with its own toolchain.
const INTERFACE: &str = "ui";

/// What is wrong with the imports of a crate, given the names of the workspace's crates that it depends on.
fn wrong_imports(name: &str, dependencies: &[&str]) -> Vec<String> {
    let room = |name: &str| ROOMS.iter().position(|room| room.contains(&name));
    if OUTSIDE.contains(&name) {
        let outside = dependencies.iter().filter(|dependency| OUTSIDE.contains(dependency));
        return outside.map(|outside| format!("{name} knows {outside}, which no crate may know")).collect();
    }
    let Some(own) = room(name) else {
        return vec![format!("{name} has no place in the house: give it one in ROOMS or OUTSIDE")];
    };
    let wrong = |dependency: &&str| match room(dependency) {
        Some(other) if other < own => None,
        Some(other) if other == own => Some(format!("{name} knows {dependency}, its neighbour in the same room")),
        Some(_) => Some(format!("{name} knows {dependency}, which lies further out")),
        None if OUTSIDE.contains(dependency) => Some(format!("{name} knows {dependency}, which no crate may know")),
        None => Some(format!("{name} knows {dependency}, which has no place in the house")),
    };
    dependencies.iter().filter_map(wrong).collect()
}

/// The members of the root manifest that no comment says the purpose of; one member a line.
fn without_purpose(manifest: &str) -> Vec<String> {
    let members = manifest.lines().skip_while(|line| !line.starts_with("members = [")).skip(1);
    let lines = members.take_while(|line| line.trim() != "]").map(str::trim).filter(|line| line.starts_with('"'));
    let purpose = |line: &str| line.split_once('#').is_some_and(|(_, purpose)| !purpose.trim().is_empty());
    lines.filter(|line| !purpose(line)).map(str::to_owned).collect()
}

/// Whether a crate's manifest takes over the workspace's lints.
fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines.find(|line| !line.is_empty()) == Some("workspace = true")
}

/// The names at the top of a list of paths that may not be there.
fn strangers<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let names = paths.filter_map(|path| path.split('/').next());
    names.filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(name) && *name != INTERFACE).collect()
}

fn metadata() -> Metadata {
    let manifest = workspace().join("Cargo.toml");
    // Offline and locked: the answer must not depend on a network, and must not change the lock file.
    let options = ["--offline", "--locked"].map(str::to_owned).to_vec();
    MetadataCommand::new().manifest_path(manifest).no_deps().other_options(options).exec().expect("cargo metadata")
}

/// The workspace's crates that a crate depends on, for its code, its build or its tests.
fn own_dependencies<'a>(package: &'a Package, metadata: &Metadata) -> Vec<&'a str> {
    let members: BTreeSet<&str> = metadata.workspace_packages().iter().map(|member| member.name.as_str()).collect();
    let names = package.dependencies.iter().map(|dependency| dependency.name.as_str());
    names.filter(|name| members.contains(name)).collect()
}

#[test]
fn the_rule_refuses_what_runs_against_the_way() {
    fn check(name: &str, dependencies: &[&str], expected: &[&str]) {
        assert_eq!(wrong_imports(name, dependencies), expected, "{name} with {dependencies:?}");
    }
    check("sla-core", &[], &[]);
    check("sla-report", &["sla-core"], &[]);
    check("sla-app", &["sla-core", "sla-capture", "sla-measure", "sla-ledger", "sla-report"], &[]);
    check("sla-api", &["sla-app", "sla-core"], &[]);
    check("sla-cli", &["sla-api", "sla-app", "sla-core"], &[]);
    check("sla-desk", &["sla-api"], &[]);
    check("sla-acceptance", &["sla-core", "sla-cli", "sla-ledger"], &[]);
    check("xtask", &[], &[]);

    check("sla-core", &["sla-measure"], &["sla-core knows sla-measure, which lies further out"]);
    check("sla-core", &["sla-cli"], &["sla-core knows sla-cli, which lies further out"]);
    check(
        "sla-measure",
        &["sla-core", "sla-capture", "sla-app"],
        &[
            "sla-measure knows sla-capture, its neighbour in the same room",
            "sla-measure knows sla-app, which lies further out",
        ],
    );
    check("sla-app", &["sla-api"], &["sla-app knows sla-api, which lies further out"]);
    check("sla-api", &["sla-desk"], &["sla-api knows sla-desk, which lies further out"]);
    check("sla-cli", &["sla-desk"], &["sla-cli knows sla-desk, its neighbour in the same room"]);
    check("sla-app", &["xtask"], &["sla-app knows xtask, which no crate may know"]);
    check("xtask", &["sla-acceptance"], &["xtask knows sla-acceptance, which no crate may know"]);
    check("sla-app", &["sla-mail"], &["sla-app knows sla-mail, which has no place in the house"]);
    check("sla-mail", &[], &["sla-mail has no place in the house: give it one in ROOMS or OUTSIDE"]);
}

#[test]
fn imports_go_one_way() {
    let metadata = metadata();
    let members = metadata.workspace_packages();
    assert!(members.len() > ROOMS[1].len(), "the workspace has its crates");
    let wrong: Vec<String> =
        members.iter().flat_map(|member| wrong_imports(&member.name, &own_dependencies(member, &metadata))).collect();
    assert!(wrong.is_empty(), "imports that run against the way:\n{}", wrong.join("\n"));
}

#[test]
fn a_member_without_a_purpose_is_found() {
    fn check(manifest: &str, expected: &[&str]) {
        assert_eq!(without_purpose(manifest), expected, "{manifest}");
    }
    check("[workspace]\nmembers = [\n    \"a\", # the rules\n    \"b\", # the papers\n]\n", &[]);
    check(
        "members = [\n    \"a\",\n    # a whole line\n    \"b\", #\n    \"c\", # said\n]\n\"d\"\n",
        &["\"a\",", "\"b\", #"],
    );
}

#[test]
fn lints_that_are_not_taken_over_are_found() {
    fn check(manifest: &str, expected: bool) {
        assert_eq!(inherits_lints(manifest), expected, "{manifest}");
    }
    check("[package]\n\n[lints]\nworkspace = true\n\n[dependencies]\n", true);
    check("[package]\nlints = 1\n[dependencies]\nworkspace = true\n", false);
    check("[lints]\n[dependencies]\nworkspace = true\n", false);
    check("[lints.rust]\nunsafe_code = \"allow\"\n", false);
}

#[test]
fn every_crate_says_what_it_is_for_and_keeps_the_lints() {
    let read = |path: &Path| std::fs::read_to_string(path).expect("a manifest is readable");
    let root = read(&workspace().join("Cargo.toml"));
    assert!(root.lines().any(|line| line == "unsafe_code = \"forbid\""), "the root manifest forbids unsafe code");
    let unsaid = without_purpose(&root);
    assert!(unsaid.is_empty(), "a comment in the root manifest must say what these are for:\n{}", unsaid.join("\n"));

    for member in metadata().workspace_packages() {
        let name = &member.name;
        let described = member.description.as_ref().is_some_and(|description| !description.trim().is_empty());
        assert!(described, "{name} has no description in its manifest");
        let manifest = read(member.manifest_path.as_std_path());
        assert!(inherits_lints(&manifest), "{name} does not take over the lints: [lints] workspace = true");
    }
}

#[test]
fn a_stranger_at_the_top_level_is_found() {
    fn check(paths: &[&str], expected: &[&str]) {
        assert_eq!(strangers(paths.iter().copied()), expected.iter().copied().collect(), "{paths:?}");
    }
    check(&["Cargo.toml", "src-tauri/Cargo.toml", "ui/package.json", ".ci/run", ".gitignore", "tests/src/lib.rs"], &[]);
    check(&["deny.toml", "docs/a.md", "docs/b.md", "README.md"], &["deny.toml", "docs"]);
    check(&["readme.md", "test/a.rs"], &["readme.md", "test"]);
}

#[test]
fn the_top_level_holds_only_what_it_may() {
    let list = Command::new("git").arg("-C").arg(workspace()).args(["ls-files", "-z"]).output();
    let list = list.expect("git is installed");
    assert!(list.status.success(), "git ls-files: {}", String::from_utf8_lossy(&list.stderr));
    let paths = String::from_utf8(list.stdout).expect("file names are UTF-8");
    let strangers = strangers(paths.split('\0').filter(|path| !path.is_empty()));
    assert!(strangers.is_empty(), "the top level is fixed, these have another place: {strangers:?}");
}
