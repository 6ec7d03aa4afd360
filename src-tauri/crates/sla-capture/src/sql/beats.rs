//! Rows of a database that are beats: who looked at what, when, and whether it was well.

use std::collections::BTreeMap;

use sla_core::catalogue::Statement;
use sla_core::evidence::COLUMN_END;
use sla_core::heartbeat::{Beat, Beats, HeartbeatTerms, Probe};
use sla_core::time::Period;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::error::SqlError;
use super::rows::{Kind, bytes, instant_in, places};
use super::{Asked, Database};
use crate::beats::{self, gathered, known_targets};
use crate::error::CaptureError;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source, instant};

const COLUMNS: [(&str, Kind); 4] =
    [(COLUMN_END, Kind::Time), ("probe", Kind::Text), ("target", Kind::Text), ("ok", Kind::Flag)];

/// One statement of a database that gives beats, of which one target is judged.
#[derive(Clone, Debug)]
pub struct SqlBeatSource {
    pub(super) database: Database,
    pub(super) statement: Statement,
    pub(super) target: String,
    pub(super) terms: HeartbeatTerms,
}

/// What a database is asked for beats, as the evidence keeps it.
pub(crate) fn sql_beats_query(statement: &Statement, target: &str, terms: &HeartbeatTerms) -> String {
    format!("{statement}\n{}", beats::query(target, terms))
}

impl SqlBeatSource {
    async fn read(&self, request: &CaptureRequest, progress: &dyn Progress) -> Result<Slices, CaptureError> {
        request.check()?;
        let Self { database, statement, target, terms } = self;
        let period = beats::span(terms, request.period);
        let mut rows = BeatRows { limit: database.beats_limit, ..BeatRows::default() };
        let asked = Asked { statement, period, step_seconds: request.step_seconds };
        let version = database.ask(asked, progress, |row| rows.push(row)).await?;
        let probes = rows.watching(target, period, statement)?;
        let gather = gathered(request, &probes, terms, &[]).map_err(SqlError::Heartbeats)?;
        let source = beats::source(&database.address.shown, &probes);
        gather.finish(sql_beats_query(statement, target, terms), source, version, Vec::new())
    }
}

impl Source for SqlBeatSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        Box::pin(self.read(request, progress))
    }
}

/// Takes beats in any order.
#[derive(Default)]
struct BeatRows {
    columns: Option<Vec<usize>>,
    /// By probe and target.
    beats: BTreeMap<(String, String), Vec<Beat>>,
    /// The last one that was taken, counted from 1.
    row: u64,
    /// How many there may be.
    limit: usize,
}

impl BeatRows {
    fn push(&mut self, row: &PgRow) -> Result<(), SqlError> {
        self.row += 1;
        if self.row > self.limit as u64 {
            return Err(SqlError::TooMany { limit: self.limit });
        }
        let [t, probe, target, ok] = places(&mut self.columns, &COLUMNS, row)?;
        // As of samples of a server: the second in which it was looked.
        let (at, _) = instant_in(row, t, self.row)?;
        let text = |column: usize, name: &str| {
            let text = row.try_get::<Option<&str>, _>(column).ok().flatten();
            text.filter(|text| !text.is_empty()).ok_or_else(|| self.cell(name, "a name"))
        };
        let (probe, target) = (text(probe, "probe")?, text(target, "target")?);
        let good = match bytes(row, ok) {
            Some([0]) => false,
            Some([1]) => true,
            _ => return Err(self.cell("ok", "true or false")),
        };
        let beat = Beat { at, good };
        match self.beats.get_mut(&(probe.to_owned(), target.to_owned())) {
            Some(beats) => beats.push(beat),
            None => drop(self.beats.insert((probe.to_owned(), target.to_owned()), vec![beat])),
        }
        Ok(())
    }

    fn cell(&self, column: &str, expected: &'static str) -> SqlError {
        SqlError::Cell { row: self.row, column: column.to_owned(), found: "null or nothing".to_owned(), expected }
    }

    /// The probes that watch the target, each with every sign of its life.
    fn watching(self, target: &str, period: Period, statement: &Statement) -> Result<Vec<Probe>, SqlError> {
        if self.row == 0 {
            let (from, to) = (instant(period.start), instant(period.end));
            return Err(SqlError::NoRows { from, to, query: statement.text().to_owned() });
        }
        let all = self
            .beats
            .iter()
            .flat_map(|((probe, target), beats)| beats.iter().map(|beat| (probe.as_str(), target.as_str(), *beat)));
        let beats = Beats::of(all);
        let targets = beats.targets();
        if !targets.contains(&target) {
            return Err(SqlError::NoTarget { target: target.to_owned(), known: known_targets(&targets) });
        }
        Ok(beats.probes_of(target))
    }
}
