//! Evidence that was captured day by day: which file holds which day of what is asked, and every earlier version of it.

mod bucket;

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sla_core::evidence::{MICRO_EVENTS, Note, Piece, Provenance};
use sla_core::time::{Period, UnixSeconds};

use crate::evidence::{Bucket, BucketError};
use crate::slices::{Slice, Slices};

/// What the days lie below in a place that is for more than days.
pub(crate) const IN_PLACE: &str = "captures";
const SUFFIX: &str = ".json";
const LOCK: &str = ".lock";

/// A folder, or `captures/` in a bucket, that says which evidence holds which day.
///
/// A file for each day of each question, below a folder for the question: `<key>/<from>-<to>.json`, both Unix seconds. It
/// names the evidence by hash, the first version first. A file is replaced as a whole, and no version is taken out of it.
#[derive(Clone, Debug)]
pub struct CapturedDays {
    /// Of a bucket, the name that the days lie below.
    folder: PathBuf,
    bucket: Option<Bucket>,
}

/// A day, and the evidence of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapturedDay {
    /// Start of the day, Unix seconds.
    pub from: UnixSeconds,
    /// Its end, Unix seconds.
    pub to: UnixSeconds,
    /// What was captured of it; the last one counts.
    pub versions: Vec<DayVersion>,
}

/// What was captured of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayVersion {
    /// SHA-256 of the evidence, lower-case hexadecimal.
    pub sha256: String,
    /// How many slices the day has.
    pub slices: i64,
    /// Of how many both numbers are known.
    pub usable: i64,
    /// Whether the source warned.
    pub warned: bool,
}

/// What became of a version that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is the day's first.
    First,
    /// The day has it already, as its last.
    Same,
    /// The source said otherwise than before; the earlier versions are kept.
    Changed,
}

/// Why the days are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum DaysError {
    /// A file or the folder cannot be read or written.
    #[error("{} cannot be read or written: {cause}; check its permissions and the disk", .path.display())]
    Disk {
        /// Which one.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file does not say what such files say.
    #[error(
        "{} does not say which evidence holds a day ({reason}); bring it back from a copy, or move it away and capture the \
         day again",
        .path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// The bucket gives or takes nothing.
    #[error("the captured day {address} cannot be read or written: {cause}")]
    Bucket {
        /// The address of the object, or what it would lie below.
        address: String,
        /// Why not.
        cause: BucketError,
    },
    /// Somebody else captures.
    #[error("another program captures into {} at this moment; wait until it has ended", .path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
}

impl DaysError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Disk { .. } => "captures.disk",
            Self::Unreadable { .. } => "captures.unreadable",
            Self::Bucket { cause, .. } => cause.code(),
            Self::Busy { .. } => "captures.busy",
        }
    }
}

