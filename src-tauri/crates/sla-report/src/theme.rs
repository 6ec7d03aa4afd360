//! `theme.json`: who sends the documents and what they look like.

use serde::{Deserialize, Serialize};

/// The content of `theme.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Who sends the documents.
    pub provider: Provider,
    /// Colours of the report.
    pub colours: Colours,
    /// Font files, beside `theme.json` or builtin.
    pub fonts: FontFiles,
}

/// Who sends the documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Name of the firm.
    pub name: String,
    /// Address, one line each.
    pub address: Vec<String>,
    /// Name that letters are sent under.
    pub sender_name: String,
    /// Mail address that letters are sent from.
    pub sender_email: String,
}

/// Colours of the report as `#rrggbb`. Every status has a word and a shape besides its colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// Text.
    pub ink: Colour,
    /// Labels and notes.
    pub muted: Colour,
    /// Title and headings.
    pub brand: Colour,
    /// Thin lines.
    pub rule: Colour,
    /// Background of tiles.
    pub tint: Colour,
    /// Bars that reach the target.
    pub bar: Colour,
    /// Met.
    pub met: Colour,
    /// Breached.
    pub breached: Colour,
    /// Undecidable, and time without evidence.
    pub undecidable: Colour,
}

/// Names of font files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FontFiles {
    /// Running text.
    pub regular: String,
    /// Headings and figures.
    pub strong: String,
    /// Hashes and queries.
    pub code: String,
    /// Asked in this order for characters that the others lack; at most four.
    #[serde(default)]
    pub fallback: Vec<String>,
}

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour {
    /// Red, green and blue.
    pub channels: [u8; 3],
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self { channels: [255; 3] };

    /// This colour mixed with white: `percent` of it remains.
    pub fn tint(self, percent: u16) -> Self {
        let mix = |channel: u8| {
            let mixed = (u16::from(channel) * percent + 255 * (100 - percent)) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self { channels: self.channels.map(mix) }
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = || {
            let digits = text.strip_prefix('#')?;
            (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(())?;
            let channel = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).ok();
            Some(Self { channels: [channel(0)?, channel(2)?, channel(4)?] })
        };
        read().ok_or_else(|| format!("found {text:?}, expected a colour such as \"#1f4e8c\""))
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        let [red, green, blue] = colour.channels;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}
