//! What a contract leaves open, and the catalogue under every admissible reading.

use sla_core::catalogue::{Question, ReadingsError, SourceFile, Zone, readings};

use crate::nord::NORD;

/// A contract that says `commitment` and `rounding`, of a tenant in a zone.
fn files(zone: &str, rounding: &str, commitment: &str) -> Vec<SourceFile> {
    let text = format!(
        r#"{NORD}---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: main }}
spec:
  tenant: nord
  version: 1
  validFrom: 2026-06-01
  {zone}
  currency: EUR
  fee: {{ monthly: 3000 }}
  serviceHours: 24/7
  {rounding}
  legalNature: service_credit
  caps: []
  claim: {{ automatic: true }}
  commitments:
    - {{ name: up, slo: up, target: 99, method: Timeslices, slice: 1m, sliceTarget: 95, {commitment} penalty: {{}} }}
    - {{ name: also, slo: up, target: 98, method: Timeslices, slice: 1m, sliceTarget: 95, unknown: up, quiet: good, exclusions: numerator, penalty: {{}} }}
"#
    );
    vec![SourceFile { name: "c.yaml".to_owned(), text }]
}

const SAID: &str = "unknown: range, quiet: good, exclusions: denominator,";
const ZONE: &str = "timeZone: Europe/Berlin";
const ROUNDING: &str = "rounding: { mode: half_up, at: commitment }";

fn zones() -> Vec<Zone> {
    ["UTC", "Europe/Berlin", "Asia/Tokyo"].map(|zone| zone.parse().expect("a zone")).to_vec()
}

/// The open questions, how many ways there are, and each way as `question=answer …`.
#[track_caller]
fn check(files: &[SourceFile], open: &[Question], count: usize, some: &[&str]) {
    let all = readings(files, Some("nord"), &zones()).unwrap_or_else(|error| panic!("{error:#?}"));
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].open, open);
    let said = |answers: &[(Question, String)]| {
        answers.iter().map(|(question, answer)| format!("{question}={answer}")).collect::<Vec<_>>().join(" ")
    };
    let ways = all[0].variants.iter().filter(|variant| variant.admissible);
    let ways: Vec<String> = ways.map(|variant| said(&variant.answers)).collect();
    assert_eq!(ways.len(), count, "{ways:#?}");
    for one in some {
        assert!(ways.iter().any(|way| way == one), "{one} is not among {ways:#?}");
    }
}

#[test]
fn what_is_open_is_combined_and_what_is_said_is_varied_one_at_a_time() {
    // As it stands, and 1 + 3 + 2 + 3 + 1 + 2 other answers.
    check(
        &files(ZONE, ROUNDING, SAID),
        &[],
        13,
        &["", "exclusions=numerator", "rounding-place=total", "time-zone=UTC"],
    );
    check(
        &files(ZONE, ROUNDING, "quiet: good,"),
        &[Question::Exclusions, Question::Unknown],
        8,
        &["exclusions=denominator unknown=range", "exclusions=numerator unknown=excluded"],
    );
    check(&files("", ROUNDING, SAID), &[Question::TimeZone], 3, &["time-zone=Asia/Tokyo"]);
    check(
        &files(ZONE, "", SAID),
        &[Question::Rounding, Question::RoundingPlace],
        8,
        &["rounding=half_even rounding-place=total"],
    );
}

#[test]
fn an_answer_stands_where_nothing_was_said_and_nowhere_else() {
    let all =
        readings(&files(ZONE, ROUNDING, "quiet: good, exclusions: denominator,"), None, &zones()).expect("readings");
    let unknown: Vec<Vec<String>> = all[0]
        .variants
        .iter()
        .filter(|variant| variant.admissible)
        .map(|variant| {
            let contract = variant.catalogue.contracts.values().next().expect("a contract");
            contract.spec.commitments.iter().map(|one| format!("{:?}", one.unknown)).collect()
        })
        .collect();
    assert_eq!(unknown, [["Range", "Up"], ["Down", "Up"], ["Up", "Up"], ["Excluded", "Up"]]);
    // Of a contract that says everything, an answer is given everywhere.
    let all = readings(&files(ZONE, ROUNDING, SAID), None, &zones()).expect("readings");
    let down = all[0].variants.iter().find(|variant| variant.answers == [(Question::Unknown, "down".to_owned())]);
    let contract = down.expect("a variant").catalogue.contracts.values().next().expect("a contract");
    assert!(contract.spec.commitments.iter().all(|one| format!("{:?}", one.unknown) == "Down"));
}

