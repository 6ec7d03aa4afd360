//! What a measurement must say so that it can be asked of its source.

use std::borrow::Cow;

use super::Check;
use crate::catalogue::finding::Code;
use crate::catalogue::openslo::{
    DowntimeMetric, HeartbeatMetric, Measures, Metric, MetricSource, MetricSpec, SourceType,
};
use crate::catalogue::{Commitment, ContractSpec, CounterSpec, Document, Model, SliSpec};
use crate::catalogue::{query::unsound, sql};
use crate::heartbeat::HeartbeatError;
use crate::phrase;
use crate::phrase::Phrase;
use crate::record::Method;

/// What can be asked of a source, in the order of [`MetricSpec`].
const SAID: [(&str, &str); 5] = [
    ("a query", "eine Abfrage"),
    ("a path", "ein Pfad"),
    ("a counter", "ein Zähler"),
    ("series of probes", "Zeitreihen von Proben"),
    ("charges", "Posten"),
];
/// Longest time between two samples of a counter that is no gap.
const LONGEST_GAP_SECONDS: i64 = 1800;

impl Check<'_> {
    pub(super) fn slis(&mut self) {
        for sli in self.catalogue.slis.values() {
            let ratio = match sli.spec.measures().as_slice() {
                [Measures::Events(ratio)] => *ratio,
                [Measures::Value(metric)] => {
                    self.metric(sli, "/spec/thresholdMetric/metricSource", "value", metric);
                    continue;
                }
                [Measures::Heartbeats(heartbeats)] => {
                    self.heartbeats(sli, heartbeats);
                    continue;
                }
                [Measures::Downtime(downtime)] => {
                    self.downtime(sli, downtime);
                    continue;
                }
                all => {
                    let found = match all.len() {
                        0 => phrase!("nothing that is measured", "nichts, was gemessen wird"),
                        many => phrase!("{many} things that are measured", "{many} Dinge, die gemessen werden"),
                    };
                    let expected = phrase!(
                        "exactly one of ratioMetric, thresholdMetric, heartbeats and incidents",
                        "genau eines von ratioMetric, thresholdMetric, heartbeats und incidents"
                    );
                    self.add(Code::InvalidValue, sli, "/spec", found, expected);
                    continue;
                }
            };
            let at = "/spec/ratioMetric";
            let good_or_bad = match (&ratio.good, &ratio.bad) {
                (Some(good), None) => ("good", good),
                (None, Some(bad)) => ("bad", bad),
                (good, _) => {
                    let found = if good.is_some() {
                        phrase!("both good and bad", "sowohl good als auch bad")
                    } else {
                        phrase!("neither good nor bad", "weder good noch bad")
                    };
                    self.add(
                        Code::InvalidValue,
                        sli,
                        at,
                        found,
                        phrase!(
                            "exactly one of good and bad, beside total",
                            "genau eines von good und bad, neben total"
                        ),
                    );
                    continue;
                }
            };
            for (name, metric) in [good_or_bad, ("total", &ratio.total)] {
                self.metric(sli, &format!("{at}/{name}/metricSource"), name, metric);
            }
            let (source, total) = (&good_or_bad.1.metric_source, &ratio.total.metric_source);
            let sources = [&source.metric_source_ref, &total.metric_source_ref];
            if sources.iter().any(|name| !self.catalogue.data_sources.contains_key(*name)) {
                continue;
            }
            if source.metric_source_ref != total.metric_source_ref {
                let found = phrase!("{} and {}", "{} und {}", source.metric_source_ref, total.metric_source_ref);
                self.add(
                    Code::InvalidValue,
                    sli,
                    at,
                    found,
                    phrase!(
                        "one source for both numbers of a ratio",
                        "dieselbe Quelle für beide Zahlen eines Verhältnisses"
                    ),
                );
            } else if source.spec.counter.is_some() != total.spec.counter.is_some() {
                let found = phrase!("a query and a counter", "eine Abfrage und ein Zähler");
                let expected = phrase!(
                    "counters for both numbers of a ratio, or for neither: what is estimated and what is counted do not add up",
                    "Zähler für beide Zahlen eines Verhältnisses oder für keine: Geschätztes und Gezähltes passen nicht zusammen"
                );
                self.add(Code::InvalidValue, sli, at, found, expected);
            } else if self.is_sql(total) && source.spec.query != total.spec.query {
                let found = phrase!("two statements for one ratio", "zwei Anweisungen für ein Verhältnis");
                let expected = phrase!(
                    "one statement that gives the columns t, good and total, at both",
                    "eine Anweisung mit den Spalten t, good und total, bei beiden"
                );
                self.add(Code::InvalidValue, sli, at, found, expected);
            } else if let (Some(path), Some(other)) = (&source.spec.path, &total.spec.path)
                && path != other
            {
                let found = phrase!("two files for one ratio", "zwei Dateien für ein Verhältnis");
                self.add(
                    Code::InvalidValue,
                    sli,
                    at,
                    found,
                    phrase!(
                        "one file with the columns t, good and total",
                        "eine Datei mit den Spalten t, good und total"
                    ),
                );
            } else if source.spec.columns != total.spec.columns {
                let found = phrase!("two readings of one file", "zwei Lesarten einer Datei");
                let expected = phrase!("the same columns at both", "bei beiden dieselben columns");
                self.add(Code::InvalidValue, sli, at, found, expected);
            }
        }
    }

    fn metric<S>(&mut self, sli: &Document<S>, at: &str, name: &str, metric: &Metric) {
        let source = &metric.metric_source;
        let catalogue = self.catalogue;
        self.reference(
            sli,
            &format!("{at}/metricSourceRef"),
            "DataSource",
            &source.metric_source_ref,
            &catalogue.data_sources,
        );
        let Some(data_source) = catalogue.data_sources.get(&source.metric_source_ref) else { return };
        let real = data_source.spec.source_type;
        if source.source_type.is_some_and(|said| said != real) {
            let found = phrase!("type {:?}", "Typ {:?}", source.source_type.expect("just seen"));
            self.add(
                Code::InvalidValue,
                sli,
                &format!("{at}/type"),
                found,
                phrase!("{real:?}, as the data source says", "{real:?}, wie es die Datenquelle sagt"),
            );
        }
        let MetricSpec { query, path, columns, counter, series, focus } = &source.spec;
        let said = [query.is_some(), path.is_some(), counter.is_some(), series.is_some(), focus.is_some()];
        let (expected, right) = match (real, name) {
            (SourceType::Prometheus, "good" | "bad" | "total") => (
                phrase!(
                    "either a query or a counter, and no path",
                    "entweder eine Abfrage oder ein Zähler, und kein Pfad"
                ),
                matches!(said, [true, false, false, false, false] | [false, false, true, false, false]),
            ),
            (SourceType::Prometheus, "heartbeats") => (
                phrase!("series of probes, and nothing else", "Zeitreihen von Proben und sonst nichts"),
                said == [false, false, false, true, false],
            ),
            (SourceType::Prometheus | SourceType::PostgreSQL, _) => (
                phrase!("a query, and nothing else", "eine Abfrage und sonst nichts"),
                said == [true, false, false, false, false],
            ),
            (SourceType::File, "value") => (
                phrase!("either a path or focus", "entweder ein Pfad oder focus"),
                matches!(said, [false, true, false, false, false] | [false, false, false, false, true]),
            ),
            (SourceType::File, _) => (
                phrase!("a path, and nothing else", "ein Pfad und sonst nichts"),
                said == [false, true, false, false, false],
            ),
        };
        if !right {
            let (mut en, mut de) = (Vec::new(), Vec::new());
            for (_, (name, german)) in said.iter().zip(SAID).filter(|(is_said, _)| **is_said) {
                en.push(name);
                de.push(german);
            }
            let found = match en.is_empty() {
                true => phrase!("no query, no path and no counter", "weder eine Abfrage noch ein Pfad noch ein Zähler"),
                false => Phrase::told(en.join(" and "), de.join(" und ")),
            };
            self.add(Code::InvalidValue, sli, &format!("{at}/spec"), found, expected);
        }
        let unsound = if real == SourceType::PostgreSQL { sql::unsound } else { unsound };
        for (found, expected) in query.as_deref().map(unsound).unwrap_or_default() {
            self.add(Code::UnsoundQuery, sli, &format!("{at}/spec/query"), found, expected);
        }
        if let Some(focus) = focus.as_ref().filter(|focus| !focus.path.to_ascii_lowercase().ends_with(".csv")) {
            let found = phrase!("the path {:?}", "der Pfad {:?}", focus.path);
            let expected = phrase!("a .csv file of charges", "eine .csv-Datei mit Posten");
            self.add(Code::InvalidValue, sli, &format!("{at}/spec/focus/path"), found, expected);
        }
        if let Some(counter) = counter {
            self.counter(sli, &format!("{at}/spec/counter"), counter);
        }
        if let Some(columns) = columns {
            let is_of_slices = real == SourceType::File && path.is_some();
            self.columns(sli, &format!("{at}/spec/columns"), columns, name, is_of_slices);
        }
        if name == "bad" && real != SourceType::Prometheus && (columns.is_none() || real != SourceType::File) {
            let at = at.trim_end_matches("/metricSource");
            let (found, expected) = if real == SourceType::File {
                (
                    phrase!("bad events from a file", "schlechte Ereignisse aus einer Datei"),
                    phrase!(
                        "good: a file has the columns t, good, total; where it has others, columns names the one of bad events",
                        "good: eine Datei hat die Spalten t, good, total; hat sie andere, nennt columns die der schlechten Ereignisse"
                    ),
                )
            } else {
                (
                    phrase!("bad events from a database", "schlechte Ereignisse aus einer Datenbank"),
                    phrase!(
                        "good: a statement gives the columns t, good, total",
                        "good: eine Anweisung ergibt die Spalten t, good, total"
                    ),
                )
            };
            self.add(Code::InvalidValue, sli, at, found, expected);
        }
    }

    fn counter<S>(&mut self, sli: &Document<S>, at: &str, counter: &CounterSpec) {
        for (found, expected) in unsound(&counter.series.to_string()) {
            self.add(Code::UnsoundQuery, sli, &format!("{at}/series"), found, expected);
        }
        if !(1..=LONGEST_GAP_SECONDS).contains(&counter.gap_after.seconds()) {
            let found = phrase!("a gap of {}", "eine Lücke von {}", counter.gap_after);
            let expected = phrase!(
                "some times the scrape interval, at most 30m: samples are looked for no further",
                "ein paar Abtastabstände, höchstens 30m: Weiter weg wird kein Messwert gesucht"
            );
            self.add(Code::InvalidValue, sli, &format!("{at}/gapAfter"), found, expected);
        }
    }

    /// Whether a commitment says what its measurement needs, and nothing else.
    pub(super) fn fits_measurement(
        &mut self,
        contract: &Document<ContractSpec>,
        at: &str,
        commitment: &Commitment,
        sli: &Document<SliSpec>,
    ) {
        let [measures] = sli.spec.measures()[..] else {
            return; // A finding of the measurement itself.
        };
        let Commitment { threshold, budget, heartbeat, .. } = commitment;
        let said =
            [("threshold", threshold.is_some()), ("budget", budget.is_some()), ("heartbeat", heartbeat.is_some())];
        let said: Vec<&str> = said.iter().filter(|(_, said)| *said).map(|(field, _)| *field).collect();
        let (right, expected) = match measures {
            Measures::Events(_) => (
                said.is_empty(),
                phrase!("none of them: the measurement counts events", "keines davon: die Messung zählt Ereignisse"),
            ),
            Measures::Downtime(_) => (
                said.is_empty(),
                phrase!("none of them: the measurement counts seconds", "keines davon: die Messung zählt Sekunden"),
            ),
            Measures::Value(_) => (
                said.len() == 1 && heartbeat.is_none(),
                phrase!(
                    "exactly one of threshold and budget: the measurement gives a value for each slice",
                    "genau eines von threshold und budget: die Messung ergibt einen Wert je Abschnitt"
                ),
            ),
            Measures::Heartbeats(_) => (
                said.len() == 1 && heartbeat.is_some(),
                phrase!(
                    "heartbeat alone: what the silence of probes means",
                    "allein heartbeat: was ausbleibende Lebenszeichen bedeuten"
                ),
            ),
        };
        if !right {
            let found = match said.as_slice() {
                [] => phrase!("none of threshold, budget and heartbeat", "keines von threshold, budget und heartbeat"),
                fields => Phrase::told(fields.join(" and "), fields.join(" und ")),
            };
            self.add(Code::InvalidValue, contract, at, found, expected);
            return;
        }
        if threshold.as_ref().is_some_and(|threshold| threshold.bound().is_none()) {
            let found = phrase!("not exactly one bound", "nicht genau eine Grenze");
            let expected = phrase!(
                "exactly one of atMost, below, atLeast and above",
                "genau eines von atMost, below, atLeast und above"
            );
            self.add(Code::InvalidValue, contract, &format!("{at}/threshold"), found, expected);
        }
        if let Some(Err(HeartbeatError::Terms { field, found, least, most })) = heartbeat.map(|terms| terms.check()) {
            let pointer = format!("{at}/heartbeat/{}", field.replace('.', "/"));
            self.add(
                Code::InvalidValue,
                contract,
                &pointer,
                Phrase::quoted(found.to_string()),
                phrase!("{least} to {most}", "{least} bis {most}"),
            );
        }
        let whole_slices = said.first().filter(|_| budget.is_none());
        let (fits, expected) = match (whole_slices, budget) {
            (Some(field), _) => (
                commitment.method == Method::Timeslices,
                phrase!(
                    "Timeslices beside {field}: a slice is good or it is not",
                    "Timeslices neben {field}: ein Abschnitt ist gut oder nicht gut"
                ),
            ),
            (None, Some(_)) => (
                commitment.method == Method::Consumption,
                phrase!("Consumption beside budget", "Consumption neben budget"),
            ),
            (None, None) => (
                commitment.method != Method::Consumption,
                phrase!(
                    "one of Occurrences, Timeslices and RatioTimeslices, or a budget beside it",
                    "eines von Occurrences, Timeslices und RatioTimeslices oder ein budget daneben"
                ),
            ),
        };
        if !fits {
            let found = Phrase::quoted(format!("{:?}", commitment.method));
            self.add(Code::InvalidValue, contract, &format!("{at}/method"), found, expected);
        }
        if let Some(field) = whole_slices.filter(|_| commitment.slice_target.is_some()) {
            let found = phrase!("sliceTarget beside {field}", "sliceTarget neben {field}");
            let expected = phrase!(
                "no sliceTarget: a slice is good or it is not",
                "kein sliceTarget: ein Abschnitt ist gut oder nicht gut"
            );
            self.add(Code::InvalidValue, contract, &format!("{at}/sliceTarget"), found, expected);
        }
        if budget.is_some() {
            self.consumption(contract, at, commitment);
        }
    }

    fn downtime(&mut self, sli: &Document<SliSpec>, downtime: &DowntimeMetric) {
        let at = "/spec/incidents/metricSource";
        self.metric(sli, at, "incidents", &Metric { metric_source: downtime.metric_source.clone() });
        let source = self.catalogue.data_sources.get(&downtime.metric_source.metric_source_ref);
        if source.is_some_and(|source| source.spec.source_type != SourceType::File) {
            let found = phrase!("incidents from a server", "Störungen von einem Server");
            let expected = phrase!("a source of type File", "eine Quelle vom Typ File");
            self.add(Code::InvalidValue, sli, &format!("{at}/metricSourceRef"), found, expected);
        }
    }

    fn heartbeats(&mut self, sli: &Document<SliSpec>, heartbeats: &HeartbeatMetric) {
        let at = "/spec/heartbeats/metricSource";
        self.metric(sli, at, "heartbeats", &Metric { metric_source: heartbeats.metric_source.clone() });
        let source = self.catalogue.data_sources.get(&heartbeats.metric_source.metric_source_ref);
        let HeartbeatMetric { target_label, probe_label, .. } = heartbeats;
        match source.map(|source| source.spec.source_type) {
            Some(SourceType::Prometheus) if target_label.is_none() => {
                let expected =
                    phrase!("the label that names what was checked", "das Label, das nennt, was geprüft wurde");
                let found = Phrase::no_field("targetLabel");
                self.add(Code::MissingField, sli, "/spec/heartbeats", found, expected);
            }
            Some(of @ (SourceType::File | SourceType::PostgreSQL)) => {
                let given = [("targetLabel", target_label.is_some()), ("probeLabel", probe_label.is_some())];
                for (name, _) in given.iter().filter(|(_, given)| *given) {
                    let found = phrase!("the field {name:?}", "das Feld {name:?}");
                    let expected = match of {
                        SourceType::PostgreSQL => phrase!(
                            "no {name}: a statement gives the columns probe and target",
                            "kein {name}: eine Anweisung ergibt die Spalten probe und target"
                        ),
                        _ => phrase!(
                            "no {name}: a file has the columns probe and target",
                            "kein {name}: eine Datei hat die Spalten probe und target"
                        ),
                    };
                    self.add(Code::UnknownField, sli, &format!("/spec/heartbeats/{name}"), found, expected);
                }
            }
            _ => {}
        }
        let path = heartbeats.metric_source.spec.path.as_deref();
        if let Some(path) = path.filter(|path| !path.to_ascii_lowercase().ends_with(".csv")) {
            let found = phrase!("the path {path:?}", "der Pfad {path:?}");
            self.add(
                Code::InvalidValue,
                sli,
                &format!("{at}/spec/path"),
                found,
                phrase!("a .csv file of beats", "eine .csv-Datei mit Lebenszeichen"),
            );
        }
    }

    /// What holds of a budget for a whole period.
    fn consumption(&mut self, contract: &Document<ContractSpec>, at: &str, commitment: &Commitment) {
        let empty =
            commitment.budget.as_ref().is_some_and(|budget| budget.amount.ratio() == crate::ratio::Ratio::zero());
        if empty {
            let found = phrase!("a budget of nothing", "ein Budget von null");
            self.add(
                Code::InvalidValue,
                contract,
                &format!("{at}/budget/amount"),
                found,
                phrase!("an amount above zero", "eine Menge über null"),
            );
        }
        if commitment.target.ratio() != crate::ratio::Ratio::one() {
            let expected = phrase!(
                "100 beside budget: what may be consumed stands there",
                "100 neben budget: dort steht, was verbraucht werden darf"
            );
            let found = Phrase::quoted(commitment.target.to_string());
            self.add(Code::InvalidValue, contract, &format!("{at}/target"), found, expected);
        }
        let by_time = match commitment.penalty.model() {
            Some(model @ (Model::Multiplier(_) | Model::Proportional(_) | Model::PerOutage(_) | Model::PerUnit(_))) => {
                Some(model.field())
            }
            _ => None,
        };
        if let Some(field) = by_time {
            let found =
                phrase!("{field}, which counts the time of outages", "{field}, das die Zeit von Ausfällen zählt");
            let expected =
                phrase!("one of bands, points, atRisk and fixed", "eines von bands, points, atRisk und fixed");
            self.add(Code::UnsoundPenalty, contract, &format!("{at}/penalty/{field}"), found, expected);
        }
    }
}

