//! The marks of firms: a logo as a figure with words for it, or a square with the initials of a name.

use std::fmt::Write;

use printpdf::matrix::CurTransMat;
use printpdf::xobject::{DictItem, ExternalStream, ExternalXObject};
use printpdf::{Op, PdfDocument, XObject, XObjectId, XObjectTransform};

use super::face::Face;
use super::flow::{Flow, LEFT};
use super::shape::{self, Area};
use super::text::Look;
use crate::logo::{self, Logo, Picture, Shape, Verb};
use crate::manuscript::{Text, plain};
use crate::theme::Colour;

/// Side of the square that a mark stands in.
pub(super) const SIDE: f32 = 42.0;
/// The widest logo.
const WIDEST: f32 = 150.0;

impl<'a> Flow<'a> {
    /// Draws a firm's mark at the cursor and returns its width: its logo, or the initials of its name.
    pub(super) fn firm(&mut self, logo: Option<&'a Logo>, name: &Text, paint: Colour) -> f32 {
        match logo {
            Some(logo) => self.logo(logo),
            None => {
                self.initials(name, paint);
                SIDE
            }
        }
    }

    /// A logo as large as fits into the height of a mark, in the middle of it.
    fn logo(&mut self, logo: &'a Logo) -> f32 {
        let (width, height) = logo.picture.size();
        let scale = (WIDEST / width).min(SIDE / height);
        let (wide, high) = (width * scale, height * scale);
        let bottom = self.y() - (SIDE - high) / 2.0 - high;
        let name = name(logo);
        self.images.insert(name.clone(), logo);
        // Pixels fill a square of one unit; a drawing has its own units.
        let unit = match logo.picture {
            Picture::Pixels { .. } => (wide, high),
            Picture::Drawing { .. } => (scale, scale),
        };
        self.tags.open("Figure");
        self.tags.describe(&logo.alternative);
        self.mark(|ops| {
            let matrix = CurTransMat::Raw([unit.0, 0.0, 0.0, unit.1, LEFT, bottom]);
            ops.extend([Op::SaveGraphicsState, Op::SetTransformationMatrix { matrix }]);
            let transform = XObjectTransform { no_auto_scale: true, ..XObjectTransform::default() };
            ops.extend([Op::UseXobject { id: XObjectId(name), transform }, Op::RestoreGraphicsState]);
        });
        self.tags.close();
        wide
    }

    /// A square with the initials of a name, which is read beside it.
    fn initials(&mut self, name: &Text, paint: Colour) {
        let area = Area { width: SIDE, ..self.area(SIDE) };
        let look = Look::new(17.0, Face::Strong, Colour::WHITE).centred();
        let initials = self.setter.set_line(&initials(&plain(name)), look, SIDE);
        self.ornament(|ops| {
            shape::rectangle(ops, area, paint);
            initials.draw(ops, area.left, area.top - (SIDE - initials.height()) / 2.0, 0..initials.len());
        });
    }

    /// Puts the logos that were drawn into the document.
    ///
    /// # Errors
    /// Why a picture cannot be decoded, which it could when templates were loaded.
    pub(super) fn embed_logos(&self, document: &mut PdfDocument) -> Result<(), String> {
        for (name, logo) in &self.images {
            let stream = stream(&logo.picture)?;
            let object = XObject::External(ExternalXObject { stream, width: None, height: None, dpi: None });
            document.resources.xobjects.map.insert(XObjectId(name.clone()), object);
        }
        Ok(())
    }
}

/// The first letters of a name's first two words.
fn initials(name: &str) -> String {
    let words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    words.take(2).flat_map(char::to_uppercase).collect()
}

/// Equal logos are one object of the document.
fn name(logo: &Logo) -> String {
    format!("Logo{}", &logo.sha256[..16])
}

