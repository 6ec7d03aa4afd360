//! The catalogue in the ledger: every version of every document as it was entered, and what was decided of those that
//! count only once somebody else approved them. Nothing is edited: a changed document is a further version, and so is a
//! retired one.

mod facts;

use std::collections::BTreeMap;

use sla_core::access::Permission;
use sla_core::catalogue::{DECIDED_KINDS, DOCUMENT_LIMIT_BYTES, Decided, Ruling, SourceFile, concerns, stored_name};
use sla_core::decision::{Decision, Request, RequestState};
use sla_core::time::UnixSeconds;
use sqlx::any::{Any, AnyRow};
use sqlx::{Row as _, Transaction};

use crate::facts::FactRow as _;
use crate::record::Work;
use crate::session::query;
use crate::{Actor, Ledger, LedgerError};

pub(crate) use facts::{DecisionRow, DocumentRow};

/// Longest kind, in characters.
const KIND_LIMIT: usize = 40;
/// Longest name, in characters.
const NAME_LIMIT: usize = 200;
/// Longest reason, in characters.
const REASON_LIMIT: usize = 2_000;

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentVersion {
    /// Its kind, such as `Exclusion`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its version, 1 or more, without a gap.
    pub version: u32,
    /// Its text as it was entered; of a version that retires it, the text before.
    pub text: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Whether this version took it out of the catalogue.
    pub retired: bool,
    /// Who entered it.
    pub entered_by: String,
    /// When, Unix seconds.
    pub entered_at: UnixSeconds,
    /// Where it is, when it counts only once somebody approved it.
    pub state: Option<RequestState>,
    /// What was decided of it, in order.
    pub decisions: Vec<DecisionTaken>,
}

/// A decision that somebody took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionTaken {
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When, Unix seconds.
    pub at: UnixSeconds,
}

/// The catalogue as it is in the ledger at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredCatalogue {
    /// The last version of every document, retired ones too, by kind and name.
    pub documents: Vec<DocumentVersion>,
    /// How many versions there are of all documents together: another number tells that something was entered.
    pub versions: usize,
}

/// A document that somebody enters, or takes out of the catalogue.
#[derive(Clone, Debug)]
pub struct DocumentEntry {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Whether it is taken out.
    pub retired: bool,
    /// The version that was seen, 0 when there was none.
    pub seen: u32,
}

/// A decision that somebody wants to take.
#[derive(Clone, Copy, Debug)]
pub struct DecisionRequest<'a> {
    /// The kind of the document.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The version that was looked at; the last one when not said.
    pub version: Option<u32>,
    /// What is decided.
    pub decision: Decision,
    /// Why.
    pub reason: &'a str,
    /// How many decisions of that version were looked at; whatever there is when not said.
    pub seen: Option<usize>,
    /// Whom the document itself names as the one who asked.
    pub named: Option<&'a str>,
}

impl StoredCatalogue {
    /// What is in force, as files that findings can name.
    pub fn files(&self) -> Vec<SourceFile> {
        self.in_force().map(DocumentVersion::file).collect()
    }

    /// The last version of every document that is not retired.
    pub fn in_force(&self) -> impl Iterator<Item = &DocumentVersion> {
        self.documents.iter().filter(|document| !document.retired)
    }

    /// What was decided of documents in force.
    pub fn rulings(&self) -> Vec<Ruling> {
        self.in_force().filter_map(DocumentVersion::ruling).collect()
    }

    /// Whether a document is at the version that was seen; 0 when there was none.
    ///
    /// # Errors
    /// [`LedgerError::Stale`].
    pub fn must_be(&self, kind: &str, name: &str, seen: u32) -> Result<(), LedgerError> {
        must_be(kind, name, seen, self.find(kind, name).map_or(0, |last| last.version))
    }

    /// The last version of a document.
    pub fn find(&self, kind: &str, name: &str) -> Option<&DocumentVersion> {
        self.documents.iter().find(|document| document.kind == kind && document.name == name)
    }
}

impl DocumentVersion {
    /// It as a file, named so that findings can tell it.
    pub fn file(&self) -> SourceFile {
        SourceFile { name: stored_name(&self.kind, &self.name, self.version), text: self.text.clone() }
    }

    fn ruling(&self) -> Option<Ruling> {
        let decided = self.decisions.last();
        Some(Ruling {
            kind: self.kind.clone(),
            name: self.name.clone(),
            version: self.version,
            sha256: self.sha256.clone(),
            entered_by: self.entered_by.clone(),
            entered_at: self.entered_at,
            state: self.state?,
            decided: decided.map(|last| Decided { by: last.actor.clone(), at: last.at, reason: last.reason.clone() }),
        })
    }
}

