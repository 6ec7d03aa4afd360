//! `sla`: months are closed, catalogues checked and ledgers verified at a prompt. This binary holds no rule: it parses
//! the command line, calls the use cases and prints what they say.

mod accounts;
mod args;
mod billing;
mod bundle;
mod capture;
mod close;
mod demo;
mod desk;
mod desk_args;
mod explain;
mod failure;
mod governance;
mod interrupt;
mod ledger;
mod letter;
mod lint;
mod log;
mod output;
mod people_args;
mod place;
mod progress;
mod restate;
mod review;
mod schema;
mod secret;
mod sensitivity;
mod serve;
mod standing;
mod telemetry;
mod templates;
mod terms;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command, LedgerCommand};
use failure::Failure;
use output::Output;
use telemetry::Telemetry;

/// Reading evidence asks for large pieces of memory and gives them back; the system's allocator takes a third longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misunderstood(&error),
    };
    let output = Output { json: arguments.json };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&Failure::new("runtime", format!("cannot start: {error}"))),
    };
    let telemetry = match matches!(arguments.command, Command::Serve(_)) {
        true => match Telemetry::begin(runtime.handle()) {
            Ok(telemetry) => {
                log::of_service(telemetry.as_ref());
                telemetry
            }
            Err(failure) => return output.failed(&failure),
        },
        false => {
            log::at_prompt();
            None
        }
    };
    let done = runtime.block_on(run(arguments.command, output));
    if let Some(telemetry) = telemetry {
        telemetry.finish();
    }
    // Work on other threads that nobody waits for any more must not hold up the prompt.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failed(&failure),
    }
}

/// Prints why the command line is not understood, or the help that it asks for. Whether JSON is wanted can only be seen in
/// the words themselves.
fn misunderstood(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().skip(1).take_while(|word| word != "--").any(|word| word == "--json");
    if !wants_json || !error.use_stderr() {
        error.exit();
    }
    let message = error.render().to_string();
    let message = message.trim().strip_prefix("error: ").unwrap_or(message.trim());
    Output { json: true }.failed(&Failure::usage(message.to_owned()))
}

async fn run(command: Command, output: Output) -> Result<(), Failure> {
    match command {
        Command::Demo(demo) => demo::run(demo, output).await,
        Command::Capture(capture) => capture::run(capture, output).await,
        Command::Close(close) => close::run(close, output).await,
        Command::Explain(arguments) => explain::run(arguments, output).await,
        Command::Sensitivity(arguments) => sensitivity::run(arguments, output).await,
        Command::Standing(arguments) => standing::run(arguments, output).await,
        Command::Lint(lint) => lint::run(&lint, output),
        Command::Terms(terms) => terms::run(&terms, output),
        Command::Month { command } => review::month(command, output).await,
        Command::Credit { command } => review::credit(command, output).await,
        Command::Catalogue { command } => desk::catalogue(command, output).await,
        Command::Exclusion { command } => desk::exclusion(command, output).await,
        Command::Incident { command } => desk::incident(command, output).await,
        Command::Outages(arguments) => restate::list_outages(arguments, output).await,
        Command::Restate(arguments) => restate::run(arguments, output).await,
        Command::Template { command } => templates::run(&command, output),
        Command::Letter { command } => letter::run(command, output).await,
        Command::Governance(arguments) => governance::run(&arguments, output).await,
        Command::Billing { command } => billing::run(command, output).await,
        Command::Serve(arguments) => serve::run(arguments, output).await,
        Command::Account { command } => accounts::account(command, output).await,
        Command::Token { command } => accounts::token(command, output).await,
        Command::Key { command } => bundle::key(&command, output).await,
        Command::Secret { command } => secret::run(&command, output).await,
        Command::Verify(arguments) => bundle::verify(&arguments, output).await,
        Command::Diff(arguments) => bundle::diff(&arguments, output).await,
        Command::Ledger { command: LedgerCommand::Verify { ledger, evidence, anchor } } => {
            ledger::verify(&ledger, evidence.as_deref(), anchor.as_ref(), output).await
        }
        Command::Ledger { command: LedgerCommand::Head { ledger } } => ledger::head(&ledger, output).await,
        Command::Ledger { command: LedgerCommand::Grant { ledger, to } } => ledger::grant(&ledger, &to, output).await,
        Command::Ledger { command: LedgerCommand::Backup { ledger, to } } => ledger::copy(&ledger, &to, output).await,
        Command::Ledger { command: LedgerCommand::Restore { ledger, from } } => {
            ledger::copy(&from, &ledger, output).await
        }
        Command::Schema(schema) => schema::run(&schema, output),
    }
}
