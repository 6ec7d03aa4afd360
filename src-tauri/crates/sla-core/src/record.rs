//! A tenant's closed month as one value: what the ledger keeps, what `report.json` publishes and what every document is
//! drawn from. Numbers that decide are integers or strings, never floats.

use num_bigint::BigInt;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Comparison, LegalNature};
use crate::derivation::Derivation;
use crate::evidence::{Provenance, sha256_hex};
use crate::incident::{ClockHours, ClockStart, IncidentClock, IncidentMonth, IncidentOutcome};
use crate::money::Currency;
use crate::ratio::{Ratio, Rounding};
use crate::time::Month;

/// The `schema` field of every record this version writes.
pub const RECORD_SCHEMA: &str = "sla-desk/report/v1";

/// Decimal places of every printed percentage of attainment; always rounded down.
pub const PERCENT_DIGITS: u32 = 4;

/// A tenant's closed month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthRecord {
    /// Name and version of this format: `sla-desk/report/v1`.
    pub schema: String,
    /// Id of the tenant.
    pub tenant: String,
    /// Name of the tenant as the catalogue spells it.
    pub tenant_name: String,
    /// Language of the tenant's documents: `de` or `en`.
    pub language: Language,
    /// The contractual month, YYYY-MM.
    pub month: Month,
    /// Revision of this month: 1 when first closed, one more for every restatement.
    pub revision: u32,
    /// The month in the contract's zone.
    pub period: RecordPeriod,
    /// The contract version that was in force.
    pub contract: RecordContract,
    /// What was promised, and what was delivered.
    pub commitments: Vec<RecordCommitment>,
    /// What was promised of incidents, and what was delivered.
    pub incident_promises: Vec<RecordIncidentPromise>,
    /// The worst verdict of all promises: breached before undecidable before met.
    pub verdict: Verdict,
    /// Sum of all credits.
    pub credit_total: CreditTotal,
    /// Credits of earlier months that are waived because the promise was kept since.
    pub earned_back: Vec<RecordEarnedBack>,
    /// Rights that misses opened, or may have.
    pub rights: Vec<RecordRight>,
    /// By when the credits must be claimed; null when the contract names no claim window or nothing can be owed.
    pub claim: Option<RecordClaim>,
    /// Earlier months of the contract that the ledger does not know, as far as a cap, a factor or a right counts them,
    /// YYYY-MM.
    pub unknown_months: Vec<Month>,
    /// Findings of the linter about the contract that were taken as they are.
    pub accepted: Vec<RecordAcceptance>,
    /// Excluded windows that were asked for, accepted or not.
    pub exclusions: Vec<RecordExclusion>,
    /// Every piece of evidence that the figures rest on.
    pub evidence: Vec<RecordEvidence>,
}

impl MonthRecord {
    /// SHA-256 of everything but the revision number: two closes with the same digest are the same month.
    pub fn digest(&self) -> String {
        let unnumbered = Self { revision: 0, ..self.clone() };
        sha256_hex(&serde_json::to_vec(&unnumbered).expect("a record has only string keys"))
    }

    /// The record as `report.json` publishes it: indented, with a final newline, byte-identical for equal records.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a record has only string keys");
        text.push('\n');
        text
    }
}

/// What every promise of a month has, be it measured or counted from incidents.
#[derive(Clone, Copy, Debug)]
pub struct RecordPromise<'a> {
    /// Name of the promise in the contract.
    pub name: &'a str,
    /// The promise's name for people.
    pub title: &'a str,
    /// Version of the contract that it stands in.
    pub contract_version: u32,
    /// The promised percentage.
    pub target: &'a str,
    /// What was attained, where that is one value.
    pub attained: Option<&'a RecordRatio>,
    /// The least and the most that can have been attained.
    pub attained_range: &'a RecordRange<Option<RecordRatio>>,
    /// Met, breached or undecidable.
    pub verdict: Verdict,
    /// The credit.
    pub credit: &'a RecordCredit,
    /// The measured commitment; `None` for a promise about incidents.
    pub measured: Option<&'a RecordCommitment>,
}

