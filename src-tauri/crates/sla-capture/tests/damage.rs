//! A damaged Parquet file is refused, whatever it declares, and never by running out of memory. This program has one
//! test, because it looks at the memory of the whole process.

use std::ops::Range;
use std::path::Path;

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetCompression, ParquetWriter, Series};
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{FileMetaData, PageHeader};
use sla_capture::{CaptureError, CaptureRequest, FileSource, NoProgress, Slices, Source};
use sla_core::plan::FileContent;
use sla_core::time::Period;

const START: i64 = 1_790_805_600;
const SLICES: i64 = 50;
/// Most memory that reading a damaged file of a few kilobytes may reserve beyond reading an intact one.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// A small valid file, in two row groups.
fn intact(compression: ParquetCompression) -> Vec<u8> {
    let ends: Vec<i64> = (1..=SLICES).map(|slice| START + slice * 60).collect();
    let total: Vec<i64> = (1..=SLICES).map(|slice| 50 + slice * 7 % 13).collect();
    let good: Vec<Option<i64>> = total.iter().map(|total| (total % 5 != 0).then_some(total - total % 3)).collect();
    let columns = vec![
        Series::new("t".into(), ends).into_column(),
        Series::new("good".into(), good).into_column(),
        Series::new("total".into(), total).into_column(),
    ];
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(compression)
        .with_row_group_size(Some(30))
        .finish(&mut DataFrame::new_infer_height(columns).expect("columns of one length"))
        .expect("a file in memory");
    bytes
}

fn read(runtime: &tokio::runtime::Runtime, path: &Path, bytes: &[u8]) -> Result<Slices, CaptureError> {
    std::fs::write(path, bytes).expect("a file");
    let request =
        CaptureRequest { period: Period::new(START, START + SLICES * 60).expect("a period"), step_seconds: 60 };
    runtime.block_on(FileSource::new(path, FileContent::Counts).capture(&request, &NoProgress))
}

/// Most memory that this process ever reserved, in bytes.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process of its memory");
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).expect("the peak of the address space");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("kilobytes") * 1024
}

/// Where values and what encodes them stand. No checksum of the format's own says whether a value is what was written;
/// the hash of the file, which the evidence names, does.
fn contents(bytes: &[u8]) -> Vec<Range<usize>> {
    let tail = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[tail..][..4].try_into().expect("four bytes")) as usize;
    let mut footer = TCompactInputProtocol::new(&bytes[tail - length..tail], 1 << 20);
    let footer = FileMetaData::read_from_in_protocol(&mut footer).expect("a footer");
    let mut contents = Vec::new();
    for column in footer.row_groups.iter().flat_map(|group| &group.columns) {
        let column = column.meta_data.as_ref().expect("in this file");
        let start = column.dictionary_page_offset.unwrap_or(column.data_page_offset);
        let position = |position: i64| usize::try_from(position).expect("a position");
        let (mut at, end) = (position(start), position(start + column.total_compressed_size));
        while at < end {
            let mut rest = &bytes[at..end];
            let mut header = TCompactInputProtocol::new(&mut rest, 1 << 20);
            let header = PageHeader::read_from_in_protocol(&mut header).expect("a page");
            at = end - rest.len();
            contents.push(at..at + position(header.compressed_page_size.into()));
            at = contents.last().expect("just pushed").end;
        }
    }
    contents
}

/// The allocator gives threads that wait for each other reserves of their own, of 64 MiB and more each; told so, it gives
/// none, and what is reserved is what was asked for. It reads this when a program starts.
const ONE_RESERVE: (&str, &str) = ("MALLOC_ARENA_MAX", "1");

#[test]
fn a_file_with_a_flipped_byte_is_refused_or_read_within_bounds() {
    let (name, value) = ONE_RESERVE;
    if std::env::var_os(name).is_none() {
        let itself = std::env::current_exe().expect("this program");
        let mut again = std::process::Command::new(itself);
        let again = again.env(name, value).arg("--nocapture").output().expect("it runs again");
        let said = [again.stdout, again.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(again.status.success(), "{said}");
        return;
    }
    // What the walls catch would be printed otherwise, hundreds of times.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(flip_every_byte);
    let _ = std::panic::take_hook();
    if let Err(panic) = outcome {
        let said = panic.downcast_ref::<String>().map_or("it panicked", String::as_str);
        panic!("{said}");
    }
}

fn flip_every_byte() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("slices.parquet");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    for compression in [ParquetCompression::Zstd(None), ParquetCompression::Uncompressed] {
        let bytes = intact(compression);
        let contents = contents(&bytes);
        let truth = read(&runtime, &path, &bytes).expect("the intact file is read");
        assert_eq!(truth.rows().len(), 50);
        let before = peak_bytes();
        let mut refused = 0;
        for at in 0..bytes.len() {
            for mask in [0x01, 0x80] {
                let mut damaged = bytes.clone();
                damaged[at] ^= mask;
                match read(&runtime, &path, &damaged) {
                    Err(error) => {
                        assert!(!error.to_string().is_empty());
                        refused += 1;
                    }
                    Ok(slices) => {
                        let is_content = contents.iter().any(|content| content.contains(&at));
                        assert!(
                            is_content || slices.rows() == truth.rows(),
                            "byte {at} ^ {mask:#x} of {compression:?}"
                        );
                    }
                }
                let more = peak_bytes() - before;
                assert!(more < MOST_BYTES, "byte {at} ^ {mask:#x} of {compression:?}: {more} bytes more");
            }
        }
        assert!(refused > bytes.len() / 2, "{refused} of {} are refused", 2 * bytes.len());
    }
}
