//! Figures in the release profile. The benches are examples of the crates that they measure; this starts them.

use std::path::PathBuf;
use std::process::Command;

use clap::Subcommand;

use crate::chore::{self, ChoreError};
use crate::place::{cargo, target};
use crate::{interface, setup};

/// The version that the goal is stated against: a bench that takes whatever is newest compares with a moving mark.
const DUCKDB: &str = "duckdb==1.5.5";

/// Likewise for the reports that are set beside ours.
const TYPST: &str = "typst==0.15.2";

/// The bench finds the Python that has its peer in this variable of its environment, and the folder for its input in the
/// other. The input is kept: making 223 million rows takes longer than reading them.
const PYTHON: &str = "SLA_BENCH_PYTHON";
const FOLDER: &str = "SLA_BENCH_FOLDER";

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// A month of 1 000 tenants from Parquet, beside DuckDB on the same files
    Measure {
        /// Handed on to the bench, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// The API over 10 000 tenants in PostgreSQL, asked 200 times a second
    Api {
        /// Handed on to the bench, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// A month of 500 counters out of a Prometheus, beside curl that fetches the same bytes
    Capture {
        /// Handed on to the bench, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Assessed commitments to money, with every step noted
    Price {
        /// Handed on to the bench, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// A report of ten pages
    Report {
        /// Handed on to the bench, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// A month's documents of 1 000 tenants, and reports beside typst's wheel on the same content
    Documents {
        /// How many tenants, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// From the window's start to where somebody can work, on the demo
    Window {
        /// How many starts, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

/// Builds a bench in the release profile and runs it.
pub(crate) fn run(bench: &Bench) -> Result<(), ChoreError> {
    match bench {
        Bench::Measure { arguments } => {
            let python = python_with(DUCKDB)?;
            start(&mut example("sla-app", "bench_measure", arguments), "bench-measure", Some(python))
        }
        Bench::Api { arguments } => {
            // The program that is served is built as the bench is.
            chore::run(cargo().args(["build", "--release", "--package", "sla-cli"]))?;
            start(&mut example("sla-acceptance", "bench_api", arguments), "bench-api", None)
        }
        Bench::Capture { arguments } => {
            start(&mut example("sla-acceptance", "bench_capture", arguments), "bench-capture", None)
        }
        Bench::Price { arguments } => start(&mut example("sla-core", "bench_price", arguments), "bench-price", None),
        Bench::Report { arguments } => {
            start(&mut example("sla-report", "bench_report", arguments), "bench-report", None)
        }
        Bench::Documents { arguments } => {
            let python = python_with(TYPST)?;
            start(&mut example("sla-report", "bench_documents", arguments), "bench-documents", Some(python))
        }
        Bench::Window { arguments } => {
            setup::setup_window()?;
            interface::build()?;
            chore::run(cargo().args(["build", "--release", "--workspace", "--bin", "sla-desk"]))?;
            // What drives the window is no part of the figure, and stands among the other programs of the tests.
            chore::run(cargo().args(["build", "--workspace", "--example", "bench_window"]))?;
            let mut bench = Command::new(target().join("debug/examples/bench_window"));
            start(bench.arg(target().join("release/sla-desk")).args(arguments), "bench-window", None)
        }
    }
}

fn start(command: &mut Command, folder: &str, python: Option<PathBuf>) -> Result<(), ChoreError> {
    let folder = target().join("xtask").join(folder);
    std::fs::create_dir_all(&folder).map_err(ChoreError::file("made", &folder))?;
    command.env(FOLDER, &folder);
    if let Some(python) = python {
        command.env(PYTHON, python);
    }
    chore::run(command)
}

fn example(package: &str, example: &str, arguments: &[String]) -> Command {
    let mut command = cargo();
    command.args(["run", "--release", "--package", package, "--example", example, "--"]).args(arguments);
    command
}

/// A Python in the build's folder with a wheel; the system's Python is left as it is.
fn python_with(wheel: &str) -> Result<PathBuf, ChoreError> {
    setup::setup_python()?;
    let venv = target().join("xtask").join("python");
    let python = venv.join("bin").join("python");
    if !python.is_file() {
        chore::run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    chore::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]))?;
    Ok(python)
}