impl MonthRecord {
    /// Everything that was promised: commitments first, then promises about incidents.
    pub fn promises(&self) -> impl Iterator<Item = RecordPromise<'_>> {
        let measured = self.commitments.iter().map(|one| RecordPromise {
            name: &one.name,
            title: &one.title,
            contract_version: one.contract_version,
            target: &one.target,
            attained: one.attained.as_ref(),
            attained_range: &one.attained_range,
            verdict: one.verdict,
            credit: &one.credit,
            measured: Some(one),
        });
        let of_incidents = self.incident_promises.iter().map(|one| RecordPromise {
            name: &one.name,
            title: &one.title,
            contract_version: one.contract_version,
            target: &one.target,
            attained: one.attained.as_ref(),
            attained_range: &one.attained_range,
            verdict: one.verdict,
            credit: &one.credit,
            measured: None,
        });
        measured.chain(of_incidents)
    }
}

impl RecordPromise<'_> {
    /// The name that is unique in the month: the promise's own, or `name@version` of an earlier version of the contract,
    /// `current` being the one that the month ended with.
    pub fn key(&self, current: u32) -> String {
        if self.contract_version == current {
            self.name.to_owned()
        } else {
            format!("{}@{}", self.name, self.contract_version)
        }
    }
}

/// A language that documents are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German.
    De,
    /// English.
    En,
}

impl Language {
    /// The code in BCP 47: `de` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }
}

/// The judged period, half open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPeriod {
    /// First second inside, in UTC, for example `2026-09-30T22:00:00Z`.
    pub start: String,
    /// First second outside, in UTC.
    pub end: String,
    /// IANA zone of the contract.
    pub time_zone: String,
    /// Length in seconds.
    pub seconds: i64,
}

/// Which contract judged the month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordContract {
    /// Name of the contract in the catalogue.
    pub id: String,
    /// Its version, 1 or more.
    pub version: u32,
    /// SHA-256 of the contract's content, so that a changed text under the same version is noticed.
    pub sha256: String,
    /// Service hours as the contract writes them, for example `24/7` or `Mo-Fr 08:00-18:00`.
    pub service_hours: String,
    /// The fee of the judged month: for a part month what the contract says of it, rounded down to the minor unit.
    pub fee: RecordMoney,
    /// What a credit is in law.
    pub legal_nature: LegalNature,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordMoney {
    /// ISO 4217 code.
    pub currency: String,
    /// Amount in the currency's minor unit, for example cents.
    pub minor: i64,
}

/// One promise, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCommitment {
    /// Name of the commitment in the contract.
    pub name: String,
    /// Version of the contract that it stands in; another one than the record's in a month that two versions share.
    pub contract_version: u32,
    /// The commitment's name for people, in the tenant's language where the contract gives one.
    pub title: String,
    /// Name of the SLO in the catalogue.
    pub slo: String,
    /// The measurement period that ended with this month; null when it is the month itself.
    pub period: Option<RecordSpan>,
    /// How attainment is counted: `Occurrences`, `Timeslices` or `RatioTimeslices`.
    pub method: Method,
    /// What `good` and `total` count.
    pub unit: CountUnit,
    /// Width of a slice in seconds.
    pub slice_seconds: i64,
    /// A slice below this percentage of good events is an outage slice; null where only a slice without any good
    /// event is one.
    pub slice_target: Option<String>,
    /// The bound that each slice's value must keep; null where events are counted.
    pub threshold: Option<RecordThreshold>,
    /// What the period may consume; null where nothing is consumed.
    pub consumption_budget: Option<RecordQuantity>,
    /// The promised percentage as the contract writes it.
    pub target: String,
    /// Good units that were seen.
    pub good: Count,
    /// All units that were seen.
    pub total: Count,
    /// What was attained; null while unknown time leaves a range.
    pub attained: Option<RecordRatio>,
    /// The least and the most that can have been attained; both null when there was nothing to judge.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// Service time S of the month in seconds: the month within service hours.
    pub service_seconds: i64,
    /// Outage slices within S without excluded windows, in seconds.
    pub downtime_seconds: i64,
    /// Accepted exclusions within S, in seconds.
    pub excluded_seconds: i64,
    /// Time without usable evidence within S without excluded windows, in seconds.
    pub unknown_seconds: i64,
    /// Slices without any event within S without excluded windows, in seconds.
    pub quiet_seconds: i64,
    /// How the contract reads unknown time.
    pub unknown_reading: UnknownReading,
    /// How the contract reads slices without any event.
    pub quiet_reading: QuietReading,
    /// Whether excluded time leaves both sides or stays as good.
    pub exclusion_mode: ExclusionMode,
    /// The error budget.
    pub budget: RecordBudget,
    /// Met, breached, or not decidable from the evidence there is.
    pub verdict: Verdict,
    /// The service credit as a range.
    pub credit: RecordCredit,
    /// Outages, merged, in order of time.
    pub outages: Vec<RecordOutage>,
    /// Stretches without usable evidence, merged, in order of time.
    pub unknown: Vec<RecordUnknown>,
    /// Every local day of the month.
    pub days: Vec<RecordDay>,
    /// SHA-256 of the evidence that this commitment rests on.
    pub evidence: Vec<String>,
}

