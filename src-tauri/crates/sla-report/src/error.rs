//! Why documents could not be made: the template's fault, or the record's.

use std::path::PathBuf;

use sla_core::phrase::Phrase;

use crate::finding::TemplateFinding;

/// Why templates could not be loaded. Every variant names the file, and the line where there is one.
/// [`Templates::check`](crate::Templates::check) tells every mistake, not only the first.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder or one of its files cannot be read.
    #[error("cannot read {}: {source}; check that the folder exists and may be read", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A template, `theme.json`, a word list, a font or a logo is broken: the first mistake.
    #[error("{}:{}: {}", .0.file, .0.line, .0.reason())]
    Broken(Box<TemplateFinding>),
}

/// Why a record did not become documents.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A template refused the record: an unknown name, a wrong type, or more work than is allowed.
    #[error("{file}:{line}: {}", reason.en())]
    Template {
        /// Name of the template.
        file: String,
        /// Line in the template, from 1.
        line: usize,
        /// What went wrong.
        reason: Phrase,
    },
    /// The text that a template produced is not what a document is made of.
    #[error("{file}: expected {}; found {}", expected.en(), found.en())]
    Block {
        /// Name of the template.
        file: String,
        /// What is expected.
        expected: Box<Phrase>,
        /// What it is instead.
        found: Box<Phrase>,
        /// The first line of the produced text that is meant.
        text: String,
    },
    /// A field of the record is not what the record's schema says.
    #[error("record field {field} holds {found:?}, expected {expected}; close the month again")]
    Record {
        /// Name of the field.
        field: &'static str,
        /// Its value.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A value that goes into a mail header holds a line break or another control character.
    #[error("{field} holds a control character and cannot stand in a mail header: {found:?}; remove it at its source")]
    Header {
        /// Where the value came from.
        field: &'static str,
        /// The value.
        found: String,
    },
    /// A value that goes into a mail header looks like one that is encoded: mail programs would show something else.
    #[error(
        "{field} holds \"=?\", by which mail programs take a text for an encoded one: {found:?}; remove it at its source"
    )]
    Encoded {
        /// Where the value came from.
        field: &'static str,
        /// The value.
        found: String,
    },
    /// A mail address is none.
    #[error("{field} is {found:?}, expected one mail address such as \"sla@example.org\"")]
    Address {
        /// Where the value came from.
        field: &'static str,
        /// The value.
        found: String,
    },
    /// The document would be longer than anybody reads.
    #[error("the report would be longer than {limit_pages} pages; list fewer rows in {file}")]
    TooLong {
        /// Name of the template.
        file: String,
        /// The most pages a report may have.
        limit_pages: usize,
    },
    /// A record of another month stands among those of a portfolio.
    #[error("the record of tenant {tenant} is for {found}, expected {expected}")]
    Month {
        /// The tenant.
        tenant: String,
        /// The record's month.
        found: String,
        /// The portfolio's month.
        expected: String,
    },
    /// A sum of credits does not fit.
    #[error("the credits in {currency} add up to more than fits into 64 bits")]
    Overflow {
        /// ISO 4217 code.
        currency: String,
    },
    /// A library could not write the document.
    #[error("cannot write {name}: {reason}")]
    Write {
        /// Name of the document.
        name: &'static str,
        /// What the library said.
        reason: String,
    },
}

impl ReportError {
    /// A field that should be an instant and is none.
    pub(crate) fn not_a_moment(found: &str) -> Self {
        Self::Record { field: "a time", found: found.to_owned(), expected: "an instant such as 2026-10-31T23:00:00Z" }
    }
}
