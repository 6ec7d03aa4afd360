//! Every chore of the project, started with `cargo xtask …`: one entry point that works the same on a desk and in CI.
//!
//! A chore runs other programs and says what it runs. What lives here must build in seconds, so it knows none of the
//! workspace's crates: what needs them is a program of its own that a chore starts through cargo.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person at the terminal")]

mod bench;
mod bundle;
mod chore;
mod generate;
mod interface;
mod licences;
mod npm;
mod place;
mod setup;
mod step;
mod test;
mod tree;
mod window;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::chore::ChoreError;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every chore of SLA Desk", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Install what the tests need and the machine does not have: servers and document tools from Debian, cargo-deny
    Setup,
    /// Set up, then check format, lints, dependencies and generated files, and run all tests
    Test,
    /// What a change must pass before it lands; the same as `test`
    Ci,
    /// Make the files again that are made from the code
    Generate {
        /// Write nothing; fail if a file differs from what the code makes
        #[arg(long)]
        check: bool,
        /// Only these; all if none is named
        #[arg(value_parser = generate::names())]
        names: Vec<String>,
    },
    /// Build the interface for browsers into ui/dist: sla serve --ui ui/dist
    Ui,
    /// Install what the window needs, build it and its interface, and open it on the demo
    Desktop {
        /// What the window is told instead, such as --ledger URL --out DIR
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Build packages of the window into target/bundle: a .deb and an archive
    Bundle {
        /// Without optimisation: much sooner, to look at the packages themselves
        #[arg(long)]
        debug: bool,
    },
    /// Measure in the release profile; prints figures and judges nothing
    Bench {
        #[command(subcommand)]
        bench: bench::Bench,
    },
}

fn main() -> ExitCode {
    let chore = Arguments::parse().chore;
    match run(&chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore) -> Result<(), ChoreError> {
    match chore {
        Chore::Setup => setup::setup(),
        Chore::Test | Chore::Ci => test::test(),
        Chore::Ui => interface::install().and_then(|()| interface::build()),
        Chore::Desktop { arguments } => window::open(arguments),
        Chore::Bundle { debug } => bundle::bundle(*debug),
        Chore::Generate { check, names } => {
            let chosen = generate::chosen(names);
            test::build()?;
            if *check { generate::check(&chosen) } else { generate::write(&chosen) }
        }
        Chore::Bench { bench } => bench::run(bench),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_is_no_chore_is_refused() {
        fn check(line: &str, accepted: bool) {
            assert_eq!(Arguments::try_parse_from(line.split(' ')).is_ok(), accepted, "{line}");
        }
        check("xtask setup", true);
        check("xtask test", true);
        check("xtask ci", true);
        check("xtask generate", true);
        check("xtask generate --check schemas", true);
        check("xtask bench report", true);
        check("xtask bench price", true);
        check("xtask bench measure -- --tenants 10", true);
        check("xtask generate nothing-of-the-kind", false);
        check("xtask desktop", true);
        check("xtask desktop -- --ledger sqlite:l --out o", true);
        check("xtask desktop --ledger sqlite:l", false);
        check("xtask bundle", true);
        check("xtask bundle --debug", true);
        check("xtask bench", false);
        check("xtask bench ledger", false);
        check("xtask deploy", false);
        check("xtask", false);
    }
}
