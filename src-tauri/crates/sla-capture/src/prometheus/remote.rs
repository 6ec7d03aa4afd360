//! Remote read: the samples of series as the server keeps them, in a stream of checked frames.
//! Source of the format: `prompb/remote.proto`, `prompb/types.proto` and `storage/remote/chunked.go` of Prometheus.

use crc::{CRC_32_ISCSI, Crc, Table};
use prost::Message;
use sla_core::catalogue::Selector;

use super::http::{Flow, Reader};
use crate::counter::{Labels, Life, Sample, Tally, Terms, blocks};

/// Largest frame that is read; Prometheus ends a frame after about 1 MiB, and itself refuses more than this.
const FRAME_BYTES: usize = 50_000_000;
/// Streams of checked frames.
const STREAMED: i32 = 1;
const XOR: i32 = 1;

static CASTAGNOLI: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

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

#[derive(Clone, PartialEq, Message)]
struct Frame {
    #[prost(message, repeated, tag = "1")]
    chunked_series: Vec<ChunkedSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct ChunkedSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    chunks: Vec<Chunk>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Chunk {
    #[prost(int32, tag = "3")]
    kind: i32,
    #[prost(bytes = "vec", tag = "4")]
    data: Vec<u8>,
}

/// A request for every sample of a selector's series between two instants, both included.
pub(super) fn request(series: &Selector, from_ms: i64, to_ms: i64) -> Vec<u8> {
    let matchers = series.matchers().iter().map(|one| Matcher {
        comparison: one.comparison as i32,
        name: one.label.clone(),
        value: one.value.clone(),
    });
    let query = Query { start_timestamp_ms: from_ms, end_timestamp_ms: to_ms, matchers: matchers.collect() };
    let request = ReadRequest { queries: vec![query], accepted_response_types: vec![STREAMED] };
    snap::raw::Encoder::new().compress_vec(&request.encode_to_vec()).expect("a request is far from snappy's limit")
}

/// Takes the samples of one series after the other.
pub(super) trait Sink: Send {
    /// The next sample of a series; its labels are asked for where they are needed only.
    fn sample(&mut self, sample: Sample, labels: impl FnOnce() -> Labels);

    /// The next samples of a series.
    fn samples(&mut self, samples: &[Sample], labels: impl Fn() -> Labels) {
        for sample in samples {
            self.sample(*sample, &labels);
        }
    }

    /// The series has no more.
    fn end(&mut self);
}

/// Counts what counters rose by.
pub(super) struct Counting {
    life: Life,
    tally: Tally,
}

impl Counting {
    pub(super) fn new(terms: Terms) -> Self {
        Self { life: Life::default(), tally: Tally::new(terms) }
    }

    /// What was counted.
    pub(super) fn into_tally(self) -> Tally {
        self.tally
    }
}

impl Sink for Counting {
    fn sample(&mut self, sample: Sample, labels: impl FnOnce() -> Labels) {
        self.tally.sample(&mut self.life, sample, labels);
    }

    fn samples(&mut self, samples: &[Sample], labels: impl Fn() -> Labels) {
        self.tally.samples(&mut self.life, samples, labels);
    }

    fn end(&mut self) {
        self.tally.end(&std::mem::take(&mut self.life));
    }
}

/// Hands on what a stream of frames holds.
pub(super) struct Frames<S> {
    waiting: Vec<u8>,
    from_ms: i64,
    to_ms: i64,
    labels: Vec<Label>,
    sink: S,
}

impl<S: Sink> Frames<S> {
    /// For samples between two instants, both included: chunks may hold more.
    pub(super) fn new(sink: S, from_ms: i64, to_ms: i64) -> Self {
        Self { waiting: Vec::new(), from_ms, to_ms, labels: Vec::new(), sink }
    }

    /// What took the samples, once the stream has ended.
    pub(super) fn into_sink(self) -> S {
        self.sink
    }

    fn frame(&mut self, bytes: &[u8]) -> Result<Flow, String> {
        let frame = Frame::decode(bytes).map_err(|error| format!("a frame of remote read cannot be read: {error}"))?;
        for ChunkedSeries { labels, chunks } in frame.chunked_series {
            if labels != self.labels {
                self.sink.end();
                self.labels = labels;
            }
            let Self { from_ms, to_ms, labels, sink, .. } = self;
            let asked = *from_ms..=*to_ms;
            for Chunk { kind, data } in chunks {
                if kind != XOR {
                    return Ok(Flow::Other);
                }
                let read = blocks(&data, |block| {
                    if block.iter().all(|(t, _)| asked.contains(t)) {
                        return sink.samples(block, || named(labels));
                    }
                    for sample in block.iter().filter(|(t, _)| asked.contains(t)) {
                        sink.sample(*sample, || named(labels));
                    }
                });
                read.map_err(|_| "a chunk of samples ends too early".to_owned())?;
            }
        }
        Ok(Flow::On)
    }
}

fn named(labels: &[Label]) -> Labels {
    let mut labels: Labels = labels.iter().map(|one| (one.name.clone(), one.value.clone())).collect();
    labels.sort();
    labels
}

impl<S: Sink> Reader for Frames<S> {
    const CONTENT_TYPE: &'static str = "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";

    fn take(&mut self, bytes: &[u8]) -> Result<Flow, String> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.extend_from_slice(bytes);
        let mut rest = waiting.as_slice();
        while let Some(Sealed { checksum, frame, behind }) = next(rest)? {
            if CASTAGNOLI.checksum(frame) != checksum {
                return Err("a frame of remote read does not have its checksum".to_owned());
            }
            if let Flow::Other = self.frame(frame)? {
                return Ok(Flow::Other);
            }
            rest = behind;
        }
        let used = waiting.len() - rest.len();
        waiting.drain(..used);
        self.waiting = waiting;
        Ok(Flow::On)
    }

    fn end(&mut self) -> Result<(), String> {
        if !self.waiting.is_empty() {
            return Err("the stream of remote read ends inside a frame".to_owned());
        }
        self.sink.end();
        Ok(())
    }
}

/// A frame as it was sent.
struct Sealed<'a> {
    checksum: u32,
    frame: &'a [u8],
    /// What stands behind it.
    behind: &'a [u8],
}

/// The first frame; `None` when it is not there as a whole.
fn next(bytes: &[u8]) -> Result<Option<Sealed<'_>>, String> {
    let mut rest = bytes;
    let Ok(length) = prost::decode_length_delimiter(&mut rest) else {
        // Ten bytes hold any length.
        return if bytes.len() < 10 { Ok(None) } else { Err("a frame of remote read has no length".to_owned()) };
    };
    if length > FRAME_BYTES {
        return Err(format!("a frame of remote read has {length} bytes, expected at most {FRAME_BYTES}"));
    }
    let Some((checksum, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let Some((frame, behind)) = rest.split_at_checked(length) else { return Ok(None) };
    Ok(Some(Sealed { checksum: u32::from_be_bytes(*checksum), frame, behind }))
}
