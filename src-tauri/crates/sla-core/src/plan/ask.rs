//! What is asked of a source.

use std::collections::BTreeMap;

use crate::catalogue::{
    Bound, Commitment, CounterSpec, Document, DownFrom, DowntimeMetric, FileColumns, FocusColumn, FocusSpec,
    HeartbeatMetric, Measures, Metric, MetricSource, MetricSpec, Name, NewSeries, Query, Selector, SliSpec, SourceType,
    Statement, Straddling, Uncharged, Variables,
};
use crate::heartbeat::HeartbeatTerms;
use crate::time::Period;

/// A request to a source, with every variable replaced, but for ranges that depend on the server's version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// Name of the `DataSource`.
    pub data_source: Name,
    /// What is asked.
    pub what: What,
    /// The period.
    pub period: Period,
    /// Width of a slice in seconds.
    pub step_seconds: i64,
}

/// What is asked of a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Two queries of a server.
    Queries(Reading),
    /// Two counters of a server, sample by sample.
    Counters(Counters),
    /// One statement that a database is asked for rows of slices.
    Sql {
        /// The statement and what is bound to it.
        statement: Statement,
        /// What stands in its rows.
        content: FileContent,
    },
    /// One statement that a database is asked for beats.
    SqlBeats {
        /// The statement and what is bound to it.
        statement: Statement,
        /// The target as the probes name it.
        target: String,
        /// What the silence of probes means.
        terms: HeartbeatTerms,
    },
    /// A file in the source's folder.
    File {
        /// Its path, relative to the folder.
        path: String,
        /// What stands in it.
        content: FileContent,
        /// Which of its columns say so, where they have names of their own.
        columns: Option<FileColumns>,
    },
    /// A file of charges in the source's folder.
    Charges {
        /// Its path, relative to the folder.
        path: String,
        /// Which charges, and how they are read.
        charges: Charges,
        /// What becomes of their sums.
        content: FileContent,
    },
    /// A file of incidents in the source's folder.
    Incidents {
        /// Its path, relative to the folder.
        path: String,
        /// From when on an incident is downtime.
        down_from: DownFrom,
    },
    /// Series of probes of a server, sample by sample.
    Probes(Probes),
    /// A file of beats in the source's folder.
    Beats {
        /// Its path, relative to the folder.
        path: String,
        /// The target as the probes name it.
        target: String,
        /// What the silence of probes means.
        terms: HeartbeatTerms,
    },
}

/// What stands in a row, of a file or of a database, beside the end of the slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileContent {
    /// Good events and all events: the columns good and total.
    Counts,
    /// A value, of which all is consumed: the column value.
    Consumption,
    /// A value that is good when it keeps a bound: the column value.
    Bounded(Bound),
}

/// Two queries. Each must give one series whose value at `t` is the number of events in the
/// slice that ends at `t`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Good events of all events.
    GoodOfTotal {
        /// Good events of a slice.
        good: Query,
        /// All events of a slice.
        total: Query,
    },
    /// Bad events of all events: good is total − bad, where both are there.
    BadOfTotal {
        /// Bad events of a slice.
        bad: Query,
        /// All events of a slice.
        total: Query,
    },
}

/// A line for each query, as it was written but for its variables.
impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (part, first, total) = match self {
            Self::GoodOfTotal { good, total } => (CountedPart::Good, good, total),
            Self::BadOfTotal { bad, total } => (CountedPart::Bad, bad, total),
        };
        write!(f, "{}: {first}\ntotal: {total}", part.column())
    }
}

/// Two counters: good or bad events, and all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counters {
    /// What the first one counts.
    pub part: CountedPart,
    /// Good or bad events.
    pub first: Counter,
    /// All events.
    pub total: Counter,
}

/// As evidence keeps it, a line for each.
impl std::fmt::Display for Counters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { part, first, total } = self;
        write!(f, "{}: {first}\ntotal: {total}", part.column())
    }
}

impl CountedPart {
    /// The column that it is for.
    pub fn column(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }
}

/// What the first one of two counters counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountedPart {
    /// Good events.
    Good,
    /// Bad events; good is total − bad, where both are known.
    Bad,
}

