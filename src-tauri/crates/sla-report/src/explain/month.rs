//! A whole month as plain text.

use sla_core::derivation::Unit;
use sla_core::record::{Language, MonthRecord, RecordPromise, RecordRange, RecordRatio, Verdict};

use super::{Explained, Explainer, Reward, missing, name_of};
use crate::error::ReportError;
use crate::templates::Templates;

/// A month with every amount derived, as plain text in a language: at most a hundred characters wide where no name is
/// longer.
///
/// # Errors
/// When the word list of the language lacks a word.
pub fn explain(templates: &Templates, record: &MonthRecord, language: Language) -> Result<String, ReportError> {
    let explainer = Explainer::new(templates, language, &record.credit_total.currency)?;
    let text = |key: &str| explainer.word(&["explain", key]);
    let mut lines = vec![format!(
        "{} · {} · {} {} · {} {}",
        record.tenant_name,
        explainer.locale.month(record.month).unwrap_or_else(|| record.month.to_string()),
        record.contract.id,
        record.contract.version,
        text("revision")?,
        record.revision
    )];
    for RecordPromise { title, target, attained, attained_range, verdict, credit, .. } in record.promises() {
        lines.push(String::new());
        lines.push(format!("{title}: {}", verdict_word(&explainer, verdict)?));
        let percent = |text: &str| explainer.value(Unit::Share, text);
        lines.push(format!("  {:<12} {}", text("target")?, percent(target)?));
        lines.push(format!("  {:<12} {}", text("attained")?, attained_text(&explainer, attained, attained_range)?));
        lines.extend(explainer.credit(credit)?.iter().flat_map(Explained::lines));
    }
    for Reward { title, cases, .. } in explainer.waivers(record)? {
        lines.push(String::new());
        lines.push(format!("{title}: {}", text("earned_back")?));
        lines.extend(cases.iter().flat_map(Explained::lines));
    }
    lines.push(String::new());
    let total = &record.credit_total;
    let amount = |minor| {
        let amount = explainer.locale.money(minor, &total.currency);
        amount.ok_or_else(|| missing(&explainer.file, format!("a way to write {minor}")))
    };
    let sum = match (total.low_minor, total.high_minor) {
        (low, high) if low == high => amount(low)?,
        (low, high) => format!("{} … {}", amount(low)?, amount(high)?),
    };
    let nature = explainer.word(&["nature", &name_of(&record.contract.legal_nature), "label"])?;
    lines.push(format!("{nature}: {sum}"));
    lines.push(String::new());
    Ok(lines.join("\n").replace('\u{a0}', " "))
}

fn verdict_word<'a>(explainer: &Explainer<'a>, verdict: Verdict) -> Result<&'a str, ReportError> {
    explainer.word(&["verdict", verdict.name()])
}

fn attained_text(
    explainer: &Explainer<'_>,
    attained: Option<&RecordRatio>,
    range: &RecordRange<Option<RecordRatio>>,
) -> Result<String, ReportError> {
    let percent = |ratio: &RecordRatio| explainer.value(Unit::Share, &ratio.percent);
    match (attained, &range.low, &range.high) {
        (Some(exact), ..) => Ok(format!("{} ({}/{})", percent(exact)?, exact.numerator, exact.denominator)),
        (None, Some(low), Some(high)) => Ok(format!("{} … {}", percent(low)?, percent(high)?)),
        _ => Ok(explainer.word(&["explain", "nothing"])?.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_of_the_fee_and_an_earned_back_credit_are_told_with_their_steps() {
        let templates = Templates::builtin();
        #[track_caller]
        fn check(text: &str, words: [&str; 4]) {
            let at: Vec<_> = words.map(|word| text.find(word)).into_iter().collect();
            assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{text}");
        }
        let told =
            |language| explain(&templates, &crate::sample::record(language, Verdict::Met), language).expect("a text");
        check(
            &told(Language::De),
            [
                "  Erhöhung der Vergütung: Herleitung\n",
                "Erhöhung der Vergütung ab 99,95 %: 2,5 %",
                "Verfügbarkeit der Bestellschnittstelle: Rückverdienst\n",
                "Rückverdienst; Folgemonate, in denen die Zusage einzuhalten war: 2",
            ],
        );
        check(
            &told(Language::En),
            [
                "  Rise of the fee: Derivation\n",
                "Rise of the fee from 99.95% on: 2.5%",
                "Availability of the order interface: Earned back\n",
                "Earned back; following months that had to keep the commitment: 2",
            ],
        );
    }
}
