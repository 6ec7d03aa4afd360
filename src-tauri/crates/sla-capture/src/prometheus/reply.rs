//! Prometheus' answers: JSON in, samples on the asked grid out. The network is not known here.
//! Source of the format: <https://prometheus.io/docs/prometheus/latest/querying/api/>.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use sla_core::catalogue::RangeEnds;
use sla_core::time::UnixSeconds;

use super::chunk::Chunk;
use super::error::{PrometheusError, start_of};
use crate::number::Number;
use crate::source::instant;

/// Most warnings of one answer that are kept, and most characters of each. Prometheus itself sends ten of a kind.
const MAX_WARNINGS: usize = 20;
const MAX_WARNING_CHARACTERS: usize = 500;
/// Series that a message names.
const NAMED_SERIES: usize = 3;
/// The server whose version tells what its ranges cover.
const PROMETHEUS: &str = "prometheus";

/// What was asked, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// `good`, `bad` or `total`.
    pub(super) column: &'static str,
    pub(super) query: &'a str,
    pub(super) url: &'a str,
    pub(super) chunk: Chunk,
}

/// One answer to a range query.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    /// Samples by time; `None` when no series was there at all.
    pub(super) samples: Option<Vec<(UnixSeconds, Number)>>,
    /// Warnings and infos, in the server's words.
    pub(super) warnings: Vec<String>,
}

/// What every answer is wrapped in.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) status: String,
    #[serde(default = "Option::default")]
    pub(super) data: Option<T>,
    #[serde(default)]
    pub(super) error: Option<String>,
    #[serde(default)]
    pub(super) warnings: Vec<String>,
    #[serde(default)]
    pub(super) infos: Vec<String>,
    /// VictoriaMetrics says here that it left something out.
    #[serde(default, rename = "isPartial")]
    pub(super) is_partial: bool,
}

impl<T> Envelope<T> {
    /// Everything that makes the answer no evidence, in the server's words where it has any.
    pub(super) fn doubts(&mut self) -> Vec<String> {
        let partial = self.is_partial.then(|| "the server says that its answer is partial".to_owned());
        bounded(self.warnings.drain(..).chain(self.infos.drain(..)).chain(partial))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Matrix {
    result_type: String,
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<(Timestamp, String)>,
    #[serde(default)]
    histograms: Option<IgnoredAny>,
}

/// The parts of an answer that tell what it is when it is not a matrix.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    result_type: String,
}

/// Unix seconds with up to three decimals, as a JSON number.
enum Timestamp {
    Whole(UnixSeconds),
    Other(String),
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a timestamp in Unix seconds")
            }

