//! `sla demo`: everything that it closes comes with the program and is laid out for the user to look at and to change.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use sla_app::{DEMO_NOW, DEMO_PASSWORD, DEMO_PEOPLE, Demo, Templates};

use crate::args;
use crate::close::{close, said};
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::place::Kept;
use crate::review::now;

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
        evidence: Kept::default(),
        tenant: None,
        templates: None,
        actor: demo.closes_as().await?.to_owned(),
        accept: Vec::new(),
        reason: Vec::new(),
    };
    let closed = close(&request, &Arc::new(Templates::builtin()), DEMO_NOW, output).await?;
    if arguments.people {
        demo.add_people(now()).await?;
    }
    let text = || {
        let line = |name: &str, path: &Path| format!("\n{name:<10} {}", path.display());
        // Told, because a demo of another version would bring other files.
        let kept = kept.iter().map(|path| format!("{} (yours; remove it to get the demo's again)", line("Kept", path)));
        let ledger = request.ledger.trim_start_matches("sqlite:");
        let lines = [said(&closed), line("Ledger", Path::new(ledger)), line("Catalogue", &demo.catalogue())];
        let people = if arguments.people { people() } else { String::new() };
        lines.into_iter().chain(kept).chain([people]).collect::<String>()
    };
    let value = || {
        let mut value = output::json(&closed);
        if arguments.people {
            value["people"] = DEMO_PEOPLE.iter().map(|one| json!({ "name": one.name, "role": one.role })).collect();
            value["password"] = DEMO_PASSWORD.into();
        }
        value["kept"] = kept.iter().map(|path| path.display().to_string()).collect();
        value
    };
    output.print(text, value);
    Ok(())
}

/// Who can sign in.
fn people() -> String {
    let one = |person: &sla_app::DemoPerson| format!("\n           {:<6} {}", person.name, person.role.name());
    let people: String = DEMO_PEOPLE.iter().map(one).collect();
    format!("\nPeople     the password of each is: {DEMO_PASSWORD}{people}")
}
