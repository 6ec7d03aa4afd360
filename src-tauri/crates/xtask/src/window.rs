//! The window: built with its interface, and opened.

use std::process::Command;

use crate::chore::{ChoreError, run};
use crate::place::{built, cargo, workspace};
use crate::{interface, setup};

/// Where the demo lies; `sla demo` lays it out there, too.
const DEMO: [&str; 2] = ["--demo", "sla-demo"];

/// Installs what is missing, builds and opens the window: on the demo when nothing else is said.
pub(crate) fn open(arguments: &[String]) -> Result<(), ChoreError> {
    setup::setup_window()?;
    interface::build()?;
    // With the workspace, so that what the tests were built with is used.
    run(cargo().args(["build", "--workspace", "--bin", "sla-desk"]))?;
    let mut window = Command::new(built("sla-desk"));
    window.current_dir(workspace());
    if arguments.is_empty() {
        window.args(DEMO)
    } else {
        window.args(arguments)
    };
    run(&mut window)
}
