//! Letters beside the month's own: what a customer is told at once, when something was decided, when a month was computed
//! anew, before maintenance, and after a year.
//!
//! Each has one kind of record that it rests on and says nothing that is not in it. An occasion that is none is refused with
//! the reason; nothing here decides anything about a month.

use std::str::FromStr;

use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;
use sla_core::billing::Settlement;
use sla_core::evidence::sha256_hex;
use sla_core::plan::MaintenanceNotice;
use sla_core::ratio::Percent;
use sla_core::record::{
    Change, Contact, Language, MonthDifference, MonthRecord, PromiseFigures, RecordEarlier, Verdict,
};
use sla_core::standing::{CommitmentStanding, MonthStanding, Outlook};
use sla_core::time::Month;

use crate::letter::Letter;
use crate::mail::Envelope;
use crate::render::{self, Scene};
use crate::{Document, ReportError, Templates};

/// Months of a year.
const YEAR: usize = 12;

/// What a letter is written for.
#[derive(Clone, Copy, Debug)]
pub enum Occasion<'a> {
    /// An error budget is used up while the month runs.
    Breach {
        /// How the month stands.
        standing: &'a MonthStanding,
        /// The instant at which it stands like that, in UTC.
        at: &'a str,
        /// The tenant's language.
        language: Language,
    },
    /// What a month owes was decided.
    Credit {
        /// The month.
        record: &'a MonthRecord,
        /// What was decided; `None` while it was not approved.
        settlement: Option<&'a Settlement>,
    },
    /// A month was computed anew.
    Restatement {
        /// The revision that the customer has: the last one before that was issued, with what was decided of it.
        before: Option<(&'a MonthRecord, &'a Settlement)>,
        /// The later revision.
        after: &'a MonthRecord,
        /// What was decided of it; `None` while it was not approved.
        settlement: Option<&'a Settlement>,
    },
    /// Maintenance is ahead.
    Maintenance {
        /// The windows.
        notice: &'a MaintenanceNotice,
        /// The tenant's language.
        language: Language,
    },
    /// Every promise was kept for twelve months, the last one being this.
    Year {
        /// The last month, with the eleven before.
        record: &'a MonthRecord,
    },
}

/// Why there is no such letter.
#[derive(Debug, thiserror::Error)]
pub enum OccasionError {
    /// Every budget lasts so far.
    #[error("{tenant}, {month}: no error budget is used up; sla standing tells how much is left of each")]
    NoBreach {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
    },
    /// Nobody approved the month.
    #[error(
        "{tenant}, {month}, revision {revision} is not approved; a credit is announced when it is: sla month approve"
    )]
    NotApproved {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
        /// The revision.
        revision: u32,
    },
    /// The customer gets nothing.
    #[error(
        "{tenant}, {month}, revision {revision} gives the customer nothing more; the month's letter says what was decided"
    )]
    NoCredit {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
        /// The revision.
        revision: u32,
    },
    /// The month was closed once.
    #[error("{tenant}, {month} has revision 1 only: nothing was computed anew; sla restate does")]
    FirstRevision {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
    },
    /// The customer has no earlier revision.
    #[error(
        "{tenant}, {month}: no revision before {revision} was issued, so nothing changes for the customer; the month's letter tells \
         of revision {revision}"
    )]
    NotIssuedBefore {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
        /// The revision.
        revision: u32,
    },
    /// No maintenance is ahead.
    #[error("{tenant}, {month}: no maintenance is ahead; sla exclusion list shows every window that was entered")]
    NoMaintenance {
        /// The tenant.
        tenant: String,
        /// The month.
        month: Month,
    },
    /// Some of the twelve months were not closed.
    #[error("{tenant}: a year has twelve closed months, {found} of those up to {month} are; missing: {missing}")]
    MonthsMissing {
        /// The tenant.
        tenant: String,
        /// The last month.
        month: Month,
        /// How many are closed.
        found: usize,
        /// The others.
        missing: String,
    },
    /// A promise was not kept, or nobody can tell.
    #[error("{tenant}: not every promise was kept in the year up to {month}; {promise} in {broken} is {}", verdict.name())]
    NotKept {
        /// The tenant.
        tenant: String,
        /// The last month.
        month: Month,
        /// The promise.
        promise: String,
        /// The month.
        broken: Month,
        /// What it is.
        verdict: Verdict,
    },
    /// The letter cannot be drawn.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl OccasionError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoBreach { .. } => "occasion.no_breach",
            Self::NotApproved { .. } => "occasion.not_approved",
            Self::NoCredit { .. } => "occasion.no_credit",
            Self::FirstRevision { .. } => "occasion.first_revision",
            Self::NotIssuedBefore { .. } => "occasion.not_issued_before",
            Self::NoMaintenance { .. } => "occasion.no_maintenance",
            Self::MonthsMissing { .. } => "occasion.months_missing",
            Self::NotKept { .. } => "occasion.not_kept",
            Self::Report(_) => "report",
        }
    }
}

