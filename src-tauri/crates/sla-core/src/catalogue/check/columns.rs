//! What must be said of a file's own columns so that it can be read in one way only.

use super::Check;
use crate::catalogue::finding::Code;
use crate::catalogue::{Document, FileColumns};
use crate::phrase;

impl Check<'_> {
    /// What is said of the columns of a file that gives the number `name`: `good`, `bad`, `total` or `value`.
    pub(super) fn columns<S>(
        &mut self,
        sli: &Document<S>,
        at: &str,
        columns: &FileColumns,
        name: &str,
        is_of_slices: bool,
    ) {
        if !is_of_slices || !["good", "bad", "total", "value"].contains(&name) {
            let found = phrase!("columns of no file of slices", "columns ohne Datei mit Abschnitten");
            let expected = phrase!(
                "columns beside the path of a ratioMetric or thresholdMetric",
                "columns neben dem path einer ratioMetric oder thresholdMetric"
            );
            self.add(Code::InvalidValue, sli, at, found, expected);
            return;
        }
        let given: Vec<&str> = columns.numbers().map(|(field, _)| field).collect();
        let (fits, expected) = match name {
            "value" => (given == ["value"], phrase!("value, and no other number", "value und keine andere Zahl")),
            "total" => (
                given == ["good", "total"] || given == ["bad", "total"],
                phrase!("total, and exactly one of good and bad", "total und genau eines von good und bad"),
            ),
            _ => (
                given == [name, "total"],
                phrase!("{name} and total, as in the ratioMetric", "{name} und total, wie in der ratioMetric"),
            ),
        };
        if !fits {
            let found = match given.is_empty() {
                true => phrase!("no column of a number", "keine Spalte einer Zahl"),
                false => phrase!("columns of {}", "Spalten von {}", given.join(", ")),
            };
            self.add(Code::InvalidValue, sli, at, found, expected);
        }
        let mut seen = vec![columns.time.as_str()];
        for (field, column) in columns.numbers() {
            if seen.contains(&column) {
                let expected = phrase!("a column for each of them", "für jedes eine eigene Spalte");
                let found = phrase!("the column {column:?} a second time", "die Spalte {column:?} ein zweites Mal");
                self.add(Code::InvalidValue, sli, &format!("{at}/{field}"), found, expected);
            }
            seen.push(column);
        }
    }
}
