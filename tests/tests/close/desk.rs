//! A desk: a folder with a catalogue, a ledger and a place for documents, and the binary to run in it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// October 2026 in Berlin: 745 hours, 8 940 slices of five minutes.
pub(crate) const MONTH: &str = "2026-10";
pub(crate) const START: i64 = 1_790_805_600;
pub(crate) const SLICES: i64 = 8_940;
pub(crate) const STEP_SECONDS: i64 = 300;

/// Where the catalogue's measurements come from.
pub(crate) enum From<'a> {
    /// A server's address.
    Prometheus(&'a str),
    /// CSV files in the desk's folder `data`.
    Files,
}

pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new(from: &From<'_>) -> Self {
        let folder = tempfile::Builder::new().prefix("sla-desk-").tempdir().expect("a temporary folder");
        let desk = Self { folder };
        for name in ["catalogue", "data"] {
            std::fs::create_dir(desk.path(name)).expect("the folder can be written");
        }
        std::fs::write(desk.path("catalogue/all.yaml"), catalogue(from)).expect("the folder can be written");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the folder can be written");
    }

    pub(crate) fn ledger(&self) -> String {
        format!("sqlite:{}", self.path("ledger.sqlite").display())
    }

    /// The arguments of a close with everything in its usual place.
    pub(crate) fn close(&self) -> Vec<String> {
        let path = |name: &str| self.path(name).display().to_string();
        let words = ["close", "--json", "--month", MONTH, "--actor", "tester", "--catalogue", &path("catalogue")];
        let mut words: Vec<String> = words.map(str::to_owned).to_vec();
        words.extend(["--out".to_owned(), path("out"), "--ledger".to_owned(), self.ledger()]);
        words
    }

    /// Closes the month, which must succeed, and gives what was printed.
    #[track_caller]
    pub(crate) fn closes(&self) -> Value {
        sound(&sla(&self.close()))
    }

    /// What `ledger verify` prints; it must find nothing wrong.
    #[track_caller]
    pub(crate) fn verified(&self) -> Value {
        sound(&sla(&["ledger", "verify", "--json", "--ledger", &self.ledger()]))
    }

    /// A tenant's report.
    pub(crate) fn report(&self, tenant: &str) -> Value {
        let path = self.path("out").join(MONTH).join(tenant).join("report.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).expect("report.json is JSON")
    }

    /// Every file below a folder with its bytes.
    pub(crate) fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(name), Path::new(""), &mut files);
        files
    }
}

fn collect(root: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(root.join(below)) else { return };
    for entry in entries {
        let name = below.join(entry.expect("the folder can be read").file_name());
        let path = root.join(&name);
        if path.is_dir() {
            collect(root, &name, files);
        } else {
            files.insert(name, std::fs::read(path).expect("the file can be read"));
        }
    }
}

/// The binary with arguments.
pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(sla_acceptance::binary());
    command.args(arguments);
    command
}

pub(crate) fn sla<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    command(arguments).output().expect("the binary runs")
}

