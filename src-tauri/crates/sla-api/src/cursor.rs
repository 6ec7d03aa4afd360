//! Pages: a cursor says where the last page ended, and belongs to the question that it was given for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sla_core::evidence::hex;

use crate::problem::Problem;

/// Items of one page at most, and where nothing is said.
pub(crate) const MOST_ITEMS: u32 = 200;
pub(crate) const ITEMS: u32 = 50;

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Page<T> {
    /// The items, in the order that was asked for.
    pub(crate) items: Vec<T>,
    /// What to send as `cursor` for the page behind this one; null when there is none.
    pub(crate) next: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Cursor<P> {
    /// What the cursor was given for.
    of: String,
    at: P,
}

/// How many items are wanted.
///
/// # Errors
/// A problem for none, and for more than there may be.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked.unwrap_or(ITEMS) {
        limit @ 1..=MOST_ITEMS => Ok(limit),
        limit => Err(Problem::request(format!("limit is {limit}; expected 1 to {MOST_ITEMS}"))),
    }
}

/// A page, given one item more than it may have, so that it is known whether another one follows.
pub(crate) fn page<T, P: Serialize>(mut items: Vec<T>, limit: u32, of: &str, place: impl Fn(&T) -> P) -> Page<T> {
    let limit = limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next = last.map(|last| {
        let cursor = Cursor { of: of.to_owned(), at: place(last) };
        hex(&serde_json::to_vec(&cursor).expect("a cursor has only string keys"))
    });
    Page { items, next }
}

/// Where the last page ended.
///
/// # Errors
/// A problem for a cursor that was not given for this question.
pub(crate) fn behind<P: for<'a> Deserialize<'a>>(cursor: Option<&str>, of: &str) -> Result<Option<P>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let strange = || Problem::request("the cursor is none of this list; expected what a page of it gave as next");
    let bytes = bytes(cursor).ok_or_else(strange)?;
    let cursor: Cursor<P> = serde_json::from_slice(&bytes).map_err(|_| strange())?;
    if cursor.of == of { Ok(Some(cursor.at)) } else { Err(strange()) }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    let pairs = digits.chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(text, 16).ok()
    });
    pairs.collect()
}