/// Versions of documents, a text that is empty selecting all.
const DOCUMENTS: &str = "select kind, name, version, document, sha256, retired, actor, recorded_at
    from catalogue_documents where ($1 = '' or kind = $1) and ($2 = '' or name = $2) order by kind, name, version";

const DECISIONS: &str = "select kind, name, version, number, decision, reason, actor, recorded_at
    from catalogue_decisions where ($1 = '' or kind = $1) and ($2 = '' or name = $2)
    order by kind, name, version, number";

impl Ledger {
    /// The catalogue as it is now.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn catalogue(&self) -> Result<StoredCatalogue, LedgerError> {
        self.catalogue_then(UnixSeconds::MAX).await
    }

    /// The catalogue as it was at a time (Unix seconds): without what was entered and decided since.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn catalogue_then(&self, then: UnixSeconds) -> Result<StoredCatalogue, LedgerError> {
        let mut transaction = self.snapshot().await?;
        let versions = self.versions_until(&mut transaction, ["", ""], then).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        let mut stored = StoredCatalogue { versions: versions.len(), documents: Vec::new() };
        for version in versions {
            match stored.documents.last_mut() {
                Some(last) if (&last.kind, &last.name) == (&version.kind, &version.name) => *last = version,
                _ => stored.documents.push(version),
            }
        }
        Ok(stored)
    }

    /// Every version of a document, oldest first.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when there is none.
    pub async fn history(&self, kind: &str, name: &str) -> Result<Vec<DocumentVersion>, LedgerError> {
        let mut transaction = self.snapshot().await?;
        let versions = self.versions(&mut transaction, [kind, name]).await?;
        transaction.rollback().await.map_err(|error| self.address.failed(error))?;
        if versions.is_empty() || kind.is_empty() || name.is_empty() {
            return Err(unknown(kind, name));
        }
        Ok(versions)
    }

    async fn versions(
        &self,
        transaction: &mut Transaction<'static, Any>,
        of: [&str; 2],
    ) -> Result<Vec<DocumentVersion>, LedgerError> {
        self.versions_until(transaction, of, UnixSeconds::MAX).await
    }

    async fn versions_until(
        &self,
        transaction: &mut Transaction<'static, Any>,
        of: [&str; 2],
        until: UnixSeconds,
    ) -> Result<Vec<DocumentVersion>, LedgerError> {
        let failed = |error| self.address.failed(error);
        let mut found = [Vec::new(), Vec::new()];
        for (rows, sql) in found.iter_mut().zip([DOCUMENTS, DECISIONS]) {
            let query = query(sql).bind(of[0].to_owned()).bind(of[1].to_owned());
            *rows = query.fetch_all(&mut **transaction).await.map_err(failed)?;
        }
        let [documents, decisions] = found;
        let mut taken: BTreeMap<(String, String, i64), Vec<DecisionTaken>> = BTreeMap::new();
        for row in &decisions {
            let row = DecisionRow::read(row).map_err(failed)?;
            if row.recorded_at > until {
                continue;
            }
            let unreadable = || broken(format!("a decision {:?} cannot be read", row.decision));
            let decision = Decision::named(&row.decision).ok_or_else(unreadable)?;
            let one = DecisionTaken { decision, reason: row.reason, actor: row.actor, at: row.recorded_at };
            taken.entry((row.kind, row.name, row.version)).or_default().push(one);
        }
        let mut versions = Vec::with_capacity(documents.len());
        for row in &documents {
            let row = DocumentRow::read(row).map_err(failed)?;
            if row.recorded_at > until {
                continue;
            }
            let decisions = taken.remove(&(row.kind.clone(), row.name.clone(), row.version)).unwrap_or_default();
            versions.push(version(row, decisions)?);
        }
        Ok(versions)
    }

    /// Enters documents, all of them or none. `versions` is [`StoredCatalogue::versions`] of the catalogue that they
    /// were checked against; `at` in Unix seconds.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was entered then. [`LedgerError::Stale`] when a document is at another version than was
    /// seen,
    /// [`LedgerError::CatalogueMoved`] when others entered something meanwhile, [`LedgerError::Text`] for what is too
    /// long, [`LedgerError::Access`] when the ledger knows accounts and the actor may not.
    pub async fn enter(
        &self,
        entries: &[DocumentEntry],
        versions: usize,
        actor: impl Into<Actor<'_>>,
        at: UnixSeconds,
    ) -> Result<Vec<u32>, LedgerError> {
        let actor = actor.into();
        let actor = Actor { name: somebody(actor.name)?, ..actor };
        entries.iter().try_for_each(fits)?;
        let mut work = Work::begin(self, actor, at).await?;
        for entry in entries {
            work.may_for_concerned(Permission::of_entry(&entry.kind), &entry.kind, &entry.text)?;
        }
        // Whoever takes a document over from another tenant must be allowed to change that one's, too.
        if !work.is_for_all() {
            for entry in entries {
                let known = self.versions(&mut work.transaction, [&entry.kind, &entry.name]).await?;
                if let Some(known) = known.last() {
                    work.may_for_concerned(Permission::of_entry(&known.kind), &known.kind, &known.text)?;
                }
            }
        }
        let mut last = work.last_versions().await?;
        // Versions are counted without a gap: the last ones together are all there are.
        let now: usize = last.values().map(|version| *version as usize).sum();
        let mut entered = Vec::with_capacity(entries.len());
        for entry in entries {
            let last = last.entry((entry.kind.clone(), entry.name.clone())).or_default();
            must_be(&entry.kind, &entry.name, entry.seen, *last)?;
            *last += 1;
            entered.push(*last);
        }
        if now != versions {
            return Err(LedgerError::CatalogueMoved);
        }
        for (entry, version) in entries.iter().zip(&entered) {
            let row = DocumentRow {
                kind: entry.kind.clone(),
                name: entry.name.clone(),
                version: (*version).into(),
                document: entry.text.clone(),
                sha256: entry.sha256.clone(),
                retired: entry.retired.into(),
                actor: actor.name.to_owned(),
                recorded_at: at,
            };
            work.add(&row).await?;
        }
        work.commit().await?;
        Ok(entered)
    }

    /// Takes a decision about the last version of a document, and gives what it led to. `at` in Unix seconds.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was written then. [`LedgerError::Refused`] when the decision does not follow or is not
    /// theirs to take, [`LedgerError::Stale`] when there is a later version than the one that was looked at.
    pub async fn decide(
        &self,
        request: &DecisionRequest<'_>,
        actor: impl Into<Actor<'_>>,
        at: UnixSeconds,
    ) -> Result<DocumentVersion, LedgerError> {
        let DecisionRequest { kind, name, decision, .. } = *request;
        let origin = actor.into();
        let actor = origin.name;
        let reason = request.reason.trim();
        text("the reason", reason, REASON_LIMIT)?;
        text("the name of who decides", actor, NAME_LIMIT)?;
        let mut work = Work::begin(self, Actor { name: actor.trim(), ..origin }, at).await?;
        let permission = match decision {
            Decision::Withdraw => Permission::of_entry(kind),
            Decision::Approve | Decision::Refuse => Permission::ExclusionsDecide,
        };
        work.may(permission)?;
        let mut versions = self.versions(&mut work.transaction, [kind, name]).await?;
        let last = versions.pop().filter(|last| last.kind == kind && last.name == name);
        let Some(mut last) = last.filter(|last| !last.retired) else { return Err(unknown(kind, name)) };
        work.may_for_concerned(permission, kind, &last.text)?;
        must_be(kind, name, request.version.unwrap_or(last.version), last.version)?;
        let subject = format!("{kind} {name}, version {}", last.version);
        // An approval and a refusal at one instant: whoever comes second has not seen what they would overrule.
        let taken = last.decisions.len();
        if let Some(seen) = request.seen.filter(|seen| *seen != taken) {
            let what = format!("{seen} decisions were seen, {taken} are taken");
            return Err(LedgerError::Stale { subject, what });
        }
        let refused = |source| LedgerError::Refused { subject: subject.clone(), source };
        let Some(state) = last.state else {
            let known = format!("decisions are about: {}", DECIDED_KINDS.join(", "));
            return Err(LedgerError::Unknown { subject: format!("a decision about {kind} {name}"), known });
        };
        let of = Request { entered_by: &last.entered_by, named: request.named };
        of.may(decision, actor, reason).map_err(refused)?;
        last.state = Some(state.after(decision).map_err(refused)?);
        let row = DecisionRow {
            kind: kind.to_owned(),
            name: name.to_owned(),
            version: last.version.into(),
            number: last.decisions.len() as i64 + 1,
            decision: decision.name().to_owned(),
            reason: reason.to_owned(),
            actor: actor.trim().to_owned(),
            recorded_at: at,
        };
        work.add(&row).await?;
        work.commit().await?;
        last.decisions.push(DecisionTaken { decision, reason: row.reason, actor: row.actor, at });
        Ok(last)
    }
}

