//! `sla-desk`: a window over the interface. What the interface asks goes to the same `/api/v1` that `sla serve` serves, in this
//! process and without a network (`bridge`). What lives here beside: which desk the window works on (`choice`, `desk`, `front`),
//! and what only the system can do (`native`, `window`).
//!
//! Invariants:
//! - The page knows no secret: neither that of a session nor the address of a ledger with its password.
//! - A command that is not named in `build.rs` and allowed in `capabilities` cannot be called.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod bridge;
mod choice;
mod desk;
mod failure;
mod frame;
mod front;
mod link;
mod native;
mod seal;
mod secrets;
mod window;
mod words;

use std::process::ExitCode;

use clap::Parser;

/// Monthly SLA reports, service credits and evidence, in a window.
#[derive(Parser)]
#[command(name = "sla-desk", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: desk::Named,
    /// The page to open, such as sla-desk://credits?month=2026-10
    #[arg(value_name = "LINK", value_parser = link::fragment)]
    link: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("SLA_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
    match window::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the window cannot be opened: {error}");
            ExitCode::FAILURE
        }
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
    fn places_are_named_whole() {
        #[track_caller]
        fn check(line: &str, expected: bool) {
            assert_eq!(Arguments::try_parse_from(line.split(' ')).is_ok(), expected, "{line}");
        }
        check("sla-desk", true);
        check("sla-desk --demo d", true);
        check("sla-desk --ledger sqlite:l --out o", true);
        check("sla-desk --ledger sqlite:l --catalogue c --files f --out o sla-desk://audit", true);
        check("sla-desk --ledger sqlite:l", false);
        check("sla-desk --out o", false);
        check("sla-desk --demo d --ledger sqlite:l --out o", false);
        check("sla-desk https://example.com", false);
    }
}
