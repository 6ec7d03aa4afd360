//! The evidence file: Parquet, zstd, columns `t`, `good`, `total`, provenance in the file's metadata. Where files are
//! kept is the store's business.

mod bucket;
mod store;

use std::io::Cursor;
use std::num::TryFromIntError;

use polars::prelude::{
    Column, CompatLevel, DataFrame, DataType, FileMetadata, NamedFrom, ParquetReader, PolarsResult, SchemaExt,
    SerReader, Series, StatisticsOptions,
};
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, KeyValue, Version, WriteOptions, row_group_iter, schema_to_metadata_key,
};
use sla_core::evidence::{COLUMN_END, COLUMN_GOOD, COLUMN_TOTAL, PROVENANCE_KEY, Provenance};

use crate::guard::{DAMAGED, guarded};
use crate::slices::{Slice, Slices, SlicesError};
use crate::source::{MAX_SLICES, is_printable};

pub(crate) use bucket::SCHEMES;
pub use bucket::{Bucket, BucketError};
pub(crate) use store::IN_PLACE;
pub use store::{Evidence, EvidenceStore, StoreError};

/// Rows of one row group: a month at a minute is one, a month at a second is eleven, so that readers need not hold a
/// month at a second at once.
const ROW_GROUP_ROWS: usize = 256 * 1024;
const COLUMNS: [&str; 3] = [COLUMN_END, COLUMN_GOOD, COLUMN_TOTAL];

/// Writes slices as an evidence file. Equal slices give equal bytes.
pub fn encode(slices: &Slices) -> Vec<u8> {
    let provenance = serde_json::to_string(slices.provenance()).expect("provenance is text and numbers");
    written(slices.rows(), provenance).expect("three columns of integers can be written to memory")
}

/// The ends of slices stand as differences, which are nearly all alike: written out they would be a third of the file, and
/// of the time that it takes to read it.
const ENCODINGS: [Encoding; 3] = [Encoding::DeltaBinaryPacked, Encoding::RleDictionary, Encoding::RleDictionary];

