//! `sla serve`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use sla_api::{Api, Certificate, Interface, Seal, ServeError, Server, Settings};
use sla_app::{Desk, JobError, Ledger, OpenId, OpenIdConfig, Runner, SecretKey, Wording, accounts, source_secret};

use crate::args;
use crate::bundle::KeyPlace;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::Output;
use crate::people_args::Provider;

/// Where the passphrase of the key that seals months stands.
const PASSPHRASE: &str = "SLA_KEY_PASSPHRASE";

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// Serves until it is told to stop.
pub(crate) async fn run(arguments: args::Serve, output: Output) -> Result<(), Failure> {
    let wording = match arguments.templates {
        None => Wording::builtin(),
        Some(folder) => Wording::open(folder).map_err(|error| Failure::new("templates", error.to_string()))?,
    };
    let openid = openid(arguments.provider)?;
    let interface = arguments.ui.as_deref().map(Interface::new).transpose();
    let interface = interface.map_err(|error| Failure::new("serve.ui", error.to_string()))?;
    let seal = match &arguments.seal_key {
        Some(key) => Some(Seal { key: opened(key).await? }),
        None => None,
    };
    let evidence = arguments.out.as_deref().map(|out| arguments.evidence.or(out)).transpose()?;
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
    let settings = Settings {
        requests_per_second: arguments.requests_per_second,
        sign_ins_per_minute: arguments.sign_ins_per_minute,
        ..Settings::default()
    };
    let clock = || chrono::Utc::now().timestamp();
    let wording = Arc::new(wording);
    let mut api = Api::new(ledger.clone(), Arc::clone(&wording), settings, clock);
    if let Some(openid) = openid {
        api = api.with_openid(openid);
    }
    api.set_seal(seal);
    let has_interface = interface.is_some();
    if let Some(interface) = interface {
        api = api.with_interface(interface);
    }
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let jobs = match arguments.out.zip(evidence) {
        None => tokio::spawn(async {}),
        Some((out, evidence)) => {
            let (ledger_at, catalogue, files) = (arguments.ledger, arguments.catalogue, arguments.files);
            let secrets = Box::new(source_secret);
            let desk = Desk { ledger: ledger_at, catalogue, files, out, evidence, wording, secrets };
            let runner = Runner::new(ledger.clone(), desk, clock)?;
            api = api.with_runner(runner.clone());
            tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await })
        }
    };
    let address = format!("{}://{}", server.scheme(), server.address());
    let whole = if has_interface { format!("{address} and ") } else { String::new() };
    output.print(
        || format!("serving {whole}{address}/api/v1 until Ctrl-C"),
        || json!({ "serving": format!("{address}/api/v1"), "interface": has_interface.then_some(&address) }),
    );
    let served = server.run(api, interrupted()).await;
    // What records its month goes on to its end; everything else is given up.
    let _ = stopping.send(());
    let _ = jobs.await;
    served?;
    ledger.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The key that seals months. A service has nobody to ask for the passphrase; it is never read from the command line.
async fn opened(key: &KeyPlace) -> Result<SecretKey, Failure> {
    let passphrase = || {
        std::env::var(PASSPHRASE).map_err(|error| {
            let what = format!("the variable {PASSPHRASE}, which opens --seal-key, cannot be read: {error}");
            Failure::new("serve.seal_key", what)
        })
    };
    key.open(passphrase).await
}

/// The provider that people sign in at. Its secret is read from the environment, never from the command line, which others can
/// read.
fn openid(provider: Provider) -> Result<Option<OpenId>, Failure> {
    let failed = |message: String| Failure::new("serve.openid", message);
    let Some(issuer) = provider.openid_issuer else { return Ok(None) };
    let secret = |name: String| {
        std::env::var(&name).map_err(|error| {
            failed(format!("the variable {name} that --openid-secret-env names cannot be read: {error}"))
        })
    };
    let authorities = |file: PathBuf| {
        std::fs::read(&file).map_err(|error| failed(format!("{} cannot be read: {error}", file.display())))
    };
    let config = OpenIdConfig {
        issuer,
        client_id: provider.openid_client.unwrap_or_default(),
        client_secret: provider.openid_secret_env.map(secret).transpose()?,
        redirects: provider.openid_redirect,
        claim: provider.openid_claim,
        ca_pem: provider.openid_ca.map(authorities).transpose()?,
    };
    OpenId::new(config).map(Some).map_err(|error| failed(error.to_string()))
}
