//! Clocks of incidents that stand still on holidays.

use sla_core::incident::Elapsed;
use sla_core::plan::plan;

use super::sound;

/// What the service clock of an incident shows that lasts from the evening before Corpus Christi to the morning after it.
#[track_caller]
fn check(holidays: &str, hours_on_clock: i64) {
    let holidays = format!("holidays: {holidays}");
    let fields = [
        "timeZone: Europe/Berlin",
        "serviceHours: Mo-Fr 08:00-18:00; PH off",
        "claim: { automatic: true }",
        &holidays,
        "incidents: [{ name: restoration, service: platform, class: p1, clock: restoration, startsAt: reported, month: started, \
         hours: service, limit: 4h, target: 90, penalty: {} }]",
    ];
    let incident = "---\napiVersion: sla-desk/v1\nkind: Incident\nmetadata: { name: i }\nspec: { tenant: nord, class: p1, title: t, \
                    enteredBy: Ina, reported: \"2026-06-03T17:00:00+02:00\", restored: \"2026-06-05T09:00:00+02:00\" }\n";
    let catalogue = sound(&fields, incident, None);
    let plans = plan(&catalogue, "2026-06".parse().expect("a month"), None, 2_600_000_000).expect("a plan");
    let tally = plans[0].incidents[0].judge().expect("the incident is sound");
    let seconds = hours_on_clock * 3600;
    assert_eq!(tally.outcomes[0].1.elapsed_seconds, Elapsed { low: seconds, high: Some(seconds) }, "{holidays}");
}

#[test]
fn the_service_clock_of_an_incident_stands_still_on_a_holiday() {
    check("{ region: DE-BY }", 2);
    check("{ region: DE-BE }", 12);
}

#[test]
fn a_service_clock_in_years_of_unknown_holidays_cannot_be_planned() {
    let fields = [
        "timeZone: Europe/Berlin",
        "serviceHours: Mo-Fr 08:00-18:00; PH off",
        "claim: { automatic: true }",
        "holidays: { region: DE-BY }",
        "incidents: [{ name: restoration, service: platform, class: p1, clock: restoration, startsAt: reported, month: started, \
         hours: service, limit: 4h, target: 90, penalty: {} }]",
    ];
    let incident = "---\napiVersion: sla-desk/v1\nkind: Incident\nmetadata: { name: i }\nspec: { tenant: nord, class: p1, title: t, \
                    enteredBy: Ina, reported: \"2014-12-31T17:00:00+01:00\", restored: \"2026-06-05T09:00:00+02:00\" }\n";
    let catalogue = sound(&fields, incident, None);
    let error =
        plan(&catalogue, "2026-06".parse().expect("a month"), None, 2_600_000_000).expect_err("2014 is not known");
    assert_eq!(error.code(), "plan.holidays_unknown");
}
