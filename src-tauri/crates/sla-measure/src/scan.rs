//! The one query of this room: the slices of many evidence files in file order, through polars' streaming engine.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use polars::prelude::{
    DataFrame, Engine, Int64Chunked, LazyFrame, ParquetReader, PlRefPath, PlanCallback, PolarsError, ScanArgsParquet,
    ScanSources, SerReader, col,
};
use sla_core::evidence::{COLUMN_END, COLUMN_GOOD, COLUMN_TOTAL};

/// Batches that wait to be counted. The engine pauses when they are not taken.
const BATCHES_AHEAD: usize = 4;

/// Slices of one file, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows<'a> {
    /// Every slice has both numbers, which is the rule: ends, good and all units.
    Plain(&'a [i64], &'a [i64], &'a [i64]),
    /// One slice; a number that the source did not give is `None`.
    One(i64, Option<i64>, Option<i64>),
}

/// How many rows a file has.
pub(crate) fn height(path: &Path) -> Result<usize, PolarsError> {
    ParquetReader::new(std::fs::File::open(path)?).num_rows()
}

/// Hands the rows of files of those heights to `take`, which is told which file they are of; file after file, in order.
/// One query for many files: starting one costs more than reading a month of minutes.
pub(crate) fn rows(files: &[(&Path, usize)], mut take: impl FnMut(usize, Rows<'_>)) -> Result<(), PolarsError> {
    let paths: Vec<PlRefPath> =
        files.iter().map(|(path, _)| PlRefPath::try_from_path(path)).collect::<Result<_, _>>()?;
    let arguments = ScanArgsParquet { glob: false, cache: false, ..ScanArgsParquet::default() };
    let (send, batches) = sync_channel(BATCHES_AHEAD);
    // The answer of the callback says whether the rest is unwanted.
    let hand_over = PlanCallback::new(move |batch: DataFrame| Ok(send.send(batch).is_err()));
    let query = LazyFrame::scan_parquet_sources(ScanSources::Paths(paths.into()), arguments)?
        .select([col(COLUMN_END), col(COLUMN_GOOD), col(COLUMN_TOTAL)])
        .sink_batches(hand_over, true, None)?;
    std::thread::scope(|scope| {
        let engine = scope.spawn(move || query.collect_with_engine(Engine::Streaming).map(drop));
        let mut files = Files { heights: files.iter().map(|(_, height)| *height).collect(), file: 0 };
        let mut counted = Ok(());
        for batch in batches {
            counted = files.batch(&batch, &mut take);
            if counted.is_err() {
                break;
            }
        }
        let read = engine.join().unwrap_or_else(|_| Err(PolarsError::ComputeError("the file is damaged".into())));
        read.and(counted)
    })
}

/// Where a file ends and the next begins, in what the engine hands over.
struct Files {
    /// Rows still to come of every file.
    heights: Vec<usize>,
    /// The file that rows come of.
    file: usize,
}

impl Files {
    fn batch(&mut self, batch: &DataFrame, take: &mut impl FnMut(usize, Rows<'_>)) -> Result<(), PolarsError> {
        let column = |name| -> Result<&Int64Chunked, PolarsError> { batch.column(name)?.i64() };
        let (ends, good, total) = (column(COLUMN_END)?, column(COLUMN_GOOD)?, column(COLUMN_TOTAL)?);
        if let (Ok(ends), Ok(good), Ok(total)) = (ends.cont_slice(), good.cont_slice(), total.cont_slice()) {
            let mut at = 0;
            while at < ends.len() {
                let next = (at + self.coming()?).min(ends.len());
                take(self.file, Rows::Plain(&ends[at..next], &good[at..next], &total[at..next]));
                self.heights[self.file] -= next - at;
                at = next;
            }
            return Ok(());
        }
        for ((t, good), total) in ends.iter().zip(good.iter()).zip(total.iter()) {
            self.coming()?;
            let t = t.ok_or_else(|| PolarsError::ComputeError("a slice without its end".into()))?;
            take(self.file, Rows::One(t, good, total));
            self.heights[self.file] -= 1;
        }
        Ok(())
    }

    /// Rows still to come of the file that the next row is of.
    fn coming(&mut self) -> Result<usize, PolarsError> {
        while self.heights.get(self.file) == Some(&0) {
            self.file += 1;
        }
        let more = || PolarsError::ComputeError("there are more rows than the files say".into());
        self.heights.get(self.file).copied().ok_or_else(more)
    }
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