/// Kinds of letters, as templates and files are named after them.
pub(crate) const KINDS: [&str; 5] = ["breach", "credit", "restatement", "maintenance", "year"];

/// Names of the templates of a language: the kinds, and what they begin with.
pub(crate) fn template_names(language: Language) -> impl Iterator<Item = String> {
    let kinds = KINDS.into_iter().chain(["head"]);
    kinds.map(move |kind| format!("letter-{kind}.{}.md", language.code()))
}

/// The letter of an occasion as drafts, in this order: a mail, Markdown, and HTML for word processors. What is about a closed
/// month has its report attached.
///
/// # Errors
/// [`OccasionError`] when there is no such occasion.
pub fn occasion_documents(
    templates: &Templates,
    occasion: Occasion<'_>,
    contacts: &[Contact],
) -> Result<Vec<Document>, OccasionError> {
    let letter = occasion.letter(templates, contacts)?;
    let pdf = occasion.closed().map(|(record, settlement)| {
        crate::pdf::write(templates, record, &crate::manuscript_of(templates, record, settlement)?)
    });
    let pdf = pdf.transpose()?;
    let mail = Envelope {
        provider: &templates.look(occasion.tenant()).theme.provider,
        contacts,
        language: occasion.language(),
        at: occasion.at(),
        time_zone: occasion.time_zone(),
        identity: sha256_hex(format!("{}\n{}", occasion.kind(), letter.markdown).as_bytes()),
        revision: occasion.closed().map_or(1, |(record, _)| record.revision),
        is_draft: occasion.closed().is_none_or(|(_, settlement)| settlement.is_none()),
        pdf: pdf.as_deref(),
    };
    let [eml, markdown, html] = occasion.names();
    Ok(vec![
        Document { name: eml, bytes: mail.mail(&letter)? },
        Document { name: markdown, bytes: letter.markdown.into_bytes() },
        Document { name: html, bytes: letter.page.into_bytes() },
    ])
}

