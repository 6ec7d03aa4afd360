//! `public-slas.yaml`: every published SLA as the text of a contract. The linter finds the defects that the file records
//! and no others; what is sound owes what it says on and beside every border.
//!
//! The file does not tell of every SLA whether it has a cap and a claim window. Both stand in every contract in the
//! form that says nothing more (`caps: []`, `claim: { automatic: true }`), so that only the wording itself is judged.

use std::collections::BTreeSet;

use serde_json::Value;
use sla_core::catalogue::{Catalogue, ContractSpec, Finding, Model, SourceFile};
use sla_core::price::{Downtime, PriceError};
use sla_core::ratio::{Percent, Ratio, Rounding};

use super::{cents, credit, fixture, yaml};

/// What the file records as a defect of a wording, and what the linter finds, in the order of the places.
const DEFECTS: [(&str, &[&str]); 4] = [
    // "less than or equal to 99.9 % but greater than 99.0 %" and "less than 99.0 %": nothing for exactly 99.0 %. And
    // exactly 99.9 % keeps the promise of "at least 99.9 %", yet lies in the band of 10 %.
    ("github-enterprise", &["a gap: no band for attained exactly 99.0", "a last band that ends with 99.9"]),
    // "98.50-99.98" and "97.00-98.49": nothing for 99.985 % and 98.495 %.
    ("auth0", &["a gap: no band for 98.49 < attained < 98.50", "a last band that ends with 99.98"]),
    // "<99.9 % - 99.7 %" and "<99.7 % - 95 %": whether 99.7 and 95 lie inside is not said.
    ("tsystems-llm-hub", &["a band whose ends are not said once each", "a band whose ends are not said once each"]),
    // "98.0-98.9", "97.0-97.9", "96.0-96.9" below a target of 99.0: nothing for 98.95 %, unless it is rounded first.
    (
        "ukcabinet-kpi-points",
        &[
            "a gap: no band for 97.9 < attained < 98.0",
            "a last band that ends with 98.9",
            "a gap: no band for 96.9 < attained < 97.0",
        ],
    ),
];

/// A defect that the file records and that is none: a day's fee is 1/30 of a month's, so that two days are 2/30 = 1/15
/// and five days 5/30 = 1/6, as the text says.
const NO_DEFECT: &str = "taggermedia";

/// Wordings that are sound once something is agreed that they do not say.
const SETTLED: [&str; 2] = ["tsystems-llm-hub", "ukcabinet-kpi-points"];

fn slas() -> Vec<Value> {
    let document = yaml::read(&fixture("public-slas.yaml"));
    document["slas"].as_array().expect("a list of SLAs").clone()
}

/// The ids of all SLAs.
pub(crate) fn ids() -> BTreeSet<String> {
    slas().iter().map(|sla| id(sla).to_owned()).collect()
}

fn id(sla: &Value) -> &str {
    sla["id"].as_str().expect("an id")
}

/// One of a band's ends, as a field of the catalogue; the worst band begins at 0.
fn end(band: &Value, fields: [(&str, &str); 2], otherwise: &str) -> String {
    let said = fields.into_iter().find_map(|(key, field)| Some(format!("{field}: {}", band[key].as_str()?)));
    said.unwrap_or_else(|| otherwise.to_owned())
}

/// The bands of an SLA. What only its wording leaves open is written as the wording has it, unless it is settled.
fn bands(sla: &Value, settled: bool) -> Option<String> {
    if let Some(printed) = sla["bands_printed"].as_array() {
        let band = |line: &Value| {
            let (range, credit) = line.as_str()?.split_once(": ")?;
            // Both ends of a printed range are inside.
            match range.strip_prefix('<') {
                Some(below) => Some(format!("{{ from: 0, below: {below}, credit: {credit} }}")),
                None => {
                    range.split_once('-').map(|(from, to)| format!("{{ from: {from}, upTo: {to}, credit: {credit} }}"))
                }
            }
        };
        return printed.iter().map(band).collect::<Option<Vec<_>>>().map(|bands| bands.join(", "));
    }
    let unsaid = id(sla) == "tsystems-llm-hub" && !settled;
    let band = |band: &Value| {
        let low = match band["lower_incl"].as_str() {
            Some(_) if unsaid => String::new(),
            _ => end(band, [("lower_incl", "from"), ("lower_excl", "above")], "from: 0") + ", ",
        };
        let high = end(band, [("upper_excl", "below"), ("upper_incl", "upTo")], "");
        format!("{{ {low}{high}, credit: {} }}", band["credit_pct"].as_str().expect("a credit"))
    };
    let bands = sla["bands"].as_array().filter(|bands| !bands.is_empty())?;
    Some(bands.iter().map(band).collect::<Vec<_>>().join(", "))
}

