//! What evidence is: the one schema that capture writes and measure reads, and where it came from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::heartbeat::Unknown;
use crate::time::{Period, UnixSeconds};

/// Column of the slice's end, in Unix seconds. A slice `t` covers `[t − step, t)`.
pub const COLUMN_END: &str = "t";
/// Column of a source's file with the value of each slice, where no events are counted.
pub const COLUMN_VALUE: &str = "value";
/// Column of good units in the slice; null when the source gave no usable number.
pub const COLUMN_GOOD: &str = "good";
/// Column of all units in the slice; null when the source gave no usable number.
pub const COLUMN_TOTAL: &str = "total";
/// Key of the Parquet file's metadata under which [`Provenance`] stands as JSON.
pub const PROVENANCE_KEY: &str = "sla-desk.provenance";

/// Units per event when a source delivers fractions of events (Prometheus' `increase` extrapolates): values are then
/// kept as integers of a millionth of an event.
pub const MICRO_EVENTS: i64 = 1_000_000;

/// Where evidence came from. It is written into the evidence file itself, so that the file's hash covers it; it holds
/// no capture time, because the same answer captured twice is the same evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// What was asked, word for word: queries with every variable replaced, or the columns of a file.
    pub query: String,
    /// What was asked it of: an address without credentials, or a file's name and hash.
    pub source: String,
    /// The server's own version, or the file format.
    pub server_version: String,
    /// Start of the captured period, Unix seconds: the first slice ends one step later.
    pub from: UnixSeconds,
    /// End of the captured period, Unix seconds: the last slice ends here.
    pub to: UnixSeconds,
    /// Width of a slice in seconds.
    pub step_seconds: i64,
    /// Units per event in the columns: 1, or [`MICRO_EVENTS`].
    pub scale: i64,
    /// Everything the source warned of, in its own words.
    pub warnings: Vec<String>,
    /// What the program itself noticed. Evidence of earlier versions has such notes among the warnings, in English.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The evidence that it was put together from, where parts were captured before; none where the source was asked for all
    /// of it at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
}

/// Evidence of a part of the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Start of the part, Unix seconds.
    pub from: UnixSeconds,
    /// Its end, Unix seconds.
    pub to: UnixSeconds,
    /// SHA-256 of its evidence file.
    pub sha256: String,
}

/// What the program noticed about an answer: facts and no words, because a reader has a language. Times are in UTC,
/// columns are those that were asked for: `good`, `bad`, `total`, `value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case", deny_unknown_fields)]
pub enum Note {
    /// The source sent nothing for some slices.
    NoNumber {
        /// The column.
        column: String,
        /// How many slices.
        slices: i64,
        /// End of the first of them.
        first_end: String,
    },
    /// The source sent NaN or an infinity for some slices.
    NotFinite {
        /// The column.
        column: String,
        /// How many slices.
        slices: i64,
        /// End of the first of them.
        first_end: String,
    },
    /// The source sent more than 63 bits hold for some slices.
    TooLarge {
        /// The column.
        column: String,
        /// How many slices.
        slices: i64,
        /// End of the first of them.
        first_end: String,
    },
    /// No series answered a query for a part of the period.
    NoSeries {
        /// The column.
        column: String,
        /// Start of the first slice that was asked for.
        from: String,
        /// End of the last one.
        to: String,
    },
    /// A counter rose, or began again, while it was not read: when it did is not known for some slices.
    Unread {
        /// The column.
        column: String,
        /// How many slices.
        slices: i64,
        /// End of the first of them.
        first_end: String,
    },
    /// The server estimates: it extrapolates the differences of a counter.
    Estimated {
        /// The column.
        column: String,
    },
    /// Series of a counter appeared in the period, and what their first values were taken for.
    NewSeries {
        /// The column.
        column: String,
        /// How many.
        series: i64,
        /// Whether the first values count.
        counted: bool,
    },
    /// A counter began again at zero.
    Restarts {
        /// The column.
        column: String,
        /// How often, over all series.
        restarts: i64,
    },
    /// Several servers read the same series; one of them is counted, and this is how another compares.
    Replicas {
        /// The label that tells them apart.
        label: String,
        /// The one that is counted.
        counted: String,
        /// How many slices it knows.
        slices: i64,
        /// The other one.
        other: String,
        /// How many slices that one knows.
        other_slices: i64,
        /// How many slices both know.
        both_slices: i64,
        /// Whole events of the one that is counted in those.
        events: i64,
        /// Whole events of the other one in those.
        other_events: i64,
    },
    /// Heartbeats leave some time unknown.
    NoBeats {
        /// Why.
        reason: Unknown,
        /// For how long, in seconds.
        seconds: i64,
    },
}

