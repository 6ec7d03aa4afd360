//! Samples through the query API, for servers without remote read: what a range selector holds, as JSON.
//! Source of the format: <https://prometheus.io/docs/prometheus/latest/querying/api/>.

use std::collections::BTreeMap;

use num_traits::ToPrimitive;
use serde::Deserialize;

use super::error::PrometheusError;
use super::reply::{Envelope, cut, not_prometheus};
use crate::counter::{Labels, Sample};
use crate::number::Number;

/// What an answer holds: samples by series, and warnings in the server's words.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Raw {
    pub(super) series: Vec<(Labels, Vec<Sample>)>,
    pub(super) warnings: Vec<String>,
}

/// What was asked, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskedRaw<'a> {
    pub(super) column: &'static str,
    pub(super) query: &'a str,
    pub(super) url: &'a str,
    /// Of histograms, the bound up to which observations count.
    pub(super) up_to: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Vec<Series>,
}

/// A series of a vector has one value, of a matrix several.
#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: Option<(f64, String)>,
    histogram: Option<(f64, Histogram)>,
    #[serde(default)]
    values: Vec<(f64, String)>,
    #[serde(default)]
    histograms: Vec<(f64, Histogram)>,
}

#[derive(Deserialize)]
struct Histogram {
    count: String,
    /// Which ends a bucket has, its lower and its upper bound, and its own observations.
    #[serde(default)]
    buckets: Vec<(u8, String, String, String)>,
}

/// Reads the answer to an instant query of a selector, with a range or without.
pub(super) fn raw(body: &[u8], asked: AskedRaw<'_>) -> Result<Raw, PrometheusError> {
    let mut envelope: Envelope<Data> =
        serde_json::from_slice(body).map_err(|error| not_prometheus(body, asked.url, &error.to_string()))?;
    if envelope.status != "success" {
        let text = envelope.error.unwrap_or_else(|| format!("its status is {:?}", envelope.status));
        let (url, query) = (asked.url.to_owned(), asked.query.to_owned());
        return Err(PrometheusError::Rejected { url, status: 200, text, query });
    }
    let warnings = envelope.doubts();
    let Some(data) = envelope.data else { return Err(not_prometheus(body, asked.url, "there is no data in it")) };
    if !matches!(data.result_type.as_str(), "matrix" | "vector") {
        let (column, found) = (asked.column, format!("a {}", cut(&data.result_type)));
        return Err(PrometheusError::Shape { column, found, query: asked.query.to_owned() });
    }
    let mut series = Vec::with_capacity(data.result.len());
    for one in data.result {
        let mut samples = Vec::with_capacity(one.values.len() + one.histograms.len() + 1);
        for (t, text) in one.values.into_iter().chain(one.value) {
            samples.push((millis(t, asked)?, value(&text, asked)?));
        }
        for (t, histogram) in one.histograms.into_iter().chain(one.histogram) {
            samples.push((millis(t, asked)?, observations(&histogram, asked)?));
        }
        samples.sort_by_key(|(t, _)| *t);
        series.push((one.metric.into_iter().collect(), samples));
    }
    Ok(Raw { series, warnings })
}

/// Seconds with up to three decimals as milliseconds; a double holds them for longer than anybody measures.
fn millis(t: f64, asked: AskedRaw<'_>) -> Result<i64, PrometheusError> {
    let millis = (t * 1000.0).round().to_i64();
    millis.ok_or_else(|| PrometheusError::Timestamp {
        column: asked.column,
        found: t.to_string(),
        expected: "a time in seconds".to_owned(),
    })
}

fn value(text: &str, asked: AskedRaw<'_>) -> Result<f64, PrometheusError> {
    let misread = || PrometheusError::Value { column: asked.column, found: cut(text), t: "some time".to_owned() };
    match Number::parse(text) {
        None => Err(misread()),
        Some(Number::NotFinite) => Ok(f64::NAN),
        // A server prints the shortest text that is read as the same double.
        Some(Number::Finite(_)) => text.parse().map_err(|_| misread()),
    }
}

