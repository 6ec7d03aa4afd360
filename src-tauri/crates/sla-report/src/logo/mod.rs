//! The logo of a firm: a PNG or an SVG of a theme, looked at once when templates are loaded.
//!
//! Whoever brings a logo may be a stranger, so its size is known before it is read, its pixels are counted before they are
//! decoded, and what it may hold is listed, not what it may not. A drawing becomes paths of this program's own; nothing of its
//! text goes into a document.

mod png;
mod svg;

use sla_core::evidence::sha256_hex;
use sla_core::phrase;
use sla_core::phrase::Phrase;

use crate::theme::Colour;

pub(crate) use svg::Verb;

/// The most bytes of a PNG.
const LIMIT_PNG_BYTES: u64 = 2 * 1024 * 1024;
/// The most bytes of an SVG.
const LIMIT_SVG_BYTES: u64 = 512 * 1024;

/// A logo that can be drawn.
pub(crate) struct Logo {
    /// What it shows, in words.
    pub(crate) alternative: String,
    pub(crate) picture: Picture,
    /// SHA-256 of its file, in hex.
    pub(crate) sha256: String,
}

/// What a logo is made of.
#[derive(Debug, PartialEq)]
pub(crate) enum Picture {
    /// Pixels.
    Pixels {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// The file, which was decoded once already.
        file: Vec<u8>,
    },
    /// Paths, the first one lowest.
    Drawing {
        /// In units of the paths.
        width: f32,
        /// In units of the paths.
        height: f32,
        /// The paths.
        shapes: Vec<Shape>,
    },
}

/// A path of a drawing; y grows downwards.
#[derive(Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) verbs: Vec<Verb>,
    /// From the path's coordinates to the drawing's: a, b, c, d, e and f of a PDF's and an SVG's matrix.
    pub(crate) matrix: [f32; 6],
    pub(crate) fill: Option<Fill>,
    pub(crate) stroke: Option<Stroke>,
    pub(crate) is_stroke_below: bool,
}

/// How an area is painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fill {
    pub(crate) paint: Colour,
    pub(crate) is_even_odd: bool,
}

/// How a line is painted; cap and join as PDF numbers them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) paint: Colour,
    pub(crate) width: f32,
    pub(crate) cap: u8,
    pub(crate) join: u8,
    pub(crate) miter_limit: f32,
}

/// Why a file is no logo.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Line in the file, from 1; a PNG has one.
    pub(crate) line: usize,
    pub(crate) found: Phrase,
    pub(crate) expected: Phrase,
}

impl Refused {
    fn new(line: usize, found: Phrase, expected: Phrase) -> Self {
        Self { line, found, expected }
    }
}

/// The most bytes that a logo of that name may have; `None` for what is no logo by its name.
pub(crate) fn limit_bytes(file: &str) -> Option<u64> {
    match file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())?.as_str() {
        "png" => Some(LIMIT_PNG_BYTES),
        "svg" => Some(LIMIT_SVG_BYTES),
        _ => None,
    }
}

/// What a logo may be.
pub(crate) fn expected() -> Phrase {
    phrase!(
        "a file beside theme.json: .png of at most {} KB or .svg of at most {} KB",
        "eine Datei neben theme.json: .png mit höchstens {0} KB oder .svg mit höchstens {1} KB",
        LIMIT_PNG_BYTES / 1024,
        LIMIT_SVG_BYTES / 1024,
    )
}

impl Logo {
    /// Reads the content of a logo's file.
    pub(crate) fn read(file: &str, alternative: &str, bytes: Vec<u8>) -> Result<Self, Refused> {
        let sha256 = sha256_hex(&bytes);
        let picture = match file.to_ascii_lowercase().ends_with(".svg") {
            true => svg::read(&bytes)?,
            false => png::read(bytes)?,
        };
        Ok(Self { alternative: alternative.to_owned(), picture, sha256 })
    }
}

impl Picture {
    /// Width and height, in its own units.
    pub(crate) fn size(&self) -> (f32, f32) {
        match self {
            // At most 4096: exact.
            Self::Pixels { width, height, .. } => (small(*width), small(*height)),
            Self::Drawing { width, height, .. } => (*width, *height),
        }
    }
}

fn small(pixels: u32) -> f32 {
    f32::from(u16::try_from(pixels).unwrap_or(u16::MAX))
}

/// The pixels on white, three bytes each, from the upper left one.
pub(crate) fn on_white(file: &[u8]) -> Result<Vec<u8>, String> {
    png::on_white(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_tells_what_a_logo_is() {
        assert_eq!(limit_bytes("logo.PNG"), Some(LIMIT_PNG_BYTES));
        assert_eq!(limit_bytes("logo.svg"), Some(LIMIT_SVG_BYTES));
        assert_eq!(limit_bytes("logo.svgz"), None);
        assert_eq!(limit_bytes("png"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            for name in ["a.png", "a.svg"] {
                prop_assert!(Logo::read(name, "a", bytes.clone()).is_err());
            }
        }

        #[test]
        fn no_altered_picture_makes_it_panic(at in 0_usize..200, byte in any::<u8>(), cut in 0_usize..400) {
            let mut bytes = png::tests::picture(::png::ColorType::Rgba, ::png::BitDepth::Eight, 3, 2, &[7; 24]);
            let index = at % bytes.len();
            bytes[index] = byte;
            bytes.truncate(cut.max(1));
            let _ = Logo::read("a.png", "a", bytes);
        }

        #[test]
        fn no_drawing_makes_it_panic(
            path in "[MLHVCSQTAZmlz0-9 .,-]{0,40}",
            fill in "(red|none|#12345|url\\(#a\\)|currentColor)",
            size in "(|[0-9]{1,12}|-1|1e38|0|10%)",
            shape in "(g|defs|use href=\"#a\"|clipPath|symbol|svg|path)",
        ) {
            let text = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" viewBox=\"0 0 9 {size}\"><{shape} id=\"a\">\
                 <path d=\"{path}\" fill=\"{fill}\" stroke=\"{fill}\"/></{}></svg>",
                shape.split(' ').next().unwrap_or_default()
            );
            let _ = Logo::read("a.svg", "a", text.into_bytes());
        }
    }
}