/// "minor: 98.0-98.9 -> 1", "threshold: below 96 -> 4": the points of the UK's model schedule; a repeat doubles them.
fn points(example: &Value) -> String {
    let band = |class: &str| {
        let (range, points) = example[class].as_str().expect("a class").split_once(" -> ").expect("points");
        let ends = match range.strip_prefix("below ") {
            Some(below) => format!("from: 0, below: {below}"),
            None => range.split_once('-').map(|(from, to)| format!("from: {from}, upTo: {to}")).expect("two ends"),
        };
        format!("{{ {ends}, points: {points} }}")
    };
    let bands = ["minor", "serious", "severe", "threshold"].map(band).join(", ");
    format!("points: [{bands}], repeat: {{ withinMonths: 2, steps: [{{ misses: 2, factor: 2 }}] }}")
}

/// "1 to 4 h: 1 day; 4 to 48 h: 2 days; 48 to 96 h: 5 days; each further 96 h: 5 days". What is above 96 h counts from
/// there.
fn tiers(sla: &Value) -> String {
    let tiers = sla["tiers"].as_array().expect("tiers");
    let tier = |from: &Value, days: &Value| {
        format!("{{ from: {}h, credit: {}/30 }}", from.as_str().expect("hours"), days.as_str().expect("days"))
    };
    let mut all: Vec<String> = tiers.iter().map(|one| tier(&one["min_h"], &one["credit_days"])).collect();
    let last = tiers.last().expect("a tier");
    all.push(tier(&last["max_h"], &last["credit_days"]));
    assert_eq!(sla["further"], "each further 96h block = 5 days");
    let further = "{ unit: 96h, counting: full, credit: 5/30 }";
    format!("perOutage: {{ tiers: [{}], further: {further} }}", all.join(", "))
}

/// An SLA as the text of a contract; `settled` adds what its wording leaves open.
fn text(sla: &Value, settled: bool) -> String {
    let penalty = match (id(sla), bands(sla, settled)) {
        (_, Some(bands)) => format!("bands: [{bands}]"),
        ("slack-2024", None) => "multiplier: { factor: 10 }".to_owned(),
        ("cloudflare-business", None) => "proportional: { affected: failedShare }".to_owned(),
        ("opendialog-hosting", None) => "perUnit: { unit: 30m, counting: started, credit: 1/30 }".to_owned(),
        ("taggermedia", None) => tiers(sla),
        ("ukcabinet-kpi-points", None) => points(&sla["example"]),
        // The file has no bands of them.
        ("hetzner-cloud" | "zendesk-premier" | "gitlab-dedicated-apdex", None) => String::new(),
        (id, None) => panic!("nothing here writes {id}"),
    };
    let mut more = String::new();
    if sla["period"].as_str().is_some_and(|period| period.starts_with("calendar quarter")) {
        more += "period: quarter, ";
    }
    if settled && id(sla) == "ukcabinet-kpi-points" {
        more += "attainmentRounding: { mode: half_up, digits: 1 }, ";
    }
    let target = sla["commitment_pct"].as_str().or_else(|| sla["example"]["target"].as_str()).expect("a target");
    let mut terms = match (id(sla), sla["minimum_credit"]["amount"].as_str()) {
        ("ukcabinet-kpi-points", _) => "pointWorth: { amount: 50.00 }".to_owned(),
        // "max 50 % of the monthly rent of the affected service", for both of its promises.
        ("opendialog-hosting", _) => OPENDIALOG.to_owned(),
        (_, Some(amount)) => format!("minimumCredit: {{ above: {amount} }}"),
        (_, None) => String::new(),
    };
    if !terms.contains("caps:") {
        terms += "\n  caps: []";
    }
    format!(
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
  claim: {{ automatic: true }}
  {terms}
  commitments:
    - {{ name: s, slo: s, target: {target}, {more}method: Timeslices, slice: 1m, sliceTarget: 95, unknown: range,
        quiet: good, exclusions: denominator, penalty: {{ {penalty} }} }}
",
        id = id(sla),
    )
}

/// Both of its promises in one contract: availability, and four hours for new hardware.
const OPENDIALOG: &str = "caps: [{ per: commitment, share: 50, of: base }]
  incidents:
    - { name: hardware, service: s, class: hardware, clock: restoration, startsAt: reported, month: started, hours: wall,
        limit: 4h, target: 100, penalty: { perUnit: { unit: 30m, counting: started, credit: 1/30 } } }";

