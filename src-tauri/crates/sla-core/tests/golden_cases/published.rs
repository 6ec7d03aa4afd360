//! `public-slas.yaml`: the credit bands of published SLAs as contracts. Sound ones owe what they say on and beside every
//! border; those whose wording has a gap are refused.

use sla_core::catalogue::{Catalogue, Commitment, SourceFile};
use sla_core::ratio::{Percent, Ratio};

use super::{credit, fixture, yaml};

/// Published SLAs whose bands are refused, and what the finding says.
const REFUSED: [(&str, &str); 2] = [
    // "less than or equal to 99.9 % but greater than 99.0 %" and "less than 99.0 %": nothing for exactly 99.0 %.
    ("github-enterprise", "a gap: no band for 99.0 ≤ attained < 99.000000001"),
    // "98.50-99.98" and "97.00-98.49": nothing for 98.495 %.
    ("auth0", "a gap: no band for 98.490000001 ≤ attained < 98.50"),
];

/// Published SLAs without credit bands that this crate could judge, and what is missing.
const NOT_COVERED: [(&str, &str); 8] = [
    (
        "slack-2024",
        "a multiple of the fee for the time down, by the quarter; the contract's kinds have bands by the month",
    ),
    ("cloudflare-business", "a share of the fee for the time down and the customers affected, not bands"),
    ("hetzner-cloud", "the fixture has no bands of it"),
    ("opendialog-hosting", "a credit per started half hour, not bands"),
    ("taggermedia", "days of credit by the length of a single outage, not bands of the month's attainment"),
    ("zendesk-premier", "the fixture has no bands of it"),
    ("ukcabinet-kpi-points", "points per missed month, not bands of a fee"),
    ("gitlab-dedicated-apdex", "a score per request, and no bands"),
];

/// A band as its wording has it, in percent: from, below, credit.
type Worded = (String, String, String);

fn slas() -> Vec<serde_json::Value> {
    let document = yaml::read(&fixture("public-slas.yaml"));
    document["slas"].as_array().expect("a list of SLAs").clone()
}

/// The least percentage above one that a wording leaves out, fine enough to show the gap.
fn just_above(percent: &str) -> String {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    format!("{whole}.{part:0<8}1")
}

/// The bands of an SLA as half-open ones; `None` when it has none.
fn bands(sla: &serde_json::Value) -> Option<Vec<Worded>> {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    if let Some(printed) = sla["bands_printed"].as_array() {
        let band = |line: &serde_json::Value| {
            let (range, credit) = line.as_str()?.split_once(": ")?;
            // Both ends of a printed range are inside.
            let (from, below) = match range.strip_prefix('<') {
                Some(below) => ("0".to_owned(), below.to_owned()),
                None => range.split_once('-').map(|(from, to)| (from.to_owned(), just_above(to)))?,
            };
            Some((from, below, credit.to_owned()))
        };
        return printed.iter().map(band).collect();
    }
    let band = |band: &serde_json::Value| {
        let from = text(&band["lower_incl"]).or_else(|| text(&band["lower_excl"]).map(|below| just_above(&below)));
        let below = text(&band["upper_excl"]).or_else(|| text(&band["upper_incl"]).map(|to| just_above(&to)))?;
        Some((from.unwrap_or_else(|| "0".to_owned()), below, text(&band["credit_pct"])?))
    };
    let bands = sla["bands"].as_array().filter(|bands| !bands.is_empty())?;
    bands.iter().map(band).collect()
}

/// An SLA's promise as the catalogue reads it, or all that the catalogue finds wrong.
pub(crate) fn terms(id: &str) -> Result<Commitment, String> {
    let slas = slas();
    let sla = slas.iter().find(|sla| sla["id"] == id).unwrap_or_else(|| panic!("there is no SLA {id}"));
    let bands = bands(sla).unwrap_or_else(|| panic!("{id} has no bands"));
    let bands: Vec<String> = bands
        .iter()
        .map(|(from, below, credit)| format!("{{ from: {from}, below: {below}, credit: {credit} }}"))
        .collect();
    let target = sla["commitment_pct"].as_str().unwrap_or_else(|| panic!("{id} has no commitment"));
    let text = format!(
        "
apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: files }}
spec: {{ type: File, connectionDetails: {{ folder: . }} }}
---
apiVersion: openslo/v1
kind: Service
metadata: {{ name: s }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: s }}
spec:
  ratioMetric:
    good: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: s.csv }} }} }}
    total: {{ metricSource: {{ metricSourceRef: files, spec: {{ path: s.csv }} }} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: s }}
