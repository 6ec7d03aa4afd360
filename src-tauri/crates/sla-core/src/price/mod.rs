//! From verdicts to money: models, then what modifies them, then caps, in the order that the contract stores. Every
//! amount carries its derivation.
//!
//! What is unknown makes two cases: the least that is owed and the most that may be owed. Each is computed by the same
//! rules from its own attainment, its own downtime and its own reading of earlier months; nothing is averaged.

mod caps;
pub(crate) mod claim;
pub(crate) mod deadline;
mod fees;
#[cfg(test)]
pub(crate) mod fixture;
mod history;
mod model;
mod outages;
mod reward;
mod rights;
mod stacking;
mod terms;

use crate::assess::{Assessment, Attained};
use crate::catalogue::{Band, BandRange, ContractSpec, Model, Name, PointBand, Promise};
use crate::derivation::{Case, Derivation, Rule, Trail, Unit, input, whole_minor};
use crate::money::{Currency, Money};
use crate::plan::PlannedCommitment;
use crate::ratio::Ratio;
use crate::record::Verdict;
use crate::time::Month;

pub use caps::PricedCap;
pub use fees::{Fees, MonthFees};
pub use history::{History, Past, PastCommitment, PastMonth, PlannedPast};
pub use outages::{Doubt, Piece};
pub use reward::EarnedBack;
pub use rights::{OpenRight, Standing};

/// What pricing has to know of a judged commitment.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The promise.
    pub promise: Promise<'a>,
    /// The version of the contract that it stands in: its credit is priced by that version's terms.
    pub contract: &'a ContractSpec,
    /// The service that it is about.
    pub service: &'a Name,
    /// How its fee is made up.
    pub fees: Fees,
    /// What was attained; `None` when there was nothing to judge.
    pub attained: Option<Attained>,
    /// The verdict.
    pub verdict: Verdict,
    /// The seconds that the error budget is a share of.
    pub base_seconds: i64,
    /// The same in the worst case.
    pub worst_base_seconds: i64,
    /// The outages of the best case.
    pub least: Downtime,
    /// The outages of the worst case.
    pub most: Downtime,
    /// What of the outages nobody knows, for promises that pay them one by one; `None` when all of them are known.
    pub doubt: Option<Doubt>,
    /// Whether there may have been fewer events than a judgement may rest on: then nothing may be owed at all.
    pub may_be_too_few: bool,
    /// The same promise by a second reading, with its own outages, where nobody can say which of the two is right: the credit is
    /// then the least and the most of both.
    pub disputed_by: Option<Box<Judged<'a>>>,
}

impl<'a> Judged<'a> {
    /// An assessment of a promise of the plan.
    pub(crate) fn of(planned: &PlannedCommitment<'a>, assessment: &Assessment) -> Self {
        Self::assessed(planned.terms.into(), planned.contract, (planned.service, planned.fees.clone()), assessment)
    }

    /// An assessment of a promise of a contract, which is about a service with its fees.
    pub fn assessed(
        promise: Promise<'a>,
        contract: &'a ContractSpec,
        (service, fees): (&'a Name, Fees),
        assessment: &Assessment,
    ) -> Self {
        Self {
            promise,
            contract,
            service,
            fees,
            attained: assessment.attained.clone(),
            verdict: assessment.verdict,
            base_seconds: assessment.lengths.base_seconds,
            worst_base_seconds: assessment.lengths.worst_base_seconds,
            least: assessment.least.clone(),
            most: assessment.most.clone(),
            doubt: assessment.doubt.clone(),
            may_be_too_few: assessment.may_be_too_few,
            disputed_by: None,
        }
    }

    /// This reading, and the other one where they dispute.
    fn readings(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.disputed_by.as_deref())
    }
}

/// Outages of one case, outside excluded time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Downtime {
    /// Lengths of the single outages in seconds, in order of time.
    pub outages_seconds: Vec<i64>,
    /// Local days with at least one of their seconds.
    pub days: u32,
    /// Their length weighted by the share of events that failed, in seconds.
    pub affected_seconds: Ratio,
    /// For incidents: by how many seconds each one was above its limit.
    pub over_seconds: Vec<i64>,
}

/// A commitment's credit as a range, with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What is owed for certain.
    pub low: Money,
    /// What may be owed.
    pub high: Money,
    /// Service points: the least and the most.
    pub points: (u32, u32),
    /// A rise of the fee for over-performance: the least and the most.
    pub bonus: (Money, Money),
    /// One derivation when least and most are equal, two otherwise.
    pub derivations: Vec<Derivation>,
    /// Where the rise of the fee comes from, in the same way; none where none is agreed.
    pub bonus_derivations: Vec<Derivation>,
}

