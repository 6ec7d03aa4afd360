//! The demo, as the README promises it.

use serde_json::{Value, json};

use crate::desk::{sla, sound};

#[test]
fn four_tenants_close_their_month() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("demo").display().to_string();
    let output = sla(&["demo", "--out", &out]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for row in [
        "Tenant Commitment Target Attained Verdict Credit",
        "alpenbahn availability 99.95 % 99.4429 % ✗ breached EUR 2765.62",
        "response-time 99 % 99.5337 % ✓ met none",
        // 43 minutes to respond are 13 above the limit: one started quarter of an hour.
        "response-p1 100 % 0.0000 % ✗ breached EUR 150.00",
        "restoration-p1 100 % 100.0000 % ✓ met none",
        "koenigsforst portal 99.5 % 99.9589 % ✓ met none",
        "nordlicht availability 99.9 % 99.9596 % ✓ met none",
        "prairie availability 99.9 % 99.1599 … 99.9215 % ? undecidable USD 0.00 … 980.00",
    ] {
        assert!(rows.iter().any(|found| found == row), "{text}\nlacks the row {row}");
    }
    for place in ["reports/2026-10", "reports/evidence", "ledger.sqlite", "catalogue"] {
        let place = format!("{out}/{place}");
        assert!(text.contains(&place), "{text}\ndoes not say {place}");
        assert!(std::path::Path::new(&place).exists(), "{place}");
    }
    // Said on a terminal as bars, here as lines, and never among the results.
    let steps = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        steps.split_whitespace().step_by(2).collect::<Vec<_>>(),
        ["capture", "measure", "render", "record", "publish"]
    );

    // A second time: the same month, which the ledger knows.
    let again = sound(&sla(&["demo", "--json", "--out", &out]));
    let months = again["months"].as_array().expect("months");
    assert_eq!(months.len(), 4);
    for month in months {
        assert_eq!((&month["revision"], &month["unchanged"]), (&json!(1), &json!(true)));
    }
    period_and_language(&out);
}

/// The month of a clock change in Berlin has 745 hours, the one in Chicago 744.
fn period_and_language(out: &str) {
    for (tenant, language, hours, currency) in [
        ("nordlicht", "de", 745, "EUR"),
        ("alpenbahn", "de", 745, "EUR"),
        ("prairie", "en", 744, "USD"),
        ("koenigsforst", "de", 745, "EUR"),
    ] {
        let path = format!("{out}/reports/2026-10/{tenant}/report.json");
        let report: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a report")).expect("JSON");
        assert_eq!(report["language"], language);
        assert_eq!(report["period"]["seconds"], json!(hours * 3_600));
        assert_eq!(report["credit_total"]["currency"], currency);
    }
}

/// The README invites to change what the demo lays out: a second demo closes the changed catalogue.
#[test]
fn what_the_user_changed_stays_and_what_is_missing_comes_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("demo");
    let words = ["demo", "--json", "--out", &out.display().to_string()];
    assert_eq!(sound(&sla(&words))["kept"], json!([]));
    let (changed, gone) = (out.join("catalogue/nordlicht.yaml"), out.join("catalogue/prairie.yaml"));
    let text = std::fs::read_to_string(&changed).expect("a catalogue");
    let mine = text.replacen("version: 1", "version: 2", 1).replacen("target: 99.9\n", "target: 99.97\n", 1);
    let mine = mine.replacen("below: 99.9,", "below: 99.97,", 1);
    assert_ne!(mine, text);
    std::fs::write(&changed, &mine).expect("changed");
    let original = std::fs::read(&gone).expect("a catalogue");
    std::fs::remove_file(&gone).expect("removed");
    let again = sound(&sla(&words));
    assert_eq!(again["kept"], json!([changed.display().to_string()]));
    assert_eq!(std::fs::read_to_string(&changed).expect("a catalogue"), mine);
    assert_eq!(std::fs::read(&gone).expect("a catalogue"), original);
    let months = again["months"].as_array().expect("months");
    let of = |tenant: &str| months.iter().find(|month| month["tenant"] == tenant).expect("a month");
    assert_eq!((&of("nordlicht")["revision"], &of("nordlicht")["verdict"]), (&json!(2), &json!("breached")));
    assert_eq!(of("prairie")["unchanged"], json!(true));
    let text = sla(&words.iter().filter(|word| **word != "--json").collect::<Vec<_>>());
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains(&format!("Kept       {} (yours;", changed.display())), "{text}");
}
