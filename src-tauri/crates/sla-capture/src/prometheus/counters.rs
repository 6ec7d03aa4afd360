//! Counters of a server, sample by sample: by remote read where there is one, else through the query API.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use sla_core::catalogue::{NewSeries, Selector};
use sla_core::evidence::Note;
use sla_core::plan::{CountedPart, Counter, Counters};
use sla_core::time::{Period, UnixSeconds};
use tokio::task::JoinSet;
use tracing::Instrument;

use super::raw::{AskedRaw, Raw, raw};
use super::remote::{Counting, Frames, Sink, request};
use super::replicas::Replicated;
use super::{Prometheus, PrometheusError};
use crate::counter::{Column, Labels, Life, STALE, Sample, Slot, Tally, Terms};
use crate::error::CaptureError;
use crate::gather::Gather;
use crate::number::Number;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source, instant};

/// What is read at once. Memory and what is lost by a cut connection grow with it.
const PIECE_SECONDS: i64 = 86_400;
/// What is held of pieces that were read before those in front of them; each is a day's slices, and no samples.
const MOST_WAITING: usize = 8;
/// How far before a piece samples are read, so that the first rise in it is known.
const BEFORE_SECONDS: i64 = 3600;
/// How far before that a series is looked for that seems to be new.
const EARLIER: &str = "32d";
/// What one answer of the query API spans.
const WINDOW_SECONDS: i64 = 7200;
/// Most samples of one piece that are held together, where they are beats.
const MOST_SAMPLES: usize = 20_000_000;
/// Most series that are asked about one by one.
const ONE_BY_ONE: usize = 50;
/// How long after a last sample a server is asked whether it marked the end; far less than it looks back by itself.
const MARKED_WITHIN_MS: i64 = 60_000;

/// Two counters of a Prometheus server.
#[derive(Clone, Debug)]
pub struct CounterSource {
    server: Prometheus,
    counters: Counters,
}

impl Prometheus {
    /// The source of two counters.
    pub fn counters(&self, counters: Counters) -> CounterSource {
        CounterSource { server: self.clone(), counters }
    }
}

/// Each counter with the column it is for; total comes second.
fn columns(counters: &Counters) -> [(&'static str, &Counter); 2] {
    [(counters.part.column(), &counters.first), ("total", &counters.total)]
}

impl Source for CounterSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        self.server.read(self, request, progress)
    }
}

impl Replicated for CounterSource {
    fn server(&self) -> &Prometheus {
        &self.server
    }

    fn series(&self) -> Result<Vec<Selector>, PrometheusError> {
        Ok(vec![self.counters.first.series.clone(), self.counters.total.series.clone()])
    }

    fn of(&self, server: Prometheus, label: &str, name: &str) -> Self {
        let of = |counter: &Counter| Counter { series: counter.series.and(label, name), ..counter.clone() };
        let Counters { part, first, total } = &self.counters;
        Self { server, counters: Counters { part: *part, first: of(first), total: of(total) } }
    }

    fn query(&self, _: &str) -> String {
        self.counters.to_string()
    }

    async fn read(&self, request: &CaptureRequest, progress: &dyn Progress) -> Result<Slices, CaptureError> {
        let columns = columns(&self.counters);
        let pieces = pieces(request.period, request.step_seconds);
        let steps = 1 + (columns.len() * pieces.len()) as u64;
        let mut done = 0;
        let mut step = || {
            done += 1;
            progress.step(done, steps);
        };
        let version = self.server.version().await?;
        self.server.check_not_merged(&version, &self.series()?, request).await?;
        step();
        let mut gather = Gather::new(*request);
        let mut told = [Told::default(), Told::default()];
        let mut warnings = Vec::new();
        let mut ahead = Ahead::new(self, &pieces, request.step_seconds);
        for piece in pieces {
            let span = || format!("{}..{}", instant(piece.start), instant(piece.end));
            let mut counted = Vec::with_capacity(columns.len());
            for (column, _) in columns {
                let one = ahead.next().await?;
                step();
                warnings.extend(one.warnings.iter().map(|text| format!("{} {column}: {text}", span())));
                counted.push(one);
            }
            let [first, total] = &counted[..] else { unreachable!("two columns") };
            let is_warned = !(first.warnings.is_empty() && total.warnings.is_empty());
            let slots = first.column.slices.iter().zip(&total.column.slices);
            for (t, (first, total)) in (1..).map(|index| piece.start + index * request.step_seconds).zip(slots) {
                if is_warned {
                    gather.push_withheld(t);
                    continue;
                }
                for (told, slot) in told.iter_mut().zip([first, total]) {
                    told.has_series |= *slot != Slot::Absent;
                    if *slot == Slot::Unread {
                        told.unread += 1;
                        told.first_unread.get_or_insert(t);
                    }
                }
                let (good, total) = self.pair(first, total);
                if good.is_some() || total.is_some() {
                    gather.push(t, good.as_ref(), total.as_ref());
                }
            }
            for (told, one) in told.iter_mut().zip(&counted) {
                told.restarts += one.column.restarts;
                told.new += one.column.new;
            }
        }
        if !told[1].has_series && warnings.is_empty() {
            let period = format!("{}..{}", instant(request.period.start), instant(request.period.end));
            let query = self.counters.total.series.to_string();
            return Err(PrometheusError::NoSeries { column: "total", period, query }.into());
        }
        for ((column, counter), told) in columns.into_iter().zip(told) {
            told.notes(column, counter).for_each(|note| gather.note(note));
        }
        let address = self.server.http.address().to_owned();
        gather.finish(self.counters.to_string(), address, version.text, warnings)
    }
}

