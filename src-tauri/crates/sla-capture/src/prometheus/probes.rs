//! Series of probes, `up` or `probe_success`: each sample is a beat, and beats are judged as those of files are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use sla_core::catalogue::Selector;
use sla_core::heartbeat::{Beat, Beats, Probe};
use sla_core::plan::Probes;
use sla_core::time::{Period, UnixSeconds};

use super::counters::{pieces, selector};
use super::remote::Sink;
use super::replicas::Replicated;
use super::{Prometheus, PrometheusError};
use crate::beats::{self, gathered, known_targets, reach_seconds};
use crate::counter::{Labels, STALE, Sample};
use crate::error::CaptureError;
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source, instant};

/// The probe's name where no label names one.
const SERVER: &str = "prometheus";
const COLUMN: &str = "total";

/// Series of probes of a Prometheus server, of which one target is judged.
#[derive(Clone, Debug)]
pub struct ProbeSource {
    server: Prometheus,
    probes: Probes,
}

impl Prometheus {
    /// The source of a target's heartbeats.
    pub fn probes(&self, probes: Probes) -> ProbeSource {
        ProbeSource { server: self.clone(), probes }
    }
}

impl Source for ProbeSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        self.server.read(self, request, progress)
    }
}

impl Replicated for ProbeSource {
    fn server(&self) -> &Prometheus {
        &self.server
    }

    fn series(&self) -> Result<Vec<Selector>, PrometheusError> {
        Ok(vec![self.probes.series.clone()])
    }

    fn of(&self, server: Prometheus, label: &str, name: &str) -> Self {
        Self { server, probes: Probes { series: self.probes.series.and(label, name), ..self.probes.clone() } }
    }

    fn query(&self, _: &str) -> String {
        query(&self.probes)
    }

    async fn read(&self, request: &CaptureRequest, progress: &dyn Progress) -> Result<Slices, CaptureError> {
        let reach = reach_seconds(&self.probes.terms);
        let wide = beats::span(&self.probes.terms, request.period);
        let pieces = pieces(wide, 1);
        let steps = 1 + pieces.len() as u64;
        let version = self.server.version().await?;
        self.server.check_not_merged(&version, &self.series()?, request).await?;
        progress.step(1, steps);
        let (mut read, mut warnings, mut withheld) = (Series::default(), Vec::new(), Vec::new());
        for (done, piece) in (2..).zip(pieces) {
            let more = self.piece(&mut read, piece).await?;
            if !more.is_empty() {
                withheld.push(Period { start: piece.start - reach, end: piece.end + reach });
                let span = format!("{}..{}", instant(piece.start), instant(piece.end));
                warnings.extend(more.iter().map(|text| format!("{span} {COLUMN}: {text}")));
            }
            progress.step(done, steps);
        }
        if read.0.is_empty() && warnings.is_empty() {
            let period = format!("{}..{}", instant(request.period.start), instant(request.period.end));
            let query = self.probes.series.to_string();
            return Err(PrometheusError::NoSeries { column: COLUMN, period, query }.into());
        }
        let probes = self.watching(&read, warnings.is_empty())?;
        let gather = gathered(request, &probes, &self.probes.terms, &withheld).map_err(PrometheusError::Heartbeats)?;
        let source = beats::source(self.server.http.address(), &probes);
        gather.finish(query(&self.probes), source, version.text, warnings)
    }
}

/// What is asked of series of probes, as the evidence keeps it.
pub(crate) fn query(probes: &Probes) -> String {
    let Probes { series, target_label, probe_label, target, terms } = probes;
    let probe = probe_label.as_deref().unwrap_or(SERVER);
    format!("samples of {series}; targets by {target_label}, probes by {probe}; {}", beats::query(target, terms))
}

impl ProbeSource {
    /// Reads the samples of a piece into `read`; gives what the server warned of.
    async fn piece(&self, read: &mut Series, piece: Period) -> Result<Vec<String>, PrometheusError> {
        let series = &self.probes.series;
        let range: Range<UnixSeconds> = piece.start..piece.end;
        if let Some(found) = self.server.stream(series, Found::default, &range).await? {
            read.take(found.done);
            self.bound(read)?;
            return Ok(Vec::new());
        }
        let (all, warnings) = self.server.samples(COLUMN, series, None, range).await?;
        read.take(all);
        self.bound(read)?;
        Ok(warnings)
    }

