//! Whatever is drawn can be copied: every glyph of every page stands for a text, as PDF/A-3a (6.2.11.7.2) and PDF/UA-1 (7.21.7) ask.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Document, Object};
use sla_core::record::{Language, Verdict};
use sla_report::{Templates, report_pdf, sample};

/// The codes that each font draws, by its name in the document.
fn drawn(document: &Document) -> BTreeMap<String, BTreeSet<u16>> {
    let mut drawn: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for page in document.get_pages().into_values() {
        let content = Content::decode(&document.get_page_content(page)).expect("a page's content");
        let mut font = String::new();
        for operation in content.operations {
            match operation.operator.as_str() {
                "Tf" => {
                    font = String::from_utf8_lossy(operation.operands[0].as_name().expect("a font")).into_owned();
                }
                "Tj" | "TJ" => {
                    let of_array = |one: &Object| one.as_array().cloned().unwrap_or_else(|_| vec![one.clone()]);
                    let items = operation.operands.iter().flat_map(of_array);
                    let codes = items.filter_map(|item| item.as_str().ok().map(<[u8]>::to_vec)).flat_map(|bytes| {
                        let pairs = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                        pairs.collect::<Vec<_>>()
                    });
                    drawn.entry(font.clone()).or_default().extend(codes);
                }
                _ => {}
            }
        }
    }
    drawn
}

/// The codes that a font maps to a text.
fn mapped(document: &Document, name: &str) -> BTreeSet<u16> {
    let page = document.get_pages().into_values().next().expect("a page");
    let fonts = document.get_page_fonts(page).expect("fonts");
    let font = fonts.get(name.as_bytes()).expect("the font");
    let stream = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream).expect("a map");
    let text = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
    let text = String::from_utf8_lossy(&text).into_owned();
    let code = |token: &str| u16::from_str_radix(token.trim_matches(['<', '>']), 16).ok();
    let mut mapped = BTreeSet::new();
    let mut section = "";
    for line in text.lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [.., "beginbfchar"] => section = "char",
            [.., "beginbfrange"] => section = "range",
            ["endbfchar" | "endbfrange"] => section = "",
            [from, ..] if section == "char" => mapped.extend(code(from)),
            [from, to, ..] if section == "range" => {
                mapped.extend(code(from).zip(code(to)).into_iter().flat_map(|(from, to)| from..=to));
            }
            _ => {}
        }
    }
    mapped
}

#[test]
fn every_glyph_stands_for_a_text() {
    #[track_caller]
    fn check(name: &str) {
        let mut record = sample::record(Language::De, Verdict::Breached);
        name.clone_into(&mut record.tenant_name);
        name.clone_into(&mut record.commitments[0].title);
        let bytes = report_pdf(&Templates::builtin(), &record).expect("a report");
        let document = Document::load_mem(&bytes).expect("a PDF");
        let drawn = drawn(&document);
        assert!(drawn.values().map(BTreeSet::len).sum::<usize>() > 60, "{name:?}: too little is drawn");
        for (font, codes) in drawn {
            let without: Vec<_> = codes.difference(&mapped(&document, &font)).copied().collect();
            assert!(without.is_empty(), "{name:?}: {font} draws {without:?}, which stand for nothing");
        }
    }
    check("Nordlicht Energie AG");
    check("e\u{301}\u{302}\u{303} ffi fl \u{1e9e}");
    check("日本電信電話株式会社");
    check("شركة النور חברת החשמל");
    check("ไทย हिन्दी Ελληνική");
    check("\u{202e}abc\u{202c} 👩‍🚀 \u{fffd}");
}