impl Note {
    /// Takes another note of a later time into this one; gives whether it says the same of the same column.
    pub fn add(&mut self, later: &Self) -> bool {
        match (self, later) {
            (Self::NoNumber { column, slices, .. }, Self::NoNumber { column: other, slices: more, .. })
            | (Self::NotFinite { column, slices, .. }, Self::NotFinite { column: other, slices: more, .. })
            | (Self::TooLarge { column, slices, .. }, Self::TooLarge { column: other, slices: more, .. })
            | (Self::Unread { column, slices, .. }, Self::Unread { column: other, slices: more, .. })
            | (Self::Restarts { column, restarts: slices }, Self::Restarts { column: other, restarts: more })
                if column == other =>
            {
                *slices += more;
                true
            }
            (
                Self::NewSeries { column, series, counted },
                Self::NewSeries { column: other, series: more, counted: also },
            ) if column == other && counted == also => {
                *series += more;
                true
            }
            (Self::NoSeries { column, to, .. }, Self::NoSeries { column: other, from, to: end })
                if column == other && to == from =>
            {
                to.clone_from(end);
                true
            }
            (Self::NoBeats { reason, seconds }, Self::NoBeats { reason: other, seconds: more }) if reason == other => {
                *seconds += more;
                true
            }
            (Self::Estimated { column }, Self::Estimated { column: other }) => column == other,
            (
                Self::Replicas { label, counted, slices, other, other_slices, both_slices, events, other_events },
                Self::Replicas {
                    label: other_label,
                    counted: also,
                    slices: more,
                    other: too,
                    other_slices: more_other,
                    both_slices: more_both,
                    events: more_events,
                    other_events: more_other_events,
                },
            ) if label == other_label && counted == also && other == too => {
                *slices += more;
                *other_slices += more_other;
                *both_slices += more_both;
                *events += more_events;
                *other_events += more_other_events;
                true
            }
            _ => false,
        }
    }
}

/// For messages of the program; a document has words of its own.
impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (column, what, slices, first_end) = match self {
            Self::NoNumber { column, slices, first_end } => (column, "no number", slices, first_end),
            Self::NotFinite { column, slices, first_end } => (column, "NaN or infinite", slices, first_end),
            Self::TooLarge { column, slices, first_end } => (column, "more than 63 bits hold", slices, first_end),
            Self::NoSeries { column, from, to } => return write!(f, "{from}..{to} {column}: no series"),
            Self::Unread { column, slices, first_end } => (column, "a counter that rose unread", slices, first_end),
            Self::Estimated { column } => return write!(f, "{column}: estimated by the server, which extrapolates"),
            Self::NewSeries { column, series, counted } => {
                let counted = if *counted { "counted from zero" } else { "their first values are not counted" };
                return write!(f, "{column}: {series} new series, {counted}");
            }
            Self::Restarts { column, restarts } => return write!(f, "{column}: {restarts} restarts of a counter"),
            Self::Replicas { label, counted, slices, other, other_slices, both_slices, events, other_events } => {
                return write!(
                    f,
                    "counted from {label}={counted:?}, which knows {slices} slices; {label}={other:?} knows {other_slices}; \
                     in {both_slices} that both know there are {events} and {other_events} events"
                );
            }
            Self::NoBeats { reason, seconds } => {
                let why = match reason {
                    Unknown::NoHistory => "before a probe's first beat",
                    Unknown::Contradiction => "a probe said good and bad at the same second",
                    Unknown::ProbeSilent => "a probe gave no sign of life",
                    Unknown::ProbeAbsent => "fewer probes than agreed delivered beats",
                    Unknown::NotCaptured => "no beats were collected",
                };
                return write!(f, "unknown for {seconds} s: {why}");
            }
        };
        let plural = if *slices == 1 { "" } else { "s" };
        write!(f, "{column}: {what} in {slices} slice{plural}, the first ends {first_end}")
    }
}