/// What was counted for one column of a piece, and what the server warned of.
struct Counted {
    column: Column,
    warnings: Vec<String>,
}

/// What is told of a column beside its numbers.
#[derive(Default)]
struct Told {
    unread: i64,
    first_unread: Option<UnixSeconds>,
    restarts: i64,
    new: i64,
    has_series: bool,
}

impl CounterSource {
    /// Good and all events of a slice.
    fn pair(&self, first: &Slot, total: &Slot) -> (Option<Number>, Option<Number>) {
        let known = |slot: &Slot| if let Slot::Known(number) = slot { Some(number.clone()) } else { None };
        let total = known(total);
        let nothing = *first == Slot::Absent && self.counters.first.new_series == NewSeries::StartsAtZero;
        // Where others are read and no series is there, the first event has not happened yet.
        let first = if nothing && total.is_some() { Some(Number::from(0)) } else { known(first) };
        let good = match self.counters.part {
            CountedPart::Good => first,
            CountedPart::Bad => total.as_ref().zip(first).map(|(total, bad)| total.minus(&bad)),
        };
        (good, total)
    }
}

/// The columns of every piece in order, each counted before it is asked for: a few at a time, on threads of their own, so that
/// the server works while samples are added up. Dropped, it stops them.
struct Ahead {
    source: CounterSource,
    step_seconds: i64,
    /// Pieces and numbers of columns that nobody counts yet.
    open: VecDeque<(Period, usize)>,
    /// How many were given, and how many were begun.
    given: usize,
    begun: usize,
    tasks: JoinSet<(usize, Result<Counted, PrometheusError>)>,
    waiting: BTreeMap<usize, Result<Counted, PrometheusError>>,
}

impl Ahead {
    fn new(source: &CounterSource, pieces: &[Period], step_seconds: i64) -> Self {
        let open = pieces.iter().flat_map(|piece| [(*piece, 0), (*piece, 1)]).collect();
        let (tasks, waiting) = (JoinSet::new(), BTreeMap::new());
        Self { source: source.clone(), step_seconds, open, given: 0, begun: 0, tasks, waiting }
    }

    /// The next one.
    ///
    /// # Errors
    /// Why it could not be counted: of several the first in order, whichever failed first.
    async fn next(&mut self) -> Result<Counted, PrometheusError> {
        loop {
            self.begin();
            if let Some(counted) = self.waiting.remove(&self.given) {
                self.given += 1;
                return counted;
            }
            let task = self.tasks.join_next().await.expect("what is asked for is being counted");
            let (number, counted) = task.expect("counting neither panics nor is cancelled alone");
            self.waiting.insert(number, counted);
        }
    }

    fn begin(&mut self) {
        // What comes after a failure is given to nobody, and everything before it has begun.
        if self.waiting.values().any(Result::is_err) {
            return;
        }
        let most = self.source.server.http.config().reads_at_once.max(1);
        while self.tasks.len() < most && self.waiting.len() < MOST_WAITING {
            let Some((piece, column)) = self.open.pop_front() else { return };
            let (source, step_seconds, number) = (self.source.clone(), self.step_seconds, self.begun);
            let count = async move {
                let (column, counter) = columns(&source.counters)[column];
                (number, source.server.count(column, counter, piece, step_seconds).await)
            };
            self.tasks.spawn(count.in_current_span());
            self.begun += 1;
        }
    }
}

