//! Months out of files of incidents and of charges, through the real binary.

use std::process::Command;

use serde_json::Value;
use sla_acceptance::nord;

/// Closes October 2026 of one tenant; gives the first commitment of its report.
#[track_caller]
fn closed(sli: &str, terms: &str, file: (&str, &str)) -> Value {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| desk.path().join(name);
    std::fs::create_dir(path("catalogue")).expect("a folder");
    std::fs::write(path("catalogue").join(file.0), file.1).expect("a file");
    let documents = nord::source("files", "File", "folder: .") + &nord::sli("measured", sli);
    let text = nord::catalogue(&documents, None, &format!("penalty: {{}}, {terms}"));
    std::fs::write(path("catalogue/all.yaml"), text).expect("a file");
    let mut command = Command::new(sla_acceptance::binary());
    command.args(["close", "--month", "2026-10", "--actor", "tester", "--json", "--ledger"]);
    command.arg(format!("sqlite:{}", path("ledger.sqlite").display()));
    let output = command.arg("--catalogue").arg(path("catalogue")).arg("--out").arg(path("out")).output();
    let output = output.expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report = std::fs::read(path("out/2026-10/nord/report.json")).expect("a report");
    let mut report: Value = serde_json::from_slice(&report).expect("JSON");
    report["commitments"][0].take()
}

/// Seconds of October 2026 in Berlin, which has 745 hours.
const MONTH: i64 = 745 * 3600;

#[test]
fn incidents_are_downtime_to_the_second() {
    const FILE: &str = "# covers 2026-10-01T00:00:00+02:00/2026-11-01T00:00:00+01:00\nid,began,detected,restored\n\
                        INC-1,2026-10-11T02:00:10+02:00,2026-10-11T02:04:00+02:00,2026-10-11T03:00:00+02:00\n\
                        INC-2,2026-10-11T02:30:00+02:00,2026-10-11T02:30:00+02:00,2026-10-11T03:10:00+02:00\n\
                        INC-3,2026-10-31T23:59:00+01:00,2026-10-31T23:59:30+01:00,\n";
    #[track_caller]
    fn check(down_from: &str, downtime_seconds: i64) {
        let source = "{ metricSourceRef: files, spec: { path: incidents.csv } }";
        let sli = format!("incidents: {{ metricSource: {source}, downFrom: {down_from} }}");
        let commitment = closed(&sli, "target: 99.9, method: Occurrences", ("incidents.csv", FILE));
        let found = ["good", "total"].map(|name| commitment[name].as_i64());
        assert_eq!(found, [Some(MONTH - downtime_seconds), Some(MONTH)], "{commitment}");
    }
    // From 02:00:10, or 02:04:00, to 03:10:00, and the end of the month from its last minute on.
    check("began", 4190 + 60);
    check("detected", 3960 + 30);
}

#[test]
fn charges_are_consumed_to_the_last_decimal() {
    let mut file = "ChargePeriodStart,ChargePeriodEnd,EffectiveCost,BillingCurrency,SubAccountId\n".to_owned();
    for day in 1..=30 {
        for (account, cost) in [("nord", "0.123456"), ("west", "9")] {
            let (from, to) = (format!("2026-10-{day:02}T00:00:00Z"), format!("2026-10-{:02}T00:00:00Z", day + 1));
            file += &format!("{from},{to},{cost},EUR,{account}\n");
        }
    }
    let sli = "thresholdMetric: { metricSource: { metricSourceRef: files, spec: { focus: { path: focus.csv, \
               column: EffectiveCost, where: { SubAccountId: $tenant }, straddling: spread, uncharged: zero } } } }";
    let terms = "target: 100, method: Consumption, budget: { amount: 4, unit: EUR }";
    let commitment = closed(sli, terms, ("focus.csv", &file));
    // Thirty days of 0.123456: what is spread over the minutes adds up to it.
    assert_eq!(commitment["total"], "3.70368", "{commitment}");
}
