//! `sla key`, `sla month bundle`, `sla verify` and `sla diff`.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sla_app::{
    BundleCheck, BundleError, CheckOutcome, DocumentsRequest, Entry, Flaw, FluentValue, KeyFileError, KeychainError,
    Ledger, MonthSealError, OutFileError, SealRequest, SealedMonth, SecretKey, Verification, Words, compared, kept_key,
    lay_bundle, new_kept_key, new_key, open_key, public_key, read_bundle, read_sealed_record, seal_month,
    verify_bundle,
};
use sla_core::record::{Language, MonthRecord};
use sla_core::time::Month;

use crate::accounts::secret;
use crate::args::{Reviewed, Speech};
use crate::failure::Failure;
use crate::output::Output;
use crate::place::read_from;
use crate::restate::told;
use crate::templates::read_templates;

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key: FILE holds the secret one under a passphrase, FILE.pub the public one that customers get
    New {
        /// The file of the secret key, which must not be there yet, or keychain:NAME for the system's keychain
        #[arg(value_name = "FILE")]
        place: KeyPlace,
    },
    /// Show the public key: of its own file, or of a secret one, which asks for the passphrase
    Show {
        /// The file of either key, or keychain:NAME
        #[arg(value_name = "FILE")]
        place: KeyPlace,
    },
}

/// Where a secret key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyPlace {
    /// In a file, under a passphrase.
    File(PathBuf),
    /// In the system's keychain, which protects it.
    Keychain(Entry),
}

impl FromStr for KeyPlace {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.strip_prefix("keychain:") {
            Some(name) => Self::Keychain(Entry::seal_key(name)),
            None => Self::File(text.into()),
        })
    }
}

impl KeyPlace {
    /// Opens the key; only a file needs its passphrase.
    pub(crate) async fn open(
        &self,
        passphrase: impl FnOnce() -> Result<String, Failure>,
    ) -> Result<SecretKey, Failure> {
        Ok(match self {
            Self::File(file) => open_key(file, &passphrase()?)?,
            Self::Keychain(entry) => kept_key(entry).await?,
        })
    }
}