fn written(rows: &[Slice], provenance: String) -> PolarsResult<Vec<u8>> {
    let options = WriteOptions {
        statistics: StatisticsOptions::full(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(None),
        data_page_size: None,
    };
    let schema = frame(&[])?.schema().to_arrow(CompatLevel::newest());
    let mut file = FileWriter::try_new(Vec::new(), schema, options)?;
    let fields = file.parquet_schema().fields().to_vec();
    let encodings: Vec<Vec<Encoding>> = ENCODINGS.iter().map(|encoding| vec![*encoding]).collect();
    for rows in rows.chunks(ROW_GROUP_ROWS) {
        for batch in frame(rows)?.iter_chunks(CompatLevel::newest(), false) {
            file.write(batch.len() as u64, row_group_iter(batch, encodings.clone().into(), fields.clone(), options))?;
        }
    }
    let provenance = KeyValue { key: PROVENANCE_KEY.to_owned(), value: Some(provenance) };
    file.end(Some(vec![schema_to_metadata_key(file.schema()), provenance]))?;
    Ok(file.into_inner())
}

fn frame(rows: &[Slice]) -> PolarsResult<DataFrame> {
    let ends: Vec<i64> = rows.iter().map(|row| row.t).collect();
    let good: Vec<Option<i64>> = rows.iter().map(|row| row.good).collect();
    let total: Vec<Option<i64>> = rows.iter().map(|row| row.total).collect();
    let columns: Vec<Column> = vec![
        Series::new(COLUMN_END.into(), ends).into(),
        Series::new(COLUMN_GOOD.into(), good).into(),
        Series::new(COLUMN_TOTAL.into(), total).into(),
    ];
    DataFrame::new(rows.len(), columns)
}

/// Reads what an evidence file says of itself.
///
/// # Errors
/// [`EvidenceError`] when the bytes are no Parquet, have other columns, or carry no provenance.
pub fn read_provenance(bytes: &[u8]) -> Result<Provenance, EvidenceError> {
    whole(|| check(&mut reader(bytes)?))
}

/// Reads an evidence file back, every promise of [`Slices`] checked.
///
/// # Errors
/// As [`read_provenance`], and when the rows are not what the provenance states.
pub fn decode(bytes: &[u8]) -> Result<Slices, EvidenceError> {
    whole(|| rows(bytes))
}

fn whole<T>(read: impl FnOnce() -> Result<T, EvidenceError>) -> Result<T, EvidenceError> {
    guarded(read).unwrap_or_else(|| Err(EvidenceError::NotParquet { reason: DAMAGED.to_owned() }))
}

fn rows(bytes: &[u8]) -> Result<Slices, EvidenceError> {
    let mut reader = reader(bytes)?;
    let provenance = check(&mut reader)?;
    let frame = reader.finish().map_err(|error| EvidenceError::NotParquet { reason: error.to_string() })?;
    let integers = |name: &str| -> Result<Vec<Option<i64>>, EvidenceError> {
        let column = frame.column(name).and_then(|column| column.i64());
        Ok(column.map_err(|error| EvidenceError::NotParquet { reason: error.to_string() })?.iter().collect())
    };
    let (ends, good, total) = (integers(COLUMN_END)?, integers(COLUMN_GOOD)?, integers(COLUMN_TOTAL)?);
    let mut rows = Vec::with_capacity(ends.len());
    for ((t, good), total) in ends.into_iter().zip(good).zip(total) {
        rows.push(Slice { t: t.ok_or(EvidenceError::NullEnd { row: rows.len() + 1 })?, good, total });
    }
    Slices::new(provenance, rows).map_err(EvidenceError::Slices)
}

fn reader(bytes: &[u8]) -> Result<ParquetReader<Cursor<&[u8]>>, EvidenceError> {
    let magic = b"PAR1";
    if !(bytes.starts_with(magic) && bytes.ends_with(magic)) {
        return Err(EvidenceError::NotParquet { reason: "it does not begin and end with PAR1".to_owned() });
    }
    Ok(ParquetReader::new(Cursor::new(bytes)))
}

/// Checks everything that the file's footer tells: columns, number of rows, provenance.
fn check(reader: &mut ParquetReader<Cursor<&[u8]>>) -> Result<Provenance, EvidenceError> {
    let not_parquet = |error: polars::error::PolarsError| EvidenceError::NotParquet { reason: error.to_string() };
    let schema = reader.schema().map_err(not_parquet)?;
    let found: Vec<(String, DataType)> =
        schema.iter().map(|(name, field)| (name.to_string(), DataType::from_arrow_field(field))).collect();
    if found != COLUMNS.map(|name| (name.to_owned(), DataType::Int64)) {
        let found = found.iter().map(|(name, kind)| format!("{name} ({kind})")).collect::<Vec<_>>().join(", ");
        return Err(EvidenceError::Columns { found });
    }
    let metadata = reader.get_metadata().map_err(not_parquet)?;
    let rows =
        i64::try_from(metadata.num_rows).map_err(|_: TryFromIntError| EvidenceError::Rows { limit: MAX_SLICES })?;
    if rows > MAX_SLICES {
        return Err(EvidenceError::Rows { limit: MAX_SLICES });
    }
    let provenance: Provenance = serde_json::from_str(&provenance_json(metadata)?)
        .map_err(|error| EvidenceError::Provenance { reason: error.to_string() })?;
    if provenance.period().is_none() || ![provenance.from, provenance.to].into_iter().all(is_printable) {
        let reason = format!("it states a period from {} to {}", provenance.from, provenance.to);
        return Err(EvidenceError::Provenance { reason });
    }
    Ok(provenance)
}

fn provenance_json(metadata: &FileMetadata) -> Result<String, EvidenceError> {
    let mut found = metadata.key_value_metadata.iter().flatten().filter(|entry| entry.key == PROVENANCE_KEY);
    match (found.next().and_then(|entry| entry.value.clone()), found.next()) {
        (Some(json), None) => Ok(json),
        (_, Some(_)) => Err(EvidenceError::Provenance { reason: "it stands there twice".to_owned() }),
        (None, None) => Err(EvidenceError::NoProvenance),
    }
}

/// Why bytes are no evidence.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// Not a Parquet file, or a broken one.
    #[error("it is no readable Parquet file: {reason}")]
    NotParquet {
        /// What the reader says.
        reason: String,
    },
    /// A Parquet file with another schema.
    #[error("its columns are {found}, expected t, good, total as 64-bit integers")]
    Columns {
        /// The columns with their types.
        found: String,
    },
    /// More rows than a capture can have.
    #[error("it has more than {limit} rows, which is more than a capture can have")]
    Rows {
        /// Most rows of a capture.
        limit: i64,
    },
    /// A Parquet file that nobody captured.
    #[error("it says nothing of where it came from (no {PROVENANCE_KEY} in its metadata), so it is no evidence")]
    NoProvenance,
    /// Its provenance cannot be read.
    #[error("its provenance cannot be read: {reason}")]
    Provenance {
        /// What is wrong with it.
        reason: String,
    },
    /// A slice without an end.
    #[error("row {row} has no t, expected the end of a slice in Unix seconds")]
    NullEnd {
        /// Number of the row, from 1.
        row: usize,
    },
    /// The rows are not what the provenance states.
    #[error("its rows are not what its provenance states: {0}")]
    Slices(SlicesError),
}

