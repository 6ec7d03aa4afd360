//! Pixels: PNG with up to eight bits a channel, in sRGB as the document is. What shines through is laid on white, as a page is:
//! a document without transparency is valid in every standard and looks alike in every program.

use png::{ColorType, Decoder, Limits, Transformations};
use sla_core::phrase;
use sla_core::phrase::Phrase;

use super::{Picture, Refused};

/// The most pixels on a side, and of a whole picture.
const LIMIT_SIDE: u32 = 4_096;
const LIMIT_PIXELS: u32 = 4_000_000;
/// What the decoder may ask of memory: four bytes for each pixel, and lines of its own.
const LIMIT_MEMORY_BYTES: usize = 24 * 1024 * 1024;

/// Checks a picture and decodes it once.
pub(super) fn read(bytes: Vec<u8>) -> Result<Picture, Refused> {
    let (width, height) = size(&bytes)?;
    let picture = || {
        phrase!(
            "at most {} pixels on a side and {} in all",
            "höchstens {0} Pixel auf einer Seite und {1} insgesamt",
            LIMIT_SIDE,
            LIMIT_PIXELS
        )
    };
    let is_small = (1..=LIMIT_SIDE).contains(&width) && (1..=LIMIT_SIDE).contains(&height);
    if !is_small || width.saturating_mul(height) > LIMIT_PIXELS {
        let found = phrase!("{} × {} pixels", "{} × {} Pixel", width, height);
        return Err(Refused::new(1, found, picture()));
    }
    check_kind(&bytes)?;
    on_white(&bytes).map_err(|reason| unreadable(&reason))?;
    Ok(Picture::Pixels { width, height, file: bytes })
}

fn unreadable(reason: &str) -> Refused {
    Refused::new(
        1,
        phrase!("a picture that cannot be read: {reason}", "ein Bild, das sich nicht lesen lässt: {reason}"),
        expected(),
    )
}

fn expected() -> Phrase {
    Phrase::new(
        "a PNG of one picture with 8 bits a channel in sRGB",
        "ein PNG mit einem einzigen Bild, 8 Bit je Kanal, in sRGB",
    )
}

/// Width and height as the header says, before anything is decoded.
fn size(bytes: &[u8]) -> Result<(u32, u32), Refused> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    let read = || {
        let header = bytes.strip_prefix(SIGNATURE)?;
        let number = |from: usize| header.get(from..from + 4)?.try_into().ok().map(u32::from_be_bytes);
        Some((number(0)?, number(4)?))
    };
    read().ok_or_else(|| {
        Refused::new(1, Phrase::new("something other than a PNG", "etwas anderes als ein PNG"), expected())
    })
}