/// A contract, and everything that the linter finds: what makes it impossible to compute, and what is unsound.
fn read(id: &str, settled: bool) -> (Option<ContractSpec>, Vec<Finding>) {
    let slas = slas();
    let sla = slas.iter().find(|sla| self::id(sla) == id).unwrap_or_else(|| panic!("there is no SLA {id}"));
    match Catalogue::read(&[SourceFile { name: format!("{id}.yaml"), text: text(sla, settled) }]) {
        Err(findings) => (None, findings),
        Ok(mut catalogue) => {
            let unsound = std::mem::take(&mut catalogue.unsound).into_values().flatten().collect();
            (catalogue.contracts.into_values().next().map(|contract| contract.spec), unsound)
        }
    }
}

/// What the linter finds in a wording as it was published.
pub(crate) fn findings(id: &str) -> Vec<String> {
    read(id, false).1.into_iter().map(|finding| finding.found.en().to_owned()).collect()
}

/// A published SLA as a sound contract.
#[track_caller]
pub(crate) fn contract(id: &str) -> ContractSpec {
    let (contract, findings) = read(id, SETTLED.contains(&id));
    assert!(findings.is_empty(), "{id} is sound, and yet {findings:#?}");
    contract.expect("nothing was found")
}

#[test]
fn the_linter_finds_the_recorded_defects_and_no_others() {
    let mut recorded = BTreeSet::new();
    for sla in slas() {
        let id = id(&sla);
        let expected = DEFECTS.iter().find(|(named, _)| *named == id).map_or(&[][..], |(_, found)| *found);
        assert_eq!(findings(id), expected, "{id}");
        if !sla["gaps"].is_null() || !sla["defect"].is_null() {
            recorded.insert(id.to_owned());
        }
    }
    let expected: BTreeSet<String> = DEFECTS.iter().map(|(id, _)| *id).chain([NO_DEFECT]).map(str::to_owned).collect();
    assert_eq!(recorded, expected, "the file records other defects");
}

#[test]
fn each_defect_says_where_it_stands_and_what_money_it_moves() {
    for (id, _) in DEFECTS {
        for finding in read(id, false).1 {
            assert_eq!(finding.code.name(), "unsound-bands", "{finding}");
            assert!(finding.place.line > 40 && finding.place.path.contains(".penalty."), "{finding}");
            assert!(finding.stake.is_some() && finding.wording().is_some(), "{finding}");
        }
    }
}

#[test]
fn what_is_sound_owes_what_it_says_on_and_beside_every_border() {
    let mut banded = 0;
    for sla in slas().iter().filter(|sla| SETTLED.contains(&id(sla)) || findings(id(sla)).is_empty()) {
        let contract = contract(id(sla));
        let target = contract.commitments[0].target.ratio();
        let least = Ratio::new(1, 10_i64.pow(12)).expect("not zero");
        assert_eq!(cents(&contract, &target), 0, "{} at its target", id(sla));
        assert_eq!(cents(&contract, &Ratio::one()), 0, "{} without any outage", id(sla));
        let Some(Model::Bands(bands)) = contract.commitments[0].penalty.model() else { continue };
        for band in bands {
            let owed = band.credit.expect("a share").ratio().times(&Ratio::whole(100_000)).scaled(0, Rounding::Floor);
            let (from, below) = (band.from.expect("an end").ratio(), band.below.expect("an end").ratio());
            assert_eq!(owed, cents(&contract, &from).into(), "{} at exactly {from}", id(sla));
            assert_eq!(owed, cents(&contract, &below.minus(&least)).into(), "{} just below {below}", id(sla));
        }
        banded += 1;
    }
    assert_eq!(banded, 17);
}

#[test]
fn a_wording_with_a_gap_is_not_priced_even_if_nobody_read_it() {
    // The bands of GitHub's wording in a contract that no catalogue refused.
    let mut contract = contract("cloudflare-r2");
    let bands = serde_json::json!([
        { "above": "99.0", "upTo": "99.9", "credit": "10" }, { "from": "0", "below": "99.0", "credit": "25" },
    ]);
    contract.commitments[0].penalty.bands = Some(serde_json::from_value(bands).expect("bands"));
    let at = |text: &str| text.parse::<Percent>().expect("a percentage").ratio();
    let found = credit(&contract, &at("99.0"), &Downtime::default());
    assert_eq!(
        found,
        Err(PriceError::NoBand { commitment: "s".parse().expect("a name"), attained: "99.000000".into() })
    );
    assert_eq!([cents(&contract, &at("99.0000001")), cents(&contract, &at("98.9999999"))], [10_000, 25_000]);
    // The commitment decides that 99.9 is kept, not the band that holds it.
    assert_eq!(cents(&contract, &at("99.9")), 0);
}

