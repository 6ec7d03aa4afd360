//! The derivations of a month as values with their words, for a screen that lays them out itself.

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::derivation::{Case, Derivation, Input, Rule, Unit};
use sla_core::record::{Language, MonthRecord, RecordPromise};
use sla_core::time::Month;

use super::{Explainer, name_of};
use crate::error::ReportError;
use crate::templates::Templates;

/// Where every amount of a month comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Derived {
    /// The language of the words.
    pub language: Language,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Every promise, in the order of the record.
    pub promises: Vec<DerivedPromise>,
    /// Credits that are waived because the promise was kept since, of earlier months and of this one.
    pub earned_back: Vec<DerivedPromise>,
}

/// A promise and where its amounts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DerivedPromise {
    /// The commitment, as it is unique in the month.
    pub commitment: String,
    /// The promise's name for people.
    pub title: String,
    /// The month whose amount it is.
    pub month: Month,
    /// The least, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// The derivations: of the credit, then of a rise of the fee; one where there is one case, else the least and the most.
    pub cases: Vec<DerivedCase>,
}

/// One case, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DerivedCase {
    /// Which case.
    pub case: Case,
    /// What is derived and which case it is of, in words.
    pub title: String,
    /// Whether a rise of the fee is derived and no credit.
    pub is_bonus: bool,
    /// The amount that it ends with, in the minor unit.
    pub minor: i64,
    /// The steps.
    pub steps: Vec<DerivedStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DerivedStep {
    /// The rule that was applied.
    pub rule: Rule,
    /// The rule with its inputs, in words.
    pub text: String,
    /// What it was applied to, beside the step before, as the record has it.
    pub inputs: Vec<Input>,
    /// What the result is.
    pub unit: Unit,
    /// The exact result with its unit, in words; one that is too long is cut and says so.
    pub exact: String,
    /// The result as it is printed elsewhere, in words.
    pub rounded: String,
}

/// The derivations of a month in a language.
///
/// # Errors
/// When the word list of the language lacks a word.
pub fn derived(templates: &Templates, record: &MonthRecord, language: Language) -> Result<Derived, ReportError> {
    let explainer = Explainer::new(templates, language, &record.credit_total.currency)?;
    let version = record.contract.version;
    let promise = |promise: RecordPromise<'_>| {
        let credit = promise.credit;
        let mut cases = explainer.cases(&credit.derivations, None)?;
        let bonus = explainer.word(&["explain", "bonus"])?;
        cases.extend(explainer.cases(&credit.bonus_derivations, Some(bonus))?);
        Ok(DerivedPromise {
            commitment: promise.key(version),
            title: promise.title.to_owned(),
            month: record.month,
            low_minor: credit.low_minor,
            high_minor: credit.high_minor,
            cases,
        })
    };
    let title = |name: &str| record.promises().find(|one| one.name == name).map(|one| one.title.to_owned());
    let waiver = |one: &sla_core::record::RecordEarnedBack| {
        Ok(DerivedPromise {
            commitment: one.commitment.clone(),
            title: title(&one.commitment).unwrap_or_else(|| one.commitment.clone()),
            month: one.month,
            low_minor: one.low_minor,
            high_minor: one.high_minor,
            cases: explainer.cases(&one.derivations, None)?,
        })
    };
    Ok(Derived {
        language,
        currency: record.credit_total.currency.clone(),
        promises: record.promises().map(promise).collect::<Result<_, ReportError>>()?,
        earned_back: record.earned_back.iter().map(waiver).collect::<Result<_, ReportError>>()?,
    })
}

impl Explainer<'_> {
    fn cases(&self, derivations: &[Derivation], bonus: Option<&str>) -> Result<Vec<DerivedCase>, ReportError> {
        let case = |derivation: &Derivation| {
            let word = self.word(&["case", &name_of(&derivation.case)])?;
            let step = |step: &sla_core::derivation::Step| {
                let told = self.step(step)?;
                Ok(DerivedStep {
                    rule: step.rule,
                    text: told.text,
                    inputs: step.inputs.clone(),
                    unit: step.unit,
                    exact: told.exact,
                    rounded: told.rounded,
                })
            };
            Ok(DerivedCase {
                case: derivation.case,
                title: bonus.map_or_else(|| word.to_owned(), |bonus| format!("{bonus}: {word}")),
                is_bonus: bonus.is_some(),
                minor: derivation.minor,
                steps: derivation.steps.iter().map(step).collect::<Result<_, ReportError>>()?,
            })
        };
        derivations.iter().map(case).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_core::record::Verdict;

    #[test]
    fn every_amount_has_its_steps_in_the_words_of_the_letter() {
        #[track_caller]
        fn check(language: Language, verdict: Verdict, words: &[&str]) {
            let templates = Templates::builtin();
            let record = crate::sample::record(language, verdict);
            let derived = derived(&templates, &record, language).expect("derivations");
            let text = super::super::explain(&templates, &record, language).expect("a text").replace('\u{a0}', " ");
            let cases = || derived.promises.iter().chain(&derived.earned_back).flat_map(|one| &one.cases);
            assert!(cases().count() > 0);
            for step in cases().flat_map(|case| &case.steps) {
                assert!(text.contains(&step.text.replace('\u{a0}', " ")), "{}", step.text);
                assert!(text.contains(&step.rounded.replace('\u{a0}', " ")), "{}", step.rounded);
            }
            for promise in &derived.promises {
                let of_credit: Vec<i64> =
                    promise.cases.iter().filter(|case| !case.is_bonus).map(|case| case.minor).collect();
                assert_eq!(of_credit.first(), Some(&promise.low_minor), "{}", promise.commitment);
                assert_eq!(of_credit.last(), Some(&promise.high_minor), "{}", promise.commitment);
            }
            let titles: Vec<&str> = cases().map(|case| case.title.as_str()).collect();
            for word in words {
                assert!(titles.contains(word), "{titles:?}");
            }
        }
        check(Language::De, Verdict::Met, &["Erhöhung der Vergütung: Herleitung"]);
        check(Language::En, Verdict::Met, &["Rise of the fee: Derivation"]);
        check(Language::De, Verdict::Undecidable, &[]);
        check(Language::En, Verdict::Breached, &[]);
    }
}
