//! Keys and signatures as the tool minisign has them, so that anybody can check a bundle without this program.
//!
//! Written here and not by its library, which mixes chance into each signature: the same month sealed twice is the same file.

use blake2::digest::consts::U32;
use blake2::{Blake2b, Blake2b512, Digest};
use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// Names of the algorithms, as they stand in front of what they made.
const KEY: &[u8; 2] = b"Ed";
const OF_HASH: &[u8; 2] = b"ED";
const BY_SCRYPT: &[u8; 2] = b"Sc";
const CHECKED: &[u8; 2] = b"B2";
const COMMENT: &str = "untrusted comment: ";
const TRUSTED: &str = "trusted comment: ";
/// What an unsigned line above a signature says; any other one was put there by somebody else.
const MADE: &str = "untrusted comment: signature of a sealed month by SLA Desk";
/// What deriving a key from a passphrase costs: 128 MiB, as OWASP advises for scrypt.
const OPERATIONS: u64 = 1 << 22;
const MEMORY_BYTES: u64 = 1 << 27;
/// The most that it may cost, which is what minisign itself takes: 1 GiB.
const MOST_MEMORY_BYTES: u64 = 1 << 30;
/// Shortest passphrase in letters.
const PASSPHRASE_LETTERS: usize = 12;
const ID_BYTES: usize = 8;
const SALT_BYTES: usize = 32;
/// Id, seed, public key and their checksum.
const KEPT_BYTES: usize = ID_BYTES + 32 + 32 + 32;

/// What seals.
pub struct SecretKey {
    id: [u8; ID_BYTES],
    key: SigningKey,
}

/// What checks a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    id: [u8; ID_BYTES],
    key: VerifyingKey,
}

/// Chance that a key is made of; from the system's source, never anything else.
pub struct Chance {
    /// Its id.
    pub id: [u8; ID_BYTES],
    /// What the key follows from.
    pub seed: [u8; 32],
    /// What the passphrase is mixed with.
    pub salt: [u8; SALT_BYTES],
}

/// Why a text is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is none of minisign's.
    #[error("this is no {0} of minisign; sla key new makes one, and so does minisign -G")]
    NoKey(&'static str),
    /// It is not protected.
    #[error("the secret key is not protected by a passphrase; minisign -C gives it one")]
    Bare,
    /// It does not open.
    #[error("the passphrase is not that of the key, or the key was damaged")]
    Passphrase,
    /// It is too short to protect anything.
    #[error("the passphrase has {found} letters; expected at least {PASSPHRASE_LETTERS}")]
    TooShort {
        /// How many letters it has.
        found: usize,
    },
    /// Opening it would take more than is given.
    #[error("opening the key would take more than 1 GiB of memory; it was not made by minisign or this program")]
    TooCostly,
}

impl KeyError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKey(_) => "key.no_key",
            Self::Bare => "key.bare",
            Self::Passphrase => "key.passphrase",
            Self::TooShort { .. } => "key.too_short",
            Self::TooCostly => "key.too_costly",
        }
    }
}

impl SecretKey {
    /// A new key, and the text of its file, protected by a passphrase.
    ///
    /// # Errors
    /// [`KeyError::TooShort`].
    pub fn new(chance: &Chance, passphrase: &str) -> Result<(Self, String), KeyError> {
        let found = passphrase.chars().count();
        if found < PASSPHRASE_LETTERS {
            return Err(KeyError::TooShort { found });
        }
        let key = Self::of_chance(chance);
        let mut kept = key.kept();
        let stream = stream(passphrase, &chance.salt, OPERATIONS, MEMORY_BYTES)?;
        kept.iter_mut().zip(stream).for_each(|(byte, mask)| *byte ^= mask);
        let mut bytes = [*KEY, *BY_SCRYPT, *CHECKED].concat();
        bytes.extend(chance.salt);
        bytes.extend(OPERATIONS.to_le_bytes());
        bytes.extend(MEMORY_BYTES.to_le_bytes());
        bytes.extend(kept);
        let text = format!("{COMMENT}SLA Desk encrypted secret key {}\n{}\n", key.public().id(), BASE64.encode(&bytes));
        Ok((key, text))
    }

    /// The key that follows from chance, protected by nothing.
    pub fn of_chance(chance: &Chance) -> Self {
        Self { id: chance.id, key: SigningKey::from_bytes(&chance.seed) }
    }

