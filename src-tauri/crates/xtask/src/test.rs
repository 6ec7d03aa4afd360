//! All that a change must pass, in the order in which it fails soonest.

use std::process::Command;

use crate::chore::{ChoreError, run};
use crate::place::{cargo, program, workspace};
use crate::step::Steps;
use crate::{generate, interface, setup};

/// Runs every check and every test. A step that fails does not stop the others, so that one run tells all; only without
/// its tools there is no sense in going on.
///
/// The tests come last, so that the runner's closing lines stand at the end of the output.
pub(crate) fn test() -> Result<(), ChoreError> {
    let mut steps = Steps::default();
    steps.run("setup", setup::setup);
    if !steps.passed() {
        return steps.finish();
    }
    steps.run("format", || run(cargo().args(["fmt", "--all", "--check"])));
    steps.run("dependencies", dependencies);
    // Before whatever looks at the window, which holds its pages.
    steps.run("interface", || interface::check().and_then(|()| interface::test()).and_then(|()| interface::build()));
    steps.run("lints", || run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])));
    // The acceptance tests run the real program, which building the tests does not build.
    steps.run("programs", build);
    steps.run("generated files", || generate::check(&generate::chosen(&[])));
    steps.run("examples in the documentation", || run(cargo().args(["test", "--workspace", "--doc"])));
    steps.run("journeys", interface::journeys);
    steps.print();
    steps.run("tests", || run(&mut tests()));
    steps.finish()
}

/// Builds what the generators and the acceptance tests run.
///
/// Everything at once: cargo chooses the features of a dependency for the crates that it is told to build, so a crate
/// built alone would have polars built for itself, for minutes. This chore is left out: a running program cannot be
/// replaced everywhere.
pub(crate) fn build() -> Result<(), ChoreError> {
    run(cargo().args(["build", "--workspace", "--exclude", "xtask", "--bins", "--examples"]))
}

/// Licences, banned and doubled crates, and where crates come from: see `.cargo/deny.toml`.
fn dependencies() -> Result<(), ChoreError> {
    let deny = program("cargo-deny").unwrap_or_else(|| "cargo-deny".into());
    let mut command = Command::new(deny);
    command.current_dir(workspace());
    command.args(["--workspace", "--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    run(&mut command)
}

/// All tests but those in the documentation, by nextest where it is installed: it runs the tests of all crates at once
/// and each in a process of its own.
fn tests() -> Command {
    let mut command = cargo();
    if program("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    command
}
