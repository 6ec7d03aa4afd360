//! The sizes that a Parquet file declares, checked before anything is unpacked by them: a reader reserves what a footer
//! or the header of a page asks for, and in a damaged file that may be more than any machine has. What the values mean
//! is not known here.

use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{ColumnMetaData, FileMetaData, PageHeader, Type};

const MAGIC: &[u8] = b"PAR1";
/// Length of the footer and the file's last mark.
const TAIL_BYTES: usize = 8;
/// Largest footer: a thousand row groups have less.
const MAX_FOOTER_BYTES: usize = 512 * 1024;
/// Largest header of a page, statistics included.
const MAX_PAGE_HEADER_BYTES: usize = 64 * 1024;
/// Largest page. Writers make pages of a megabyte.
const MAX_PAGE_BYTES: u64 = 64 * 1024 * 1024;
/// Most bytes of a value: eight of its own, some for whether it is there, and what encodings add.
const VALUE_BYTES: u64 = 16;
/// What a page of few values may have beside them.
const PAGE_EXTRA_BYTES: u64 = 64 * 1024;

/// The footer of a file.
#[derive(Debug)]
pub(super) struct Footer {
    metadata: FileMetaData,
    /// Where the footer begins and the pages end.
    at: usize,
}

impl Footer {
    /// Reads the footer without reserving more than a few times its own size.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() < MAGIC.len() + TAIL_BYTES || !bytes.starts_with(MAGIC) || !bytes.ends_with(MAGIC) {
            return Err("it does not begin and end with PAR1".to_owned());
        }
        let tail = bytes.len() - TAIL_BYTES;
        let length = u32::from_le_bytes(bytes[tail..][..4].try_into().expect("four bytes")) as usize;
        let at = tail.checked_sub(length).filter(|at| *at >= MAGIC.len());
        let at = at.ok_or_else(|| format!("its footer should have {length} bytes, the file has {}", bytes.len()))?;
        if length > MAX_FOOTER_BYTES {
            return Err(format!(
                "its footer has {length} bytes, expected at most {MAX_FOOTER_BYTES}; write fewer row groups"
            ));
        }
        let mut protocol = TCompactInputProtocol::new(&bytes[at..tail], 4 * length + 1024);
        let metadata = FileMetaData::read_from_in_protocol(&mut protocol)
            .map_err(|error| format!("its footer cannot be read: {error}"))?;
        Ok(Self { metadata, at })
    }

    /// Walks over the headers of all pages of the columns that are read: each lies inside its column, and asks for no more than
    /// its values can take.
    pub(super) fn check_pages(&self, bytes: &[u8], read: &[&str]) -> Result<(), String> {
        let leaves = self.leaves();
        for group in &self.metadata.row_groups {
            let rows = u64::try_from(group.num_rows).map_err(|_| "a row group has less than no rows".to_owned())?;
            for (index, column) in group.columns.iter().enumerate() {
                let column = column.meta_data.as_ref().ok_or("a column lies in another file")?;
                let name = column.path_in_schema.join(".");
                // By its place in the schema and not by its name alone: no other column may pass for one that is not read.
                let leaf = leaves.get(index).filter(|leaf| leaf.is_of(column));
                let leaf =
                    leaf.ok_or_else(|| format!("its column {name} has pages of another type than the column"))?;
                if read.contains(&leaf.top) {
                    self.check_column(bytes, column, rows).map_err(|reason| format!("its column {name} {reason}"))?;
                }
            }
        }
        Ok(())
    }

    /// The fields of the schema that have values, in the order of columns in a row group.
    fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        // Fields that are still to come below the one at the top, which the root's are.
        let (mut top, mut below) = ("", 0_i64);
        for field in self.metadata.schema.iter().skip(1) {
            if below == 0 {
                (top, below) = (&field.name, 1);
            }
            below = below - 1 + i64::from(field.num_children.unwrap_or(0).max(0));
            leaves.extend(field.type_.map(|kind| Leaf { top, name: &field.name, kind }));
        }
        leaves
    }

    fn check_column(&self, bytes: &[u8], column: &ColumnMetaData, rows: u64) -> Result<(), String> {
        if u64::try_from(column.num_values) != Ok(rows) {
            return Err(format!("has {} values in a group of {rows} rows", column.num_values));
        }
        let start = column.dictionary_page_offset.unwrap_or(column.data_page_offset);
        let range = usize::try_from(start).ok().zip(usize::try_from(column.total_compressed_size).ok());
        let pages = range.and_then(|(start, length)| bytes[..self.at].get(start..start.checked_add(length)?));
        let mut rest = pages.ok_or("lies outside of the file")?;
        let mut seen = 0;
        while seen < rows {
            if rest.is_empty() {
                return Err(format!("ends after {seen} of {rows} values"));
            }
            let mut protocol = TCompactInputProtocol::new(&mut rest, MAX_PAGE_HEADER_BYTES);
            let header = PageHeader::read_from_in_protocol(&mut protocol)
                .map_err(|error| format!("has a page whose header cannot be read: {error}"))?;
            let page = Page::of(&header)?;
            if page.values > rows - if page.is_data { seen } else { 0 } {
                return Err(format!("has a page of {} values, {seen} of {rows} are behind", page.values));
            }
            let most = MAX_PAGE_BYTES.min(page.values * VALUE_BYTES + PAGE_EXTRA_BYTES);
            if page.unpacked_bytes > most {
                let (found, values) = (page.unpacked_bytes, page.values);
                return Err(format!("has a page of {found} bytes for {values} values, expected at most {most}"));
            }
            rest = rest.get(page.packed_bytes..).ok_or("has a page that is longer than the column")?;
            seen += if page.is_data { page.values } else { 0 };
        }
        Ok(())
    }
}

