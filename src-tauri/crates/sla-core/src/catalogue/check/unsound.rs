//! What can be computed and will be quarrelled about: what a contract leaves open, says out of order, or says in vain.

use std::collections::BTreeMap;

use chrono::{Datelike, Days};

use super::Check;
use super::penalty::caps_its_own_base;
use super::stake::most;
use crate::catalogue::contract::{Cap, CapBase, CapScope, Commitment, ContractSpec, Holidays, Model, Promise, Repeat};
use crate::catalogue::finding::Code;
use crate::catalogue::{Document, Name};
use crate::money::Amount;
use crate::phrase;
use crate::phrase::Phrase;
use crate::ratio::{Ratio, Rounding};
use crate::record::Method;
use crate::time::{MeasurementPeriod, Month, Period};

/// Over how many months service time is looked at, beside each February of four years.
const YEAR_MONTHS: u32 = 12;

impl Check<'_> {
    /// Everything about a contract that its parties should know before they sign it.
    pub(super) fn unsound(&mut self, contract: &Document<ContractSpec>) {
        let spec = &contract.spec;
        let pays = spec.promises().any(|one| one.penalty.model().is_some());
        if spec.caps.is_none() && pays {
            let expected = phrase!(
                "caps in the order in which they apply, or an empty list where none is agreed",
                "caps in der Reihenfolge, in der sie gelten, oder eine leere Liste, wo keine vereinbart sind"
            );
            let stake = self.stake_of_all(contract);
            self.add_with(Code::NoCap, contract, "/spec", Phrase::no_field("caps"), expected, stake);
        }
        if spec.claim.is_none() && pays {
            let expected = phrase!(
                "claim: by when a credit must be claimed, or automatic: true",
                "claim: bis wann eine Gutschrift geltend zu machen ist, oder automatic: true"
            );
            let stake = self.stake_of_all(contract);
            self.add_with(Code::NoClaimWindow, contract, "/spec", Phrase::no_field("claim"), expected, stake);
        }
        for (index, cap) in spec.caps.iter().flatten().enumerate().filter(|(_, cap)| cap.share.is_some()) {
            if !caps_its_own_base(cap.per, cap.of) {
                let found = phrase!(
                    "a cap per {} as a share of other fees",
                    "eine Obergrenze je {} als Anteil an anderen Entgelten",
                    cap.per.name()
                );
                let expected = phrase!(
                    "of: base for a commitment, a service or a month, last12Months for a year, contractToDate \
                                for the contract",
                    "of: base bei Zusage, Dienst oder Monat, last12Months beim Jahr, contractToDate beim Vertrag"
                );
                let stake = self.stake_of_all(contract);
                self.add_with(Code::CapBase, contract, &format!("/spec/caps/{index}/of"), found, expected, stake);
            }
        }
        self.caps_out_of_order(contract);
        self.claim_without_holidays(contract);
        let all = spec.promises().map(|one| most(spec, one)).collect::<Option<Vec<_>>>();
        if let (Some(least), Some(all)) = (spec.minimum_credit, all) {
            let highest = all.into_iter().fold(Ratio::zero(), Ratio::max);
            let bar = least.above.or(least.from).and_then(|amount| amount.in_currency(spec.currency));
            if let Some(bar) = bar.filter(|bar| Ratio::whole(bar.minor) > highest && pays) {
                let found = phrase!("a least credit of {}", "eine Mindestgutschrift von {}", bar.to_decimal());
                let expected = phrase!(
                    "less than the highest credit of a commitment, or nothing is ever paid",
                    "weniger als die höchste Gutschrift einer Zusage, sonst wird nie etwas gezahlt"
                );
                let stake = self.stake_of_all(contract);
                self.add_with(Code::WithoutEffect, contract, "/spec/minimumCredit", found, expected, stake);
            }
        }
        self.ambiguous_fee(contract);
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
        let slice = Ratio::whole(commitment.slice.seconds());
        // A target of 100 % says that every slice counts; below it, a budget of less than a slice says so by accident.
        let counts_slices = matches!(commitment.method, Method::Timeslices | Method::RatioTimeslices);
        let least = (counts_slices && allowed > Ratio::zero())
            .then(|| least_service_seconds(&contract.spec, commitment.period))
            .flatten();
        if let Some(time) = least.map(Ratio::whole).filter(|time| allowed.times(time) < slice) {
            let found = phrase!(
                "{target} % in slices of {}: one of {} is {} points, and the target allows {}",
                "{target} % in Abschnitten von {}: einer von {} sind {} Prozentpunkte, und das Ziel lässt {} zu",
                commitment.slice,
                time.over(&slice).map_or_else(String::new, |count| count.to_decimal(0, Rounding::Floor)),
                slice.over(&time).map_or_else(String::new, |one| one.to_percent(4, Rounding::Ceil)),
                allowed.to_percent(4, Rounding::Floor),
            );
            let expected = phrase!(
                "narrower slices, or a target that one bad slice does not break",
                "kürzere Abschnitte oder ein Ziel, das ein einzelner schlechter Abschnitt nicht verfehlt"
            );
            let stake = self.stake(contract, commitment.into());
            self.add_with(Code::UnresolvableTarget, contract, &format!("{at}/target"), found, expected, stake);
        }
        self.unsound_penalty(contract, at, commitment.into());
    }

    /// A cap that is stored before a narrower one counts what that one takes away afterwards: a commitment that misses by more
    /// can then leave less for the others than it is paid itself.
    fn caps_out_of_order(&mut self, contract: &Document<ContractSpec>) {
        let width = |cap: &Cap| match cap.per {
            CapScope::Commitment => 0,
            CapScope::Service => 1,
            CapScope::Month | CapScope::Year | CapScope::Contract => 2,
        };
        let caps: Vec<&Cap> = contract.spec.caps.iter().flatten().collect();
        let wider = |index: usize| caps[..index].iter().find(|before| width(before) > width(caps[index]));
        let found = (0..caps.len()).find_map(|index| Some((index, wider(index)?)));
        if let Some((index, wider)) = found {
            let found = phrase!(
                "a cap per {} after one per {}",
                "eine Obergrenze je {} nach einer je {}",
                caps[index].per.name(),
                wider.per.name()
            );
            let expected = phrase!(
                "narrow caps before wide ones: else the wide one counts what is not paid, and a worse month can cost \
                            less",
                "enge Obergrenzen vor weiten: sonst zählt die weite mit, was nicht gezahlt wird, und ein \
schlechterer Monat kann weniger kosten"
            );
            let stake = self.stake_of_all(contract);
            self.add_with(Code::CapsOutOfOrder, contract, &format!("/spec/caps/{index}/per"), found, expected, stake);
        }
    }

    /// A cap that is a share of the fees of several services, or an amount at risk that they share, counts the fee of each
    /// service. That is clear when all of them have one fee of their own, or none has.
    fn ambiguous_fee(&mut self, contract: &Document<ContractSpec>) {
        let (catalogue, spec) = (self.catalogue, &contract.spec);
        let of_fees = |scope: CapScope| {
            let mut caps = spec.caps.iter().flatten();
            caps.any(|cap| cap.per == scope && cap.share.is_some() && cap.of == Some(CapBase::Base))
        };
        let pool = |promise: &Promise<'_>| promise.penalty.at_risk.is_some();
        let (per_service, per_month) = (of_fees(CapScope::Service), of_fees(CapScope::Month));
        // Each promise that such a cap or the pool holds: its place, its service and its own fee.
        let commitments = spec.commitments.iter().enumerate().filter_map(|(index, one)| {
            let service = &catalogue.slos.get(&one.slo)?.spec.service;
            Some((format!("/spec/commitments/{index}"), service, Promise::from(one)))
        });
        let incidents = spec.incidents.iter().enumerate();
        let incidents =
            incidents.map(|(index, one)| (format!("/spec/incidents/{index}"), &one.service, Promise::from(one)));
        let held: Vec<_> = commitments
            .chain(incidents)
            .filter(|(_, _, promise)| promise.penalty.model().is_some())
            .filter(|(_, _, promise)| per_service || per_month || pool(promise))
            .collect();
        let mut known: BTreeMap<&Name, (Option<Amount>, bool)> = BTreeMap::new();
        for (at, service, promise) in &held {
            let first = known.entry(service).or_insert((promise.fee, false));
            let fee = |own: Option<Amount>| own.unwrap_or(spec.fee.monthly).in_currency(spec.currency);
            if fee(first.0) == fee(promise.fee) || std::mem::replace(&mut first.1, true) {
                continue;
            }
            let told = |own: Option<Amount>, fee: &str| own.map_or_else(|| fee.to_owned(), |own| own.to_string());
            let en = |own| told(own, "the contract's fee");
            let found = Phrase::told(
                format!("{} beside {} for service {service}", en(promise.fee), en(first.0)),
                format!(
                    "{} neben {} für den Dienst {service}",
                    told(promise.fee, "das Entgelt des Vertrags"),
                    told(first.0, "dem Entgelt des Vertrags")
                ),
            );
            let expected = phrase!(
                "one fee for all promises about a service, or a cap that is no share of it",
                "ein einziges Entgelt für alle Zusagen über einen Dienst oder eine Obergrenze, die kein Anteil \
daran ist"
            );
            let stake = self.stake_of_all(contract);
            self.add_with(Code::AmbiguousFee, contract, at, found, expected, stake);
        }
        if !per_month && !held.iter().any(|(_, _, promise)| pool(promise)) {
            return;
        }
        let own = held.iter().find(|(_, _, promise)| promise.fee.is_some());
        let without = held.iter().find(|(_, service, promise)| {
            promise.fee.is_none() && own.is_some_and(|(_, other, _)| *other != *service) && !known[service].1
        });
        if let (Some((_, service, _)), Some((at, other, _))) = (own, without) {
            let found = phrase!(
                "a fee of its own for service {service}, and none for service {other}",
                "ein eigenes Entgelt für den Dienst {service}, aber keines für den Dienst {other}"
            );
            let expected = phrase!(
                "a fee for each service, or for none: the contract's fee may hold that of the others already",
                "ein Entgelt für jeden Dienst oder für keinen: im Entgelt des Vertrags kann das der anderen \
schon enthalten sein"
            );
            let stake = self.stake_of_all(contract);
            self.add_with(Code::AmbiguousFee, contract, at, found, expected, stake);
        }
    }

    pub(super) fn unsound_penalty(&mut self, contract: &Document<ContractSpec>, at: &str, promise: Promise<'_>) {
        if let Some((index, found)) = out_of_order(contract, promise) {
            let expected =
                phrase!("at least as much for a worse month", "mindestens so viel für einen schlechteren Monat");
            let stake = self.stake(contract, promise);
            let field = promise.penalty.model().map_or("", Model::field);
            let list = if field == "perOutage" { "/tiers" } else { "" };
            let pointer = format!("{at}/penalty/{field}{list}/{index}");
            self.add_with(Code::CreditsOutOfOrder, contract, &pointer, found, expected, stake);
        }
        if let Some((index, found)) = promise.penalty.repeat.as_ref().and_then(falling) {
            let expected = phrase!(
                "at least as much for a miss that repeats",
                "mindestens so viel für eine wiederholte Verfehlung"
            );
            let stake = self.stake(contract, promise);
            let pointer = format!("{at}/penalty/repeat/steps/{index}/factor");
            self.add_with(Code::CreditsOutOfOrder, contract, &pointer, found, expected, stake);
        }
        let points = promise.penalty.points.is_some();
        if points && contract.spec.point_worth.is_none() && contract.spec.rights.iter().all(|one| one.points.is_none())
        {
            let expected = phrase!(
                "pointWorth in the contract, or a right that points open",
                "pointWorth im Vertrag oder ein Recht, das Servicepunkte auslösen"
            );
            let found = phrase!(
                "points that are worth nothing and open nothing",
                "Servicepunkte, die nichts wert sind und nichts auslösen"
            );
            self.add_with(Code::WithoutEffect, contract, &format!("{at}/penalty/points"), found, expected, None);
        }
    }
}

