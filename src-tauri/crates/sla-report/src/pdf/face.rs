//! The fonts of a theme: checked once when templates are loaded, cut down to what a document uses when it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::glyphs::Glyph;
use parley::FontContext;
use parley::fontique::{Blob, FontInfoOverride};
use printpdf::{FontId, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, TextItem};

/// Which of a theme's fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Face {
    Regular,
    Strong,
    Code,
    /// What the theme's fonts lack: the fallback of that number.
    Fallback(u8),
}

impl Face {
    const THEME: [Self; 3] = [Self::Regular, Self::Strong, Self::Code];

    /// Name within the document and as a font family.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Regular => "Regular",
            Self::Strong => "Strong",
            Self::Code => "Code",
            Self::Fallback(0) => "Fallback0",
            Self::Fallback(1) => "Fallback1",
            Self::Fallback(2) => "Fallback2",
            Self::Fallback(_) => "Fallback3",
        }
    }
}

/// The most fallback fonts of a theme.
const LIMIT_FALLBACKS: usize = 4;

/// The fonts of a theme.
pub(crate) struct Typefaces {
    faces: [Typeface; 3],
    /// Asked in this order for what a face lacks.
    fallbacks: Vec<Typeface>,
}

struct Typeface {
    file: String,
    blob: Blob<u8>,
    /// Name of the font in the document, made of the file's name.
    name: String,
    characters: Characters,
    /// What glyphs are by themselves.
    named: BTreeMap<u32, char>,
    hyphen: u32,
    /// Widths of its glyphs as they stand in documents: in whole thousandths of the size, rounded down.
    widths: Vec<u16>,
}

/// A set of characters: a bit for each that there may be.
struct Characters(Vec<u64>);

impl Characters {
    /// The characters that are looked for in a font: above these there are pictures and scripts that no theme has.
    const LOOKED_FOR: std::ops::Range<u32> = 0x20..0x1_f000;

    fn new(has: impl Fn(u32) -> bool) -> Self {
        let mut words = vec![0; Self::LOOKED_FOR.end as usize / 64];
        for c in Self::LOOKED_FOR.filter(|c| has(*c)) {
            words[c as usize / 64] |= 1 << (c % 64);
        }
        Self(words)
    }

    fn contains(&self, c: u32) -> bool {
        self.0.get(c as usize / 64).is_some_and(|word| word & (1 << (c % 64)) != 0)
    }

    fn iter(&self) -> impl Iterator<Item = char> + '_ {
        Self::LOOKED_FOR.filter(|c| self.contains(*c)).filter_map(char::from_u32)
    }
}

impl Typefaces {
    /// Takes the files of the three faces, each with its name.
    ///
    /// # Errors
    /// The name of the file that cannot be used, and why.
    pub(crate) fn new(
        files: [(String, Vec<u8>); 3],
        fallbacks: Vec<(String, Vec<u8>)>,
    ) -> Result<Self, (String, [String; 2])> {
        if let Some((file, _)) = fallbacks.get(LIMIT_FALLBACKS) {
            let reason = [
                format!("more than {LIMIT_FALLBACKS} fallback fonts"),
                format!("mehr als {LIMIT_FALLBACKS} Ersatzschriften"),
            ];
            return Err((file.clone(), reason));
        }
        let face = |file: (String, Vec<u8>)| {
            let typeface = Typeface::new(file)?;
            match typeface.has_letters() {
                true => Ok(typeface),
                false => {
                    let reason = [
                        "a font that lacks letters, umlauts, digits or the euro sign",
                        "eine Schrift, der Buchstaben, Umlaute, Ziffern oder das Eurozeichen fehlen",
                    ];
                    Err((typeface.file, reason.map(str::to_owned)))
                }
            }
        };
        let [regular, strong, code] = files;
        Ok(Self {
            faces: [face(regular)?, face(strong)?, face(code)?],
            fallbacks: fallbacks.into_iter().map(Typeface::new).collect::<Result<_, _>>()?,
        })
    }

    fn all(&self) -> impl Iterator<Item = Face> + use<> {
        let count = u8::try_from(self.fallbacks.len()).unwrap_or(0);
        Face::THEME.into_iter().chain((0..count).map(Face::Fallback))
    }

    /// The face that shows a character: the wanted one, else the first fallback that has it.
    pub(super) fn showing(&self, c: char, wanted: Face) -> Option<Face> {
        let has = |face: &Face| self.face(*face).characters.contains(u32::from(c));
        std::iter::once(wanted).chain(self.all().skip(Face::THEME.len())).find(has)
    }

    /// Whether a character is drawn, or is one of those that have no shape.
    pub(crate) fn can_show(&self, c: char) -> bool {
        c.is_whitespace() || c.is_control() || steers(c) || self.showing(c, Face::Regular).is_some()
    }