impl<'a> Occasion<'a> {
    /// The kind's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Breach { .. } => "breach",
            Self::Credit { .. } => "credit",
            Self::Restatement { .. } => "restatement",
            Self::Maintenance { .. } => "maintenance",
            Self::Year { .. } => "year",
        }
    }

    fn names(&self) -> [&'static str; 3] {
        match self {
            Self::Breach { .. } => ["letter-breach.eml", "letter-breach.md", "letter-breach.html"],
            Self::Credit { .. } => ["letter-credit.eml", "letter-credit.md", "letter-credit.html"],
            Self::Restatement { .. } => ["letter-restatement.eml", "letter-restatement.md", "letter-restatement.html"],
            Self::Maintenance { .. } => ["letter-maintenance.eml", "letter-maintenance.md", "letter-maintenance.html"],
            Self::Year { .. } => ["letter-year.eml", "letter-year.md", "letter-year.html"],
        }
    }

    /// The month whose report goes with it, and what was decided of it.
    fn closed(&self) -> Option<(&'a MonthRecord, Option<&'a Settlement>)> {
        match *self {
            Self::Breach { .. } | Self::Maintenance { .. } => None,
            Self::Credit { record, settlement } => Some((record, settlement)),
            Self::Restatement { after, settlement, .. } => Some((after, settlement)),
            Self::Year { record } => Some((record, None)),
        }
    }

    fn language(&self) -> Language {
        match *self {
            Self::Breach { language, .. } | Self::Maintenance { language, .. } => language,
            Self::Credit { record, .. } | Self::Year { record } | Self::Restatement { after: record, .. } => {
                record.language
            }
        }
    }

    fn time_zone(&self) -> &'a str {
        match *self {
            Self::Breach { standing, .. } => &standing.time_zone,
            Self::Maintenance { notice, .. } => &notice.time_zone,
            Self::Credit { record, .. } | Self::Year { record } | Self::Restatement { after: record, .. } => {
                &record.period.time_zone
            }
        }
    }

    /// The first moment at which the letter could be true.
    fn at(&self) -> &'a str {
        match *self {
            Self::Breach { at, .. } => at,
            Self::Maintenance { notice, .. } => &notice.at,
            Self::Credit { record, settlement } | Self::Restatement { after: record, settlement, .. } => {
                settlement.map_or(&record.period.end, |settlement| &settlement.at)
            }
            Self::Year { record } => &record.period.end,
        }
    }

    fn tenant(&self) -> &'a str {
        match *self {
            Self::Breach { standing, .. } => &standing.tenant,
            Self::Maintenance { notice, .. } => &notice.tenant,
            Self::Credit { record, .. } | Self::Year { record } | Self::Restatement { after: record, .. } => {
                &record.tenant
            }
        }
    }

    fn customer(&self) -> &'a str {
        match *self {
            Self::Breach { standing, .. } => &standing.tenant_name,
            Self::Maintenance { notice, .. } => &notice.tenant_name,
            Self::Credit { record, .. } | Self::Year { record } | Self::Restatement { after: record, .. } => {
                &record.tenant_name
            }
        }
    }

    pub(crate) fn letter(&self, templates: &Templates, contacts: &[Contact]) -> Result<Letter, OccasionError> {
        let values = self.values(templates)?;
        let values = context! { customer => self.customer(), at => self.at(), ..values };
        let language = self.language();
        let file = format!("letter-{}.{}.md", self.kind(), language.code());
        let scene = Scene { tenant: self.tenant(), time_zone: self.time_zone(), contacts, values };
        Ok(Letter::of_occasion(templates, file, language, scene)?)
    }

    /// What the template is given.
    fn values(&self, templates: &Templates) -> Result<Value, OccasionError> {
        match *self {
            Self::Breach { standing, .. } => {
                let is_spent = |one: &&CommitmentStanding| one.outlook == Outlook::UsedUp;
                let spent: Vec<_> = standing.commitments.iter().filter(is_spent).collect();
                if spent.is_empty() {
                    return Err(OccasionError::NoBreach { tenant: standing.tenant.clone(), month: standing.month });
                }
                Ok(context! { standing => Value::from(Serde(standing)), spent => Value::from(Serde(spent)) })
            }
            Self::Credit { record, settlement } => {
                let (tenant, month, revision) = (record.tenant.clone(), record.month, record.revision);
                match settlement {
                    None => Err(OccasionError::NotApproved { tenant, month, revision }),
                    Some(settled) if settled.total.letter_minor <= 0 => {
                        Err(OccasionError::NoCredit { tenant, month, revision })
                    }
                    Some(_) => Ok(context! {
                        derived => Value::from(Serde(render::derived(templates, record)?)),
                        ..render::values(templates, record, settlement)?
                    }),
                }
            }
            Self::Restatement { before, after, settlement } => {
                let (tenant, month, revision) = (after.tenant.clone(), after.month, after.revision);
                if revision < 2 {
                    return Err(OccasionError::FirstRevision { tenant, month });
                }
                let (before, settled) = before.ok_or(OccasionError::NotIssuedBefore { tenant, month, revision })?;
                let difference = MonthDifference::between(before, after);
                Ok(context! {
                    before => Value::from(Serde(before)),
                    settled_before => Value::from(Serde(settled)),
                    changed => Value::from(Serde(changed(before, after, &difference))),
                    difference => Value::from(Serde(&difference)),
                    ..render::values(templates, after, settlement)?
                })
            }
            Self::Maintenance { notice, .. } if notice.windows.is_empty() => {
                Err(OccasionError::NoMaintenance { tenant: notice.tenant.clone(), month: notice.month })
            }
            Self::Maintenance { notice, .. } => Ok(context! { notice => Value::from(Serde(notice)) }),
            Self::Year { record } => Ok(context! {
                first => record.month.minus(11).to_string(),
                kept => Value::from(Serde(kept(record)?)),
                ..render::values(templates, record, None)?
            }),
        }
    }
}

