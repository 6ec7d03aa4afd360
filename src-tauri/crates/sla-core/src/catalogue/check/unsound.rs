//! What can be computed and will be quarrelled about: what a contract leaves open, says out of order, or says in vain.

use super::Check;
use super::penalty::caps_its_own_base;
use super::stake::most;
use crate::catalogue::Document;
use crate::catalogue::contract::{Commitment, ContractSpec, Model, Promise};
use crate::catalogue::finding::Code;
use crate::ratio::Ratio;
use crate::record::Method;

/// The shortest month.
const SHORTEST_MONTH_SECONDS: i64 = 28 * 86_400;

impl Check<'_> {
    /// Everything about a contract that its parties should know before they sign it.
    pub(super) fn unsound(&mut self, contract: &Document<ContractSpec>) {
        let spec = &contract.spec;
        let pays = spec.promises().any(|one| one.penalty.model().is_some());
        if spec.caps.is_none() && pays {
            let expected = "caps in the order in which they apply, or an empty list where none is agreed";
            let stake = self.stake_of_all(contract);
            self.add_with(Code::NoCap, contract, "/spec", "no field \"caps\"".into(), expected, stake);
        }
        if spec.claim.is_none() && pays {
            let expected = "claim: by when a credit must be claimed, or automatic: true";
            let stake = self.stake_of_all(contract);
            self.add_with(Code::NoClaimWindow, contract, "/spec", "no field \"claim\"".into(), expected, stake);
        }
        for (index, cap) in spec.caps.iter().flatten().enumerate().filter(|(_, cap)| cap.share.is_some()) {
            if !caps_its_own_base(cap.per, cap.of) {
                let found = format!("a cap per {} as a share of other fees", cap.per.name());
                let expected = "of: base for a commitment, a service or a month, last12Months for a year, contractToDate \
                                for the contract";
                let stake = self.stake_of_all(contract);
                self.add_with(Code::CapBase, contract, &format!("/spec/caps/{index}/of"), found, expected, stake);
            }
        }
        self.claim_without_holidays(contract);
        let all = spec.promises().map(|one| most(spec, one)).collect::<Option<Vec<_>>>();
        if let (Some(least), Some(all)) = (spec.minimum_credit, all) {
            let highest = all.into_iter().fold(Ratio::zero(), Ratio::max);
            let bar = least.above.or(least.from).and_then(|amount| amount.in_currency(spec.currency));
            if let Some(bar) = bar.filter(|bar| Ratio::whole(bar.minor) > highest && pays) {
                let found = format!("a least credit of {}", bar.to_decimal());
                let expected = "less than the highest credit of a commitment, or nothing is ever paid";
                self.add_with(Code::WithoutEffect, contract, "/spec/minimumCredit", found, expected, None);
            }
        }
        for (index, commitment) in spec.commitments.iter().enumerate() {
            self.unsound_commitment(contract, &format!("/spec/commitments/{index}"), commitment);
        }
        for (index, promise) in spec.incidents.iter().enumerate() {
            self.unsound_penalty(contract, &format!("/spec/incidents/{index}"), promise.into());
        }
    }

    fn unsound_commitment(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        let target = commitment.target;
        let allowed = Ratio::one().minus(&target.ratio());
        let month = Ratio::whole(SHORTEST_MONTH_SECONDS * i64::from(commitment.period.months()));
        let slice = Ratio::whole(commitment.slice.seconds());
        // A target of 100 % says that every slice counts; below it, a budget of less than a slice says so by accident.
        let counts_slices = matches!(commitment.method, Method::Timeslices | Method::RatioTimeslices);
        if counts_slices && allowed > Ratio::zero() && allowed.times(&month) < slice {
            let found = format!(
                "{target} % in slices of {}: one of {} is {} points, and the target allows {}",
                commitment.slice,
                month.over(&slice).map_or_else(String::new, |count| count.to_decimal(0, crate::ratio::Rounding::Floor)),
                slice.over(&month).map_or_else(String::new, |one| one.to_percent(4, crate::ratio::Rounding::Ceil)),
                allowed.to_percent(4, crate::ratio::Rounding::Floor),
            );
            let expected = "narrower slices, or a target that one bad slice does not break";
            let stake = self.stake(contract, commitment.into());
            self.add_with(Code::UnresolvableTarget, contract, &format!("{at}/target"), found, expected, stake);
        }
        self.unsound_penalty(contract, at, commitment.into());
    }

    pub(super) fn unsound_penalty(&mut self, contract: &Document<ContractSpec>, at: &str, promise: Promise<'_>) {
        if let Some((index, found)) = out_of_order(contract, promise) {
            let expected = "at least as much for a worse month";
            let stake = self.stake(contract, promise);
            let field = promise.penalty.model().map_or("", Model::field);
            let list = if field == "perOutage" { "/tiers" } else { "" };
            let pointer = format!("{at}/penalty/{field}{list}/{index}");
            self.add_with(Code::CreditsOutOfOrder, contract, &pointer, found, expected, stake);
        }
        let points = promise.penalty.points.is_some();
        if points && contract.spec.point_worth.is_none() && contract.spec.rights.iter().all(|one| one.points.is_none())
        {
            let expected = "pointWorth in the contract, or a right that points open";
            let found = "points that are worth nothing and open nothing".to_owned();
            self.add_with(Code::WithoutEffect, contract, &format!("{at}/penalty/points"), found, expected, None);
        }
    }
}

/// The band or tier that pays less than one for a better month.
fn out_of_order(contract: &Document<ContractSpec>, promise: Promise<'_>) -> Option<(usize, String)> {
    let currency = contract.spec.currency;
    let base = promise.fee.unwrap_or(contract.spec.fee.monthly).in_currency(currency)?;
    let worth = |share: Option<crate::catalogue::Share>, amount: Option<crate::money::Amount>| match (share, amount) {
        (Some(share), _) => Some(share.ratio().times(&Ratio::whole(base.minor))),
        (None, amount) => Some(Ratio::whole(amount?.in_currency(currency)?.minor)),
    };
    // From the best month to the worst: index, how bad, what it pays.
    let mut steps: Vec<(usize, Ratio, Ratio)> = Vec::new();
    match promise.penalty.model()? {
        Model::Bands(bands) => {
            for (index, band) in bands.iter().enumerate() {
                let badness = Ratio::one().minus(&band.range()?.low().ratio());
                steps.push((index, badness, worth(band.credit, band.amount)?));
            }
        }
        Model::Points(bands) => {
            for (index, band) in bands.iter().enumerate() {
                let badness = Ratio::one().minus(&band.range()?.low().ratio());
                steps.push((index, badness, Ratio::whole(band.points)));
            }
        }
        Model::PerOutage(outages) => {
            for (index, tier) in outages.tiers.iter().enumerate() {
                steps.push((index, Ratio::whole(tier.from.seconds()), worth(tier.credit, tier.amount)?));
            }
        }
        _ => return None,
    }
    steps.sort_by(|a, b| a.1.cmp(&b.1));
    let pair = steps.windows(2).find(|pair| pair[1].2 < pair[0].2)?;
    Some((pair[1].0, "less than for a better month".to_owned()))
}
