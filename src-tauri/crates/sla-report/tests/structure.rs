//! The PDF as a screen reader and an archive see it: every mark belongs to something, everything that belongs is reached, and
//! nothing is painted outside. Tried on the invented months, on very long ones and on contents made up by chance.

mod tree;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sla_core::record::{Language, MonthRecord, Verdict};
use sla_report::{TemplateFiles, Templates, governance_documents, report_pdf, sample, statement_documents};

use tree::Tree;

const LANGUAGES: [Language; 2] = [Language::De, Language::En];

#[track_caller]
fn check(templates: &Templates, record: &MonthRecord) -> Tree {
    let bytes = report_pdf(templates, record).expect("a report");
    Tree::checked(&bytes).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn everything_is_tagged_and_reached_in_every_verdict() {
    let templates = Templates::builtin();
    for language in LANGUAGES {
        for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
            let record = sample::record(language, verdict);
            let tree = check(&templates, &record);
            assert!(tree.count("Figure") >= 4 * record.commitments.len(), "each commitment has its charts");
            assert!(tree.links >= 3 * record.commitments.len(), "figures lead to their evidence");
            assert!(tree.depth >= 3, "the outline is nested");
        }
    }
}

#[test]
fn what_readers_in_the_house_get_is_tagged_as_well() {
    let templates = Templates::builtin();
    for language in LANGUAGES {
        for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
            let record = sample::record(language, verdict);
            let statement = statement_documents(&templates, language, &sample::statement(&record)).expect("drawn");
            let summary = governance_documents(&templates, language, &sample::governance(&record)).expect("drawn");
            for documents in [statement, summary] {
                let pdf = documents.iter().find(|one| one.name.ends_with(".pdf")).expect("a PDF");
                let tree = Tree::checked(&pdf.bytes).unwrap_or_else(|wrong| panic!("{}: {wrong}", pdf.name));
                assert_eq!(tree.headings.first(), Some(&1), "{}", pdf.name);
                assert!(!tree.tables.is_empty(), "{}", pdf.name);
            }
        }
    }
}

#[test]
fn the_logos_of_the_cover_are_figures_of_the_tree() {
    let record = sample::record(Language::De, Verdict::Met);
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 1\"><path d=\"M0 0H4V1Z\"/></svg>";
    let files: TemplateFiles = [
        (
            format!("tenants/{}/theme.json", record.tenant),
            b"{\"logo\": {\"file\": \"a.svg\", \"alternative\": \"Nordlicht Logistik: ein schwarzes Segel\"}, \"address\": [\"Elbe 1\"]}".to_vec(),
        ),
        (format!("tenants/{}/a.svg", record.tenant), svg.as_bytes().to_vec()),
    ]
    .into();
    let templates = Templates::from_source(&files).unwrap_or_else(|error| panic!("{error}"));
    let without = check(&Templates::builtin(), &record).count("Figure");
    assert_eq!(check(&templates, &record).count("Figure"), without + 1);
}

#[test]
fn a_table_over_many_pages_has_one_head_and_whole_rows() {
    let templates = Templates::builtin();
    let record = sample::long_record(Language::De, 1, 5_000);
    let tree = check(&templates, &record);
    let longest = tree.tables.iter().map(|table| table.rows).max();
    assert!(longest >= Some(4_900), "{longest:?} rows");
    for table in tree.tables.iter().filter(|table| !table.head_pages.is_empty()) {
        assert_eq!(table.head_pages, table.row_pages, "the head stands on every page as a head");
    }
    assert!(tree.tables.iter().any(|table| table.head_pages.len() > 50), "the head is drawn again");
    let mut record = sample::record(Language::De, Verdict::Breached);
    // The page of a commitment would have less room for other rows.
    record.exclusions[0].commitments.clear();
    let rows = check(&templates, &record).tables.iter().map(|table| table.rows).sum::<usize>();
    record.exclusions[0].reason = "lang ".repeat(4_000);
    let with_a_tall_row = check(&templates, &record).tables.iter().map(|table| table.rows).sum::<usize>();
    assert_eq!(rows, with_a_tall_row, "a row that is split over pages stays one");
}

#[test]
fn headings_nest_whatever_a_template_leaves_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = "### first\n\n# second\n\n### third\n\ntext [there](#a)\n\n## fourth { #a }\n\ntext\n";
    std::fs::write(folder.path().join("report.de.md"), template).expect("written");
    let templates = Templates::from_folder(folder.path()).expect("templates");
    let tree = check(&templates, &sample::record(Language::De, Verdict::Met));
    assert_eq!(tree.headings, [1, 1, 2, 2]);
}

#[test]
fn contents_made_up_by_chance_are_tagged_as_well() {
    let templates = Templates::builtin();
    let cases = std::env::var("SLA_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let word = prop_oneof![
        "[a-zäöüß]{1,12}",
        "[A-Z][a-zäöüß]{20,90}",
        "\\PC{0,40}",
        "[\u{590}-\u{5ff}\u{600}-\u{6ff}]{1,20}",
        "[\u{4e00}-\u{4eff}\u{3040}-\u{30ff}\u{ac00}-\u{acff}]{1,20}",
        "[#*_`|<>\\[\\]{}!&\\\\()-]{1,20}",
    ];
    let text = || prop::collection::vec(word.clone(), 0..30).prop_map(|words| words.join(" "));
    let contents = (text(), text(), text(), text(), 0_usize..3, 0_usize..120, any::<bool>());
    let tried = runner.run(&contents, |(name, title, reason, query, verdict, outages, german)| {
        let language = LANGUAGES[usize::from(german)];
        let verdict = [Verdict::Met, Verdict::Breached, Verdict::Undecidable][verdict];
        let mut record = sample::record(language, verdict);
        record.tenant_name = name;
        for one in &mut record.commitments {
            one.title.clone_from(&title);
            let listed: Vec<_> = one.outages.iter().cycle().take(outages).cloned().collect();
            one.outages = listed;
        }
        record.exclusions.iter_mut().for_each(|one| one.reason.clone_from(&reason));
        record.evidence.iter_mut().for_each(|one| one.query.clone_from(&query));
        let bytes = report_pdf(&templates, &record).map_err(|error| TestCaseError::fail(error.to_string()))?;
        Tree::checked(&bytes).map(drop).map_err(TestCaseError::fail)?;
        for documents in [
            statement_documents(&templates, language, &sample::statement(&record)),
            governance_documents(&templates, language, &sample::governance(&record)),
        ] {
            let documents = documents.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let pdf = documents.iter().find(|one| one.name.ends_with(".pdf")).expect("a PDF");
            Tree::checked(&pdf.bytes).map(drop).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    tried.unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn a_broken_tree_is_noticed() {
    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let bytes = report_pdf(&Templates::builtin(), &sample::record(Language::De, Verdict::Met)).expect("a report");
        let wrong = Tree::checked_with(&bytes, |content| {
            let text = String::from_utf8_lossy(content).replacen(from, to, 1);
            text.into_bytes()
        });
        let wrong = wrong.err().expect("noticed");
        assert!(wrong.contains(expected), "{wrong}");
    }
    check("/Artifact BMC", "q", "painted outside");
    check("<</MCID 1>>", "<</MCID 0>>", "number");
}
