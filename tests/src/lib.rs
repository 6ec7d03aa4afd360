//! What the acceptance tests stand on: real servers out of Debian's packages, and the real `sla` binary.
//!
//! Every server is a value: it starts on a free loopback port with a temporary folder of its own, and dropping it stops
//! the process it started, by its id, and removes the folder. Nothing is shared with a server that the machine runs.
//!
//! What is missing or will not start ends the test with a message that says what to do: a test that cannot have its
//! server has failed, it is not skipped.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub mod figures;
pub mod nord;
pub mod servers;

/// The path of the `sla` binary that was built beside the running test.
///
/// # Panics
/// If there is none, or one that is older than a source it was made from: a test must not judge yesterday's program.
#[must_use]
pub fn binary() -> PathBuf {
    built("sla")
}

/// The path of the window's binary, `sla-desk`, in the same way.
///
/// # Panics
/// As [`binary`].
#[must_use]
pub fn window() -> PathBuf {
    built("sla-desk")
}

fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    // A test runs as PROFILE/deps/NAME-HASH, an example as PROFILE/examples/NAME; a binary lies in PROFILE.
    let profile = test.parent().and_then(Path::parent).expect("cargo puts a test two folders deep");
    let binary = profile.join(name);
    let build = "run `cargo build --workspace --bins`";
    assert!(binary.is_file(), "{} is not built: {build}", binary.display());
    if let Some(source) = newer_source(&binary) {
        panic!("{} is newer than {}: {build}", source.display(), binary.display());
    }
    binary
}

/// The folder of a fixture that the tests read.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The root of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

/// The first source of `binary` that was changed after it was built, by the list that cargo writes beside it.
fn newer_source(binary: &Path) -> Option<PathBuf> {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let built: SystemTime = changed(binary)?;
    let list = std::fs::read_to_string(binary.with_extension("d")).ok()?;
    sources(&list).into_iter().find(|source| changed(source).is_none_or(|source| source > built))
}

/// The sources in a dependency list in the form of a makefile: `TARGET: SOURCE SOURCE`, a space in a name escaped.
fn sources(list: &str) -> Vec<PathBuf> {
    let Some((_, sources)) = list.lines().next().and_then(|line| line.split_once(": ")) else { return Vec::new() };
    let separate = sources.replace("\\ ", "\0");
    separate.split_whitespace().map(|source| PathBuf::from(source.replace('\0', " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_a_dependency_list() {
        fn check(list: &str, expected: &[&str]) {
            assert_eq!(sources(list), expected.iter().map(PathBuf::from).collect::<Vec<_>>(), "{list}");
        }
        check("/t/debug/sla: /a/main.rs /a/b.rs\n", &["/a/main.rs", "/a/b.rs"]);
        check("/t/debug/sla: /a\\ room/main.rs\n", &["/a room/main.rs"]);
        check("/t/debug/sla:\n", &[]);
        check("", &[]);
    }

    #[test]
    fn a_source_that_changed_or_went_after_the_build_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["sla", "old.rs", "new.rs"] {
            std::fs::write(path(name), name).expect("a file");
        }
        let at = |name: &str, seconds: u64| {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            std::fs::File::options()
                .write(true)
                .open(path(name))
                .and_then(|file| file.set_modified(time))
                .expect("set");
        };
        at("old.rs", 1_000);
        at("sla", 2_000);
        at("new.rs", 3_000);
        let check = |sources: &[&str], expected: Option<&str>| {
            let list: Vec<String> = sources.iter().map(|source| path(source).display().to_string()).collect();
            std::fs::write(path("sla.d"), format!("{}: {}\n", path("sla").display(), list.join(" "))).expect("a file");
            assert_eq!(newer_source(&path("sla")), expected.map(path), "{sources:?}");
        };
        check(&["old.rs"], None);
        check(&["old.rs", "new.rs"], Some("new.rs"));
        check(&["gone.rs", "old.rs"], Some("gone.rs"));
    }
}
