//! Entries of the audit chain as rows.

use sla_core::audit::Entry;
use sqlx::any::AnyRow;
use sqlx::{Error, Row};

use crate::facts::Insert;
use crate::session::query;

/// An entry and the hash that is stored with it.
pub(crate) fn read(row: &AnyRow) -> Result<(Entry, String), Error> {
    let entry = Entry {
        sequence: row.try_get(0)?,
        at: row.try_get(1)?,
        actor: row.try_get(2)?,
        origin: row.try_get(3)?,
        action: row.try_get(4)?,
        subject: row.try_get(5)?,
        payload: row.try_get(6)?,
        previous_hash: row.try_get(7)?,
    };
    Ok((entry, row.try_get(8)?))
}

/// Adds an entry with its hash.
pub(crate) fn insert(entry: &Entry, hash: &str) -> Insert {
    query(
        "insert into audit_entries (sequence, at, actor, origin, action, subject, payload, previous_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry.sequence)
    .bind(entry.at)
    .bind(entry.actor.clone())
    .bind(entry.origin.clone())
    .bind(entry.action.clone())
    .bind(entry.subject.clone())
    .bind(entry.payload.clone())
    .bind(entry.previous_hash.clone())
    .bind(hash.to_owned())
}
