//! Where every amount comes from, in words: a derivation's steps as rows for a table, and a whole month as plain text for
//! a terminal. The words are those of the templates; nothing is computed here but the way a number is written.

mod derived;
mod month;

use serde::Serialize;
use serde_json::Value;
use sla_core::derivation::{Derivation, Input, Rule, Step, Unit};
use sla_core::money::{Currency, Money};
use sla_core::phrase;
use sla_core::ratio::{Ratio, Rounding};
use sla_core::record::{Language, MonthRecord, RecordCredit, RecordEarnedBack, RecordPromise, RecordRange};
use sla_core::time::Month;

use crate::error::ReportError;
use crate::locale::Locale;
use crate::templates::{Templates, words_name};

pub use derived::{Derived, DerivedCase, DerivedPromise, DerivedStep, derived};
pub use month::explain;

/// Longest exact value that is printed whole; longer ones are in report.json.
const EXACT_CHARACTERS: usize = 28;
/// Decimals of an exact value that is cut, and the most that an exact decimal may have.
const CUT_DIGITS: u32 = 8;

/// A derivation for a reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Explained {
    /// What is derived and which case it is of, in words.
    case: String,
    /// Its steps.
    steps: Vec<ExplainedStep>,
}

/// A step for a reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ExplainedStep {
    /// The rule with its inputs.
    text: String,
    /// The exact result with its unit.
    exact: String,
    /// The result as it is printed elsewhere.
    rounded: String,
}

/// What a kept promise is worth: a rise of the fee, or a credit that is waived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reward {
    /// The commitment as a reader knows it.
    title: String,
    /// The month whose fee rises or whose credit is waived.
    month: Month,
    /// The amount, as a credit has it.
    currency: String,
    low_minor: i64,
    high_minor: i64,
    cases: Vec<Explained>,
}

impl Explained {
    /// The case and its steps as lines of plain text.
    fn lines(&self) -> Vec<String> {
        let steps = self.steps.iter().zip(1..).flat_map(|(step, number)| {
            [format!("    {number:>2}. {}", step.text), format!("        = {}  ({})", step.exact, step.rounded)]
        });
        std::iter::once(format!("  {}", self.case)).chain(steps).collect()
    }
}

/// Words and numbers of one language and currency.
pub(crate) struct Explainer<'a> {
    words: &'a Value,
    locale: &'a Locale,
    file: String,
    currency: Currency,
}

impl<'a> Explainer<'a> {
    pub(crate) fn new(templates: &'a Templates, language: Language, currency: &str) -> Result<Self, ReportError> {
        let wording = templates.wording(language);
        let file = words_name(language);
        let code = currency.parse();
        let reason = || {
            phrase!(
                "found {currency:?}, expected an ISO 4217 code such as EUR",
                "gefunden {currency:?}, erwartet ein Kürzel nach ISO 4217 wie EUR"
            )
        };
        let currency = code.map_err(|_| ReportError::Template { file: file.clone(), line: 1, reason: reason() })?;
        Ok(Self { words: &wording.words, locale: &wording.locale, file, currency })
    }

    /// Every derivation of a credit, then those of a rise of the fee.
    pub(crate) fn credit(&self, credit: &RecordCredit) -> Result<Vec<Explained>, ReportError> {
        let mut all = self.each(&credit.derivations)?;
        let title = self.word(&["explain", "bonus"])?;
        for Explained { case, steps } in self.each(&credit.bonus_derivations)? {
            all.push(Explained { case: format!("{title}: {case}"), steps });
        }
        Ok(all)
    }

    /// Every rise of the fee that may be more than nothing.
    pub(crate) fn rises(&self, record: &MonthRecord) -> Result<Vec<Reward>, ReportError> {
        let paid = record.promises().filter_map(|promise| Some((promise, promise.credit.bonus_minor.as_ref()?)));
        let rise = |(promise, minor): (RecordPromise<'_>, &RecordRange<i64>)| {
            Ok(Reward {
                title: promise.title.to_owned(),
                month: record.month,
                currency: record.credit_total.currency.clone(),
                low_minor: minor.low,
                high_minor: minor.high,
                cases: self.each(&promise.credit.bonus_derivations)?,
            })
        };
        paid.filter(|(_, minor)| minor.high > 0).map(rise).collect()
    }

