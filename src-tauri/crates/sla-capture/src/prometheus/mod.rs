//! Prometheus over HTTP: a month in range queries. Files are not known here.

mod about;
mod chunk;
mod config;
mod counters;
mod error;
mod http;
mod probes;
mod raw;
#[cfg(test)]
mod recorded_replies;
mod remote;
mod replicas;
mod reply;

use std::borrow::Cow;
use std::sync::Arc;

use sla_core::evidence::Note;

use chunk::{Chunk, chunks};
use http::Http;
use reply::{Answer, Asked, Version};

pub use about::About;
pub use config::{Auth, Backoff, MAX_POINTS_PER_REQUEST, PrometheusConfig, Secret};
pub use counters::CounterSource;
pub use error::PrometheusError;
pub use probes::ProbeSource;
pub(crate) use probes::query as probes_query;
pub(crate) use replicas::is_answer_to;

use crate::error::CaptureError;
use crate::gather::Gather;
use replicas::{Replicated, read_apart};
use sla_core::catalogue::{Query, RangeEnds, Selector, is_estimate, narrowed, selectors_of};
pub use sla_core::plan::Reading;

use crate::number::Number;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source, instant};

/// Each query with the column it is for; total comes second.
fn queries(reading: &Reading) -> [(&'static str, &Query); 2] {
    match reading {
        Reading::GoodOfTotal { good, total } => [("good", good), ("total", total)],
        Reading::BadOfTotal { bad, total } => [("bad", bad), ("total", total)],
    }
}

/// Both queries as the evidence keeps them.
fn together(queries: [(&'static str, &str); 2]) -> String {
    queries.map(|(column, query)| format!("{column}: {query}")).join("\n")
}

/// What a server whose ranges cover these ends is asked for a reading, as the evidence keeps it.
pub(crate) fn asked(reading: &Reading, ends: RangeEnds) -> String {
    let [first, second] = queries(reading).map(|(column, query)| (column, query.text(ends)));
    together([(first.0, &first.1), (second.0, &second.1)])
}

/// The good events of a slice.
fn good(reading: &Reading, part: Option<&Number>, total: Option<&Number>) -> Option<Number> {
    match reading {
        Reading::GoodOfTotal { .. } => part.cloned(),
        Reading::BadOfTotal { .. } => Some(total?.minus(part?)),
    }
}

/// A Prometheus server, or anything that speaks its API. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Prometheus {
    http: Arc<Http>,
    /// Whether servers that read the same targets are to be told apart: a question about counters is then about one of them.
    is_apart: bool,
}

impl Prometheus {
    /// Prepares requests to a server; nothing is sent yet.
    ///
    /// # Errors
    /// [`PrometheusError::Address`], [`PrometheusError::Authority`], [`PrometheusError::Credentials`],
    /// [`PrometheusError::Client`] or [`PrometheusError::Points`] when the configuration cannot work.
    pub fn new(config: PrometheusConfig) -> Result<Self, PrometheusError> {
        Ok(Self { http: Arc::new(Http::new(config)?), is_apart: false })
    }

    /// The source of one reading.
    pub fn source(&self, reading: Reading) -> PrometheusSource {
        PrometheusSource { server: self.clone(), reading, only: None }
    }

    /// A capture: of each server by itself where they are told apart, and given up when it takes too long.
    fn read<'a, S: Replicated>(
        &'a self,
        source: &'a S,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        let limit = self.http.config().capture_timeout;
        let reading = async move {
            request.check()?;
            match self.apart_by() {
                Some(label) => read_apart(source, label, request, progress).await,
                None => source.read(request, progress).await,
            }
        };
        Box::pin(async move {
            tokio::time::timeout(limit, reading).await.unwrap_or_else(|_| {
                let url = self.http.address().to_owned();
                Err(PrometheusError::TooSlow { url, limit_seconds: limit.as_secs() }.into())
            })
        })
    }

    /// The server's version. What a range selector covers depends on it: both ends in version 2, only the later end from
    /// version 3.
    async fn version(&self) -> Result<Version, PrometheusError> {
        let url = self.http.endpoint("api/v1/status/buildinfo");
        match self.http.get(&url).await? {
            Some(body) => reply::version(&body)
                .ok_or_else(|| reply::not_prometheus(&body, url.as_str(), "there is no version in it")),
            // Some that speak Prometheus' API have no such endpoint.
            None => {
                let text = "unknown (the server has no /api/v1/status/buildinfo)".to_owned();
                Ok(Version { text, range_ends: None })
            }
        }
    }

    /// What Thanos is told of servers that read the same targets: to count none twice, or to leave them apart.
    fn dedup(&self) -> &'static str {
        if self.is_apart { "false" } else { "true" }
    }

    /// The query as it is put to a server of that version.
    fn text(&self, column: &'static str, query: &Query, version: &Version) -> Result<String, PrometheusError> {
        let Some(ends) = version.range_ends else {
            return query.plain().ok_or_else(|| PrometheusError::Ranges {
                column,
                url: self.http.address().to_owned(),
                version: version.text.clone(),
                range: query.own_samples().expect("a query without a plain text counts samples"),
                query: query.to_string(),
            });
        };
        Ok(query.text(ends))
    }

    /// One range query. Times are always explicit, so that a month that is past is never evaluated "now"; `limit` is
    /// never sent, because it cuts silently. Thanos is told to leave no store out, to count no replica twice and to
    /// read no downsampled blocks; others do not know these fields and pass over them.
    async fn query(&self, column: &'static str, query: &str, chunk: Chunk) -> Result<Answer, PrometheusError> {
        let url = self.http.endpoint("api/v1/query_range");
        let (start, end, step) = (chunk.first.to_string(), chunk.last.to_string(), chunk.step_seconds.to_string());
        let form = [
            ("query", query),
            ("start", &start),
            ("end", &end),
            ("step", &step),
            ("partial_response", "false"),
            ("dedup", self.dedup()),
            ("max_source_resolution", "0s"),
        ];
        let body = self.http.post(&url, &form, query).await?;
        reply::answer(&body, Asked { column, query, url: url.as_str(), chunk })
    }
}

