//! Templates and a record become Markdown text.
//!
//! Texts of a record are escaped: a customer named `*` or a query with a table's `|` changes nothing in the document's
//! structure. Filters return finished text in the reader's language. A render has a budget of steps, so that a
//! template cannot run for ever, and it cannot reach files.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, context};
use serde::Serialize;
use sla_core::Tz;
use sla_core::billing::Settlement;
use sla_core::phrase;
use sla_core::phrase::Phrase;
use sla_core::record::{Contact, ExclusionDecision, Language, MonthRecord, RecordExclusion, RecordIncident};
use sla_core::time::Month;

use crate::bounds;
use crate::course::Course;
use crate::error::ReportError;
use crate::explain::Explainer;
use crate::locale::{self, Locale};
use crate::summary::Summary;
use crate::templates::Templates;
use crate::told;

/// Steps that one document may take. The builtin report of a month with 32 commitments and their 200 listed outages
/// each takes about a tenth.
const FUEL: u64 = 4_000_000;

/// The text that a template makes of a record.
pub(crate) fn render(
    templates: &Templates,
    name: &str,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
    contacts: &[Contact],
) -> Result<String, ReportError> {
    let values = values(templates, record, settlement)?;
    fill(
        templates,
        name,
        record.language,
        Scene { tenant: &record.tenant, time_zone: &record.period.time_zone, contacts, values },
    )
}

/// What is derived of every credit, in words.
#[derive(Serialize)]
pub(crate) struct DerivedCredit<'a> {
    title: &'a str,
    cases: Vec<crate::explain::Explained>,
}

/// How every credit that may be owed came to be.
pub(crate) fn derived<'a>(
    templates: &Templates,
    record: &'a MonthRecord,
) -> Result<Vec<DerivedCredit<'a>>, ReportError> {
    let explainer = Explainer::new(templates, record.language, &record.credit_total.currency)?;
    let owed = record.promises().filter(|promise| promise.credit.high_minor > 0);
    owed.map(|promise| Ok(DerivedCredit { title: promise.title, cases: explainer.credit(promise.credit)? })).collect()
}

/// What a template knows of a record.
pub(crate) fn values(
    templates: &Templates,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
) -> Result<Value, ReportError> {
    let explainer = Explainer::new(templates, record.language, &record.credit_total.currency)?;
    let explained =
        record.commitments.iter().map(|one| explainer.credit(&one.credit)).collect::<Result<Vec<_>, _>>()?;
    let of_incidents = record.incident_promises.iter().map(|one| explainer.credit(&one.credit));
    let explained_incidents = of_incidents.collect::<Result<Vec<_>, _>>()?;
    // Whatever a template says of an amount is then what was decided, also in wording of one's own.
    let shown = settlement.map_or_else(|| record.clone(), |settlement| settlement.shown(record));
    Ok(context! {
        record => Value::from(Serde(shown)),
        settlement => Value::from(Serde(settlement)),
        explained => Value::from(Serde(explained)),
        explained_incidents => Value::from(Serde(explained_incidents)),
        rises => Value::from(Serde(explainer.rises(record)?)),
        waivers => Value::from(Serde(explainer.waivers(record)?)),
        incident_documents => Value::from(Serde(incident_documents(record))),
        courses => Value::from(Serde(Course::of(record))),
        proofs => Value::from(Serde(proofs(record))),
        exclusions => Value::from(Serde(Exclusions::of(record))),
        earlier => Value::from(Serde(crate::course::years(record))),
        missing_characters => Value::from(Serde(missing_characters(templates, record))),
        summary => Value::from(Serde(Summary::of(record))),
    })
}

/// What a template is given, beside the words of its language and who sends the documents.
pub(crate) struct Scene<'a> {
    /// Whose document it is.
    pub(crate) tenant: &'a str,
    /// The zone whose clocks times are told by.
    pub(crate) time_zone: &'a str,
    /// Whom a letter goes to.
    pub(crate) contacts: &'a [Contact],
    /// What it is about.
    pub(crate) values: Value,
}

/// The text that a template makes of a scene.
pub(crate) fn fill(
    templates: &Templates,
    name: &str,
    language: Language,
    scene: Scene<'_>,
) -> Result<String, ReportError> {
    let wording = templates.wording(language);
    let theme = &templates.look(scene.tenant).theme;
    let failed = |error: Error| ReportError::Template {
        file: error.name().unwrap_or(name).to_owned(),
        line: error.line().unwrap_or(1),
        reason: reason(&error),
    };
    // A global, so that a macro's filters know it too.
    let mut environment = wording.environment.clone();
    environment.add_global("zone", scene.time_zone);
    let template = environment.get_template(name).map_err(failed)?;
    let context = context! {
        provider => Value::from(Serde(&theme.provider)),
        customer_address => Value::from(Serde(&theme.customer.address)),
        contacts => Value::from(Serde(scene.contacts)),
        words => Value::from(Serde(&wording.words)),
        states => Value::from(Serde(&wording.sheets.words)),
        ..scene.values
    };
    let mut text = bounds::Bounded::document();
    match template.render_captured_to(context, &mut text) {
        Ok(_) => Ok(text.into_text()),
        Err(_) if text.is_full() => {
            Err(ReportError::Template { file: name.to_owned(), line: 1, reason: bounds::too_long_document() })
        }
        Err(error) => Err(failed(error)),
    }
}