/// A contract's month, priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// One credit for every commitment, in their order.
    pub credits: Vec<Credit>,
    /// Sum of what is owed for certain.
    pub low: Money,
    /// Sum of what may be owed. With caps it can be less than the sum of the commitments' own.
    pub high: Money,
    /// Credits of earlier months that are waived now.
    pub earned_back: Vec<EarnedBack>,
    /// Rights that earlier and present misses open, or may open.
    pub rights: Vec<OpenRight>,
    /// The caps, in stored order.
    pub caps: Vec<PricedCap>,
}

/// Why a month cannot be priced.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PriceError {
    /// An amount does not fit.
    #[error("commitment {commitment}: the credit does not fit 63 bits of minor units; expected a fee that is a fee")]
    TooLarge {
        /// The commitment.
        commitment: Name,
    },
    /// No band holds what was attained. The catalogue refuses such bands; a contract that it did not read may have them.
    #[error(
        "commitment {commitment}: no band holds the attained {attained} %; expected bands that cover 0 to the target"
    )]
    NoBand {
        /// The commitment.
        commitment: Name,
        /// What was attained in percent, rounded down.
        attained: String,
    },
    /// So many groups share services and commitments that not every choice can be compared.
    #[error(
        "the groups of noStacking over {commitments} leave too many choices of who is paid; expected fewer groups across \
         services"
    )]
    TooManyChoices {
        /// The commitments that would have to be chosen from together.
        commitments: String,
    },
}

/// The less or the more favourable reading of everything unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Least,
    Most,
}

/// Prices a month. Each promise is priced by the terms of its own version; what holds for the month as a whole is
/// `contract`'s, the version that the month ends with: the least credit, groups, caps, rounding and rights.
///
/// # Errors
/// [`PriceError`]; nothing is priced then.
pub fn price(
    contract: &ContractSpec,
    month: Month,
    fees: &MonthFees,
    judged: &[Judged<'_>],
    history: &History,
) -> Result<Priced, PriceError> {
    let least = end(contract, month, fees, judged, history, End::Least)?;
    let most = end(contract, month, fees, judged, history, End::Most)?;
    let zero = Money::zero(contract.currency);
    let mut credits = Vec::with_capacity(judged.len());
    for (index, judged) in judged.iter().enumerate() {
        let (a, b) = (&least.items[index], &most.items[index]);
        // A cap that an earlier commitment uses up in the worst case can leave a later one less than in the best case.
        let (lower, upper) = if a.minor <= b.minor { (a, b) } else { (b, a) };
        let money = |minor| Money { minor, ..zero };
        let (bonus_low, bonus_high, bonus_derivations) =
            reward::bonus(judged, contract.currency).ok_or_else(|| too_large(judged))?;
        credits.push(Credit {
            low: money(lower.minor),
            high: money(upper.minor),
            points: (a.points.min(b.points), a.points.max(b.points)),
            bonus: (bonus_low, bonus_high),
            derivations: derivations(lower, upper),
            bonus_derivations,
        });
    }
    let (low, high) = (least.total_minor.min(most.total_minor), least.total_minor.max(most.total_minor));
    let points: Vec<(u32, u32)> = credits.iter().map(|credit| credit.points).collect();
    let caps = caps::priced(&least.limits, &most.limits, contract.currency);
    let caps = match (caps, judged.first()) {
        (Some(caps), _) => caps,
        (None, Some(judged)) => return Err(too_large(judged)),
        (None, None) => Vec::new(),
    };
    let earned_back = reward::earned_back(month, judged, &credits, history, contract.currency);
    Ok(Priced {
        credits,
        low: Money { minor: low, ..zero },
        high: Money { minor: high, ..zero },
        earned_back,
        rights: rights::rights(contract, month, judged, &points, history),
        caps,
    })
}

/// The derivations of two cases: one tells both where they went the same way.
fn derivations(low: &Item, high: &Item) -> Vec<Derivation> {
    if low.trail.same(&high.trail) {
        vec![low.derivation(Case::Exact)]
    } else {
        vec![low.derivation(Case::Least), high.derivation(Case::Most)]
    }
}

/// The judged promises of each name, in order. Where versions of a contract share the month, these are the parts of one
/// commitment, and the last one is of the version that the month ends with.
fn by_name<'a, 'b>(judged: &'b [Judged<'a>]) -> Vec<Vec<&'b Judged<'a>>> {
    let mut names: Vec<Vec<&Judged<'_>>> = Vec::new();
    for one in judged {
        match names.iter_mut().find(|parts| parts[0].promise.name == one.promise.name) {
            Some(parts) => parts.push(one),
            None => names.push(vec![one]),
        }
    }
    names
}

fn too_large(judged: &Judged<'_>) -> PriceError {
    PriceError::TooLarge { commitment: judged.promise.name.clone() }
}

