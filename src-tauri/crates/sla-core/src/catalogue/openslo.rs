//! OpenSLO v1 as far as it is read: `DataSource`, `Service`, `SLI` and `SLO`.
//! Source of the format: <https://github.com/OpenSLO/OpenSLO>, version 1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::columns::FileColumns;
use super::counter::CounterSpec;
use super::focus::FocusSpec;
use super::selector::{Label, Selector};
use super::value::{Name, SliceWidth};
use crate::phrase::Phrase;
use crate::ratio::{Percent, exact_text};

const SHARE: Phrase = Phrase::new(
    "a share from 0 to 1 with a decimal point, such as 0.999; targetPercent takes percentages",
    "ein Anteil von 0 bis 1 mit Dezimalpunkt, etwa 0.999; Prozentwerte gehören in targetPercent",
);
const DURATION: Phrase = Phrase::new(
    "a number with its unit m (minute), h, d, w, M (month), Q or Y, such as \"1M\"",
    "eine Zahl mit ihrer Einheit m (Minute), h, d, w, M (Monat), Q oder Y, etwa \"1M\"",
);
const URL: Phrase = Phrase::new(
    "an address that begins with http:// or https:// and holds no credentials",
    "eine Adresse, die mit http:// oder https:// beginnt und keine Zugangsdaten enthält",
);
const ORG: Phrase = Phrase::new(
    "a tenant's name of letters, digits and ! . _ * ' ( ) -, several of them joined by |",
    "der Name eines Mandanten aus Buchstaben, Ziffern und ! . _ * ' ( ) -, mehrere mit | verbunden",
);
const LABEL: Phrase = Phrase::new(
    "a label's name of letters, digits and _, such as \"replica\"",
    "ein Labelname aus Buchstaben, Ziffern und _, etwa \"replica\"",
);

/// What every document is called by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// The name that other documents refer to.
    pub name: Name,
    /// The name that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Labels; a tenant's labels can stand in queries as `$label`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Notes for other programs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Metadata {
    /// The name that people read, or else the name.
    pub fn title(&self) -> &str {
        self.display_name.as_deref().unwrap_or(self.name.as_str())
    }
}

/// A source of measurements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataSourceSpec {
    /// What it is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it speaks.
    #[serde(rename = "type")]
    pub source_type: SourceType,
    /// How it is reached.
    pub connection_details: ConnectionDetails,
}

/// How a source is reached: `url` and what goes with it for Prometheus, `urlEnv` for PostgreSQL, `folder` for files. Secrets are
/// named by the environment variable that holds them, never written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionDetails {
    /// Prometheus: base address, such as `https://prometheus.example.org`, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^https?://[^\s@]+$"), extend("x-expected" = URL.en(), "x-expected-de" = URL.de()))]
    pub url: Option<String>,
    /// Prometheus: environment variable or entry of the keychain with a bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer_token_env: Option<String>,
    /// Prometheus: user for basic authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Prometheus: environment variable or entry of the keychain with the password for basic authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_env: Option<String>,
    /// PostgreSQL: environment variable or entry of the keychain with the address, such as
    /// `postgres://user:password@host/database`. Its user should have the right to read and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_env: Option<String>,
    /// Servers: PEM file of the authority that signed the server's certificate, relative to the catalogue's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// Servers: seconds that one request may take; 60 when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3600))]
    pub timeout_seconds: Option<u32>,
    /// Prometheus: label that tells servers apart which read the same targets, such as Thanos' replica label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[a-zA-Z_][a-zA-Z0-9_]*$"), extend("x-expected" = LABEL.en(), "x-expected-de" = LABEL.de()))]
    pub replica_label: Option<String>,
    /// Prometheus: tenant of a server for several, such as Mimir, which is sent to it as `X-Scope-OrgID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[a-zA-Z0-9!._*'()|-]+$"), extend("x-expected" = ORG.en(), "x-expected-de" = ORG.de()))]
    pub org_id: Option<String>,
    /// Files: folder with the files, relative to the catalogue's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// A service that SLOs belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceSpec {
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SliSpec {
    /// What it measures, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Good, or bad, events of all events; give this, `thresholdMetric`, `heartbeats` or `incidents`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_metric: Option<RatioMetric>,
    /// One value for each slice; the contract says which bound it must keep, or what may be consumed of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_metric: Option<Metric>,
    /// What probes said about a target; the contract says what their silence means. Not part of OpenSLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeats: Option<HeartbeatMetric>,
    /// Incidents as downtime: a slice has its seconds, of which those outside of any incident are good. Not part of OpenSLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incidents: Option<DowntimeMetric>,
}