/// Characters of a record that no font of the theme has, by their code points, in order.
fn missing_characters(templates: &Templates, record: &MonthRecord) -> Vec<String> {
    let text = record.to_json();
    let typefaces = &templates.look(&record.tenant).typefaces;
    let missing: BTreeSet<char> = text.chars().filter(|c| !typefaces.can_show(*c)).collect();
    missing.into_iter().map(|c| format!("U+{:04X}", u32::from(c))).collect()
}

/// Which pieces of evidence each commitment rests on, by their numbers in the report.
fn proofs(record: &MonthRecord) -> Vec<Vec<usize>> {
    let numbers = |hashes: &[String]| {
        let numbered = (1..).zip(&record.evidence).filter(|(_, piece)| hashes.contains(&piece.sha256));
        numbered.map(|(number, _)| number).collect()
    };
    record.commitments.iter().map(|one| numbers(&one.evidence)).collect()
}

/// Windows of a record by whether any of their time was excluded.
#[derive(Serialize)]
struct Exclusions<'a> {
    accepted: Vec<&'a RecordExclusion>,
    refused: Vec<&'a RecordExclusion>,
    /// Those that concern each commitment.
    of: Vec<Vec<&'a RecordExclusion>>,
}

impl<'a> Exclusions<'a> {
    fn of(record: &'a MonthRecord) -> Self {
        let is_accepted =
            |one: &&RecordExclusion| one.accepted_seconds > 0 || one.decision == ExclusionDecision::Accepted;
        let (accepted, refused) = record.exclusions.iter().partition(is_accepted);
        let concerning =
            |name: &String| record.exclusions.iter().filter(|one| one.commitments.contains(name)).collect();
        Self { accepted, refused, of: record.commitments.iter().map(|one| concerning(&one.name)).collect() }
    }
}

/// Every incident once, however many promises count it.
pub(crate) fn incident_documents(record: &MonthRecord) -> Vec<&RecordIncident> {
    let mut documents: Vec<&RecordIncident> = Vec::new();
    for incident in record.incident_promises.iter().flat_map(|promise| &promise.incidents) {
        if !documents.iter().any(|known| known.sha256 == incident.sha256) {
            documents.push(incident);
        }
    }
    documents
}

/// What is wrong, in one line. What the engine says it says in English, which is quoted.
pub(crate) fn reason(error: &Error) -> Phrase {
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => phrase!(
            "more work than {FUEL} steps; does a loop never end, or a text never stop growing?",
            "mehr Arbeit als {FUEL} Schritte; endet eine Schleife nie, oder wächst ein Text immer weiter?"
        ),
        (kind, detail) => {
            let words = detail.map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}"));
            let german = format!("eine Vorlage, die scheitert: {}; im Wortlaut „{words}“", german(kind));
            Phrase::told(format!("a template that fails ({words})"), german)
        }
    }
}

/// What kinds of failures the engine tells apart, as far as whoever writes a template meets them.
fn german(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SyntaxError => "die Schreibweise stimmt nicht",
        ErrorKind::UndefinedError => "etwas ist nicht da",
        ErrorKind::UnknownFilter => "einen solchen Filter gibt es nicht",
        ErrorKind::UnknownFunction => "eine solche Funktion gibt es nicht",
        ErrorKind::UnknownTest => "eine solche Prüfung gibt es nicht",
        ErrorKind::UnknownMethod => "so etwas kann dieser Wert nicht",
        ErrorKind::TemplateNotFound => "eine solche Vorlage gibt es nicht",
        ErrorKind::MissingArgument => "eine Angabe fehlt",
        ErrorKind::TooManyArguments => "eine Angabe ist zu viel",
        ErrorKind::InvalidOperation => "das geht mit diesem Wert nicht",
        _ => "sie lässt sich nicht ausfüllen",
    }
}

/// An environment with this language's filters and no templates.
pub(crate) fn environment(locale: &Arc<Locale>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_syntax(block_tags_leave_no_lines());
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, state, value| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        if value.is_none() {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "found null, which has no text; ask for it with an if",
            ));
        }
        bounds::print(out, state, value, escape)
    });
    bounds::restrict(&mut environment);
    add_filters(&mut environment, locale);
    environment
}