impl Work<'_> {
    /// Whether the actor may do something with a document: for its tenant where it concerns one, for all where it does not.
    fn may_for_concerned(&self, permission: Permission, kind: &str, text: &str) -> Result<(), LedgerError> {
        match concerns(kind, text) {
            Some(tenant) => self.may_for(permission, &tenant),
            None => self.may_for_all(permission),
        }
    }

    /// The last version of every document, by kind and name.
    async fn last_versions(&mut self) -> Result<BTreeMap<(String, String), u32>, LedgerError> {
        let rows = query("select kind, name, max(version) from catalogue_documents group by kind, name")
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(|error| self.failed(error))?;
        let read = |row: &AnyRow| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get::<i64, _>(2)?));
        let last: Vec<((String, String), i64)> =
            rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| self.failed(error))?;
        let number = |version: i64| u32::try_from(version).map_err(|_| broken(format!("there is a version {version}")));
        last.into_iter().map(|(key, version)| Ok((key, number(version)?))).collect()
    }
}

fn version(row: DocumentRow, decisions: Vec<DecisionTaken>) -> Result<DocumentVersion, LedgerError> {
    let unreadable = || broken(format!("version {} of {} {} cannot be read", row.version, row.kind, row.name));
    let state = decisions.iter().try_fold(RequestState::default(), |state, one| state.after(one.decision));
    let state = state.map_err(|error| broken(error.to_string()))?;
    Ok(DocumentVersion {
        version: u32::try_from(row.version).map_err(|_| unreadable())?,
        state: DECIDED_KINDS.contains(&row.kind.as_str()).then_some(state),
        kind: row.kind,
        name: row.name,
        text: row.document,
        sha256: row.sha256,
        retired: row.retired != 0,
        entered_by: row.actor,
        entered_at: row.recorded_at,
        decisions,
    })
}