    /// Opens the text of a key's file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(text: &str, passphrase: &str) -> Result<Self, KeyError> {
        let bytes = boxed(text).ok_or(KeyError::NoKey("secret key"))?;
        let (head, rest) = bytes.split_at_checked(6).ok_or(KeyError::NoKey("secret key"))?;
        if rest.len() != SALT_BYTES + 16 + KEPT_BYTES || !head.starts_with(KEY) || !head.ends_with(CHECKED) {
            return Err(KeyError::NoKey("secret key"));
        }
        if &head[2..4] != BY_SCRYPT {
            return Err(KeyError::Bare);
        }
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&rest[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let stream = stream(passphrase, &rest[..SALT_BYTES], number(SALT_BYTES), number(SALT_BYTES + 8))?;
        let mut kept = [0; KEPT_BYTES];
        let protected = &rest[SALT_BYTES + 16..];
        kept.iter_mut().zip(protected.iter().zip(stream)).for_each(|(byte, (one, mask))| *byte = one ^ mask);
        let key = Self::of_kept(&kept);
        if key.kept() == kept { Ok(key) } else { Err(KeyError::Passphrase) }
    }

    /// The key without a passphrase, as `minisign -W` keeps one: for the system's keychain, which protects what it holds, and
    /// never for a file.
    pub fn bare(&self) -> String {
        let nothing = [0; 2 + SALT_BYTES + 16];
        let (no_algorithm, no_cost) = nothing.split_at(2);
        let bytes = [KEY.as_slice(), no_algorithm, CHECKED, no_cost, &self.kept()].concat();
        format!("{COMMENT}SLA Desk secret key {}\n{}\n", self.public().id(), BASE64.encode(&bytes))
    }

    /// Reads what [`SecretKey::bare`] wrote.
    ///
    /// # Errors
    /// [`KeyError::NoKey`].
    pub fn from_bare(text: &str) -> Result<Self, KeyError> {
        let no_key = || KeyError::NoKey("secret key");
        let bytes = boxed(text).ok_or_else(no_key)?;
        let kept = bytes.len().checked_sub(KEPT_BYTES).and_then(|at| bytes.get(at..)).ok_or_else(no_key)?;
        let key = Self::of_kept(kept.try_into().map_err(|_| no_key())?);
        if key.bare().lines().nth(1) == text.lines().nth(1) { Ok(key) } else { Err(no_key()) }
    }

    fn of_kept(kept: &[u8; KEPT_BYTES]) -> Self {
        let (mut id, mut seed) = ([0; ID_BYTES], [0; 32]);
        id.copy_from_slice(&kept[..ID_BYTES]);
        seed.copy_from_slice(&kept[ID_BYTES..ID_BYTES + 32]);
        Self { id, key: SigningKey::from_bytes(&seed) }
    }

    /// The key that checks what this one seals.
    pub fn public(&self) -> PublicKey {
        PublicKey { id: self.id, key: self.key.verifying_key() }
    }

    /// The signature of some bytes as a file beside them. Equal bytes have equal signatures.
    pub(super) fn sign(&self, bytes: &[u8], comment: &str) -> String {
        let signature = self.key.sign(&Blake2b512::digest(bytes)).to_bytes();
        let of_comment = self.key.sign(&[signature.as_slice(), comment.as_bytes()].concat()).to_bytes();
        signature_text(&[OF_HASH.as_slice(), &self.id, &signature].concat(), comment, &of_comment)
    }

    /// What is kept under the passphrase: the key and what tells that it was opened.
    fn kept(&self) -> [u8; KEPT_BYTES] {
        let mut kept = [0; KEPT_BYTES];
        kept[..ID_BYTES].copy_from_slice(&self.id);
        kept[ID_BYTES..ID_BYTES + 64].copy_from_slice(&self.key.to_keypair_bytes());
        let checksum = Blake2b::<U32>::new().chain_update(KEY).chain_update(&kept[..ID_BYTES + 64]).finalize();
        kept[ID_BYTES + 64..].copy_from_slice(&checksum);
        kept
    }
}

