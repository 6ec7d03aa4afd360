//! Every contract version that judges a part of a month is asked for, and recorded.

use serde_json::Value;

use crate::desk::{desk_of_files, sla, sound};

/// Until 15 October the first version of nord's contract is in force, then the second.
#[test]
fn an_earlier_version_of_a_shared_month_cannot_change_either() {
    let desk = desk_of_files();
    let path = "catalogue/all.yaml";
    let text = std::fs::read_to_string(desk.path(path)).expect("a catalogue");
    let contract = text.split("---\n").find(|one| one.contains("name: nord-contract")).expect("a contract");
    let earlier = contract
        .replacen("  validFrom: 2026-01-01\n", "  validFrom: 2026-01-01\n  validTo: 2026-10-15\n", 1)
        .replacen("monthly: 1234.50", "monthly: 1234.50, partMonth: daily", 1);
    let later = contract.replacen("version: 1", "version: 2", 1).replacen("2026-01-01", "2026-10-16", 1).replacen(
        "monthly: 1234.50",
        "monthly: 1234.50, partMonth: daily",
        1,
    );
    let shared = text.replacen(contract, &format!("{earlier}---\n{later}"), 1);
    desk.write(path, &shared);
    desk.closes();
    let before = desk.verified();
    // A word that moves no figure, and one that does, in the version that ended in the month.
    for (found, other) in
        [("name: slices,", "name: slices, displayName: Changed,"), ("monthly: 1234.50", "monthly: 1234.51")]
    {
        desk.write(path, &shared.replacen(found, other, 1));
        let output = sla(&desk.close());
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(1), "{other}: {said}");
        assert_eq!(said["error"]["code"], "ledger.contract_changed", "{other}: {said}");
        assert!(said["error"]["message"].as_str().is_some_and(|text| text.contains("version 1")), "{said}");
        assert_eq!(desk.verified(), before);
    }
    desk.write(path, &shared);
    desk.closes();
    assert_eq!(desk.verified(), before);
}

/// The commitments are due in December; in October only what was promised of incidents is.
#[test]
fn a_month_in_which_only_incidents_are_due_is_settled_like_any_other() {
    let desk = desk_of_files();
    let path = "catalogue/all.yaml";
    let text = std::fs::read_to_string(desk.path(path)).expect("a catalogue");
    let contract = text.split("---\n").find(|one| one.contains("name: nord-contract")).expect("a contract");
    let quarterly = contract
        .replace("slo: up, target", "slo: up, period: quarter, target")
        .replacen("  caps: [{ per: month, share: 20, of: base }]\n", "", 1)
        .replacen(
            "  commitments:",
            "  incidents:
    - { name: response-p1, service: platform, class: p1, clock: response, startsAt: reported, hours: wall, limit: 30m, month: started, target: \
             100, penalty: { bands: [{ from: 0, below: 100, credit: 5 }] } }
  commitments:",
            1,
        );
    let text = text.replacen(contract, &quarterly, 1);
    desk.write(path, &text);
    let output = sla(&desk.close());
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(said["error"]["code"], "catalogue.not_accepted", "{said}");
    assert!(said["error"]["message"].as_str().is_some_and(|text| text.contains("unsound[no-cap]")), "{said}");
    let mut words = desk.close();
    words.extend(["--accept", "no-cap", "--reason", "Agreed orally"].map(str::to_owned));
    sound(&sla(&words));
    let report = desk.report("nord");
    assert_eq!(
        (report["commitments"].as_array().map(Vec::len), &report["accepted"][0]["code"]),
        (Some(0), &"no-cap".into())
    );
}