    /// Every credit that is waived, of earlier months and of this one.
    pub(crate) fn waivers(&self, record: &MonthRecord) -> Result<Vec<Reward>, ReportError> {
        let waiver = |one: &RecordEarnedBack| {
            let promise = record.promises().find(|promise| promise.name == one.commitment);
            Ok(Reward {
                title: promise.map_or_else(|| one.commitment.clone(), |promise| promise.title.to_owned()),
                month: one.month,
                currency: record.credit_total.currency.clone(),
                low_minor: one.low_minor,
                high_minor: one.high_minor,
                cases: self.each(&one.derivations)?,
            })
        };
        record.earned_back.iter().map(waiver).collect()
    }

    fn each(&self, derivations: &[Derivation]) -> Result<Vec<Explained>, ReportError> {
        derivations.iter().map(|derivation| self.derivation(derivation)).collect()
    }

    fn derivation(&self, derivation: &Derivation) -> Result<Explained, ReportError> {
        let case = name_of(&derivation.case);
        let steps: Result<_, _> = derivation.steps.iter().map(|step| self.step(step)).collect();
        Ok(Explained { case: self.word(&["case", &case])?.to_owned(), steps: steps? })
    }

    fn step(&self, step: &Step) -> Result<ExplainedStep, ReportError> {
        let exact = self.exact(step);
        let rounded = self.value(step.unit, &step.rounded)?;
        Ok(ExplainedStep { text: self.rule(step.rule, &step.inputs)?, exact, rounded })
    }

    /// The rule's sentence: of several the first whose blanks the inputs fill.
    fn rule(&self, rule: Rule, inputs: &[Input]) -> Result<String, ReportError> {
        let name = name_of(&rule);
        let sentences: Vec<&str> = match &self.words["rule"][&name] {
            Value::String(one) => vec![one],
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            _ => return Err(missing(&self.file, format!("rule.{name}"))),
        };
        for sentence in &sentences {
            if let Some(text) = self.filled(sentence, inputs)? {
                return Ok(text);
            }
        }
        Err(missing(&self.file, format!("rule.{name} with blanks that its inputs fill")))
    }

    fn filled(&self, sentence: &str, inputs: &[Input]) -> Result<Option<String>, ReportError> {
        let mut text = sentence.to_owned();
        for input in inputs {
            let blank = format!("{{{}}}", input.name);
            if text.contains(&blank) {
                text = text.replace(&blank, &self.input(input)?);
            }
            text = numbered(text, input);
        }
        if text.contains("{each outage}") {
            let pairs: Result<Vec<String>, ReportError> = inputs
                .chunks_exact(2)
                .map(|pair| Ok(format!("{}: {}", self.input(&pair[0])?, self.input(&pair[1])?)))
                .collect();
            text = text.replace("{each outage}", &pairs?.join("; "));
        }
        Ok((!text.contains('{')).then_some(text))
    }

    fn input(&self, input: &Input) -> Result<String, ReportError> {
        if input.unit != Unit::Text {
            return self.value(input.unit, &input.value);
        }
        Ok(match input.name.as_str() {
            "band" => self.band(&input.value),
            "mode" => self.word(&["rounding", &input.value])?.to_owned(),
            "per" => self.word(&["cap", &input.value])?.to_owned(),
            _ => input.value.clone(),
        })
    }

    /// `99.0 ≤ attained < 99.9` in the reader's words and numbers.
    fn band(&self, range: &str) -> String {
        let attained = self.words["attained_in_band"].as_str().unwrap_or("attained");
        let token = |token: &str| match self.locale.percent(token) {
            Some(percent) => percent,
            None if token == "attained" => attained.to_owned(),
            None => token.to_owned(),
        };
        range.split(' ').map(token).collect::<Vec<_>>().join(" ")
    }

