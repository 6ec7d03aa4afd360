//! The archive: a zip file in its simplest form, of which there is one for the same files. Files are stored as they are, in the
//! order of their names, of one time, with nothing beside them. So it needs no library that might pack otherwise in its next
//! version, it cannot unfold into more than it is, and every one of its bytes is known: what is not as it would be written here
//! was changed.

use std::collections::BTreeMap;

use super::flaw::Flaw;

/// Largest bundle in bytes.
pub const MOST_BYTES: u64 = 512 * 1024 * 1024;
/// The most files in a bundle.
pub const MOST_FILES: usize = 10_000;
/// Longest name of a file, in bytes.
const NAME_LIMIT_BYTES: usize = 255;

const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
const CENTRAL: &[u8] = b"PK\x01\x02";
const CENTRAL_BYTES: usize = 46;
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// Version 1.0 of the format: no folders, nothing packed.
const VERSION: u16 = 10;
/// Made on Unix, whose permissions the list tells.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// 1 January 1980: the first day that the format knows.
const DAY: u16 = 1 << 5 | 1;
/// A regular file that its owner writes and everybody reads.
const MODE: u32 = 0o100_644 << 16;
const KIND_OF_FILE: u32 = 0o170_000;
const LINK: u32 = 0o120_000;

/// What an archive notes about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Noted {
    name: String,
    crc: u32,
    bytes: u32,
}

/// A piece of an archive and whose it is; nobody's at its end.
struct Piece<'a> {
    of: Option<&'a str>,
    bytes: Vec<u8>,
    /// The content that follows, which is not written here.
    content_bytes: usize,
}

/// Packs files. The caller makes sure that they fit.
pub(super) fn pack(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let noted = |(name, content): (&String, &Vec<u8>)| Noted {
        name: name.clone(),
        crc: crc32fast::hash(content),
        bytes: u32::try_from(content.len()).expect("a bundle is smaller than 4 GiB"),
    };
    let noted: Vec<Noted> = files.iter().map(noted).collect();
    let mut contents = files.values();
    let mut packed = Vec::new();
    for piece in layout(&noted) {
        packed.extend(piece.bytes);
        if piece.content_bytes > 0 {
            packed.extend(contents.by_ref().find(|content| !content.is_empty()).expect("a content for each file"));
        }
    }
    packed
}

/// Takes an archive apart: its files by name, and everything about it that is not as it would be written here.
pub(super) fn unpack(bytes: &[u8]) -> (BTreeMap<String, &[u8]>, Vec<Flaw>) {
    if bytes.len() as u64 > MOST_BYTES {
        return (BTreeMap::new(), vec![Flaw::TooLarge { bytes: bytes.len() as u64, most: MOST_BYTES }]);
    }
    // The archive says everything twice, before each content and in its list. One changed bit leaves one of them as it was.
    let (walked, listed) = match (walk(bytes), list(bytes)) {
        (Err(flaw @ (Flaw::Compressed { .. } | Flaw::TooManyFiles { .. })), _)
        | (_, Err(flaw @ (Flaw::Compressed { .. } | Flaw::Link { .. }))) => {
            return (BTreeMap::new(), vec![flaw]);
        }
        (walked, listed) => (walked.ok(), listed.ok()),
    };
    let mut flaws = two_names(walked.as_deref(), listed.as_deref());
    let readings = [walked, listed].into_iter().flatten();
    let readings = readings.map(|noted| (changed(&noted, bytes), noted));
    let Some((changes, noted)) = readings.min_by_key(|(changes, _)| changes.len()) else {
        return (BTreeMap::new(), vec![Flaw::NoArchive]);
    };
    flaws.extend(changes.into_iter().map(|of| of.map_or(Flaw::End, |file| Flaw::Record { file })));
    flaws.extend(misnamed(&noted));
    let mut files = BTreeMap::new();
    let mut at = 0;
    for one in &noted {
        at += LOCAL_BYTES + one.name.len();
        let end = at + one.bytes as usize;
        let Some(content) = bytes.get(at..end) else { break };
        if crc32fast::hash(content) != one.crc {
            flaws.push(Flaw::Altered { file: one.name.clone() });
        }
        files.insert(one.name.clone(), content);
        at = end;
    }
    flaws.dedup();
    (files, flaws)
}