/// What a histogram has observed up to the bound; not a number where no bucket ends there.
fn observations(histogram: &Histogram, asked: AskedRaw<'_>) -> Result<f64, PrometheusError> {
    let Some(bound) = asked.up_to else { return value(&histogram.count, asked) };
    let bound = value(bound, asked)?;
    let mut sum = 0.0;
    for (_, lower, upper, count) in &histogram.buckets {
        let (lower, upper) = (value_or_infinite(lower), value_or_infinite(upper));
        if upper <= bound {
            sum += value(count, asked)?;
        } else if lower < bound {
            return Ok(f64::NAN);
        }
    }
    Ok(sum)
}

/// A bucket's bound, which may be infinite.
fn value_or_infinite(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: AskedRaw<'static> =
        AskedRaw { column: "total", query: "x[1m]", url: "http://prometheus", up_to: None };

    fn body(kind: &str, result: &str) -> String {
        format!(r#"{{"status":"success","data":{{"resultType":"{kind}","result":[{result}]}},"infos":["i"]}}"#)
    }

    /// Samples as whole numbers; −1 stands for what is no number.
    fn read(kind: &str, result: &str, up_to: Option<&str>) -> Vec<(i64, i64)> {
        let raw = raw(body(kind, result).as_bytes(), AskedRaw { up_to, ..ASKED }).expect("samples");
        assert_eq!(raw.warnings, ["i"]);
        let samples = raw.series.iter().flat_map(|(_, samples)| samples);
        samples.map(|&(t, value)| (t, value.to_i64().unwrap_or(-1))).collect()
    }

    #[test]
    fn samples_of_a_range_are_read_with_their_milliseconds() {
        let series =
            r#"{"metric":{"b":"2","a":"1"},"values":[[1790805660.123,"7"],[1790805675.1,"1e+06"],[1790805690,"NaN"]]}"#;
        let expected = [(1_790_805_660_123, 7), (1_790_805_675_100, 1_000_000), (1_790_805_690_000, -1)];
        assert_eq!(read("matrix", series, None), expected);
        let one = raw(body("matrix", series).as_bytes(), ASKED).expect("samples");
        assert_eq!(one.series[0].0, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        assert_eq!(read("vector", r#"{"metric":{},"value":[60,"5"]}"#, None), [(60_000, 5)]);
        assert_eq!(read("vector", "", None), []);
    }

    #[test]
    fn histograms_count_up_to_the_end_of_a_bucket() {
        #[track_caller]
        fn check(up_to: Option<&str>, expected: i64) {
            let buckets = r#"[[3,"-0.001","0.001","1"],[0,"0.5","1","20"],[0,"1","2","300"]]"#;
            let series =
                format!(r#"{{"metric":{{}},"histograms":[[60,{{"count":"321","sum":"9","buckets":{buckets}}}]]}}"#);
            assert_eq!(read("matrix", &series, up_to), [(60_000, expected)], "{up_to:?}");
        }
        check(None, 321);
        check(Some("1"), 21);
        check(Some("2"), 321);
        check(Some("5"), 321);
        check(Some("0.5"), 1);
        // Between two buckets nothing was observed.
        check(Some("0.3"), 1);
        check(Some("1.5"), -1);
        check(Some("0.7"), -1);
        let silent = r#"{"metric":{},"histograms":[[60,{"count":"0","sum":"0"}]]}"#;
        assert_eq!(read("matrix", silent, Some("1")), [(60_000, 0)]);
    }

    #[test]
    fn answers_that_hold_no_samples_are_refused() {
        #[track_caller]
        fn check(body: &str, code: &str) {
            assert_eq!(raw(body.as_bytes(), ASKED).map_err(|error| error.code()), Err(code), "{body}");
        }
        check("<html>", "prometheus.not_prometheus");
        check(r#"{"status":"success"}"#, "prometheus.not_prometheus");
        check(r#"{"status":"error","error":"boom"}"#, "prometheus.rejected");
        check(&body("scalar", ""), "prometheus.shape");
        check(&body("matrix", r#"{"metric":{},"values":[[60,"1,5"]]}"#), "prometheus.value");
        check(&body("matrix", r#"{"metric":{},"values":[[60,1]]}"#), "prometheus.not_prometheus");
        check(&body("matrix", r#"{"metric":{},"values":[[1e300,"1"]]}"#), "prometheus.timestamp");
    }
}