spec: {{ service: s, indicatorRef: s, budgetingMethod: Timeslices }}
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: t }}
spec: {{ language: en, contacts: [{{ name: T, email: t@t.example }}] }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: {id} }}
spec:
  tenant: t
  version: 1
  validFrom: 2026-01-01
  timeZone: UTC
  currency: EUR
  fee: {{ monthly: 1000.00 }}
  serviceHours: 24/7
  rounding: {{ mode: half_up, at: commitment }}
  legalNature: service_credit
  commitments:
    - {{ name: s, slo: s, target: {target}, method: Timeslices, slice: 1m, sliceTarget: 95, unknown: range, quiet: good,
        exclusions: denominator, penalty: {{ bands: [{}] }} }}
",
        bands.join(", ")
    );
    let catalogue = Catalogue::read(&[SourceFile { name: format!("{id}.yaml"), text }]);
    let findings = |findings: Vec<_>| findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let mut contracts = catalogue.map_err(findings)?.contracts.into_values();
    Ok(contracts.next().expect("one contract").spec.commitments.remove(0))
}

/// Checks the credit on both sides of every border.
fn check(id: &str, worded: &[Worded], terms: &Commitment) {
    let percent = |text: &str| text.parse::<Percent>().expect("a percentage").ratio();
    let least = Ratio::new(1, 10_i64.pow(12)).expect("not zero");
    let owed = |attained: &Ratio| {
        let credit = credit(terms, attained);
        assert_eq!(credit.low, credit.high, "{id} at {attained}");
        credit.low.minor
    };
    for (from, below, credit) in worded {
        let cents = credit.parse::<i64>().expect("whole percent") * 1_000;
        assert_eq!(owed(&percent(from)), cents, "{id} at exactly {from}");
        assert_eq!(owed(&percent(below).minus(&least)), cents, "{id} just below {below}");
    }
    assert_eq!(owed(&terms.target.ratio()), 0, "{id} at its target");
    assert_eq!(owed(&Ratio::one()), 0, "{id} without any outage");
    let most = worded.iter().filter_map(|(_, _, credit)| credit.parse::<i64>().ok()).max().expect("a band");
    assert_eq!(owed(&Ratio::zero()), most * 1_000, "{id} down all month");
}

#[test]
fn every_published_sla_is_judged_or_named() {
    let slas = slas();
    let ids: Vec<&str> = slas.iter().map(|sla| sla["id"].as_str().expect("an id")).collect();
    let mut sound = 0;
    for (sla, id) in slas.iter().zip(&ids) {
        let reason = NOT_COVERED.iter().find(|(named, _)| named == id);
        let defect = REFUSED.iter().find(|(named, _)| named == id);
        match (bands(sla), reason, defect) {
            (None, Some(_), None) => {}
            (Some(_), None, Some((_, found))) => {
                let findings = terms(id).expect_err(id);
                assert!(findings.contains("error[unsound-bands]") && findings.contains(found), "{findings}");
            }
            (Some(worded), None, None) => {
                let terms = terms(id).unwrap_or_else(|findings| panic!("{id} is sound, and yet {findings}"));
                check(id, &worded, &terms);
                sound += 1;
            }
            (None, None, _) => panic!("{id} has no bands and is not named with a reason in NOT_COVERED"),
            (_, Some(_), _) => panic!("{id} is named in the wrong list"),
        }
    }
    assert_eq!(sound + REFUSED.len() + NOT_COVERED.len(), ids.len(), "{ids:?}");
}
