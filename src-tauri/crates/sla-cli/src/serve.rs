//! `sla serve`.

use serde_json::json;
use sla_api::{Api, Certificate, ServeError, Server, Settings};
use sla_app::{Ledger, Templates, accounts};

use crate::args;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::Output;

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// Serves until it is told to stop.
pub(crate) async fn run(arguments: args::Serve, output: Output) -> Result<(), Failure> {
    let templates = match &arguments.templates {
        None => Templates::builtin(),
        Some(folder) => Templates::from_folder(folder).map_err(|error| Failure::new("templates", error.to_string()))?,
    };
    let certificate = arguments.certificate.zip(arguments.key).map(|(chain, key)| Certificate { chain, key });
    // The address first: whoever serves already must not see its ledger changed.
    let server = Server::bind(arguments.listen, certificate).await?;
    let ledger = Ledger::open_to_write(&arguments.ledger).await?;
    if accounts(&ledger).await.map_err(|error| Failure::new(error.code(), error.to_string()))?.is_empty() {
        let message = "the ledger knows no account, so nobody could sign in; add the first one: sla account add NAME --role admin";
        return Err(Failure::new("serve.no_account", message));
    }
    if !ledger.is_guarded().await? {
        tracing::warn!(
            "the database shows this program every tenant's rows: the program alone keeps them apart; on PostgreSQL serve with \
             a user that does not own the ledger (sla ledger grant)"
        );
    }
    let settings = Settings { requests_per_second: arguments.requests_per_second, ..Settings::default() };
    let api = Api::new(ledger.clone(), templates, settings, || chrono::Utc::now().timestamp());
    let address = format!("{}://{}", server.scheme(), server.address());
    output.print(
        || format!("serving {address}/api/v1 until Ctrl-C"),
        || json!({ "serving": format!("{address}/api/v1") }),
    );
    server.run(api, interrupted()).await?;
    ledger.close().await;
    tracing::info!("stopped");
    Ok(())
}