/// The words of a PDF, one space between any two: lines end where they are full, and not where a sentence does.
pub(crate) fn pdf_text(path: &Path) -> String {
    let output = Command::new("pdftotext").arg(path).arg("-").output();
    let output = output.expect("pdftotext starts: run `cargo xtask setup`");
    assert!(output.status.success(), "{}", path.display());
    String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a command printed as JSON; it must have succeeded.
#[track_caller]
pub(crate) fn sound(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Two tenants with three commitments each, one for every method.
fn catalogue(from: &From<'_>) -> String {
    let mut text = String::new();
    let source = match from {
        From::Prometheus(url) => {
            format!("type: Prometheus\n  connectionDetails: {{ url: \"{url}\", timeoutSeconds: 20 }}")
        }
        From::Files => "type: File\n  connectionDetails: { folder: ../data }".to_owned(),
    };
    let asked = |name: &str| match from {
        From::Prometheus(_) => format!("query: 'sum(last_over_time({name}{{tenant=\"$tenant\"}}[$slice]))'"),
        From::Files => "path: $tenant.csv".to_owned(),
    };
    writeln!(
        text,
        "apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: source }}
spec:
  {source}
---
apiVersion: openslo/v1
kind: Service
metadata: {{ name: platform }}
spec: {{}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: probes }}
spec:
  ratioMetric:
    good: {{ metricSource: {{ metricSourceRef: source, spec: {{ {good} }} }} }}
    total: {{ metricSource: {{ metricSourceRef: source, spec: {{ {total} }} }} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: up, displayName: Reachable }}
spec: {{ service: platform, indicatorRef: probes, budgetingMethod: Timeslices }}
",
        good = asked("probes_good"),
        total = asked("probes")
    )
    .expect("text grows");
    for (tenant, language, currency) in [("nord", "de", "EUR"), ("west", "en", "USD")] {
        writeln!(
            text,
            "---
apiVersion: sla-desk/v1
kind: Tenant
metadata: {{ name: {tenant} }}
spec: {{ language: {language}, contacts: [{{ name: Contact, email: contact@{tenant}.example }}] }}
---
apiVersion: sla-desk/v1
kind: Contract
metadata: {{ name: {tenant}-contract }}
spec:
  tenant: {tenant}
  version: 1
  validFrom: 2026-01-01
  timeZone: Europe/Berlin
  currency: {currency}
  fee: {{ monthly: 1234.50 }}
  serviceHours: 24/7
  rounding: {{ mode: half_even, at: commitment }}
  legalNature: service_credit
  excludedKinds: [customer]
  caps: [{{ per: month, share: 20, of: base }}]
  holidays: {{ region: DE-BE }}
  claim: {{ within: 2, unit: months, from: periodEnd, rollForward: true }}
  commitments:"
        )
        .expect("text grows");
        for (name, method, unknown) in [
            ("slices", "Timeslices", "range"),
            ("events", "Occurrences", "excluded"),
            ("mean", "RatioTimeslices", "down"),
        ] {
            writeln!(
                text,
                "    - {{ name: {name}, slo: up, target: 99.9, method: {method}, slice: 5m, sliceTarget: 90, unknown: \
                 {unknown}, quiet: good, exclusions: denominator, penalty: {{ bands: [{{ from: 99, below: 99.9, credit: 5 }}, \
                 {{ from: 0, below: 99, credit: 10 }}] }} }}"
            )
            .expect("text grows");
        }
    }
    text.push_str(
        "---
apiVersion: sla-desk/v1
kind: Exclusion
metadata: { name: upgrade }
spec:
  tenant: nord
  start: \"2026-10-11T02:00:00+02:00\"
  end: \"2026-10-11T04:00:00+02:00\"
  kind: customer
  reason: Database upgrade
  requestedBy: operations
  approvedBy: nord
",
    );
    text
}

/// Good and all probes of slice 1 to 8 940; `None` where the monitor saw nothing. Ten probes a slice, and in order of
/// time: 24 slices of maintenance from 11 October 02:00 in which all fail, 12 slices in which half fail, 6 slices without
/// evidence, 3 without a probe.
pub(crate) fn probes(slice: i64) -> Option<(i64, i64)> {
    // Ten days and two hours of summer time come before the maintenance.
    const MAINTENANCE: i64 = (10 * 24 + 2) * 12 + 1;
    match slice {
        MAINTENANCE..2_929 => Some((0, 10)),
        5_001..5_013 => Some((5, 10)),
        6_001..6_007 => None,
        7_001..7_004 => Some((0, 0)),
        _ => Some((10, 10)),
    }
}

/// Every slice's end and numbers.
pub(crate) fn slices() -> impl Iterator<Item = (i64, i64, i64)> {
    (1..=SLICES).filter_map(|slice| probes(slice).map(|(good, total)| (START + slice * STEP_SECONDS, good, total)))
}

pub(crate) fn csv() -> String {
    let mut text = String::from("t,good,total\n");
    for (t, good, total) in slices() {
        writeln!(text, "{t},{good},{total}").expect("text grows");
    }
    text
}

pub(crate) fn openmetrics() -> String {
    let mut text = String::new();
    for (name, is_good) in [("probes_good", true), ("probes", false)] {
        writeln!(text, "# TYPE {name} gauge").expect("text grows");
        for tenant in ["nord", "west"] {
            for (t, good, total) in slices() {
                let value = if is_good { good } else { total };
                writeln!(text, "{name}{{tenant=\"{tenant}\"}} {value} {t}").expect("text grows");
            }
        }
    }
    text.push_str("# EOF\n");
    text
}

/// A desk whose measurements are files, ready to close.
pub(crate) fn desk_of_files() -> Desk {
    let desk = Desk::new(&From::Files);
    for tenant in ["nord", "west"] {
        desk.write(&format!("data/{tenant}.csv"), &csv());
    }
    desk
}