/// A step that multiplies by less than the one before it, or by less than a first miss.
fn falling(repeat: &Repeat) -> Option<(usize, Phrase)> {
    let mut before = Ratio::one();
    for (index, step) in repeat.steps.iter().enumerate() {
        let factor = step.factor.ratio();
        if factor < before {
            let found = phrase!(
                "a factor of {} from {} misses on, less than for fewer of them",
                "ein Faktor von {} ab {} Verfehlungen, weniger als bei einer geringeren Zahl",
                step.factor,
                step.misses
            );
            return Some((index, found));
        }
        before = factor;
    }
    None
}

/// The least service time of a whole measurement period in which the contract is in force, over a year and each February
/// of four; of periods in general when none of them is whole. A period without any service time is not judged.
fn least_service_seconds(contract: &ContractSpec, period: MeasurementPeriod) -> Option<i64> {
    let zone = contract.time_zone.0;
    let begins = contract.valid_from.0;
    let first = Month::new(begins.year(), begins.month())?;
    let in_force = |from: Month, to: Month| {
        begins <= from.first_day() && contract.valid_to.is_none_or(|last| to.next_first_day() <= last.0 + Days::new(1))
    };
    let spans = (0..4 * YEAR_MONTHS + period.months()).map(|ahead| first.plus(ahead));
    let spans = spans.filter(|month| period.is_due(*month)).map(|last| period.containing(last));
    let looked_at = |from: &Month, to: &Month| {
        to.since(first) < i32::try_from(YEAR_MONTHS + period.months()).unwrap_or(i32::MAX)
            || (0..period.months()).any(|ahead| from.plus(ahead).number() == 2)
    };
    let spans: Vec<(Month, Month)> = spans.filter(|(from, to)| looked_at(from, to)).collect();
    let seconds = |(from, to): &(Month, Month)| -> Option<i64> {
        let span = Period::new(from.period(zone).start, to.period(zone).end)?;
        let within = |holidays: &Holidays| contract.service_hours.within(span, zone, Some(holidays)).ok();
        // Where nobody knows the holidays yet, the days are counted as if there were none.
        let known = contract.holidays.as_ref().and_then(within);
        let service = known.or_else(|| within(&Holidays::default()))?.seconds();
        (service > 0).then_some(service)
    };
    let whole = spans.iter().filter(|(from, to)| in_force(*from, *to)).filter_map(seconds).min();
    whole.or_else(|| spans.iter().filter_map(seconds).min())
}

/// The band or tier that pays less than one for a better month.
fn out_of_order(contract: &Document<ContractSpec>, promise: Promise<'_>) -> Option<(usize, Phrase)> {
    let currency = contract.spec.currency;
    let base = promise.fee.unwrap_or(contract.spec.fee.monthly).in_currency(currency)?;
    let base = Ratio::whole(base.minor).times(&Ratio::whole(promise.period.months()));
    let worth = |share: Option<crate::catalogue::Share>, amount: Option<Amount>| match (share, amount) {
        (Some(share), _) => Some(share.ratio().times(&base)),
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
    Some((pair[1].0, phrase!("less than for a better month", "weniger als für einen besseren Monat")))
}
