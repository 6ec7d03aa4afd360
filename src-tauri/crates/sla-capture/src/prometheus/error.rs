//! Why a Prometheus server gave no evidence.

/// Characters of an answer that a message quotes.
const QUOTED_CHARACTERS: usize = 120;

/// Why a Prometheus server gave no evidence.
#[derive(Debug, thiserror::Error)]
pub enum PrometheusError {
    /// The configured address cannot be used.
    #[error(
        "the address of the Prometheus server cannot be used: {reason}; expected one such as \
         https://prometheus.example.org"
    )]
    Address {
        /// What is wrong with it; never the address itself, which may hold a password.
        reason: String,
    },
    /// The configured certificate authority cannot be used.
    #[error("the certificate authority for {url} cannot be used: {reason}; expected certificates in PEM")]
    Authority {
        /// Base address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The system has no certificate authorities, or the client cannot be built.
    #[error(
        "no connection to {url} can be prepared: {reason}; install ca-certificates or name a certificate authority"
    )]
    Client {
        /// Base address.
        url: String,
        /// What the library says.
        reason: String,
    },
    /// The configured credentials cannot be sent.
    #[error(
        "the credentials for {url} cannot be sent: {reason}; enter them again, or check the variable they come from"
    )]
    Credentials {
        /// Base address.
        url: String,
        /// What is wrong with them; never the credentials themselves.
        reason: String,
    },
    /// A limit in the configuration is out of range.
    #[error("found {found} points per request, expected 1 to {limit}")]
    Points {
        /// As configured.
        found: u32,
        /// Most points.
        limit: u32,
    },
    /// The server's certificate is not trusted.
    #[error(
        "the certificate of {url} is not trusted: {reason}; name the authority that signed it, or renew the certificate"
    )]
    Untrusted {
        /// Base address.
        url: String,
        /// What TLS says.
        reason: String,
    },
    /// No usable answer, however often it was asked.
    #[error("{url} gave no answer in {attempts} attempts: {reason}; check that the server runs and can be reached")]
    Unavailable {
        /// The endpoint.
        url: String,
        /// Requests sent.
        attempts: u32,
        /// Why the last one failed.
        reason: String,
    },
    /// The whole capture took too long.
    #[error(
        "the capture from {url} took longer than {limit_seconds} s; use wider slices, a recording rule, or more time"
    )]
    TooSlow {
        /// Base address.
        url: String,
        /// Time that a capture may take, in seconds.
        limit_seconds: u64,
    },
    /// 401 or 403.
    #[error("{url} refused the credentials ({status}); check the token, or user and password, of this source")]
    Denied {
        /// The endpoint.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// 404 for an endpoint that every Prometheus has.
    #[error("{url} does not exist (404); check the address of this source, a path such as /prometheus may be missing")]
    NotFound {
        /// The endpoint.
        url: String,
    },
    /// Nobody knows which server answers: its build information was refused with something else than that there is none.
    #[error(
        "{url} did not tell the server's version ({status}): {text}; let this source read that address, or have it \
         answered with 404 where it does not exist"
    )]
    Version {
        /// The endpoint.
        url: String,
        /// HTTP status.
        status: u16,
        /// The server's own words.
        text: String,
    },
    /// What a query counts depends on the version, and the version is not known.
    #[error(
        "the query for {column} counts the samples of [$slice], and {url} does not tell whether its ranges cover both \
         ends, as in Prometheus 2, or the later one, as in Prometheus 3 (its version: {version}); write [{range}] \
         instead, which holds the samples of one slice in either; the query is: {query}"
    )]
    Ranges {
        /// `good`, `bad` or `total`.
        column: &'static str,
        /// Base address.
        url: String,
        /// What is known of the version.
        version: String,
        /// The range that holds a slice's own samples.
        range: String,
        /// The query.
        query: String,
    },
    /// The server understood but will not evaluate the query.
    #[error("{url} refused the query ({status}): {text}; the query is: {query}")]
    Rejected {
        /// The endpoint.
        url: String,
        /// HTTP status.
        status: u16,
        /// The server's own words.
        text: String,
        /// The query.
        query: String,
    },
    /// A redirect. It is not followed, because evidence must come from the source that is named.
    #[error("{url} points elsewhere ({status}), to {to}; name the final address in this source")]
    Redirected {
        /// The endpoint.
        url: String,
        /// HTTP status.
        status: u16,
        /// Where to, without credentials and query.
        to: String,
    },
    /// Something answered that does not speak Prometheus' API.
    #[error(
        "{url} did not answer in Prometheus' format ({reason}); it may be a login page or a proxy; it began with \
         {start:?}"
    )]
    NotPrometheus {
        /// The endpoint.
        url: String,
        /// What does not fit.
        reason: String,
        /// The first characters of the answer.
        start: String,
    },
    /// The answer is larger than the limit.
    #[error(
        "{url} answered with more than {limit_bytes} bytes; the query must give one series, aggregate it with sum()"
    )]
    TooLarge {
        /// The endpoint.
        url: String,
        /// Largest answer in bytes.
        limit_bytes: usize,
    },
    /// More beats than are held together.
    #[error(
        "the series {series} have more than {limit} samples within the period; expected those of one target's probes: name the \
         target among their labels"
    )]
    TooManyBeats {
        /// The series.
        series: String,
        /// How many there may be.
        limit: usize,
    },
    /// The answer is not a series of numbers.
    #[error("the query for {column} gives {found}, expected one series of numbers; the query is: {query}")]
    Shape {
        /// `good`, `bad` or `total`.
        column: &'static str,
        /// What it gives.
        found: String,
        /// The query.
        query: String,
    },
    /// More than one series.
    #[error(
        "the query for {column} gives {count} series, expected one: {labels}; aggregate them with sum(), or select \
         one; the query is: {query}"
    )]
    SeveralSeries {
        /// `good`, `bad` or `total`.
        column: &'static str,
        /// How many.
        count: usize,
        /// Up to three label sets.
        labels: String,
        /// The query.
        query: String,
    },
    /// No series in the whole period.
    #[error(
        "the query for {column} gives no series in {period}; check the metric's name, its labels and how long the \
         server keeps data; if no series means none happened, add `or vector(0)`; the query is: {query}"
    )]
    NoSeries {
        /// `good`, `bad` or `total`.
        column: &'static str,
        /// The period.
        period: String,
        /// The query.
        query: String,
    },
    /// Servers that read the same targets cannot be told apart.
    #[error(
        "the label {label} does not tell apart who reads the series: {problem}; check replicaLabel of this source, or leave it out"
    )]
    Replicas {
        /// The label.
        label: String,
        /// What is wrong.
        problem: String,
    },
    /// It is not known which series a query reads.
    #[error(
        "the query for {column} names series in a way that this program does not understand, so servers cannot be told apart in \
         it; expected selectors such as x{{label=\"value\"}}, or a data source without replicaLabel; the query is: {query}"
    )]
    Selectors {
        /// `good`, `bad` or `total`.
        column: &'static str,
        /// The query.
        query: String,
    },
    /// The server puts series of several servers together.
    #[error(
        "the server puts {apart} series together to {together}, which differ in {labels}; what it makes of two servers' samples is \
         no count; expected replicaLabel in its data source: the label that tells the servers apart, so that each is read by \
         itself; the series are: {query}"
    )]
    Merged {
        /// What they differ in.
        labels: String,
        /// How many series are left of them.
        together: usize,
        /// How many there are.
        apart: usize,
        /// The series.
        query: String,
    },
    /// A sample that is not where it was asked for.
    #[error(
        "the answer for {column} has a sample at {found}, expected {expected}; the server, or a cache before it, moves \
         what it is asked, so its answer is no evidence"
    )]
    Timestamp {
        /// `good`, `bad` or `total`.
        column: &'static str,
        /// The sample's timestamp.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// A sample that is no number.
    #[error("the answer for {column} has the value {found:?} at {t}, expected a number as text")]
    Value {
        /// `good`, `bad` or `total`.
        column: &'static str,
        /// The value.
        found: String,
        /// The sample's timestamp.
        t: String,
    },
    /// A series of probes lacks a label that must name something.
    #[error(
        "the series {series} has no label {label}, which the measurement names; expected it at every series of: {query}"
    )]
    NoLabel {
        /// The series.
        series: String,
        /// The label.
        label: String,
        /// The selector.
        query: String,
    },
    /// A sample of a probe that says neither.
    #[error(
        "the series {series} has the value {found} at {t}, expected 1 for a check that succeeded and 0 for one that failed"
    )]
    Beat {
        /// The series.
        series: String,
        /// The value.
        found: String,
        /// When, in UTC.
        t: String,
    },
    /// Two series at one time for one probe and target.
    #[error(
        "the probe {probe:?} has two series at once for the target {target:?}: {first} and {second}; expected one; narrow the \
         selector, or name another probeLabel"
    )]
    SameProbe {
        /// The probe.
        probe: String,
        /// The target.
        target: String,
        /// A series.
        first: String,
        /// Another one.
        second: String,
    },
    /// Nobody watched the target.
    #[error("no series of {query} has the target {target:?}; expected one of: {known}")]
    NoTarget {
        /// The selector.
        query: String,
        /// The target.
        target: String,
        /// Some targets that were watched.
        known: String,
    },
    /// Beats that cannot be judged.
    #[error(transparent)]
    Heartbeats(sla_core::heartbeat::HeartbeatError),
}

