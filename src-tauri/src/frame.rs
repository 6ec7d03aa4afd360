//! How a request and its answer are written for the way between page and process: the length of a head of JSON in four bytes,
//! most significant first, the head, and the body as it is. So a document need not become text on its way.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of the length.
const LENGTH: usize = 4;

/// Head and body in one piece.
pub(crate) fn write(head: &impl Serialize, body: &[u8]) -> Vec<u8> {
    let head = serde_json::to_vec(head).expect("a head has only string keys");
    let length = u32::try_from(head.len()).expect("a head is short");
    [&length.to_be_bytes()[..], &head, body].concat()
}

/// Head and body of a piece.
///
/// # Errors
/// What does not fit.
pub(crate) fn read<T: DeserializeOwned>(piece: &[u8]) -> Result<(T, &[u8]), String> {
    let short = || format!("{} bytes are too few", piece.len());
    let (length, rest) = piece.split_first_chunk::<LENGTH>().ok_or_else(short)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| short())?;
    let (head, body) = rest.split_at_checked(length).ok_or_else(short)?;
    Ok((serde_json::from_slice(head).map_err(|error| error.to_string())?, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        fn check(head: &str, body: &[u8]) {
            let piece = write(&head, body);
            assert_eq!(read::<String>(&piece), Ok((head.to_owned(), body)));
        }
        check("", b"");
        check("Königsforst", b"\0\xff");
        check(&"x".repeat(70_000), &[7; 70_000]);
    }

    #[test]
    fn what_is_cut_or_no_head_is_refused() {
        fn check(piece: &[u8], said: &str) {
            let reason = read::<String>(piece).expect_err("refused");
            assert!(reason.contains(said), "{piece:?}: {reason}");
        }
        let whole = write(&"head", b"");
        for end in 0..whole.len() {
            check(&whole[..end], "too few");
        }
        check(&[255, 255, 255, 255, b'"'], "too few");
        check(&[0, 0, 0, 1, b'7'], "invalid type");
        check(&[0, 0, 0, 1, b'"'], "EOF");
    }
}
