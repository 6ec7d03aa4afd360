//! What a contract leaves open, and the catalogue under every admissible reading.

use sla_core::catalogue::{Question, ReadingsError, SourceFile, Zone, readings};

/// A contract that says `commitment` and `rounding`, of a tenant in a zone.
fn files(zone: &str, rounding: &str, commitment: &str) -> Vec<SourceFile> {
    let text = format!(
        r#"
apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: files }}
spec: {{ type: File, connectionDetails: {{ folder: . }} }}
---
apiVersion: openslo/v1
kind: Service
metadata: {{ name: platform }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: probes }}
spec:
  ratioMetric:
    good: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: nord.csv }} }} }}
    total: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: nord.csv }} }} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: up }}
spec: {{ service: platform, indicatorRef: probes, budgetingMethod: Timeslices }}
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: nord }}
spec: {{ language: de, contacts: [{{ name: N, email: n@nord.example }}] }}
---
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
    let ways: Vec<String> = all[0].variants.iter().map(|variant| said(&variant.answers)).collect();
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
