//! What holds credits down after each was computed: the amount at risk and the caps.
//!
//! Each is an upper limit of what some credits may come to together. Caps apply in stored order, and where one cuts, the
//! commitments keep their place in the contract: the first ones are paid, the last ones give way. Caps that are stored from
//! narrow to wide, commitment before service before month, pay together as much as all of them permit; a wide cap that is
//! stored before a narrow one also counts what the narrow one takes away afterwards, as the contract then says.
//!
//! The amount at risk lies across services. It counts what the caps leave of its credits, and these are paid last, so that
//! a credit that a cap cuts takes nothing from the amount at risk and needs no room that others could have: more downtime
//! never makes a month cheaper. Every limit is rounded down to what can be paid, so that no rounding ever passes it.

use super::terms::major_units;
use super::{End, History, Item, Judged, MonthFees};
use crate::catalogue::{Cap, CapBase, CapScope, CapYear, ContractSpec, Model};
use crate::derivation::{Rule, Unit, input, whole_minor};
use crate::money::Currency;
use crate::ratio::Ratio;
use crate::time::Month;

/// What some credits may come to together.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    /// The cap's scope; `None` for the amount at risk.
    pub(super) per: Option<CapScope>,
    /// Indices of the judged promises.
    pub(super) members: Vec<usize>,
    /// The first month that it counts; `None` for the priced month alone.
    since: Option<Month>,
    limit: Ratio,
    used: Ratio,
    left: Ratio,
}