    /// A printed value with its unit.
    fn value(&self, unit: Unit, text: &str) -> Result<String, ReportError> {
        let shown = match unit {
            Unit::Money => self.major(text),
            Unit::Share if text.contains('/') => Some(text.to_owned()),
            Unit::Share => self.locale.percent(text),
            Unit::Seconds => self.locale.exact_duration(text),
            Unit::Count | Unit::Factor => self.locale.number(text),
            Unit::Text => Some(text.to_owned()),
            Unit::Month => text.parse().ok().and_then(|month| self.locale.month(month)),
        };
        shown.ok_or_else(|| missing(&self.file, format!("a way to write {text:?}")))
    }

    /// An amount in the major unit.
    fn major(&self, text: &str) -> Option<String> {
        let digits = usize::try_from(self.currency.digits()).ok()?;
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        (part.len() <= digits).then_some(())?;
        let minor: i64 = format!("{whole}{part:0<digits$}").parse().ok()?;
        self.locale.money(Money { minor, currency: self.currency }.minor, self.currency.code())
    }

    /// The exact value: a decimal where that is short, else a fraction; a long one is cut and says so.
    fn exact(&self, step: &Step) -> String {
        let Some(exact) = fraction(&step.exact) else { return step.exact.clone() };
        let digits = self.currency.digits();
        let scaled = |factor: u32, power: u32| {
            let scale = Ratio::whole(num_bigint::BigInt::from(10).pow(power));
            if factor == 0 { exact.over(&scale).unwrap_or_else(|| exact.clone()) } else { exact.times(&scale) }
        };
        let (ratio, least) = match step.unit {
            Unit::Money => (scaled(0, digits), digits as usize),
            Unit::Share => (scaled(1, 2), 0),
            _ => (exact.clone(), 0),
        };
        let number = |text: &str| self.locale.number(text).unwrap_or_else(|| text.to_owned());
        let with_unit = |number: String| match step.unit {
            Unit::Money => self.locale.amount(&number, self.currency.code()),
            Unit::Seconds => format!("{number}\u{a0}s"),
            _ => number,
        };
        let cut = decimal(&ratio, least);
        if fraction(&decimal_fraction(&cut)).is_some_and(|same| same == ratio) {
            return match step.unit {
                Unit::Share => self.locale.percent(&cut).unwrap_or(cut),
                _ => with_unit(number(&cut)),
            };
        }
        // A share that no decimal can say is a fraction of one, not of a hundred.
        let told = if step.unit == Unit::Share { &exact } else { &ratio };
        let (above, below) = (told.numerator().to_string(), told.denominator().to_string());
        if above.len() + below.len() <= EXACT_CHARACTERS {
            return with_unit(format!("{}/{}", number(&above), number(&below)));
        }
        match step.unit {
            Unit::Share => self.locale.percent(&cut).map_or(cut, |percent| format!("{percent}…")),
            _ => with_unit(format!("{}…", number(&cut))),
        }
    }

    fn word(&self, path: &[&str]) -> Result<&'a str, ReportError> {
        let word = path.iter().fold(self.words, |words, key| &words[*key]);
        word.as_str().ok_or_else(|| missing(&self.file, path.join(".")))
    }
}

/// A sentence with every `{name:one|many}` of a count replaced by the word that fits it.
fn numbered(mut text: String, input: &Input) -> String {
    let begin = format!("{{{}:", input.name);
    while let Some(at) = text.find(&begin) {
        let Some(end) = text[at..].find('}').map(|end| at + end) else { break };
        let (one, many) = text[at + begin.len()..end].split_once('|').unwrap_or_default();
        let word = if input.value == "1" { one } else { many }.to_owned();
        text.replace_range(at..=end, &word);
    }
    text
}

/// The stable name of a variant, as records spell it.
fn name_of(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A decimal with as many places as it needs up to a limit, and at least as many as asked for, rounded down.
fn decimal(ratio: &Ratio, least: usize) -> String {
    let cut = ratio.to_decimal(CUT_DIGITS, Rounding::Floor);
    let (whole, part) = cut.split_once('.').unwrap_or((&cut, ""));
    let part = part.trim_end_matches('0');
    if part.is_empty() && least == 0 { whole.to_owned() } else { format!("{whole}.{part:0<least$}") }
}

fn fraction(text: &str) -> Option<Ratio> {
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    Ratio::new(above.parse::<num_bigint::BigInt>().ok()?, below.parse::<num_bigint::BigInt>().ok()?)
}

fn decimal_fraction(text: &str) -> String {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part}/1{}", "0".repeat(part.len()))
}

