//! Counters of servers that read the same targets: each is read by itself, and the one that knows more is counted. What a server
//! in front of them makes of two counters, by taking samples now from one and now from the other, is no count.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use sla_core::evidence::Note;
use sla_core::plan::{Counter, Counters};
use sla_core::time::UnixSeconds;

use super::counters::CounterSource;
use super::reply::Envelope;
use super::{Prometheus, PrometheusError, reply};
use crate::days::usable;
use crate::error::CaptureError;
use crate::slices::{Slice, Slices};
use crate::source::{CaptureRequest, Progress, instant};

/// More servers than that read the same targets nowhere; a label with more values tells something else apart.
const MOST_REPLICAS: usize = 8;
/// In front of the label that tells servers apart, in what evidence says it was asked.
const APART: &str = "\nreplicas: apart by ";

impl CounterSource {
    /// Reads each server by itself and gives the one that knows more slices, with a note for each other; of two that know equally
    /// many it is the first by name.
    pub(super) async fn read_apart(
        &self,
        label: &str,
        request: &CaptureRequest,
        progress: &dyn Progress,
    ) -> Result<Slices, CaptureError> {
        let names = self.server.replicas(label, &self.counters, request).await?;
        let apart = Prometheus { is_apart: true, ..self.server.clone() };
        let shares = Shares { progress, readings: names.len() as u64, done: AtomicU64::new(0) };
        let mut readings: BTreeMap<String, Slices> = BTreeMap::new();
        for name in names {
            let one = CounterSource { server: apart.clone(), counters: one_of(&self.counters, label, &name) };
            match one.read(request, &shares).await {
                Ok(slices) => drop(readings.insert(name, slices)),
                // It has the other counter only, or nothing that is not withheld.
                Err(error) if matches!(error.code(), "prometheus.no_series" | "capture.unusable") => {}
                Err(error) => return Err(error),
            }
            shares.next();
        }
        let counted =
            readings.iter().max_by(|(name, one), (other, two)| usable(one).cmp(&usable(two)).then(other.cmp(name)));
        let Some(counted) = counted.map(|(name, _)| name.clone()) else {
            let period = format!("{}..{}", instant(request.period.start), instant(request.period.end));
            let query = self.counters.total.series.to_string();
            return Err(PrometheusError::NoSeries { column: "total", period, query }.into());
        };
        let ours = readings.remove(&counted).expect("it is one of them");
        let notes: Vec<Note> = readings.iter().map(|other| compared(label, (&counted, &ours), other)).collect();
        let (mut provenance, rows) = ours.into_parts();
        provenance.notes.extend(notes);
        provenance.query = format!("{}{APART}{label}", self.counters);
        Ok(Slices::new(provenance, rows).expect("they were slices before"))
    }
}

/// Whether evidence with that query counted these counters, of one server or of the one of several that knew most.
pub(crate) fn counted(counters: &Counters, query: &str) -> bool {
    query.strip_prefix(&counters.to_string()).is_some_and(|rest| rest.is_empty() || rest.starts_with(APART))
}

/// The counters of one server.
fn one_of(counters: &Counters, label: &str, name: &str) -> Counters {
    let of = |counter: &Counter| Counter { series: counter.series.and(label, name), ..counter.clone() };
    Counters { part: counters.part, first: of(&counters.first), total: of(&counters.total) }
}

/// All and good events of a slice, where both are known.
fn pair(row: &Slice) -> Option<(i64, i64)> {
    row.total.zip(row.good)
}

/// How another server compares with the one that is counted.
fn compared(label: &str, (name, ours): (&String, &Slices), (other, theirs): (&String, &Slices)) -> Note {
    let totals: BTreeMap<UnixSeconds, i64> = ours.rows().iter().filter_map(|row| Some((row.t, pair(row)?.0))).collect();
    let (mut both_slices, mut events, mut other_events) = (0, 0_i128, 0_i128);
    for row in theirs.rows() {
        let Some(((total, _), our_total)) = pair(row).zip(totals.get(&row.t)) else { continue };
        both_slices += 1;
        events += i128::from(*our_total);
        other_events += i128::from(total);
    }
    let whole = |sum: i128, scale: i64| i64::try_from(sum / i128::from(scale.max(1))).unwrap_or(i64::MAX);
    Note::Replicas {
        label: label.to_owned(),
        counted: name.clone(),
        slices: usable(ours),
        other: other.clone(),
        other_slices: usable(theirs),
        both_slices,
        events: whole(events, ours.provenance().scale),
        other_events: whole(other_events, theirs.provenance().scale),
    }
}

/// One of several readings, of which each has an equal share of the whole.
struct Shares<'a> {
    progress: &'a dyn Progress,
    readings: u64,
    done: AtomicU64,
}

impl Shares<'_> {
    /// The next reading begins.
    fn next(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Progress for Shares<'_> {
    fn step(&self, done: u64, of: u64) {
        let before = self.done.load(Ordering::Relaxed);
        self.progress.step(before * of + done, self.readings * of);
    }
}

impl Prometheus {
    /// The names of the servers that have series of either counter, in order.
    async fn replicas(
        &self,
        label: &str,
        counters: &Counters,
        request: &CaptureRequest,
    ) -> Result<Vec<String>, PrometheusError> {
        let refuse = |problem: String| Err(PrometheusError::Replicas { label: label.to_owned(), problem });
        let names = self.values(label, counters, request).await?;
        let total = &counters.total.series;
        if names.is_empty() {
            return refuse(format!("no series of {total} has it"));
        }
        if names.len() > MOST_REPLICAS {
            return refuse(format!(
                "it has {} values, and at most {MOST_REPLICAS} servers are told apart",
                names.len()
            ));
        }
        // To leave out those without the label would count too little.
        if !self.values("__name__", &one_of(counters, label, ""), request).await?.is_empty() {
            return refuse(format!("some series of {total}, or of what is set against it, do not have it"));
        }
        Ok(names)
    }

    /// The values that a label has in the series of two counters, in order.
    async fn values(
        &self,
        label: &str,
        counters: &Counters,
        request: &CaptureRequest,
    ) -> Result<Vec<String>, PrometheusError> {
        let mut url = self.http.endpoint(&format!("api/v1/label/{label}/values"));
        url.query_pairs_mut()
            .append_pair("match[]", &counters.first.series.to_string())
            .append_pair("match[]", &counters.total.series.to_string())
            .append_pair("start", &request.period.start.to_string())
            .append_pair("end", &request.period.end.to_string())
            .append_pair("partial_response", "false");
        let body = self.http.get(&url).await?.unwrap_or_default();
        let unfit = || reply::not_prometheus(&body, url.as_str(), "there is no list of label values in it");
        let mut answer: Envelope<Vec<String>> = serde_json::from_slice(&body).map_err(|_| unfit())?;
        // A server that warns may have left one out, and with it the better one.
        if let Some(doubt) = answer.doubts().into_iter().next() {
            let problem = format!("the server warns: {doubt}");
            return Err(PrometheusError::Replicas { label: label.to_owned(), problem });
        }
        let mut data = answer.data.filter(|_| answer.status == "success").ok_or_else(unfit)?;
        data.sort();
        data.dedup();
        Ok(data)
    }
}