/// The judged promises that are one commitment. Where versions of a contract share the month, the parts of a commitment that
/// keeps its name and its service are one: they share a cap, a least credit and a place in a group.
pub(super) fn by_commitment(judged: &[Judged<'_>]) -> Vec<Vec<usize>> {
    grouped(judged, |one, other| one.promise.name == other.promise.name && one.service == other.service)
}

fn grouped(judged: &[Judged<'_>], same: impl Fn(&Judged<'_>, &Judged<'_>) -> bool) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in 0..judged.len() {
        match groups.iter_mut().find(|group| same(&judged[group[0]], &judged[index])) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

/// Every limit of the month: the amount at risk, then the caps in stored order.
pub(super) fn limits(
    contract: &ContractSpec,
    month: Month,
    fees: &MonthFees,
    judged: &[Judged<'_>],
    history: &History,
    end: End,
) -> Vec<Limit> {
    let floor = |exact: &Ratio| contract.rounding.floor(exact, contract.currency);
    let mut limits = Vec::new();
    let at_risk: Vec<usize> = (0..judged.len())
        .filter(|&index| matches!(judged[index].promise.penalty.model(), Some(Model::AtRisk(_))))
        .collect();
    if !at_risk.is_empty() {
        let limit = floor(&fees.at_risk);
        let (left, used) = (limit.clone(), Ratio::zero());
        limits.push(Limit { per: None, members: at_risk, since: None, limit, used, left });
    }
    for cap in contract.caps.iter().flatten() {
        let groups = match cap.per {
            CapScope::Commitment => by_commitment(judged),
            CapScope::Service => grouped(judged, |one, other| one.service == other.service),
            CapScope::Month | CapScope::Year | CapScope::Contract => vec![(0..judged.len()).collect()],
        };
        for members in groups {
            let limit = floor(&limit(contract, cap, month, fees, judged, &members, history));
            let since = match cap.per {
                CapScope::Year => Some(history.year_begin(cap.year.unwrap_or(CapYear::Calendar), month)),
                CapScope::Contract => Some(history.first_month(month)),
                CapScope::Commitment | CapScope::Service | CapScope::Month => None,
            };
            let used = since.map_or_else(Ratio::zero, |since| used(history, since, end, &limit));
            let left = floor(&limit.minus(&used).max(Ratio::zero()));
            limits.push(Limit { per: Some(cap.per), members, since, limit, used, left });
        }
    }
    limits
}

/// A cap as it stands when a month is priced, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedCap {
    /// What it holds down.
    pub per: CapScope,
    /// Indices of the judged promises that share it.
    pub members: Vec<usize>,
    /// The first month that it counts; `None` for the priced month alone.
    pub since: Option<Month>,
    /// What its credits may come to.
    pub limit_minor: i64,
    /// What earlier months used of it: the least and the most.
    pub used_minor: (i64, i64),
}

/// Every cap in stored order, from the limits of both cases; `None` when one does not fit.
pub(super) fn priced(least: &[Limit], most: &[Limit], currency: Currency) -> Option<Vec<PricedCap>> {
    let minor = |exact: &Ratio| whole_minor(exact, currency).map(|money| money.minor);
    let cap = |(least, most): (&Limit, &Limit)| {
        let per = least.per?;
        // The least credit is what remains when as much as possible was used before.
        let used = minor(&most.used).zip(minor(&least.used));
        Some(minor(&least.limit).zip(used).map(|(limit_minor, used_minor)| PricedCap {
            per,
            members: least.members.clone(),
            since: least.since,
            limit_minor,
            used_minor,
        }))
    };
    least.iter().zip(most).filter_map(cap).collect()
}

/// Holds every credit down to what the limits leave room for.
pub(super) fn hold(limits: &[Limit], items: &mut [Item]) {
    let amounts: Vec<Ratio> = items.iter().map(|item| item.exact.clone()).collect();
    allot(limits.iter(), &amounts, |index, limit, left| {
        let item = &mut items[index];
        let (rule, mut inputs) = match limit.per {
            None => (Rule::AtRiskPool, Vec::new()),
            Some(per) => {
                let inputs = vec![
                    input("per", Unit::Text, per.name()),
                    item.trail.money("limit", &limit.limit),
                    item.trail.money("used", &limit.used),
                ];
                (Rule::Cap, inputs)
            }
        };
        inputs.push(item.trail.money("left", left));
        item.exact = item.trail.step(rule, inputs, Unit::Money, left.clone());
    });
}

/// What each amount comes to under some limits; `cut` hears of every limit that leaves less than an amount.
pub(super) fn allot<'a>(
    limits: impl Iterator<Item = &'a Limit>,
    amounts: &[Ratio],
    mut cut: impl FnMut(usize, &Limit, &Ratio),
) -> Vec<Ratio> {
    let mut limits: Vec<(&Limit, Ratio)> = limits.map(|limit| (limit, limit.left.clone())).collect();
    let shares_pool =
        |index: &usize| limits.iter().any(|(limit, _)| limit.per.is_none() && limit.members.contains(index));
    let (last, first): (Vec<usize>, Vec<usize>) = (0..amounts.len()).partition(shares_pool);
    let mut paid = amounts.to_vec();
    for index in first.into_iter().chain(last) {
        for (limit, left) in limits.iter_mut().filter(|(limit, _)| limit.members.contains(&index)) {
            if paid[index] > *left {
                paid[index] = left.clone();
                cut(index, limit, left);
            }
            if limit.per.is_some() {
                *left = left.minus(&paid[index]);
            }
        }
        for (_, pool) in limits.iter_mut().filter(|(limit, _)| limit.per.is_none() && limit.members.contains(&index)) {
            *pool = pool.minus(&paid[index]);
        }
    }
    paid
}

/// What earlier months used up: in the least case as much as they may have, in the most case as little. An earlier
/// month that nobody closed may have used everything, or nothing.
fn used(history: &History, since: Month, end: End, limit: &Ratio) -> Ratio {
    let (least, most) = history.credits(since);
    match (end, most) {
        (End::Most, _) => Ratio::whole(least),
        (End::Least, Some(most)) => Ratio::whole(most),
        (End::Least, None) => limit.clone().max(Ratio::whole(least)),
    }
}

/// The amount of a cap, or its share of fees: of those of months, the contract's; of the base, that of what it caps.
fn limit(
    contract: &ContractSpec,
    cap: &Cap,
    month: Month,
    fees: &MonthFees,
    judged: &[Judged<'_>],
    members: &[usize],
    history: &History,
) -> Ratio {
    if let Some(amount) = cap.amount {
        return major_units(amount, contract.currency);
    }
    let of = match cap.of {
        Some(CapBase::Last12Months) => history.fees(Some(month.minus(11))).plus(&fees.contract),
        Some(CapBase::ContractToDate) => history.fees(None).plus(&fees.contract),
        Some(CapBase::Base) | None => match cap.per {
            CapScope::Commitment => sum(members.iter().map(|&index| judged[index].fees.exact())),
            CapScope::Service => service_base(judged, members),
            CapScope::Month | CapScope::Year | CapScope::Contract => fees.promised.clone(),
        },
    };
    cap.share.map_or_else(Ratio::zero, |share| share.ratio()).times(&of)
}

/// The base of a service: of each version the highest that one of its promises has, for these are about one fee, and of
/// versions that share the month the sum, for each counts its own days.
fn service_base(judged: &[Judged<'_>], members: &[usize]) -> Ratio {
    let mut versions: Vec<u32> = members.iter().map(|&index| judged[index].contract.version).collect();
    versions.dedup();
    sum(versions.into_iter().map(|version| {
        let of = members.iter().filter(|&&index| judged[index].contract.version == version);
        of.map(|&index| judged[index].fees.exact()).max().unwrap_or_else(Ratio::zero)
    }))
}

fn sum(amounts: impl Iterator<Item = Ratio>) -> Ratio {
    amounts.fold(Ratio::zero(), |sum, one| sum.plus(&one))
}

impl CapScope {
    /// The stable name, as it is written in contracts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commitment => "commitment",
            Self::Service => "service",
            Self::Month => "month",
            Self::Year => "year",
            Self::Contract => "contract",
        }
    }
}