/// A line that holds only a block tag vanishes, so that a loop's rows follow each other.
pub(crate) fn block_tags_leave_no_lines() -> minijinja::syntax::SyntaxConfig {
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    syntax.build().expect("the standard marks do not collide")
}

fn add_filters(environment: &mut Environment<'static>, locale: &Arc<Locale>) {
    let with = |show: fn(&Locale, &str) -> Option<String>, expected: &'static str| {
        let locale = Arc::clone(locale);
        move |value: Value| finish(show(&locale, &bounds::text(&value)?), &value, expected)
    };
    environment.add_filter("number", with(Locale::number, "a decimal such as 1234.5"));
    environment.add_filter("percent", with(Locale::percent, "a percentage such as 99.95"));
    environment.add_filter("duration", with(|l, s| l.duration(s.parse().ok()?), "seconds, such as 3600"));
    environment.add_filter("exact_duration", with(Locale::exact_duration, "seconds, such as 2682.5"));
    environment.add_filter("month", with(|l, s| l.month(s.parse::<Month>().ok()?), "a month such as 2026-10"));
    environment.add_filter("day", with(|l, s| l.long_date(calendar_day(s)?), "a day such as 2026-10-01"));
    environment.add_filter("short_day", with(|l, s| l.short_date(calendar_day(s)?), "a day such as 2026-10-01"));

    let money = Arc::clone(locale);
    environment.add_filter("money", move |minor: i64, currency: &str| {
        finish(money.money(minor, currency), &Value::from(currency), "an ISO 4217 code such as EUR")
    });

    environment.add_filter("told", |state: &State, text: &str| {
        let pairs = state.lookup("words").and_then(|words| words.get_attr("told").ok());
        pairs.and_then(|pairs| told::told(&pairs, text)).unwrap_or_else(|| text.to_owned())
    });

    let zoned = |show: fn(&Locale, chrono::DateTime<Tz>) -> Option<String>| {
        let locale = Arc::clone(locale);
        move |state: &State, value: Value| {
            let (zone, told) = (zone(state), bounds::text(&value)?);
            let text = zone.and_then(|zone| show(&locale, locale::local(&told, zone)?));
            finish(text, &value, "an instant such as 2026-10-01T00:00:00Z")
        }
    };
    environment.add_filter("instant", zoned(Locale::instant));
    environment.add_filter("date", zoned(|l, at| l.long_date(at.date_naive())));
    environment.add_filter("clock", zoned(|_, at| Some(locale::clock(&at))));
    environment.add_filter("offset", zoned(|_, at| Some(locale::offset(&at))));
}

fn zone(state: &State) -> Option<Tz> {
    state.lookup("zone")?.as_str()?.parse().ok()
}

fn calendar_day(text: &str) -> Option<chrono::NaiveDate> {
    text.parse().ok()
}

/// Text of a filter is the program's own, so it needs no escaping.
fn finish(text: Option<String>, value: &Value, expected: &str) -> Result<Value, Error> {
    text.map(Value::from_safe_string).ok_or_else(|| {
        Error::new(ErrorKind::InvalidOperation, format!("found {:?}, expected {expected}", value.to_string()))
    })
}

/// Text that a document shows as it is: Markdown's marks get a backslash, line breaks and other control characters
/// become spaces.
pub(crate) fn escape(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_control() || c == ' ').filter(|word| !word.is_empty()).collect();
    let mut escaped = String::with_capacity(text.len() + 8);
    let digits = words.first().map_or(0, |word| word.bytes().take_while(u8::is_ascii_digit).count());
    let line = words.join(" ");
    for (at, c) in line.char_indices() {
        let mark = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '{' | '}');
        // At the start of a line these would begin a heading, a list, a rule, a quotation, a fence or a status.
        let begins = at == 0 && matches!(c, '#' | '+' | '-' | '=' | '>' | '~' | '!');
        let after = line[at + c.len_utf8()..].chars().next();
        let joins = match c {
            '!' => after == Some('['),
            '&' => after.is_some_and(|next| next.is_alphanumeric() || next == '#'),
            _ => false,
        };
        let numbers = digits > 0 && at == digits && matches!(c, '.' | ')');
        if mark || begins || joins || numbers {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_record_cannot_become_structure() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(escape(text), expected);
        }
        check("Nordlicht GmbH", "Nordlicht GmbH");
        check("a | b", "a \\| b");
        check("# title", "\\# title");
        check("- item", "\\- item");
        check("1. FC", "1\\. FC");
        check("2026 GmbH 1.", "2026 GmbH 1.");
        check("```tiles", "\\`\\`\\`tiles");
        check("one\r\n\r\n# two", "one # two");
        check("<b>&amp;", "\\<b>\\&amp;");
        check("Müller & Söhne", "Müller & Söhne");
        check("> a", "\\> a");
        check("~~~", "\\~~~");
        check("Los!", "Los!");
        check("![x](y)", "\\!\\[x\\](y)");
        check("", "");
    }
}
