//! The letter of a revision: as it is drawn, and as a person words it. What they write is what goes out with the month; the
//! drawn one stays to be read beside it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::billing::Settlement;
use sla_core::evidence::sha256_hex;
use sla_core::time::{UnixSeconds, utc_text};
use sla_core::workflow::MonthState;
use sla_ledger::{Actor, Ledger, LetterEntry, LetterOf, LetterVersion, MonthStatus};
use sla_report::{ReportError, drawn_letter, written_letter};

use crate::billing::on_record;
use crate::documents::{DocumentsError, DocumentsRequest, chosen, contacts};

/// Longest letter in letters.
const MOST_LETTERS: usize = 60_000;

/// The letter of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LetterView {
    /// The revision.
    pub revision: u32,
    /// Where the month is; what was issued changes no more.
    pub state: MonthState,
    /// The letter as it is drawn now, in Markdown.
    pub drawn: String,
    /// What people wrote in its place, oldest first; the last one is the letter.
    pub versions: Vec<LetterVersionView>,
}

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LetterVersionView {
    /// Its number, from 1.
    pub number: u32,
    /// What it says, in Markdown.
    pub text: String,
    /// The drawn letter that it was written from.
    pub base: String,
    /// Whether that is what is drawn now; otherwise something was decided since, and the letter may not say it.
    pub is_of_drawn: bool,
    /// Who wrote it.
    pub actor: String,
    /// When, in UTC.
    pub at: String,
}

/// Why a letter was not written; nothing was kept then.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The month is not found, or the letter cannot be drawn.
    #[error(transparent)]
    Documents(#[from] DocumentsError),
    /// What was looked at is not there any more.
    #[error("the letter has changed since it was looked at; look again")]
    Stale,
    /// The text is no letter.
    #[error("line {line} of the letter: {reason}")]
    NoLetter {
        /// The line, from 1.
        line: usize,
        /// What was found and what is expected.
        reason: String,
    },
    /// The text is too long.
    #[error("the letter has {letters} letters; expected at most {MOST_LETTERS}")]
    TooLong {
        /// How many it has.
        letters: usize,
    },
}

impl LetterError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Documents(error) => error.code(),
            Self::Stale => "ledger.stale",
            Self::NoLetter { .. } => "letter.no_letter",
            Self::TooLong { .. } => "letter.too_long",
        }
    }
}

impl LetterView {
    /// What tells this state of the letter from another: whoever writes says what they had before them.
    pub fn tag(&self) -> String {
        format!("{}.{}.{}", self.revision, self.versions.len(), &sha256_hex(self.drawn.as_bytes())[..16])
    }

    /// The same as the customer sees it: what was sent.
    #[must_use]
    pub fn for_customer(mut self) -> Self {
        if let Some(last) = self.versions.pop() {
            (self.drawn, self.versions) = (last.text, Vec::new());
        }
        self
    }

    fn of(status: &MonthStatus, drawn: String, versions: Vec<LetterVersion>) -> Self {
        let version = |version: LetterVersion| LetterVersionView {
            number: version.number,
            text: version.text,
            is_of_drawn: version.base == drawn,
            base: version.base,
            actor: version.actor,
            at: utc_text(version.at),
        };
        let versions = versions.into_iter().map(version).collect();
        Self { revision: status.record.revision, state: status.state, versions, drawn }
    }
}

fn of(status: &MonthStatus) -> LetterOf<'_> {
    let record = &status.record;
    LetterOf { tenant: &record.tenant, contract: &record.contract.id, month: record.month, revision: record.revision }
}

async fn drawn(
    ledger: &Ledger,
    status: &MonthStatus,
    request: &DocumentsRequest<'_>,
) -> Result<String, DocumentsError> {
    let contacts = contacts(ledger, status).await?;
    let settlement = Settlement::of(&on_record(status))?;
    let templates = Arc::clone(request.templates);
    drawn_letter(&templates, &status.record, settlement.as_ref(), &contacts)
        .map_err(|source| DocumentsError::Report { tenant: request.tenant.to_owned(), source })
}

/// The letter of a revision.
///
/// # Errors
/// [`DocumentsError`].
pub async fn letter(ledger: &Ledger, request: &DocumentsRequest<'_>) -> Result<LetterView, DocumentsError> {
    let known = ledger.revisions(Some(request.tenant), Some(request.month)).await?;
    let status = chosen(&known, request)?;
    let drawn = drawn(ledger, status, request).await?;
    Ok(LetterView::of(status, drawn, ledger.letters(&of(status)).await?))
}

/// Keeps what somebody wrote as the letter of a revision; `seen` is the tag of what they had before them.
///
/// # Errors
/// [`LetterError`]; nothing was kept then.
pub async fn write_letter(
    ledger: &Ledger,
    request: &DocumentsRequest<'_>,
    (text, seen): (&str, &str),
    actor: Actor<'_>,
    now: UnixSeconds,
) -> Result<LetterView, LetterError> {
    let letters = text.chars().count();
    if letters > MOST_LETTERS {
        return Err(LetterError::TooLong { letters });
    }
    let text = written_letter(text).map_err(|error| no_letter(text, error))?;
    let known = ledger.revisions(Some(request.tenant), Some(request.month)).await.map_err(DocumentsError::from)?;
    let status = chosen(&known, request).map_err(DocumentsError::from)?;
    let drawn = drawn(ledger, status, request).await?;
    let versions = ledger.letters(&of(status)).await.map_err(DocumentsError::from)?;
    let before = LetterView::of(status, drawn, versions);
    if before.tag() != seen {
        return Err(LetterError::Stale);
    }
    let entry = LetterEntry { of: of(status), text: &text, base: &before.drawn, seen: before.versions.len() };
    let versions = ledger.write_letter(&entry, actor, now).await.map_err(DocumentsError::from)?;
    Ok(LetterView::of(status, before.drawn, versions))
}

/// Where in the text it is that is no letter.
fn no_letter(text: &str, error: ReportError) -> LetterError {
    let ReportError::Block { expected, found, text: produced, .. } = error else {
        return LetterError::NoLetter { line: 1, reason: error.to_string() };
    };
    let is_it = |line: &str| !produced.is_empty() && line.contains(produced.trim());
    let line = text.lines().position(is_it).unwrap_or_default() + 1;
    LetterError::NoLetter { line, reason: format!("expected {}; found {}", expected.en(), found.en()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_is_told_with_its_line() {
        #[track_caller]
        fn check(text: &str, line: usize, expected: &str) {
            let error = no_letter(text, written_letter(text).expect_err("it is refused"));
            let LetterError::NoLetter { line: found, reason } = error else { panic!("{error}") };
            assert_eq!(found, line, "{text:?}: {reason}");
            assert!(reason.contains(expected), "{reason}");
        }
        check("Hello", 1, "begins with its subject as a heading");

        check("# Subject\n\nHello\n\n![a picture](x.png)\n", 5, "found a picture");
        check("", 1, "begins with its subject as a heading");
        check("# Subject\n\n```chart\nx\n```\n", 4, "expected a line");
        assert_eq!(
            written_letter("# 株式会社 نوردليخت\n\n\n\nSehr geehrte Damen  \n").expect("a letter"),
            "# 株式会社 نوردليخت\n\nSehr geehrte Damen\n"
        );
    }
}