/// Series of a counter, and how what is not seen of them is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter {
    /// The series, whose rises are added up.
    pub series: Selector,
    /// What the first value of a new one means.
    pub new_series: NewSeries,
    /// The longest time between two samples that is no gap, in seconds.
    pub gap_seconds: i64,
    /// Of native histograms, the bound up to which observations count, as a decimal number.
    pub up_to: Option<String>,
}

/// As evidence keeps it: everything that the count depends on.
impl std::fmt::Display for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { series, new_series, gap_seconds, up_to } = self;
        let new = match new_series {
            NewSeries::StartsAtZero => "startsAtZero",
            NewSeries::Unknown => "unknown",
        };
        write!(f, "samples of {series}; newSeries {new}, gapAfter {gap_seconds}s")?;
        up_to.iter().try_for_each(|bound| write!(f, ", upTo {bound}"))
    }
}

/// Series of probes, of which one target is judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probes {
    /// The series of all targets, whose samples are 1 and 0.
    pub series: Selector,
    /// The label that names what was checked.
    pub target_label: String,
    /// The label that names who checked; the server itself where there is none.
    pub probe_label: Option<String>,
    /// The target.
    pub target: String,
    /// What the silence of probes means.
    pub terms: HeartbeatTerms,
}

/// Charges in the columns of FOCUS, every variable replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charges {
    /// The column whose numbers are added up.
    pub column: FocusColumn,
    /// The currency that the contract counts money in; `None` for a quantity.
    pub currency: Option<String>,
    /// What other columns must be.
    pub equals: BTreeMap<String, String>,
    /// What becomes of a charge that is longer than a slice.
    pub straddling: Straddling,
    /// What a slice without any charge means.
    pub uncharged: Uncharged,
}

/// As evidence keeps it: everything that the sums depend on.
impl std::fmt::Display for Charges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sums of {}", self.column.name())?;
        if let Some(currency) = &self.currency {
            write!(f, " in {currency}")?;
        }
        for (index, (column, value)) in self.equals.iter().enumerate() {
            write!(f, "{} {column} = {value:?}", if index == 0 { " where" } else { " and" })?;
        }
        let straddling = match self.straddling {
            Straddling::Refused => "refused",
            Straddling::Spread => "spread",
        };
        let uncharged = match self.uncharged {
            Uncharged::Zero => "zero",
            Uncharged::Unknown => "unknown",
        };
        write!(f, "; straddling {straddling}, uncharged {uncharged}")
    }
}

const CHECKED: &str = "the catalogue checked what is asked of a source";

/// What has to be read for a commitment, of a source that speaks what `type_of` tells.
pub(super) fn ask(
    sli: &Document<SliSpec>,
    terms: &Commitment,
    variables: &Variables,
    period: Period,
    type_of: impl Fn(&Name) -> SourceType,
) -> Ask {
    let [measures] = sli.spec.measures()[..] else { panic!("{CHECKED}") };
    let (source, what) = match measures {
        Measures::Events(ratio) => {
            let (part, first) = match (&ratio.good, &ratio.bad) {
                (Some(good), _) => (CountedPart::Good, good),
                (None, bad) => (CountedPart::Bad, bad.as_ref().expect(CHECKED)),
            };
            let MetricSpec { path, counter, .. } = &ratio.total.metric_source.spec;
            let is_sql = type_of(&ratio.total.metric_source.metric_source_ref) == SourceType::PostgreSQL;
            let what = match (path, counter, part) {
                _ if is_sql => sql(&ratio.total, variables, FileContent::Counts),
                (Some(_), ..) => file(&ratio.total, variables, FileContent::Counts),
                (None, Some(total), part) => {
                    let first = first.metric_source.spec.counter.as_ref().expect(CHECKED);
                    let [first, total] = [first, total].map(|one| counter_of(one, variables));
                    What::Counters(Counters { part, first, total })
                }
                (None, None, CountedPart::Good) => What::Queries(Reading::GoodOfTotal {
                    good: query(first, variables),
                    total: query(&ratio.total, variables),
                }),
                (None, None, CountedPart::Bad) => What::Queries(Reading::BadOfTotal {
                    bad: query(first, variables),
                    total: query(&ratio.total, variables),
                }),
            };
            (&ratio.total.metric_source, what)
        }
        Measures::Value(metric) => {
            let bound = terms.threshold.as_ref().and_then(|threshold| threshold.bound());
            let is_sql = type_of(&metric.metric_source.metric_source_ref) == SourceType::PostgreSQL;
            let content = || bound.map_or(FileContent::Consumption, FileContent::Bounded);
            let what = match is_sql {
                _ if metric.metric_source.spec.focus.is_some() => charges(metric, terms, variables, content()),
                true => sql(metric, variables, content()),
                false => value(metric, bound, variables),
            };
            (&metric.metric_source, what)
        }
        Measures::Downtime(DowntimeMetric { metric_source, down_from }) => {
            (metric_source, What::Incidents { path: path(metric_source, variables), down_from: *down_from })
        }
        Measures::Heartbeats(HeartbeatMetric { metric_source, target, target_label, probe_label }) => {
            let target = variables.in_path(target).expect(CHECKED);
            let terms = terms.heartbeat.expect(CHECKED);
            let MetricSpec { series, query, .. } = &metric_source.spec;
            let what = match series {
                None if let Some(query) = query => {
                    What::SqlBeats { statement: variables.in_sql(query).expect(CHECKED), target, terms }
                }
                None => What::Beats { path: path(metric_source, variables), target, terms },
                Some(series) => What::Probes(Probes {
                    series: series.map_values(|value| variables.in_path(value)).expect(CHECKED),
                    target_label: target_label.as_ref().expect(CHECKED).to_string(),
                    probe_label: probe_label.as_ref().map(ToString::to_string),
                    target,
                    terms,
                }),
            };
            (metric_source, what)
        }
    };
    let step_seconds = terms.slice.seconds();
    Ask { data_source: source.metric_source_ref.clone(), what, period, step_seconds }
}

