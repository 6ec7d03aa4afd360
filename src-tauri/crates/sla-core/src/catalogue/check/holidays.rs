//! What depends on holidays, and what repeats.

use super::Check;
use crate::catalogue::Document;
use crate::catalogue::contract::{ClaimUnit, ContractSpec, ExclusionSpec};
use crate::catalogue::finding::Code;
use crate::phrase;
use crate::time::local;

impl Check<'_> {
    /// Service hours that name holidays cannot be built without them.
    pub(super) fn holidays(&mut self, contract: &Document<ContractSpec>) {
        if contract.spec.service_hours.names_holidays() && contract.spec.holidays.is_none() {
            let found = phrase!("{} without holidays", "{} ohne Feiertage", contract.quoted("/spec/serviceHours").en());
            let expected = phrase!(
                "holidays: the region or the closing days that PH stands for",
                "holidays: die Region oder die Schließtage, für die PH steht"
            );
            self.add(Code::HolidaysWithoutRegion, contract, "/spec/serviceHours", found, expected);
        }
    }

    /// A claim window can be counted by weekends alone, but its last day will be quarrelled about.
    pub(super) fn claim_without_holidays(&mut self, contract: &Document<ContractSpec>) {
        let Some(claim) = contract.spec.claim.filter(|_| contract.spec.holidays.is_none()) else { return };
        let (field, found) = match (claim.unit, claim.roll_forward) {
            (Some(ClaimUnit::WorkingDays), _) => {
                ("unit", phrase!("working days without holidays", "Werktage ohne Angabe der Feiertage"))
            }
            (_, Some(true)) => (
                "rollForward",
                phrase!(
                    "a last day that moves to a working day, without holidays",
                    "ein letzter Tag, der auf einen Werktag rückt, ohne Angabe der Feiertage"
                ),
            ),
            _ => return,
        };
        let expected = phrase!(
            "holidays: the region or the closing days that are no working days",
            "holidays: die Region oder die Schließtage, die keine Werktage sind"
        );
        let stake = self.stake_of_all(contract);
        let pointer = format!("/spec/claim/{field}");
        self.add_with(Code::ClaimWithoutHolidays, contract, &pointer, found, expected, stake);
    }

    /// The first occurrence must follow its own rule in the zone of every contract that it concerns, and no occurrence may
    /// reach into the next one.
    pub(super) fn recurrence(&mut self, exclusion: &Document<ExclusionSpec>) {
        let spec = &exclusion.spec;
        let Some(recurrence) = &spec.recurrence else { return };
        let catalogue = self.catalogue;
        let contracts = catalogue.contracts.values().filter(|contract| contract.spec.tenant == spec.tenant);
        let mut zones: Vec<_> = contracts.map(|contract| contract.spec.time_zone.0).collect();
        zones.sort_by_key(|zone| zone.name());
        zones.dedup();
        for zone in zones {
            let first = local(spec.start.0, zone).date_naive();
            if recurrence.days(first, first).is_empty() {
                let rule = format!("{:?}", recurrence.to_string());
                let found = phrase!(
                    "{rule} from {first} on, by the clock of {}",
                    "{rule} ab {first}, nach der Uhr von {}",
                    zone.name()
                );
                let expected =
                    phrase!("a rule that the day of the start follows", "eine Regel, die der Tag des Beginns erfüllt");
                self.add(Code::InvalidValue, exclusion, "/spec/recurrence", found, expected);
                return;
            }
            // More than a year shows the shortest distance of every rule but those that skip years.
            let year = first + chrono::TimeDelta::days(400);
            let days = recurrence.days(first, year);
            let apart = days.windows(2).map(|pair| (pair[1] - pair[0]).num_seconds()).min();
            if let Some(apart) = apart.filter(|apart| spec.end.0 - spec.start.0 > *apart) {
                let found = phrase!(
                    "a window of {} s that repeats after {apart} s",
                    "ein Zeitraum von {} s, der sich nach {apart} s wiederholt",
                    spec.end.0 - spec.start.0
                );
                self.add(
                    Code::InvalidValue,
                    exclusion,
                    "/spec/end",
                    found,
                    phrase!("an end before the next occurrence", "ein Ende vor der nächsten Wiederholung"),
                );
                return;
            }
        }
    }
}
