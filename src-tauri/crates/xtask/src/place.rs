//! Where things lie: the workspace, the build's folder, programs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace: that of the cargo which started this chore, because two checkouts may share one build
/// folder, and then the place that was compiled in is the other's.
pub(crate) fn workspace() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&manifest).ancestors().nth(3);
    root.expect("this crate lies three folders deep in the workspace").to_owned()
}

/// The folder that cargo builds into, as cargo finds it. What a chore makes for itself goes there, too.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => std::env::current_dir().map_or_else(|_| PathBuf::from(&folder), |here| here.join(&folder)),
        None => workspace().join("target"),
    }
}

/// The folder of the tools that a chore has built for itself; nothing there touches what the user has installed.
pub(crate) fn tools() -> PathBuf {
    target().join("xtask").join("tools")
}

/// The cargo that started this chore, in the workspace's folder.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace());
    cargo
}

/// A program or an example of the workspace, in the folder that this chore was built into.
pub(crate) fn built(program: &str) -> PathBuf {
    let chore = std::env::current_exe().unwrap_or_default();
    let profile = chore.parent().unwrap_or(Path::new(""));
    profile.join(program).with_extension(std::env::consts::EXE_EXTENSION)
}

/// The path of an installed program, or nothing. The tools of this project are looked for last.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([tools().join("bin")]);
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}