/// How attainment is counted (OpenSLO's budgeting methods).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Method {
    /// Σ good / Σ total over the month.
    Occurrences,
    /// Share of slices whose ratio reaches the slice target.
    Timeslices,
    /// Unweighted mean of the slices' ratios.
    RatioTimeslices,
    /// Budget / Σ of the slices' values, at most 1.
    Consumption,
}

/// What the counts of a commitment count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountUnit {
    /// Requests, checks, tasks.
    Events,
    /// Slices of time.
    Slices,
    /// What is consumed, in the unit of the budget.
    Consumption,
}

/// A count of units: a JSON integer, or a decimal in a string where the source delivered fractions of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Count {
    /// A whole count.
    Whole(i64),
    /// A count with decimals, exact, for example `"59.983"`.
    Fraction(String),
}

impl Count {
    /// `units` of which `scale` make one event; `None` when the count does not fit.
    pub fn from_units(units: i128, scale: i64) -> Option<Self> {
        let scale = i128::from(scale);
        if units % scale == 0 {
            return i64::try_from(units / scale).ok().map(Self::Whole);
        }
        let digits = scale.ilog10();
        let ratio = Ratio::new(units, scale)?;
        let text = ratio.to_decimal(digits, Rounding::Floor);
        Some(Self::Fraction(text.trim_end_matches('0').to_owned()))
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(count) => count.fmt(f),
            Self::Fraction(text) => f.write_str(text),
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A count: an integer, or a decimal in a string where the source delivered fractions of events.",
            "oneOf": [{ "type": "integer" }, { "type": "string", "pattern": r"^-?[0-9]+\.[0-9]+$" }],
        })
    }
}

/// An exact ratio, and the same printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRatio {
    /// Numerator in lowest terms, an integer in a string.
    pub numerator: String,
    /// Denominator in lowest terms, an integer in a string.
    pub denominator: String,
    /// The ratio in percent with four decimals, rounded down.
    pub percent: String,
    /// False only for a mean of ratios whose exact fraction is too long to print: numerator and denominator are then
    /// the value rounded down to 10⁻¹⁸. The verdict always rests on the exact value.
    pub exact: bool,
}

impl RecordRatio {
    /// The ratio; `None` when numerator and denominator are no integers.
    pub fn ratio(&self) -> Option<Ratio> {
        Ratio::new(self.numerator.parse::<BigInt>().ok()?, self.denominator.parse::<BigInt>().ok()?)
    }
}

impl From<&Ratio> for RecordRatio {
    fn from(ratio: &Ratio) -> Self {
        const PRINTABLE_BITS: u64 = 128;
        let exact = ratio.denominator().bits() <= PRINTABLE_BITS;
        let (numerator, denominator) = if exact {
            (ratio.numerator().to_string(), ratio.denominator().to_string())
        } else {
            (ratio.scaled(18, Rounding::Floor).to_string(), "1000000000000000000".to_owned())
        };
        Self { numerator, denominator, percent: ratio.to_percent(PERCENT_DIGITS, Rounding::Floor), exact }
    }
}

/// The least and the most that a value can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRange<T> {
    /// The least.
    pub low: T,
    /// The most.
    pub high: T,
}

