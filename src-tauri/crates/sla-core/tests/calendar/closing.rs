//! Calendars with closing days: what is read, and each defect with its line.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::{lines, read, sound};

const FIELDS: [&str; 4] =
    ["timeZone: UTC", "serviceHours: 24/7", "claim: { automatic: true }", "holidays: { closingDays: [closing.ics] }"];

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.replace('\n', "\r\n"))
}

/// The days of 2026 and 2027 that a calendar closes.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let catalogue = sound(&FIELDS, "", Some(text));
    let holidays = catalogue.contracts.values().next().and_then(|contract| contract.spec.holidays.clone());
    let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
    let off = holidays.expect("holidays").between(day("2026-01-01"), day("2027-12-31")).expect("no region");
    assert_eq!(off.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn whole_days_are_read() {
    check(&calendar("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n"), &["2026-12-24"]);
    // The end of a whole-day event is the first day after it.
    check(
        &calendar("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261226\nEND:VEVENT\n"),
        &["2026-12-24", "2026-12-25"],
    );
    check(
        &calendar("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDURATION:P2D\nEND:VEVENT\n"),
        &["2026-12-24", "2026-12-25"],
    );
    // Over the end of the stretch that is asked for.
    check(
        &calendar("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20251229\nDURATION:P1W\nEND:VEVENT\n"),
        &["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
    );
    check(
        &calendar("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY\nEND:VEVENT\n"),
        &["2026-12-24", "2027-12-24"],
    );
    check(
        &calendar(
            "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20261224,20251224\nEND:VEVENT\n",
        ),
        &["2027-12-24"],
    );
    check(
        &calendar("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY;UNTIL=20261231\nEND:VEVENT\n"),
        &["2026-12-24"],
    );
    check(
        &calendar(
            "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260102\nSTATUS:CANCELLED\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260103\nEND:VEVENT\n",
        ),
        &["2026-01-03"],
    );
}

#[test]
fn what_calendars_hold_beside_is_passed_over() {
    let text = calendar(
        "X-WR-CALNAME:Betriebsferien\nBEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\n\
         RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n\
         BEGIN:VTODO\nDUE:20261111T100000Z\nEND:VTODO\n\
         begin:vevent\nUID:1@nord.example\nDTSTAMP:20260101T000000Z\nSUMMARY;LANGUAGE=\"de;x:y\":Ferien: \n  lang\n\
         dtstart;x-note=\"a:b;c\";value=date:202611\n 11\nTRANSP:OPAQUE\nBEGIN:VALARM\nTRIGGER:-PT1H\nDURATION:PT5M\nEND:VALARM\nEND:VEVENT\n",
    );
    check(&text, &["2026-11-11"]);
    check(&format!("\u{feff}{text}\r\n\r\n"), &["2026-11-11"]);
    check(&text.replace("\r\n", "\n"), &["2026-11-11"]);
}

#[track_caller]
fn refused(events: &str, expected: &[&str]) {
    check_findings(&calendar(events), expected);
}

#[track_caller]
fn check_findings(text: &str, expected: &[&str]) {
    let findings = read(&FIELDS, "", Some(text)).err().unwrap_or_default();
    let expected: Vec<String> = expected.iter().map(|line| format!("nord/closing.ics:{line}")).collect();
    assert_eq!(lines(&findings), expected);
}

#[test]
fn a_time_of_day_is_no_closing_day() {
    const EXPECTED: &str = "expected a whole day of the years 1970 to 2200, such as DTSTART;VALUE=DATE:20261224: a closing day has no time of day";
    for start in [
        "DTSTART:20261224T090000Z",
        "DTSTART;TZID=EUROPE/BERLIN:20261224T090000",
        "DTSTART:20261224",
        "DTSTART;VALUE=DATE:20261324",
        "DTSTART;VALUE=DATE:2026-12-24",
        "DTSTART;VALUE=DATE:19691231",
        "DTSTART;VALUE=DATE:",
    ] {
        refused(
            &format!("BEGIN:VEVENT\nSUMMARY:a\n{start}\nEND:VEVENT\n"),
            &[&format!("5:1: error[invalid-value]: found {start:?}, {EXPECTED}")],
        );
    }
    refused(
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDTEND:20261225T000000Z\nEND:VEVENT\n",
        &[
            "5:1: error[invalid-value]: found \"DTEND:20261225T000000Z\", expected a whole day of the years 1970 to 2200, such as DTEND;VALUE=DATE:20261224: a closing day has no time of day",
        ],
    );
}

#[test]
fn events_that_say_nothing_or_two_things() {
    refused(
        "BEGIN:VEVENT\nSUMMARY:a\nEND:VEVENT\n",
        &[
            "3:1: error[missing-field]: found an event without DTSTART, expected its first day, such as DTSTART;VALUE=DATE:20261224",
        ],
    );
    refused(
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224\nEND:VEVENT\n",
        &[
            "5:1: error[invalid-value]: found an event of 0 days, expected from 1 to 366 days; DTEND is the first day after the event",
        ],
    );
    refused(
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20281224\nEND:VEVENT\n",
        &[
            "5:1: error[invalid-value]: found an event of 731 days, expected from 1 to 366 days; DTEND is the first day after the event",
        ],
    );
    refused(
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261225\nDURATION:P1D\nEND:VEVENT\n",
        &["5:1: error[invalid-value]: found both DTEND and DURATION, expected one of them"],
    );
    for length in ["PT8H", "P1DT8H", "1D", "P", "P-1D", "P1Y", "PäD", ""] {
        refused(
            &format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nDURATION:{length}\nEND:VEVENT\n"),
            &[&format!(
                "5:1: error[invalid-value]: found {length:?}, expected whole days or weeks, such as P2D or P1W"
            )],
        );
    }
    refused(
        "",
        &[
            "1:1: error[missing-field]: found a calendar without any event, expected the closing days as whole-day events (VEVENT)",
        ],
    );
}

#[test]
fn rules_that_are_not_read() {
    let event = |rule: &str| format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\n{rule}\nEND:VEVENT\n");
    let findings = read(&FIELDS, "", Some(&calendar(&event("RRULE:FREQ=HOURLY")))).err().unwrap_or_default();
    let line = lines(&findings).join("\n");
    assert!(
        line.starts_with(
            "nord/closing.ics:5:1: error[invalid-value]: found \"FREQ=HOURLY\", expected a rule of RFC 5545 for days"
        ),
        "{line}"
    );
    refused(
        &event("RRULE:FREQ=MONTHLY;BYDAY=1SU"),
        &[
            "5:1: error[invalid-value]: found \"FREQ=MONTHLY;BYDAY=1SU\" for an event that begins on 2026-12-24, expected a rule that the first day follows",
        ],
    );
    refused(
        &event("RRULE:FREQ=YEARLY\nRRULE:FREQ=DAILY"),
        &["6:1: error[invalid-value]: found a second RRULE, expected one RRULE in an event"],
    );
    for other in ["RDATE", "EXRULE", "RECURRENCE-ID"] {
        refused(
            &event(&format!("{other};VALUE=DATE:20261231")),
            &[&format!(
                "5:1: error[invalid-value]: found {other}, expected an event that repeats by RRULE and EXDATE only"
            )],
        );
    }
}

#[test]
fn files_that_are_no_calendar() {
    check_findings(
        "",
        &[
            "1:1: error[missing-field]: found a calendar without any event, expected the closing days as whole-day events (VEVENT)",
        ],
    );
    check_findings(
        "Weihnachten\n",
        &[
            "1:1: error[unreadable]: found \"Weihnachten\", expected a line of iCalendar such as \"DTSTART;VALUE=DATE:20261224\"",
        ],
    );
    check_findings(
        "VERSION:2.0\n",
        &["1:1: error[unreadable]: found VERSION outside of a calendar, expected BEGIN:VCALENDAR first"],
    );
    check_findings(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nEND:VCALENDAR\n",
        &[
            "1:1: error[unreadable]: found BEGIN:VCALENDAR without an end, expected END:VCALENDAR",
            "4:1: error[unreadable]: found END:VCALENDAR, expected END:VEVENT, which is open since line 2",
        ],
    );
    check_findings(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n",
        &["1:1: error[unreadable]: found BEGIN:VCALENDAR without an end, expected END:VCALENDAR"],
    );
    check_findings("END:VCALENDAR\n", &["1:1: error[unreadable]: found END:VCALENDAR, expected a BEGIN before it"]);
    check_findings(
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n",
        &["1:1: error[unreadable]: found BEGIN:VEVENT outside of a calendar, expected BEGIN:VCALENDAR first"],
    );
    // Several defects are told at once.
    check_findings(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDURATION:x\nEND:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n",
        &[
            "3:1: error[invalid-value]: found \"x\", expected whole days or weeks, such as P2D or P1W",
            "5:1: error[missing-field]: found an event without DTSTART, expected its first day, such as DTSTART;VALUE=DATE:20261224",
        ],
    );
}

#[test]
fn what_is_too_much() {
    let event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n";
    let line = 10_000 * 3 + 3;
    refused(
        &event.repeat(10_002),
        &[&format!("{line}:1: error[unreadable]: found another event, expected at most 10000 events")],
    );
    check_findings(
        &"X:1\n".repeat(1_100_000),
        &["1:1: error[unreadable]: found a file of 4400000 bytes, expected at most 4194304 bytes"],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever a file holds, it ends with closing days or with findings that say where.
    #[test]
    fn any_text_is_read_or_refused_with_a_line(
        text in "((BEGIN:|END:|DTSTART|DTEND|DURATION|RRULE|EXDATE|;VALUE=DATE|:|;|,|=|\"|VEVENT|VCALENDAR|20261224|P1D|FREQ=YEARLY|T|Z|ä|\r?\n ?){1,3}){0,12}",
        around in any::<bool>(),
    ) {
        let text = if around { calendar(&format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\n{text}\nEND:VEVENT\n")) } else { text };
        let lines = text.lines().count().max(1);
        for finding in read(&FIELDS, "", Some(&text)).err().unwrap_or_default() {
            prop_assert_eq!(&finding.place.file, "nord/closing.ics");
            prop_assert!((1..=lines).contains(&finding.place.line), "{}", finding);
        }
    }
}
