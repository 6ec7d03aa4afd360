//! The public holidays that come with the program, against days that people of each region know.

use chrono::NaiveDate;
use sla_core::holiday::{HolidayError, HolidayRegion};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Of the regions that `of` begins with, exactly these have the day off; `of` may name a country or one region.
#[track_caller]
fn check(of: &str, date: &str, expected: &[&str]) {
    let regions = HolidayRegion::all().filter(|region| region.to_string().starts_with(of));
    let off = regions.filter(|region| region.is_holiday(day(date)).expect("a known year"));
    assert_eq!(off.map(|region| region.to_string()).collect::<Vec<_>>(), expected, "{of} on {date}");
}

/// The day is a holiday in all of a country's regions, or in none.
#[track_caller]
fn check_all(of: &str, date: &str, off: bool) {
    let regions = HolidayRegion::all().filter(|region| region.to_string().starts_with(of));
    let wrong: Vec<String> = regions
        .filter(|region| region.is_holiday(day(date)).expect("a known year") != off)
        .map(|region| region.to_string())
        .collect();
    assert!(wrong.is_empty(), "{date}: {wrong:?}");
}

#[test]
fn every_region_is_there() {
    #[track_caller]
    fn check(country: &str, count: usize) {
        let regions = HolidayRegion::all().map(|region| region.to_string());
        assert_eq!(regions.filter(|region| region.starts_with(&format!("{country}-"))).count(), count, "{country}");
        assert!(country.parse::<HolidayRegion>().is_ok(), "{country}");
    }
    check("DE", 16);
    check("AT", 9);
    check("CH", 26);
    check("GB", 4);
    check("US", 51);
}

#[test]
fn codes_are_those_of_iso_3166() {
    for code in ["DE-BY", "AT-9", "CH-ZH", "GB-SCT", "US-CA", "US-DC", "DE", "AT", "CH", "GB", "US"] {
        assert_eq!(code.parse::<HolidayRegion>().map(|region| region.to_string()).as_deref(), Ok(code));
    }
    for bad in ["", "DE-XX", "de-by", "DE-DE", "BY", "FR", "UK", "DE-", "DE-BY ", "US-PR", "DE-Augsburg"] {
        assert!(bad.parse::<HolidayRegion>().is_err(), "{bad}");
    }
}

#[test]
fn germany() {
    check_all("DE", "2026-10-03", true);
    check_all("DE", "2026-12-24", false);
    check_all("DE", "2026-12-26", true);
    // Buß- und Bettag is left in Saxony; Fronleichnam in the Catholic states; Epiphany in three.
    check("DE", "2026-11-18", &["DE-SN"]);
    check("DE", "2026-06-04", &["DE-BW", "DE-BY", "DE-HE", "DE-NW", "DE-RP", "DE-SL"]);
    check("DE", "2026-01-06", &["DE-BW", "DE-BY", "DE-ST"]);
    check("DE", "2026-08-15", &["DE-SL"]);
    // Frauentag: Berlin since 2019, Mecklenburg-Vorpommern since 2023. Weltkindertag: Thuringia since 2019.
    check("DE", "2018-03-08", &[]);
    check("DE", "2019-03-08", &["DE-BE"]);
    check("DE", "2023-03-08", &["DE-BE", "DE-MV"]);
    check("DE", "2018-09-20", &[]);
    check("DE", "2019-09-20", &["DE-TH"]);
    // Berlin alone remembered the end of the war, in 2020 and 2025.
    check("DE", "2020-05-08", &["DE-BE"]);
    check("DE", "2024-05-08", &[]);
    check("DE", "2025-05-08", &["DE-BE"]);
    // Reformationstag: once everywhere, since 2018 in the north.
    check("DE", "2016-10-31", &["DE-BB", "DE-MV", "DE-SN", "DE-ST", "DE-TH"]);
    check_all("DE", "2017-10-31", true);
    check("DE", "2018-10-31", &["DE-BB", "DE-HB", "DE-HH", "DE-MV", "DE-NI", "DE-SH", "DE-SN", "DE-ST", "DE-TH"]);
}