/// The error budget of a commitment. For methods that count events or ratios the seconds are the service time's
/// equivalent of the allowed share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBudget {
    /// (1 − target) · service time without exclusions, in seconds with at most three decimals, rounded down.
    pub allowed_seconds: String,
    /// (1 − attained) / (1 − target) in percent with two decimals, rounded up; null while unknown time leaves a range or
    /// when the target is 100 %.
    pub used_percent: Option<String>,
    /// The same for the most and the least attained.
    pub used_percent_range: RecordRange<Option<String>>,
}

/// Whether a promise was kept. The order is the order of concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Kept, whatever happened in unknown time.
    Met,
    /// The evidence allows both.
    Undecidable,
    /// Broken, whatever happened in unknown time.
    Breached,
}

impl Verdict {
    /// The stable name: `met`, `undecidable` or `breached`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Undecidable => "undecidable",
            Self::Breached => "breached",
        }
    }
}

/// How a contract reads time without evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownReading {
    /// Neither: attainment, verdict and credit become ranges.
    Range,
    /// As down.
    Down,
    /// As up.
    Up,
    /// As if it were no service time.
    Excluded,
}

/// How a contract reads a slice without any event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuietReading {
    /// As a good slice.
    Good,
    /// As a bad slice.
    Bad,
    /// As if it were no service time.
    Excluded,
}

/// Where accepted exclusions go in the ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExclusionMode {
    /// Excluded time leaves both sides.
    Denominator,
    /// Excluded time stays as good.
    Numerator,
}

/// A service credit as a range: low is what is owed for certain, high what may be owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCredit {
    /// ISO 4217 code.
    pub currency: String,
    /// The least, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
    /// How the amount was rounded to the minor unit: `floor`, `ceil`, `half_even` or `half_up`.
    pub rounding: Rounding,
    /// Service points, the least and the most; null where the contract counts none.
    pub points: Option<RecordRange<u32>>,
    /// A rise of the fee for over-performance in the minor unit, the least and the most; null where none is agreed.
    pub bonus_minor: Option<RecordRange<i64>>,
    /// Where the amount comes from, step by step: one derivation where the
    /// evidence leaves one case, otherwise the least and the most.
    pub derivations: Vec<Derivation>,
}

/// A stretch of time, half open, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSpan {
    /// First second inside.
    pub start: String,
    /// First second outside.
    pub end: String,
}

/// A bound for a measured value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordThreshold {
    /// How a value is compared with it.
    pub comparison: Comparison,
    /// The bound as the contract writes it.
    pub value: String,
    /// Its unit.
    pub unit: String,
}

/// An amount of something that is consumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordQuantity {
    /// The amount as the contract writes it.
    pub amount: String,
    /// Its unit.
    pub unit: String,
}

/// A promise about the time that incidents of a class may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordIncidentPromise {
    /// Name of the promise in the contract.
    pub name: String,
    /// Version of the contract that it stands in; another one than the record's in a month that two versions share.
    pub contract_version: u32,
    /// The promise's name for people, in the tenant's language where the contract gives one.
    pub title: String,
    /// Name of the service.
    pub service: String,
    /// The measurement period that ended with this month; null when it is the month itself.
    pub period: Option<RecordSpan>,
    /// Class of the incidents.
    pub class: String,
    /// What starts and ends the clock, and which hours it counts.
    pub clock: Clock,
    /// Which month an incident counts in.
    pub month: IncidentMonth,
    /// The most that the clock may show, in seconds.
    pub limit_seconds: i64,
    /// The promised percentage of incidents that keep the limit, as the contract writes it.
    pub target: String,
    /// Incidents that kept the limit.
    pub within: u32,
    /// Incidents that did not.
    pub over: u32,
    /// Incidents of which that is not known.
    pub undecidable: u32,
    /// Incidents that count in no month yet, because they have not ended.
    pub not_ended: u32,
    /// Share of incidents that kept the limit; null while a missing time leaves a range, or without incidents.
    pub attained: Option<RecordRatio>,
    /// The least and the most that the share can be; both null without incidents.
    pub attained_range: RecordRange<Option<RecordRatio>>,
    /// The mean of the clocks that have ended, in whole seconds, rounded up: the least and the most, null where a missing
    /// start leaves it without a bound. Null when no clock has ended.
    pub mean_seconds: Option<RecordRange<Option<String>>>,
    /// Met, breached, or not decidable from what is known of the incidents. Without incidents it is met.
    pub verdict: Verdict,
    /// The service credit as a range.
    pub credit: RecordCredit,
    /// The incidents that count, by name.
    pub incidents: Vec<RecordIncident>,
}

