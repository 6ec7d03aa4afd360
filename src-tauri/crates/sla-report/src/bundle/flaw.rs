//! What can be wrong with a bundle: facts and no words, because a reader has a language.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something about a bundle that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case", deny_unknown_fields)]
pub enum Flaw {
    /// It is larger than any bundle.
    TooLarge {
        /// How many bytes it has.
        bytes: u64,
        /// The most that a bundle may have.
        most: u64,
    },
    /// It holds more files than any bundle.
    TooManyFiles {
        /// The most that a bundle may hold.
        most: usize,
    },
    /// It is no archive, or so damaged that its files cannot be told apart.
    NoArchive,
    /// A file's name leads out of the archive, or is no name of a file.
    UnsafeName {
        /// The name.
        file: String,
    },
    /// Two files have one name.
    Twice {
        /// The name.
        file: String,
    },
    /// A file does not stand in its place among the names.
    Disordered {
        /// The file.
        file: String,
    },
    /// The archive calls one file by two names.
    TwoNames {
        /// The name that stands before its content.
        file: String,
        /// The name in the archive's list.
        other: String,
    },
    /// A file is packed smaller. A bundle packs nothing: its size is what it says.
    Compressed {
        /// The file.
        file: String,
        /// How many bytes it claims to become.
        bytes: u64,
    },
    /// A file is a symbolic link.
    Link {
        /// The file.
        file: String,
    },
    /// What the archive itself notes about a file was changed, or was written by another program.
    Record {
        /// The file.
        file: String,
    },
    /// What the archive notes about itself was changed, or something stands behind it.
    End,
    /// A file's content is not what was sealed.
    Altered {
        /// The file.
        file: String,
    },
    /// A file of the manifest is not there.
    Missing {
        /// The file.
        file: String,
    },
    /// A file is there of which the manifest knows nothing.
    Unknown {
        /// The file.
        file: String,
    },
    /// A file cannot be read as what it should be.
    Unreadable {
        /// The file.
        file: String,
        /// What was found, or expected.
        reason: String,
    },
    /// The signature is not that of the key over this manifest.
    Signature {
        /// The file.
        file: String,
    },
    /// The bundle was signed with another key than the one that was given.
    OtherKey {
        /// Id of the key that signed.
        signed_by: String,
        /// Id of the key that was given.
        expected: String,
    },
    /// The entry of the audit chain does not have the hash that is noted with it, or is of another month.
    ChainEntry,
    /// The entry of the audit chain tells of another record.
    ChainRecord {
        /// The digest in the entry.
        noted: String,
        /// The digest of the record.
        found: String,
    },
    /// The figures cannot be computed again.
    NotComputed {
        /// Why not.
        reason: String,
    },
    /// The figures come to something else when they are computed again.
    Figures {
        /// The digest of the record in the bundle.
        noted: String,
        /// The digest of the record that was computed.
        found: String,
    },
    /// The documents cannot be drawn again.
    NotDrawn {
        /// Why not.
        reason: String,
    },
    /// A document has other bytes when it is drawn again.
    Document {
        /// The file.
        file: String,
        /// Version of the program that drew it.
        program: String,
    },
}

impl Flaw {
    /// The file that it is about.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::UnsafeName { file }
            | Self::Twice { file }
            | Self::Disordered { file }
            | Self::TwoNames { file, .. }
            | Self::Compressed { file, .. }
            | Self::Link { file }
            | Self::Record { file }
            | Self::Altered { file }
            | Self::Missing { file }
            | Self::Unknown { file }
            | Self::Unreadable { file, .. }
            | Self::Signature { file }
            | Self::Document { file, .. } => Some(file),
            Self::TooLarge { .. }
            | Self::TooManyFiles { .. }
            | Self::NoArchive
            | Self::End
            | Self::OtherKey { .. }
            | Self::ChainEntry
            | Self::ChainRecord { .. }
            | Self::NotComputed { .. }
            | Self::Figures { .. }
            | Self::NotDrawn { .. } => None,
        }
    }
}