impl PublicKey {
    /// Reads the text of a key's file, or its line alone.
    ///
    /// # Errors
    /// [`KeyError::NoKey`].
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let line = text.trim();
        let bytes = boxed(text).or_else(|| BASE64.decode(line.as_bytes()).ok());
        let read = || {
            let bytes = bytes.filter(|bytes| bytes.len() == 2 + ID_BYTES + 32 && bytes.starts_with(KEY))?;
            let (mut id, mut key) = ([0; ID_BYTES], [0; 32]);
            id.copy_from_slice(&bytes[2..2 + ID_BYTES]);
            key.copy_from_slice(&bytes[2 + ID_BYTES..]);
            Some(Self { id, key: VerifyingKey::from_bytes(&key).ok()? })
        };
        read().ok_or(KeyError::NoKey("public key"))
    }

    /// Its id, as minisign prints it.
    pub fn id(&self) -> String {
        format!("{:016X}", u64::from_le_bytes(self.id))
    }

    /// It alone in one line, as minisign takes it after -P.
    pub fn line(&self) -> String {
        BASE64.encode(&[KEY.as_slice(), &self.id, self.key.as_bytes()].concat())
    }

    /// The text of its file.
    pub fn to_text(&self) -> String {
        format!("{COMMENT}minisign public key {}\n{}\n", self.id(), self.line())
    }

    /// Whether a signature is this key's over some bytes, and written as it is written here.
    pub(super) fn signed(&self, bytes: &[u8], text: &str) -> bool {
        let Some((signed_by, signature, comment, of_comment)) = signature_parts(text) else { return false };
        let is_of = |bytes: &[u8], signature: &[u8]| {
            Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(bytes, &signature).is_ok())
        };
        signed_by == self.id
            && is_of(&Blake2b512::digest(bytes), &signature)
            && is_of(&[signature.as_slice(), comment.as_bytes()].concat(), &of_comment)
            && text == signature_text(&[OF_HASH.as_slice(), &signed_by, &signature].concat(), comment, &of_comment)
    }
}

/// Id of the key that made a signature.
pub(super) fn signed_by(text: &str) -> Option<String> {
    signature_parts(text).map(|(id, ..)| format!("{:016X}", u64::from_le_bytes(id)))
}

fn signature_text(signature: &[u8], comment: &str, of_comment: &[u8]) -> String {
    format!("{MADE}\n{}\n{TRUSTED}{comment}\n{}\n", BASE64.encode(signature), BASE64.encode(of_comment))
}

/// Id of the key, the signature, the comment, and the signature of both.
type SignatureParts<'a> = ([u8; ID_BYTES], Vec<u8>, &'a str, Vec<u8>);

fn signature_parts(text: &str) -> Option<SignatureParts<'_>> {
    let mut lines = text.lines().skip(1);
    let signature = BASE64.decode(lines.next()?.as_bytes()).ok()?;
    let comment = lines.next()?.strip_prefix(TRUSTED)?;
    let of_comment = BASE64.decode(lines.next()?.as_bytes()).ok()?;
    let rest = signature.strip_prefix(OF_HASH)?;
    let (id, signature) = rest.split_first_chunk::<ID_BYTES>()?;
    Some((*id, signature.to_vec(), comment, of_comment))
}

/// The bytes below a comment.
fn boxed(text: &str) -> Option<Vec<u8>> {
    let mut lines = text.lines();
    lines.next()?.strip_prefix(COMMENT)?;
    BASE64.decode(lines.next()?.trim().as_bytes()).ok()
}