fn missing(file: &str, reason: String) -> ReportError {
    let reason = phrase!("no word for {reason}", "kein Wort für {reason}");
    ReportError::Template { file: file.to_owned(), line: 1, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_core::derivation::Case;

    const LANGUAGES: [Language; 2] = [Language::De, Language::En];

    /// Every name that an enum of a record can have, out of its schema.
    fn names<T: schemars::JsonSchema>() -> Vec<String> {
        let schema = schemars::schema_for!(T).to_value();
        let of = |one: &Value| one["const"].as_str().map(str::to_owned);
        let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        listed.chain(schema["oneOf"].as_array().into_iter().flatten().filter_map(of)).collect()
    }

    #[test]
    fn every_name_of_a_record_has_its_word_in_both_languages() {
        use sla_core::catalogue::{Comparison, LegalNature};
        use sla_core::incident::{ClockHours, ClockStart, IncidentClock, IncidentNote, IncidentVerdict};
        use sla_core::record::{ExclusionDecision, ExclusionKind};
        let templates = Templates::builtin();
        let all = [
            ("rule", names::<Rule>()),
            ("case", names::<Case>()),
            ("nature", names::<LegalNature>()),
            ("decision", names::<ExclusionDecision>()),
            ("exclusion_kind", names::<ExclusionKind>()),
            ("comparison", names::<Comparison>()),
            ("clock_end", names::<IncidentClock>()),
            ("clock_start", names::<ClockStart>()),
            ("clock_hours", names::<ClockHours>()),
            ("incident_verdict", names::<IncidentVerdict>()),
            ("incident_note", names::<IncidentNote>()),
            ("silence", names::<sla_core::heartbeat::Unknown>()),
        ];
        for language in LANGUAGES {
            for (group, names) in &all {
                assert!(names.len() > 1, "{group} has names");
                for name in names {
                    assert!(!templates.wording(language).words[group][name].is_null(), "{language:?} {group}.{name}");
                }
            }
        }
    }

    #[track_caller]
    fn check(rule: Rule, inputs: &[(&str, Unit, &str)], german: &str, english: &str) {
        let templates = Templates::builtin();
        let input = |(name, unit, value): &(&str, Unit, &str)| Input {
            name: (*name).to_owned(),
            unit: *unit,
            value: (*value).to_owned(),
        };
        let inputs: Vec<Input> = inputs.iter().map(input).collect();
        for (language, expected) in LANGUAGES.into_iter().zip([german, english]) {
            let explainer = Explainer::new(&templates, language, "EUR").expect("a currency");
            let text = explainer.rule(rule, &inputs).expect("a sentence").replace('\u{a0}', " ");
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_rule_is_told_with_its_inputs_in_the_reader_s_numbers() {
        use Unit::{Count, Factor, Money, Seconds, Share, Text};
        let band = ("band", Text, "99.0 ≤ attained < 99.9");
        check(
            Rule::BandShare,
            &[band, ("share", Share, "7.5")],
            "Stufe 99,0 % ≤ erreicht < 99,9 %: 7,5 % der Bemessungsgrundlage",
            "Band 99.0% ≤ attained < 99.9%: 7.5% of the base",
        );
        check(
            Rule::BandAmount,
            &[band, ("each", Money, "1250.00")],
            "Stufe 99,0 % ≤ erreicht < 99,9 %: 1.250,00 €",
            "Band 99.0% ≤ attained < 99.9%: EUR 1,250.00",
        );
        check(
            Rule::Excess,
            &[("down", Seconds, "30000"), ("allowed", Seconds, "25920.5")],
            "Ausfallzeit 8 h 20 min abzüglich der zulässigen 7 h 12 min 0,5 s",
            "Downtime 8 h 20 min less the allowed 7 h 12 min 0.5 s",
        );
        check(
            Rule::Excess,
            &[("incidents", Count, "2")],
            "Zeit über dem Grenzwert, 2 Störungen",
            "Time above the limit, 2 incidents",
        );
        check(
            Rule::Excess,
            &[("incidents", Count, "1")],
            "Zeit über dem Grenzwert, 1 Störung",
            "Time above the limit, 1 incident",
        );
        check(Rule::PointsOnly, &[("points", Count, "1")], "1 Punkt ohne Geldwert", "1 point without a worth in money");
        check(
            Rule::UnitsShare,
            &[("share", Share, "1/30")],
            "Je Einheit 1/30 der Bemessungsgrundlage",
            "For each unit 1/30 of the base",
        );
        check(
            Rule::Outages,
            &[
                ("outage", Seconds, "7200"),
                ("each", Money, "33.33"),
                ("outage", Seconds, "18000"),
                ("each", Money, "66.66"),
            ],
            "Summe über die einzelnen Ausfälle – 2 h: 33,33 €; 5 h: 66,66 €",
            "Sum over the single outages – 2 h: EUR 33.33; 5 h: EUR 66.66",
        );
        check(
            Rule::Outages,
            &[("count", Count, "120"), ("together", Seconds, "7200")],
            "Summe über 120 einzelne Ausfälle von zusammen 2 h",
            "Sum over 120 single outages of 2 h in all",
        );
        check(
            Rule::Bonus,
            &[("from", Share, "99.99"), ("share", Share, "2.5")],
            "Erhöhung der Vergütung ab 99,99 %: 2,5 % der Bemessungsgrundlage",
            "Rise of the fee from 99.99% on: 2.5% of the base",
        );
        check(
            Rule::PastCredit,
            &[("month", Unit::Month, "2026-08")],
            "Betrag für August 2026",
            "Amount of August 2026",
        );
        check(
            Rule::Repeat,
            &[("misses", Count, "2"), ("within", Count, "6"), ("factor", Factor, "1.5")],
            "Wiederholung: 2 Verfehlungen in 6 Monaten, Faktor 1,5",
            "Repeat: 2 misses within 6 months, factor 1.5",
        );
        check(
            Rule::Cap,
            &[("per", Text, "month"), ("limit", Money, "2000"), ("used", Money, "0.00")],
            "Obergrenze je Monat: 2.000,00 €, davon schon verbraucht 0,00 €",
            "Cap per month: EUR 2,000.00, of which EUR 0.00 was used before",
        );
        check(
            Rule::Rounding,
            &[("mode", Text, "half_up")],
            "Rundung: kaufmännisch gerundet",
            "Rounding: rounded half up",
        );
    }

    #[test]
    fn an_exact_value_is_a_short_decimal_or_a_fraction_and_never_silently_cut() {
        let templates = Templates::builtin();
        let explainer = Explainer::new(&templates, Language::De, "EUR").expect("a currency");
        #[track_caller]
        fn check(explainer: &Explainer<'_>, unit: Unit, exact: &str, expected: &str) {
            let step =
                Step { rule: Rule::Base, inputs: Vec::new(), exact: exact.to_owned(), unit, rounded: "0".to_owned() };
            assert_eq!(explainer.exact(&step).replace('\u{a0}', " "), expected);
        }
        check(&explainer, Unit::Money, "12845/2", "64,225 €");
        check(&explainer, Unit::Money, "100/3", "1/3 €");
        check(&explainer, Unit::Money, "0/1", "0,00 €");
        check(&explainer, Unit::Money, "1843750/1", "18.437,50 €");
        check(&explainer, Unit::Share, "999/1000", "99,9 %");
        check(&explainer, Unit::Share, "14817/14900", "14.817/14.900");
        check(&explainer, Unit::Seconds, "4080/1", "4.080 s");
        check(&explainer, Unit::Count, "3/1", "3");
        check(&explainer, Unit::Money, "12345678901234567/9876543210987654321", "0,00001249… €");
    }
}