/// A promise that a restatement judges otherwise.
#[derive(Serialize)]
struct Changed<'a> {
    title: String,
    figures: &'a Change<Option<PromiseFigures>>,
}

fn changed<'a>(before: &MonthRecord, after: &MonthRecord, difference: &'a MonthDifference) -> Vec<Changed<'a>> {
    let title = |record: &MonthRecord, key: &str| {
        let named = record.promises().find(|promise| promise.key(record.contract.version) == key);
        named.map(|promise| promise.title.to_owned())
    };
    let changed = difference.promises.iter().map(|one| Changed {
        title: title(after, &one.promise)
            .or_else(|| title(before, &one.promise))
            .unwrap_or_else(|| one.promise.clone()),
        figures: &one.figures,
    });
    changed.collect()
}

/// A promise that was kept all year.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Kept {
    title: String,
    /// The promised percentage of the last month that judged it.
    target: String,
    /// Whether another percentage was promised before.
    target_changed: bool,
    /// How many of the twelve months judged it.
    months: usize,
    /// The least that was attained, in percent, and the first month with it; null when nothing was to be judged in any.
    least: Option<(String, Month)>,
}

/// How every promise went in the year that ends with a month.
fn kept(record: &MonthRecord) -> Result<Vec<Kept>, OccasionError> {
    let own = RecordEarlier::before(
        &MonthRecord { month: record.month.plus(1), ..record.clone() },
        std::slice::from_ref(record),
    );
    let first = record.month.minus(11);
    let months: Vec<&RecordEarlier> =
        record.earlier.iter().filter(|one| (first..record.month).contains(&one.month)).chain(&own).collect();
    if months.len() < YEAR {
        let missing = (0..YEAR).filter_map(|ahead| {
            let month = first.plus(u32::try_from(ahead).ok()?);
            (!months.iter().any(|one| one.month == month)).then(|| month.to_string())
        });
        let missing = missing.collect::<Vec<_>>().join(", ");
        let (tenant, month) = (record.tenant.clone(), record.month);
        return Err(OccasionError::MonthsMissing { tenant, month, found: months.len(), missing });
    }
    let mut kept: Vec<Kept> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (month, promise) in months.iter().flat_map(|one| one.promises.iter().map(|promise| (one.month, promise))) {
        if promise.verdict != Verdict::Met {
            return Err(OccasionError::NotKept {
                tenant: record.tenant.clone(),
                month: record.month,
                promise: promise.name.clone(),
                broken: month,
                verdict: promise.verdict,
            });
        }
        let at = names.iter().position(|name| *name == promise.name).unwrap_or_else(|| {
            let titled = record.promises().find(|one| one.name == promise.name);
            names.push(&promise.name);
            kept.push(Kept {
                title: titled.map_or_else(|| promise.name.clone(), |one| one.title.to_owned()),
                target: promise.target.clone(),
                target_changed: false,
                months: 0,
                least: None,
            });
            kept.len() - 1
        });
        let one = &mut kept[at];
        one.months += 1;
        one.target_changed |= one.target != promise.target;
        one.target.clone_from(&promise.target);
        let low = promise.attained.low.as_ref();
        let is_less = |low: &&String| match &one.least {
            None => true,
            Some((least, _)) => exact(low) < exact(least),
        };
        if let Some(low) = low.filter(is_less) {
            one.least = Some((low.clone(), month));
        }
    }
    Ok(kept)
}

/// Percentages of one number of digits, all rounded down, keep their order.
fn exact(percent: &str) -> Option<sla_core::ratio::Ratio> {
    Percent::from_str(percent).ok().map(|percent| percent.ratio())
}

/// Every letter once, on invented occasions, and what is wrong with those that cannot be written.
pub(crate) fn try_out(templates: &Templates, language: Language) -> Vec<ReportError> {
    let made = crate::sample::Occasions::new(language);
    let contacts = crate::sample::contacts();
    let tried = made.all().into_iter().filter_map(|occasion| match occasion.letter(templates, &contacts) {
        Ok(_) => None,
        Err(OccasionError::Report(error)) => Some(error),
        Err(other) => unreachable!("the invented occasions are some: {other}"),
    });
    tried.collect()
}