/// A field of the schema that has values.
struct Leaf<'a> {
    /// The column of the table that it belongs to.
    top: &'a str,
    name: &'a str,
    kind: Type,
}

impl Leaf<'_> {
    fn is_of(&self, column: &ColumnMetaData) -> bool {
        let path = &column.path_in_schema;
        let is_named = |name: Option<&String>, expected| name.is_some_and(|name| name == expected);
        column.type_ == self.kind && is_named(path.first(), self.top) && is_named(path.last(), self.name)
    }
}

/// What the header of a page declares.
struct Page {
    is_data: bool,
    values: u64,
    packed_bytes: usize,
    unpacked_bytes: u64,
}

impl Page {
    fn of(header: &PageHeader) -> Result<Self, String> {
        let data = header.data_page_header.as_ref().map(|data| data.num_values);
        let data = data.or(header.data_page_header_v2.as_ref().map(|data| data.num_values));
        let dictionary = header.dictionary_page_header.as_ref().map(|dictionary| dictionary.num_values);
        let (is_data, values) = match (data, dictionary) {
            (Some(values), None) => (true, values),
            (None, Some(values)) => (false, values),
            _ => return Err("has a page that holds neither values nor a dictionary".to_owned()),
        };
        let negative = |_| "has a page of a negative size".to_owned();
        Ok(Self {
            is_data,
            values: values.try_into().map_err(negative)?,
            packed_bytes: header.compressed_page_size.try_into().map_err(negative)?,
            unpacked_bytes: header.uncompressed_page_size.try_into().map_err(negative)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetWriter, Series};
    use polars_parquet_format::thrift::protocol::TCompactOutputProtocol;

    use super::*;

    fn intact() -> Vec<u8> {
        let column = |name: &str| Series::new(name.into(), [1_i64, 2, 3, 4]).into_column();
        let mut frame = DataFrame::new_infer_height(vec![column("t"), column("good")]).expect("columns of one length");
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).with_row_group_size(Some(2)).finish(&mut frame).expect("a file in memory");
        bytes
    }

    /// A file with those pages and that footer.
    fn file(pages: &[u8], metadata: &FileMetaData) -> Vec<u8> {
        let mut footer = Vec::new();
        metadata.write_to_out_protocol(&mut TCompactOutputProtocol::new(&mut footer)).expect("memory");
        let length = u32::try_from(footer.len()).expect("a small footer").to_le_bytes();
        [pages, &footer, &length, MAGIC].concat()
    }

    fn read(bytes: &[u8]) -> Result<(), String> {
        Footer::read(bytes)?.check_pages(bytes, &["t", "good"])
    }

    #[track_caller]
    fn refuse(bytes: &[u8], part: &str) {
        let reason = read(bytes).expect_err("refused");
        assert!(reason.contains(part), "{reason} does not say {part}");
    }

    #[test]
    fn a_footer_that_asks_for_more_than_the_file_has_is_refused() {
        let bytes = intact();
        assert_eq!(read(&bytes), Ok(()));
        let footer = Footer::read(&bytes).expect("a footer");
        let pages = &bytes[..footer.at];
        assert_eq!(read(&file(pages, &footer.metadata)), Ok(()), "written again it is the same");
        let check = |edit: fn(&mut ColumnMetaData), part: &str| {
            let mut metadata = footer.metadata.clone();
            edit(metadata.row_groups[1].columns[1].meta_data.as_mut().expect("in this file"));
            refuse(&file(pages, &metadata), part);
        };
        check(|column| column.num_values = 3, "its column good has 3 values in a group of 2 rows");
        check(|column| column.num_values = -1, "has -1 values");
        check(|column| column.type_ = Type::DOUBLE, "another type");
        check(|column| column.path_in_schema = vec!["total".to_owned()], "its column total has pages of another type");
        // What is not read may declare what it likes; what is read cannot pass for it.
        let unread = |name: &str, column: usize| {
            let mut metadata = footer.metadata.clone();
            let altered = metadata.row_groups[0].columns[column].meta_data.as_mut().expect("in this file");
            (altered.num_values, altered.path_in_schema) = (i64::MAX, vec![name.to_owned()]);
            Footer::read(&file(pages, &metadata)).and_then(|footer| footer.check_pages(&bytes, &["t"]))
        };
        assert_eq!(unread("good", 1), Ok(()));
        for (name, column) in [("good", 0), ("t", 1), ("t", 0)] {
            assert!(unread(name, column).is_err(), "{name} at {column}");
        }
        for far in [-1, 1_000_000, i64::MAX] {
            let mut metadata = footer.metadata.clone();
            let column = metadata.row_groups[0].columns[0].meta_data.as_mut().expect("in this file");
            column.data_page_offset = far;
            column.dictionary_page_offset = None;
            refuse(&file(pages, &metadata), "its column t lies outside of the file");
            let mut metadata = footer.metadata.clone();
            metadata.row_groups[0].columns[0].meta_data.as_mut().expect("in this file").total_compressed_size = far;
            refuse(&file(pages, &metadata), "its column t lies outside of the file");
        }
        check(|column| column.total_compressed_size = 0, "ends after 0 of 2 values");
        let mut metadata = footer.metadata.clone();
        metadata.row_groups[0].num_rows = -1;
        refuse(&file(pages, &metadata), "less than no rows");
        metadata.row_groups[0].num_rows = i64::MAX;
        refuse(&file(pages, &metadata), "has 2 values in a group of 9223372036854775807 rows");
        metadata = footer.metadata.clone();
        metadata.row_groups[0].columns[0].meta_data = None;
        refuse(&file(pages, &metadata), "another file");
    }

    #[test]
    fn a_footer_that_is_none_is_refused_before_memory_is_reserved_for_it() {
        let ended = |footer: &[u8], length: u32| [MAGIC, footer, &length.to_le_bytes(), MAGIC].concat();
        refuse(b"", "PAR1");
        refuse(b"PAR1PAR1", "PAR1");
        refuse(&intact()[1..], "PAR1");
        refuse(&ended(b"", u32::MAX), "should have 4294967295 bytes, the file has 12");
        refuse(&ended(&vec![0; MAX_FOOTER_BYTES + 1], MAX_FOOTER_BYTES as u32 + 1), "expected at most 524288");
        refuse(&ended(&[0xff; 20], 20), "footer cannot be read");
        // Two billion fields of a schema.
        let fields = [0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07];
        refuse(&ended(&fields, 9), "footer cannot be read: message too long");
    }

    #[test]
    fn a_page_that_asks_for_more_than_its_values_take_is_refused() {
        let bytes = intact();
        let footer = Footer::read(&bytes).expect("a footer");
        let column = footer.metadata.row_groups[0].columns[0].meta_data.clone().expect("in this file");
        let start = usize::try_from(column.data_page_offset).expect("a position");
        let mut rest = &bytes[start..];
        let header =
            PageHeader::read_from_in_protocol(&mut TCompactInputProtocol::new(&mut rest, 1024)).expect("a page");
        // The first column is written again, behind all the pages.
        let check = |edit: fn(&mut PageHeader), expected: Result<(), &str>| {
            let mut header = header.clone();
            let content = &rest[..usize::try_from(header.compressed_page_size).expect("a size")];
            edit(&mut header);
            let mut pages = bytes[..footer.at].to_vec();
            header.write_to_out_protocol(&mut TCompactOutputProtocol::new(&mut pages)).expect("memory");
            pages.extend_from_slice(content);
            let mut metadata = footer.metadata.clone();
            let column = metadata.row_groups[0].columns[0].meta_data.as_mut().expect("in this file");
            column.dictionary_page_offset = None;
            column.data_page_offset = footer.at as i64;
            column.total_compressed_size = (pages.len() - footer.at) as i64;
            match (read(&file(&pages, &metadata)), expected) {
                (Ok(()), Ok(())) => {}
                (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason} does not say {part}"),
                (got, expected) => panic!("{got:?}, expected {expected:?}"),
            }
        };
        check(|_| {}, Ok(()));
        let large = "has a page of 2147483647 bytes for 2 values, expected at most 65568";
        check(|header| header.uncompressed_page_size = i32::MAX, Err(large));
        check(|header| header.uncompressed_page_size = -1, Err("negative size"));
        check(|header| header.compressed_page_size = -1, Err("negative size"));
        check(|header| header.compressed_page_size = i32::MAX, Err("longer than the column"));
        check(|header| header.compressed_page_size += 1, Err("longer than the column"));
        fn values(header: &mut PageHeader) -> &mut i32 {
            &mut header.data_page_header.as_mut().expect("a page of the first version").num_values
        }
        check(|header| *values(header) = i32::MAX, Err("has a page of 2147483647 values, 0 of 2 are behind"));
        check(|header| *values(header) = -1, Err("negative size"));
        check(|header| *values(header) = 1, Err("ends after 1 of 2 values"));
        check(|header| header.data_page_header = None, Err("neither values nor a dictionary"));
    }
}