/// What a clock measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// What ends it.
    pub ends: IncidentClock,
    /// What starts it.
    pub starts_at: ClockStart,
    /// Which hours it counts.
    pub hours: ClockHours,
}

/// An incident and what the promise's clock shows for it. Times are in UTC; null where nobody wrote them down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordIncident {
    /// Name of its document.
    pub name: String,
    /// What happened, in a line.
    pub title: String,
    /// What happened.
    pub summary: Option<String>,
    /// When the outage began.
    pub began: Option<String>,
    /// When the provider first knew.
    pub detected: Option<String>,
    /// When it was reported.
    pub reported: String,
    /// When the provider first responded.
    pub responded: Option<String>,
    /// When the service was back.
    pub restored: Option<String>,
    /// Clock stops that were asked for.
    pub pauses: Vec<RecordPause>,
    /// What the clock shows.
    pub outcome: IncidentOutcome,
    /// SHA-256 of the incident's document.
    pub sha256: String,
}

/// A clock stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPause {
    /// First second that should not count, in UTC.
    pub from: String,
    /// First second that counts again, in UTC; null when nobody said.
    pub to: Option<String>,
    /// Why.
    pub reason: String,
}

/// A credit of an earlier month that is waived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordEarnedBack {
    /// Name of the commitment.
    pub commitment: String,
    /// The month whose credit it is.
    pub month: Month,
    /// What is waived for certain, in the minor unit.
    pub low_minor: i64,
    /// What may be waived, in the minor unit.
    pub high_minor: i64,
}

/// A right that misses opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRight {
    /// What opens, in the words of the contract.
    pub right: String,
    /// Name of the commitment whose misses count; null when the points of all do.
    pub commitment: Option<String>,
    /// Misses, or points, that there were: the least and the most.
    pub counted: RecordRange<u32>,
    /// How many open the right.
    pub needed: u32,
    /// Over how many months, this one included.
    pub within_months: u32,
    /// Whether it is open for certain; otherwise it is if what is unknown was a miss.
    pub open: bool,
}

/// By when credits must be claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordClaim {
    /// Whether they are given without a claim.
    pub automatic: bool,
    /// The last local day on which they can be claimed, YYYY-MM-DD; null when they are given without a claim.
    pub last_day: Option<String>,
}

/// A finding of the linter that was taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordAcceptance {
    /// The finding's code.
    pub code: String,
    /// Why it was taken.
    pub reason: String,
    /// Who took it.
    pub by: String,
}

/// Sum of all credits of the month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditTotal {
    /// ISO 4217 code.
    pub currency: String,
    /// The least, in the minor unit.
    pub low_minor: i64,
    /// The most, in the minor unit.
    pub high_minor: i64,
}

impl CreditTotal {
    /// Nothing owed.
    pub fn zero(currency: Currency) -> Self {
        Self { currency: currency.code().to_owned(), low_minor: 0, high_minor: 0 }
    }
}

/// An outage: a run of slices below the slice target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordOutage {
    /// Start of the first bad slice, in UTC.
    pub start: String,
    /// End of the last bad slice, in UTC.
    pub end: String,
    /// Length in seconds.
    pub seconds: i64,
    /// What the evidence says of it.
    pub reason: OutageReason,
    /// Whether it lies in an accepted exclusion and so does not count.
    pub excluded: bool,
}

/// What the evidence says of an outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutageReason {
    /// `all_failed` when no event was good, `some_failed` when some were, `no_traffic` when the contract reads a quiet
    /// slice as bad and the whole outage is quiet.
    pub code: OutageCode,
    /// Events that failed.
    pub failed: Count,
    /// All events.
    pub total: Count,
}

/// See [`OutageReason::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutageCode {
    /// No event was good.
    AllFailed,
    /// Some events failed.
    SomeFailed,
    /// There was no event, and the contract reads that as bad.
    NoTraffic,
}

