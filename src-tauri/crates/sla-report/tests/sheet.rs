//! Each commitment has one page, whatever it holds, and what has no room there stands whole in a later chapter.

#[expect(dead_code, reason = "other tests look at more of a tree")]
mod tree;

use lopdf::{Document, Object, ObjectId};
use sla_core::record::{Language, MonthRecord, Verdict};
use sla_report::{Templates, report_pdf, sample};

use tree::Tree;

/// The headings of the outline, with level and page, in order.
fn outline(document: &Document) -> Vec<(usize, String, usize)> {
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    let mut found = Vec::new();
    let root = document.catalog().and_then(|root| root.get(b"Outlines")).and_then(Object::as_reference).expect("one");
    walk(document, &pages, root, 0, &mut found);
    found
}

fn walk(
    document: &Document,
    pages: &[ObjectId],
    above: ObjectId,
    level: usize,
    found: &mut Vec<(usize, String, usize)>,
) {
    let above = document.get_dictionary(above).expect("an entry");
    let mut next = above.get(b"First").and_then(Object::as_reference).ok();
    while let Some(id) = next {
        let entry = document.get_dictionary(id).expect("an entry");
        let title = lopdf::decode_text_string(entry.get(b"Title").expect("a title")).expect("text");
        let place = entry.get(b"Dest").and_then(Object::as_array).expect("a place")[0].as_reference().expect("a page");
        found.push((level, title, pages.iter().position(|page| *page == place).expect("one of the pages")));
        walk(document, pages, id, level + 1, found);
        next = entry.get(b"Next").and_then(Object::as_reference).ok();
    }
}

/// Draws a month and looks where its commitments begin and end; gives the outline.
#[track_caller]
fn check(record: &MonthRecord) -> (Document, Vec<(usize, String, usize)>) {
    let bytes = report_pdf(&Templates::builtin(), record).expect("a report");
    Tree::checked(&bytes).unwrap_or_else(|wrong| panic!("{wrong}"));
    let document = Document::load_mem(&bytes).expect("a PDF");
    let outline = outline(&document);
    let top: Vec<_> = outline.iter().filter(|(level, ..)| *level == 1).collect();
    for one in &record.commitments {
        let at = top.iter().position(|(_, title, _)| *title == one.title).expect("its heading");
        let (page, before, after) = (top[at].2, top[at - 1].2, top[at + 1].2);
        assert!(before < page, "{} begins on a page of its own", one.title);
        assert_eq!(after, page + 1, "{} has one page, {} begins after it", one.title, top[at + 1].1);
    }
    (document, outline)
}

fn text_of(document: &Document, page: usize) -> String {
    let number = u32::try_from(page + 1).expect("a page");
    document.extract_text(&[number]).expect("text").replace('\n', "")
}

/// Gives every commitment of the undecidable month as much as asked for.
fn full(language: Language, outages: usize, windows: usize, unknown: usize, reason: &str, title: &str) -> MonthRecord {
    let mut record = sample::record(language, Verdict::Undecidable);
    let twice = sample::record(language, Verdict::Met).commitments[0].second_reading.clone();
    let hash = twice.as_ref().map(|one| one.evidence.clone()).expect("the met month is read twice");
    let piece = sample::record(language, Verdict::Met).evidence.into_iter().find(|one| one.sha256 == hash);
    record.evidence.extend(piece);
    let listed = record.commitments[0].unknown.clone();
    for (number, one) in (1..).zip(&mut record.commitments) {
        one.title = format!("{title} {number}");
        one.second_reading.clone_from(&twice);
        one.evidence.push(hash.clone());
        let model = sample::long_record(language, 1, outages.max(1)).commitments.remove(0).outages;
        one.outages = model.into_iter().cycle().take(outages).collect();
        one.unknown = listed.iter().cycle().take(unknown).cloned().collect();
        one.quiet_seconds = 3_600;
        one.excluded_seconds = 7_200;
    }
    let model = record.exclusions[0].clone();
    record.exclusions = (0..windows).map(|_| model.clone()).collect();
    record.exclusions.iter_mut().for_each(|one| reason.clone_into(&mut one.reason));
    record
}

#[test]
fn each_commitment_has_one_page_whatever_it_holds() {
    for language in [Language::De, Language::En] {
        for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
            check(&sample::record(language, verdict));
        }
        let short = "Wartung";
        let long =
            "Angekündigter Umbau der Netzwerkinfrastruktur und der Datenbankserver im Rechenzentrum Nord ".repeat(4);
        let title = "Verfügbarkeit";
        let long_title =
            "Verfügbarkeit der Bestellschnittstelle für Großhandelskundinnen und -kunden in Norddeutschland";
        for (outages, windows, unknown, reason, title) in [
            (0, 0, 0, short, title),
            (1, 1, 1, short, title),
            (3, 2, 0, short, long_title),
            (12, 2, 3, short, title),
            (0, 30, 0, &*long, title),
            (2, 30, 300, &*long, long_title),
            (400, 0, 0, short, title),
            (400, 31, 250, &*long, long_title),
        ] {
            check(&full(language, outages, windows, unknown, reason, title));
        }
        check(&sample::long_record(language, 6, 12));
        check(&sample::long_record(language, 3, 400));
    }
}

#[test]
fn what_is_left_out_is_counted_and_stands_whole_in_a_later_chapter() {
    let mut record = sample::long_record(Language::En, 2, 40);
    record.commitments[1].outages.truncate(2);
    let (document, outline) = check(&record);
    let page = |title: &str| outline.iter().find(|(_, one, _)| one == title).map(|(_, _, page)| *page);
    let own = page("Availability of service 1").expect("its page");
    let text = text_of(&document, own);
    let said = text.split_once(" of 40 outages are shown here;").unwrap_or_else(|| panic!("{text}")).0;
    let shown: usize = said[said.trim_end_matches(|c: char| c.is_ascii_digit()).len()..].parse().expect("a number");
    assert!((1..40).contains(&shown), "{shown}");
    let failed = |text: &str| text.matches(" failed").count();
    assert_eq!(failed(&text), shown, "as many rows as it says: {text}");
    // The chapter has them all, below its heading in the outline, and leads back.
    let whole = page("Availability of service 1 – outages").expect("its section");
    assert!(whole > own);
    let chapter: String = (whole..document.get_pages().len()).map(|page| text_of(&document, page)).collect();
    assert!(chapter.contains("To the page of this commitment"));
    assert!(failed(&chapter) >= 40, "{}", failed(&chapter));
    let above = outline.iter().rev().skip_while(|(_, title, _)| title != "Availability of service 1 – outages");
    assert_eq!(above.clone().next().expect("it").0, 2);
    assert_eq!(above.skip(1).find(|(level, ..)| *level == 1).expect("one").1, "Commitments in detail");
    // What has room on its page does not stand there again.
    assert_eq!(page("Availability of service 2 – outages"), None);
}

#[test]
fn a_title_without_room_for_anything_else_loses_nothing() {
    let mut record = sample::record(Language::De, Verdict::Breached);
    record.commitments[0].title = "lang ".repeat(1_500) + "ENDE";
    let bytes = report_pdf(&Templates::builtin(), &record).expect("a report");
    Tree::checked(&bytes).unwrap_or_else(|wrong| panic!("{wrong}"));
    let document = Document::load_mem(&bytes).expect("a PDF");
    let text: String = (0..document.get_pages().len()).map(|page| text_of(&document, page)).collect();
    assert!(text.contains("Alle 41.000 Ereignisse fehlgeschlagen"), "{text}");
}