#[cfg(test)]
pub(crate) mod tests {
    use polars::prelude::{KeyValueMetadata, ParquetWriter};

    use super::*;
    use sla_core::evidence::{MICRO_EVENTS, sha256_hex};

    pub(crate) fn slices(scale: i64, warnings: &[&str]) -> Slices {
        let provenance = Provenance {
            query: "good: a{tenant=\"nörd\"}\ntotal: b".into(),
            source: "https://prometheus.example.org".into(),
            server_version: "prometheus 2.42.0".into(),
            from: 1_790_805_600,
            to: 1_790_805_900,
            step_seconds: 60,
            scale,
            warnings: warnings.iter().map(|text| (*text).to_owned()).collect(),
            notes: Vec::new(),
            pieces: Vec::new(),
        };
        let row = |t, good, total| Slice { t, good, total };
        let rows = vec![
            row(1_790_805_660, Some(59), Some(60)),
            row(1_790_805_720, None, Some(60)),
            row(1_790_805_840, Some(i64::MIN), Some(i64::MAX)),
            row(1_790_805_900, None, None),
        ];
        Slices::new(provenance, rows).expect("good slices")
    }

    #[test]
    fn slices_come_back_and_equal_slices_are_equal_bytes() {
        #[track_caller]
        fn check(slices: &Slices) {
            let bytes = encode(slices);
            assert_eq!(&read_provenance(&bytes).expect("evidence"), slices.provenance());
            assert_eq!(&decode(&bytes).expect("evidence"), slices);
            assert_eq!(sha256_hex(&encode(slices)), sha256_hex(&bytes));
        }
        check(&slices(1, &[]));
        check(&slices(MICRO_EVENTS, &["good: \"NaN\"", "ü\n"]));
        let empty = Slices::new(slices(1, &[]).provenance().clone(), Vec::new()).expect("no rows are rows");
        check(&empty);
        assert_ne!(encode(&slices(1, &[])), encode(&slices(1, &["a"])));
    }

