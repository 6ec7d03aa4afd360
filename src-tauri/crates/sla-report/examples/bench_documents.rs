//! A month's documents of many tenants on two cores, and their reports beside what typst's wheel makes of the same content.
//! Run it with `cargo xtask bench documents [-- TENANTS]`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use sla_core::record::{Language, MonthRecord};
use sla_report::{Templates, report_manuscript, report_pdf, sample, tenant_documents};

/// Tenants whose documents are drawn, unless another number is given.
const TENANTS: usize = 1000;
/// Reports that are set by both, in one run.
const BESIDE: usize = 200;
/// The cores that the goal is stated for.
const CORES: usize = 2;

/// How the peer sets a report, and who starts it.
const PEER: [(&str, &str); 2] = [
    ("report.typ", include_str!("bench_documents/report.typ")),
    ("compile.py", include_str!("bench_documents/compile.py")),
];

/// What the program allocates with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failed> {
    let tenants = std::env::args().nth(1).map_or(Ok(TENANTS), |count| count.parse())?;
    let templates = Templates::builtin();
    let model = sample::long_record(Language::De, 6, 12);
    let mut out = std::io::stdout();

    let contacts = sample::contacts();
    let bytes = AtomicUsize::new(0);
    let took = on_cores(tenants, |number| {
        let documents = tenant_documents(&templates, &tenant(&model, number), &contacts)?;
        bytes.fetch_add(documents.iter().map(|document| document.bytes.len()).sum(), Ordering::Relaxed);
        Ok(())
    })?;
    writeln!(
        out,
        "full sets (PDF, JSON, CSV, XLSX, letter): {tenants} tenants in {:.1} s on {CORES} cores, {:.1} MB written, peak memory {} MB",
        took.as_secs_f64(),
        bytes.into_inner() as f64 / 1e6,
        peak_megabytes()?,
    )?;

    let (Some(python), Some(folder)) = (std::env::var_os("SLA_BENCH_PYTHON"), std::env::var_os("SLA_BENCH_FOLDER"))
    else {
        writeln!(out, "no peer: SLA_BENCH_PYTHON names no Python with typst's wheel")?;
        return Ok(());
    };
    beside(&templates, &model, Path::new(&python), &PathBuf::from(folder).join("reports"), &mut out)
}

/// The same reports by both, one after the other.
fn beside(
    templates: &Templates,
    model: &MonthRecord,
    python: &Path,
    folder: &Path,
    out: &mut impl Write,
) -> Result<(), Failed> {
    std::fs::remove_dir_all(folder).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    std::fs::create_dir_all(folder)?;
    for (name, text) in PEER {
        std::fs::write(folder.join(name), text)?;
    }
    std::fs::write(folder.join("theme.json"), serde_json::to_vec(templates.theme())?)?;
    // The parsed document is made for the peer before its time begins; ours parses within its own.
    for number in 0..BESIDE {
        let record = tenant(model, number);
        let manuscript = serde_json::to_vec(&report_manuscript(templates, &record)?)?;
        std::fs::write(folder.join(format!("{number:04}.manuscript.json")), manuscript)?;
        std::fs::write(folder.join(format!("{number:04}.record.json")), record.to_json())?;
    }
    let ours = on_cores(BESIDE, |number| {
        let pdf = report_pdf(templates, &tenant(model, number))?;
        Ok(std::fs::write(folder.join(format!("{number:04}.sla.pdf")), pdf)?)
    })?;
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/fonts");
    let mut peer = Command::new(python);
    peer.arg(folder.join("compile.py")).arg(folder).arg(CORES.to_string()).arg(fonts);
    let output = peer.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("typst's wheel failed: {}", output.status).into());
    }
    /// What the peer says of itself.
    #[derive(Deserialize)]
    struct Peer {
        seconds: f64,
        documents: usize,
        bytes: usize,
    }
    let peer: Peer = serde_json::from_slice(&output.stdout)?;
    assert_eq!(peer.documents, BESIDE, "the peer set every report");
    let pages = |number: usize, kind: &str| -> Result<usize, Failed> {
        Ok(lopdf::Document::load(folder.join(format!("{number:04}.{kind}.pdf")))?.get_pages().len())
    };
    // Seconds are compared only where both fill as many pages with the same content.
    for number in 0..BESIDE {
        let (our_pages, peer_pages) = (pages(number, "sla")?, pages(number, "typst")?);
        if our_pages != peer_pages {
            return Err(format!(
                "report {number} has {our_pages} pages here and {peer_pages} by typst, which is no comparison: \
                 make them as many in bench_documents/report.typ"
            )
            .into());
        }
    }
    writeln!(
        out,
        "reports alone: {BESIDE} of {} pages in {:.1} s; typst's wheel, {CORES} processes: {BESIDE} of {} pages, \
         {} bytes each, in {:.1} s; ratio {:.2}",
        pages(0, "sla")?,
        ours.as_secs_f64(),
        pages(0, "typst")?,
        peer.bytes / peer.documents,
        peer.seconds,
        ours.as_secs_f64() / peer.seconds,
    )?;
    Ok(())
}

/// One of many tenants that have the same month.
fn tenant(model: &MonthRecord, number: usize) -> MonthRecord {
    MonthRecord {
        tenant: format!("tenant-{number:04}"),
        tenant_name: format!("Kundin {number:04} AG"),
        ..model.clone()
    }
}

/// Does the work of every number on as many threads as the goal has cores; gives how long all of it took.
fn on_cores(count: usize, work: impl Fn(usize) -> Result<(), Failed> + Sync) -> Result<Duration, Failed> {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let run = || {
            while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < count) {
                work(number)?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..CORES).map(|_| scope.spawn(run)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
    })
    .map(|()| started.elapsed())
}

/// The most memory that this process ever held, in millions of bytes.
fn peak_megabytes() -> Result<u64, Failed> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1024 / 1_000_000)
}
