//! `sla demo`: everything that it closes comes with the program and is laid out for the user to look at and to change.

use std::path::Path;
use std::sync::Arc;

use sla_app::{DEMO_ACTOR, DEMO_NOW, Demo, Templates};

use crate::args;
use crate::close::{close, said};
use crate::failure::Failure;
use crate::output::{Output, json};

/// Lays out the demo's files and closes its month.
pub(crate) async fn run(arguments: args::Demo, output: Output) -> Result<(), Failure> {
    let demo = Demo::new(&arguments.out);
    let kept = demo
        .lay_out()
        .map_err(|error| Failure::new(error.code(), format!("{error}; choose another folder with --out")))?;
    let request = args::Close {
        month: Demo::month(),
        catalogue: Some(demo.catalogue()),
        files: None,
        ledger: demo.ledger(),
        out: demo.out(),
        tenant: None,
        templates: None,
        actor: DEMO_ACTOR.to_owned(),
        accept: Vec::new(),
        reason: Vec::new(),
    };
    let closed = close(&request, &Arc::new(Templates::builtin()), DEMO_NOW, output).await?;
    let text = || {
        let line = |name: &str, path: &Path| format!("\n{name:<10} {}", path.display());
        // Told, because a demo of another version would bring other files.
        let kept = kept.iter().map(|path| format!("{} (yours; remove it to get the demo's again)", line("Kept", path)));
        let ledger = request.ledger.trim_start_matches("sqlite:");
        let lines = [said(&closed), line("Ledger", Path::new(ledger)), line("Catalogue", &demo.catalogue())];
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
