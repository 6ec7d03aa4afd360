//! Logos of providers and customers on the cover: tagged, described, and alike from run to run.

use sla_core::record::{Language, MonthRecord, Verdict};
use sla_report::{TemplateFiles, Templates, report_pdf, sample, tenant_documents};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 20\">\
                   <path d=\"M0 0H40V20Z\" fill=\"#1f4e8c\"/><circle cx=\"10\" cy=\"10\" r=\"5\" fill=\"none\" stroke=\"#b3261e\"/></svg>";

/// A picture of 2 × 1 pixels, written down so that no encoder decides what is tested: red, and half of blue.
fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[255, 0, 0, 255, 0, 0, 255, 128]).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

fn record() -> MonthRecord {
    sample::record(Language::De, Verdict::Breached)
}

/// The builtin theme with a logo, and a tenant that has a mark, an address and a colour of its own.
fn templates(tenant: &str) -> Templates {
    let theme = include_str!("../../../../report-templates/theme.json");
    let logo = "{\n  \"logo\": { \"file\": \"logo.svg\", \"alternative\": \"Hansebit: ein blaues Segel\" },";
    let own = "{ \"logo\": { \"file\": \"mark.png\", \"alternative\": \"Nordlicht: rot und blau\" },\
                 \"address\": [\"Elbchaussee 1\", \"22765 Hamburg\"], \"colours\": { \"brand\": \"#123456\" },\
                 \"provider\": { \"address\": [\"Postfach 7\"] } }";
    let files: TemplateFiles = [
        ("theme.json".to_owned(), theme.replacen('{', logo, 1).into_bytes()),
        ("logo.svg".to_owned(), SVG.as_bytes().to_vec()),
        (format!("tenants/{tenant}/theme.json"), own.as_bytes().to_vec()),
        (format!("tenants/{tenant}/mark.png"), png()),
    ]
    .into();
    Templates::from_source(&files).unwrap_or_else(|error| panic!("{error}"))
}

fn content(pdf: &[u8]) -> lopdf::Document {
    lopdf::Document::load_mem(pdf).expect("a PDF")
}

fn images(document: &lopdf::Document, kind: &str) -> Vec<lopdf::Stream> {
    let streams = document.objects.values().filter_map(|object| object.as_stream().ok());
    let is_it = |stream: &&lopdf::Stream| {
        stream.dict.get(b"Subtype").and_then(lopdf::Object::as_name).is_ok_and(|name| name == kind.as_bytes())
    };
    streams.filter(is_it).cloned().collect()
}

#[test]
fn the_marks_of_both_firms_stand_on_the_cover() {
    let record = record();
    let templates = templates(&record.tenant);
    let pdf = report_pdf(&templates, &record).expect("a report");
    assert_eq!(pdf, report_pdf(&templates, &record).expect("a report"), "two runs give equal bytes");
    let document = content(&pdf);
    let [image] = images(&document, "Image").try_into().expect("one picture of pixels");
    assert_eq!(
        image.decompressed_content().unwrap_or(image.content.clone()),
        [255, 0, 0, 127, 127, 255],
        "it lies on white"
    );
    assert!(image.dict.get(b"SMask").is_err(), "nothing shines through");
    let [form] = images(&document, "Form").try_into().expect("one drawing");
    let drawn = String::from_utf8(form.decompressed_content().unwrap_or(form.content.clone())).expect("operators");
    assert!(drawn.starts_with("1 0 0 -1 0 20 cm\nq "), "{drawn}");
    let figures: Vec<String> = figures(&document);
    assert_eq!(figures[..2], ["Hansebit: ein blaues Segel", "Nordlicht: rot und blau"]);
}

/// What the figures show, in words, in the order of the document.
fn figures(document: &lopdf::Document) -> Vec<String> {
    let mut found: Vec<(lopdf::ObjectId, String)> = Vec::new();
    for (id, object) in &document.objects {
        let Ok(element) = object.as_dict() else { continue };
        let is_figure = element.get(b"S").and_then(lopdf::Object::as_name).is_ok_and(|name| name == b"Figure");
        if let (true, Ok(words)) = (is_figure, element.get(b"Alt").and_then(lopdf::Object::as_str)) {
            let units: Vec<u16> = words[2..].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            found.push((*id, String::from_utf16(&units).expect("words")));
        }
    }
    found.sort();
    found.into_iter().map(|(_, words)| words).collect()
}

#[test]
fn only_the_tenant_has_what_is_its_own() {
    let record = record();
    let mut other = record.clone();
    other.tenant = "somebody-else".to_owned();
    let templates = templates(&record.tenant);
    let text = |record: &MonthRecord| {
        let manuscript = sla_report::report_manuscript(&templates, record).expect("a report");
        serde_json::to_string(&manuscript.blocks[0]).expect("a cover")
    };
    assert!(text(&record).contains("Elbchaussee 1") && text(&record).contains("Postfach 7"), "{}", text(&record));
    assert!(!text(&other).contains("Elbchaussee") && text(&other).contains("Sandtorkai"), "{}", text(&other));
    assert_eq!(images(&content(&report_pdf(&templates, &other).expect("a report")), "Image").len(), 0);
    // The letter of a tenant is sent from the address that its theme gives.
    let letter = |record: &MonthRecord| {
        let documents = tenant_documents(&templates, record, &[]).expect("documents");
        let letter = documents.into_iter().find(|one| one.name == "letter.md").expect("a letter");
        String::from_utf8(letter.bytes).expect("text")
    };
    assert!(letter(&record).contains("Postfach 7") && !letter(&other).contains("Postfach 7"));
}

#[test]
fn programs_that_read_pdf_find_nothing_wrong() {
    let record = record();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.pdf");
    std::fs::write(&path, report_pdf(&templates(&record.tenant), &record).expect("a report")).expect("written");
    // Where the program is not installed there is nothing to ask.
    if let Ok(output) = std::process::Command::new("qpdf").arg("--check").arg(&path).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    if let Ok(output) = std::process::Command::new("pdffonts").arg(&path).output() {
        let fonts = String::from_utf8_lossy(&output.stdout).into_owned();
        let fonts = fonts.lines().skip(2);
        assert!(
            fonts.clone().count() > 0 && fonts.clone().all(|font| font.contains("yes yes yes")),
            "every font is embedded"
        );
    }
}
