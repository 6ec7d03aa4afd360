//! Days in a bucket. Nobody locks it: a day is replaced only as it was read.

use std::path::{Path, PathBuf};

use object_store::UpdateVersion;
use sla_core::time::Period;

use super::{Added, CapturedDay, DayVersion, DaysError, IN_PLACE, SUFFIX, borders, parsed, unknown};
use crate::evidence::Bucket;

/// How often a day is read and written again because somebody else wrote it in between.
const TRIES: usize = 8;

fn name_of(key: &str, day: Period) -> String {
    format!("{IN_PLACE}/{key}/{}-{}{SUFFIX}", day.start, day.end)
}

pub(super) fn of(bucket: &Bucket, key: &str, period: Period) -> Result<Vec<CapturedDay>, DaysError> {
    let below = format!("{IN_PLACE}/{key}");
    let names = bucket.names(&below).map_err(|cause| DaysError::Bucket { address: bucket.address(&below), cause })?;
    let is_within =
        |name: &String| borders(Path::new(name)).is_some_and(|(from, to)| period.start <= from && to <= period.end);
    let names: Vec<String> = names.into_iter().filter(is_within).map(|name| format!("{below}/{name}")).collect();
    let objects =
        bucket.get_all(&names).map_err(|cause| DaysError::Bucket { address: bucket.address(&below), cause })?;
    // Nothing takes a day away; one that is gone since it was listed was taken by hand.
    let found = names.iter().zip(objects).filter_map(|(name, object)| Some((name, object?)));
    let mut days: Vec<CapturedDay> =
        found.map(|(name, object)| day_of(bucket, name, &object.bytes)).collect::<Result<_, _>>()?;
    days.sort_by_key(|day| (day.from, day.to));
    Ok(days)
}

/// The day of a question; `None` when it was not captured.
pub(super) fn day(bucket: &Bucket, key: &str, day: Period) -> Result<Option<CapturedDay>, DaysError> {
    Ok(seen_in(bucket, &name_of(key, day))?.map(|(day, _)| day))
}

/// A day of a bucket, and what must still be there when it is replaced.
fn seen_in(bucket: &Bucket, name: &str) -> Result<Option<(CapturedDay, UpdateVersion)>, DaysError> {
    let object = bucket.get(name).map_err(|cause| DaysError::Bucket { address: bucket.address(name), cause })?;
    let Some(object) = object else { return Ok(None) };
    Ok(Some((day_of(bucket, name, &object.bytes)?, object.seen)))
}

fn day_of(bucket: &Bucket, name: &str, bytes: &[u8]) -> Result<CapturedDay, DaysError> {
    parsed(Path::new(&bucket.address(name)), bytes)
}

/// Two may add to the same day at once: whoever finds it changed reads it again and adds to what is there.
pub(super) fn add(bucket: &Bucket, key: &str, day: Period, version: &DayVersion) -> Result<Added, DaysError> {
    let name = name_of(key, day);
    for _ in 0..TRIES {
        let (mut known, seen) = match seen_in(bucket, &name)? {
            Some((known, seen)) => (known, Some(seen)),
            None => (unknown(day), None),
        };
        let added = known.add(version.clone());
        if added == Added::Same {
            return Ok(added);
        }
        let mut bytes = serde_json::to_vec_pretty(&known).expect("a day is text and numbers");
        bytes.push(b'\n');
        let written = match seen {
            Some(seen) => bucket.replace(&name, &bytes, seen),
            None => bucket.create(&name, &bytes),
        };
        if written.map_err(|cause| DaysError::Bucket { address: bucket.address(&name), cause })? {
            return Ok(added);
        }
    }
    Err(DaysError::Busy { path: PathBuf::from(bucket.address(&name)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::days::CapturedDays;

    #[test]
    fn two_who_add_to_a_day_of_a_bucket_lose_nothing() {
        let objects = std::sync::Arc::new(object_store::memory::InMemory::new());
        let days = CapturedDays::in_bucket(Bucket::over(objects, "s3://reports/acme", "acme"));
        let day = Period::new(0, 120).expect("a day");
        let version = |sha256: &str| DayVersion { sha256: sha256.to_owned(), slices: 2, usable: 1, warned: false };
        assert_eq!(days.of("key", day).expect("nothing"), []);
        assert_eq!(days.day("key", day).expect("nothing"), None);
        let writers = ["a", "b", "c", "d"];
        std::thread::scope(|scope| {
            for sha256 in writers {
                let days = days.clone();
                scope.spawn(move || {
                    let lock = days.lock().expect("nothing is locked");
                    days.add(&lock, "key", day, version(sha256)).expect("kept");
                });
            }
        });
        let known = days.day("key", day).expect("a day").expect("captured");
        let mut found: Vec<_> = known.versions.iter().map(|one| one.sha256.clone()).collect();
        let last = found.last().cloned().expect("a version");
        found.sort();
        assert_eq!(found, writers);
        let lock = days.lock().expect("nothing is locked");
        assert_eq!(days.add(&lock, "key", day, version(&last)).expect("kept"), Added::Same);
        assert_eq!(days.of("key", Period::new(0, 240).expect("days")).expect("a day"), [known]);
        assert_eq!(days.of("key", Period::new(60, 240).expect("a stretch")).expect("none"), []);
        assert_eq!(days.of("other", day).expect("nothing"), []);
    }
}