/// What a passphrase protects a key with. How minisign's two limits become scrypt's parameters is libsodium's rule
/// (`crypto_pwhash_scryptsalsa208sha256`).
fn stream(passphrase: &str, salt: &[u8], operations: u64, memory_bytes: u64) -> Result<[u8; KEPT_BYTES], KeyError> {
    const BLOCKS: u64 = 8;
    if memory_bytes > MOST_MEMORY_BYTES || operations > MOST_MEMORY_BYTES / 32 {
        return Err(KeyError::TooCostly);
    }
    let operations = operations.max(32_768);
    let (most, by_memory) = match operations < memory_bytes / 32 {
        true => (operations / (BLOCKS * 4), false),
        false => (memory_bytes / (BLOCKS * 128), true),
    };
    let log_n = (1_u8..63).find(|log| 1_u64 << log > most / 2).ok_or(KeyError::TooCostly)?;
    let parallel = if by_memory { ((operations / 4) >> log_n) / BLOCKS } else { 1 };
    let parallel = u32::try_from(parallel.max(1)).map_err(|_| KeyError::TooCostly)?;
    let parameters = scrypt::Params::new(log_n, BLOCKS as u32, parallel).map_err(|_| KeyError::TooCostly)?;
    let mut stream = [0; KEPT_BYTES];
    scrypt::scrypt(passphrase.as_bytes(), salt, &parameters, &mut stream).map_err(|_| KeyError::TooCostly)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "sealed with care";

    fn key(byte: u8) -> (SecretKey, String) {
        let chance = Chance { id: [byte; 8], seed: [byte; 32], salt: [byte; 32] };
        SecretKey::new(&chance, PASSPHRASE).expect("a key")
    }

    #[test]
    fn a_key_is_opened_by_its_passphrase_alone() {
        let (key, text) = key(7);
        let opened = SecretKey::open(&text, PASSPHRASE).expect("opened");
        assert_eq!(opened.kept(), key.kept());
        assert!(!text.contains(&BASE64.encode(&[7; 32])), "the seed does not stand in it");
        #[track_caller]
        fn check(text: &str, passphrase: &str, expected: KeyError) {
            assert_eq!(SecretKey::open(text, passphrase).err(), Some(expected));
        }
        check(&text, "sealed without care", KeyError::Passphrase);
        check("", PASSPHRASE, KeyError::NoKey("secret key"));
        check(&key.public().to_text(), PASSPHRASE, KeyError::NoKey("secret key"));
        let changed = |change: &dyn Fn(&mut Vec<u8>)| {
            let (comment, line) = text.trim_end().split_once('\n').expect("two lines");
            let mut bytes = BASE64.decode(line.as_bytes()).expect("bytes");
            change(&mut bytes);
            format!("{comment}\n{}\n", BASE64.encode(&bytes))
        };
        check(&changed(&|bytes| bytes[2..4].fill(0)), PASSPHRASE, KeyError::Bare);
        check(&changed(&|bytes| bytes[100] ^= 1), PASSPHRASE, KeyError::Passphrase);
        check(&changed(&|bytes| bytes[45] = 0xff), PASSPHRASE, KeyError::TooCostly);
        check(&changed(&|bytes| bytes[53] = 0xff), PASSPHRASE, KeyError::TooCostly);
        check(&changed(&|bytes| bytes.truncate(150)), PASSPHRASE, KeyError::NoKey("secret key"));
        let chance = Chance { id: [0; 8], seed: [0; 32], salt: [0; 32] };
        assert_eq!(SecretKey::new(&chance, "too short").err(), Some(KeyError::TooShort { found: 9 }));
    }

    #[test]
    fn a_key_without_a_passphrase_comes_back_and_any_change_of_it_is_noticed() {
        let (key, protected) = key(7);
        let bare = key.bare();
        assert_eq!(SecretKey::from_bare(&bare).expect("a key").kept(), key.kept());
        assert_eq!(SecretKey::open(&bare, PASSPHRASE).err(), Some(KeyError::Bare), "no file has such a key");
        #[track_caller]
        fn check(text: &str) {
            assert_eq!(SecretKey::from_bare(text).err(), Some(KeyError::NoKey("secret key")), "{text}");
        }
        check("");
        check(&protected);
        check(&key.public().to_text());
        let start = bare.find('\n').expect("two lines") + 1;
        for at in start..bare.len() - 1 {
            let mut bytes = bare.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            check(&String::from_utf8(bytes).expect("text"));
        }
    }

    #[test]
    fn a_changed_letter_of_a_signature_is_noticed() {
        let (key, _) = key(3);
        let text = key.sign(b"a manifest", "nordlicht 2026-10");
        assert_eq!(text, key.sign(b"a manifest", "nordlicht 2026-10"), "the same again is the same");
        let public = PublicKey::read(&key.public().to_text()).expect("a key");
        assert_eq!(PublicKey::read(&public.line()), Ok(public.clone()));
        assert!(public.signed(b"a manifest", &text));
        assert!(!public.signed(b"a Manifest", &text));
        assert!(!self::key(4).0.public().signed(b"a manifest", &text), "another key");
        for at in (0..text.len()).step_by(5) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(String::from_utf8(bytes).map_or(true, |text| !public.signed(b"a manifest", &text)), "byte {at}");
        }
        assert!(!public.signed(b"a manifest", &format!("{text}\n")), "something behind it");
        assert!(!public.signed(b"a manifest", &text.replace('\n', "\r\n")));
        assert_eq!(signed_by(&text), Some(public.id()));
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let public = key(3).0.public();
        for wrong in ["", "RWQ", &public.line()[1..], &public.line().replace("RW", "QW"), "untrusted comment: x\nRWQ\n"]
        {
            assert_eq!(PublicKey::read(wrong), Err(KeyError::NoKey("public key")), "{wrong}");
        }
    }
}
