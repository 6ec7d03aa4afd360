//! Numbers, dates and amounts as readers of a language write them, out of exact texts and never out of floats.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Offset, Timelike};
use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YM, YMD};
use icu_datetime::input::Date;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::{Locale as Tag, locale};
use serde::Deserialize;
use sla_core::money::{Currency, Money};
use sla_core::record::Language;
use sla_core::time::Month;
use sla_core::{Tz, time};

/// The two patterns that CLDR keeps to itself, from the word list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patterns {
    /// A percentage, with `{number}`.
    percent: String,
    /// An amount, with `{amount}` and `{currency}`.
    money: String,
    /// Signs of currencies; the others keep their ISO 4217 code.
    currencies: std::collections::BTreeMap<String, String>,
    /// An instant, with `{date}`, `{time}` and `{offset}`.
    instant: String,
    /// A duration of hours, minutes and seconds: the three unit signs.
    units: [String; 3],
}

/// How one language writes values.
pub(crate) struct Locale {
    patterns: Patterns,
    decimals: DecimalFormatter,
    long: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    short: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    month: FixedCalendarDateTimeFormatter<Gregorian, YM>,
}

impl Locale {
    pub(crate) fn new(language: Language, patterns: Patterns) -> Self {
        const DATA: &str = "German and English are compiled in";
        // British English puts the day before the month, as European contracts do.
        let tag: Tag = match language {
            Language::De => locale!("de"),
            Language::En => locale!("en-GB"),
        };
        Self {
            patterns,
            decimals: DecimalFormatter::try_new((&tag).into(), Default::default()).expect(DATA),
            long: FixedCalendarDateTimeFormatter::try_new((&tag).into(), YMD::long()).expect(DATA),
            short: FixedCalendarDateTimeFormatter::try_new((&tag).into(), YMD::medium()).expect(DATA),
            month: FixedCalendarDateTimeFormatter::try_new((&tag).into(), YM::long()).expect(DATA),
        }
    }

    /// An exact decimal with this language's marks, digit for digit; `None` when the text is no decimal.
    pub(crate) fn number(&self, text: &str) -> Option<String> {
        let plain = text.strip_prefix('-').unwrap_or(text);
        let digits = plain.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let decimal = digits.then(|| Decimal::from_str(text).ok())??;
        Some(self.decimals.format(&decimal).to_string())
    }

    /// A percentage, digit for digit.
    pub(crate) fn percent(&self, text: &str) -> Option<String> {
        Some(self.patterns.percent.replace("{number}", &self.number(text)?))
    }

    /// An amount in the minor unit of a currency.
    pub(crate) fn money(&self, minor: i64, code: &str) -> Option<String> {
        let currency: Currency = code.parse().ok()?;
        let amount = self.number(&Money { minor, currency }.to_decimal())?;
        Some(self.amount(&amount, code))
    }

    /// A number that is written already, as an amount of a currency.
    pub(crate) fn amount(&self, number: &str, code: &str) -> String {
        let sign = self.patterns.currencies.get(code).map_or(code, String::as_str);
        self.patterns.money.replace("{amount}", number).replace("{currency}", sign)
    }

    /// A month, for example `Oktober 2026`.
    pub(crate) fn month(&self, month: Month) -> Option<String> {
        Some(self.month.format(&date(month.first_day())?).to_string())
    }

    /// A day in full, for example `1. Oktober 2026`.
    pub(crate) fn long_date(&self, day: impl Datelike) -> Option<String> {
        Some(unbroken(&self.long.format(&date(day)?).to_string()))
    }

    /// A day for tables, for example `01.10.2026`.
    pub(crate) fn short_date(&self, day: impl Datelike) -> Option<String> {
        Some(unbroken(&self.short.format(&date(day)?).to_string()))
    }

    /// An instant as the zone's clocks show it, with the offset, so that the hour that comes twice is not confused.
    pub(crate) fn instant(&self, at: DateTime<Tz>) -> Option<String> {
        let text = self.patterns.instant.replace("{date}", &self.short_date(at.date_naive())?);
        Some(text.replace("{time}", &clock(&at)).replace("{offset}", &offset(&at)))
    }

    /// A length of time, for example `1 h 12 min`.
    pub(crate) fn duration(&self, seconds: i64) -> Option<String> {
        let [hour, minute, second] = &self.patterns.units;
        let whole = u64::try_from(seconds).ok()?;
        // Hours are not gathered into days: a day of service is not one of 24 hours, and a month's length is told in hours.
        let parts = [(whole / 3600, hour), (whole / 60 % 60, minute), (whole % 60, second)];
        let shown: Option<Vec<String>> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, unit)| Some(format!("{}\u{a0}{unit}", self.number(&count.to_string())?)))
            .collect();
        let shown = shown?;
        Some(if shown.is_empty() { format!("0\u{a0}{second}") } else { shown.join("\u{a0}") })
    }

    /// A length of time whose seconds have decimals: whole seconds like [`Self::duration`], the rest after the mark.
    pub(crate) fn exact_duration(&self, seconds: &str) -> Option<String> {
        let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
        let part = part.trim_end_matches('0');
        let whole: i64 = whole.parse().ok()?;
        if part.is_empty() {
            return self.duration(whole);
        }
        let second = &self.patterns.units[2];
        let rest = format!("{}\u{a0}{second}", self.number(&format!("{}.{part}", whole % 60))?);
        if whole < 60 {
            return Some(rest);
        }
        Some(format!("{}\u{a0}{rest}", self.duration(whole - whole % 60)?))
    }
}

