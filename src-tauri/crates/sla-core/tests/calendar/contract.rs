//! Service hours with holidays, from a contract's text to the seconds of a month.

use chrono::NaiveDate;
use sla_core::catalogue::Catalogue;
use sla_core::plan::plan;
use sla_core::time::Month;

use super::{lines, read, sound};

const NOW: i64 = 2_600_000_000;

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

/// Service hours of a month, in seconds.
fn service_seconds(catalogue: &Catalogue, of: &str) -> i64 {
    let plans = plan(catalogue, month(of), None, NOW).unwrap_or_else(|error| panic!("{error}"));
    plans[0].commitments[0].scope.service.seconds()
}

#[track_caller]
fn check(hours: &str, holidays: &str, closing: Option<&str>, of: &str, hours_expected: i64) {
    let (hours_field, holidays) = (format!("serviceHours: {hours}"), format!("holidays: {holidays}"));
    let catalogue =
        sound(&["timeZone: Europe/Berlin", "claim: { automatic: true }", &hours_field, &holidays], "", closing);
    assert_eq!(service_seconds(&catalogue, of), hours_expected * 3600, "{hours} with {holidays} in {of}");
}

pub(super) const CLOSING: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20251224\nDTEND;VALUE=DATE:20251225\nRRULE:FREQ=YEARLY\nEND:VEVENT\n\
                       BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260803\nDTEND;VALUE=DATE:20260808\nSUMMARY:Betriebsferien\nEND:VEVENT\nEND:VCALENDAR\n";

#[test]
fn holidays_of_the_region_have_hours_of_their_own() {
    // December 2026 has 23 weekdays; Christmas is a Friday, Boxing Day a Saturday.
    check("Mo-Fr 08:00-18:00; PH off", "{ region: DE-BY }", None, "2026-12", 22 * 10);
    check("Mo-Fr 08:00-18:00; PH 10:00-12:00", "{ region: DE-BY }", None, "2026-12", 22 * 10 + 2 * 2);
    check("Mo-Fr,PH 08:00-18:00", "{ region: DE-BY }", None, "2026-12", 24 * 10);
    check("PH 10:00-12:00", "{ region: DE-BY }", None, "2026-12", 2 * 2);
    // Without the word a holiday is a day as any other.
    check("Mo-Fr 08:00-18:00", "{ region: DE-BY }", None, "2026-12", 23 * 10);
    // June 2026 has 22 weekdays: Corpus Christi is a holiday in Bavaria.
    check("Mo-Fr 08:00-18:00; PH off", "{ region: DE-BY }", None, "2026-06", 21 * 10);
    check("Mo-Fr 08:00-18:00; PH off", "{ region: DE-BE }", None, "2026-06", 22 * 10);
    check("24/7; PH off", "{ region: DE-BY }", None, "2026-06", 29 * 24);
    // A holiday's night lasts into the next day: into the first of May from none, into the second from the first.
    check("PH 22:00-06:00", "{ region: DE }", None, "2026-05", 3 * 8);
    check("PH 22:00-06:00", "{ region: AT }", None, "2026-11", 8);
    check("PH 22:00-06:00", "{ region: GB-SCT }", None, "2027-01", 8 * 3);
}

#[test]
fn the_night_of_a_holiday_before_the_month_reaches_into_it() {
    // New Year's Eve is none in Kentucky's neighbours, but one in Kentucky.
    check("PH 22:00-06:00", "{ region: US-KY }", None, "2027-01", 6 + 8 * 2);
    check("PH 22:00-06:00", "{ region: US-OH }", None, "2026-01", 8 * 2);
}

#[test]
fn closing_days_are_holidays() {
    // Christmas Eve 2026 is a Thursday; a week in August.
    check(
        "Mo-Fr 08:00-18:00; PH off",
        "{ region: DE-BY, closingDays: [closing.ics] }",
        Some(CLOSING),
        "2026-12",
        21 * 10,
    );
    check("Mo-Fr 08:00-18:00; PH off", "{ closingDays: [closing.ics] }", Some(CLOSING), "2026-12", 22 * 10);
    check("Mo-Fr 08:00-18:00; PH off", "{ closingDays: [closing.ics] }", Some(CLOSING), "2026-08", 16 * 10);
    check("Mo-Fr 08:00-18:00; PH off", "{ closingDays: [closing.ics] }", Some(CLOSING), "2024-12", 22 * 10);
}