/// What an SLI measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measures<'a> {
    /// Good, or bad, events of all events.
    Events(&'a RatioMetric),
    /// One value for each slice.
    Value(&'a Metric),
    /// What probes said.
    Heartbeats(&'a HeartbeatMetric),
    /// Seconds outside of incidents.
    Downtime(&'a DowntimeMetric),
}

impl SliSpec {
    /// Everything that it says it measures; a sound SLI measures one thing.
    pub fn measures(&self) -> Vec<Measures<'_>> {
        let all = [
            self.ratio_metric.as_ref().map(Measures::Events),
            self.threshold_metric.as_ref().map(Measures::Value),
            self.heartbeats.as_ref().map(Measures::Heartbeats),
            self.incidents.as_ref().map(Measures::Downtime),
        ];
        all.into_iter().flatten().collect()
    }
}

/// What probes said about a target, in a file with the columns t, probe, target, ok, in such rows of a PostgreSQL, or in series of a Prometheus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeartbeatMetric {
    /// The source, and the path of the file, `.csv`, or the series of the probes, or the query of a PostgreSQL. A file should begin a
    /// little before the month, so that the beats just before it are known, and end a little after it.
    pub metric_source: MetricSource,
    /// The target as the probes name it, with the variables of [`MetricSpec`].
    #[schemars(length(min = 1, max = 200))]
    pub target: String,
    /// Prometheus: the label that names what was checked, such as `instance`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_label: Option<Label>,
    /// Prometheus: the label that names who checked; without it the server itself is the only probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe_label: Option<Label>,
}

/// Incidents in a file, each with its id and when it began, was detected and was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DowntimeMetric {
    /// The source and the path of the file, `.csv` or `.json`. The file says which time it covers; an incident that is not
    /// restored goes on to the end of that, and what lies outside of it is unknown.
    pub metric_source: MetricSource,
    /// From when on an incident is downtime. The two readings differ by the time that nobody noticed it, so there is no default.
    pub down_from: DownFrom,
}

/// From when on an incident is downtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DownFrom {
    /// From when it began.
    Began,
    /// From when it was detected.
    Detected,
}

/// Good, or bad, events of all events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RatioMetric {
    /// OpenSLO: whether the metric only grows. The queries must say what a slice holds, so it is not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<bool>,
    /// Good events; give this or `bad`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<Metric>,
    /// Bad events; give this or `good`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<Metric>,
    /// All events.
    pub total: Metric,
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// The source and what is asked of it.
    pub metric_source: MetricSource,
}

/// A source and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricSource {
    /// Name of a `DataSource`.
    pub metric_source_ref: Name,
    /// OpenSLO repeats the source's type here; it must agree with the data source.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub source_type: Option<SourceType>,
    /// What is asked: a query of a server, or a file's path.
    pub spec: MetricSpec,
}

/// Type of a data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SourceType {
    /// Prometheus' HTTP API.
    Prometheus,
    /// PostgreSQL, Neon's too: a query gives the columns t, good, total, or t, value.
    PostgreSQL,
    /// Files with the columns t, good, total, or t, value, or t, probe, target, ok, and files of incidents.
    File,
}

