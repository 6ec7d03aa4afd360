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
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        payload: row.try_get(5)?,
        previous_hash: row.try_get(6)?,
    };
    Ok((entry, row.try_get(7)?))
}

/// Adds an entry with its hash.
pub(crate) fn insert(entry: &Entry, hash: &str) -> Insert {
    query(
        "insert into audit_entries (sequence, at, actor, action, subject, payload, previous_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(entry.sequence)
    .bind(entry.at)
    .bind(entry.actor.clone())
    .bind(entry.action.clone())
    .bind(entry.subject.clone())
    .bind(entry.payload.clone())
    .bind(entry.previous_hash.clone())
    .bind(hash.to_owned())
}