    fn face(&self, face: Face) -> &Typeface {
        match face {
            Face::Regular => &self.faces[0],
            Face::Strong => &self.faces[1],
            Face::Code => &self.faces[2],
            Face::Fallback(number) => &self.fallbacks[usize::from(number)],
        }
    }

    /// A context for shaping that knows these fonts and no other: what a document looks like does not depend on the
    /// fonts of a machine.
    pub(super) fn context(&self) -> FontContext {
        let mut context = FontContext::new();
        for face in self.all() {
            let family = FontInfoOverride { family_name: Some(face.id()), ..Default::default() };
            context.collection.register_fonts(self.face(face).blob.clone(), Some(family));
        }
        context
    }

    /// The character that a glyph is, if it is one by itself.
    pub(super) fn character_of(&self, face: Face, glyph: u32) -> Option<char> {
        self.face(face).named.get(&glyph).copied()
    }

    /// The glyph of a hyphen.
    pub(super) fn hyphen(&self, face: Face) -> Glyph {
        self.glyph(face, self.face(face).hyphen)
    }

    /// A glyph as it is drawn.
    pub(super) fn glyph(&self, face: Face, glyph: u32) -> Glyph {
        let id = u16::try_from(glyph).expect("a TrueType font has at most 65 535 glyphs");
        Glyph { id, width: self.face(face).widths.get(usize::from(id)).copied().unwrap_or(0) }
    }

    /// Which face a shaped run's font is.
    pub(super) fn face_of(&self, blob_id: u64) -> Face {
        let known = self.all().find(|face| self.face(*face).blob.id() == blob_id);
        known.expect("the shaper knows these fonts only")
    }

    /// The text with a visible sign in place of every character that the face cannot show, so that nothing vanishes.
    pub(super) fn legible(&self, text: &str, face: Face) -> String {
        let has = |c: char| self.showing(c, face).is_some();
        let substitute = ['\u{fffd}', '\u{25a1}', '?'].into_iter().find(|c| has(*c)).unwrap_or('?');
        let shown = |c: char| match c {
            '\n' | '\u{ad}' => Some(c),
            _ if steers(c) => None,
            _ if has(c) => Some(c),
            _ if c.is_whitespace() => Some(' '),
            '\u{2011}' if has('-') => Some('-'),
            _ => Some(substitute),
        };
        text.chars().filter_map(shown).collect()
    }

    /// Puts the fonts into the document, cut down to the glyphs that its pages use; the pages' glyphs are renumbered.
    pub(super) fn embed(&self, document: &mut PdfDocument) -> Result<(), String> {
        let mut remappers: BTreeMap<&'static str, subsetter::GlyphRemapper> = BTreeMap::new();
        for page in &mut document.pages {
            let mut current = None;
            for op in &mut page.ops {
                match op {
                    Op::SetFont { font: PdfFontHandle::External(id), .. } => {
                        current = self.all().find(|face| face.id() == id.0);
                    }
                    Op::ShowText { items } => {
                        let Some(face) = current else { continue };
                        let remapper = remappers.entry(face.id()).or_default();
                        for glyph in items.iter_mut().filter_map(glyphs).flatten() {
                            glyph.gid = remapper.remap(glyph.gid);
                        }
                    }
                    _ => {}
                }
            }
        }
        for (index, face) in (0_u8..).zip(self.all()) {
            let Some(remapper) = remappers.get(face.id()) else { continue };
            let typeface = self.face(face);
            let failed = |reason: &str| format!("{}: {reason}", typeface.name);
            let bytes =
                subsetter::subset(typeface.blob.data(), 0, remapper).map_err(|error| failed(&error.to_string()))?;
            let mut font = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new())
                .ok_or_else(|| failed("the subset font cannot be read"))?;
            // The tag of a subset is six capital letters.
            font.font_name = Some(format!("SLADE{}+{}", char::from(b'A' + index), typeface.name));
            document.resources.fonts.map.insert(FontId(face.id().to_owned()), PdfFont::new(font));
        }
        Ok(())
    }
}

