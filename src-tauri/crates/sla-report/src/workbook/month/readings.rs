//! Promises that are read twice, both readings side by side.

use std::slice;

use sla_core::record::RecordReading;

use super::{Month, Row, percent};
use crate::error::ReportError;
use crate::workbook::cell::Cell;
use crate::workbook::sheet::Sheet;

impl Month<'_> {
    /// A row for each promise that the contract has read twice; no sheet where there is none.
    pub(super) fn readings(&self) -> Result<Option<Sheet>, ReportError> {
        const COLUMNS: [&str; 25] = [
            "commitment",
            "title",
            "unit",
            "first_attained_low",
            "first_attained_high",
            "first_verdict",
            "first_good",
            "first_total",
            "first_downtime",
            "first_unknown",
            "second_sli",
            "second_attained_low",
            "second_attained_high",
            "second_verdict",
            "second_good",
            "second_total",
            "second_downtime",
            "second_unknown",
            "difference_low",
            "difference_high",
            "tolerance",
            "agreement",
            "down_in_first_only",
            "down_in_second_only",
            "second_evidence",
        ];
        let mut rows = Vec::new();
        for promise in self.record.promises() {
            let Some(one) = promise.measured else { continue };
            let Some(both) = &one.second_reading else { continue };
            let mut row = self.named(&promise);
            row.push(self.unit(one.unit)?);
            row.extend(self.reading(&both.first)?);
            row.push(Cell::text(&both.sli));
            row.extend(self.reading(&both.second)?);
            row.extend([
                Cell::number_or_empty(both.difference_points.low.as_ref()),
                Cell::number_or_empty(both.difference_points.high.as_ref()),
                Cell::number(&both.tolerance),
                self.word("agreement", &both.agreement)?,
                Cell::number(both.down_in_first_only_seconds),
                Cell::number(both.down_in_second_only_seconds),
                Cell::text(self.evidence_numbers(slice::from_ref(&both.evidence))),
            ]);
            rows.push(row);
        }
        if rows.is_empty() {
            return Ok(None);
        }
        self.sheet("readings", &COLUMNS, &[], rows).map(Some)
    }

    fn reading(&self, one: &RecordReading) -> Result<Row, ReportError> {
        Ok(vec![
            percent(one.attained_range.low.as_ref()),
            percent(one.attained_range.high.as_ref()),
            self.word("verdict", &one.verdict)?,
            Cell::number(&one.good),
            Cell::number(&one.total),
            Cell::number(one.downtime_seconds),
            Cell::number(one.unknown_seconds),
        ])
    }
}
