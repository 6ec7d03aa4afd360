//! From numbers as they were sent to slices in one scale. Both adapters end here, so that equal numbers give equal
//! rows.

use sla_core::evidence::{MICRO_EVENTS, Note, Provenance};
use sla_core::time::UnixSeconds;

use crate::error::CaptureError;
use crate::number::Number;
use crate::slices::{Slice, Slices};
use crate::source::{CaptureRequest, instant};

/// What stands in one column of one slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// The source sent nothing.
    Absent,
    /// The source sent NaN or an infinity.
    NotFinite,
    /// The source sent more than fits.
    TooLarge,
    /// The source sent something but warned of it.
    Withheld,
    /// Millionths of an event.
    Known(i128),
}

#[derive(Clone, Copy, Debug)]
struct Row {
    t: UnixSeconds,
    good: Value,
    total: Value,
}

/// Collects a capture's numbers, in any order of `t`. The caller has made sure that every `t` is the end of a slice of
/// the period and comes once.
#[derive(Debug)]
pub(crate) struct Gather {
    request: CaptureRequest,
    rows: Vec<Row>,
    notes: Vec<Note>,
    whole: bool,
}

impl Gather {
    pub(crate) fn new(request: CaptureRequest) -> Self {
        Self { request, rows: Vec::new(), notes: Vec::new(), whole: true }
    }

    /// Takes what the source sent for a slice; `None` where it sent nothing.
    pub(crate) fn push(&mut self, t: UnixSeconds, good: Option<&Number>, total: Option<&Number>) {
        let (good, total) = (self.value(good), self.value(total));
        self.rows.push(Row { t, good, total });
    }

    /// Notes that whatever the source sent for a slice came under a warning.
    pub(crate) fn push_withheld(&mut self, t: UnixSeconds) {
        self.rows.push(Row { t, good: Value::Withheld, total: Value::Withheld });
    }

    fn value(&mut self, number: Option<&Number>) -> Value {
        match number {
            None => Value::Absent,
            Some(Number::NotFinite) => Value::NotFinite,
            Some(Number::Finite(decimal)) => match decimal.in_millionths() {
                None => Value::TooLarge,
                Some(millionths) => {
                    self.whole &= decimal.is_whole();
                    Value::Known(millionths)
                }
            },
        }
    }

    /// Keeps what an adapter noticed beside the numbers.
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Whether no row was taken yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Brings everything to one scale: whole events when every number is whole, otherwise millionths. What made slices
    /// unknown becomes notes.
    ///
    /// # Errors
    /// [`CaptureError::Unusable`] when not one slice has both numbers.
    pub(crate) fn finish(
        mut self,
        query: String,
        source: String,
        server_version: String,
        warnings: Vec<String>,
    ) -> Result<Slices, CaptureError> {
        self.rows.sort_unstable_by_key(|row| row.t);
        let scale = if self.whole { 1 } else { MICRO_EVENTS };
        for row in &mut self.rows {
            row.good = fitting(row.good, scale);
            row.total = fitting(row.total, scale);
        }
        let found = [self.found("good", |row| row.good), self.found("total", |row| row.total)];
        self.notes.extend(found.into_iter().flatten());
        let is_usable = |row: &Row| matches!((row.good, row.total), (Value::Known(_), Value::Known(_)));
        if !self.rows.iter().any(is_usable) {
            let reason = warnings.into_iter().next().or_else(|| self.notes.first().map(Note::to_string));
            let reason = reason.unwrap_or_else(|| "no slice has both numbers".to_owned());
            return Err(CaptureError::Unusable { slices: self.request.slices(), reason });
        }
        let provenance = Provenance {
            query,
            source,
            server_version,
            from: self.request.period.start,
            to: self.request.period.end,
            step_seconds: self.request.step_seconds,
            scale,
            warnings,
            notes: self.notes,
            pieces: Vec::new(),
        };
        let rows = self.rows.iter();
        let rows = rows.map(|row| Slice { t: row.t, good: units(row.good, scale), total: units(row.total, scale) });
        Ok(Slices::new(provenance, rows.collect()).expect("ends were checked one by one before they were taken"))
    }