            fn visit_i64<E>(self, value: i64) -> Result<Timestamp, E> {
                Ok(Timestamp::Whole(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Timestamp, E> {
                Ok(i64::try_from(value).map_or_else(|_| Timestamp::Other(value.to_string()), Timestamp::Whole))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Timestamp, E> {
                // `1790805660.0` is whole; the shortest text of a double shows it exactly.
                let text = value.to_string();
                Ok(text.parse().map_or(Timestamp::Other(text), Timestamp::Whole))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Reads the answer to a range query.
pub(super) fn answer(body: &[u8], asked: Asked<'_>) -> Result<Answer, PrometheusError> {
    let mut envelope: Envelope<Matrix> = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(error) => return Err(misfit(body, asked, &error)),
    };
    if envelope.status != "success" {
        let text = envelope.error.unwrap_or_else(|| format!("its status is {:?}", envelope.status));
        let (url, query) = (asked.url.to_owned(), asked.query.to_owned());
        return Err(PrometheusError::Rejected { url, status: 200, text, query });
    }
    let warnings = envelope.doubts();
    let Some(matrix) = envelope.data else {
        return Err(not_prometheus(body, asked.url, "there is no data in it"));
    };
    if matrix.result_type != "matrix" {
        return Err(shape(asked, format!("a {}", matrix.result_type)));
    }
    Ok(Answer { samples: samples(matrix.result, asked)?, warnings })
}

/// Which server answers, as far as it says so.
#[derive(Debug, PartialEq)]
pub(super) struct Version {
    /// Its name and version for people, for example `prometheus 2.42.0`.
    pub(super) text: String,
    /// Which ends of its range a selector covers; `None` when the version does not tell.
    pub(super) range_ends: Option<RangeEnds>,
}

/// The server's version out of its build information; `None` when the answer is not Prometheus'.
pub(super) fn version(body: &[u8]) -> Option<Version> {
    #[derive(Deserialize)]
    struct Build {
        version: String,
        /// Mimir and its kin name themselves; Prometheus does not.
        #[serde(default)]
        application: String,
        /// Prometheus tells what it was built from and with; who only claims its version is another one.
        #[serde(default)]
        revision: String,
        #[serde(default, rename = "goVersion")]
        go_version: String,
    }
    let envelope: Envelope<Build> = serde_json::from_slice(body).ok()?;
    let Build { version, application, revision, go_version } =
        envelope.data.filter(|_| envelope.status == "success")?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    // Others count their own versions, and took Prometheus' change of version 3 over in some other one: Thanos is at 0.
    let is_built = !revision.is_empty() && !go_version.is_empty();
    let is_prometheus = application.eq_ignore_ascii_case(PROMETHEUS) || application.is_empty() && is_built;
    let range_ends = match major.filter(|_| is_prometheus) {
        Some(2) => Some(RangeEnds::Both),
        Some(3..) => Some(RangeEnds::Later),
        Some(0 | 1) | None => None,
    };
    let name = if application.is_empty() && range_ends.is_some() { PROMETHEUS } else { &application };
    let text = format!("{} {version}", name.to_lowercase()).trim().to_owned();
    Some(Version { text, range_ends })
}

/// The server's own words in an answer that is an error; `None` when it has none.
pub(super) fn error_text(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Envelope<IgnoredAny>>(body).ok()?.error.map(|text| cut(&text))
}

fn samples(mut result: Vec<Series>, asked: Asked<'_>) -> Result<Option<Vec<(UnixSeconds, Number)>>, PrometheusError> {
    let (column, query, chunk) = (asked.column, asked.query.to_owned(), asked.chunk);
    if result.len() > 1 {
        let labels: Vec<String> = result.iter().take(NAMED_SERIES).map(|series| label_set(&series.metric)).collect();
        let labels = labels.join(", ");
        return Err(PrometheusError::SeveralSeries { column, count: result.len(), labels, query });
    }
    let Some(series) = result.pop() else { return Ok(None) };
    if series.histograms.is_some() {
        return Err(shape(asked, "native histograms".to_owned()));
    }
    let misplaced = |found: String, expected: String| PrometheusError::Timestamp { column, found, expected };
    let mut samples: Vec<(UnixSeconds, Number)> = Vec::with_capacity(series.values.len());
    for (timestamp, value) in series.values {
        let t = match timestamp {
            Timestamp::Whole(t) => t,
            Timestamp::Other(found) => return Err(misplaced(found, "whole seconds".to_owned())),
        };
        if !chunk.has_end(t) {
            let expected = format!(
                "one of the times {} to {} in steps of {} s",
                instant(chunk.first),
                instant(chunk.last),
                chunk.step_seconds
            );
            return Err(misplaced(instant(t), expected));
        }
        if let Some((before, _)) = samples.last().filter(|(before, _)| *before >= t) {
            return Err(misplaced(instant(t), format!("a time after {}", instant(*before))));
        }
        let Some(number) = Number::parse(&value) else {
            return Err(PrometheusError::Value { column, found: cut(&value), t: instant(t) });
        };
        samples.push((t, number));
    }
    // A series without one sample is none: Prometheus leaves such series out.
    Ok((!samples.is_empty()).then_some(samples))
}

/// `{__name__="up", job="api"}`, with its keys in order.
fn label_set(metric: &BTreeMap<String, String>) -> String {
    let labels: Vec<String> = metric.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    cut(&format!("{{{}}}", labels.join(", ")))
}

/// Why a body is no answer to a range query: another type of result, or nothing of Prometheus at all.
fn misfit(body: &[u8], asked: Asked<'_>, error: &serde_json::Error) -> PrometheusError {
    match serde_json::from_slice::<Envelope<Kind>>(body) {
        Ok(Envelope { status, data: Some(kind), .. }) if status == "success" && kind.result_type != "matrix" => {
            shape(asked, format!("a {}", cut(&kind.result_type)))
        }
        _ => not_prometheus(body, asked.url, &error.to_string()),
    }
}

fn shape(asked: Asked<'_>, found: String) -> PrometheusError {
    PrometheusError::Shape { column: asked.column, found, query: asked.query.to_owned() }
}

pub(super) fn not_prometheus(body: &[u8], url: &str, reason: &str) -> PrometheusError {
    PrometheusError::NotPrometheus { url: url.to_owned(), reason: reason.to_owned(), start: start_of(body) }
}

pub(super) fn bounded(warnings: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut left_out = 0_usize;
    for warning in warnings {
        if kept.len() < MAX_WARNINGS { kept.push(cut(&warning)) } else { left_out += 1 }
    }
    if left_out > 0 {
        // No words: these lines are the server's own and are shown as such.
        kept.push(format!("… (+{left_out})"));
    }
    kept
}

pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_WARNING_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked {
        column: "good",
        query: "sum(up)",
        url: "http://prometheus/api/v1/query_range",
        chunk: Chunk { first: 60, last: 300, step_seconds: 60 },
    };

    fn matrix(series: &str) -> String {
        format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{series}]}}}}"#)
    }

    fn values(values: &str) -> String {
        matrix(&format!(r#"{{"metric":{{}},"values":[{values}]}}"#))
    }

    #[test]
    fn samples_are_read_from_their_text() {
        #[track_caller]
        fn check(body: &str, expected: Option<&[(i64, &str)]>) {
            let expected = expected.map(|samples| {
                samples.iter().map(|&(t, text)| (t, Number::parse(text).expect("a number"))).collect::<Vec<_>>()
            });
            assert_eq!(answer(body.as_bytes(), ASKED).expect("an answer").samples, expected, "{body}");
        }
        check(&values(r#"[60,"1"],[120,"59.983"],[300,"NaN"]"#), Some(&[(60, "1"), (120, "59.983"), (300, "NaN")]));
        check(&values(r#"[60.000,"+Inf"],[1.2e2,"1e+06"]"#), Some(&[(60, "+Inf"), (120, "1000000")]));
        check(&values(""), None);
        check(&matrix(""), None);
    }

    #[test]
    fn answers_that_are_no_evidence_are_refused() {
        #[track_caller]
        fn check(body: &str, code: &str, part: &str) {
            let error = answer(body.as_bytes(), ASKED).expect_err("no evidence");
            assert_eq!(error.code(), code, "{error}");
            assert!(error.to_string().contains(part), "{error}");
        }
        check("<html><title>Sign in</title>", "prometheus.not_prometheus", "<title>Sign in");
        check(&matrix("")[..40], "prometheus.not_prometheus", "login page");
        check("{}", "prometheus.not_prometheus", "missing field");
        check("[]", "prometheus.not_prometheus", "login page");
        check(r#"{"status":"success"}"#, "prometheus.not_prometheus", "no data");
        check(r#"{"status":"error","error":"boom"}"#, "prometheus.rejected", "boom; the query is: sum(up)");
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        check(vector, "prometheus.shape", "gives a vector");
        let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[60,"1"]}}"#;
        check(scalar, "prometheus.shape", "gives a scalar");
        let histograms = matrix(r#"{"metric":{},"histograms":[[60,{"count":"1"}]]}"#);
        check(&histograms, "prometheus.shape", "native histograms");
        let job = |name: &str| format!(r#"{{"metric":{{"job":"{name}"}},"values":[[60,"1"]]}}"#);
        let several = matrix(&["a", "b", "c", "d"].map(job).join(","));
        check(
            &several,
            "prometheus.several_series",
            r#"4 series, expected one: {job="a"}, {job="b"}, {job="c"}; aggregate"#,
        );
        for timestamp in ["0", "61", "360", "-60", "60.5", "1e30", "18446744073709551615", "60000"] {
            check(&values(&format!(r#"[{timestamp},"1"]"#)), "prometheus.timestamp", "no evidence");
        }
        check(&values(r#"[120,"1"],[60,"1"]"#), "prometheus.timestamp", "a time after 1970-01-01T00:02:00Z");
        check(&values(r#"[60,"1"],[60,"1"]"#), "prometheus.timestamp", "a time after");
        check(&values(r#"[60,"abc"]"#), "prometheus.value", r#"the value "abc" at 1970-01-01T00:01:00Z"#);
        check(&values(r#"[60,"1,5"]"#), "prometheus.value", "1,5");
        check(&values(r#"[60,1]"#), "prometheus.not_prometheus", "expected a string");
    }

    #[test]
    fn warnings_and_infos_are_kept_within_bounds() {
        let body = matrix("").replace("}}", r#"},"warnings":["a","b"],"infos":["c"]}"#);
        assert_eq!(answer(body.as_bytes(), ASKED).expect("an answer").warnings, ["a", "b", "c"]);
        let many = vec![format!("\"{}\"", "w".repeat(600)); 25].join(",");
        let body = matrix("").replace("}}", &format!(r#"}},"warnings":[{many}]}}"#));
        let warnings = answer(body.as_bytes(), ASKED).expect("an answer").warnings;
        assert_eq!(warnings.len(), 21);
        assert_eq!(warnings[0].chars().count(), 501);
        assert_eq!(warnings[20], "… (+5)");
    }

    #[test]
    fn versions_name_the_server_and_tell_what_its_ranges_cover() {
        #[track_caller]
        fn check(body: &str, expected: Option<(&str, Option<RangeEnds>)>) {
            let version = version(body.as_bytes());
            assert_eq!(version.as_ref().map(|version| (version.text.as_str(), version.range_ends)), expected, "{body}");
        }
        let prometheus = |version: &str| {
            format!(r#"{{"status":"success","data":{{"version":"{version}","revision":"x","goVersion":"go1.27"}}}}"#)
        };
        check(&prometheus("2.42.0"), Some(("prometheus 2.42.0", Some(RangeEnds::Both))));
        check(&prometheus("2.42.0+ds"), Some(("prometheus 2.42.0+ds", Some(RangeEnds::Both))));
        check(&prometheus("3.0.0-beta.1"), Some(("prometheus 3.0.0-beta.1", Some(RangeEnds::Later))));
        check(&prometheus("v3.5.0"), Some(("prometheus v3.5.0", Some(RangeEnds::Later))));
        check(&prometheus("10.1.0"), Some(("prometheus 10.1.0", Some(RangeEnds::Later))));
        // Thanos counts its own versions.
        check(&prometheus("0.31.0"), Some(("0.31.0", None)));
        check(&prometheus("main"), Some(("main", None)));
        check(&prometheus(""), Some(("", None)));
        let mimir = r#"{"status":"success","data":{"application":"Grafana Mimir","version":"2.10.0"}}"#;
        check(mimir, Some(("grafana mimir 2.10.0", None)));
        check(r#"{"status":"error"}"#, None);
        check(r#"{"status":"success","data":{}}"#, None);
        check("<html>", None);
    }
}
