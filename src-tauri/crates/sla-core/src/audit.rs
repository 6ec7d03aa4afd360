//! The audit chain: every change is an entry, and every entry's hash covers the one before it.

use sha2::{Digest, Sha256};

use crate::evidence::hex;
use crate::time::UnixSeconds;

/// The hash that the first entry follows.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What an audit entry says. Its hash is not part of it: see [`Entry::hash`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Position in the chain, from 1, without gaps.
    pub sequence: i64,
    /// When, in Unix seconds.
    pub at: UnixSeconds,
    /// Who.
    pub actor: String,
    /// From where, for example an address in the network; empty where nobody says, as in entries of earlier versions.
    pub origin: String,
    /// What was done, for example `month.closed`.
    pub action: String,
    /// What it was done to, for example `month/nordlicht/2026-10/1`.
    pub subject: String,
    /// The change itself as JSON text, byte for byte as it is stored.
    pub payload: String,
    /// Hash of the entry before, or [`GENESIS`].
    pub previous_hash: String,
}

/// The name in the chain of a revision of a month: `month/TENANT/CONTRACT/YYYY-MM/REVISION`.
pub fn month_subject(
    tenant: &str,
    contract: &str,
    month: impl std::fmt::Display,
    revision: impl std::fmt::Display,
) -> String {
    format!("month/{tenant}/{contract}/{month}/{revision}")
}

impl Entry {
    /// SHA-256 over all fields, each led by its length, so that no two entries can read the same. Without an origin it is the
    /// hash that entries had before there was one, so that a chain goes on across versions.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let (version, origin) = match self.origin.is_empty() {
            true => (b"sla-desk/audit/v1", None),
            false => (b"sla-desk/audit/v2", Some(&self.origin)),
        };
        hash.update(version);
        let numbers = [self.sequence.to_string(), self.at.to_string()];
        let texts = [&self.actor, &self.action, &self.subject, &self.payload, &self.previous_hash];
        for field in numbers.iter().chain(texts).chain(origin) {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hex(&hash.finalize())
    }
}

/// Where a chain ended when somebody noted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Entries that it had.
    pub entries: i64,
    /// Hash of the last one.
    pub hash: String,
}

impl std::fmt::Display for Anchor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.entries, self.hash)
    }
}

impl std::str::FromStr for Anchor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_hash =
            |hash: &&str| hash.len() == 64 && hash.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let parts = text.trim().split_once(':').filter(|(_, hash)| is_hash(hash));
        let anchor =
            parts.and_then(|(entries, hash)| Some((entries.parse().ok().filter(|entries| *entries >= 0)?, hash)));
        let (entries, hash) = anchor.ok_or_else(|| {
            format!("{text:?} is no head of a chain; expected its number of entries, a colon and 64 hexadecimal digits")
        })?;
        Ok(Self { entries, hash: hash.to_owned() })
    }
}

/// The first thing wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing, or one was put in.
    #[error("entry {expected} is missing: entry {found} stands in its place")]
    Gap {
        /// The sequence number that should follow.
        expected: i64,
        /// The one that does.
        found: i64,
    },
    /// An entry does not follow the one before it.
    #[error("entry {sequence} does not follow entry {}: the entry before it was changed, or the chain was cut and rejoined", .sequence - 1)]
    Link {
        /// The entry whose link is wrong.
        sequence: i64,
    },
    /// An entry's content was changed after it was written.
    #[error(
        "entry {sequence} was changed after it was written: its content no longer has the hash that was stored with it"
    )]
    Content {
        /// The entry that was changed.
        sequence: i64,
    },
}

/// Walks a chain from its start; feed it every entry in order of sequence.
#[derive(Debug)]
pub struct Walk {
    next: i64,
    head: String,
}

impl Default for Walk {
    fn default() -> Self {
        Self { next: 1, head: GENESIS.to_owned() }
    }
}