/// Marks that only steer the layout have no shape to miss; shapers draw them with the glyph of a space.
fn steers(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

fn glyphs(item: &mut TextItem) -> Option<&mut Vec<printpdf::text::Codepoint>> {
    match item {
        TextItem::GlyphIds(glyphs) => Some(glyphs),
        TextItem::Text(_) | TextItem::Offset(_) => None,
    }
}

impl Typeface {
    /// Whether German and English and their figures can be set in it.
    fn has_letters(&self) -> bool {
        let mut needed = ('a'..='z').chain("äöüÄÖÜß€0123456789%.,-".chars());
        needed.all(|c| self.characters.contains(u32::from(c)))
    }

    fn new((file, bytes): (String, Vec<u8>)) -> Result<Self, (String, [String; 2])> {
        let refused = |en: &str, de: &str| (file.clone(), [en.to_owned(), de.to_owned()]);
        if !bytes.starts_with(&[0, 1, 0, 0]) && !bytes.starts_with(b"true") {
            return Err(refused("something other than a TrueType font", "etwas anderes als eine TrueType-Schrift"));
        }
        let font = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new())
            .ok_or_else(|| refused("a font that cannot be read", "eine Schrift, die sich nicht lesen lässt"))?;
        let characters = Characters::new(|c| font.lookup_glyph_index(c).is_some_and(|glyph| glyph > 0));
        let blob = Blob::new(Arc::new(bytes));
        let found = FontContext::new().collection.register_fonts(blob.clone(), None);
        if found.iter().any(|(_, fonts)| fonts.iter().any(|font| !font.axes().is_empty())) {
            return Err(refused("a variable font", "eine variable Schrift"));
        }
        // The first character of each glyph: several may have the same.
        let mut named = BTreeMap::new();
        for c in characters.iter() {
            if let Some(glyph) = font.lookup_glyph_index(u32::from(c)) {
                named.entry(u32::from(glyph)).or_insert(c);
            }
        }
        let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
        let name = stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let hyphen = font.lookup_glyph_index(u32::from('-')).map_or(0, u32::from);
        // As the PDF writer computes them.
        let width = |units: u16| (f32::from(units) * 1000.0 / f32::from(font.pdf_font_metrics.units_per_em)) as u16;
        let count = font.glyph_widths.keys().last().map_or(0, |last| usize::from(*last) + 1);
        let mut widths = vec![0; count];
        for (glyph, units) in &font.glyph_widths {
            widths[usize::from(*glyph)] = width(*units);
        }
        Ok(Self { file, blob, name, characters, named, hyphen, widths })
    }
}

#[cfg(test)]
mod tests {
    use printpdf::text::Codepoint;
    use printpdf::{Mm, PdfPage, PdfSaveOptions, Pt};

    use super::*;
    use crate::Templates;

    /// What glyphs are moved on by while they are drawn is what the file says of them.
    #[test]
    fn widths_are_those_that_stand_in_a_document() {
        let templates = Templates::builtin();
        let typefaces = templates.typefaces();
        for face in typefaces.all() {
            let glyphs: Vec<u32> =
                typefaces.face(face).named.keys().copied().filter(|glyph| *glyph > 0).take(900).collect();
            let drawn = glyphs.iter().map(|glyph| typefaces.glyph(face, *glyph));
            let drawn =
                drawn.map(|glyph| Codepoint { gid: glyph.id, offset: 0.0, cid: Some("x".to_owned()) }).collect();
            let font = PdfFontHandle::External(FontId(face.id().to_owned()));
            let ops = vec![
                Op::StartTextSection,
                Op::SetFont { font, size: Pt(10.0) },
                Op::ShowText { items: vec![TextItem::GlyphIds(drawn)] },
                Op::EndTextSection,
            ];
            let mut document = PdfDocument::new("widths");
            document.pages = vec![PdfPage::new(Mm(210.0), Mm(297.0), ops)];
            typefaces.embed(&mut document).expect("embedded");
            let written = printpdf::serialize::to_lopdf_doc(&document, &PdfSaveOptions::default(), &mut Vec::new());
            let dictionaries = written.objects.values().filter_map(|object| object.as_dict().ok());
            let nested = |one: &lopdf::Dictionary| {
                let below = one.get(b"DescendantFonts").and_then(lopdf::Object::as_array).ok()?;
                written.dereference(below.first()?).ok()?.1.as_dict().ok()?.get(b"W").ok()?.as_array().ok().cloned()
            };
            let told = dictionaries.filter_map(nested).next().expect("widths");
            let told: Vec<i64> = told
                .iter()
                .filter_map(|item| item.as_array().ok())
                .flat_map(|widths| widths.iter().filter_map(|width| width.as_i64().ok()))
                .collect();
            let ours: Vec<i64> = glyphs.iter().map(|glyph| typefaces.glyph(face, *glyph).width.into()).collect();
            assert_eq!(told, ours, "{face:?}");
        }
    }

    #[test]
    fn what_a_font_cannot_show_stays_visible() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            let templates = Templates::builtin();
            assert_eq!(templates.typefaces().legible(text, Face::Regular), expected);
        }
        check("Müller & Söhne, 5 €", "Müller & Söhne, 5 €");
        check("日本 KK", "日本 KK");
        check("\u{e000}\u{1f600}", "\u{fffd}\u{fffd}");
        check("soft\u{ad}hyphen\u{200b}", "soft\u{ad}hyphen");
        check("a\u{2003}b", "a\u{2003}b");
        check("a\nb", "a\nb");
    }
}