/// A reading of a Prometheus server.
#[derive(Clone, Debug)]
pub struct PrometheusSource {
    server: Prometheus,
    reading: Reading,
    /// A label and the value that all series must have which the queries read.
    only: Option<(String, String)>,
}

impl Source for PrometheusSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        self.server.read(self, request, progress)
    }
}

impl Replicated for PrometheusSource {
    fn server(&self) -> &Prometheus {
        &self.server
    }

    fn series(&self) -> Result<Vec<Selector>, PrometheusError> {
        let mut all = Vec::new();
        for (column, query) in queries(&self.reading) {
            let query = query.text(RangeEnds::Later);
            let found = selectors_of(&query).ok_or(PrometheusError::Selectors { column, query })?;
            all.extend(found);
        }
        Ok(all)
    }

    fn of(&self, server: Prometheus, label: &str, name: &str) -> Self {
        let only = Some((label.to_owned(), name.to_owned()));
        Self { server, reading: self.reading.clone(), only }
    }

    async fn read(&self, request: &CaptureRequest, progress: &dyn Progress) -> Result<Slices, CaptureError> {
        let http = &self.server.http;
        let queries = queries(&self.reading);
        let chunks = chunks(request, http.config().points_per_request);
        let steps = 1 + (queries.len() * chunks.len()) as u64;
        let mut done = 0;
        let mut step = || {
            done += 1;
            progress.step(done, steps);
        };
        let version = self.server.version().await?;
        // The rise of a counter that several servers' samples were put together to can be wrong by orders of magnitude. Other servers
        // than Prometheus have more words; what is not understood cannot be looked at.
        if queries.iter().any(|(_, query)| is_estimate(&query.text(RangeEnds::Later)))
            && let Ok(series) = self.series()
        {
            self.server.check_not_merged(&version, &series, request).await?;
        }
        step();
        let [first, second] = queries.map(|(column, query)| self.server.text(column, query, &version));
        let (first, second) = (first?, second?);
        let plain = [(queries[0].0, first.as_str()), (queries[1].0, second.as_str())];
        let narrowed = plain.map(|(column, query)| self.narrowed(column, query));
        let [first, second] = narrowed;
        let (first, second) = (first?, second?);
        let queries = [(queries[0].0, first.as_ref()), (queries[1].0, second.as_ref())];

        let mut gather = Gather::new(*request);
        let mut warnings = Vec::new();
        let mut has_series = [false; 2];
        let mut was_warned = false;
        for chunk in chunks {
            let mut answers = Vec::with_capacity(queries.len());
            for ((column, query), has_series) in queries.into_iter().zip(&mut has_series) {
                let answer = self.server.query(column, query, chunk).await?;
                step();
                warnings.extend(answer.warnings.iter().map(|text| format!("{} {column}: {text}", chunk.text())));
                was_warned |= !answer.warnings.is_empty();
                *has_series |= answer.samples.is_some();
                answers.push(answer);
            }
            self.gather(&mut gather, chunk, &answers);
            for ((column, _), answer) in queries.iter().zip(&answers) {
                if answer.samples.is_none() && answer.warnings.is_empty() {
                    let (from, to) = chunk.span();
                    gather.note(Note::NoSeries { column: (*column).to_owned(), from, to });
                }
            }
        }
        // Under a warning a missing series may be the warning's doing: that is for `finish` to say.
        let period = || format!("{}..{}", instant(request.period.start), instant(request.period.end));
        for ((column, query), has_series) in queries.into_iter().zip(has_series) {
            if !has_series && !was_warned {
                return Err(PrometheusError::NoSeries { column, period: period(), query: query.to_owned() }.into());
            }
        }
        for (column, query) in queries {
            if is_estimate(query) {
                gather.note(Note::Estimated { column: column.to_owned() });
            }
        }
        gather.finish(together(plain), http.address().to_owned(), version.text, warnings)
    }
}

impl PrometheusSource {
    /// The query of the server alone that it is about.
    fn narrowed<'a>(&self, column: &'static str, query: &'a str) -> Result<Cow<'a, str>, PrometheusError> {
        let Some((label, name)) = &self.only else { return Ok(query.into()) };
        let text = narrowed(query, label, name);
        text.map(Cow::from).ok_or_else(|| PrometheusError::Selectors { column, query: query.to_owned() })
    }

    /// Brings the two answers for a chunk together, slice by slice.
    fn gather(&self, gather: &mut Gather, chunk: Chunk, answers: &[Answer]) {
        if answers.iter().any(|answer| !answer.warnings.is_empty()) {
            chunk.ends().for_each(|t| gather.push_withheld(t));
            return;
        }
        let mut samples = answers.iter().map(|answer| answer.samples.iter().flatten().peekable());
        let (Some(mut parts), Some(mut totals)) = (samples.next(), samples.next()) else { return };
        for t in chunk.ends() {
            let part = parts.next_if(|(at, _)| *at == t).map(|(_, number)| number);
            let total = totals.next_if(|(at, _)| *at == t).map(|(_, number)| number);
            // A slice that neither query knows has no row: the source did not deliver it.
            if part.is_some() || total.is_some() {
                gather.push(t, good(&self.reading, part, total).as_ref(), total);
            }
        }
    }
}