#[test]
fn what_was_attained_is_rounded_beside_the_contract_s_own_reading() {
    /// The answers of every reading that the contract's words do not allow, and how its commitments round under it.
    #[track_caller]
    fn check(files: &[SourceFile], expected: &[(&str, &[bool])]) {
        let all = readings(files, None, &zones()).unwrap_or_else(|error| panic!("{error:#?}"));
        let misread = all[0].variants.iter().filter(|variant| !variant.admissible);
        let found: Vec<(String, Vec<bool>)> = misread
            .map(|variant| {
                let said = variant.answers.iter().map(|(question, answer)| format!("{question}={answer}"));
                let contract = variant.catalogue.contracts.values().next().expect("a contract");
                let rounded = contract
                    .spec
                    .commitments
                    .iter()
                    .map(|one| one.attainment_rounding.is_some_and(|rounding| rounding.digits == 2));
                (said.collect::<Vec<_>>().join(" "), rounded.collect())
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(said, rounded)| ((*said).to_owned(), rounded.to_vec())).collect();
        assert_eq!(found, expected);
        // Those that the words allow come first, and round only where the contract says so.
        let admissible: Vec<bool> = all[0].variants.iter().map(|variant| variant.admissible).collect();
        assert!(admissible.is_sorted_by(|a, b| a >= b), "{admissible:?}");
    }
    check(&files(ZONE, ROUNDING, SAID), &[("attainment-rounding=half_up to 2 decimals", &[true, true])]);
    let said = format!("{SAID} attainmentRounding: {{ mode: floor, digits: 1 }},");
    check(&files(ZONE, ROUNDING, &said), &[("attainment-rounding=half_up to 2 decimals", &[false, true])]);
    // Each reading of what is open has its pair.
    let open = "quiet: good, unknown: up,";
    check(
        &files(ZONE, ROUNDING, open),
        &[
            ("exclusions=denominator attainment-rounding=half_up to 2 decimals", &[true, true]),
            ("exclusions=numerator attainment-rounding=half_up to 2 decimals", &[true, true]),
        ],
    );
    let replaced = |from: &str, to: &str| {
        let mut files = files(ZONE, ROUNDING, SAID);
        assert!(files[0].text.contains(from), "{from}");
        files[0].text = files[0].text.replace(from, to);
        files
    };
    // Where every commitment says how it is rounded there is none, and neither where a band lies between two decimals.
    check(&replaced("penalty: {}", "attainmentRounding: { mode: floor, digits: 1 }, penalty: {}"), &[]);
    let narrow = "target: 99, method: Timeslices, slice: 1m, sliceTarget: 95, unknown: range";
    let bands = "bands: [{ from: 98.994, below: 98.996, credit: 1 }, { from: 98.996, below: 99, credit: 1 }, { from: 0, below: 98.994, credit: 2 }]";
    let mut narrow_bands = replaced(narrow, narrow);
    narrow_bands[0].text = narrow_bands[0].text.replacen("penalty: {}", &format!("penalty: {{ {bands} }}"), 1);
    check(&narrow_bands, &[]);
}

#[test]
fn other_defects_are_told() {
    let broken = files(ZONE, ROUNDING, "quiet: perhaps, unknown: up, exclusions: numerator,");
    let Err(ReadingsError::Unsound(findings)) = readings(&broken, None, &zones()) else { panic!("refused") };
    assert!(findings[0].to_string().contains("found \"perhaps\""), "{findings:#?}");
    let sound = files(ZONE, ROUNDING, SAID);
    let error = readings(&sound, Some("west"), &zones()).expect_err("refused");
    assert_eq!(error, ReadingsError::NoContract { tenant: Some("west".to_owned()) });
    let many: Vec<Zone> = vec!["UTC".parse().expect("a zone"); 20];
    let error = readings(&files("", "", "")[..], None, &many).expect_err("refused");
    assert!(matches!(error, ReadingsError::TooMany { .. }), "{error}");
}