impl From<KeychainError> for Failure {
    fn from(error: KeychainError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

#[derive(Args)]
pub(crate) struct MonthBundle {
    #[command(flatten)]
    of: Reviewed,
    /// Folder with the catalogue's YAML files that the month was closed with, beside the documents in the ledger
    #[arg(long, value_name = "DIR")]
    catalogue: Option<PathBuf>,
    /// Where the evidence is: the folder that the month was closed into, one with the files themselves, or a bucket such as s3://BUCKET/PREFIX
    #[arg(long, value_name = "PLACE", env = "SLA_EVIDENCE", hide_env_values = true)]
    evidence: String,
    /// Folder for the bundle, which is named by tenant and month
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder with wording and look of your own; what is not in it is taken from the built-in templates
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// File of the secret key, whose passphrase is asked for, or read from standard input; or keychain:NAME
    #[arg(long, value_name = "FILE", env = "SLA_KEY")]
    key: KeyPlace,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// The public key that the provider made known: its file, or the line that stands in it
    #[arg(long, value_name = "PUBLIC")]
    key: Option<String>,
    /// The language; that of the bundle's documents when not said
    #[arg(long, value_name = "CODE")]
    language: Option<Speech>,
}

#[derive(Args)]
pub(crate) struct Diff {
    /// Two bundles of a month, the earlier first; or none, and the revisions of a ledger
    #[arg(value_name = "BUNDLE", num_args = 2, conflicts_with_all = ["month", "tenant", "contract", "before", "after"])]
    bundles: Vec<PathBuf>,
    /// The public key that both bundles are signed with
    #[arg(long, value_name = "PUBLIC", requires = "bundles")]
    key: Option<String>,
    /// The month, for example 2026-10
    #[arg(long, value_name = "YYYY-MM", required_unless_present = "bundles", requires = "tenant")]
    month: Option<Month>,
    /// The tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// The contract; need not be said where the tenant has one
    #[arg(long, value_name = "ID")]
    contract: Option<String>,
    /// The earlier revision; the one before the later when not said
    #[arg(long, value_name = "NUMBER")]
    before: Option<u32>,
    /// The later revision; the latest when not said
    #[arg(long, value_name = "NUMBER")]
    after: Option<u32>,
    /// Where the ledger is: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "SLA_LEDGER", hide_env_values = true)]
    ledger: Option<String>,
}

pub(crate) async fn key(command: &KeyCommand, output: Output) -> Result<(), Failure> {
    let (public, file) = match command {
        KeyCommand::New { place: KeyPlace::Keychain(entry) } => (new_kept_key(entry).await?, None),
        KeyCommand::New { place: KeyPlace::File(file) } => {
            let (public, beside) = new_key(file, &secret("Passphrase", true)?)?;
            (public, Some(beside))
        }
        KeyCommand::Show { place: KeyPlace::Keychain(entry) } => (kept_key(entry).await?.public(), None),
        // What is no public key is a secret one, or the refusal says that it is neither.
        KeyCommand::Show { place: KeyPlace::File(file) } => match public_key(&file.display().to_string()) {
            Ok(public) => (public, None),
            Err(KeyFileError::Read { path, source }) => return Err(KeyFileError::Read { path, source }.into()),
            Err(_) => (open_key(file, &secret("Passphrase", false)?)?.public(), None),
        },
    };
    let text = || {
        let made = file.as_ref().map(|file| format!("\npublic key in {}; give it to those who verify", file.display()));
        format!("key {}\n{}{}", public.id(), public.line(), made.unwrap_or_default())
    };
    output.print(text, || json!({ "id": public.id(), "public_key": public.line(), "file": file }));
    Ok(())
}

/// Seals a month.
pub(crate) async fn seal(arguments: &MonthBundle, output: Output) -> Result<(), Failure> {
    let MonthBundle { of, catalogue, evidence, out, templates: own, key, .. } = arguments;
    let templates = read_templates(own.as_deref())?;
    let templates = Arc::new(templates);
    let evidence = read_from(evidence)?;
    let ledger = Ledger::open_existing(&of.ledger).await?;
    let key = key.open(|| secret("Passphrase", false)).await?;
    let request = SealRequest {
        of: DocumentsRequest {
            tenant: &of.tenant,
            month: of.month,
            contract: of.contract.as_deref(),
            revision: of.revision,
            templates: &templates,
        },
        templates: own.as_deref(),
        folder: catalogue.as_deref(),
        evidence: &evidence,
        key: &key,
    };
    let sealed = seal_month(&ledger, &request).await;
    ledger.close().await;
    let sealed = sealed?;
    let (path, unchanged) = lay_bundle(&sealed, out)?;
    let text = || {
        let was = if unchanged { "lay there already in" } else { "sealed in" };
        format!("{was} {}\nkey {}; sla verify checks it, on any machine", path.display(), key.public().id())
    };
    let value = || json!({ "file": path, "unchanged": unchanged, "key": key.public().id(), "month": sealed.verification.month });
    output.print(text, value);
    Ok(())
}

/// Says what agrees of a bundle, and what does not.
pub(crate) async fn verify(arguments: &Verify, output: Output) -> Result<(), Failure> {
    let key = arguments.key.as_deref().map(public_key).transpose()?;
    let bytes = read_bundle(&arguments.bundle)?;
    let verification = verify_bundle(bytes, key.as_ref()).await?;
    let own = verification.month.as_ref().map_or(Language::En, |month| month.language);
    let words = Words::new(arguments.language.map_or(own, Into::into));
    output.print(|| said(&verification, &words), || json!(verification));
    if verification.agrees { Ok(()) } else { Err(Failure::printed_bundle()) }
}

/// Says what the later of two revisions says otherwise.
pub(crate) async fn diff(arguments: &Diff, output: Output) -> Result<(), Failure> {
    let (before, after) = match arguments.bundles.as_slice() {
        [before, after] => {
            let key = arguments.key.as_deref().map(public_key).transpose()?;
            let read = |path: &Path| read_sealed_record(path, key.as_ref());
            (read(before)?, read(after)?)
        }
        _ => revisions(arguments).await?,
    };
    let difference = compared(&before, &after)?;
    let text = || match before.digest() == after.digest() {
        true => format!("{}\n  nothing: both say the same", told(&difference)),
        false => told(&difference),
    };
    output.print(text, || json!(difference));
    Ok(())
}

/// Two revisions of a ledger.
async fn revisions(arguments: &Diff) -> Result<(MonthRecord, MonthRecord), Failure> {
    let Diff { month: Some(month), tenant: Some(tenant), ledger: Some(ledger), .. } = arguments else {
        return Err(Failure::usage("give two bundles, or --month, --tenant and --ledger".to_owned()));
    };
    let ledger = Ledger::open_existing(ledger).await?;
    let of = |revision| sla_app::record_of(&ledger, (tenant, *month), arguments.contract.as_deref(), revision);
    let read = async {
        let after = of(arguments.after).await?;
        let before = arguments.before.unwrap_or(after.revision.saturating_sub(1));
        if before == 0 {
            let message = format!("{tenant}, {month}: there is no revision before {}", after.revision);
            return Err(Failure::new("diff.first", message));
        }
        Ok((of(Some(before)).await?, after))
    };
    let read = read.await;
    ledger.close().await;
    read
}

/// What became of a bundle, in words.
fn said(verification: &Verification, words: &Words) -> String {
    let Verification { month, key_given, checks, earlier_months, .. } = verification;
    let mut lines = vec![of(month.as_ref(), words)];
    for check in checks {
        lines.push(outcome(check, words));
        lines.extend(check.flaws.iter().map(|flaw| format!("    {}", flawed(flaw, words))));
    }
    if let Some(difference) = &verification.difference {
        lines.push(told(difference));
    }
    if let Some(SealedMonth { key: Some(key), chain_head, .. }) = month {
        // Where the seal differs, the flaw says whose it is.
        let is_sealed = |one: &BundleCheck| one.check.name() == "seal" && one.outcome == CheckOutcome::Agrees;
        if checks.iter().any(is_sealed) {
            let id = if *key_given { "bundle-key-given" } else { "bundle-key-inside" };
            lines.push(words.with(id, [("key", key.as_str().into())]));
        }
        lines.push(words.with("bundle-chain-head", [("head", chain_head.as_str().into())]));
    }
    if *earlier_months > 0 {
        lines.push(words.with("bundle-earlier", [("count", FluentValue::from(*earlier_months))]));
    }
    lines.push(words.of(if verification.agrees { "bundle-agrees" } else { "bundle-differs" }));
    lines.join("\n")
}

fn of(month: Option<&SealedMonth>, words: &Words) -> String {
    let Some(month) = month else { return words.of("bundle-unread") };
    let (at, revision) = (month.month.to_string(), month.revision.to_string());
    words.with(
        "bundle-of",
        [
            ("tenant", month.tenant.as_str().into()),
            ("contract", month.contract.as_str().into()),
            ("month", at.as_str().into()),
            ("revision", revision.as_str().into()),
            ("program", month.program.as_str().into()),
        ],
    )
}

fn outcome(check: &BundleCheck, words: &Words) -> String {
    let mark = match check.outcome {
        CheckOutcome::Agrees => '✓',
        CheckOutcome::Differs => '✗',
        CheckOutcome::NotChecked => '–',
    };
    let id = format!("bundle-check-{}-{}", check.check.name(), check.outcome.name().replace('_', "-"));
    format!("{mark} {}", words.with(&id, [("count", FluentValue::from(check.count))]))
}

/// A flaw in words: its code is the id, its values are what the words name.
fn flawed(flaw: &Flaw, words: &Words) -> String {
    let Value::Object(mut values) = json!(flaw) else { unreachable!("a flaw is an object") };
    let code = values.remove("code").and_then(|code| code.as_str().map(|code| code.replace('_', "-")));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values: Vec<(String, String)> = values.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    let values = values.iter().map(|(name, value)| (name.as_str(), FluentValue::from(value.as_str())));
    words.with(&format!("bundle-flaw-{}", code.unwrap_or_default()), values)
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Unsound { .. } => Self::unsound_bundle(error.to_string()),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<OutFileError> for Failure {
    fn from(error: OutFileError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<MonthSealError> for Failure {
    fn from(error: MonthSealError) -> Self {
        let code = error.code();
        match error {
            MonthSealError::Documents(error) => error.into(),
            MonthSealError::Desk(error) => error.into(),
            MonthSealError::Close(error) => error.into(),
            MonthSealError::Otherwise { ref verification, .. } => {
                let words = Words::new(Language::En);
                Self::new(code, format!("{error}\n{}", said(verification, &words)))
            }
            error => Self::new(code, error.to_string()),
        }
    }
}