impl Walk {
    /// Checks the next entry against its stored hash and against the entry before it.
    pub fn step(&mut self, entry: &Entry, stored_hash: &str) -> Result<(), Broken> {
        let sequence = entry.sequence;
        if sequence != self.next {
            return Err(Broken::Gap { expected: self.next, found: sequence });
        }
        if entry.previous_hash != self.head {
            return Err(Broken::Link { sequence });
        }
        if entry.hash() != stored_hash {
            return Err(Broken::Content { sequence });
        }
        self.next += 1;
        stored_hash.clone_into(&mut self.head);
        Ok(())
    }

    /// Entries checked so far.
    pub fn checked(&self) -> i64 {
        self.next - 1
    }

    /// Hash of the last entry checked.
    pub fn head(&self) -> &str {
        &self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: i64) -> Vec<(Entry, String)> {
        let mut head = GENESIS.to_owned();
        (1..=length)
            .map(|sequence| {
                let entry = Entry {
                    sequence,
                    at: 1_793_487_600 + sequence,
                    actor: "ada".into(),
                    origin: String::new(),
                    action: "month.closed".into(),
                    subject: format!("month/a/2026-10/{sequence}"),
                    payload: "{}".into(),
                    previous_hash: head.clone(),
                };
                head = entry.hash();
                (entry, head.clone())
            })
            .collect()
    }

    #[track_caller]
    fn check(entries: &[(Entry, String)], expected: Result<i64, Broken>) {
        let mut walk = Walk::default();
        let got = entries.iter().try_for_each(|(entry, hash)| walk.step(entry, hash)).map(|()| walk.checked());
        assert_eq!(got, expected);
    }

    #[test]
    fn an_untouched_chain_verifies() {
        check(&chain(5), Ok(5));
        check(&[], Ok(0));
    }

    #[test]
    fn every_change_is_named_by_its_first_broken_entry() {
        let mut changed = chain(5);
        changed[2].0.payload = "{ }".into();
        check(&changed, Err(Broken::Content { sequence: 3 }));

        let mut rehashed = chain(5);
        rehashed[2].0.payload = "{ }".into();
        rehashed[2].1 = rehashed[2].0.hash();
        check(&rehashed, Err(Broken::Link { sequence: 4 }));

        let mut cut = chain(5);
        cut.remove(1);
        check(&cut, Err(Broken::Gap { expected: 2, found: 3 }));

        let mut swapped = chain(5);
        swapped.swap(1, 2);
        check(&swapped, Err(Broken::Gap { expected: 2, found: 3 }));
    }

    #[test]
    fn an_anchor_is_read_as_it_is_written() {
        let text = format!("25:{}", "0a".repeat(32));
        assert_eq!(text.parse::<Anchor>().map(|anchor| anchor.to_string()), Ok(text.clone()));
        for wrong in ["", "25", ":", "25:", "x:00", &text[..50], &text.to_uppercase(), &format!("-1{}", &text[2..])] {
            assert!(wrong.parse::<Anchor>().is_err_and(|said| said.contains("64 hexadecimal digits")), "{wrong}");
        }
    }

    #[test]
    fn fields_cannot_bleed_into_each_other() {
        let (entry, hash) = chain(1).remove(0);
        let moved = Entry { actor: "adam".into(), action: "onth.closed".into(), ..entry };
        assert_ne!(moved.hash(), hash);
    }

    #[test]
    fn an_origin_is_part_of_the_hash_and_none_is_as_before() {
        let (entry, hash) = chain(1).remove(0);
        assert_eq!(
            hash, "4c2f691658c7e6fe58f1eae9afb9a10cbf6e4958a892ceda2f7a68d02dce44fb",
            "what earlier versions wrote"
        );
        let from = |origin: &str| Entry { origin: origin.into(), ..entry.clone() }.hash();
        assert_ne!(from("127.0.0.1"), hash);
        assert_ne!(from("127.0.0.1"), from("127.0.0.2"));
    }
}