impl PrometheusError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "prometheus.address",
            Self::Authority { .. } => "prometheus.authority",
            Self::Client { .. } => "prometheus.client",
            Self::Credentials { .. } => "prometheus.credentials",
            Self::Points { .. } => "prometheus.points",
            Self::Untrusted { .. } => "prometheus.untrusted",
            Self::Unavailable { .. } => "prometheus.unavailable",
            Self::TooSlow { .. } => "prometheus.too_slow",
            Self::Denied { .. } => "prometheus.denied",
            Self::NotFound { .. } => "prometheus.not_found",
            Self::Version { .. } => "prometheus.version",
            Self::Ranges { .. } => "prometheus.ranges",
            Self::Rejected { .. } => "prometheus.rejected",
            Self::Redirected { .. } => "prometheus.redirected",
            Self::NotPrometheus { .. } => "prometheus.not_prometheus",
            Self::TooLarge { .. } => "prometheus.too_large",
            Self::TooManyBeats { .. } => "prometheus.too_many",
            Self::Shape { .. } => "prometheus.shape",
            Self::SeveralSeries { .. } => "prometheus.several_series",
            Self::NoSeries { .. } => "prometheus.no_series",
            Self::Replicas { .. } => "prometheus.replicas",
            Self::Selectors { .. } => "prometheus.selectors",
            Self::Merged { .. } => "prometheus.merged",
            Self::Timestamp { .. } => "prometheus.timestamp",
            Self::Value { .. } => "prometheus.value",
            Self::NoLabel { .. } => "prometheus.no_label",
            Self::Beat { .. } => "prometheus.beat",
            Self::SameProbe { .. } => "prometheus.same_probe",
            Self::NoTarget { .. } => "prometheus.no_target",
            Self::Heartbeats(_) => "prometheus.heartbeats",
        }
    }
}

/// The first characters of an answer, for a message.
pub(super) fn start_of(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(4 * QUOTED_CHARACTERS)]).chars().take(QUOTED_CHARACTERS).collect()
}