fn decoder(bytes: &[u8]) -> Decoder<std::io::Cursor<&[u8]>> {
    let mut decoder = Decoder::new_with_limits(std::io::Cursor::new(bytes), Limits { bytes: LIMIT_MEMORY_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    decoder
}

/// Whether the document can show it as it is meant.
fn check_kind(bytes: &[u8]) -> Result<(), Refused> {
    let reader = decoder(bytes).read_info().map_err(|error| unreadable(&error.to_string()))?;
    let info = reader.info();
    let refused = |found| Err(Refused::new(1, found, expected()));
    if info.bit_depth == png::BitDepth::Sixteen {
        return refused(Phrase::new("16 bits a channel", "16 Bit je Kanal"));
    }
    if info.animation_control.is_some() {
        return refused(Phrase::new("a picture that moves", "ein bewegtes Bild"));
    }
    match (&info.icc_profile, info.srgb, info.gama_chunk) {
        // The profile of sRGB names itself, in one byte or two a letter; another one cannot be converted to equal bytes on every
        // machine.
        (Some(profile), _, _) if !names_srgb(profile) => {
            refused(Phrase::new("a colour profile other than that of sRGB", "ein anderes Farbprofil als das von sRGB"))
        }
        (None, None, Some(gamma)) if !(0.4535..=0.4555).contains(&gamma.into_value()) => {
            refused(Phrase::new("another gamma than that of sRGB", "ein anderes Gamma als das von sRGB"))
        }
        _ => Ok(()),
    }
}

fn names_srgb(profile: &[u8]) -> bool {
    let has = |name: &[u8]| profile.windows(name.len()).any(|part| part == name);
    has(b"sRGB") || has(b"s\0R\0G\0B")
}

/// The pixels on white, three bytes each.
pub(super) fn on_white(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut reader = decoder(bytes).read_info().map_err(|error| error.to_string())?;
    let size = reader.output_buffer_size().filter(|size| *size <= LIMIT_MEMORY_BYTES).ok_or("it is too large")?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
    pixels.truncate(frame.buffer_size());
    if frame.bit_depth != png::BitDepth::Eight {
        return Err("it has other than 8 bits a channel".to_owned());
    }
    Ok(match frame.color_type {
        ColorType::Rgb => pixels,
        ColorType::Rgba => lay(&pixels, |[r, g, b, a]: [u8; 4]| [r, g, b].map(|one| over_white(one, a))),
        ColorType::Grayscale => lay(&pixels, |[grey]: [u8; 1]| [grey; 3]),
        ColorType::GrayscaleAlpha => lay(&pixels, |[grey, a]: [u8; 2]| [over_white(grey, a); 3]),
        ColorType::Indexed => return Err("its palette cannot be read".to_owned()),
    })
}

fn lay<const N: usize>(pixels: &[u8], colour: impl Fn([u8; N]) -> [u8; 3]) -> Vec<u8> {
    pixels.as_chunks::<N>().0.iter().flat_map(|pixel| colour(*pixel)).collect()
}

/// A channel where `alpha` of 255 parts cover white, rounded to the nearest.
fn over_white(channel: u8, alpha: u8) -> u8 {
    let [channel, alpha] = [channel, alpha].map(u32::from);
    u8::try_from((channel * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::logo::Logo;

    pub(crate) fn picture(kind: ColorType, depth: png::BitDepth, width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
        written(kind, depth, (width, height), pixels, |_| {})
    }

    fn written(
        kind: ColorType,
        depth: png::BitDepth,
        (width, height): (u32, u32),
        pixels: &[u8],
        with: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(kind);
        encoder.set_depth(depth);
        with(&mut encoder);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(pixels).expect("pixels");
        writer.finish().expect("an end");
        bytes
    }

    #[test]
    fn pixels_lie_on_white() {
        #[track_caller]
        fn check(kind: ColorType, pixels: &[u8], expected: &[u8]) {
            let width = u32::try_from(expected.len() / 3).expect("few");
            let bytes = picture(kind, png::BitDepth::Eight, width, 1, pixels);
            assert_eq!(on_white(&bytes).expect("pixels"), expected);
            Logo::read("a.png", "a", bytes).expect("a logo");
        }
        check(ColorType::Rgb, &[1, 2, 3, 4, 5, 6], &[1, 2, 3, 4, 5, 6]);
        check(
            ColorType::Rgba,
            &[10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 128],
            &[255, 255, 255, 10, 20, 30, 127, 127, 127],
        );
        check(ColorType::Grayscale, &[0, 9], &[0, 0, 0, 9, 9, 9]);
        check(ColorType::GrayscaleAlpha, &[0, 0], &[255, 255, 255]);
    }

    #[test]
    fn a_picture_of_a_palette_is_one_of_pixels() {
        let bytes = written(ColorType::Indexed, png::BitDepth::Two, (2, 1), &[0b0001_0000], |encoder| {
            encoder.set_palette(&[9, 8, 7, 1, 2, 3][..]);
        });
        assert_eq!(on_white(&bytes).expect("pixels"), [9, 8, 7, 1, 2, 3]);
    }

    #[test]
    fn what_the_document_cannot_show_is_refused() {
        #[track_caller]
        fn check(bytes: Vec<u8>, found: &str) {
            let refused = Logo::read("a.png", "a", bytes).err().expect("refused");
            assert!(refused.found.en().starts_with(found), "{}", refused.found.en());
        }
        check(b"GIF89a".to_vec(), "something other than a PNG");
        check(picture(ColorType::Rgb, png::BitDepth::Sixteen, 1, 1, &[0; 6]), "16 bits a channel");
        let of = |with: &dyn Fn(&mut png::Encoder<'_, &mut Vec<u8>>)| {
            written(ColorType::Rgb, png::BitDepth::Eight, (1, 1), &[0; 3], with)
        };
        check(of(&|encoder| encoder.set_animated(1, 0).expect("animated")), "a picture that moves");
        check(of(&|encoder| encoder.set_source_gamma(png::ScaledFloat::new(1.0))), "another gamma");
        let mut whole = of(&|_| {});
        whole.truncate(whole.len() - 20);
        check(whole, "a picture that cannot be read");
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_refused_by_its_header() {
        #[track_caller]
        fn check(width: u32, height: u32) {
            let mut bytes = picture(ColorType::Rgb, png::BitDepth::Eight, 1, 1, &[0; 3]);
            bytes[16..20].copy_from_slice(&width.to_be_bytes());
            bytes[20..24].copy_from_slice(&height.to_be_bytes());
            let refused = read(bytes).expect_err("refused");
            assert_eq!(refused.found.en(), format!("{width} × {height} pixels"));
        }
        check(50_000, 50_000);
        check(4_096, 4_096);
        check(0, 1);
        check(u32::MAX, u32::MAX);
    }
}
