//! What holds credits down after each was computed: groups of which one pays, the amount at risk, caps in stored order.
//!
//! Where a cap cuts, the commitments keep their place in the contract: the first ones are paid, the last ones give way.
//! The cap is rounded down to what can be paid, so that no rounding ever passes it.

use super::terms::major_units;
use super::{End, History, Item, Judged};
use crate::catalogue::{Cap, CapBase, CapScope, CapYear, ContractSpec, Model};
use crate::derivation::{Rule, Unit, input};
use crate::ratio::Ratio;
use crate::time::Month;

/// Of every group only the highest credit stays; of equal ones the first.
pub(super) fn no_stacking(contract: &ContractSpec, judged: &[Judged<'_>], items: &mut [Item]) {
    for group in &contract.no_stacking {
        let members: Vec<usize> =
            (0..items.len()).filter(|&index| group.commitments.contains(judged[index].promise.name)).collect();
        let mut paid: Option<usize> = None;
        for &index in &members {
            if paid.is_none_or(|known| items[index].exact > items[known].exact) {
                paid = Some(index);
            }
        }
        let Some(paid) = paid else { continue };
        for &index in members.iter().filter(|&&index| index != paid) {
            if items[index].exact > Ratio::zero() {
                let inputs = vec![input("paid", Unit::Text, judged[paid].promise.name)];
                items[index].exact = items[index].trail.step(Rule::NotStacked, inputs, Unit::Money, Ratio::zero());
            }
        }
    }
}

/// Commitments at risk share one amount.
pub(super) fn at_risk_pool(contract: &ContractSpec, judged: &[Judged<'_>], items: &mut [Item]) {
    let Some(at_risk) = contract.at_risk else { return };
    let members: Vec<usize> = (0..items.len())
        .filter(|&index| matches!(judged[index].promise.penalty.model(), Some(Model::AtRisk(_))))
        .collect();
    let Some(&first) = members.first() else { return };
    let pool = contract.rounding.floor(&judged[first].fees.exact().times(&at_risk.share.ratio()), contract.currency);
    hold(&members, items, &pool, Rule::AtRiskPool, |_| Vec::new());
}

/// Every cap of the contract, in stored order.
pub(super) fn caps(
    contract: &ContractSpec,
    month: Month,
    judged: &[Judged<'_>],
    history: &History,
    end: End,
    items: &mut [Item],
) {
    for cap in contract.caps.iter().flatten() {
        let all: Vec<usize> = (0..items.len()).collect();
        let groups: Vec<Vec<usize>> = match cap.per {
            CapScope::Commitment => all.into_iter().map(|index| vec![index]).collect(),
            CapScope::Service => {
                let mut services: Vec<Vec<usize>> = Vec::new();
                for index in all {
                    match services.iter_mut().find(|group| judged[group[0]].service == judged[index].service) {
                        Some(group) => group.push(index),
                        None => services.push(vec![index]),
                    }
                }
                services
            }
            CapScope::Month | CapScope::Year | CapScope::Contract => vec![all],
        };
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            let since = match cap.per {
                CapScope::Year => Some(history.year_begin(cap.year.unwrap_or(CapYear::Calendar), month)),
                _ => None,
            };
            let limit = limit(contract, cap, month, judged, &group, history);
            let limit = contract.rounding.floor(&limit, contract.currency);
            let used = match cap.per {
                CapScope::Year | CapScope::Contract => used(history, since, end, &limit),
                _ => Ratio::zero(),
            };
            let left = limit.minus(&used).max(Ratio::zero());
            let left = contract.rounding.floor(&left, contract.currency);
            hold(&group, items, &left, Rule::Cap, |item| {
                vec![
                    input("per", Unit::Text, cap.per.name()),
                    item.trail.money("limit", &limit),
                    item.trail.money("used", &used),
                ]
            });
        }
    }
}

/// What earlier months used up: in the least case as much as they may have, in the most case as little. An earlier
/// month that nobody closed may have used everything, or nothing.
fn used(history: &History, since: Option<Month>, end: End, limit: &Ratio) -> Ratio {
    let (least, most) = history.credits(since);
    match (end, most) {
        (End::Most, _) => Ratio::whole(least),
        (End::Least, Some(most)) => Ratio::whole(most),
        (End::Least, None) => limit.clone().max(Ratio::whole(least)),
    }
}

fn limit(
    contract: &ContractSpec,
    cap: &Cap,
    month: Month,
    judged: &[Judged<'_>],
    group: &[usize],
    history: &History,
) -> Ratio {
    if let Some(amount) = cap.amount {
        return major_units(amount, contract.currency);
    }
    // Commitments of one contract share its fee unless they name one of their own; the highest is the one that the
    // group's services cost.
    let base = group.iter().map(|&index| judged[index].fees.exact()).max().unwrap_or_else(Ratio::zero);
    let fees = match cap.of {
        Some(CapBase::Last12Months) => history.fees(Some(month.minus(11))).plus(&base),
        Some(CapBase::ContractToDate) => history.fees(None).plus(&base),
        Some(CapBase::Base) | None => base,
    };
    cap.share.map_or_else(Ratio::zero, |share| share.ratio()).times(&fees)
}

/// Lets the members of a group have at most `left` together, in their order.
fn hold(
    group: &[usize],
    items: &mut [Item],
    left: &Ratio,
    rule: Rule,
    inputs: impl Fn(&Item) -> Vec<crate::derivation::Input>,
) {
    let mut left = left.clone();
    for &index in group {
        let item = &mut items[index];
        if item.exact > left {
            let mut named = inputs(item);
            named.push(item.trail.money("left", &left));
            item.exact = item.trail.step(rule, named, Unit::Money, left.clone());
        }
        left = left.minus(&item.exact);
    }
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