#[test]
fn closing_days_are_part_of_the_contract_s_content() {
    let fields = [
        "timeZone: UTC",
        "serviceHours: 24/7; PH off",
        "claim: { automatic: true }",
        "holidays: { closingDays: [closing.ics] }",
    ];
    let digest = |closing: &str| {
        let catalogue = sound(&fields, "", Some(closing));
        catalogue.contracts.values().next().expect("a contract").sha256()
    };
    assert_eq!(digest(CLOSING), digest(&CLOSING.replace('\n', "\r\n")));
    assert_eq!(digest(CLOSING), digest(&CLOSING.replace("Betriebsferien", "Urlaub")));
    assert_ne!(digest(CLOSING), digest(&CLOSING.replace("20260808", "20260807")));
    assert_ne!(digest(CLOSING), digest(&CLOSING.replace("FREQ=YEARLY", "FREQ=YEARLY;COUNT=3")));
}

#[test]
fn years_whose_holidays_nobody_knows_cannot_be_planned() {
    #[track_caller]
    fn check(region: &str, of: &str, day: Option<&str>) {
        let holidays = format!("holidays: {{ region: {region} }}");
        let fields = ["timeZone: Europe/Berlin", "serviceHours: 24/7; PH off", "claim: { automatic: true }", &holidays];
        let catalogue = sound(&fields, "", None);
        let error = plan(&catalogue, month(of), None, NOW).err();
        assert_eq!(error.as_ref().map(sla_core::plan::PlanError::code), day.map(|_| "plan.holidays_unknown"), "{of}");
        let text = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(
            day.is_none_or(|day| text.contains(&format!("found {day}, expected a day from 2015-01-01 to 2040-12-31"))),
            "{text}"
        );
        assert!(day.is_none_or(|_| text.starts_with("nord/catalogue.yaml:46: ")), "{text}");
    }
    check("DE-BY", "2014-06", Some("2014-05-31"));
    check("DE-BY", "2015-01", Some("2014-12-31"));
    check("DE-BY", "2015-02", None);
    check("US-CA", "2040-12", None);
    check("US-CA", "2041-01", Some("2041-01-01"));
}

#[track_caller]
fn refused(fields: &[&str], closing: Option<&str>, expected: &[&str]) {
    let findings = read(fields, "", closing).err().unwrap_or_default();
    assert_eq!(lines(&findings), expected);
}

const REGIONS: &str = "a German or Austrian state, a Swiss canton, a nation of the United Kingdom or a state of the USA by ISO 3166-2, such as \
     \"DE-BY\", \"AT-9\", \"CH-ZH\", \"GB-SCT\" or \"US-CA\", or a country as a whole, such as \"DE\"";