impl Provenance {
    /// The captured period; `None` when the file is lying about it.
    pub fn period(&self) -> Option<Period> {
        Period::new(self.from, self.to)
    }
}

/// Evidence as the rest of the program refers to it: by the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRef {
    /// SHA-256 of the Parquet file, lower-case hexadecimal.
    pub sha256: String,
    /// What the file says of itself.
    pub provenance: Provenance,
}

/// SHA-256 of some bytes as lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 over a reader's bytes as lower-case hexadecimal, in constant memory.
pub fn sha256_hex_of_reader(mut reader: impl std::io::Read) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 256 * 1024];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// Bytes as small hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As versions before notes wrote it.
    const OLD: &str = r#"{"query":"q","source":"s","server_version":"v","from":0,"to":60,"step_seconds":60,"scale":1,"warnings":["good: no number in 1 slice, the first ends 1970-01-01T00:01:00Z"]}"#;

    #[test]
    fn evidence_without_notes_is_read_and_written_as_before() {
        let old: Provenance = serde_json::from_str(OLD).expect("a provenance");
        assert!(old.notes.is_empty());
        assert_eq!(serde_json::to_string(&old).expect("JSON"), OLD);
    }

    #[test]
    fn notes_are_read_as_they_were_written() {
        #[track_caller]
        fn check(note: Note, written: &str, said: &str) {
            assert_eq!(serde_json::to_string(&note).expect("JSON"), written);
            assert_eq!(serde_json::from_str::<Note>(written).expect("a note"), note);
            assert_eq!(note.to_string(), said);
        }
        let (column, first_end) = (|| "good".to_owned(), || "1970-01-01T00:01:00Z".to_owned());
        check(
            Note::NoNumber { column: column(), slices: 1, first_end: first_end() },
            r#"{"code":"no_number","column":"good","slices":1,"first_end":"1970-01-01T00:01:00Z"}"#,
            "good: no number in 1 slice, the first ends 1970-01-01T00:01:00Z",
        );
        check(
            Note::TooLarge { column: column(), slices: 2, first_end: first_end() },
            r#"{"code":"too_large","column":"good","slices":2,"first_end":"1970-01-01T00:01:00Z"}"#,
            "good: more than 63 bits hold in 2 slices, the first ends 1970-01-01T00:01:00Z",
        );
        check(
            Note::NoSeries { column: column(), from: first_end(), to: first_end() },
            r#"{"code":"no_series","column":"good","from":"1970-01-01T00:01:00Z","to":"1970-01-01T00:01:00Z"}"#,
            "1970-01-01T00:01:00Z..1970-01-01T00:01:00Z good: no series",
        );
        check(
            Note::NoBeats { reason: Unknown::ProbeSilent, seconds: 120 },
            r#"{"code":"no_beats","reason":"probe_silent","seconds":120}"#,
            "unknown for 120 s: a probe gave no sign of life",
        );
        for unknown in [r#"{"code":"tired"}"#, r#"{"code":"no_beats","reason":"probe_silent","seconds":1,"x":2}"#] {
            assert!(serde_json::from_str::<Note>(unknown).is_err(), "{unknown}");
        }
    }
}