/// Whoever holds it is the only one who adds days to a folder. The system takes it back when the program ends, however it
/// does. A bucket has nobody to take it back: there every day is replaced only as it was read, and nothing is locked.
#[derive(Debug)]
pub struct CaptureLock(#[expect(dead_code, reason = "it is held, and nothing else")] Option<File>);

impl CapturedDays {
    /// The days in that folder, which comes into being with the first one.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), bucket: None }
    }

    /// The days in that bucket, below its prefix.
    pub fn in_bucket(bucket: Bucket) -> Self {
        Self { folder: PathBuf::from(IN_PLACE), bucket: Some(bucket) }
    }

    /// Makes sure that nobody else adds days; in a bucket, that nobody's are lost.
    ///
    /// # Errors
    /// [`DaysError::Busy`], and [`DaysError::Disk`].
    pub fn lock(&self) -> Result<CaptureLock, DaysError> {
        if self.bucket.is_some() {
            return Ok(CaptureLock(None));
        }
        let path = self.folder.join(LOCK);
        let disk = |cause| DaysError::Disk { path: path.clone(), cause };
        std::fs::create_dir_all(&self.folder).map_err(disk)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(disk)?;
        match file.try_lock() {
            Ok(()) => Ok(CaptureLock(Some(file))),
            Err(TryLockError::WouldBlock) => Err(DaysError::Busy { path: self.folder.clone() }),
            Err(TryLockError::Error(cause)) => Err(disk(cause)),
        }
    }

    /// Every day of a question that lies in a period, in order.
    ///
    /// # Errors
    /// [`DaysError`] when what is there cannot be read.
    pub fn of(&self, key: &str, period: Period) -> Result<Vec<CapturedDay>, DaysError> {
        if let Some(bucket) = &self.bucket {
            return bucket::of(bucket, key, period);
        }
        let folder = self.folder.join(key);
        let entries = match std::fs::read_dir(&folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|cause| DaysError::Disk { path: folder.clone(), cause })?,
        };
        let mut days = Vec::new();
        for entry in entries {
            let path = entry.map_err(|cause| DaysError::Disk { path: folder.clone(), cause })?.path();
            let Some((from, to)) = borders(&path) else { continue };
            if period.start <= from && to <= period.end {
                days.push(read(&path)?);
            }
        }
        days.sort_by_key(|day| (day.from, day.to));
        Ok(days)
    }

    /// The day of a question; `None` when it was not captured.
    ///
    /// # Errors
    /// [`DaysError`] when what is there cannot be read.
    pub fn day(&self, key: &str, day: Period) -> Result<Option<CapturedDay>, DaysError> {
        if let Some(bucket) = &self.bucket {
            return bucket::day(bucket, key, day);
        }
        let path = self.path(key, day);
        match read(&path) {
            Err(DaysError::Disk { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Adds what was captured of a day. The evidence itself must be kept before.
    ///
    /// # Errors
    /// [`DaysError`]; the days are as they were.
    pub fn add(&self, _: &CaptureLock, key: &str, day: Period, version: DayVersion) -> Result<Added, DaysError> {
        if let Some(bucket) = &self.bucket {
            return bucket::add(bucket, key, day, &version);
        }
        let mut known = self.day(key, day)?.unwrap_or_else(|| unknown(day));
        let added = known.add(version);
        if added == Added::Same {
            return Ok(added);
        }
        let path = self.path(key, day);
        write(&path, &known).map_err(|cause| DaysError::Disk { path, cause })?;
        Ok(added)
    }

    fn path(&self, key: &str, day: Period) -> PathBuf {
        self.folder.join(key).join(format!("{}-{}{SUFFIX}", day.start, day.end))
    }
}

impl CapturedDay {
    fn add(&mut self, version: DayVersion) -> Added {
        let added = match self.versions.last() {
            None => Added::First,
            Some(last) if *last == version => return Added::Same,
            Some(_) => Added::Changed,
        };
        self.versions.push(version);
        added
    }
}

fn unknown(day: Period) -> CapturedDay {
    CapturedDay { from: day.start, to: day.end, versions: Vec::new() }
}

fn borders(path: &Path) -> Option<(UnixSeconds, UnixSeconds)> {
    let (from, to) = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn read(path: &Path) -> Result<CapturedDay, DaysError> {
    let bytes = std::fs::read(path).map_err(|cause| DaysError::Disk { path: path.to_owned(), cause })?;
    parsed(path, &bytes)
}

fn parsed(path: &Path, bytes: &[u8]) -> Result<CapturedDay, DaysError> {
    let unreadable = |reason: String| DaysError::Unreadable { path: path.to_owned(), reason };
    let day: CapturedDay = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
    if borders(path) != Some((day.from, day.to)) {
        return Err(unreadable("its name is of another day".to_owned()));
    }
    if day.versions.is_empty() {
        return Err(unreadable("it names no evidence".to_owned()));
    }
    Ok(day)
}

fn write(path: &Path, day: &CapturedDay) -> io::Result<()> {
    let folder = path.parent().expect("a day lies in a folder");
    std::fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(".day-").suffix(".tmp").tempfile_in(folder)?;
    serde_json::to_writer_pretty(&mut temporary, day)?;
    temporary.write_all(b"\n")?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// How many slices of a capture have both numbers.
pub fn usable(slices: &Slices) -> i64 {
    let usable = slices.rows().iter().filter(|row| row.good.is_some() && row.total.is_some()).count();
    i64::try_from(usable).unwrap_or(i64::MAX)
}

/// One capture out of several that follow each other without a gap, each with the hash of its evidence where it was kept.
///
/// # Panics
/// When there is none, or they do not follow each other.
pub fn join(parts: Vec<(Slices, Option<String>)>) -> Slices {
    let mut provenance: Option<Provenance> = None;
    let mut rows: Vec<Slice> = Vec::new();
    for (part, sha256) in parts {
        let (next, more) = part.into_parts();
        let pieces = sha256.map(|sha256| Piece { from: next.from, to: next.to, sha256 });
        let mut next = Provenance { pieces: pieces.into_iter().chain(next.pieces).collect(), ..next };
        let Some(known) = &mut provenance else {
            (provenance, rows) = (Some(next), more);
            continue;
        };
        assert_eq!((known.to, known.step_seconds), (next.from, next.step_seconds), "parts follow each other");
        known.to = next.to;
        // Whole events and millionths of one meet in millionths.
        let scale = known.scale.max(next.scale);
        let factors = [scale / known.scale, scale / next.scale];
        rows.iter_mut().for_each(|row| *row = scaled(*row, factors[0]));
        rows.extend(more.into_iter().map(|row| scaled(row, factors[1])));
        known.scale = scale;
        for (known, next) in [
            (&mut known.query, &next.query),
            (&mut known.source, &next.source),
            (&mut known.server_version, &next.server_version),
        ] {
            // A server that was replaced within the month is both.
            if known.is_empty() {
                known.clone_from(next);
            } else if !format!("\n{known}\n").contains(&format!("\n{next}\n")) {
                known.push('\n');
                known.push_str(next);
            }
        }
        known.warnings.append(&mut next.warnings);
        next.notes.into_iter().for_each(|note| add_note(&mut known.notes, note));
        known.pieces.append(&mut next.pieces);
    }
    Slices::new(provenance.expect("at least one part"), rows).expect("each part keeps its promises")
}

fn scaled(row: Slice, factor: i64) -> Slice {
    debug_assert!(factor == 1 || factor == MICRO_EVENTS);
    // What does not fit in millionths is not a number of events that anybody measured.
    let scaled = |units: Option<i64>| units.and_then(|units| units.checked_mul(factor));
    Slice { good: scaled(row.good), total: scaled(row.total), ..row }
}

/// Adds a note to those that are known: what counts is added up.
fn add_note(known: &mut Vec<Note>, note: Note) {
    for one in known.iter_mut() {
        if one.add(&note) {
            return;
        }
    }
    known.push(note);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(from: i64, scale: i64, rows: &[(i64, i64)], change: impl FnOnce(&mut Provenance)) -> Slices {
        let mut provenance = Provenance {
            query: "good: a\ntotal: b".to_owned(),
            source: "http://prometheus".to_owned(),
            server_version: "prometheus 2.42.0".to_owned(),
            from,
            to: from + 120,
            step_seconds: 60,
            scale,
            warnings: Vec::new(),
            notes: Vec::new(),
            pieces: Vec::new(),
        };
        change(&mut provenance);
        let rows = rows.iter().map(|&(t, units)| Slice { t, good: Some(units), total: Some(units) });
        Slices::new(provenance, rows.collect()).expect("slices")
    }

    fn totals(slices: &Slices) -> Vec<(i64, Option<i64>)> {
        slices.rows().iter().map(|row| (row.t, row.total)).collect()
    }

    #[test]
    fn parts_become_one_capture_in_the_finer_scale() {
        let whole = part(0, 1, &[(60, 5), (120, 7)], |_| {});
        let fine = part(120, MICRO_EVENTS, &[(240, 1_500_000)], |_| {});
        let joined = join(vec![(whole.clone(), Some("aa".to_owned())), (fine.clone(), None)]);
        assert_eq!(totals(&joined), [(60, Some(5_000_000)), (120, Some(7_000_000)), (240, Some(1_500_000))]);
        let provenance = joined.provenance();
        assert_eq!((provenance.from, provenance.to, provenance.scale), (0, 240, MICRO_EVENTS));
        assert_eq!(provenance.pieces, [Piece { from: 0, to: 120, sha256: "aa".to_owned() }]);
        assert_eq!(provenance.query, "good: a\ntotal: b");
        // The other way round, and what does not fit in millionths is unknown.
        let huge = part(120, 1, &[(180, i64::MAX), (240, 1)], |_| {});
        let joined = join(vec![(part(0, MICRO_EVENTS, &[(60, 1)], |_| {}), None), (huge, None)]);
        assert_eq!(totals(&joined), [(60, Some(1)), (180, None), (240, Some(1_000_000))]);
        // One part is itself.
        assert_eq!(join(vec![(whole.clone(), None)]), whole);
    }

    #[test]
    fn what_was_told_of_parts_is_told_of_the_whole() {
        let unread = |slices: i64, first_end: &str| Note::Unread {
            column: "total".to_owned(),
            slices,
            first_end: first_end.to_owned(),
        };
        let first = part(0, 1, &[(60, 1)], |provenance| {
            provenance.notes = vec![unread(3, "first"), Note::Estimated { column: "total".to_owned() }];
            provenance.warnings = vec!["a".to_owned()];
        });
        let second = part(120, 1, &[], |provenance| {
            provenance.notes = vec![
                Note::Estimated { column: "total".to_owned() },
                Note::Restarts { column: "bad".to_owned(), restarts: 2 },
                unread(4, "second"),
            ];
            provenance.warnings = vec!["b".to_owned()];
            provenance.server_version = "prometheus 3.1.0".to_owned();
            provenance.query = "good: a[60s]\ntotal: b".to_owned();
        });
        let silent = part(240, 1, &[], |provenance| {
            (provenance.query, provenance.source, provenance.server_version) = Default::default();
        });
        let parts = [moved(&silent, 0), moved(&first, 120), moved(&second, 240)];
        let joined = join(parts.map(|part| (part, None)).to_vec());
        let provenance = joined.provenance();
        assert_eq!(
            provenance.notes,
            [
                unread(7, "first"),
                Note::Estimated { column: "total".to_owned() },
                Note::Restarts { column: "bad".to_owned(), restarts: 2 }
            ]
        );
        assert_eq!(provenance.warnings, ["a", "b"]);
        assert_eq!(provenance.server_version, "prometheus 2.42.0\nprometheus 3.1.0");
        assert_eq!(provenance.query, "good: a\ntotal: b\ngood: a[60s]\ntotal: b");
        assert_eq!(provenance.source, "http://prometheus");
    }

    /// The same slices at another time.
    fn moved(slices: &Slices, from: i64) -> Slices {
        let (provenance, rows) = slices.clone().into_parts();
        let by = from - provenance.from;
        let rows = rows.into_iter().map(|row| Slice { t: row.t + by, ..row }).collect();
        Slices::new(Provenance { from, to: provenance.to + by, ..provenance }, rows).expect("slices")
    }

    #[test]
    fn a_day_has_its_versions_in_order_and_one_who_adds_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let days = CapturedDays::new(folder.path().join("captures"));
        let [day, next] = [0, 120].map(|from| Period::new(from, from + 120).expect("a day"));
        let version = |sha256: &str| DayVersion { sha256: sha256.to_owned(), slices: 2, usable: 1, warned: false };
        let month = Period::new(0, 240).expect("a month");
        assert_eq!(days.of("key", month).expect("nothing"), []);
        assert_eq!(days.day("key", day).expect("nothing"), None);
        let lock = days.lock().expect("nobody else");
        assert!(matches!(days.lock(), Err(DaysError::Busy { .. })));
        assert_eq!(days.add(&lock, "key", next, version("c")).expect("kept"), Added::First);
        assert_eq!(days.add(&lock, "key", day, version("a")).expect("kept"), Added::First);
        assert_eq!(days.add(&lock, "key", day, version("a")).expect("kept"), Added::Same);
        assert_eq!(days.add(&lock, "key", day, version("b")).expect("kept"), Added::Changed);
        assert_eq!(days.add(&lock, "key", day, version("a")).expect("kept"), Added::Changed);
        let versions = |day: &CapturedDay| day.versions.iter().map(|one| one.sha256.clone()).collect::<Vec<_>>();
        let all = days.of("key", month).expect("days");
        assert_eq!(all.iter().map(versions).collect::<Vec<_>>(), [vec!["a", "b", "a"], vec!["c"]]);
        // Another question, and a stretch that does not hold the whole day.
        assert_eq!(days.of("other", month).expect("nothing"), []);
        assert_eq!(days.of("key", Period::new(60, 240).expect("a stretch")).expect("a day").len(), 1);
        drop(lock);
        assert!(days.lock().is_ok());
        // Whatever else lies there is passed over; a day that lies about itself is not.
        std::fs::write(folder.path().join("captures/key/notes.txt"), "mine").expect("written");
        assert_eq!(days.of("key", month).expect("days").len(), 2);
        std::fs::copy(folder.path().join("captures/key/0-120.json"), folder.path().join("captures/key/120-240.json"))
            .expect("copied");
        assert_eq!(days.of("key", month).map_err(|error| error.code()), Err("captures.unreadable"));
    }
}