#[test]
fn holidays_that_nobody_can_know_are_refused() {
    let always = ["timeZone: UTC", "claim: { automatic: true }", "serviceHours: 24/7"];
    let with = |more: &'static str| [&always[..], &[more]].concat();
    refused(
        &["timeZone: UTC", "claim: { automatic: true }", "serviceHours: Mo-Fr 08:00-18:00; PH off"],
        None,
        &[
            "nord/catalogue.yaml:47:17: error[holidays-without-region]: spec.serviceHours: found \"Mo-Fr 08:00-18:00; PH off\" without holidays, expected holidays: the region or the closing days that PH stands for (moves up to 1000.00 EUR a month)",
        ],
    );
    refused(
        &with("holidays: { region: FR }"),
        None,
        &[&format!(
            "nord/catalogue.yaml:48:23: error[invalid-value]: spec.holidays.region: found \"FR\", expected {REGIONS}"
        )],
    );
    refused(
        &with("holidays: {}"),
        None,
        &[
            "nord/catalogue.yaml:48:13: error[missing-field]: spec.holidays: found neither, expected a region, closingDays or both (moves up to 1000.00 EUR a month)",
        ],
    );
    refused(
        &with("holidays: { closed: [] }"),
        None,
        &[
            "nord/catalogue.yaml:48:15: error[unknown-field]: spec.holidays.closed: found the unknown field \"closed\", expected one of: region, closingDays",
        ],
    );
    refused(
        &with("holidays: { closingDays: [feiertage.ics] }"),
        Some(CLOSING),
        &[
            "nord/catalogue.yaml:48:29: error[unknown-reference]: spec.holidays.closingDays[0]: found \"feiertage.ics\", which is not there, expected one of: closing.ics",
        ],
    );
    refused(
        &with("holidays: { closingDays: [closing.ics] }"),
        None,
        &[
            "nord/catalogue.yaml:48:29: error[unknown-reference]: spec.holidays.closingDays[0]: found \"closing.ics\", which is not there, expected a file in the folder of the contract's file; it holds none that ends in .ics",
        ],
    );
    for outside in ["../closing.ics", "/closing.ics", "closing.txt", "a//closing.ics", "./closing.ics"] {
        let field = format!("holidays: {{ closingDays: [{outside}] }}");
        let fields: Vec<&str> = always.into_iter().chain([field.as_str()]).collect();
        let expected = format!(
            "nord/catalogue.yaml:48:29: error[invalid-value]: spec.holidays.closingDays[0]: found {outside:?}, expected a path inside the folder of the contract's file that ends in .ics"
        );
        refused(&fields, Some(CLOSING), &[&expected]);
    }
}

#[test]
fn claim_windows_of_working_days_ask_whose_holidays_count() {
    #[track_caller]
    fn check(claim: &str, holidays: Option<&str>, expected: Option<&str>) {
        let claim = format!("claim: {claim}");
        let mut fields = vec!["timeZone: UTC", "serviceHours: 24/7", &claim];
        fields.extend(holidays);
        let catalogue = sound(&fields, "", None);
        let found: Vec<&str> = catalogue.unsound.values().flatten().map(|finding| finding.code.name()).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{claim} {holidays:?}");
    }
    let region = Some("holidays: { region: DE-BY }");
    let unsound = Some("claim-without-holidays");
    check("{ within: 5, unit: workingDays, from: periodEnd, rollForward: false }", None, unsound);
    check("{ within: 5, unit: workingDays, from: periodEnd, rollForward: false }", region, None);
    check("{ within: 30, unit: days, from: periodEnd, rollForward: true }", None, unsound);
    check("{ within: 30, unit: days, from: periodEnd, rollForward: true }", region, None);
    check("{ within: 30, unit: days, from: periodEnd, rollForward: false }", None, None);
    check("{ automatic: true }", None, None);
    let claim = "claim: { within: 5, unit: workingDays, from: periodEnd, rollForward: false }";
    let catalogue = sound(&["timeZone: UTC", "serviceHours: 24/7", claim], "", None);
    let line = catalogue.unsound.values().flatten().map(crate::telling::told).collect::<Vec<_>>();
    assert_eq!(
        line,
        [
            "nord/catalogue.yaml:47:29: unsound[claim-without-holidays]: spec.claim.unit: found working days without holidays, expected holidays: the region or the closing days that are no working days (moves up to 1000.00 EUR a month)"
        ]
    );
}

#[test]
fn days_off_of_a_stretch() {
    let catalogue = sound(
        &[
            "timeZone: UTC",
            "serviceHours: 24/7",
            "claim: { automatic: true }",
            "holidays: { region: DE-BE, closingDays: [closing.ics] }",
        ],
        "",
        Some(CLOSING),
    );
    let holidays = catalogue.contracts.values().next().expect("a contract").spec.holidays.clone().expect("holidays");
    let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
    let off = holidays.between(day("2026-08-05"), day("2026-12-25")).expect("known years");
    let off: Vec<String> = off.iter().map(ToString::to_string).collect();
    assert_eq!(off, ["2026-08-05", "2026-08-06", "2026-08-07", "2026-10-03", "2026-12-24", "2026-12-25"]);
}
