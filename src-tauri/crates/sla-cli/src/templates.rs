//! Wording and look of whoever runs the program.

use std::path::Path;

use sla_app::Templates;

use crate::failure::Failure;

/// The templates of a folder, or those that come with the program.
pub(crate) fn read_templates(folder: Option<&Path>) -> Result<Templates, Failure> {
    match folder {
        None => Ok(Templates::builtin()),
        Some(folder) => Templates::from_folder(folder).map_err(|error| Failure::new("templates", error.to_string())),
    }
}