/// A stretch without usable evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordUnknown {
    /// Start, in UTC.
    pub start: String,
    /// End, in UTC.
    pub end: String,
    /// Length in seconds.
    pub seconds: i64,
    /// Why it is unknown.
    pub reason: UnknownReason,
}

/// Why a slice is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownReason {
    /// The source delivered no slice.
    Missing,
    /// The source delivered no usable number: NaN, infinite, negative, or under a warning.
    Unusable,
    /// More good events than events: the measurement itself is wrong.
    GoodAboveTotal,
}

/// One local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDay {
    /// Local date, YYYY-MM-DD.
    pub date: String,
    /// Service time of the day without excluded windows, in seconds.
    pub service_seconds: i64,
    /// Good units that were seen.
    pub good: Count,
    /// All units that were seen.
    pub total: Count,
    /// What was attained that day by the commitment's method over known slices, in percent, rounded down; null
    /// without any.
    pub percent: Option<String>,
    /// Outage slices in seconds.
    pub downtime_seconds: i64,
    /// Unknown slices in seconds.
    pub unknown_seconds: i64,
}

/// A window that somebody asked to exclude.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordExclusion {
    /// Name of the exclusion in the catalogue.
    pub name: String,
    /// Start, in UTC.
    pub start: String,
    /// End, in UTC.
    pub end: String,
    /// Why it should not count, in the words of who asked.
    pub reason: String,
    /// Commitments it covers, by name.
    pub commitments: Vec<String>,
    /// What kind of time it is.
    pub kind: ExclusionKind,
    /// When the customer was told, in UTC; null when nobody said.
    pub announced_at: Option<String>,
    /// Whether it was asked for only after it had begun; null when nobody said when.
    pub after_the_fact: Option<bool>,
    /// How much of it does not count, in seconds of the judged period, before service hours.
    pub accepted_seconds: i64,
    /// Whether it was accepted, or why not.
    pub decision: ExclusionDecision,
}

/// Why a stretch of time should not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionKind {
    /// Planned maintenance.
    #[default]
    Maintenance,
    /// Force majeure: höhere Gewalt.
    ForceMajeure,
    /// The customer caused it.
    Customer,
    /// Somebody else's service that the provider does not answer for.
    Dependency,
}

impl ExclusionKind {
    /// The stable name, as it is written in contracts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::ForceMajeure => "force_majeure",
            Self::Customer => "customer",
            Self::Dependency => "dependency",
        }
    }
}

/// Whether an exclusion counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionDecision {
    /// Approved by somebody other than who asked.
    Accepted,
    /// Nobody approved it.
    NotApproved,
    /// Approved by the person who asked.
    SamePerson,
    /// The contract does not exclude time of that kind.
    NotAgreed,
    /// Maintenance that was not announced early enough, or never.
    NoticeNotKept,
    /// Maintenance beyond the hours of the month, in part or as a whole.
    HoursUsedUp,
}

/// Evidence, by the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordEvidence {
    /// SHA-256 of the Parquet file.
    pub sha256: String,
    /// What was asked.
    pub query: String,
    /// What it was asked of.
    pub source: String,
    /// The source's own version.
    pub server_version: String,
    /// Start of the captured period, in UTC.
    pub from: String,
    /// End of the captured period, in UTC.
    pub to: String,
    /// Width of a slice in seconds.
    pub step_seconds: i64,
    /// Everything the source warned of.
    pub warnings: Vec<String>,
}

impl RecordEvidence {
    /// The published form of a piece of evidence.
    pub fn new(sha256: &str, provenance: &Provenance) -> Self {
        Self {
            sha256: sha256.to_owned(),
            query: provenance.query.clone(),
            source: provenance.source.clone(),
            server_version: provenance.server_version.clone(),
            from: crate::time::utc_text(provenance.from),
            to: crate::time::utc_text(provenance.to),
            step_seconds: provenance.step_seconds,
            warnings: provenance.warnings.clone(),
        }
    }
}

/// Whom a tenant's letter goes to. It stays out of the record: contacts change without changing a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name as a letter addresses it.
    pub name: String,
    /// Mail address.
    #[schemars(
        regex(pattern = r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"),
        extend("x-expected" = "a mail address in ASCII, such as \"ada@example.org\"")
    )]
    pub email: String,
}
