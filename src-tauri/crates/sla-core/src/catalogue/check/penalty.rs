//! A penalty must say one thing, and say all of it.

use std::collections::BTreeSet;

use super::Check;
use crate::catalogue::bands;
use crate::catalogue::contract::{
    Band, CapBase, CapScope, ContractSpec, EarnBack, Model, OutageTier, PerUnit, PointBand, Promise,
};
use crate::catalogue::finding::Code;
use crate::catalogue::{Document, Name, Share};
use crate::money::Amount;
use crate::phrase;
use crate::phrase::Phrase;
use crate::time::MeasurementPeriod;

/// Two ways of saying how much something is worth.
const WORTH: Phrase = Phrase::new(
    "one of credit, a share of the base, and amount, in the contract's currency",
    "eines von credit (Anteil an der Bemessungsgrundlage) und amount (in der Währung des Vertrags)",
);

impl Check<'_> {
    /// The penalty of a commitment.
    pub(super) fn penalty(&mut self, contract: &Document<ContractSpec>, at: &str, promise: Promise<'_>) {
        let penalty = promise.penalty;
        let at = format!("{at}/penalty");
        let models = penalty.models();
        if models.len() > 1 {
            let fields: Vec<&str> = models.iter().map(|model| model.field()).collect();
            let found = Phrase::told(fields.join(" and "), fields.join(" und "));
            self.add(
                Code::UnsoundPenalty,
                contract,
                &at,
                found,
                phrase!(
                    "one model; a second promise has a commitment of its own",
                    "nur ein Modell; ein zweites Versprechen ist eine eigene Zusage"
                ),
            );
        }
        for model in models {
            let at = format!("{at}/{}", model.field());
            self.model(contract, &at, promise, model);
        }
        if let Some(repeat) = &penalty.repeat {
            let at = format!("{at}/repeat");
            if penalty.model().is_none() {
                self.add(
                    Code::UnsoundPenalty,
                    contract,
                    &at,
                    phrase!("a factor on nothing", "ein Faktor auf nichts"),
                    phrase!("a model beside it", "ein Modell daneben"),
                );
            }
            if !repeat.steps.is_sorted_by(|a, b| a.misses < b.misses) {
                let found = phrase!("steps whose misses do not rise", "Stufen, deren Verfehlungen nicht ansteigen");
                self.add(
                    Code::UnsoundPenalty,
                    contract,
                    &format!("{at}/steps"),
                    found,
                    phrase!("rising numbers of misses", "ansteigende Zahlen von Verfehlungen"),
                );
            }
            if let Some(step) = repeat.steps.iter().find(|step| step.misses > repeat.within_months) {
                let found = phrase!(
                    "{} misses within {} months",
                    "{} Verfehlungen in {} Monaten",
                    step.misses,
                    repeat.within_months
                );
                let expected = phrase!("at most one miss for each month", "höchstens eine Verfehlung je Monat");
                self.add(Code::UnsoundPenalty, contract, &format!("{at}/steps"), found, expected);
            }
        }
        if let Some(earn_back) = &penalty.earn_back {
            self.earn_back(contract, &format!("{at}/earnBack"), promise, earn_back);
        }
        if let Some(bonus) = penalty.bonus.filter(|bonus| bonus.from < promise.target) {
            let found = phrase!("a bonus from {}", "ein Bonus ab {}", bonus.from);
            let expected = phrase!(
                "at least {}, the target: a missed promise earns no bonus",
                "mindestens {}, das Ziel: eine verfehlte Zusage bringt keinen Bonus",
                promise.target
            );
            self.add(Code::UnsoundPenalty, contract, &format!("{at}/bonus/from"), found, expected);
        }
    }

    fn earn_back(&mut self, contract: &Document<ContractSpec>, at: &str, promise: Promise<'_>, earn_back: &EarnBack) {
        if promise.penalty.model().is_none() {
            let expected = phrase!("a model beside it", "ein Modell daneben");
            self.add(
                Code::UnsoundPenalty,
                contract,
                at,
                phrase!("nothing to earn back", "nichts, was zurückverdient werden kann"),
                expected,
            );
        }
        let own = promise.period.months();
        match (earn_back.months, &earn_back.commitment) {
            (Some(months), None) if months % own != 0 => {
                let found = {
                    let (over, over_de) = span(promise);
                    Phrase::told(
                        format!("{months} months for a promise over {over}"),
                        format!("{months} Monate bei einer Zusage über {over_de}"),
                    )
                };
                let expected = phrase!(
                    "a multiple of {own}: the months between are not judged",
                    "ein Vielfaches von {own}: die Monate dazwischen werden nicht bewertet"
                );
                self.add(Code::UnsoundPenalty, contract, &format!("{at}/months"), found, expected);
            }
            (Some(_), None) => {}
            (None, Some(name)) => {
                let at = format!("{at}/commitment");
                self.commitment_name(contract, &at, name);
                let named = contract.spec.promises().find(|one| one.name == name);
                if let Some(named) = named.filter(|named| named.period.months() <= own) {
                    let (name, (over, over_de)) = (name.as_str(), span(named));
                    let found = Phrase::told(
                        format!("commitment {name:?}, which is judged over {over}"),
                        format!("Zusage {name:?}, die über {over_de} bewertet wird"),
                    );
                    let (over, over_de) = span(promise);
                    let expected = Phrase::told(
                        format!("a commitment over more than {over}"),
                        format!("eine Zusage über mehr als {over_de}"),
                    );
                    self.add(Code::UnsoundPenalty, contract, &at, found, expected);
                }
            }
            (Some(_), Some(_)) | (None, None) => {
                let found = phrase!(
                    "an earn-back that is not said once",
                    "ein Rückverdienst, der nicht genau einmal genannt ist"
                );
                let expected = phrase!(
                    "months, how many following ones must keep it, or commitment, the one over a longer period",
                    "months, wie viele folgende Monate sie halten müssen, oder commitment, die Zusage über einen \
längeren Zeitraum"
                );
                self.add(Code::UnsoundPenalty, contract, at, found, expected);
            }
        }
    }

    fn model(&mut self, contract: &Document<ContractSpec>, at: &str, promise: Promise<'_>, model: Model<'_>) {
        match model {
            Model::Bands(all) => {
                let ranges: Vec<_> = all.iter().map(Band::range).collect();
                self.bands(contract, at, promise, &ranges);
                for (index, band) in all.iter().enumerate() {
                    self.worth(contract, &format!("{at}/{index}"), band.credit, band.amount);
                }
            }
            Model::Points(all) => {
                let ranges: Vec<_> = all.iter().map(PointBand::range).collect();
                self.bands(contract, at, promise, &ranges);
            }
            Model::PerUnit(per_unit) => self.per_unit(contract, at, per_unit),
            Model::AtRisk(_) if contract.spec.at_risk.is_none() => {
                let expected = phrase!(
                    "atRisk in the contract: the share of the base that all such commitments have together",
                    "atRisk im Vertrag: der Anteil an der Bemessungsgrundlage, der für alle solchen Zusagen zusammen \
gilt"
                );
                self.add(
                    Code::Unsaid,
                    contract,
                    at,
                    phrase!("a part of an amount that nobody named", "ein Teil eines Betrags, den niemand genannt hat"),
                    expected,
                );
            }
            Model::Fixed(fixed) => self.amount(contract, &format!("{at}/amount"), Some(fixed.amount)),
            Model::PerOutage(per_outage) => {
                for (index, OutageTier { credit, amount, .. }) in per_outage.tiers.iter().enumerate() {
                    self.worth(contract, &format!("{at}/tiers/{index}"), *credit, *amount);
                }
                if !per_outage.tiers.is_sorted_by(|a, b| a.from.seconds() < b.from.seconds()) {
                    let found = phrase!("tiers whose starts do not rise", "Stufen, deren Anfänge nicht ansteigen");
                    self.add(
                        Code::UnsoundPenalty,
                        contract,
                        &format!("{at}/tiers"),
                        found,
                        phrase!("rising lengths", "ansteigende Längen"),
                    );
                }
                if let Some(further) = &per_outage.further {
                    self.per_unit(contract, &format!("{at}/further"), further);
                }
            }
            Model::AtRisk(_) | Model::Multiplier(_) | Model::Proportional(_) => {}
        }
    }

    fn bands(
        &mut self,
        contract: &Document<ContractSpec>,
        at: &str,
        promise: Promise<'_>,
        ranges: &[Option<bands::BandRange>],
    ) {
        let decimals = promise.attainment_rounding.map(|rounding| rounding.digits);
        for (index, found, expected) in bands::defects(ranges, promise.target, decimals) {
            let stake = self.stake(contract, promise);
            self.add_with(Code::UnsoundBands, contract, &format!("{at}/{index}"), found, expected, stake);
        }
    }

    fn per_unit(&mut self, contract: &Document<ContractSpec>, at: &str, per_unit: &PerUnit) {
        self.worth(contract, at, per_unit.credit, per_unit.amount);
    }

    fn worth(&mut self, contract: &Document<ContractSpec>, at: &str, share: Option<Share>, amount: Option<Amount>) {
        match (share, amount) {
            (Some(_), None) => {}
            (None, Some(_)) => self.amount(contract, &format!("{at}/amount"), amount),
            (Some(_), Some(_)) => {
                self.add(
                    Code::UnsoundPenalty,
                    contract,
                    at,
                    phrase!("both credit and amount", "sowohl credit als auch amount"),
                    WORTH,
                );
            }
            (None, None) => self.add(
                Code::UnsoundPenalty,
                contract,
                at,
                phrase!("neither credit nor amount", "weder credit noch amount"),
                WORTH,
            ),
        }
    }

    /// What holds for all commitments.
    pub(super) fn terms(&mut self, contract: &Document<ContractSpec>) {
        let spec = &contract.spec;
        for (index, cap) in spec.caps.iter().flatten().enumerate() {
            let at = format!("/spec/caps/{index}");
            match (cap.share, cap.of, cap.amount) {
                (Some(_), Some(_), None) => {}
                (None, None, Some(amount)) => self.amount(contract, &format!("{at}/amount"), Some(amount)),
                _ => {
                    let found =
                        phrase!("a cap that is not said once", "eine Obergrenze, die nicht genau einmal genannt ist");
                    let expected = phrase!(
                        "share and of (base, last12Months, contractToDate), or amount",
                        "share und of (base, last12Months, contractToDate) oder amount"
                    );
                    self.add(Code::UnsoundTerms, contract, &at, found, expected);
                }
            }
            if (cap.per == CapScope::Year) != cap.year.is_some() {
                let found = if cap.year.is_some() {
                    phrase!("a year without a cap per year", "ein year ohne Obergrenze je Jahr")
                } else {
                    phrase!("a cap per year of no named year", "eine Obergrenze je Jahr ohne Angabe, welches Jahr")
                };
                let expected = phrase!(
                    "year (calendar, contract, rolling) for a cap per year, and for no other",
                    "year (calendar, contract, rolling) bei einer Obergrenze je Jahr und bei keiner anderen"
                );
                self.add(Code::UnsoundTerms, contract, &at, found, expected);
            }
        }
        if let Some(least) = spec.minimum_credit {
            if least.above.is_some() == least.from.is_some() {
                let expected = phrase!(
                    "one of above (paid when it is more) and from (paid when it is at least that)",
                    "eines von above (gezahlt, wenn es mehr ist) und from (gezahlt, wenn es mindestens so viel ist)"
                );
                let found = phrase!(
                    "a least credit that is not said once",
                    "eine Mindestgutschrift, die nicht genau einmal genannt ist"
                );
                self.add(Code::UnsoundTerms, contract, "/spec/minimumCredit", found, expected);
            }
            self.amount(contract, "/spec/minimumCredit/above", least.above);
            self.amount(contract, "/spec/minimumCredit/from", least.from);
        }
        if let Some(worth) = spec.point_worth {
            if worth.credit.is_some() && worth.amount.is_some() {
                self.add(
                    Code::UnsoundTerms,
                    contract,
                    "/spec/pointWorth",
                    phrase!("both credit and amount", "sowohl credit als auch amount"),
                    WORTH,
                );
            }
            self.amount(contract, "/spec/pointWorth/amount", worth.amount);
        }
        if let Some(claim) = &spec.claim {
            let window =
                [claim.within.is_some(), claim.unit.is_some(), claim.from.is_some(), claim.roll_forward.is_some()];
            let sound = match claim.automatic {
                Some(true) => window == [false; 4],
                Some(false) => false,
                None => window == [true; 4],
            };
            if !sound {
                let found = phrase!(
                    "a claim window that is not said once",
                    "eine Ausschlussfrist, die nicht genau einmal genannt ist"
                );
                let expected = phrase!(
                    "automatic: true, or within, unit, from and rollForward",
                    "automatic: true oder within, unit, from und rollForward"
                );
                self.add(Code::UnsoundTerms, contract, "/spec/claim", found, expected);
            }
        }
        for (index, right) in spec.rights.iter().enumerate() {
            let at = format!("/spec/rights/{index}");
            if right.misses.is_some() == right.points.is_some() {
                let expected = phrase!("one of misses and points", "eines von misses und points");
                self.add(
                    Code::UnsoundTerms,
                    contract,
                    &at,
                    phrase!(
                        "a right that is not opened once",
                        "ein Recht, dessen Auslöser nicht genau einmal genannt ist"
                    ),
                    expected,
                );
            }
            if let Some(misses) = right.misses.filter(|misses| *misses > right.within_months) {
                let found = phrase!(
                    "{misses} misses within {} months",
                    "{misses} Verfehlungen in {} Monaten",
                    right.within_months
                );
                self.add(
                    Code::UnsoundTerms,
                    contract,
                    &at,
                    found,
                    phrase!("at most one miss for each month", "höchstens eine Verfehlung je Monat"),
                );
            }
            self.commitment_names(contract, &format!("{at}/commitments"), &right.commitments);
        }
        let mut grouped = BTreeSet::new();
        for (index, group) in spec.no_stacking.iter().enumerate() {
            let at = format!("/spec/noStacking/{index}/commitments");
            self.commitment_names(contract, &at, &group.commitments);
            for (member, name) in group.commitments.iter().enumerate().filter(|(_, name)| !grouped.insert(*name)) {
                let found = phrase!("commitment {:?} a second time", "Zusage {:?} zum zweiten Mal", name.as_str());
                let expected = phrase!(
                    "each commitment in one group, once: of two groups nobody can say which pays first",
                    "jede Zusage einmal in einer Gruppe: bei zwei Gruppen kann niemand sagen, welche zuerst zahlt"
                );
                self.add(Code::UnsoundTerms, contract, &format!("{at}/{member}"), found, expected);
            }
        }
        if let Some(digits) = spec.rounding.digits.filter(|digits| *digits > spec.currency.digits()) {
            let expected = phrase!(
                "at most {}, the decimals of {}",
                "höchstens {}, die Nachkommastellen von {}",
                spec.currency.digits(),
                spec.currency
            );
            self.add(
                Code::SuspectUnit,
                contract,
                "/spec/rounding/digits",
                Phrase::quoted(digits.to_string()),
                expected,
            );
        }
        if let Some(carried) = &spec.carried_forward {
            for (index, credit) in carried.credits.iter().enumerate() {
                self.amount(contract, &format!("/spec/carriedForward/credits/{index}/amount"), Some(credit.amount));
            }
            let months = carried.credits.iter().map(|credit| credit.month);
            if let Some(late) =
                months.chain(carried.misses.iter().map(|miss| miss.month)).find(|at| *at > carried.until)
            {
                let expected =
                    phrase!("months up to {}, as until says", "Monate bis {}, wie until sagt", carried.until);
                self.add(
                    Code::UnsoundTerms,
                    contract,
                    "/spec/carriedForward",
                    Phrase::quoted(late.to_string()),
                    expected,
                );
            }
        }
        for (index, accepted) in spec.accepted.iter().enumerate() {
            let known = Code::UNSOUND.map(Code::name);
            if !known.contains(&accepted.code.as_str()) {
                let found = Phrase::quoted(format!("{:?}", accepted.code));
                let at = format!("/spec/accepted/{index}/code");
                self.add(Code::InvalidValue, contract, &at, found, Phrase::one_of(&known.join(", ")));
            }
        }
        let needs_pool = spec.promises().any(|one| one.penalty.at_risk.is_some());
        if spec.at_risk.is_some() && !needs_pool {
            let expected = phrase!(
                "a commitment with the penalty atRisk, or no atRisk in the contract",
                "eine Zusage mit der Sanktion atRisk oder kein atRisk im Vertrag"
            );
            self.add(
                Code::UnsoundTerms,
                contract,
                "/spec/atRisk",
                phrase!("an amount that no commitment uses", "ein Betrag, den keine Zusage verwendet"),
                expected,
            );
        }
        self.too_large(contract);
        self.unsound(contract);
    }

    fn commitment_names(&mut self, contract: &Document<ContractSpec>, at: &str, names: &[Name]) {
        for (index, name) in names.iter().enumerate() {
            self.commitment_name(contract, &format!("{at}/{index}"), name);
        }
    }

    fn commitment_name(&mut self, contract: &Document<ContractSpec>, at: &str, name: &Name) {
        let known: Vec<&str> = contract.spec.promises().map(|one| one.name.as_str()).collect();
        if !known.contains(&name.as_str()) {
            let found = phrase!(
                "commitment {:?}, which the contract does not have",
                "Zusage {:?}, im Vertrag nicht enthalten",
                name.as_str()
            );
            let expected = Phrase::one_of(&known.join(", "));
            self.add(Code::UnknownReference, contract, at, found, expected);
        }
    }
}

/// Over how long a promise is judged, in English and German.
fn span(promise: Promise<'_>) -> (&'static str, &'static str) {
    match promise.period {
        MeasurementPeriod::Month => ("a month", "einen Monat"),
        MeasurementPeriod::Quarter => ("a quarter", "ein Quartal"),
        MeasurementPeriod::Year => ("a year", "ein Jahr"),
    }
}

/// Whether a cap is a share of the very fee that credits are a share of.
pub(super) fn caps_its_own_base(per: CapScope, of: Option<CapBase>) -> bool {
    match per {
        CapScope::Commitment | CapScope::Service | CapScope::Month => matches!(of, None | Some(CapBase::Base)),
        CapScope::Year => matches!(of, None | Some(CapBase::Last12Months)),
        CapScope::Contract => matches!(of, None | Some(CapBase::ContractToDate)),
    }
}