/// One value for each slice: compared with a bound by the server itself, or consumed.
fn value(metric: &Metric, bound: Option<Bound>, variables: &Variables) -> What {
    if metric.metric_source.spec.path.is_some() {
        return file(metric, variables, bound.map_or(FileContent::Consumption, FileContent::Bounded));
    }
    let value = query(metric, variables);
    let (good, total) = match bound {
        None => (value.clone(), value),
        // NaN, which a quantile is without any event, equals nothing, not even itself: the slice has then no event at
        // all, and is quiet rather than bad.
        Some(Bound { comparison, value: bound }) => {
            let compared = format!(") {} bool {bound}", comparison.operator());
            let good = Query::joined(["(".into(), value.clone(), compared.into()]);
            (good, Query::joined(["(".into(), value.clone(), ") == bool (".into(), value, ")".into()]))
        }
    };
    What::Queries(Reading::GoodOfTotal { good, total })
}

fn query(metric: &Metric, variables: &Variables) -> Query {
    let query = metric.metric_source.spec.query.as_deref().expect(CHECKED);
    variables.in_query(query).expect(CHECKED)
}

fn charges(metric: &Metric, terms: &Commitment, variables: &Variables, content: FileContent) -> What {
    let FocusSpec { path, column, equals, straddling, uncharged } =
        metric.metric_source.spec.focus.as_ref().expect(CHECKED);
    let replaced = |text: &String| variables.in_path(text).expect(CHECKED);
    let equals = equals.iter().map(|(column, value)| (column.clone(), replaced(value))).collect();
    let currency = terms.unit().filter(|_| column.is_money()).map(str::to_owned);
    let charges = Charges { column: *column, currency, equals, straddling: *straddling, uncharged: *uncharged };
    What::Charges { path: replaced(path), charges, content }
}

fn sql(metric: &Metric, variables: &Variables, content: FileContent) -> What {
    let query = metric.metric_source.spec.query.as_deref().expect(CHECKED);
    What::Sql { statement: variables.in_sql(query).expect(CHECKED), content }
}

fn counter_of(spec: &CounterSpec, variables: &Variables) -> Counter {
    let CounterSpec { series, new_series, gap_after, up_to } = spec;
    Counter {
        series: series.map_values(|value| variables.in_path(value)).expect(CHECKED),
        new_series: *new_series,
        gap_seconds: gap_after.seconds(),
        up_to: up_to.clone(),
    }
}

fn file(metric: &Metric, variables: &Variables, content: FileContent) -> What {
    let columns = metric.metric_source.spec.columns.clone();
    What::File { path: path(&metric.metric_source, variables), content, columns }
}

fn path(source: &MetricSource, variables: &Variables) -> String {
    variables.in_path(source.spec.path.as_deref().expect(CHECKED)).expect(CHECKED)
}
