//! Packages from npm: as a lock file says, and without running any script that a package brings.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::chore::{ChoreError, run};
use crate::place::workspace;

/// The lock file that the packages beside it were installed by, kept among them: they are as they should be when it is the same.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// Installs the packages of a folder's lock file. What is there already is left as it is.
pub(crate) fn install(folder: &Path) -> Result<(), ChoreError> {
    let (lock, installed) = (folder.join("package-lock.json"), folder.join(INSTALLED));
    let wanted = fs::read(&lock).map_err(ChoreError::file("read", &lock))?;
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        println!("already there: {}", folder.join("node_modules").display());
        return Ok(());
    }
    run(npm(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    // A folder without packages has no such folder.
    fs::create_dir_all(folder.join("node_modules")).map_err(ChoreError::file("made", folder.join("node_modules")))?;
    fs::write(&installed, wanted).map_err(ChoreError::file("written", &installed))
}

/// A script of a folder's `package.json`.
pub(crate) fn script(folder: &Path, name: &str) -> Command {
    let mut command = npm(folder);
    command.args(["run", "--silent", name]);
    command
}

/// A program that the interface's packages bring, run in a folder.
pub(crate) fn program(folder: &Path, name: &str) -> Command {
    let mut command = Command::new(workspace().join("ui/node_modules/.bin").join(name));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).stdin(Stdio::null());
    command
}
