//! What every handler shares.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::StatusCode;
use sla_app::{Ledger, OpenId, Runner, SecretKey, Templates, Wording};
use sla_core::time::UnixSeconds;

use crate::guard::Limits;
use crate::interface::Interface;
use crate::metrics::Metrics;
use crate::problem::Problem;

/// What can be set; the defaults suit a company.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Longest body of a request in bytes.
    pub most_body_bytes: usize,
    /// Requests per second of one account, or of one address while nobody has signed in; as many again in a burst.
    pub requests_per_second: NonZeroU32,
    /// Attempts to sign in per minute from one address.
    pub sign_ins_per_minute: NonZeroU32,
    /// The longest that a request may take.
    pub most_seconds: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            most_body_bytes: 1 << 20,
            requests_per_second: const { NonZeroU32::new(50).expect("not zero") },
            sign_ins_per_minute: const { NonZeroU32::new(20).expect("not zero") },
            most_seconds: Duration::from_secs(60),
        }
    }
}

/// The API over one ledger.
#[derive(Clone)]
pub struct Api {
    pub(crate) ledger: Ledger,
    pub(crate) wording: Arc<Wording>,
    pub(crate) clock: Arc<dyn Fn() -> UnixSeconds + Send + Sync>,
    pub(crate) settings: Settings,
    pub(crate) limits: Arc<Limits>,
    pub(crate) metrics: Arc<Metrics>,
    /// Who carries jobs out; none where months are not closed.
    pub(crate) runner: Option<Runner>,
    pub(crate) openid: Option<Arc<OpenId>>,
    /// What browsers are given beside the API.
    pub(crate) interface: Option<Interface>,
    /// What months are sealed with.
    seal: Arc<RwLock<Option<Arc<Seal>>>>,
}

/// What months are sealed with.
pub struct Seal {
    /// The key.
    pub key: SecretKey,
}

impl Api {
    /// The API over a ledger. `clock` gives Unix seconds.
    pub fn new(
        ledger: Ledger,
        wording: Arc<Wording>,
        settings: Settings,
        clock: impl Fn() -> UnixSeconds + Send + Sync + 'static,
    ) -> Self {
        Self {
            ledger,
            wording,
            clock: Arc::new(clock),
            limits: Arc::new(Limits::new(&settings)),
            metrics: Arc::new(Metrics::default()),
            openid: None,
            interface: None,
            settings,
            runner: None,
            seal: Arc::default(),
        }
    }

    /// The same with somebody who carries jobs out, and the place where evidence lies.
    #[must_use]
    pub fn with_runner(self, runner: Runner) -> Self {
        Self { runner: Some(runner), ..self }
    }

    /// The catalogue's folder, where a part of it lies in one: what is entered is checked together with it.
    pub(crate) fn catalogue(&self) -> Option<&Path> {
        self.runner.as_ref().and_then(|runner| runner.desk().catalogue.as_deref())
    }

    pub(crate) fn runner(&self) -> Result<&Runner, Problem> {
        self.runner.as_ref().ok_or_else(|| {
            let detail = "this program has no folder for documents and evidence; start it with sla serve --out DIR";
            Problem::new(StatusCode::CONFLICT, "job.no_desk", detail)
        })
    }

    /// The same, where people sign in at a provider as well.
    #[must_use]
    pub fn with_openid(self, openid: OpenId) -> Self {
        Self { openid: Some(Arc::new(openid)), ..self }
    }

    /// The same with an interface for browsers.
    #[must_use]
    pub fn with_interface(self, interface: Interface) -> Self {
        Self { interface: Some(interface), ..self }
    }

    /// What months are sealed with from now on, also by those that were made from this one; nothing where there is none.
    pub fn set_seal(&self, seal: Option<Seal>) {
        *self.seal.write().unwrap_or_else(PoisonError::into_inner) = seal.map(Arc::new);
    }

    pub(crate) fn seal(&self) -> Option<Arc<Seal>> {
        self.seal.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The templates that are drawn with now; whoever begins with them ends with them.
    pub(crate) fn templates(&self) -> Arc<Templates> {
        self.wording.current()
    }

    pub(crate) fn now(&self) -> UnixSeconds {
        (self.clock)()
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Api")
            .field("ledger", &self.ledger)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
