//! `theme.json`: who sends the documents and what they look like. A tenant may have a file of its own in `tenants/NAME`, which
//! says otherwise what it says.

mod contrast;
mod settings;

use serde::Serialize;

pub(crate) use contrast::{VERDICT_TINT_PERCENT, check as check_contrast};
pub(crate) use settings::{Kind, Settings};

/// The content of `theme.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Theme {
    /// Who sends the documents.
    pub provider: Provider,
    /// Colours of the report.
    pub colours: Colours,
    /// Font files, beside `theme.json` or builtin.
    pub fonts: FontFiles,
    /// The mark of who sends the documents; without one the initials of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<LogoFile>,
    /// What is the tenant's own: nothing where `tenants/NAME/theme.json` is not there.
    #[serde(skip_serializing_if = "Customer::is_empty")]
    pub customer: Customer,
}

/// A logo beside `theme.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogoFile {
    /// Name of the file.
    pub file: String,
    /// What it shows, for who cannot see it.
    pub alternative: String,
}

/// What a tenant's theme says of the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Customer {
    /// The tenant's mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<LogoFile>,
    /// The tenant's address, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<String>,
}

impl Customer {
    fn is_empty(&self) -> bool {
        self.logo.is_none() && self.address.is_empty()
    }
}

/// Who sends the documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FontFiles {
    /// Running text.
    pub regular: String,
    /// Headings and figures.
    pub strong: String,
    /// Hashes and queries.
    pub code: String,
    /// Asked in this order for characters that the others lack; at most four.
    pub fallback: Vec<String>,
}

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
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

impl Colour {
    /// Reads `#rrggbb`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(())?;
        let channel = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).ok();
        Some(Self { channels: [channel(0)?, channel(2)?, channel(4)?] })
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        let [red, green, blue] = colour.channels;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}