/// Everything of an archive but the contents of its files.
fn layout(noted: &[Noted]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::with_capacity(noted.len() * 2 + 1);
    let mut offsets = Vec::with_capacity(noted.len());
    let mut at: u32 = 0;
    for one in noted {
        let mut bytes = LOCAL.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(shared(one));
        bytes.extend(one.name.as_bytes());
        offsets.push(at);
        at = at.saturating_add(length(&bytes)).saturating_add(one.bytes);
        pieces.push(Piece { of: Some(&one.name), bytes, content_bytes: one.bytes as usize });
    }
    let begin = at;
    for (one, offset) in noted.iter().zip(offsets) {
        let mut bytes = CENTRAL.to_vec();
        bytes.extend(MADE_BY.to_le_bytes());
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(shared(one));
        // No comment, the first disk, no text.
        bytes.extend([0; 6]);
        bytes.extend(MODE.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.extend(one.name.as_bytes());
        at = at.saturating_add(length(&bytes));
        pieces.push(Piece { of: Some(&one.name), bytes, content_bytes: 0 });
    }
    let mut bytes = END.to_vec();
    let count = u16::try_from(noted.len()).unwrap_or(u16::MAX).to_le_bytes();
    bytes.extend([0; 4]);
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend((at - begin).to_le_bytes());
    bytes.extend(begin.to_le_bytes());
    bytes.extend([0; 2]);
    pieces.push(Piece { of: None, bytes, content_bytes: 0 });
    pieces
}

/// What stands before a content and in the list alike: from the flags to the length of what is beside the name.
fn shared(one: &Noted) -> Vec<u8> {
    let mut bytes = FLAGS.to_le_bytes().to_vec();
    // Stored as it is, at midnight.
    bytes.extend([0; 4]);
    bytes.extend(DAY.to_le_bytes());
    bytes.extend(one.crc.to_le_bytes());
    bytes.extend(one.bytes.to_le_bytes());
    bytes.extend(one.bytes.to_le_bytes());
    bytes.extend(u16::try_from(one.name.len()).unwrap_or(u16::MAX).to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("a piece is short")
}

/// Whose pieces are not as they would be written here.
fn changed(noted: &[Noted], bytes: &[u8]) -> Vec<Option<String>> {
    let mut changed: Vec<Option<String>> = Vec::new();
    let mut at = 0_usize;
    for Piece { of, bytes: expected, content_bytes } in layout(noted) {
        let end = at + expected.len();
        if bytes.get(at..end) != Some(expected.as_slice()) {
            changed.push(of.map(str::to_owned));
        }
        at = end + content_bytes;
    }
    if at != bytes.len() && changed.last() != Some(&None) {
        changed.push(None);
    }
    changed.dedup();
    changed
}

/// The files as they stand one behind the other.
fn walk(bytes: &[u8]) -> Result<Vec<Noted>, Flaw> {
    let mut noted = Vec::new();
    let mut at = 0_usize;
    while let Some(record) = bytes.get(at..at + LOCAL_BYTES).filter(|record| record.starts_with(LOCAL)) {
        let (one, beside) = file_of(record, 6, LOCAL_BYTES, &bytes[at..])?;
        at = at.saturating_add(LOCAL_BYTES + one.name.len() + beside).saturating_add(one.bytes as usize);
        noted.push(one);
        if noted.len() > MOST_FILES {
            return Err(Flaw::TooManyFiles { most: MOST_FILES });
        }
    }
    // Behind the last content begins the list, or what would be one but for its first mark.
    let is_whole =
        || bytes.len() == layout(&noted).iter().map(|piece| piece.bytes.len() + piece.content_bytes).sum::<usize>();
    match bytes.get(at..).is_some_and(|rest| rest.starts_with(CENTRAL)) || is_whole() {
        true => Ok(noted),
        false => Err(Flaw::NoArchive),
    }
}

/// The files as the archive lists them.
fn list(bytes: &[u8]) -> Result<Vec<Noted>, Flaw> {
    let end = bytes.len().checked_sub(END_BYTES).ok_or(Flaw::NoArchive)?;
    let record = bytes.get(end..).filter(|record| record.starts_with(END)).ok_or(Flaw::NoArchive)?;
    let (count, begin) = (usize::from(half(record, 10)), word(record, 16) as usize);
    if count > MOST_FILES {
        // Whether there are that many tells the walk.
        return Err(Flaw::NoArchive);
    }
    let mut noted = Vec::with_capacity(count);
    let mut at = begin;
    for _ in 0..count {
        let record = bytes.get(at..at.saturating_add(CENTRAL_BYTES)).filter(|record| record.starts_with(CENTRAL));
        let record = record.ok_or(Flaw::NoArchive)?;
        let (one, beside) = file_of(record, 8, CENTRAL_BYTES, &bytes[at..])?;
        if (word(record, 38) >> 16) & KIND_OF_FILE == LINK {
            return Err(Flaw::Link { file: one.name });
        }
        at += CENTRAL_BYTES + one.name.len() + beside + usize::from(half(record, 32));
        noted.push(one);
    }
    if at == end { Ok(noted) } else { Err(Flaw::NoArchive) }
}

/// What a record of a file says, `from` being where its flags stand, and how much stands beside the name.
fn file_of(record: &[u8], from: usize, length: usize, bytes: &[u8]) -> Result<(Noted, usize), Flaw> {
    let (name, beside) = (usize::from(half(record, from + 20)), usize::from(half(record, from + 22)));
    let name = bytes.get(length..length + name).ok_or(Flaw::NoArchive)?;
    let name = String::from_utf8_lossy(name).into_owned();
    let noted = Noted { name, crc: word(record, from + 8), bytes: word(record, from + 12) };
    if half(record, from + 2) != 0 {
        return Err(Flaw::Compressed { file: noted.name, bytes: word(record, from + 16).into() });
    }
    Ok((noted, beside))
}

fn half(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

fn word(record: &[u8], at: usize) -> u32 {
    u32::from(half(record, at)) | u32::from(half(record, at + 2)) << 16
}

/// Files that are called otherwise in the list than before their content.
fn two_names(walked: Option<&[Noted]>, listed: Option<&[Noted]>) -> Vec<Flaw> {
    let (Some(walked), Some(listed)) = (walked, listed) else { return Vec::new() };
    let both = walked.iter().zip(listed).filter(|(one, other)| one.name != other.name);
    both.map(|(one, other)| Flaw::TwoNames { file: one.name.clone(), other: other.name.clone() }).collect()
}

/// Names that no bundle has, or not there.
fn misnamed(noted: &[Noted]) -> Vec<Flaw> {
    let mut flaws: Vec<Flaw> =
        noted.iter().filter(|one| !is_safe(&one.name)).map(|one| Flaw::UnsafeName { file: one.name.clone() }).collect();
    for pair in noted.windows(2) {
        let file = pair[1].name.clone();
        match pair[0].name.cmp(&pair[1].name) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => flaws.push(Flaw::Twice { file }),
            std::cmp::Ordering::Greater => flaws.push(Flaw::Disordered { file }),
        }
    }
    flaws
}

/// Whether a name stays inside of any folder it is unpacked in, on every system.
pub(super) fn is_safe(name: &str) -> bool {
    let is_named = |part: &str| !matches!(part, "" | "." | "..") && !part.ends_with(['.', ' ']);
    let is_plain =
        |c: char| !c.is_control() && !matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{fffd}');
    name.len() <= NAME_LIMIT_BYTES && name.split('/').all(is_named) && name.chars().all(is_plain)
}