#[test]
fn austria() {
    check_all("AT", "2026-10-26", true);
    check_all("AT", "2026-12-08", true);
    check_all("AT", "2026-01-06", true);
    check_all("AT", "2026-06-04", true);
    // Good Friday is no public holiday, and days of a Land's patron are those of its offices and schools only.
    check_all("AT", "2026-04-03", false);
    check_all("AT", "2026-11-15", false);
}

#[test]
fn switzerland() {
    check_all("CH", "2026-08-01", true);
    // Jeûne genevois: Thursday after the first Sunday of September; Restauration on the last of the year.
    check("CH", "2026-09-10", &["CH-GE"]);
    check("CH", "2026-12-31", &["CH-GE"]);
    // Labour Day is not one everywhere; Berchtoldstag in Zurich is none by law.
    check("CH-Z", "2026-05-01", &["CH-ZH"]);
    check("CH-GE", "2026-05-01", &[]);
    check("CH-BE", "2026-01-02", &["CH-BE"]);
    check("CH-ZH", "2026-01-02", &[]);
    check("CH", "2026-04-09", &["CH-GL"]);
    check("CH", "2026-06-23", &["CH-JU"]);
}

#[test]
fn united_kingdom() {
    check("GB", "2026-01-02", &["GB-SCT"]);
    check("GB", "2026-11-30", &["GB-SCT"]);
    check("GB", "2027-07-12", &["GB-NIR"]);
    check("GB", "2026-03-17", &["GB-NIR"]);
    check("GB", "2026-04-06", &["GB-ENG", "GB-NIR", "GB-WLS"]);
    check("GB", "2026-08-03", &["GB-SCT"]);
    check("GB", "2026-08-31", &["GB-ENG", "GB-NIR", "GB-WLS"]);
    // Days that came once: the jubilee with the moved spring holiday, the Queen's funeral, the King's coronation.
    for once in ["2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"] {
        check_all("GB", once, true);
    }
    check_all("GB", "2022-05-30", false);
    // Boxing Day on a Saturday is taken on Monday as well.
    check_all("GB", "2026-12-26", true);
    check_all("GB", "2026-12-28", true);
}

#[test]
fn united_states() {
    check_all("US", "2026-07-04", true);
    check_all("US", "2026-11-26", true);
    // Juneteenth is federal since 2021; before, Texas had it, and West Virginia its own day next to it.
    check("US", "2020-06-19", &["US-TX", "US-WV"]);
    check("US-CA", "2026-06-19", &["US-CA"]);
    check("US-NY", "2026-06-19", &["US-NY"]);
    let country: HolidayRegion = "US".parse().expect("a country");
    for (date, off) in [("2020-06-19", false), ("2021-06-19", true), ("2021-06-18", true), ("2026-06-19", true)] {
        assert_eq!(country.is_holiday(day(date)), Ok(off), "{date}");
    }
    check("US", "2026-04-20", &["US-MA", "US-ME"]);
    check("US", "2026-07-24", &["US-UT"]);
    check("US-DC", "2026-04-16", &["US-DC"]);
}

#[test]
fn years_that_nobody_knows_are_no_years_without_holidays() {
    for region in HolidayRegion::all() {
        let (first, last) = region.known();
        assert_eq!((first, last), (day("2015-01-01"), day("2040-12-31")), "{region}");
        for at in [day("2014-12-31"), day("2041-01-01")] {
            assert_eq!(region.is_holiday(at), Err(HolidayError::OutsideYears { day: at, region, first, last }));
        }
        // New Year's Day of the first and Christmas of the last year: the file reaches from end to end.
        assert_eq!((region.is_holiday(first), region.is_holiday(day("2040-12-25"))), (Ok(true), Ok(true)), "{region}");
    }
}
