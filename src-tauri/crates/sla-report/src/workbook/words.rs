//! `workbook.de.json` and `workbook.en.json`: names of sheets and columns, and how a spreadsheet shows dates. Words that other
//! documents use as well are in the word list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ReportError;
use crate::templates::Wording;

/// The content of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SheetWords {
    /// How a day is shown, in a spreadsheet's own signs.
    pub(crate) day: String,
    /// How a moment is shown.
    pub(crate) moment: String,
    /// The row of sums.
    pub(crate) sum: String,
    /// The row for what has no room, with `{rows}` and `{file}`.
    pub(crate) more: String,
    /// What each page says below, with `{page}` and `{pages}`.
    pub(crate) page: String,
    /// Names of sheets.
    sheets: BTreeMap<String, String>,
    /// Heads of columns, with `{currency}`.
    columns: BTreeMap<String, String>,
    /// Single words, by what they are of; templates of other documents know them as `states`.
    pub(crate) words: BTreeMap<String, BTreeMap<String, String>>,
}

/// Words of a language, asked for by name.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    /// Name of the workbook's own file.
    pub(crate) file: &'a str,
    pub(crate) own: &'a SheetWords,
    shared: &'a Value,
}

impl<'a> Words<'a> {
    pub(crate) fn new(file: &'a str, wording: &'a Wording) -> Self {
        Self { file, own: &wording.sheets, shared: &wording.words }
    }

    /// The name of a sheet.
    pub(crate) fn sheet(&self, key: &str) -> Result<&'a str, ReportError> {
        self.own.sheets.get(key).map(String::as_str).ok_or_else(|| self.missing(&format!("sheets.{key}")))
    }

    /// The head of a column.
    pub(crate) fn column(&self, key: &str, currency: &str) -> Result<String, ReportError> {
        let head = self.own.columns.get(key).ok_or_else(|| self.missing(&format!("columns.{key}")))?;
        Ok(head.replace("{currency}", currency))
    }

    /// A word of the workbook's own, or of the word list.
    pub(crate) fn word(&self, of: &str, key: &str) -> Result<&'a str, ReportError> {
        let own = self.own.words.get(of).and_then(|words| words.get(key)).map(String::as_str);
        own.or_else(|| self.shared[of][key].as_str()).ok_or_else(|| self.missing(&format!("words.{of}.{key}")))
    }

    /// What the law calls a credit.
    pub(crate) fn nature(&self, name: &str) -> Result<&'a str, ReportError> {
        self.shared["nature"][name]["label"].as_str().ok_or_else(|| self.missing(&format!("nature.{name}.label")))
    }

    /// What the program says of a source, in the reader's words.
    pub(crate) fn told(&self, text: &str) -> String {
        let pairs = minijinja::Value::from(minijinja::value::Serde(&self.shared["told"]));
        crate::told::told(&pairs, text).unwrap_or_else(|| text.to_owned())
    }

    fn missing(&self, what: &str) -> ReportError {
        let reason = sla_core::phrase!("no word for {what}", "kein Wort für {what}");
        ReportError::Template { file: self.file.to_owned(), line: 1, reason }
    }
}

/// A cell breaks its lines itself.
pub(crate) fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

/// The stable name of a value that has one.
pub(crate) fn name_of(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
