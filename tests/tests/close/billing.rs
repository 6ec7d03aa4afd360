//! From letters to the books: what people decided is drawn as letters, told as billing and exported, and all of it is
//! one amount to the cent.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::desk::{Desk, MONTH, csv, desk_of_files, pdf_text, sla, sound};

/// Finance's file for both tenants.
const MAPPING: &str = "apiVersion: sla-desk/v1
kind: BillingMapping
metadata: { name: books }
spec:
  creditAccount: \"8730\"
  datev: { consultant: 29098, client: 55003, accountLength: 4, exchangeRates: { USD: 1.0842 } }
  lago: { couponCode: sla-credit, addOnCode: sla-credit-back }
  tenants:
    nord: { customerNumber: \"10001\" }
    west: { customerNumber: \"=10002\", debtorAccount: \"10002\", lagoCustomer: cus_west }
";

fn words(line: &str, desk: &Desk, notes: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = line.split(' ').map(str::to_owned).collect();
    all.extend(["--json".to_owned(), "--ledger".to_owned(), desk.ledger()]);
    all.extend(notes.iter().map(|note| (*note).to_owned()));
    all
}

#[track_caller]
pub(crate) fn runs(desk: &Desk, line: &str, more: &[&str]) -> Value {
    sound(&sla(&words(line, desk, more)))
}

/// The code and the message of what is refused.
#[track_caller]
pub(crate) fn refuses(desk: &Desk, line: &str, more: &[&str], expected: &str) -> String {
    let output = sla(&words(line, desk, more));
    assert_eq!(output.status.code(), Some(1), "{line}");
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(said["error"]["code"], json!(expected), "{said}");
    said["error"]["message"].as_str().expect("a message").to_owned()
}

fn minor(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is an amount"))
}

/// An amount as a year of a month's range: what both sides could live with.
fn middle(credit: &Value) -> String {
    let (low, high) = (minor(&credit["low_minor"]), minor(&credit["high_minor"]));
    let amount = low + (high - low) / 2;
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// Takes a month through review: every credit is decided in the middle of its range and approved, but for one that is
/// rejected; then the month is approved and issued.
#[track_caller]
pub(crate) fn issues(desk: &Desk, tenant: &str, rejected: &str) {
    issues_of(desk, tenant, MONTH, rejected);
}

#[track_caller]
fn issues_of(desk: &Desk, tenant: &str, month: &str, rejected: &str) {
    let of = format!("--tenant {tenant} --month {month}");
    let month = runs(desk, &format!("month submit {of} --actor Ina"), &[]);
    for credit in month["credits"].as_array().expect("credits") {
        let commitment = credit["commitment"].as_str().expect("a name");
        let one = format!("{of} --commitment {commitment}");
        if commitment == rejected {
            runs(desk, &format!("credit reject {one} --actor Ina"), &["--note", "the claim was withdrawn"]);
            continue;
        }
        let decide = format!("credit decide {one} --amount {} --actor Ina", middle(credit));
        runs(desk, &decide, &["--note", "=HYPERLINK(\"x\"), the middle"]);
        runs(desk, &format!("credit approve {one} --actor Ole"), &[]);
    }
    runs(desk, &format!("month approve {of} --actor Ole"), &[]);
    runs(desk, &format!("month issue {of} --actor Ina"), &[]);
}

/// The amount that a letter names as its own, in cents.
#[track_caller]
pub(crate) fn letter_minor(letter: &str) -> i64 {
    let line = letter.lines().find_map(|line| {
        let rest = line.strip_prefix("Amount of this letter: **");
        rest.or_else(|| line.strip_prefix("Betrag dieses Schreibens: **"))
    });
    let line = line.unwrap_or_else(|| panic!("no amount in\n{letter}"));
    let amount = line.split("**").next().unwrap_or_default();
    let digits: String = amount.chars().filter(char::is_ascii_digit).collect();
    let minor: i64 = digits.parse().unwrap_or_else(|_| panic!("no amount: {amount}"));
    if amount.contains(['-', '−']) { -minor } else { minor }
}

/// Draws the letters of every revision of both tenants, and adds up what they say by tenant.
#[track_caller]
fn letters(desk: &Desk, out: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for tenant in ["nord", "west"] {
        let of = format!("--tenant {tenant} --month {MONTH}");
        for revision in runs(desk, &format!("month show {of}"), &[]).as_array().expect("revisions") {
            let number = &revision["revision"];
            let folder = desk.path(&format!("{out}/{tenant}/{number}"));
            let folder = folder.display().to_string();
            let drawn = runs(desk, &format!("month documents {of} --revision {number}"), &["--out", &folder]);
            let letter = std::fs::read_to_string(format!("{folder}/letter.md")).expect("a letter");
            let amount = letter_minor(&letter);
            assert_eq!(drawn["settlement"]["total"]["letter_minor"], json!(amount), "{letter}");
            *sums.entry(tenant.to_owned()).or_default() += amount;
        }
    }
    sums
}

/// Columns of a table without quotes inside its cells.
fn table(text: &str, separator: char) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines();
    let cells = |line: &str| -> Vec<String> {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for sign in line.trim_end_matches('\r').chars() {
            match sign {
                '"' => quoted = !quoted,
                sign if sign == separator && !quoted => cells.push(String::new()),
                sign => cells.last_mut().expect("a cell").push(sign),
            }
        }
        cells
    };
    let head = cells(lines.next().expect("a head"));
    lines.map(|line| head.iter().cloned().zip(cells(line)).collect()).collect()
}

/// What each format says each tenant gets, in cents.
#[track_caller]
fn exported(desk: &Desk, year: &str) -> Vec<BTreeMap<String, i64>> {
    desk.write("mapping.yaml", MAPPING);
    let mapping = desk.path("mapping.yaml").display().to_string();
    let export = |format: &str| {
        let out = desk.path(&format!("bookings.{format}")).display().to_string();
        let line = format!("billing export --format {format} --from {year}-01 --to {year}-12");
        let first = runs(desk, &line, &["--mapping", &mapping, "--out", &out]);
        let again = runs(desk, &line, &["--mapping", &mapping, "--out", &out]);
        assert_eq!((&first["unchanged"], &again["unchanged"]), (&json!(false), &json!(true)));
        assert_eq!(first["sha256"], again["sha256"]);
        std::fs::read_to_string(out).expect("a file")
    };
    let mut sums = vec![BTreeMap::<String, i64>::new(); 3];
    let text = export("csv");
    assert!(text.contains("'=10002") && text.contains("\"'=HYPERLINK(\"\"x\"\"), the middle\""), "{text}");
    for row in table(&text, ',') {
        let amount: i64 = row["amount_minor"].parse().expect("cents");
        assert_eq!(row["amount"].replace('.', "").parse::<i64>(), Ok(amount));
        *sums[0].entry(row["tenant"].clone()).or_default() += amount;
    }
    let file: Value = serde_json::from_str(&export("lago")).expect("JSON");
    for request in file["requests"].as_array().expect("requests") {
        let (coupon, invoice) = (&request["body"]["applied_coupon"], &request["body"]["invoice"]);
        let (customer, amount) = match coupon.is_null() {
            false => (&coupon["external_customer_id"], minor(&coupon["amount_cents"])),
            true => (&invoice["external_customer_id"], -minor(&invoice["fees"][0]["unit_amount_cents"])),
        };
        let tenant = if *customer == json!("cus_west") { "west" } else { "nord" };
        *sums[1].entry(tenant.to_owned()).or_default() += amount;
    }
    let text = export("datev");
    let (head, rest) = text.split_once("\r\n").expect("a head");
    assert!(head.starts_with("\u{feff}\"EXTF\";700;21;\"Buchungsstapel\";13;"), "{head}");
    for row in table(rest, ';') {
        let amount: i64 = row["Umsatz (ohne Soll/Haben-Kz)"].replace(',', "").parse().expect("cents");
        assert!(amount > 0, "no amount is negative");
        let sign = if row["Soll/Haben-Kennzeichen"] == "S" { 1 } else { -1 };
        let tenant = if row["Gegenkonto (ohne BU-Schlüssel)"] == "10002" { "west" } else { "nord" };
        *sums[2].entry(tenant.to_owned()).or_default() += sign * amount;
    }
    sums
}

#[test]
fn letters_billing_and_every_export_are_one_amount_to_the_cent() {
    let desk = desk_of_files();
    desk.closes();
    issues(&desk, "nord", "mean");
    issues(&desk, "west", "");
    let early = letters(&desk, "early");
    // Corrected measurements restate nord; what is owed less is taken back by the next revision. Of west one credit
    // goes back.
    desk.write("data/nord.csv", &csv().replace(",5,10\n", ",10,10\n"));
    desk.closes();
    issues(&desk, "nord", "");
    let of_west = format!("credit reverse --tenant west --month {MONTH} --commitment events --actor Ole");
    runs(&desk, &of_west, &["--note", "claimed too late"]);
    let late = letters(&desk, "late");
    assert_ne!(early, late);
    // The first letter of nord is what it was, the same bytes; so is the ledger, whatever is drawn.
    let before = desk.verified();
    let again = letters(&desk, "late");
    assert_eq!((again, desk.verified()), (late.clone(), before.clone()));
    let (first, same) = (desk.files("early/nord/1"), desk.files("late/nord/1"));
    assert!(first == same && first.len() == 9, "{:?}", first.keys());

    let shown = runs(&desk, &format!("billing show --month {MONTH}"), &[]);
    let bookings = |view: &Value| view["contracts"][0]["bookings"][0]["day"].as_str().map(str::to_owned);
    let year = bookings(&runs(&desk, "billing show --from 2026-10 --to 2100-12", &[])).expect("a day")[..4].to_owned();
    for contract in shown["contracts"].as_array().expect("contracts") {
        let tenant = contract["tenant"].as_str().expect("a tenant");
        let amounts = &contract["months"][0]["amounts"];
        let net = minor(&amounts["issued_minor"]) + minor(&amounts["reversed_minor"]);
        assert_eq!((net, &amounts["credits_minor"]["low"]), (late[tenant], &json!(late[tenant])), "{amounts}");
        assert_eq!(minor(&amounts["net_minor"]["low"]), minor(&amounts["charges_minor"]) - net);
    }
    let totals = runs(&desk, &format!("billing show --from {year}-01 --to {year}-12"), &[]);
    for (total, tenant) in totals["totals"].as_array().expect("totals").iter().zip(["nord", "west"]) {
        assert_eq!(minor(&total["booked"]["net_minor"]), late[tenant], "{total}");
    }
    for (format, sums) in ["csv", "lago", "datev"].into_iter().zip(exported(&desk, &year)) {
        assert_eq!(sums, late, "{format}");
    }
    assert_eq!(desk.verified(), before);
}

/// A September of slices that are good but for twelve, in which half fails.
fn september() -> String {
    // Midnight in Berlin, 30 days of five minutes.
    const START: i64 = 1_788_213_600;
    let mut text = String::from("t,good,total\n");
    for slice in 1..=30 * 288 {
        let good = if (5_001..5_013).contains(&slice) { 5 } else { 10 };
        writeln!(text, "{},{good},10", START + slice * 300).expect("text grows");
    }
    text
}

#[test]
fn a_cap_of_the_year_counts_what_was_decided_of_earlier_months() {
    let desk = desk_of_files();
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    let capped = "share: 20, of: base }, { per: year, year: calendar, amount: 100.00 }]";
    let text = text.replace("share: 20, of: base }]", capped).replace("validFrom: 2026-01-01", "validFrom: 2026-09-01");
    desk.write("catalogue/all.yaml", &text);
    let closes = |month: &str| {
        let words = desk.close().into_iter().map(|word| if word == MONTH { month.to_owned() } else { word });
        let words: Vec<String> = words.chain(["--tenant".to_owned(), "west".to_owned()]).collect();
        let closed = sound(&sla(&words));
        let month = &closed["months"][0];
        (minor(&month["credit_total"]["low_minor"]), minor(&month["credit_total"]["high_minor"]))
    };
    desk.write("data/west.csv", &september());
    assert_eq!(closes("2026-09"), (6_172, 6_172));
    desk.write("data/west.csv", &csv());
    assert_eq!(closes(MONTH), (3_828, 3_828), "what September may take is not there for October");
    issues_of(&desk, "west", "2026-09", "slices");
    assert_eq!(closes(MONTH), (10_000, 10_000), "what was rejected uses up nothing");
    assert_eq!(closes(MONTH), (10_000, 10_000));
    let shown = runs(&desk, &format!("month show --tenant west --month {MONTH}"), &[]);
    assert_eq!(shown.as_array().map(Vec::len), Some(2), "{shown}");
}

#[test]
fn what_is_not_approved_is_drawn_as_it_was_closed() {
    let desk = desk_of_files();
    desk.closes();
    let out = desk.path("again").display().to_string();
    let drawn = runs(&desk, &format!("month documents --tenant nord --month {MONTH}"), &["--out", &out]);
    assert_eq!((&drawn["settlement"], &drawn["state"]), (&Value::Null, &json!("closed")));
    assert!(desk.files("again") == desk.files(&format!("out/{MONTH}/nord")), "the same documents, byte for byte");
    // Something else that lies there stays, and nothing is written beside it.
    desk.write("again/letter.md", "mine");
    std::fs::remove_file(desk.path("again/report.csv")).expect("a file");
    let line = format!("month documents --tenant nord --month {MONTH}");
    refuses(&desk, &line, &["--out", &out], "file.taken");
    assert_eq!(std::fs::read_to_string(desk.path("again/letter.md")).expect("a file"), "mine");
    assert!(!desk.path("again/report.csv").exists());
    refuses(&desk, &format!("{line} --revision 2"), &["--out", &out], "ledger.unknown");
}

#[test]
fn finance_s_statement_tells_each_credit_with_who_decided_and_who_agreed() {
    let desk = desk_of_files();
    desk.closes();
    issues(&desk, "west", "");
    let out = desk.path("statement").display().to_string();
    let line = format!("billing statement --month {MONTH} --language de");
    let told = runs(&desk, &line, &["--out", &out]);
    let read = |name: &str| std::fs::read(desk.path(&format!("statement/{name}"))).expect("a document");
    let statement: Value = serde_json::from_slice(&read("statement.json")).expect("JSON");
    let credits = statement["credits"].as_array().expect("credits");
    assert_eq!(told["credits"], json!(credits.len()));
    let rows = table(&String::from_utf8(read("statement.csv")).expect("text"), ',');
    assert_eq!(rows.len(), credits.len());
    for (row, credit) in rows.iter().zip(credits) {
        let is_issued = credit["tenant"] == "west";
        assert_eq!(credit["state"], if is_issued { "issued" } else { "draft" }, "{credit}");
        let by = |step: &str| credit[step]["by"].as_str();
        let expected = if is_issued { [Some("Ina"), Some("Ole"), Some("Ina")] } else { [None; 3] };
        assert_eq!(["decided", "approved", "issued"].map(by), expected, "{credit}");
        assert_eq!(
            ["decided_by", "approved_by", "issued_by"].map(|name| row[name].as_str()),
            expected.map(Option::unwrap_or_default)
        );
        if is_issued {
            // A reason that a spreadsheet would run is text.
            assert!(row["reason"].starts_with("'=HYPERLINK"), "{row:?}");
            assert_eq!(
                (&credit["booked_minor"], row["booked_minor"].as_str()),
                (&credit["decided_minor"], credit["decided_minor"].to_string().as_str())
            );
        }
    }
    assert_eq!(statement["billing"], runs(&desk, &format!("billing show --month {MONTH}"), &[]));
    let archive = read("statement.xlsx");
    assert!(archive.starts_with(b"PK"));
    let told = pdf_text(&desk.path("statement/statement.pdf"));
    assert!(told.contains("Abrechnung der Gutschriften") && told.contains("Ole"), "{told}");

    // Once more it is the very same; what is somebody else's stays, and nothing is written beside it.
    assert_eq!(runs(&desk, &line, &["--out", &out])["unchanged"], json!(true));
    desk.write("statement/statement.csv", "mine");
    std::fs::remove_file(desk.path("statement/statement.xlsx")).expect("a file");
    refuses(&desk, &line, &["--out", &out], "file.taken");
    assert!(!desk.path("statement/statement.xlsx").exists());
    refuses(&desk, &format!("{line} --tenant nobody"), &["--out", &out], "ledger.unknown");
    refuses(&desk, "billing statement --from 2026-10 --to 2026-09", &["--out", &out], "billing.backwards");
    let french =
        ["billing", "statement", "--month", MONTH, "--language", "fr", "--out", &out, "--ledger", &desk.ledger()];
    assert_eq!(sla(&french).status.code(), Some(2));
}

#[test]
fn the_summary_for_governance_tells_who_did_what_and_no_amount() {
    let desk = desk_of_files();
    desk.closes();
    issues(&desk, "west", "");
    let out = desk.path("summary").display().to_string();
    let line = format!("governance --month {MONTH} --language de");
    let told = runs(&desk, &line, &["--out", &out]);
    let read = |name: &str| std::fs::read_to_string(desk.path(&format!("summary/{name}"))).expect("a document");
    let summary: Value = serde_json::from_str(&read("governance.json")).expect("JSON");
    assert_eq!(told["governance"], summary);
    assert_eq!(summary["chain"]["head"], desk.verified()["head"]);
    let months = summary["months"].as_array().expect("months");
    assert_eq!((&summary["counts"]["issued"], &summary["counts"]["without_four_eyes"]), (&json!(1), &json!(0)));
    let rows = table(&read("governance.csv"), ',');
    assert_eq!(rows.len(), months.len());
    for (row, month) in rows.iter().zip(months) {
        let is_issued = month["tenant"] == "west";
        assert_eq!(month["four_eyes"], if is_issued { json!(true) } else { Value::Null }, "{month}");
        assert_eq!(row["approved_by"], if is_issued { "Ole" } else { "" });
        assert_eq!(row["record_sha256"], month["record_sha256"].as_str().expect("a hash"));
        assert_eq!(row["closed_by"], month["closed"]["by"].as_str().expect("somebody"));
        let minor = month.as_object().expect("fields").keys().find(|name| name.ends_with("_minor"));
        assert_eq!(minor, None, "no amount");
    }
    let told = pdf_text(&desk.path("summary/governance.pdf"));
    assert!(told.contains("Revisionsübersicht") && told.contains("Ole") && !told.contains('€'), "{told}");

    assert_eq!(runs(&desk, &line, &["--out", &out])["unchanged"], json!(true), "the very same once more");
    desk.write("summary/governance.csv", "mine");
    refuses(&desk, &line, &["--out", &out], "file.taken");
    let before = desk.path("before").display().to_string();
    let empty = runs(&desk, "governance --month 2020-01", &["--out", &before]);
    assert_eq!(empty["governance"]["months"], json!([]));
}

#[test]
fn a_mapping_with_a_gap_is_refused_and_nothing_is_written() {
    let desk = desk_of_files();
    desk.closes();
    issues(&desk, "west", "");
    let shown = runs(&desk, "billing show --from 2026-10 --to 2100-12 --tenant west", &[]);
    let year = &shown["contracts"][0]["bookings"][0]["day"].as_str().expect("a day")[..4];
    let (mapping, out) = (desk.path("m.yaml").display().to_string(), desk.path("out.csv").display().to_string());
    let check = |format: &str, text: &str, code: &str, part: &str| {
        desk.write("m.yaml", text);
        let line = format!("billing export --format {format} --from {year}-01 --to {year}-12");
        let told = refuses(&desk, &line, &["--mapping", &mapping, "--out", &out], code);
        assert!(told.contains(part), "{told}\nlacks {part}");
        assert!(!desk.path("out.csv").exists(), "nothing is written");
    };
    let without = |part: &str| MAPPING.replace(part, "");
    check("csv", &MAPPING.replace("west:", "east:"), "booking.no_tenant", "m.yaml:9: spec.tenants lacks west,");
    check(
        "csv",
        &MAPPING.replace("customerNumber: \"=10002\", ", ""),
        "billing.mapping",
        "m.yaml:10:11: error[missing-field]",
    );
    check("csv", &MAPPING.replace("\"8730\"", "8730"), "billing.mapping", "spec.creditAccount: found 8730");
    check(
        "csv",
        &MAPPING.replace("spec:", "spec:\n  colour: red"),
        "billing.mapping",
        "m.yaml:5:3: error[unknown-field]",
    );
    check("csv", "", "billing.mapping", "m.yaml:1:1");
    check("datev", &without(", exchangeRates: { USD: 1.0842 }"), "booking.no_rate", "no rate for USD");
    check("datev", &without("  creditAccount: \"8730\"\n"), "booking.no_field", "no field spec.creditAccount");
    check("datev", &MAPPING.replace("\"8730\"", "\"87300\""), "booking.account", "an account of 4 digits");
    check("datev", &without("debtorAccount: \"10002\", "), "booking.account", "spec.tenants.west.customerNumber");
    check("datev", &MAPPING.replace("datev:", "# datev:"), "booking.no_field", "no field spec.datev");
    check("lago", &MAPPING.replace("lago:", "# lago:"), "booking.no_field", "no field spec.lago");
    desk.write("m.yaml", MAPPING);
    let two_years = "billing export --format datev --from 2026-10 --to 2027-01";
    refuses(&desk, two_years, &["--mapping", &mapping, "--out", &out], "booking.fiscal_year");
    refuses(&desk, "billing show --from 2026-10 --to 2026-09", &[], "billing.backwards");
    refuses(&desk, "billing show --month 2026-10 --tenant nobody", &[], "ledger.unknown");
    desk.write("out.csv", "mine");
    let line = format!("billing export --format csv --from {year}-01 --to {year}-12");
    refuses(&desk, &line, &["--mapping", &mapping, "--out", &out], "file.taken");
    assert_eq!(sla(&["billing", "show", "--ledger", &desk.ledger()]).status.code(), Some(2));
}
