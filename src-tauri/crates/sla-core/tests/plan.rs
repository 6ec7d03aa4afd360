//! What is in force, what counts and what is asked: the plan of a month, and why there is none.

use sla_core::catalogue::{Catalogue, Decided, Ruling, SourceFile};
use sla_core::decision::RequestState;
use sla_core::plan::{ContractMonth, FileContent, PlanError, PlannedCommitment, Reading, What, plan};
use sla_core::record::ExclusionDecision;
use sla_core::time::{Month, utc_text};

use crate::desk;

const PLATFORM: &str = r#"
apiVersion: openslo/v1
kind: DataSource
metadata: { name: metrics }
spec: { type: Prometheus, connectionDetails: { url: "https://prometheus.example.org" } }
---
apiVersion: openslo/v1
kind: DataSource
metadata: { name: files }
spec: { type: File, connectionDetails: { folder: data } }
---
apiVersion: openslo/v1
kind: Service
metadata: { name: platform }
spec: {}
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: probes }
spec:
  ratioMetric:
    bad: { metricSource: { metricSourceRef: metrics, spec: { query: 'sum(increase(bad{tenant="$tenant",site="$site"}[$slice]))' } } }
    total: { metricSource: { metricSourceRef: metrics, spec: { query: 'sum(increase(all{tenant="$tenant"}[$slice]))' } } }
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: file }
spec:
  ratioMetric:
    good: { metricSource: { metricSourceRef: files, spec: { path: $tenant/$slice.csv } } }
    total: { metricSource: { metricSourceRef: files, spec: { path: $tenant/$slice.csv } } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: up, displayName: Reachable }
spec: { service: platform, indicatorRef: probes, budgetingMethod: Timeslices }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: quick }
spec: { service: platform, indicatorRef: file, budgetingMethod: Occurrences }
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: { name: nord, displayName: Nord AG, labels: { site: hh } }
spec: { language: de, contacts: [{ name: N, email: n@nord.example }] }
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: { name: west, labels: { site: dn } }
spec: { language: en, contacts: [{ name: W, email: w@west.example }] }
"#;

/// A contract of `nord` with one commitment; `fields` are further lines of its spec.
fn contract(name: &str, version: u32, tenant: &str, fields: &str) -> String {
    format!(
        "
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: {name} }}
spec:
  tenant: {tenant}
  version: {version}
  currency: EUR
  rounding: {{ mode: half_even, at: commitment }}
  legalNature: service_credit
  excludedKinds: [customer]
  {}
",
        fields.trim().replace('\n', "\n  ")
    )
}

const TERMS: &str = "
commitments:
  - { name: up, slo: up, target: 99.9, method: Timeslices, slice: 1m, sliceTarget: 95, unknown: range, quiet: good, exclusions: denominator, penalty: {} }
  - { name: quick, displayName: Schnell, slo: quick, target: 99, method: Occurrences, slice: 5m, unknown: range, quiet: good, exclusions: denominator, penalty: {} }
";

fn open_ended(tenant: &str) -> String {
    let fields = format!(
        "validFrom: 2026-01-01\ntimeZone: Europe/Berlin\nserviceHours: 24/7\nfee: {{ monthly: 3100.00 }}\n{}",
        TERMS.trim()
    );
    contract(&format!("{tenant}-main"), 1, tenant, &fields)
}

