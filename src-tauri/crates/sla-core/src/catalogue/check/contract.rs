//! What a contract must say so that its months can be computed.

use std::collections::BTreeSet;

use chrono::{Datelike, Offset, TimeDelta};

use super::Check;
use super::sli::{Asked, asked, is_inside};
use crate::catalogue::contract::{Commitment, ContractSpec};
use crate::catalogue::finding::Code;
use crate::catalogue::query::Variables;
use crate::catalogue::{Document, SliSpec};
use crate::money::Amount;
use crate::phrase;
use crate::phrase::Phrase;
use crate::ratio::Ratio;
use crate::record::{ExclusionKind, Method};

impl Check<'_> {
    pub(super) fn contracts(&mut self) {
        let catalogue = self.catalogue;
        let mut first: Option<&Document<ContractSpec>> = None;
        for contract in catalogue.contracts.values() {
            let spec = &contract.spec;
            match first.filter(|first| first.name() == contract.name()) {
                Some(first) => self.one_contract(first, contract),
                None => first = Some(contract),
            }
            self.reference(contract, "/spec/tenant", "Tenant", &spec.tenant, &catalogue.tenants);
            if let Some(valid_to) = spec.valid_to.filter(|to| *to < spec.valid_from) {
                let expected =
                    phrase!("a day not before validFrom, {}", "ein Tag nicht vor validFrom, {}", spec.valid_from);
                self.add(
                    Code::InvalidValue,
                    contract,
                    "/spec/validTo",
                    Phrase::quoted(format!("\"{valid_to}\"")),
                    expected,
                );
            }
            self.amount(contract, "/spec/fee/monthly", Some(spec.fee.monthly));
            if spec.fee.part_month.is_none() {
                self.part_month(contract);
            }
            self.holidays(contract);
            let mut names = BTreeSet::new();
            for (index, commitment) in spec.commitments.iter().enumerate() {
                let at = format!("/spec/commitments/{index}");
                if !names.insert(&commitment.name) {
                    let found =
                        phrase!("a second commitment {:?}", "eine zweite Zusage {:?}", commitment.name.as_str());
                    self.add(
                        Code::Duplicate,
                        contract,
                        &format!("{at}/name"),
                        found,
                        phrase!("a name of its own", "ein eigener Name"),
                    );
                }
                self.commitment(contract, &at, commitment);
            }
            for (index, promise) in spec.incidents.iter().enumerate() {
                let at = format!("/spec/incidents/{index}");
                if !names.insert(&promise.name) {
                    let found = phrase!("a second commitment {:?}", "eine zweite Zusage {:?}", promise.name.as_str());
                    self.add(
                        Code::Duplicate,
                        contract,
                        &format!("{at}/name"),
                        found,
                        phrase!("a name of its own", "ein eigener Name"),
                    );
                }
                self.incident_promise(contract, &at, promise);
            }
            self.terms(contract);
        }
    }

    /// Versions of one contract share what its caps, repeats and rights count over all of them: earlier months of one
    /// customer, in one currency.
    fn one_contract(&mut self, first: &Document<ContractSpec>, contract: &Document<ContractSpec>) {
        let (known, spec) = (&first.spec, &contract.spec);
        let mut differs = |field: &str, found: Phrase, known: String| {
            let (version, place) = (first.spec.version, first.place(""));
            let at = format!("{}:{}", place.file, place.line);
            let expected = phrase!(
                "{known}, as version {version} at {at} says: what changes it is a contract with a name of its own",
                "{known}, wie Version {version} bei {at} sagt: was es ändert, ist ein Vertrag mit eigenem Namen"
            );
            self.add(Code::UnsoundTerms, contract, &format!("/spec/{field}"), found, expected);
        };
        if spec.currency != known.currency {
            differs("currency", Phrase::quoted(spec.currency.to_string()), known.currency.to_string());
        }
        if spec.time_zone != known.time_zone {
            differs("timeZone", Phrase::quoted(spec.time_zone.to_string()), known.time_zone.to_string());
        }
        if spec.tenant != known.tenant {
            differs(
                "tenant",
                phrase!("tenant {:?}", "Kunde {:?}", spec.tenant.as_str()),
                format!("{:?}", known.tenant.as_str()),
            );
        }
    }

    /// An amount must fit the contract's currency.
    pub(super) fn amount(&mut self, contract: &Document<ContractSpec>, at: &str, amount: Option<Amount>) {
        let currency = contract.spec.currency;
        if let Some(amount) = amount.filter(|amount| amount.in_currency(currency).is_none()) {
            let expected = phrase!(
                "an amount with at most {} decimals in {currency}",
                "ein Betrag mit höchstens {} Nachkommastellen in {currency}",
                currency.digits()
            );
            self.add(Code::SuspectUnit, contract, at, Phrase::quoted(amount.to_string()), expected);
        }
    }

    fn part_month(&mut self, contract: &Document<ContractSpec>) {
        let (from, to) = (contract.spec.valid_from, contract.spec.valid_to);
        let begins_inside = from.0.day() != 1;
        let ends_inside = to.is_some_and(|to| (to.0 + TimeDelta::days(1)).day() != 1);
        if begins_inside || ends_inside {
            let found = phrase!(
                "a contract in force for part of a month ({})",
                "ein Vertrag, der nur für einen Teil eines Monats gilt ({})",
                if begins_inside { from } else { to.unwrap_or(from) }
            );
            let expected = phrase!(
                "partMonth: full or daily, the fee that credits of that month are a share of",
                "partMonth: full oder daily, das Entgelt, von dem die Gutschriften dieses Monats ein Anteil sind"
            );
            self.add(Code::Unsaid, contract, "/spec/fee", found, expected);
        }
    }

    fn commitment(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        let catalogue = self.catalogue;
        self.reference(contract, &format!("{at}/slo"), "SLO", &commitment.slo, &catalogue.slos);
        let one_percent = Ratio::new(1, 100).expect("not zero");
        // Below a thousandth a slice's target is no share by mistake: it says that any good event is enough.
        let any_good_event = Ratio::new(1, 1000).expect("not zero");
        for (field, percent, least) in [
            ("target", Some(commitment.target), Ratio::zero()),
            ("sliceTarget", commitment.slice_target, any_good_event),
        ] {
            let suspect =
                |percent: &crate::ratio::Percent| (least.clone()..=one_percent.clone()).contains(&percent.ratio());
            let Some(percent) = percent.filter(suspect) else { continue };
            let expected = phrase!(
                "a percentage such as 99.9: a share such as 0.999 is another unit, and a promise of at most 1 % is none",
                "ein Prozentwert wie 99.9: ein Anteil wie 0.999 ist eine andere Einheit, und eine Zusage von \
höchstens 1 % ist keine"
            );
            self.add(
                Code::SuspectUnit,
                contract,
                &format!("{at}/{field}"),
                Phrase::quoted(percent.to_string()),
                expected,
            );
        }
        if commitment.method == Method::Timeslices
            && commitment.slice_target.is_none()
            && commitment.threshold.is_none()
            && commitment.heartbeat.is_none()
        {
            let expected = phrase!(
                "\"sliceTarget\" beside Timeslices: the percentage of good events below which a slice is down",
                "\"sliceTarget\" neben Timeslices: der Prozentsatz guter Ereignisse, unter dem ein Abschnitt als \
                 Ausfall gilt"
            );
            self.add(Code::MissingField, contract, at, Phrase::no_field("sliceTarget"), expected);
        }
        self.measurement(contract, at, commitment);
        self.penalty(contract, at, commitment.into());
        self.only_of_incidents(contract, at, commitment);
        self.alignment(contract, at, commitment);
        let Some(slo) = catalogue.slos.get(&commitment.slo) else { return };
        let Some(sli) = catalogue.slis.get(&slo.spec.indicator_ref) else { return };
        self.fits_measurement(contract, at, commitment, sli);
        self.currency_of_charges(contract, at, commitment, sli);
        self.variables(contract, commitment, sli);
        self.second_reading(contract, at, commitment, sli);
    }

    /// What is asked for a commitment must be complete for its tenant.
    pub(super) fn variables(
        &mut self,
        contract: &Document<ContractSpec>,
        commitment: &Commitment,
        sli: &Document<SliSpec>,
    ) {
        let catalogue = self.catalogue;
        let Some(tenant) = catalogue.tenants.get(&contract.spec.tenant) else { return };
        let variables = Variables::new(tenant.name().as_str(), &tenant.metadata.labels, commitment.slice.seconds());
        for Asked { pointer, text, source } in asked(sli) {
            let is_sql = self.is_sql(source) && pointer.ends_with("/query");
            let replaced = match is_sql {
                true => variables.in_sql(&text).map(|statement| statement.text().to_owned()),
                false => variables.in_path(&text),
            };
            match replaced {
                Err(unknown) => {
                    let found = phrase!(
                        "the variable ${} for tenant {}",
                        "die Variable ${} beim Kunden {}",
                        unknown.name,
                        tenant.name()
                    );
                    self.add(Code::UnsoundQuery, sli, &pointer, found, Phrase::one_of(&unknown.known));
                }
                Ok(path) if pointer.ends_with("/path") && !is_inside(&path, endings(&pointer)) => {
                    let found =
                        phrase!("the path {path:?} for tenant {}", "der Pfad {path:?} beim Kunden {}", tenant.name());
                    let [one, other] = *endings(&pointer);
                    let expected = phrase!(
                        "a path inside the source's folder that ends in {one} or {other}",
                        "ein Pfad im Ordner der Datenquelle, der auf {one} oder {other} endet"
                    );
                    self.add(Code::InvalidValue, sli, &pointer, found, expected);
                }
                Ok(_) => {}
            }
        }
    }

    /// Servers in front of Prometheus align every request to multiples of the step, so a slice must divide the zone's
    /// offset from UTC; a local midnight at 18:30 UTC cannot be met by slices of an hour.
    fn alignment(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        let zone = contract.spec.time_zone.0;
        let start = crate::time::start_of_day(contract.spec.valid_from.0, zone);
        let half_year = 182 * 86_400;
        let offsets =
            [start, start + half_year].map(|at| crate::time::local(at, zone).offset().fix().local_minus_utc());
        let slice = commitment.slice.seconds();
        if let Some(offset) = offsets.iter().find(|offset| i64::from(**offset) % slice != 0) {
            let found = phrase!(
                "slices of {} in {}, which is {} minutes from UTC",
                "Abschnitte von {} in {}, {} Minuten von UTC entfernt",
                commitment.slice,
                zone.name(),
                offset / 60
            );
            let expected = phrase!(
                "a slice that divides the zone's offset, such as 15m or 1m",
                "ein Abschnitt, der den Abstand der Zeitzone zu UTC teilt, etwa 15m oder 1m"
            );
            self.add(Code::InvalidValue, contract, &format!("{at}/slice"), found, expected);
        }
    }

    /// Terms of the measurement that fit its method.
    fn measurement(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        self.amount(contract, &format!("{at}/fee"), commitment.fee);
        if commitment.consecutive_slices.is_some() && commitment.method != Method::Timeslices {
            let found = phrase!("consecutiveSlices with {:?}", "consecutiveSlices bei {:?}", commitment.method);
            let pointer = format!("{at}/consecutiveSlices");
            self.add(
                Code::InvalidValue,
                contract,
                &pointer,
                found,
                phrase!("the method Timeslices, which counts slices", "die Methode Timeslices, die Abschnitte zählt"),
            );
        }
        if commitment.minimum_events.is_some_and(|least| least.per_slice.is_none() && least.per_period.is_none()) {
            let expected = phrase!("perSlice, perPeriod or both", "perSlice, perPeriod oder beides");
            self.add(
                Code::MissingField,
                contract,
                &format!("{at}/minimumEvents"),
                phrase!("neither", "keines von beiden"),
                expected,
            );
        }
        if !contract.spec.excluded_kinds.contains(&ExclusionKind::Maintenance)
            && contract.spec.maintenance.is_some()
            && at.ends_with("/0")
        {
            let expected = phrase!(
                "maintenance among excludedKinds, or no maintenance",
                "maintenance unter excludedKinds oder gar kein maintenance"
            );
            let found = phrase!(
                "terms of maintenance, which the contract does not exclude",
                "Bedingungen für Wartung, die der Vertrag nicht ausschließt"
            );
            self.add(Code::InvalidValue, contract, "/spec/maintenance", found, expected);
        }
    }
}

/// What the name of a file ends in that a measurement asks for.
fn endings(pointer: &str) -> &'static [&'static str; 2] {
    if pointer.starts_with("/spec/incidents/") { &[".csv", ".json"] } else { &[".csv", ".parquet"] }
}