impl Told {
    fn notes(self, column: &str, counter: &Counter) -> impl Iterator<Item = Note> {
        let column = || column.to_owned();
        let Self { unread, first_unread, restarts, new, .. } = self;
        let unread =
            first_unread.map(|first| Note::Unread { column: column(), slices: unread, first_end: instant(first) });
        let counted = counter.new_series == NewSeries::StartsAtZero;
        let new = (new > 0).then(|| Note::NewSeries { column: column(), series: new, counted });
        let restarts = (restarts > 0).then(|| Note::Restarts { column: column(), restarts });
        [unread, new, restarts].into_iter().flatten()
    }
}

/// A period in pieces of a day, each of whole slices.
pub(super) fn pieces(period: Period, step_seconds: i64) -> Vec<Period> {
    let Period { start, end } = period;
    // A slice wider than a day is a piece of its own.
    let width = (PIECE_SECONDS / step_seconds).max(1) * step_seconds;
    let starts = (start..end).step_by(usize::try_from(width).expect("a width is positive"));
    starts.map(|start| Period { start, end: (start + width).min(end) }).collect()
}

impl Prometheus {
    async fn count(
        &self,
        column: &'static str,
        counter: &Counter,
        piece: Period,
        step_seconds: i64,
    ) -> Result<Counted, PrometheusError> {
        let terms = Terms {
            start_ms: piece.start * 1000,
            end_ms: piece.end * 1000,
            step_ms: step_seconds * 1000,
            gap_ms: counter.gap_seconds * 1000,
            new_series: counter.new_series,
        };
        let read = piece.start - BEFORE_SECONDS..piece.end + counter.gap_seconds;
        // Which observations of a histogram count is not in its count.
        let streamed = match counter.up_to {
            None => self.stream(&counter.series, || Counting::new(terms), &read).await?.map(Counting::into_tally),
            Some(_) => None,
        };
        let (tally, mut warnings) = match streamed {
            Some(tally) => (tally, Vec::new()),
            None => self.ask(column, counter, terms, read.clone()).await?,
        };
        let mut earlier = BTreeMap::new();
        let born = tally.born();
        if !born.is_empty() {
            let selectors = match born.len() {
                1..=ONE_BY_ONE => born.iter().map(|labels| selector(labels)).collect(),
                _ => vec![counter.series.clone()],
            };
            for series in selectors {
                let query = format!("last_over_time({series}[{EARLIER}])");
                let asked = AskedRaw { column, query: &query, url: "", up_to: counter.up_to.as_deref() };
                let Raw { series, warnings: more } = self.instant(asked, read.start).await?;
                let last = |samples: Vec<Sample>| samples.last().map(|(_, value)| *value);
                earlier.extend(series.into_iter().filter_map(|(labels, samples)| Some((labels, last(samples)?))));
                warnings.extend(more);
            }
        }
        Ok(Counted { column: tally.finish(|labels| earlier.get(labels).copied()), warnings })
    }

    /// By remote read, for `sink` to take; `None` where the server has none, or keeps histograms in what is asked for.
    pub(super) async fn stream<S: Sink>(
        &self,
        series: &Selector,
        sink: impl Fn() -> S,
        read: &Range<UnixSeconds>,
    ) -> Result<Option<S>, PrometheusError> {
        let (from, to) = (read.start * 1000, read.end * 1000);
        let body = request(series, from, to);
        let url = self.http.endpoint("api/v1/read");
        let frames = || Frames::new(sink(), from, to);
        let read = self.http.stream(&url, &body, &series.to_string(), frames).await?;
        Ok(read.map(Frames::into_sink))
    }

    /// Through the query API, whose answers leave marks of ends out: those are asked for.
    async fn ask(
        &self,
        column: &'static str,
        counter: &Counter,
        terms: Terms,
        read: Range<UnixSeconds>,
    ) -> Result<(Tally, Vec<String>), PrometheusError> {
        let up_to = counter.up_to.as_deref();
        let query = window_of(&counter.series);
        let asked = AskedRaw { column, query: &query, url: "", up_to };
        let (mut tally, mut warnings) = (Tally::new(terms), Vec::new());
        // Window by window, so that no more is held than one answer; of each series what is known so far, and its last sample.
        let mut lives: BTreeMap<Labels, (Life, i64)> = BTreeMap::new();
        for end in windows(read) {
            let Raw { series, warnings: more } = self.instant(asked, end).await?;
            warnings.extend(more);
            for (labels, samples) in series {
                let (life, last) = lives.entry(labels.clone()).or_insert_with(|| (Life::default(), i64::MIN));
                for (t, value) in samples {
                    // Windows overlap at the end of the period, and at their borders where ranges cover both ends.
                    if t <= *last {
                        continue;
                    }
                    if *last != i64::MIN && t - *last > terms.gap_ms {
                        self.mark(&mut tally, life, (asked, &labels, *last), terms).await?;
                    }
                    *last = t;
                    tally.sample(life, (t, value), || labels.clone());
                }
            }
        }
        for (labels, (mut life, last)) in lives {
            self.mark(&mut tally, &mut life, (asked, &labels, last), terms).await?;
            tally.end(&life);
        }
        Ok((tally, warnings))
    }

