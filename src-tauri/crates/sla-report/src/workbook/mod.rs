//! Workbooks: typed cells, frozen heads, and sums that a spreadsheet computes again. A number is a number with its unit in the
//! head, a day is a day; what a spreadsheet could not keep digit for digit stays text, and a text from outside never runs.

mod cell;
mod month;
mod sheet;
mod statement;
mod words;

pub(crate) use month::report_xlsx;
pub(crate) use statement::statement_xlsx;
pub(crate) use words::{SheetWords, name_of};