/// A picture as PDF has it. Its colours are the output intent's, as those of all else on the page.
fn stream(picture: &Picture) -> Result<ExternalStream, String> {
    let name = |name: &str| DictItem::Name(name.as_bytes().to_vec());
    let (entries, content) = match picture {
        Picture::Pixels { width, height, file } => {
            let entries = vec![
                ("Subtype", name("Image")),
                ("Width", DictItem::Int((*width).into())),
                ("Height", DictItem::Int((*height).into())),
                ("ColorSpace", name("DeviceRGB")),
                ("BitsPerComponent", DictItem::Int(8)),
            ];
            (entries, logo::on_white(file)?)
        }
        Picture::Drawing { width, height, shapes } => {
            let frame = [0.0, 0.0, *width, *height].map(DictItem::Real).to_vec();
            let entries = vec![
                ("Subtype", name("Form")),
                ("BBox", DictItem::Array(frame)),
                ("Resources", DictItem::Dict { map: Default::default() }),
            ];
            (entries, drawing(*height, shapes).into_bytes())
        }
    };
    let own = [("Type", name("XObject"))].into_iter().chain(entries);
    let dict = own.map(|(key, value)| (key.to_owned(), value)).collect();
    Ok(ExternalStream { dict, content, compress: true })
}

/// Operators that draw shapes whose y grows downwards.
fn drawing(height: f32, shapes: &[Shape]) -> String {
    let mut content = format!("1 0 0 -1 0 {} cm\n", number(height));
    for shape in shapes {
        content.push_str("q ");
        operator(&mut content, &shape.matrix, "cm");
        if let Some(fill) = shape.fill {
            operator(&mut content, &rgb(fill.paint), "rg");
        }
        if let Some(stroke) = shape.stroke {
            operator(&mut content, &rgb(stroke.paint), "RG");
            operator(&mut content, &[stroke.width], "w");
            operator(&mut content, &[stroke.miter_limit], "M");
            // Writing into a text cannot fail.
            let _ = write!(content, "{} J {} j ", stroke.cap, stroke.join);
        }
        let fill = shape.fill.map(|fill| if fill.is_even_odd { "f*" } else { "f" });
        let stroke = shape.stroke.map(|_| "S");
        for paint in if shape.is_stroke_below { [stroke, fill] } else { [fill, stroke] }.into_iter().flatten() {
            path(&mut content, &shape.verbs);
            content.push_str(paint);
            content.push('\n');
        }
        content.push_str("Q\n");
    }
    content
}

fn path(content: &mut String, verbs: &[Verb]) {
    for verb in verbs {
        match verb {
            Verb::Move(x, y) => operator(content, &[*x, *y], "m"),
            Verb::Line(x, y) => operator(content, &[*x, *y], "l"),
            Verb::Curve(curve) => operator(content, curve, "c"),
            Verb::Close => operator(content, &[], "h"),
        }
    }
}

fn operator(content: &mut String, numbers: &[f32], operator: &str) {
    for one in numbers {
        content.push_str(&number(*one));
        content.push(' ');
    }
    content.push_str(operator);
    content.push(' ');
}

fn rgb(paint: Colour) -> [f32; 3] {
    paint.channels.map(|channel| f32::from(channel) / 255.0)
}

/// A number without exponent, as PDF wants it.
fn number(number: f32) -> String {
    let digits = format!("{number:.5}");
    let short = digits.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_initials_in_any_script() {
        #[track_caller]
        fn check(name: &str, expected: &str) {
            assert_eq!(initials(name), expected);
        }
        check("Hansebit Cloud GmbH", "HC");
        check("„nordlicht“ & co.", "NC");
        check("ßeta", "SS");
        check("日本 株式会社", "日株");
        check("& – !", "");
    }

    #[test]
    fn numbers_have_no_exponent_and_no_needless_digits() {
        #[track_caller]
        fn check(value: f32, expected: &str) {
            assert_eq!(number(value), expected);
        }
        check(0.0, "0");
        check(-0.000_001, "0");
        check(1.5, "1.5");
        check(100.0, "100");
        check(1e6, "1000000");
    }
}
