//! Groups of commitments of which only one pays.
//!
//! No two commitments of a group are paid, and of all choices that this leaves the one is taken that pays most once the
//! limits that lie within the month's services have held: the caps per commitment and per service, and the amount at
//! risk. A credit that its own cap cuts therefore never pushes out one that would have been paid in full, and a commitment
//! that does worse never makes the month cheaper. Of choices that come to the same the one is taken that owed more before
//! those limits, and then the one whose commitments stand first in the contract. Groups may share commitments: then no two
//! of any group are paid, and those of different groups are.

use super::caps::{Limit, allot, by_commitment};
use super::{Item, Judged, PriceError};
use crate::catalogue::{CapScope, ContractSpec};
use crate::derivation::{Rule, Unit, input};
use crate::ratio::Ratio;

/// How many choices are compared at most. Groups within one service are chosen from one by one, so that only many groups
/// across services come near to it.
const MOST_CHOICES: u32 = 1 << 14;

/// Of every group only one commitment stays.
pub(super) fn no_stacking(
    contract: &ContractSpec,
    judged: &[Judged<'_>],
    limits: &[Limit],
    items: &mut [Item],
) -> Result<(), PriceError> {
    if contract.no_stacking.is_empty() {
        return Ok(());
    }
    let rivals = Rivals::new(contract, judged, items);
    let inner = |limit: &&Limit| matches!(limit.per, None | Some(CapScope::Commitment | CapScope::Service));
    let limits: Vec<&Limit> = limits.iter().filter(inner).collect();
    let amounts: Vec<Ratio> = items.iter().map(|item| item.exact.clone()).collect();
    let mut pays = vec![true; rivals.commitments.len()];
    for (component, beside_others) in rivals.components(judged, &limits) {
        let worth = |pays: &[bool]| {
            let kept = |index: usize| {
                let one = rivals.of(index);
                let counts = pays[one] && (beside_others || component.contains(&one));
                if counts { amounts[index].clone() } else { Ratio::zero() }
            };
            let kept: Vec<Ratio> = (0..amounts.len()).map(kept).collect();
            let paid = allot(limits.iter().copied(), &kept, |_, _, _| {});
            (total(&paid), total(&kept))
        };
        let mut search = Search { rivals: &rivals, component: &component, worth: &worth, best: None, choices: 0 };
        if !search.over(0, &mut pays.clone()) {
            let commitments = component.iter().map(|&one| judged[rivals.commitments[one][0]].promise.name.to_string());
            return Err(PriceError::TooManyChoices { commitments: commitments.collect::<Vec<_>>().join(", ") });
        }
        if let Some((_, best)) = search.best {
            pays = best;
        }
    }
    for (one, members) in rivals.commitments.iter().enumerate().filter(|(one, _)| !pays[*one]) {
        let paid = (0..pays.len()).find(|&other| pays[other] && rivals.compete(one, other));
        let Some(paid) = paid.map(|other| judged[rivals.commitments[other][0]].promise.name) else { continue };
        for &index in members {
            let item = &mut items[index];
            if item.exact > Ratio::zero() {
                let inputs = vec![input("paid", Unit::Text, paid)];
                item.exact = item.trail.step(Rule::NotStacked, inputs, Unit::Money, Ratio::zero());
            }
        }
    }
    Ok(())
}

fn total(amounts: &[Ratio]) -> Ratio {
    amounts.iter().fold(Ratio::zero(), |sum, one| sum.plus(one))
}

/// Which commitments owe something and stand in a group with another one that does.
struct Rivals {
    /// The judged promises of each commitment.
    commitments: Vec<Vec<usize>>,
    /// Of each commitment those that it competes with.
    against: Vec<Vec<usize>>,
}

impl Rivals {
    fn new(contract: &ContractSpec, judged: &[Judged<'_>], items: &[Item]) -> Self {
        let commitments = by_commitment(judged);
        let name = |one: usize| judged[commitments[one][0]].promise.name;
        let owes = |one: usize| commitments[one].iter().any(|&index| items[index].exact > Ratio::zero());
        let grouped = |one: usize, other: usize| {
            contract.no_stacking.iter().any(|group| {
                name(one) != name(other)
                    && group.commitments.contains(name(one))
                    && group.commitments.contains(name(other))
            })
        };
        let all = 0..commitments.len();
        let against = all
            .clone()
            .map(|one| all.clone().filter(|&other| owes(one) && owes(other) && grouped(one, other)).collect());
        let against = against.collect();
        Self { commitments, against }
    }

    fn compete(&self, one: usize, other: usize) -> bool {
        self.against[one].contains(&other)
    }

    /// The commitment of a judged promise.
    fn of(&self, index: usize) -> usize {
        self.commitments.iter().position(|members| members.contains(&index)).expect("every promise is of a commitment")
    }

    /// Commitments that must be chosen together, and whether beside all others. Those that compete belong together. Where
    /// they are of one service, the most of them is the best beside whatever else the service owes, and so it is where no
    /// limit lies across them; all others are chosen together at last, because what they leave room for differs.
    fn components(&self, judged: &[Judged<'_>], limits: &[&Limit]) -> Vec<(Vec<usize>, bool)> {
        let mut components: Vec<Vec<usize>> = Vec::new();
        for one in (0..self.against.len()).filter(|&one| !self.against[one].is_empty()) {
            let (joined, mut apart): (Vec<_>, Vec<_>) =
                components.into_iter().partition(|known| known.iter().any(|&other| self.compete(one, other)));
            let mut joined = joined.concat();
            joined.push(one);
            joined.sort_unstable();
            apart.push(joined);
            components = apart;
        }
        let service = |one: usize| judged[self.commitments[one][0]].service;
        let services_are_capped = limits.iter().any(|limit| limit.per == Some(CapScope::Service));
        let pooled = |one: usize| {
            let pools = limits.iter().filter(|limit| limit.per.is_none());
            pools.flat_map(|pool| &pool.members).any(|index| self.commitments[one].contains(index))
        };
        let is_alone = |component: &Vec<usize>| {
            let one_service = component.iter().all(|&one| service(one) == service(component[0]));
            (one_service || !services_are_capped) && !component.iter().any(|&one| pooled(one))
        };
        let (alone, across): (Vec<_>, Vec<_>) = components.into_iter().partition(is_alone);
        let mut across = across.concat();
        across.sort_unstable();
        let across = Some(across).filter(|across| !across.is_empty());
        alone.into_iter().map(|component| (component, false)).chain(across.map(|component| (component, true))).collect()
    }
}

/// What a choice pays within the limits, and what it owed before them.
type Worth = (Ratio, Ratio);

/// A search through every choice of a component.
struct Search<'a> {
    rivals: &'a Rivals,
    component: &'a [usize],
    worth: &'a dyn Fn(&[bool]) -> Worth,
    best: Option<(Worth, Vec<bool>)>,
    choices: u32,
}

impl Search<'_> {
    /// Decides the component's commitments from one of them on; `false` when there are too many choices.
    fn over(&mut self, at: usize, pays: &mut Vec<bool>) -> bool {
        let Some(&one) = self.component.get(at) else { return self.compare(pays) };
        let (before, rivals) = (&self.component[..at], &self.rivals.against[one]);
        let excluded = before.iter().any(|other| pays[*other] && rivals.contains(other));
        // A commitment gives way to one that pays: to one before it, or to one that is yet to be decided.
        let may_give_way = excluded || rivals.iter().any(|other| *other > one);
        for paid in [true, false].into_iter().filter(|paid| if *paid { !excluded } else { may_give_way }) {
            pays[one] = paid;
            if !self.over(at + 1, pays) {
                return false;
            }
        }
        true
    }

    /// Takes a choice when it is better.
    fn compare(&mut self, pays: &[bool]) -> bool {
        self.choices += 1;
        let worth = (self.worth)(pays);
        if self.best.as_ref().is_none_or(|(known, _)| worth > *known) {
            self.best = Some((worth, pays.to_vec()));
        }
        self.choices <= MOST_CHOICES
    }
}