    /// Hands on the mark of an end after a sample that none follows for longer than a gap, if the server has one.
    async fn mark(
        &self,
        tally: &mut Tally,
        life: &mut Life,
        (asked, labels, last): (AskedRaw<'_>, &Labels, i64),
        terms: Terms,
    ) -> Result<(), PrometheusError> {
        if last <= terms.end_ms && self.is_marked(asked, labels, last, terms.gap_ms).await? {
            tally.sample(life, (last + 1, f64::from_bits(STALE)), || labels.clone());
        }
        Ok(())
    }

    /// Every sample of some series through the query API, in windows, and what the server warned of.
    pub(super) async fn samples(
        &self,
        column: &'static str,
        series: &Selector,
        up_to: Option<&str>,
        read: Range<UnixSeconds>,
    ) -> Result<(BTreeMap<Labels, Vec<Sample>>, Vec<String>), PrometheusError> {
        let query = window_of(series);
        let asked = AskedRaw { column, query: &query, url: "", up_to };
        let mut all: BTreeMap<Labels, Vec<Sample>> = BTreeMap::new();
        let (mut warnings, mut held) = (Vec::new(), 0);
        for end in windows(read) {
            let Raw { series, warnings: more } = self.instant(asked, end).await?;
            warnings.extend(more);
            for (labels, samples) in series {
                let known = all.entry(labels).or_default();
                // Windows overlap at the end of the period, and at their borders where ranges cover both ends.
                let last = known.last().map(|(t, _)| *t);
                let before = known.len();
                known.extend(samples.into_iter().filter(|(t, _)| last.is_none_or(|last| *t > last)));
                held += known.len() - before;
            }
            if held > MOST_SAMPLES {
                let limit_bytes = MOST_SAMPLES * size_of::<Sample>();
                return Err(PrometheusError::TooLarge { url: self.http.address().to_owned(), limit_bytes });
            }
        }
        Ok((all, warnings))
    }

    /// Whether a server marked the end of a series after its last sample: it shows a series that merely is not read for some
    /// minutes more.
    async fn is_marked(
        &self,
        asked: AskedRaw<'_>,
        labels: &Labels,
        last_ms: i64,
        gap_ms: i64,
    ) -> Result<bool, PrometheusError> {
        let at = (last_ms + MARKED_WITHIN_MS.min(gap_ms)).div_euclid(1000);
        let query = selector(labels).to_string();
        Ok(self.instant(AskedRaw { query: &query, ..asked }, at).await?.series.is_empty())
    }

    /// One instant query, with what [`Prometheus::query`] says of its fields.
    async fn instant(&self, asked: AskedRaw<'_>, at: UnixSeconds) -> Result<Raw, PrometheusError> {
        let url = self.http.endpoint("api/v1/query");
        let at = at.to_string();
        let form = [
            ("query", asked.query),
            ("time", &at),
            ("partial_response", "false"),
            ("dedup", self.dedup()),
            ("max_source_resolution", "0s"),
        ];
        let body = self.http.post(&url, &form, asked.query).await?;
        raw(&body, AskedRaw { url: url.as_str(), ..asked })
    }
}

/// What gives the samples of a window.
fn window_of(series: &Selector) -> String {
    format!("{series}[{WINDOW_SECONDS}s]")
}

/// The ends of windows that cover a stretch; the last one begins before the end of the one before it.
fn windows(read: Range<UnixSeconds>) -> impl Iterator<Item = UnixSeconds> {
    let next = move |at: UnixSeconds| (at < read.end).then(|| (at + WINDOW_SECONDS).min(read.end));
    std::iter::successors(next(read.start), move |end| next(*end))
}

pub(super) fn selector(labels: &Labels) -> Selector {
    Selector::of_labels(labels.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}