/// What is asked of a source: exactly one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricSpec {
    /// PromQL that gives one series whose value at t is the number of events in the slice that ends at t, or the slice's
    /// value for a `thresholdMetric`. `$tenant`, every label of the tenant as `$label`, and the slice's width as `$slice`
    /// are replaced. Where the samples of a range are counted, as in `sum_over_time(x[$slice])`, a sample on the border
    /// of two slices counts once, in the slice that it ends: a Prometheus 2, whose ranges cover both ends, is asked for
    /// a millisecond less. `increase`, `rate`, `delta` and their kin need the samples on both borders and have the whole
    /// width. A server that does not tell its version is not asked for `[$slice]` of counted samples; there the range is
    /// written as a time, such as `[59999ms]` for slices of a minute.
    ///
    /// Of PostgreSQL it is one statement that reads and gives the columns t, the end of a slice as a `timestamptz`, good and
    /// total, or t and value for a `thresholdMetric`; good and total name the same statement. Variables are bound as parameters
    /// and stand without quotes; beside them there are the period, `t > $from and t <= $to`, and `$slice` as an `interval`.
    ///
    /// For `heartbeats` it gives the columns t, when a probe looked, as a `timestamptz`, probe and target as text, and ok as a
    /// `boolean`; `$from` is then a day before the period and `$to` a little after it. It should give other targets of the same
    /// probes as well, because those show that a probe lived while its target was silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Path of a `.csv` or `.parquet` file in the source's folder, with the same variables. Good and total must name
    /// the same file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Columns of the file at `path`, where it has not exactly the columns t, good, total, or t, value. Good, or bad, and total must name the same. Not part of OpenSLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<FileColumns>,
    /// A counter of Prometheus that counts exactly; for both numbers of a `ratioMetric` or for neither. `increase` in a query extrapolates, and is an estimate. Not part of OpenSLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterSpec>,
    /// Series of Prometheus whose samples are 1 where a check succeeded and 0 where it failed, such as `up` or `probe_success`; for `heartbeats`. They
    /// should hold other targets of the same probes as well, because those show that a probe lived while its target was silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Selector>,
    /// Charges of a file in the columns of FOCUS; for a `thresholdMetric`. Not part of OpenSLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<FocusSpec>,
}

/// An objective on a measurement. What a customer was promised stands in the contract; the SLO's own targets are the
/// provider's aim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SloSpec {
    /// What it is about, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Name of the `Service`.
    pub service: Name,
    /// Name of the `SLI`.
    pub indicator_ref: Name,
    /// How the provider itself budgets errors.
    pub budgeting_method: BudgetingMethod,
    /// The provider's window.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_window: Vec<TimeWindow>,
    /// The provider's own targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
    /// Names of alert policies; kept, not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_policies: Vec<String>,
}

/// How the provider itself budgets errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BudgetingMethod {
    /// Good events of all events.
    Occurrences,
    /// Good slices of all slices.
    Timeslices,
    /// The mean of the slices' ratios.
    RatioTimeslices,
}

/// The provider's window for an SLO.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeWindow {
    /// OpenSLO's shorthand: `m` is a minute, `M` a month.
    #[schemars(
        regex(pattern = r"^[1-9][0-9]*[mhdwMQY]$"),
        extend("x-expected" = DURATION.en(), "x-expected-de" = DURATION.de())
    )]
    pub duration: String,
    /// Whether the window slides.
    pub is_rolling: bool,
    /// Where a calendar window starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
}

/// Where a calendar window starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calendar {
    /// Local start, `YYYY-MM-DD hh:mm:ss`.
    pub start_time: String,
    /// Its zone.
    pub time_zone: super::value::Zone,
}

/// Reads a share such as `0.999` or `1` as the text that stood in the file.
fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Share(#[serde(deserialize_with = "exact_text")] String);
    Ok(Option::<Share>::deserialize(deserializer)?.map(|Share(text)| text))
}

/// The provider's own target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Objective {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Target as a share, for example 0.999.
    #[serde(default, deserialize_with = "share", skip_serializing_if = "Option::is_none")]
    #[schemars(
        regex(pattern = r"^(0(\.[0-9]+)?|1(\.0+)?)$"),
        extend(
            "type" = ["string", "number", "null"],
            "minimum" = 0,
            "maximum" = 1,
            "x-expected" = SHARE.en(),
            "x-expected-de" = SHARE.de()
        )
    )]
    pub target: Option<String>,
    /// Target in percent, for example 99.9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_percent: Option<Percent>,
    /// Share of good events that makes a slice good, for `Timeslices`.
    #[serde(default, deserialize_with = "share", skip_serializing_if = "Option::is_none")]
    #[schemars(
        regex(pattern = r"^(0(\.[0-9]+)?|1(\.0+)?)$"),
        extend(
            "type" = ["string", "number", "null"],
            "minimum" = 0,
            "maximum" = 1,
            "x-expected" = SHARE.en(),
            "x-expected-de" = SHARE.de()
        )
    )]
    pub time_slice_target: Option<String>,
    /// Width of a slice, for `Timeslices` and `RatioTimeslices`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_slice_window: Option<SliceWidth>,
}
