//! What is written is what is read again: contracts of every model, derivations, records.

use proptest::prelude::*;
use serde_json::Value;
use sla_core::catalogue::ContractSpec;
use sla_core::derivation::Derivation;
use sla_core::record::MonthRecord;

use super::contracts::{cap, contract, facts, history, model, penalty, priced, rounding};
use crate::desk::{self, MISSING, QUIET, Slice, UP};

proptest! {
    #[test]
    fn contracts_are_read_as_they_were_written(
        rounding in rounding(), caps in prop::collection::vec(cap(), 0..4), penalties in prop::collection::vec(penalty(model()), 1..5),
    ) {
        let contract = contract(&rounding, &caps, &penalties);
        let text = serde_json::to_string(&contract).expect("JSON");
        let again: ContractSpec = serde_json::from_str(&text).expect("a contract");
        prop_assert_eq!(&again, &contract);
        prop_assert_eq!(serde_json::to_string(&again).expect("JSON"), text);
        // And nothing that was said was lost on the way.
        for (written, given) in contract.commitments.iter().zip(&penalties) {
            prop_assert_eq!(&serde_json::to_value(&written.penalty).expect("JSON"), given);
        }
    }

    #[test]
    fn derivations_are_read_as_they_were_written(
        penalties in prop::collection::vec(penalty(model()), 1..5), facts in prop::collection::vec(facts(), 4), history in history(), rounding in rounding(),
    ) {
        for credit in priced(&contract(&rounding, &[], &penalties), &facts, &history).expect("it fits").credits {
            for derivation in credit.derivations {
                let text = serde_json::to_string(&derivation).expect("JSON");
                prop_assert_eq!(serde_json::from_str::<Derivation>(&text).expect("a derivation"), derivation);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The record of a whole month in slices of an hour, by any model.
    #[test]
    fn records_are_read_as_they_were_written(
        penalty in penalty(model()), hours in prop::collection::vec(0u8..24, 744), method in prop_oneof![Just("Timeslices"), Just("Occurrences"), Just("RatioTimeslices")],
    ) {
        let said = penalty.to_string();
        let risk = if penalty["atRisk"].is_null() { "" } else { "{ share: 10 }" };
        let worth = if penalty["points"].is_null() { "" } else { "{ amount: 5 }" };
        let promise = desk::promise(&[("slice", "1h"), ("penalty", &said), ("method", method)]);
        let documents = [desk::contract(&[("atRisk", risk), ("pointWorth", worth), ("fee", "{ monthly: 12345.67 }")], &[promise])];
        let start = desk::from("2026-10-01T00:00:00Z", 1).start;
        let record = desk::stated(&documents, "2026-10", |at| match hours[usize::try_from((at - start) / 3_600).expect("inside")] {
            0 => MISSING,
            1 => QUIET,
            2 => Slice::Events(9, 20),
            _ => UP,
        });
        let text = record.to_json();
        let again: MonthRecord = serde_json::from_str(&text).expect("a record");
        prop_assert_eq!(&again, &record);
        prop_assert_eq!(again.digest(), record.digest());
        prop_assert_eq!(again.to_json(), text.clone());
        let value: Value = serde_json::from_str(&text).expect("JSON");
        prop_assert!(value["commitments"][0]["credit"]["derivations"].as_array().is_some_and(|all| !all.is_empty()));
    }
}