fn catalogue(documents: &[String]) -> Catalogue {
    let text = format!("{PLATFORM}{}", documents.concat());
    let file = SourceFile { name: "catalogue.yaml".to_owned(), text };
    Catalogue::read(&[file]).unwrap_or_else(|findings| {
        panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// Long after every month of these tests.
const NOW: i64 = 1_800_000_000;

fn planned<'a>(
    catalogue: &'a Catalogue,
    month: &str,
    tenant: Option<&str>,
) -> Result<Vec<ContractMonth<'a>>, PlanError> {
    plan(catalogue, month.parse::<Month>().expect("a month"), tenant, NOW)
}

#[test]
fn a_month_of_every_tenant_in_force() {
    let catalogue = catalogue(&[open_ended("west"), open_ended("nord")]);
    #[track_caller]
    fn check(catalogue: &Catalogue, tenant: Option<&str>, expected: &[&str]) {
        let plans = planned(catalogue, "2026-10", tenant).expect("a plan");
        let tenants: Vec<_> = plans.iter().map(|plan| plan.tenant.name().as_str()).collect();
        assert_eq!(tenants, expected);
    }
    check(&catalogue, None, &["nord", "west"]);
    check(&catalogue, Some("west"), &["west"]);
}

#[test]
fn every_variable_is_replaced_in_what_is_asked() {
    let catalogue = catalogue(&[open_ended("nord")]);
    let plans = planned(&catalogue, "2026-10", None).expect("a plan");
    let asks: Vec<_> = plans[0].commitments.iter().map(|commitment| &commitment.ask).collect();
    assert_eq!(
        asks[0].what,
        What::Queries(Reading::BadOfTotal {
            bad: r#"sum(increase(bad{tenant="nord",site="hh"}[60s]))"#.into(),
            total: r#"sum(increase(all{tenant="nord"}[60s]))"#.into(),
        })
    );
    assert_eq!(
        asks[1].what,
        What::File { path: "nord/300s.csv".to_owned(), content: FileContent::Counts, columns: None }
    );
    assert_eq!((asks[1].data_source.as_str(), asks[1].step_seconds), ("files", 300));
    assert_eq!(plans[0].commitments[0].title, "Reachable");
    assert_eq!(plans[0].commitments[1].title, "Schnell");
}

#[test]
fn the_period_is_the_month_within_the_contract() {
    #[track_caller]
    fn check(fields: &str, month: &str, zone: &str, from: &str, to: &str, fee_minor: i64) {
        let fields = format!("{fields}\ntimeZone: {zone}\nserviceHours: 24/7\n{}", TERMS.trim());
        let catalogue = catalogue(&[contract("c", 1, "nord", &fields)]);
        let plans = planned(&catalogue, month, None).expect("a plan");
        let period = plans[0].period;
        assert_eq!((utc_text(period.start).as_str(), utc_text(period.end).as_str()), (from, to));
        assert_eq!(plans[0].fee.minor, fee_minor);
        let scope = &plans[0].commitments[0].scope;
        assert_eq!(scope.service.seconds(), period.seconds());
        assert_eq!(scope.days.iter().map(|(_, day)| day.seconds()).sum::<i64>(), period.seconds());
    }
    let whole = "validFrom: 2026-01-01\nfee: { monthly: 3100.00 }";
    check(whole, "2026-10", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", 310_000);
    check(whole, "2026-10", "UTC", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", 310_000);
    let late = "validFrom: 2026-10-16\nfee: { monthly: 3100.00, partMonth: daily }";
    check(late, "2026-10", "Europe/Berlin", "2026-10-15T22:00:00Z", "2026-10-31T23:00:00Z", 160_000);
    let full = "validFrom: 2026-10-16\nfee: { monthly: 3100.00, partMonth: full }";
    check(full, "2026-10", "UTC", "2026-10-16T00:00:00Z", "2026-11-01T00:00:00Z", 310_000);
    // The last day is inside, and it has 25 hours.
    let ends = "validFrom: 2026-01-01\nvalidTo: 2026-10-25\nfee: { monthly: 1000.00, partMonth: daily }";
    check(ends, "2026-10", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-25T23:00:00Z", 80_645);
}

#[test]
fn what_somebody_refused_on_record_is_listed_as_refused() {
    #[track_caller]
    fn check(state: RequestState, by: Option<&str>, expected: &[ExclusionDecision]) {
        let window = "\n---\napiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: { name: window }\nspec: { tenant: nord, \
                      kind: customer, commitments: [up], start: \"2026-10-11T00:00:00Z\", end: \"2026-10-11T02:00:00Z\", \
                      reason: power cut, requestedBy: Ina }\n";
        let mut catalogue = catalogue(&[open_ended("nord"), window.to_owned()]);
        catalogue.rule(vec![Ruling {
            kind: "Exclusion".to_owned(),
            name: "window".to_owned(),
            version: 1,
            sha256: "00".to_owned(),
            entered_by: "Ina".to_owned(),
            entered_at: 1_790_000_000,
            state,
            decided: by.map(|by| Decided { by: by.to_owned(), at: 1_790_000_100, reason: String::new() }),
        }]);
        let plans = planned(&catalogue, "2026-10", None).expect("a plan");
        let decisions: Vec<ExclusionDecision> = plans[0].exclusions.iter().map(|one| one.decision).collect();
        assert_eq!(decisions, expected, "{state:?}");
    }
    check(RequestState::Requested, None, &[ExclusionDecision::NotApproved]);
    check(RequestState::Approved, Some("Ole"), &[ExclusionDecision::Accepted]);
    check(RequestState::Refused, Some("Ole"), &[ExclusionDecision::Refused]);
    check(RequestState::Withdrawn, Some("Ina"), &[]);
}

#[test]
fn exclusions_count_only_when_somebody_else_approved_them() {
    let exclusion = |name: &str, start: &str, end: &str, who: &str| {
        format!(
            "\n---\napiVersion: sla-desk/v1\nkind: Exclusion\nmetadata: {{ name: {name} }}\nspec: {{ tenant: nord, \
             kind: customer, commitments: [up], start: \"{start}\", end: \"{end}\", reason: maintenance, requestedBy: Ina, {who} }}\n"
        )
    };
    let catalogue = catalogue(&[
        open_ended("nord"),
        open_ended("west"),
        // Another customer's window is none of this one's, whatever its promises are named.
        exclusion("theirs", "2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z", "approvedBy: West")
            .replace("tenant: nord", "tenant: west"),
        exclusion("approved", "2026-10-11T00:00:00Z", "2026-10-11T02:00:00Z", "approvedBy: Nord AG"),
        exclusion("nobody", "2026-10-12T00:00:00Z", "2026-10-12T02:00:00Z", ""),
        exclusion("same", "2026-10-13T00:00:00Z", "2026-10-13T02:00:00Z", "approvedBy: ' ina '"),
        // An hour of it lies in October.
        exclusion("border", "2026-09-30T20:00:00Z", "2026-09-30T23:00:00Z", "approvedBy: Nord AG"),
        exclusion("elsewhen", "2026-09-11T00:00:00Z", "2026-09-11T02:00:00Z", "approvedBy: Nord AG"),
    ]);
    let plans = planned(&catalogue, "2026-10", None).expect("a plan");
    let decisions: Vec<_> = plans[0].exclusions.iter().map(|one| (one.name.as_str(), one.decision)).collect();
    assert_eq!(
        decisions,
        [
            ("border", ExclusionDecision::Accepted),
            ("approved", ExclusionDecision::Accepted),
            ("nobody", ExclusionDecision::NotApproved),
            ("same", ExclusionDecision::SamePerson),
        ]
    );
    assert_eq!(plans[0].exclusions[1].commitments, ["up"]);
    let excluded: Vec<i64> = plans[0].commitments.iter().map(|one| one.scope.excluded.seconds()).collect();
    assert_eq!(excluded, [3 * 3600, 0]);
}

#[test]
fn a_month_that_cannot_be_planned_says_why() {
    #[track_caller]
    fn check(documents: &[String], month: &str, tenant: Option<&str>, now: i64, code: &str, parts: &[&str]) {
        let catalogue = catalogue(documents);
        let error = plan(&catalogue, month.parse().expect("a month"), tenant, now).expect_err("no plan");
        assert_eq!(error.code(), code, "{error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{error} does not say {part}");
        }
    }
    let nord = || open_ended("nord");
    check(&[nord()], "2026-10", Some("ost"), NOW, "plan.unknown_tenant", &["\"ost\"", "nord, west"]);
    check(&[nord()], "2026-10", Some("west"), NOW, "plan.nothing_in_force", &["of west", "none at all"]);
    let runs = "nord-main version 1 runs from 2026-01-01 to further notice";
    check(&[nord()], "2025-12", None, NOW, "plan.nothing_in_force", &["2025-12", runs]);
    // One second before the month is over in the contract's zone, and the second itself.
    let over: i64 = 1_793_487_600;
    check(&[nord()], "2026-10", None, over - 1, "plan.month_not_over", &["2026-10-31T23:00:00Z", "Europe/Berlin"]);
    assert!(plan(&catalogue(&[nord()]), "2026-10".parse().expect("a month"), None, over).is_ok());
    check(&[nord()], "2027-02", None, NOW, "plan.month_not_over", &["2027-02"]);

    let version = |number: u32, validity: &str| {
        let fields = format!(
            "{validity}\ntimeZone: UTC\nserviceHours: 24/7\nfee: {{ monthly: 1, partMonth: full }}\n{}",
            TERMS.trim()
        );
        contract("c", number, "nord", &fields)
    };
    let first = version(1, "validFrom: 2026-01-01\nvalidTo: 2026-10-15");
    let second = version(2, "validFrom: 2026-10-16");
    // The month that two versions share is one month with the commitments of both, each in its own days.
    let shared = catalogue(&[first, second]);
    let plans = plan(&shared, "2026-10".parse().expect("a month"), None, NOW).expect("a plan");
    let each = |one: &PlannedCommitment| (one.version, one.terms.name.to_string(), one.scope.period.seconds() / 86_400);
    let commitments: Vec<_> = plans.iter().flat_map(|one| &one.commitments).map(each).collect();
    let expected = [(1, "up", 15), (1, "quick", 15), (2, "up", 16), (2, "quick", 16)];
    assert_eq!(commitments, expected.map(|(version, name, days)| (version, name.to_owned(), days)));

    let odd = format!(
        "validFrom: 2026-01-01\ntimeZone: UTC\nserviceHours: Mo-Fr 08:00-18:03\nfee: {{ monthly: 1 }}\n{}",
        TERMS.trim()
    );
    let odd = contract("c", 1, "nord", &odd);
    check(
        &[odd],
        "2026-10",
        None,
        NOW,
        "plan.cut_slice",
        &["catalogue.yaml:", "2026-10-01T18:03:00Z", "a slice of 5m"],
    );
}

#[test]
fn a_month_of_two_versions_is_whole_and_has_the_promises_of_both() {
    let restoration = "\n    - { name: restoration, service: platform, class: p1, clock: restoration, startsAt: reported, hours: wall, \
                       limit: 4h, target: 100, month: started, penalty: {} }";
    let fee = ("fee", "{ monthly: 1000.00, partMonth: daily }");
    let version = |terms: &[(&str, &str)]| {
        desk::contract(&[&[fee, ("incidents", restoration)], terms].concat(), &[desk::promise(&[])])
    };
    let documents = [version(&[("validTo", "2026-10-15")]), version(&[("validFrom", "2026-10-16"), ("version", "2")])];
    let catalogue = desk::sound(&documents);
    let plans = planned(&catalogue, "2026-10", None).expect("a plan");
    assert_eq!(plans.len(), 1);
    assert_eq!(plans[0].period, desk::from("2026-10-01T00:00:00Z", 31 * 86_400));
    assert_eq!(plans[0].fee.minor, 100_000);
    let commitments: Vec<_> = plans[0].commitments.iter().map(|one| (one.version, one.scope.period)).collect();
    let incidents: Vec<_> = plans[0].incidents.iter().map(|one| (one.version, one.period)).collect();
    let parts = [(1, "2026-10-01T00:00:00Z", 15), (2, "2026-10-16T00:00:00Z", 16)];
    let parts = parts.map(|(version, start, days)| (version, desk::from(start, days * 86_400)));
    assert_eq!(commitments, parts);
    assert_eq!(incidents, parts);
}

#[test]
fn a_window_that_was_asked_for_after_it_began_is_told_as_such() {
    let check = |asked: &str, expected: Option<bool>| {
        let window = format!("kind: customer, start: 2026-10-05T00:00:00Z, end: 2026-10-05T02:00:00Z{asked}");
        let catalogue = desk::sound(&[desk::contract(&[], &[desk::promise(&[])]), desk::exclusion("upgrade", &window)]);
        let plans = planned(&catalogue, "2026-10", None).expect("a plan");
        let told: Vec<_> = plans[0].exclusions.iter().map(|one| one.after_the_fact).collect();
        assert_eq!(told, [expected], "{asked}");
    };
    check(", requestedAt: 2026-10-04T23:59:59Z", Some(false));
    check(", requestedAt: 2026-10-05T00:00:00Z", Some(false));
    check(", requestedAt: 2026-10-05T00:00:01Z", Some(true));
    check("", None);
}

#[test]
fn what_the_parties_took_as_it_is_stands_in_the_month_once() {
    let accepted = |by: &str| format!("[{{ code: no-cap, reason: Agreed, by: {by}, on: 2026-01-02 }}]");
    let (ina, ole) = (accepted("Ina"), accepted("Ole"));
    let fee = ("fee", "{ monthly: 1000.00, partMonth: daily }");
    let check = |first: &str, second: &str, expected: &[&str]| {
        let documents = [("1", "2026-01-01", "2026-10-15", first), ("2", "2026-10-16", "", second)];
        let documents = documents.map(|(version, from, to, accepted)| {
            let terms = [("version", version), ("validFrom", from), ("validTo", to), ("accepted", accepted), fee];
            desk::contract(&terms, &[desk::promise(&[])])
        });
        let catalogue = desk::sound(&documents);
        let plans = planned(&catalogue, "2026-10", None).expect("a plan");
        let told = plans[0].accepted.iter().map(|one| format!("{}: {} ({})", one.code, one.reason, one.by));
        assert_eq!(told.collect::<Vec<_>>(), expected);
    };
    check(&ina, &ina, &["no-cap: Agreed (Ina, 2026-01-02)"]);
    check(&ole, &ina, &["no-cap: Agreed (Ina, 2026-01-02)", "no-cap: Agreed (Ole, 2026-01-02)"]);
    check("", "", &[]);
}
