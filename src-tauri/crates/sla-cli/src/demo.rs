//! `sla demo`: everything that it closes comes with the program and is laid out for the user to look at and to change.

use std::fs;
use std::path::Path;
use std::sync::Arc;

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
    for (name, bytes) in FILES {
        let path = out.join(name);
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes)).map_err(|error| {
            let message = format!("{} could not be written: {error}; choose another folder with --out", path.display());
            Failure::new("file", message)
        })?;
    }
    let ledger = out.join("ledger.sqlite");
    let request = args::Close {
        month: MONTH.parse().expect("the demo's month is one"),
        catalogue: out.join("catalogue"),
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
        format!(
            "{}\n{:<10} {}\n{:<10} {}",
            said(&closed),
            "Ledger",
            ledger.display(),
            "Catalogue",
            request.catalogue.display(),
        )
    };
    output.print(text, || json(&closed));
    Ok(())
}
