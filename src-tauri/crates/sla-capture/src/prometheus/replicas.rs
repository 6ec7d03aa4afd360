//! Servers that read the same targets: each is read by itself, and the one that knows more is counted. What a server
//! in front of them makes of two counters, by taking samples now from one and now from the other, is no count.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use sla_core::catalogue::Selector;
use sla_core::evidence::Note;
use sla_core::time::UnixSeconds;

use super::reply::{Envelope, Version};
use super::{Prometheus, PrometheusError, reply};
use crate::days::usable;
use crate::error::CaptureError;
use crate::slices::{Slice, Slices};
use crate::source::{CaptureRequest, Progress, Source};

/// More servers than that read the same targets nowhere; a label with more values tells something else apart.
const MOST_REPLICAS: usize = 8;
/// In front of the label that tells servers apart, in what evidence says it was asked.
const APART: &str = "\nreplicas: apart by ";

/// What can be read of one server of several by itself.
pub(super) trait Replicated: Source + Sized {
    /// Whom it asks.
    fn server(&self) -> &Prometheus;
    /// The series that it reads; the last one is named in messages.
    ///
    /// # Errors
    /// [`PrometheusError::Selectors`] where a query is not understood.
    fn series(&self) -> Result<Vec<Selector>, PrometheusError>;
    /// The same of the series in which a label has that value.
    fn of(&self, server: Prometheus, label: &str, name: &str) -> Self;
    /// What is asked, as evidence keeps it, where evidence of one server says `of_one`.
    fn query(&self, of_one: &str) -> String {
        of_one.to_owned()
    }
    /// Reads what it is about, whoever has it.
    fn read(
        &self,
        request: &CaptureRequest,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<Slices, CaptureError>> + Send;
}

/// Reads each server by itself and gives the one that knows more slices, with a note for each other; of two that know equally many
/// it is the first by name.
pub(super) async fn read_apart<S: Replicated>(
    source: &S,
    label: &str,
    request: &CaptureRequest,
    progress: &dyn Progress,
) -> Result<Slices, CaptureError> {
    let server = source.server();
    let names = server.replicas(label, &source.series()?, request).await?;
    let apart = Prometheus { is_apart: true, ..server.clone() };
    let shares = Shares { progress, readings: names.len() as u64, done: AtomicU64::new(0) };
    let mut readings: BTreeMap<String, Slices> = BTreeMap::new();
    let mut refused = None;
    for name in names {
        match source.of(apart.clone(), label, &name).capture(request, &shares).await {
            Ok(slices) => drop(readings.insert(name, slices)),
            // It has the other counter only, does not watch this target, or has nothing that is not withheld.
            Err(error) if error.said_nothing() => refused = Some(error),
            Err(error) => return Err(error),
        }
        shares.next();
    }
    let counted =
        readings.iter().max_by(|(name, one), (other, two)| usable(one).cmp(&usable(two)).then(other.cmp(name)));
    let Some(counted) = counted.map(|(name, _)| name.clone()) else {
        return Err(refused.expect("there is at least one server, and each gave slices or was refused"));
    };
    let ours = readings.remove(&counted).expect("it is one of them");
    let notes: Vec<Note> = readings.iter().map(|other| compared(label, (&counted, &ours), other)).collect();
    let (mut provenance, rows) = ours.into_parts();
    provenance.notes.extend(notes);
    provenance.query = format!("{}{APART}{label}", source.query(&provenance.query));
    Ok(Slices::new(provenance, rows).expect("they were slices before"))
}

/// Whether evidence with that query is of what is asked, of one server or of the one of several that knew most.
pub(crate) fn is_answer_to(asked: &str, query: &str) -> bool {
    query.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with(APART))
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

/// Where series are listed.
enum Listed<'a> {
    /// The values of a label.
    Values(&'a str),
    /// Their labels, as a server for several puts them together or leaves them apart.
    Series { dedup: &'a str },
}

/// A list, and what a server warned of.
#[derive(Default)]
struct Answer<T> {
    data: T,
    doubts: Vec<String>,
}

impl Prometheus {
    /// The label by which servers are to be told apart; `None` where there is none, or a question is about one of them already.
    pub(super) fn apart_by(&self) -> Option<&str> {
        self.http.config().replica_label.as_deref().filter(|_| !self.is_apart)
    }

    /// The names of the servers that have any of the series, in order.
    async fn replicas(
        &self,
        label: &str,
        series: &[Selector],
        request: &CaptureRequest,
    ) -> Result<Vec<String>, PrometheusError> {
        let refuse = |problem: String| PrometheusError::Replicas { label: label.to_owned(), problem };
        let values = async |of: &str, series: &[Selector]| {
            let answer: Answer<Vec<String>> = self.listed(Listed::Values(of), series, request).await?;
            // A server that warns may have left one out, and with it the better one.
            match answer.doubts.first() {
                Some(doubt) => Err(refuse(format!("the server warns: {doubt}"))),
                None => Ok(answer.data),
            }
        };
        let mut names = values(label, series).await?;
        names.sort();
        names.dedup();
        let named = series.last().map(ToString::to_string).unwrap_or_default();
        if names.is_empty() {
            return Err(refuse(format!("no series of {named} has it")));
        }
        if names.len() > MOST_REPLICAS {
            let found = names.len();
            return Err(refuse(format!("it has {found} values, and at most {MOST_REPLICAS} servers are told apart")));
        }
        // To leave out those without the label would count too little.
        let without: Vec<Selector> = series.iter().map(|one| one.and(label, "")).collect();
        if !values("__name__", &without).await?.is_empty() {
            let others = if series.len() > 1 { ", or of what is set against it," } else { "" };
            return Err(refuse(format!("some series of {named}{others} do not have it")));
        }
        Ok(names)
    }

    /// Refuses series of several servers that the one asked would put together: it takes samples now from one and now from the
    /// other, and the rise from one counter to another one is nobody's. Prometheus itself puts nothing together.
    ///
    /// # Errors
    /// [`PrometheusError::Merged`] names the labels that tell the servers apart.
    pub(super) async fn check_not_merged(
        &self,
        version: &Version,
        series: &[Selector],
        request: &CaptureRequest,
    ) -> Result<(), PrometheusError> {
        if self.is_apart || version.range_ends.is_some() {
            return Ok(());
        }
        let mut listed = [Vec::new(), Vec::new()];
        for (all, dedup) in listed.iter_mut().zip(["true", "false"]) {
            *all = self.listed::<Vec<Labelled>>(Listed::Series { dedup }, series, request).await?.data;
        }
        let [together, apart] = listed;
        let Some(labels) = told_apart_by(&together, &apart) else { return Ok(()) };
        let query = series.last().map(ToString::to_string).unwrap_or_default();
        Err(PrometheusError::Merged { labels, together: together.len(), apart: apart.len(), query })
    }

    /// What a server lists of some series.
    async fn listed<T: DeserializeOwned + Default>(
        &self,
        what: Listed<'_>,
        series: &[Selector],
        request: &CaptureRequest,
    ) -> Result<Answer<T>, PrometheusError> {
        let (path, dedup, kind) = match what {
            Listed::Values(label) => (format!("api/v1/label/{label}/values"), None, "label values"),
            Listed::Series { dedup } => ("api/v1/series".to_owned(), Some(dedup), "series"),
        };
        let mut url = self.http.endpoint(&path);
        url.query_pairs_mut()
            .extend_pairs(series.iter().map(|one| ("match[]", one.to_string())))
            .append_pair("start", &request.period.start.to_string())
            .append_pair("end", &request.period.end.to_string())
            .append_pair("partial_response", "false")
            .extend_pairs(dedup.map(|dedup| ("dedup", dedup)));
        // Who has no such list puts nothing together that could be listed.
        let Some(body) = self.http.get(&url).await? else { return Ok(Answer::default()) };
        let unfit = || reply::not_prometheus(&body, url.as_str(), &format!("there is no list of {kind} in it"));
        let mut answer: Envelope<T> = serde_json::from_slice(&body).map_err(|_| unfit())?;
        let doubts = answer.doubts();
        let data = answer.data.filter(|_| answer.status == "success").ok_or_else(unfit)?;
        Ok(Answer { data, doubts })
    }
}

type Labelled = BTreeMap<String, String>;

/// The labels that series have before they are put together and none has afterwards; `None` where none were put together.
fn told_apart_by(together: &[Labelled], apart: &[Labelled]) -> Option<String> {
    if apart.len() <= together.len() {
        return None;
    }
    let names = |all: &[Labelled]| -> BTreeSet<String> { all.iter().flat_map(|one| one.keys().cloned()).collect() };
    let gone: Vec<String> = names(apart).difference(&names(together)).cloned().collect();
    // What they are told apart by may be hidden from who asks.
    Some(if gone.is_empty() { "a label that it does not show".to_owned() } else { gone.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_tell_servers_apart_are_found_where_series_were_put_together() {
        #[track_caller]
        fn check(together: &[&str], apart: &[&str], expected: Option<&str>) {
            let labelled = |all: &[&str]| -> Vec<Labelled> {
                let pairs = |one: &&str| -> Labelled {
                    one.split(' ').filter_map(|pair| pair.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect()
                };
                all.iter().map(pairs).collect()
            };
            assert_eq!(told_apart_by(&labelled(together), &labelled(apart)).as_deref(), expected);
        }
        check(&[], &[], None);
        // One server alone: its label is not shown, and nothing is put together.
        check(&["job=a"], &["job=a replica=x"], None);
        check(&["job=a"], &["job=a replica=x", "job=a replica=y"], Some("replica"));
        check(&["job=a"], &["job=a rack=1 replica=x", "job=a rack=2 replica=y"], Some("rack, replica"));
        check(&["job=a", "job=b"], &["job=a replica=x", "job=a replica=y", "job=b replica=x"], Some("replica"));
        check(&["job=a"], &["job=a", "job=a"], Some("a label that it does not show"));
    }
}
