//! `sla schema`: the shapes of the catalogue, of reports and of the API.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::args;
use crate::failure::Failure;
use crate::output::Output;

/// Writes every published schema into a folder.
pub(crate) fn run(arguments: &args::Schema, output: Output) -> Result<(), Failure> {
    let folder = &arguments.out;
    let failed = |path: &Path, error: std::io::Error| {
        Failure::new("file", format!("{} could not be written: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut schemas = sla_app::schemas();
    schemas.push(("openapi".to_owned(), sla_api::document()));
    for (name, schema) in &schemas {
        let path = folder.join(format!("{name}.json"));
        // Indented and with a final newline, so that a change reads as a change.
        fs::write(&path, format!("{schema:#}\n")).map_err(|error| failed(&path, error))?;
    }
    output.print(
        || format!("{} schemas in {}", schemas.len(), folder.display()),
        || json!({ "folder": folder, "schemas": schemas.iter().map(|(name, _)| name).collect::<Vec<_>>() }),
    );
    Ok(())
}
