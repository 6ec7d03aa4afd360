//! The one query of this room: every slice of the period with its state, through polars' streaming engine.

use std::path::Path;

use num_traits::ToPrimitive;
use polars::prelude::{
    DataFrame, DataType, Engine, Expr, LazyFrame, PlRefPath, PolarsError, ScanArgsParquet, col, lit, when,
};
use sla_core::evidence::{COLUMN_END, COLUMN_GOOD, COLUMN_TOTAL};
use sla_core::measurement::Scope;

use crate::MeasureError;

/// What a slice says. The numbers are the values of the query's `state` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its share of good events reaches the slice target.
    Good = 0,
    /// It does not.
    Bad = 1,
    /// There was no event.
    Quiet = 2,
    /// There is no usable number.
    Unusable = 3,
    /// There are more good events than events.
    GoodAboveTotal = 4,
}

/// A slice of the evidence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// End of the slice, Unix seconds.
    pub(crate) t: i64,
    pub(crate) good: i64,
    pub(crate) total: i64,
    pub(crate) state: State,
}

/// Every slice of the period that the evidence holds, in file order.
pub(crate) fn slices(path: &Path, scope: &Scope) -> Result<Vec<Row>, MeasureError> {
    let unreadable = |error: PolarsError| MeasureError::Unreadable { file: file_name(path), reason: error.to_string() };
    let source = PlRefPath::try_from_path(path).map_err(unreadable)?;
    let query = LazyFrame::scan_parquet(source, ScanArgsParquet { glob: false, ..ScanArgsParquet::default() })
        .map_err(unreadable)?
        .filter(col(COLUMN_END).gt(lit(scope.period.start)).and(col(COLUMN_END).lt_eq(lit(scope.period.end))))
        .select([
            col(COLUMN_END),
            col(COLUMN_GOOD).fill_null(lit(0_i64)),
            col(COLUMN_TOTAL).fill_null(lit(0_i64)),
            state(scope)?.alias("state"),
        ]);
    let frame = query.collect_with_engine(Engine::Streaming).map_err(unreadable)?.unwrap_single();
    rows(&frame).map_err(unreadable)
}

/// The state of a slice, as an expression over its three columns. Products are taken in 128 bits: 63 bits of a count
/// times 63 bits of a target always fit.
fn state(scope: &Scope) -> Result<Expr, MeasureError> {
    let (good, total) = (|| col(COLUMN_GOOD), || col(COLUMN_TOTAL));
    let bad = match &scope.slice_target {
        None => good().eq(lit(0_i64)),
        Some(target) => {
            let parts = target.numerator().to_i64().zip(target.denominator().to_i64());
            let (numerator, denominator) =
                parts.ok_or_else(|| MeasureError::SliceTarget { target: target.to_string() })?;
            let wide = |expression: Expr| expression.cast(DataType::Int128);
            (wide(good()) * wide(lit(denominator))).lt(wide(total()) * wide(lit(numerator)))
        }
    };
    let unusable = good().is_null().or(total().is_null()).or(good().lt(lit(0_i64))).or(total().lt(lit(0_i64)));
    let is = |state: State| lit(state as i32);
    Ok(when(unusable)
        .then(is(State::Unusable))
        .when(good().gt(total()))
        .then(is(State::GoodAboveTotal))
        .when(total().eq(lit(0_i64)))
        .then(is(State::Quiet))
        .when(bad)
        .then(is(State::Bad))
        .otherwise(is(State::Good)))
}

fn rows(frame: &DataFrame) -> Result<Vec<Row>, PolarsError> {
    let column = |name| frame.column(name)?.i64();
    let (ends, good, total) = (column(COLUMN_END)?, column(COLUMN_GOOD)?, column(COLUMN_TOTAL)?);
    let states = frame.column("state")?.i32()?;
    let missing = || PolarsError::ComputeError("a null where evidence has none".into());
    let mut rows = Vec::with_capacity(frame.height());
    for (((t, good), total), state) in ends.iter().zip(good.iter()).zip(total.iter()).zip(states.iter()) {
        let state = match state.ok_or_else(missing)? {
            0 => State::Good,
            1 => State::Bad,
            2 => State::Quiet,
            3 => State::Unusable,
            _ => State::GoodAboveTotal,
        };
        let (t, good, total) = (t.ok_or_else(missing)?, good.ok_or_else(missing)?, total.ok_or_else(missing)?);
        rows.push(Row { t, good, total, state });
    }
    Ok(rows)
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