    #[test]
    fn a_long_month_takes_few_bytes_and_comes_back() {
        let provenance = Provenance { from: 0, to: 600_000, step_seconds: 1, ..slices(1, &[]).provenance().clone() };
        let rows = (1..=600_000).map(|t| Slice { t, good: Some(t % 7), total: Some(7) }).collect();
        let slices = Slices::new(provenance, rows).expect("good slices");
        let bytes = encode(&slices);
        assert_eq!(decode(&bytes).expect("evidence"), slices);
        assert!(bytes.len() < 3_000_000, "{} bytes", bytes.len());
    }

    /// A Parquet file with these columns and this metadata.
    fn parquet(columns: Vec<Column>, metadata: &[(&str, &str)]) -> Vec<u8> {
        let mut frame = DataFrame::new_infer_height(columns).expect("a frame");
        let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
            .finish(&mut frame)
            .expect("a file");
        bytes
    }

    #[test]
    fn what_is_no_evidence_is_refused() {
        #[track_caller]
        fn check(bytes: &[u8], part: &str) {
            for error in [read_provenance(bytes).map(drop), decode(bytes).map(drop)] {
                let error = error.expect_err("no evidence").to_string();
                assert!(error.contains(part), "{error}");
            }
        }
        let provenance = serde_json::to_string(slices(1, &[]).provenance()).expect("JSON");
        let integers = |name: &str| -> Column { Series::new(name.into(), [1_790_805_660_i64]).into() };
        let columns = || COLUMNS.map(integers).to_vec();
        check(b"", "PAR1");
        check(b"PAR1", "Parquet");
        check(b"<html>", "PAR1");
        check(b"PAR1PAR1", "Parquet");
        check(b"PAR1\xff\xff\xff\x7fPAR1", "Parquet");
        check(&parquet(columns(), &[]), "no evidence");
        check(&parquet(columns(), &[(PROVENANCE_KEY, "{}")]), "provenance cannot be read");
        check(&parquet(columns(), &[(PROVENANCE_KEY, &provenance), (PROVENANCE_KEY, &provenance)]), "twice");
        let backwards = provenance.replace("1790805900", "1");
        check(&parquet(columns(), &[(PROVENANCE_KEY, &backwards)]), "a period from 1790805600 to 1");
        check(
            &parquet(vec![integers("t"), integers("good")], &[(PROVENANCE_KEY, &provenance)]),
            "its columns are t (i64)",
        );
        let floats: Column = Series::new("total".into(), [1.0_f64]).into();
        let columns = vec![integers("t"), integers("good"), floats];
        check(&parquet(columns, &[(PROVENANCE_KEY, &provenance)]), "total (f64)");
    }

    #[test]
    fn rows_that_contradict_their_provenance_are_refused() {
        #[track_caller]
        fn check(ends: &[Option<i64>], part: &str) {
            let provenance = serde_json::to_string(slices(1, &[]).provenance()).expect("JSON");
            let columns = COLUMNS.map(|name| Series::new(name.into(), ends).into()).to_vec();
            let error =
                decode(&parquet(columns, &[(PROVENANCE_KEY, &provenance)])).expect_err("no evidence").to_string();
            assert!(error.contains(part), "{error}");
        }
        check(&[Some(1_790_805_661)], "a slice ends at 2026-09-30T22:01:01Z");
        check(&[Some(1_790_805_660), Some(1_790_805_660)], "a slice ends at");
        check(&[Some(1_790_805_660), None], "row 2 has no t");
    }

    #[test]
    fn a_damaged_file_never_panics() {
        let bytes = encode(&slices(1, &[]));
        for length in 0..bytes.len() {
            assert!(read_provenance(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
        }
        let footer_bytes = u32::from_le_bytes(bytes[bytes.len() - 8..][..4].try_into().expect("four bytes"));
        let footer = bytes.len() - 8 - footer_bytes as usize;
        for position in footer..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 0x15;
            // Not every change of a footer shows in what is read of it: that is what the hash is for.
            let _ = read_provenance(&altered);
        }
    }
}