/// The wall clock of an instant, with seconds only where there are some.
pub(crate) fn clock(at: &DateTime<Tz>) -> String {
    let pattern = if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    at.format(pattern).to_string()
}

/// The offset from UTC, for example `UTC+2` or `UTC+5:30`.
pub(crate) fn offset(at: &DateTime<Tz>) -> String {
    let seconds = at.offset().fix().local_minus_utc();
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    match (seconds, minutes) {
        (0, _) => "UTC".to_owned(),
        (_, 0) => format!("UTC{}{hours}", if seconds < 0 { '−' } else { '+' }),
        _ => format!("UTC{}{hours}:{minutes:02}", if seconds < 0 { '−' } else { '+' }),
    }
}

/// An instant of a record, `2026-09-30T22:00:00Z`, on the clocks of a zone.
pub(crate) fn local(utc: &str, zone: Tz) -> Option<DateTime<Tz>> {
    let at = DateTime::parse_from_rfc3339(utc).ok()?;
    Some(time::local(at.timestamp(), zone))
}

fn date(day: impl Datelike) -> Option<Date<Gregorian>> {
    Date::try_new_gregorian(day.year(), u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?).ok()
}

/// Dates do not break over lines.
fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Templates;

    #[test]
    fn values_are_written_digit_for_digit_in_both_languages() {
        #[track_caller]
        fn check(got: impl Fn(&Locale) -> Option<String>, german: &str, english: &str) {
            let templates = Templates::builtin();
            let show = |language| got(templates.locale(language)).map(|text| text.replace('\u{a0}', "~"));
            assert_eq!(show(Language::De).as_deref(), Some(german));
            assert_eq!(show(Language::En).as_deref(), Some(english));
        }
        let october: Month = "2026-10".parse().expect("a month");
        let day = october.first_day();
        check(|l| l.percent("99.8994"), "99,8994~%", "99.8994%");
        check(|l| l.percent("99.9"), "99,9~%", "99.9%");
        check(|l| l.percent("0"), "0~%", "0%");
        check(|l| l.percent("100.0000"), "100,0000~%", "100.0000%");
        check(|l| l.number("1234567890123456789"), "1.234.567.890.123.456.789", "1,234,567,890,123,456,789");
        check(|l| l.number("59.983"), "59,983", "59.983");
        check(|l| l.number("-4000"), "-4.000", "-4,000");
        check(|l| l.money(128_450, "EUR"), "1.284,50~€", "EUR~1,284.50");
        check(|l| l.money(128_450, "USD"), "1.284,50~USD", "USD~1,284.50");
        check(|l| l.money(12_500, "JPY"), "12.500~JPY", "JPY~12,500");
        check(|l| l.money(5, "EUR"), "0,05~€", "EUR~0.05");
        check(|l| l.month(october), "Oktober 2026", "October 2026");
        check(|l| l.long_date(day), "1.~Oktober~2026", "1~October~2026");
        check(|l| l.short_date(day), "01.10.2026", "1~Oct~2026");
        check(|l| l.duration(0), "0~s", "0~s");
        check(|l| l.duration(59), "59~s", "59~s");
        check(|l| l.duration(3600), "1~h", "1~h");
        check(|l| l.duration(90_061), "25~h~1~min~1~s", "25~h~1~min~1~s");
        check(|l| l.exact_duration("2682.000"), "44~min~42~s", "44~min~42~s");
        check(|l| l.exact_duration("2682.5"), "44~min~42,5~s", "44~min~42.5~s");
        check(|l| l.exact_duration("0.432"), "0,432~s", "0.432~s");
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart() {
        #[track_caller]
        fn check(utc: &str, zone: &str, expected: &str) {
            let templates = Templates::builtin();
            let at = local(utc, zone.parse().expect("a zone")).expect("an instant");
            let text = templates.locale(Language::De).instant(at).expect("a text");
            assert_eq!(text.replace('\u{a0}', "~"), expected);
        }
        check("2026-10-25T00:30:00Z", "Europe/Berlin", "25.10.2026, 02:30~UTC+2");
        check("2026-10-25T01:30:00Z", "Europe/Berlin", "25.10.2026, 02:30~UTC+1");
        check("2026-10-25T01:30:15Z", "UTC", "25.10.2026, 01:30:15~UTC");
        check("2026-10-25T01:30:00Z", "Asia/Kolkata", "25.10.2026, 07:00~UTC+5:30");
        check("2026-10-25T01:30:00Z", "America/St_Johns", "24.10.2026, 23:00~UTC−2:30");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        #[track_caller]
        fn check(text: &str) {
            assert_eq!(Templates::builtin().locale(Language::De).number(text), None, "{text}");
        }
        for bad in ["", "99,9", "1e3", "NaN", "--1", "1.2.3", " 1", "+1"] {
            check(bad);
        }
    }
}
