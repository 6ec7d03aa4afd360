//! `sla secret`: secrets that data sources name, in the system's keychain.

use clap::Subcommand;
use serde_json::json;
use sla_app::Entry;

use crate::accounts::secret;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum SecretCommand {
    /// Keep a secret that a data source names by bearerTokenEnv, passwordEnv or urlEnv; it is asked for, or read from standard
    /// input. A variable of that name in the environment goes before it
    Keep {
        /// The name, as it stands in the catalogue
        #[arg(value_name = "NAME", value_parser = name)]
        name: String,
    },
    /// Remove a secret from the keychain; there need not be one
    Forget {
        /// The name, as it stands in the catalogue
        #[arg(value_name = "NAME", value_parser = name)]
        name: String,
    },
}

fn name(text: &str) -> Result<String, String> {
    let is_variable = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if is_variable { Ok(text.to_owned()) } else { Err("expected a name such as PROMETHEUS_TOKEN".to_owned()) }
}

pub(crate) async fn run(command: &SecretCommand, output: Output) -> Result<(), Failure> {
    let (name, done) = match command {
        SecretCommand::Keep { name } => {
            let text = secret("Secret", true)?;
            if text.is_empty() {
                return Err(Failure::new("secret.empty", "the secret is empty; nothing was kept"));
            }
            Entry::source(name).keep(text).await?;
            (name, "kept in the system's keychain")
        }
        SecretCommand::Forget { name } => {
            Entry::source(name).forget().await?;
            (name, "not in the system's keychain any more")
        }
    };
    output.print(|| format!("{name} is {done}"), || json!({ "name": name }));
    Ok(())
}