    /// One note per reason why a column is unknown somewhere, with how often and from where.
    fn found(&self, column: &str, of: impl Fn(&Row) -> Value) -> Vec<Note> {
        let count = |wanted: Value| {
            let mut found = self.rows.iter().filter(|row| of(row) == wanted).map(|row| row.t);
            found.next().map(|first| (1 + length(found.count()), instant(first)))
        };
        let column = || column.to_owned();
        let absent = self.absent(&of);
        [
            absent.map(|(slices, first_end)| Note::NoNumber { column: column(), slices, first_end }),
            count(Value::NotFinite).map(|(slices, first_end)| Note::NotFinite { column: column(), slices, first_end }),
            count(Value::TooLarge).map(|(slices, first_end)| Note::TooLarge { column: column(), slices, first_end }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How many slices the source sent nothing for, with a row or without, and the end of the first.
    fn absent(&self, of: impl Fn(&Row) -> Value) -> Option<(i64, String)> {
        let step = self.request.step_seconds;
        let mut present = self.rows.iter().filter(|row| of(row) != Value::Absent).map(|row| row.t);
        let count = self.request.slices() - length(present.clone().count());
        let mut expected = self.request.first();
        while present.next() == Some(expected) {
            expected += step;
        }
        (count > 0).then(|| (count, instant(expected)))
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A known value stays known only if it fits the column in that scale.
fn fitting(value: Value, scale: i64) -> Value {
    match value {
        Value::Known(_) if units(value, scale).is_none() => Value::TooLarge,
        _ => value,
    }
}

fn units(value: Value, scale: i64) -> Option<i64> {
    let Value::Known(millionths) = value else { return None };
    i64::try_from(if scale == 1 { millionths / i128::from(MICRO_EVENTS) } else { millionths }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_core::time::Period;

    type Sent<'a> = (i64, Option<&'a str>, Option<&'a str>);
    type Kept = (i64, Option<i64>, Option<i64>);

    fn gather(sent: &[Sent<'_>]) -> Result<Slices, CaptureError> {
        let period = Period::new(0, 300).expect("a period");
        let mut gather = Gather::new(CaptureRequest { period, step_seconds: 60 });
        for &(t, good, total) in sent {
            let [good, total] = [good, total].map(|text| text.map(|text| Number::parse(text).expect("a number")));
            gather.push(t, good.as_ref(), total.as_ref());
        }
        gather.finish("q".into(), "s".into(), "v".into(), Vec::new())
    }

    #[track_caller]
    fn check(sent: &[Sent<'_>], scale: i64, kept: &[Kept], notes: &[&str]) {
        let slices = gather(sent).expect("usable slices");
        assert_eq!(slices.provenance().scale, scale);
        let rows: Vec<Kept> = slices.rows().iter().map(|row| (row.t, row.good, row.total)).collect();
        assert_eq!(rows, kept);
        assert!(slices.provenance().warnings.is_empty(), "only a source warns");
        let said: Vec<String> = slices.provenance().notes.iter().map(Note::to_string).collect();
        assert_eq!(said, notes);
    }

    #[test]
    fn whole_numbers_stay_events_and_fractions_become_millionths() {
        let all = |value| [60, 120, 180, 240, 300].map(|t| (t, Some(value), Some("60")));
        check(&all("59"), 1, &[60, 120, 180, 240, 300].map(|t| (t, Some(59), Some(60))), &[]);
        let mut fractions = all("59");
        fractions[4] = (300, Some("59.5"), Some("60"));
        let mut kept = [60, 120, 180, 240, 300].map(|t| (t, Some(59_000_000), Some(60_000_000)));
        kept[4] = (300, Some(59_500_000), Some(60_000_000));
        check(&fractions, MICRO_EVENTS, &kept, &[]);
    }

    #[test]
    fn what_is_unknown_stays_unknown_and_is_said() {
        check(
            &[
                (300, Some("-1"), Some("1")),
                (60, Some("NaN"), Some("1e300")),
                (120, None, Some("5")),
                (240, None, None),
            ],
            1,
            &[(60, None, None), (120, None, Some(5)), (240, None, None), (300, Some(-1), Some(1))],
            &[
                "good: no number in 3 slices, the first ends 1970-01-01T00:02:00Z",
                "good: NaN or infinite in 1 slice, the first ends 1970-01-01T00:01:00Z",
                "total: no number in 2 slices, the first ends 1970-01-01T00:03:00Z",
                "total: more than 63 bits hold in 1 slice, the first ends 1970-01-01T00:01:00Z",
            ],
        );
        // A number that fits as whole events may not fit in millionths.
        check(
            &[(60, Some("0.5"), Some("9223372036854")), (120, Some("1"), Some("9223372036855"))],
            MICRO_EVENTS,
            &[(60, Some(500_000), Some(9_223_372_036_854_000_000)), (120, Some(1_000_000), None)],
            &[
                "good: no number in 3 slices, the first ends 1970-01-01T00:03:00Z",
                "total: no number in 3 slices, the first ends 1970-01-01T00:03:00Z",
                "total: more than 63 bits hold in 1 slice, the first ends 1970-01-01T00:02:00Z",
            ],
        );
    }

    #[test]
    fn a_period_without_one_usable_slice_is_refused() {
        #[track_caller]
        fn check(sent: &[Sent<'_>], reason: &str) {
            let error = gather(sent).expect_err("nothing usable").to_string();
            assert!(error.contains(reason), "{error}");
        }
        check(&[(60, Some("NaN"), Some("1"))], "good: no number in 4 slices");
        check(&[60, 120, 180, 240, 300].map(|t| (t, Some("1"), Some("NaN"))), "total: NaN or infinite in 5 slices");
        check(&[(60, None, Some("1")), (120, Some("1"), None)], "no number");
    }
}