/// Ten times the fee for the time down, by the quarter.
#[test]
fn slack_pays_ten_times_the_fee_for_the_time_down() {
    let contract = contract("slack-2024");
    let quarter = 90 * 86_400;
    let down = |seconds: i64| cents(&contract, &Ratio::one().minus(&Ratio::new(seconds, quarter).expect("not zero")));
    // The fee of a quarter is 3 000.00: an hour of 2 160 is 1.39, ten times of it 13.89.
    assert_eq!([down(3_600), down(7_200), down(quarter)], [1_389, 2_778, 3_000_000]);
    // 99.99 % of 7 776 000 s allow 777.6 s.
    assert_eq!([down(777), down(778)], [0, 300]);
}

/// The fee for the time down, by how many were affected.
#[test]
fn cloudflare_pays_for_the_time_down_by_the_share_affected() {
    let contract = contract("cloudflare-business");
    let owed = |affected: Ratio| {
        let downtime = Downtime { affected_seconds: affected, ..Downtime::default() };
        let attained = Ratio::new(999, 1000).expect("not zero");
        credit(&contract, &attained, &downtime).expect("it fits").low.minor
    };
    // A day of 30 down for everybody; the same for a quarter of all; a second for one of a million is no cent.
    assert_eq!(owed(Ratio::whole(86_400)), 3_333);
    assert_eq!(owed(Ratio::whole(21_600)), 833);
    assert_eq!(owed(Ratio::new(1, 1_000_000).expect("not zero")), 0);
}

#[test]
fn taggermedia_pays_days_by_the_length_of_each_outage() {
    let contract = contract("taggermedia");
    let day = 100_000;
    #[track_caller]
    fn check(contract: &ContractSpec, outages_seconds: &[i64], cents: i64) {
        let downtime = Downtime { outages_seconds: outages_seconds.to_vec(), ..Downtime::default() };
        // What a month attained as a whole does not matter.
        for attained in [Ratio::zero(), Ratio::one()] {
            let priced = credit(contract, &attained, &downtime).expect("it fits");
            assert_eq!((priced.low.minor, priced.high.minor), (cents, cents), "{outages_seconds:?}");
        }
    }
    let hours = |hours: i64| hours * 3_600;
    check(&contract, &[hours(1) - 1], 0);
    check(&contract, &[hours(1)], 3_333);
    check(&contract, &[hours(4) - 1], 3_333);
    // Two days are 1/15 of the fee, five days 1/6: the text is right about both.
    check(&contract, &[hours(4)], 6_667);
    check(&contract, &[hours(48)], 16_667);
    check(&contract, &[hours(96)], 16_667);
    check(&contract, &[hours(192) - 1], 16_667);
    check(&contract, &[hours(192)], 33_333);
    check(&contract, &[hours(288)], day / 2);
    check(&contract, &[hours(1); 3], day / 10);
    check(&contract, &[hours(1), hours(48), hours(192)], 16 * day / 30);
    check(&contract, &[], 0);
}

#[test]
fn uk_service_points_need_a_rounded_indicator() {
    let contract = contract("ukcabinet-kpi-points");
    #[track_caller]
    fn check(contract: &ContractSpec, percent: &str, points: u32) {
        let attained = percent.parse::<Percent>().expect("a percentage").ratio();
        let priced = credit(contract, &attained, &Downtime::default()).expect("it fits");
        assert_eq!(priced.credits[0].points, (points, points), "{percent}");
        assert_eq!(priced.low.minor, i64::from(points) * 5_000, "{percent}");
    }
    check(&contract, "98.95", 0);
    check(&contract, "98.94", 1);
    check(&contract, "98.0", 1);
    check(&contract, "97.95", 1);
    check(&contract, "97.9499", 2);
    check(&contract, "96.0", 3);
    check(&contract, "95.949", 4);
    check(&contract, "0", 4);
}

#[test]
fn opendialog_pays_no_more_than_half_of_the_rent() {
    let contract = contract("opendialog-hosting");
    let down = |minutes: i64| cents(&contract, &Ratio::new(43_200 - minutes, 43_200).expect("not zero"));
    // 432 minutes are allowed; a started half hour costs 33.33, and fifteen of them are half of 1 000.00.
    assert_eq!([down(432), down(433), down(462), down(463)], [0, 3_333, 3_333, 6_667]);
    assert_eq!(
        [down(432 + 14 * 30), down(432 + 15 * 30), down(432 + 15 * 30 + 1), down(43_200)],
        [46_667, 50_000, 50_000, 50_000]
    );
}
