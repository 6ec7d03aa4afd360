//! What is made of replies that real servers gave: Prometheus 3, Thanos, Mimir and others, each with its source in
//! `tests/replies/README.md`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sla_core::catalogue::RangeEnds;

use super::chunk::Chunk;
use super::reply::{Answer, Asked, Envelope, answer, error_text, version};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replies")
}

fn read(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const VERSIONS: [(&str, &str, Option<RangeEnds>); 5] = [
    ("prometheus-3-buildinfo.json", "prometheus 3.15.0", Some(RangeEnds::Later)),
    // It does not name itself, and counts its own versions.
    ("thanos-buildinfo.json", "0.38.0", None),
    ("mimir-2.15-buildinfo.json", "grafana mimir 2.15.0", None),
    ("mimir-r411-buildinfo.json", "grafana mimir r411-926f316c", None),
    // It claims a version of Prometheus whose ranges cover both ends; its own cover the later one only.
    ("victoriametrics-buildinfo.json", "2.24.0", None),
];

#[test]
fn servers_are_taken_for_what_they_are() {
    for (name, text, ends) in VERSIONS {
        let version = version(&read(name)).unwrap_or_else(|| panic!("{name} has no version"));
        assert_eq!((version.text.as_str(), version.range_ends), (text, ends), "{name}");
    }
}

/// A file, the first and last time that were asked for with their step, and what is made of it: how many samples of that value the
/// first has, with a part of what the server warned of; or the code of an error.
type RangeCase = (&'static str, (i64, i64, i64), Result<(usize, Option<&'static str>), &'static str>);

const RANGES: [RangeCase; 16] = [
    // Eleven of 36 slices are not there: they are unknown, and not nothing.
    ("prometheus-3-range-gap.json", (1_790_923_560, 1_790_925_660, 60), Ok((25, None))),
    ("prometheus-3-range-empty.json", (60, 120, 60), Ok((0, None))),
    ("prometheus-3-range-infos.json", (1_536_673_680, 1_536_673_780, 100), Ok((2, Some("might not be a counter")))),
    ("prometheus-3-range-histograms.json", (60, 120, 60), Err("prometheus.shape")),
    ("prometheus-3-range-le-normalised.json", (1_790_927_499, 1_790_927_634, 15), Err("prometheus.several_series")),
    ("thanos-range-values.json", (1_790_926_200, 1_790_926_800, 30), Ok((21, None))),
    ("thanos-range-empty.json", (60, 120, 60), Ok((0, None))),
    ("thanos-range-partial-warning.json", (1_536_673_680, 1_536_673_780, 100), Ok((2, Some("I always fail")))),
    ("thanos-query-frontend-range-warning.json", (1_536_673_680, 1_536_673_780, 100), Ok((2, Some("test-warn")))),
    ("thanos-range-histograms.json", (60, 120, 60), Err("prometheus.shape")),
    // Nothing in it tells that one sample stands for an hour: that is why the request says which resolution it wants.
    ("thanos-range-downsampled-1h.json", (1_788_937_200, 1_789_196_400, 3_600), Ok((73, None))),
    ("mimir-range-values.json", (1_790_926_200, 1_790_926_800, 30), Ok((21, None))),
    // Its start was moved to where the server's memory begins, and another's times to multiples of the step.
    ("mimir-range-start-moved.json", (1_721_806_505, 1_790_926_505, 86_400), Err("prometheus.timestamp")),
    ("mimir-range-aligned.json", (1_789_500_000, 1_790_536_800, 86_400), Err("prometheus.timestamp")),
    ("mimir-range-values-and-histograms.json", (1, 2, 1), Err("prometheus.shape")),
    ("prometheus-3-503-timeout.json", (60, 120, 60), Err("prometheus.not_prometheus")),
];

#[test]
fn answers_to_ranges_are_samples_doubts_or_refusals() {
    for (name, (first, last, step_seconds), expected) in RANGES {
        let chunk = Chunk { first, last, step_seconds };
        let asked = Asked { column: "total", query: "sum(x)", url: "http://server/api/v1/query_range", chunk };
        let found = answer(&read(name), asked);
        let found = match &found {
            Ok(Answer { samples, warnings }) => Ok((samples.as_ref().map_or(0, Vec::len), warnings)),
            Err(error) => Err(error.code()),
        };
        match (found, expected) {
            (Ok((count, warnings)), Ok((wanted, warning))) => {
                assert_eq!((count, warnings.is_empty()), (wanted, warning.is_none()), "{name}: {warnings:?}");
                assert!(warning.is_none_or(|part| warnings.concat().contains(part)), "{name}: {warnings:?}");
            }
            (found, expected) => assert_eq!(found.map(|(count, _)| count), expected.map(|(count, _)| count), "{name}"),
        }
    }
}

const ERRORS: [(&str, &str); 11] = [
    ("prometheus-3-400-parse.json", "parse error"),
    ("prometheus-3-400-points.json", "11,000 points"),
    ("prometheus-3-422-max-samples.json", "too many samples"),
    ("thanos-400-points.json", "11,000 points"),
    ("mimir-400-points.json", "11,000 points"),
    ("mimir-400-query-blocked.json", "err-mimir-query-blocked"),
    ("mimir-400-max-total-query-length.json", "exceeds the limit"),
    ("mimir-422-max-query-length.json", "err-mimir-max-query-length"),
    ("mimir-422-max-series.json", "maximum number of series"),
    ("mimir-422-max-chunks.json", "err-mimir-max-chunks-per-query"),
    ("mimir-429-too-many-requests.json", "too many outstanding requests"),
];

/// Refusals of proxies that write no JSON.
const WORDLESS: [&str; 1] = ["thanos-query-frontend-400-points.txt"];

#[test]
fn refusals_are_told_in_the_servers_words() {
    for (name, part) in ERRORS {
        let text = error_text(&read(name)).unwrap_or_else(|| panic!("{name} has no words"));
        assert!(text.contains(part), "{name}: {text}");
    }
    for name in WORDLESS {
        assert_eq!(error_text(&read(name)), None, "{name}");
    }
}

/// Lists of which a server leaves something out are no proof that there is nothing else, if it says so.
const LISTS: [(&str, Option<&str>); 2] = [
    ("prometheus-3-series-truncated.json", Some("limit")),
    ("thanos-series-warning.json", Some("No StoreAPIs matched")),
];

#[test]
fn lists_that_were_cut_are_doubted() {
    for (name, part) in LISTS {
        let mut list: Envelope<Vec<serde_json::Value>> = serde_json::from_slice(&read(name)).expect("a list");
        let doubts = list.doubts().concat();
        assert!(part.is_none_or(|part| doubts.contains(part)), "{name}: {doubts}");
    }
}

#[test]
fn every_recorded_reply_is_judged_and_has_a_source() {
    let cases = VERSIONS.iter().map(|case| case.0).chain(RANGES.iter().map(|case| case.0));
    let cases = cases.chain(ERRORS.iter().map(|case| case.0)).chain(LISTS.iter().map(|case| case.0));
    let cases: BTreeSet<&str> = cases.chain(WORDLESS).collect();
    let sources = String::from_utf8(read("README.md")).expect("a text");
    for entry in std::fs::read_dir(folder()).expect("the folder") {
        let name = entry.expect("a file").file_name().into_string().expect("a name");
        let is_judged = cases.contains(name.as_str()) || name == "README.md";
        assert!(is_judged, "{name} is judged by no test");
        assert!(name == "README.md" || sources.contains(&name), "{name} has no source");
    }
}
