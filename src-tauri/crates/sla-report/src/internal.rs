//! PDF for readers in the house, who look at many customers at once: no cover, and every instant in UTC, because contracts of
//! several zones stand beside each other.

use minijinja::value::Value;
use sla_core::record::Language;
use sla_core::time::Month;

use crate::manuscript::Manuscript;
use crate::pdf::{self, Attachment, Paper};
use crate::render::{self, Scene};
use crate::templates::{Templates, internal_name};
use crate::{ReportError, manuscript};

/// What such a file is.
pub(crate) struct Internal<'a> {
    /// Its name, such as `statement.pdf`.
    pub(crate) pdf: &'static str,
    /// The name and text of what it says for machines, which is attached.
    pub(crate) json: (&'static str, &'a str),
    /// The last month that it tells of; its end is the file's only date.
    pub(crate) last: Month,
}

/// Draws the template of its name.
///
/// # Errors
/// When the template refuses the values, or the file would be too long.
pub(crate) fn pdf(
    templates: &Templates,
    language: Language,
    internal: &Internal<'_>,
    values: Value,
) -> Result<Vec<u8>, ReportError> {
    let (name, json) = internal.json;
    let (template, manuscript) = manuscript(templates, language, internal.pdf.trim_end_matches(".pdf"), values)?;
    let attached =
        Attachment { name, media_type: "application/json", relationship: "Data", content: json.as_bytes().to_vec() };
    let date = internal.last.next_first_day().and_time(chrono::NaiveTime::MIN).and_utc();
    let look = templates.own_look();
    let paper = Paper { name: internal.pdf, look, template, language, date, json, attachments: vec![attached] };
    pdf::set(paper, &manuscript)
}

/// The filled template of a kind, with its name.
///
/// # Errors
/// When the template refuses the values.
pub(crate) fn manuscript(
    templates: &Templates,
    language: Language,
    kind: &str,
    values: Value,
) -> Result<(String, Manuscript), ReportError> {
    let template = internal_name(kind, language);
    // Nobody's document: the look is the provider's own.
    let scene = Scene { tenant: "", time_zone: "UTC", contacts: &[], values };
    let text = render::fill(templates, &template, language, scene)?;
    let manuscript = manuscript::parse(&template, &text)?;
    Ok((template, manuscript))
}