/// Whether a path names a file inside the folder that it is relative to. A label of one tenant must not lead into the
/// files of another.
pub(super) fn is_inside(path: &str, endings: &[&str]) -> bool {
    let named = |part: &str| !matches!(part, "" | "." | "..");
    let inside = !path.contains(['\\', ':']) && path.split('/').all(named);
    let path = path.to_ascii_lowercase();
    inside && endings.iter().any(|ending| path.strip_suffix(ending).is_some_and(|stem| !stem.is_empty()))
}

/// A text of a measurement in which variables are replaced.
pub(super) struct Asked<'a> {
    /// Its place.
    pub(super) pointer: String,
    pub(super) text: Cow<'a, str>,
    /// Whom it is put to.
    pub(super) source: &'a MetricSource,
}

/// Every text of a measurement in which variables are replaced.
pub(super) fn asked(sli: &Document<SliSpec>) -> impl Iterator<Item = Asked<'_>> {
    let ratio = sli.spec.ratio_metric.as_ref();
    let heartbeats = sli.spec.heartbeats.as_ref();
    let metrics = [
        ("ratioMetric/good", ratio.and_then(|ratio| ratio.good.as_ref()).map(|metric| &metric.metric_source)),
        ("ratioMetric/bad", ratio.and_then(|ratio| ratio.bad.as_ref()).map(|metric| &metric.metric_source)),
        ("ratioMetric/total", ratio.map(|ratio| &ratio.total.metric_source)),
        ("thresholdMetric", sli.spec.threshold_metric.as_ref().map(|metric| &metric.metric_source)),
        ("heartbeats", heartbeats.map(|heartbeats| &heartbeats.metric_source)),
        ("incidents", sli.spec.incidents.as_ref().map(|incidents| &incidents.metric_source)),
    ];
    let asked = metrics.into_iter().filter_map(|(name, source)| Some((name, source?))).flat_map(|(name, source)| {
        let MetricSpec { query, path, columns: _, counter, series, focus } = &source.spec;
        let texts = [
            ("query", query.as_deref().map(Cow::from)),
            ("path", path.as_deref().map(Cow::from)),
            ("counter/series", counter.as_ref().map(|counter| counter.series.to_string().into())),
            ("series", series.as_ref().map(|series| series.to_string().into())),
            ("focus/path", focus.as_ref().map(|focus| focus.path.as_str().into())),
            (
                "focus/where",
                focus.as_ref().map(|focus| focus.equals.values().cloned().collect::<Vec<_>>().join("\n").into()),
            ),
        ];
        texts.into_iter().filter_map(move |(field, text)| {
            let pointer = format!("/spec/{name}/metricSource/spec/{field}");
            Some(Asked { pointer, text: text?, source })
        })
    });
    asked.chain(heartbeats.map(|heartbeats| Asked {
        pointer: "/spec/heartbeats/target".to_owned(),
        text: heartbeats.target.as_str().into(),
        source: &heartbeats.metric_source,
    }))
}