/// Who enters something; a space more is not another person.
fn somebody(actor: &str) -> Result<&str, LedgerError> {
    text("the name of who enters it", actor, NAME_LIMIT)?;
    match actor.trim() {
        "" => Err(LedgerError::Text {
            what: "the name of who enters it",
            found: "nothing".to_owned(),
            expected: "a name".to_owned(),
        }),
        actor => Ok(actor),
    }
}

fn fits(entry: &DocumentEntry) -> Result<(), LedgerError> {
    text("the kind of a document", &entry.kind, KIND_LIMIT)?;
    text("the name of a document", &entry.name, NAME_LIMIT)?;
    if entry.text.len() > DOCUMENT_LIMIT_BYTES {
        return Err(LedgerError::Text {
            what: "a document",
            found: format!("{} bytes", entry.text.len()),
            expected: format!("at most {DOCUMENT_LIMIT_BYTES} bytes"),
        });
    }
    text("a document", &entry.text, DOCUMENT_LIMIT_BYTES)
}

/// A text that both engines keep: PostgreSQL has no character U+0000.
fn text(what: &'static str, text: &str, limit: usize) -> Result<(), LedgerError> {
    let found = match text.chars().count() {
        count if count > limit => format!("{count} characters"),
        _ if text.contains('\0') => "the character U+0000".to_owned(),
        _ => return Ok(()),
    };
    Err(LedgerError::Text { what, found, expected: format!("at most {limit} characters of text") })
}

/// Whether a document is at the version that was seen; 0 is none.
fn must_be(kind: &str, name: &str, seen: u32, now: u32) -> Result<(), LedgerError> {
    let of = |version| if version == 0 { "none".to_owned() } else { format!("version {version}") };
    let what = || format!("{} was seen, there is {}", of(seen), of(now));
    if seen == now { Ok(()) } else { Err(LedgerError::Stale { subject: format!("{kind} {name}"), what: what() }) }
}

fn unknown(kind: &str, name: &str) -> LedgerError {
    LedgerError::Unknown {
        subject: format!("{kind} {name}"),
        known: "sla catalogue list names what is there".to_owned(),
    }
}

fn broken(what: String) -> LedgerError {
    LedgerError::Broken { what }
}
