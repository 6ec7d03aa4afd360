//! Samples of any time for a Prometheus that receives them, and requests to read them again.
//! Source of the format: `prompb/remote.proto` and `prompb/types.proto` of Prometheus.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use prost::Message;

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    series: Vec<Series>,
}

#[derive(Clone, PartialEq, Message)]
struct Series {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    histograms: Vec<Histogram>,
}

/// A native histogram whose buckets end at powers of two.
#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(uint64, tag = "1")]
    count: u64,
    #[prost(double, tag = "3")]
    sum: f64,
    #[prost(sint32, tag = "4")]
    schema: i32,
    #[prost(message, repeated, tag = "11")]
    spans: Vec<BucketSpan>,
    /// How many more each bucket holds than the one before.
    #[prost(sint64, repeated, tag = "12")]
    deltas: Vec<i64>,
    #[prost(int64, tag = "15")]
    timestamp: i64,
}

/// Buckets that follow each other; the offset is from the last one before, or from the bucket that ends at 1.
#[derive(Clone, PartialEq, Message)]
struct BucketSpan {
    #[prost(sint32, tag = "1")]
    offset: i32,
    #[prost(uint32, tag = "2")]
    length: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
struct ReadRequest {
    #[prost(message, repeated, tag = "1")]
    queries: Vec<Query>,
    #[prost(int32, repeated, tag = "2")]
    accepted_response_types: Vec<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct Query {
    #[prost(int64, tag = "1")]
    start_timestamp_ms: i64,
    #[prost(int64, tag = "2")]
    end_timestamp_ms: i64,
    #[prost(message, repeated, tag = "3")]
    matchers: Vec<Matcher>,
}

#[derive(Clone, PartialEq, Message)]
struct Matcher {
    #[prost(int32, tag = "1")]
    comparison: i32,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    value: String,
}

/// A request for the samples of all series with these labels, as remote read has it, for a stream of chunks.
///
/// # Panics
/// Never.
#[must_use]
pub fn read_request(labels: &[(&str, &str)], from_ms: i64, to_ms: i64) -> Vec<u8> {
    let equal =
        |(name, value): &(&str, &str)| Matcher { comparison: 0, name: (*name).to_owned(), value: (*value).to_owned() };
    let matchers = labels.iter().map(equal).collect();
    let query = Query { start_timestamp_ms: from_ms, end_timestamp_ms: to_ms, matchers };
    let request = ReadRequest { queries: vec![query], accepted_response_types: vec![1] };
    snap::raw::Encoder::new().compress_vec(&request.encode_to_vec()).expect("far from snappy's limit")
}

/// A series to be written.
#[derive(Clone, Debug, Default)]
pub struct WrittenSeries {
    /// Its labels in the order of their names, `__name__` among them.
    pub labels: Vec<(String, String)>,
    /// Milliseconds since 1970, and values.
    pub samples: Vec<(i64, f64)>,
}

/// What marks the end of a series.
#[must_use]
pub fn stale() -> f64 {
    f64::from_bits(0x7ff0_0000_0000_0002)
}

/// Writes all series, a stretch of time after the other.
///
/// # Panics
/// If the server does not take them.
pub fn write(port: u16, all: &[WrittenSeries]) {
    const STRETCH_MS: i64 = 6 * 3_600_000;
    let times = || all.iter().flat_map(|one| one.samples.iter().map(|(t, _)| *t));
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return };
    let mut next = vec![0; all.len()];
    let mut end = first;
    while end <= last {
        end += STRETCH_MS;
        let mut request = WriteRequest::default();
        for (one, next) in all.iter().zip(&mut next) {
            let samples = one.samples[*next..].iter().take_while(|(t, _)| *t < end);
            let samples: Vec<Sample> = samples.map(|&(timestamp, value)| Sample { value, timestamp }).collect();
            *next += samples.len();
            if !samples.is_empty() {
                let label = |(name, value): &(String, String)| Label { name: name.clone(), value: value.clone() };
                let labels = one.labels.iter().map(label).collect();
                request.series.push(Series { labels, samples, histograms: Vec::new() });
            }
        }
        if !request.series.is_empty() {
            send(port, &request);
        }
    }
}

/// Writes a series of native histograms: milliseconds since 1970, how many were observed above 0.25 and up to 0.5, and above 2 and
/// up to 4.
///
/// # Panics
/// If the server does not take them.
pub fn write_histograms(port: u16, labels: &[(&str, &str)], samples: &[(i64, [u64; 2])]) {
    let label = |(name, value): &(&str, &str)| Label { name: (*name).to_owned(), value: (*value).to_owned() };
    let labels: Vec<Label> = labels.iter().map(label).collect();
    let histogram = |&(timestamp, [quick, slow]): &(i64, [u64; 2])| {
        let [first, second] = [quick, slow].map(|count| i64::try_from(count).expect("a small count"));
        Histogram {
            count: quick + slow,
            sum: 0.4 * f64::from(u32::try_from(quick).expect("small"))
                + 3.0 * f64::from(u32::try_from(slow).expect("small")),
            schema: 0,
            // The buckets that end at 0.5 and at 4; two that nobody observed anything in lie between them.
            spans: vec![BucketSpan { offset: -1, length: 1 }, BucketSpan { offset: 2, length: 1 }],
            deltas: vec![first, second - first],
            timestamp,
        }
    };
    for part in samples.chunks(2_000) {
        let histograms = part.iter().map(histogram).collect();
        send(port, &WriteRequest { series: vec![Series { labels: labels.clone(), samples: Vec::new(), histograms }] });
    }
}

fn send(port: u16, request: &WriteRequest) {
    let body = snap::raw::Encoder::new().compress_vec(&request.encode_to_vec()).expect("far from snappy's limit");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server listens");
    let head = format!(
        "POST /api/v1/write HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-protobuf\r\n\
         Content-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server answers");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}