    fn bound(&self, read: &Series) -> Result<(), PrometheusError> {
        let limit = self.server.http.config().beats_limit;
        if read.0.values().map(Vec::len).sum::<usize>() <= limit {
            return Ok(());
        }
        Err(PrometheusError::TooManyBeats { series: self.probes.series.to_string(), limit })
    }

    /// The probes that watch the target, each with every sign of its life.
    fn watching(&self, read: &Series, may_miss: bool) -> Result<Vec<Probe>, PrometheusError> {
        let Probes { series, target_label, probe_label, target, .. } = &self.probes;
        let mut beats = Vec::new();
        let mut spans: BTreeMap<(&str, &str), Vec<Span<'_>>> = BTreeMap::new();
        for (labels, samples) in &read.0 {
            let named = |label: &str| {
                let found = labels.iter().find(|(name, value)| name == label && !value.is_empty());
                found.map(|(_, value)| value.as_str()).ok_or_else(|| PrometheusError::NoLabel {
                    series: selector(labels).to_string(),
                    label: label.to_owned(),
                    query: series.to_string(),
                })
            };
            let of = named(target_label)?;
            let probe = probe_label.as_deref().map_or(Ok(SERVER), named)?;
            for &(t, value) in samples {
                let good = match value {
                    1.0 => true,
                    0.0 => false,
                    // Not a sample, but the mark that no more will come.
                    value if value.to_bits() == STALE => continue,
                    value => {
                        let (series, found) = (selector(labels).to_string(), value.to_string());
                        return Err(PrometheusError::Beat { series, found, t: instant(t.div_euclid(1000)) });
                    }
                };
                beats.push((probe, of, Beat { at: t.div_euclid(1000), good }));
            }
            if let (Some((first, _)), Some((last, _))) = (samples.first(), samples.last()) {
                spans.entry((probe, of)).or_default().push((*first, *last, labels));
            }
        }
        for ((probe, target), mut spans) in spans {
            spans.sort_unstable();
            if let Some([(.., first), (.., second)]) = spans.array_windows().find(|[one, next]| next.0 <= one.1) {
                let [first, second] = [first, second].map(|labels| selector(labels).to_string());
                let (probe, target) = (probe.to_owned(), target.to_owned());
                return Err(PrometheusError::SameProbe { probe, target, first, second });
            }
        }
        let beats = Beats::of(beats);
        let targets = beats.targets();
        if !targets.contains(&target.as_str()) && may_miss {
            let known = known_targets(&targets);
            return Err(PrometheusError::NoTarget { query: series.to_string(), target: target.clone(), known });
        }
        Ok(beats.probes_of(target))
    }
}

/// The first and the last sample of a series, in milliseconds, and its labels.
type Span<'a> = (i64, i64, &'a Labels);

/// Samples by series, in order.
#[derive(Default)]
struct Series(BTreeMap<Labels, Vec<Sample>>);

impl Series {
    /// Takes what a later piece has. Both ends of a piece are read, so the first sample may be known.
    fn take(&mut self, more: BTreeMap<Labels, Vec<Sample>>) {
        for (labels, samples) in more {
            match self.0.entry(labels) {
                Entry::Vacant(entry) => drop(entry.insert(samples)),
                Entry::Occupied(mut entry) => {
                    let last = entry.get().last().map(|(t, _)| *t);
                    entry.get_mut().extend(samples.into_iter().filter(|(t, _)| last.is_none_or(|last| *t > last)));
                }
            }
        }
    }
}

/// Collects samples while they arrive.
#[derive(Default)]
struct Found {
    labels: Option<Labels>,
    samples: Vec<Sample>,
    done: BTreeMap<Labels, Vec<Sample>>,
}

impl Sink for Found {
    fn sample(&mut self, sample: Sample, labels: impl FnOnce() -> Labels) {
        self.labels.get_or_insert_with(labels);
        // Chunks of a series may overlap.
        if self.samples.last().is_none_or(|(last, _)| *last < sample.0) {
            self.samples.push(sample);
        }
    }

    fn end(&mut self) {
        if let Some(labels) = self.labels.take() {
            self.done.entry(labels).or_default().append(&mut self.samples);
        }
    }
}
