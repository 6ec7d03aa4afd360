//! `sla demo`: everything that it closes comes with the program and is laid out for the user to look at and to change.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use sla_app::Templates;
use sla_core::time::UnixSeconds;

use crate::args;
use crate::close::{close, said};
use crate::failure::Failure;
use crate::output::{Output, json};

const MONTH: &str = "2026-10";
/// The demo's clock: 2 November 2026, 08:00 UTC. The demo month can be closed whatever the machine's clock says, and
/// every demo's audit chain is the same.
const NOW: UnixSeconds = 1_793_606_400;
const ACTOR: &str = "demo";

/// A table of files below assets/demo.
macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../../assets/demo/", $name)))),+]
    };
}

const FILES: &[(&str, &[u8])] = files![
    "catalogue/platform.yaml",
    "catalogue/nordlicht.yaml",
    "catalogue/alpenbahn.yaml",
    "catalogue/prairie.yaml",
    "catalogue/koenigsforst.yaml",
    "measurements/nordlicht/availability.parquet",
    "measurements/nordlicht/latency.parquet",
    "measurements/alpenbahn/availability.parquet",
    "measurements/alpenbahn/latency.parquet",
    "measurements/prairie/availability.parquet",
    "measurements/prairie/latency.parquet",
    "measurements/koenigsforst/availability.parquet",
];

/// Lays out the demo's files and closes its month.
pub(crate) async fn run(arguments: args::Demo, output: Output) -> Result<(), Failure> {
    let out = &arguments.out;
    let mut kept = Vec::new();
    for (name, bytes) in FILES {
        let path = out.join(name);
        let is_kept = lay_out(&path, bytes).map_err(|error| {
            let message = format!("{} could not be written: {error}; choose another folder with --out", path.display());
            Failure::new("file", message)
        })?;
        if is_kept {
            kept.push(path);
        }
    }
    let ledger = out.join("ledger.sqlite");
    let request = args::Close {
        month: MONTH.parse().expect("the demo's month is one"),
        catalogue: Some(out.join("catalogue")),
        files: None,
        ledger: format!("sqlite:{}", ledger.display()),
        out: out.join("reports"),
        tenant: None,
        templates: None,
        actor: ACTOR.to_owned(),
        accept: Vec::new(),
        reason: Vec::new(),
    };
    let closed = close(&request, &Arc::new(Templates::builtin()), NOW, output).await?;
    let text = || {
        let line = |name: &str, path: &Path| format!("\n{name:<10} {}", path.display());
        // Told, because a demo of another version would bring other files.
        let kept = kept.iter().map(|path| format!("{} (yours; remove it to get the demo's again)", line("Kept", path)));
        let lines = [said(&closed), line("Ledger", &ledger), line("Catalogue", &out.join("catalogue"))];
        lines.into_iter().chain(kept).collect::<String>()
    };
    let value = || {
        let mut value = json(&closed);
        value["kept"] = kept.iter().map(|path| path.display().to_string()).collect();
        value
    };
    output.print(text, value);
    Ok(())
}

/// Writes a file where there is none; gives whether there is one with other content, which is the user's and stays.
fn lay_out(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::read(path) {
        Ok(found) => Ok(found != bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::write(path, bytes).map(|()| false),
        Err(error) => Err(error),
    }
}
