//! Every figure of a month's record, as its pages must say it.

use sla_core::record::{Language, MonthRecord};

/// Figures as a reader expects them: `1234.5` is `1.234,5` in German.
fn grouped(number: &str, language: Language) -> String {
    let [group, mark] = match language {
        Language::De => [".", ","],
        Language::En => [",", "."],
    };
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let digits = whole.as_bytes();
    let groups = digits.rchunks(3).rev().map(String::from_utf8_lossy).collect::<Vec<_>>().join(group);
    part.map_or(groups.clone(), |part| format!("{groups}{mark}{part}"))
}

/// A stretch of time as the pages say it, without its spaces; `seconds` may have a part.
fn stretch(seconds: &str, language: Language) -> String {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let (whole, part) = (whole.parse::<i64>().expect("seconds"), part.trim_end_matches('0'));
    let [hours, minutes, rest] = [whole / 3600, whole / 60 % 60, whole % 60];
    let mut said = String::new();
    for (count, unit) in [(hours, "h"), (minutes, "min")] {
        said += &if count > 0 { format!("{count}{unit}") } else { String::new() };
    }
    let rest = if part.is_empty() { rest.to_string() } else { format!("{rest}.{part}") };
    if said.is_empty() || rest != "0" { said + &grouped(&rest, language) + "s" } else { said }
}

/// What the pages say of a value of `report.json`, by the names of the fields that it stands in; nothing of what is no figure.
fn figure(path: &str, value: &serde_json::Value, record: &MonthRecord) -> Option<String> {
    let language = record.language;
    let field = path.rsplit('.').next().expect("a name");
    let text = match value {
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => text.clone(),
        _ => return None,
    };
    let is_decimal = text.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok();
    Some(match field {
        _ if field.ends_with("sha256") => text,
        _ if !is_decimal => return None,
        _ if path.contains("minor") => {
            let minor: i64 = text.parse().expect("an amount");
            let amount = grouped(&format!("{}.{:02}", minor / 100, minor % 100), language);
            match (language, record.credit_total.currency.as_str()) {
                (Language::De, "EUR") => format!("{amount}€"),
                (Language::De, currency) => format!("{amount}{currency}"),
                (Language::En, currency) => format!("{currency}{amount}"),
            }
        }
        _ if path.contains("percent") || field == "target" || field == "slice_target" => {
            format!("{}%", grouped(&text, language))
        }
        _ if path.contains("seconds") => stretch(&text, language),
        _ => grouped(&text, language),
    })
}

fn collect(path: &str, value: &serde_json::Value, record: &MonthRecord, found: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::Array(all) => all.iter().for_each(|one| collect(path, one, record, found)),
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, one)| collect(&format!("{path}.{name}"), one, record, found));
        }
        value => found.extend(figure(path, value, record).map(|figure| (path.to_owned(), figure))),
    }
}

/// Fails where a text, such as a program reads it out of a PDF, lacks a figure of the record; gives how many it has.
///
/// # Panics
/// With the fields whose figures are missing.
#[track_caller]
pub fn stand_in(text: &str, record: &MonthRecord) -> usize {
    let text = text.replace([' ', '\u{a0}', '\u{202f}', '\n', '\u{c}'], "");
    let mut found = Vec::new();
    let value = serde_json::from_str(&record.to_json()).expect("JSON");
    collect("record", &value, record, &mut found);
    let missing: Vec<_> = found.iter().filter(|(_, figure)| !text.contains(figure)).collect();
    assert!(missing.is_empty(), "{} {:?}: {missing:?}", record.tenant, record.language);
    found.len()
}
