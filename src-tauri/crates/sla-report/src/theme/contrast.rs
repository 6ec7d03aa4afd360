//! Whether what is written and drawn in a theme's colours can be read (WCAG 2.2, 1.4.3 and 1.4.11).

use sla_core::phrase;

use super::{Colour, Settings, Theme};
use crate::finding::{TemplateCode, TemplateFinding};

/// What text needs against what it stands on.
const TEXT: f64 = 4.5;
/// What a shape needs that says something.
const GRAPHIC: f64 = 3.0;

/// Colours of texts: each is written on white and on `tint`.
const TEXTS: [&str; 6] =
    ["colours.ink", "colours.muted", "colours.brand", "colours.met", "colours.breached", "colours.undecidable"];
/// Verdicts, which are also written on a breath of their own colour on the cover.
const VERDICTS: [&str; 3] = ["colours.met", "colours.breached", "colours.undecidable"];
/// How much of a verdict's colour is left behind its word.
pub(crate) const VERDICT_TINT_PERCENT: u16 = 8;

/// A colour and what it stands on.
struct Pair {
    field: &'static str,
    on: Colour,
    /// The field that the background comes from, where it is one of the theme's.
    background: Option<&'static str>,
    needed: f64,
}

/// Checks the colours that a file gives, or stands behind, in the theme that it makes.
pub(crate) fn check(theme: &Theme, settings: &Settings, findings: &mut Vec<TemplateFinding>) {
    let colours = &theme.colours;
    let text = |field, on, background| Pair { field, on, background, needed: TEXT };
    let on_white = TEXTS.into_iter().map(|field| text(field, Colour::WHITE, None));
    let on_tint = TEXTS.into_iter().map(|field| text(field, colours.tint, Some("colours.tint")));
    let on_own = VERDICTS
        .into_iter()
        .filter_map(|field| Some(text(field, colours.named(field)?.tint(VERDICT_TINT_PERCENT), None)));
    let bar = Pair { field: "colours.bar", on: Colour::WHITE, background: None, needed: GRAPHIC };
    for pair in on_white.chain(on_tint).chain(on_own).chain([bar]) {
        // What another file says of both is told there.
        let line = settings.line(pair.field).or_else(|| settings.line(pair.background?));
        let (Some(line), Some(colour)) = (line, colours.named(pair.field)) else { continue };
        let ratio = ratio(colour, pair.on);
        if ratio < pair.needed {
            let (own, on) = (String::from(colour), String::from(pair.on));
            let (name, is) = (pair.field.trim_start_matches("colours."), hundredths(ratio));
            let needed = hundredths(pair.needed);
            let found = phrase!(
                "{name} {own} on {on} with a contrast of {is}:1",
                "{name} {own} auf {on} mit einem Kontrast von {is}:1"
            );
            let expected = phrase!("at least {needed}:1", "mindestens {needed}:1");
            findings.push(TemplateFinding::new(TemplateCode::Contrast, settings.file(), line, found, expected));
        }
    }
}

/// Digits of a ratio, cut off: what is refused never reads as if it were enough.
fn hundredths(ratio: f64) -> String {
    format!("{:.2}", (ratio * 100.0).floor() / 100.0)
}

/// From 1 (alike) to 21 (black on white).
fn ratio(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// How bright a colour is, from 0 to 1 (WCAG 2.2, "relative luminance").
fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.channels.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        #[track_caller]
        fn check(one: &str, other: &str, expected: &str) {
            let colour = |text| Colour::read(text).expect("a colour");
            assert_eq!(hundredths(ratio(colour(one), colour(other))), expected);
            assert_eq!(hundredths(ratio(colour(other), colour(one))), expected);
        }
        check("#000000", "#ffffff", "21.00");
        check("#ffffff", "#ffffff", "1.00");
        check("#767676", "#ffffff", "4.54");
        check("#777777", "#ffffff", "4.47");
    }
}
