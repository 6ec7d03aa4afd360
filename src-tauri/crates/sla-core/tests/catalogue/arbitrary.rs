//! Whatever a file holds, reading it ends with a catalogue or with findings that say where.

use proptest::prelude::*;
use sla_core::catalogue::{Catalogue, Holidays, ServiceHours, SourceFile};
use sla_core::time::Month;

use super::{PLATFORM, TENANTS};

fn check(text: String) -> Result<(), TestCaseError> {
    // YAML ends a line at a carriage return, too.
    let lines = text.matches(['\n', '\r']).count() + 1;
    let findings = Catalogue::read(&[SourceFile { name: "a.yaml".to_owned(), text }]).err().unwrap_or_default();
    for finding in findings {
        let place = &finding.place;
        // What is missing at the end of a file is missed in the line after it.
        prop_assert!((1..=lines + 1).contains(&place.line) && place.column >= 1, "{finding}");
        prop_assert!(
            [&finding.found, &finding.expected].iter().all(|one| !one.en().is_empty() && !one.de().is_empty()),
            "{finding}"
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text(text in "\\PC*") {
        check(text)?;
    }

    #[test]
    fn any_text_of_the_signs_that_mean_something_in_yaml(text in "[-:?,\\[\\]{}#&*!|>'\"%@`~<= \t\r\nab0\\\\.é\u{feff}\u{0}]{0,80}") {
        check(text)?;
    }

    #[test]
    fn a_sound_catalogue_with_a_part_replaced(
        from in 0..PLATFORM.len() + TENANTS.len(),
        length in 0usize..40,
        instead in "[-:?,\\[\\]{}#&*!|>'\" \t\nab09.]{0,6}",
    ) {
        let mut text = format!("{PLATFORM}---\n{TENANTS}");
        let border = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        text.replace_range(border(from)..border((from + length).min(text.len())), &instead);
        check(text)?;
    }

    #[test]
    fn service_hours_never_panic_and_stay_within_the_month(
        text in "((Mo|Tu|Fr|Su|Jan|Oct|2026|week|easter|PH|off|open|24/7|08:00|18:00|26:00|00:00|1|5|31|[-,;:+ /\\[\\]]) ?){0,10}",
    ) {
        if let Ok(hours) = text.parse::<ServiceHours>() {
            let zone = "Europe/Berlin".parse().expect("a zone");
            let period = "2026-10".parse::<Month>().expect("a month").period(zone);
            let holidays = Holidays { region: "DE-BY".parse().ok(), ..Holidays::default() };
            let seconds = hours.within(period, zone, Some(&holidays)).expect("a known year").seconds();
            prop_assert!((0..=period.seconds()).contains(&seconds));
        }
    }
}
