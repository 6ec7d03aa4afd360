//! A target that nobody speaks of any more: what is known of it stays, and the rest of the month is unknown.

use serde_json::Value;
use sla_acceptance::nord;
use sla_acceptance::servers::{Prometheus, WrittenSeries, write};

use super::daily::{Desk, days, outcomes};

const MINUTES: i64 = 1_440;

/// Beats of a target, a minute apart, in these minutes.
fn beats(target: &str, minutes: std::ops::Range<i64>) -> WrittenSeries {
    let labels = [("__name__", "probe_success"), ("instance", target), ("site", "fra")];
    WrittenSeries {
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        samples: minutes.map(|minute| ((days().start + minute * 60 + 7) * 1000, 1.0)).collect(),
    }
}

#[test]
fn what_is_known_of_a_target_stays_and_the_rest_is_unknown() {
    let server = Prometheus::start_receiving();
    // The probe goes on to watch another target; of this one it says nothing after the first day.
    write(server.port(), &[beats("blog", -1_500..4 * MINUTES + 5), beats("shop", -5..MINUTES)]);
    let sli = "heartbeats: { target: shop, targetLabel: instance, probeLabel: site, metricSource: { metricSourceRef: prometheus, \
               spec: { series: probe_success } } }";
    let documents = nord::source("prometheus", "Prometheus", &format!("url: \"{}\", timeoutSeconds: 20", server.url()))
        + &nord::sli("measured", sli);
    let heartbeat = "{ intervalSeconds: 60, graceSeconds: 30, downWhen: { probes: 1, of: 1 }, sliceDown: any }";
    let promised = format!("target: 99.9, method: Timeslices, heartbeat: {heartbeat}, penalty: {}", nord::BANDS);
    let desk = Desk::of(&nord::catalogue(&documents, Some("2026-10-04"), &promised));
    let said = desk.says(&["capture", "--from", "2026-10-01", "--to", "2026-10-02"]);
    assert_eq!(outcomes(&said), ["2026-10-01 captured", "2026-10-02 captured"]);

    let ledger = format!("sqlite:{}", desk.path("ledger.sqlite").display());
    desk.says(&["close", "--month", "2026-10", "--actor", "tester", "--ledger", &ledger]);
    let report = std::fs::read(desk.path("out/2026-10/nord/report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let evidence = &report["evidence"][0];
    let notes = evidence["notes"].as_array().expect("notes");
    let rest = notes.iter().find(|note| note["code"] == "no_series").unwrap_or_else(|| panic!("{notes:?}"));
    assert_eq!([&rest["from"], &rest["to"]], ["2026-10-02T22:00:00Z", "2026-10-04T22:00:00Z"]);
    // A day of silence while the probe lives is down, and two days are unknown: the promise is missed whatever they were.
    let promise = &report["commitments"][0];
    assert_eq!(promise["verdict"], "breached", "{promise}");
    let unknown = report["commitments"][0].to_string();
    assert!(unknown.contains("2026-10-02T22:00:00Z") || unknown.contains(&(2 * 86_400).to_string()), "{unknown}");
}