/// A commitment's amount on its way through the steps, in minor units.
pub(crate) struct Item {
    pub(crate) exact: Ratio,
    pub(crate) points: u32,
    pub(crate) trail: Trail,
    pub(crate) minor: i64,
}

impl Item {
    fn derivation(&self, case: Case) -> Derivation {
        Derivation { case, minor: self.minor, steps: self.trail.told() }
    }
}

/// All commitments of one case.
struct Ended {
    items: Vec<Item>,
    total_minor: i64,
    limits: Vec<caps::Limit>,
}

fn end(
    contract: &ContractSpec,
    month: Month,
    fees: &MonthFees,
    judged: &[Judged<'_>],
    history: &History,
    end: End,
) -> Result<Ended, PriceError> {
    let alone = judged.iter().map(|judged| alone(month, judged, history, end));
    let mut items = alone.collect::<Result<Vec<_>, _>>()?;
    terms::minimum(contract, judged, &mut items);
    items.iter_mut().for_each(|item| terms::round_item(contract, item));
    let limits = caps::limits(contract, month, fees, judged, history, end);
    stacking::no_stacking(contract, judged, &limits, &mut items)?;
    caps::hold(&limits, &mut items);
    let total_minor = terms::round_total(contract, judged, &mut items)?;
    Ok(Ended { items, total_minor, limits })
}

/// A commitment's amount by its model and its repeat factor.
fn alone(month: Month, judged: &Judged<'_>, history: &History, end: End) -> Result<Item, PriceError> {
    let currency = judged.contract.currency;
    let mut best: Option<Item> = None;
    let of = |reading| candidates(reading, end).into_iter().map(move |attained| (reading, attained));
    for (reading, attained) in judged.readings().flat_map(of) {
        let mut trail = Trail::new(currency);
        let amount = model::amount(reading, &attained, end, &mut trail)?;
        let mut item = Item { exact: amount.exact, points: amount.points, trail, minor: 0 };
        let misses = history.misses(judged, &attained, month);
        terms::repeat(judged, misses, end, &amount.base, &mut item);
        let better = |known: &Item| match end {
            End::Least => (&item.exact, item.points) < (&known.exact, known.points),
            End::Most => (&item.exact, item.points) > (&known.exact, known.points),
        };
        if best.as_ref().is_none_or(better) {
            best = Some(item);
        }
    }
    // A period that may not be judged at all owes nothing in the least case, and opens no points.
    let nothing_is_less = |item: &Item| item.exact > Ratio::zero() || item.points > 0;
    if judged.may_be_too_few && end == End::Least && best.as_ref().is_some_and(nothing_is_less) {
        best = None;
    }
    Ok(best.unwrap_or_else(|| nothing(currency)))
}

/// Nothing was there to judge.
fn nothing(currency: Currency) -> Item {
    let mut trail = Trail::new(currency);
    let exact = trail.step(Rule::NotJudged, vec![input("amount", Unit::Money, 0)], Unit::Money, Ratio::zero());
    Item { exact, points: 0, trail, minor: 0 }
}

/// The attainments that may decide a case: its own end first, then the other one, then a point inside each band that the
/// range touches, because credits need not rise with a worse month.
fn candidates(judged: &Judged<'_>, end: End) -> Vec<Ratio> {
    let Some(Attained { low, high }) = &judged.attained else { return Vec::new() };
    if low == high {
        return vec![low.clone()];
    }
    let mut all = if end == End::Least { vec![high.clone(), low.clone()] } else { vec![low.clone(), high.clone()] };
    let ranges: Vec<BandRange> = match judged.promise.penalty.model() {
        Some(Model::Bands(bands)) => bands.iter().filter_map(Band::range).collect(),
        Some(Model::Points(bands)) => bands.iter().filter_map(PointBand::range).collect(),
        _ => Vec::new(),
    };
    // Where attainments are rounded first, a narrow band is reached by what is rounded to a percentage inside it.
    let promise = &judged.promise;
    let (low, high) = (promise.compared(low), promise.compared(high));
    for range in ranges.iter().filter(|range| range.touches(&low, &high)) {
        let (from, to) = (range.low().ratio().max(low.clone()), range.high().ratio().min(high.clone()));
        let inside = match promise.attainment_rounding {
            None => Some(from.plus(&to).times(&Ratio::new(1, 2).expect("two is not zero"))),
            Some(rounding) => rounding.first_inside(range, &from).filter(|first| *first <= high),
        };
        all.extend(inside);
    }
    all
}

/// An exact amount as whole minor units.
fn minor(exact: &Ratio, currency: Currency, judged: &Judged<'_>) -> Result<i64, PriceError> {
    whole_minor(exact, currency).map(|money| money.minor).ok_or_else(|| too_large(judged))
}
