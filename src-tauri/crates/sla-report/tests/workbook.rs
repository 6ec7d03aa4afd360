//! Workbooks as whoever opens them finds them: types, sums and texts, read out of the finished file.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use sla_core::billing::{Settlement, Statement};
use sla_core::record::{Count, Language, MonthRecord, Verdict};
use sla_report::{Document, Templates, report_workbook, sample, statement_documents};

static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::builtin);

/// A sheet's rows; each cell with its address, its type and its content.
struct Sheet {
    name: String,
    rows: Vec<Vec<Cell>>,
    xml: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Text(String),
    Number(String),
    Formula(String, String),
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => f.write_str(number),
            Self::Formula(formula, result) => write!(f, "{{{formula} → {result}}}"),
        }
    }
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let rest = &text[text.find(begin)? + begin.len()..];
    Some(&rest[..rest.find(end)?])
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("text");
    text
}

fn sheets(bytes: &[u8]) -> Vec<Sheet> {
    let strings = part(bytes, "xl/sharedStrings.xml");
    let strings: Vec<String> = strings
        .split("<si>")
        .skip(1)
        .map(|item| {
            let item = item.split("</si>").next().expect("an end");
            unescaped(item.split_once('>').expect("a text").1.trim_end_matches("</t>"))
        })
        .collect();
    let book = part(bytes, "xl/workbook.xml");
    let names = book.split("<sheet ").skip(1).map(|sheet| unescaped(between(sheet, "name=\"", "\"").expect("a name")));
    let read = |(number, name): (usize, String)| {
        let xml = part(bytes, &format!("xl/worksheets/sheet{number}.xml"));
        let row = |row: &str| row.split("<c ").skip(1).filter_map(|cell| self::cell(cell, &strings)).collect();
        let rows = xml.split("<row ").skip(1).map(row).collect();
        Sheet { name, rows, xml }
    };
    (1..).zip(names).map(read).collect()
}

fn cell(xml: &str, strings: &[String]) -> Option<Cell> {
    let value = between(xml, "<v>", "</v>")?;
    let head = xml.split('>').next().expect("a tag");
    Some(match between(xml, "<f>", "</f>") {
        Some(formula) => Cell::Formula(unescaped(formula), value.to_owned()),
        None if head.contains("t=\"s\"") => Cell::Text(strings[value.parse::<usize>().expect("an index")].clone()),
        None => Cell::Number(value.to_owned()),
    })
}

fn workbook(record: &MonthRecord, settlement: Option<&Settlement>) -> Vec<u8> {
    report_workbook(&TEMPLATES, record, settlement).expect("a workbook")
}

/// The head of every sheet, its first rows and its last.
fn told(bytes: &[u8]) -> String {
    const ROWS: usize = 5;
    let mut text = String::new();
    for Sheet { name, rows, .. } in sheets(bytes) {
        writeln!(text, "# {name}, {} rows", rows.len()).expect("a text grows");
        let first = if name == "Übersicht" || name == "Overview" { rows.len() } else { ROWS.min(rows.len()) };
        let last = rows[first..].last();
        for row in rows[..first].iter().chain(last) {
            let cells: Vec<String> = row.iter().map(Cell::to_string).collect();
            writeln!(text, "{}", cells.join(" | ")).expect("a text grows");
        }
    }
    text
}

#[track_caller]
fn check_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the golden file is written");
    }
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == text, "{name} differs; found\n{text}");
}

#[test]
fn every_sheet_in_both_languages() {
    let breached = sample::record(Language::De, Verdict::Breached);
    check_golden("report.de.xlsx.txt", &told(&workbook(&breached, None)));
    let open = sample::record(Language::En, Verdict::Undecidable);
    let settlement = sample::settlement(&open);
    check_golden("report-decided.en.xlsx.txt", &told(&workbook(&open, Some(&settlement))));
}

/// The sample that meets everything has its first promise read twice; the others know no such sheet.
#[test]
fn two_readings_stand_side_by_side() {
    for (language, name) in
        [(Language::De, "report-read-twice.de.xlsx.txt"), (Language::En, "report-read-twice.en.xlsx.txt")]
    {
        let told = told(&workbook(&sample::record(language, Verdict::Met), None));
        let (others, readings) = told.rsplit_once("# ").expect("sheets");
        assert!(others.lines().filter(|line| line.starts_with("# ")).count() == 10, "{told}");
        check_golden(name, &format!("# {readings}"));
    }
}

#[test]
fn sums_are_formulas_with_their_result() {
    let record = sample::record(Language::De, Verdict::Breached);
    let sheets = sheets(&workbook(&record, None));
    let sum = |name: &str, at: usize| {
        let rows = &sheets.iter().find(|sheet| sheet.name == name).expect("the sheet").rows;
        let Some(Cell::Formula(formula, result)) = rows.last().expect("rows").get(at) else {
            panic!("{:?}", rows.last())
        };
        assert!(formula.starts_with("SUBTOTAL(9,"), "{formula}");
        result.clone()
    };
    let total = &record.credit_total;
    let euros = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    assert_eq!(sum("Gutschriften", 1), euros(total.low_minor));
    assert_eq!(sum("Gutschriften", 2), euros(total.high_minor));
    let downtime: i64 = record.commitments.iter().map(|one| one.downtime_seconds).sum();
    assert_eq!(sum("Ausfälle", 2), downtime.to_string());
    assert_eq!(sum("Tage", 2), downtime.to_string());
}

/// A spreadsheet of more rows than anybody scrolls through says how many are left out, where they are, and what they add up to.
#[test]
fn a_list_ends_at_a_hundred_thousand_rows_and_still_adds_up() {
    let mut record = sample::record(Language::De, Verdict::Breached);
    let one = record.commitments[0].outages[0].clone();
    record.commitments.iter_mut().for_each(|commitment| commitment.outages.clear());
    record.commitments[0].outages = vec![one.clone(); 100_003];
    let sheets = sheets(&workbook(&record, None));
    let rows = &sheets.iter().find(|sheet| sheet.name == "Ausfälle").expect("outages").rows;
    // The head, what is listed, what is left out, and the sum.
    assert_eq!(rows.len(), 1 + 100_000 + 1 + 1);
    let rest = &rows[100_001];
    assert!(matches!(&rest[0], Cell::Text(words) if words.contains('3') && words.contains("report.json")), "{rest:?}");
    assert!(rest.contains(&Cell::Number((3 * one.seconds).to_string())), "{rest:?}");
    let sum = rows.last().expect("a sum").iter().find_map(|cell| match cell {
        Cell::Formula(_, result) => Some(result.as_str()),
        _ => None,
    });
    assert_eq!(sum, Some((100_003 * one.seconds).to_string().as_str()));
}

#[test]
fn a_head_stays_and_lists_can_be_filtered() {
    for sheet in sheets(&workbook(&sample::record(Language::De, Verdict::Undecidable), None)) {
        assert!(sheet.xml.contains("state=\"frozen\""), "{}", sheet.name);
        let is_list = sheet.name != "Übersicht" && sheet.rows.len() > 1;
        assert_eq!(sheet.xml.contains("<autoFilter"), is_list, "{}", sheet.name);
    }
}

/// A cell that begins like a formula is a string, and one that stays a string when somebody edits it.
#[test]
fn a_text_from_outside_cannot_run_as_a_formula() {
    #[track_caller]
    fn check(text: &str, is_quoted: bool) {
        let mut record = sample::record(Language::De, Verdict::Met);
        record.tenant_name = text.to_owned();
        record.commitments[0].title = text.to_owned();
        record.exclusions[0].reason = text.to_owned();
        record.evidence[0].query = text.to_owned();
        let bytes = workbook(&record, None);
        let found = sheets(&bytes);
        let cells = || found.iter().flat_map(|sheet| sheet.rows.iter().flatten());
        let shown = text.replace('\r', "_x000D_");
        assert!(cells().filter(|cell| **cell == Cell::Text(shown.clone())).count() > 4, "{text:?} is a string's cell");
        let is_own = |formula: &str| formula.starts_with("SUBTOTAL(9,");
        assert!(cells().all(|cell| !matches!(cell, Cell::Formula(formula, _) if !is_own(formula))), "{text:?}");
        assert_eq!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""), is_quoted, "{text:?}");
        assert!(found.iter().all(|sheet| !sheet.xml.contains("<hyperlink")), "{text:?}");
    }
    for text in ["=1+1", "+49 40", "-2", "@sum(a1)", "\t=1", "\r=1", "＝1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"x\")"]
    {
        check(text, true);
    }
    for text in ["Nordlicht =1", "https://example.org", "a & <b>"] {
        check(text, false);
    }
}

#[test]
fn a_number_that_a_spreadsheet_would_change_stays_text() {
    let mut record = sample::record(Language::De, Verdict::Met);
    record.commitments[0].days[0].good = Count::Whole(9_007_199_254_740_993);
    record.commitments[0].days[1].good = Count::Fraction("59.983".into());
    let sheets = sheets(&workbook(&record, None));
    let days = &sheets.iter().find(|sheet| sheet.name == "Tage").expect("days").rows;
    assert_eq!(days[1][4], Cell::Text("9007199254740993".into()));
    assert_eq!(days[2][4], Cell::Number("59.983".into()));
}

/// The hour that comes twice in Berlin has the same clock twice, and an offset beside it.
#[test]
fn times_are_dates_on_the_clocks_of_the_contract() {
    let sheets = sheets(&workbook(&sample::record(Language::De, Verdict::Breached), None));
    let outages = &sheets.iter().find(|sheet| sheet.name == "Ausfälle").expect("outages").rows;
    let starts: Vec<(&Cell, &Cell)> =
        outages[1..].iter().filter(|row| row.len() > 8).map(|row| (&row[2], &row[3])).collect();
    let clock = Cell::Number("46320.104166666664".into());
    let twice: Vec<&Cell> = starts.iter().filter(|(start, _)| **start == clock).map(|(_, offset)| *offset).collect();
    assert_eq!(twice, [&Cell::Text("UTC+2".into()), &Cell::Text("UTC+1".into())], "{starts:?}");
}

/// The footer has signs of its own, and a name none.
#[test]
fn a_name_is_no_code_of_the_footer() {
    let mut record = sample::record(Language::De, Verdict::Met);
    record.tenant_name = "A&P &D Handel".into();
    let sheets = sheets(&workbook(&record, None));
    let footer = between(&sheets[0].xml, "<oddFooter>", "</oddFooter>").expect("a footer");
    assert_eq!(unescaped(footer), "&LA&&P &&D Handel · Oktober 2026&RSeite &P von &N");
}

#[test]
fn a_broken_word_list_is_named() {
    #[track_caller]
    fn check(change: impl Fn(&str) -> String, expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let builtin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../report-templates/workbook.de.json");
        let text = change(&std::fs::read_to_string(builtin).expect("words"));
        std::fs::write(folder.path().join("workbook.de.json"), text).expect("written");
        let error = Templates::from_folder(folder.path()).err().expect("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(|_| "{\n".to_owned(), "workbook.de.json:");
    check(|text| text.replace("\"quiet\":", "\"silent\":"), "workbook.de.json:1: found no word for columns.quiet");
    check(|text| text.replace("\"Zusagen\"", "\"Zusagen/1\""), "report.xlsx");
}

/// The documents of a statement by their names.
fn statement(language: Language, stated: &Statement) -> Vec<Document> {
    statement_documents(&TEMPLATES, language, stated).expect("documents")
}

#[test]
fn finance_s_statement_in_both_languages() {
    for (language, name) in [(Language::De, "statement.de.xlsx.txt"), (Language::En, "statement.en.xlsx.txt")] {
        let record = sample::record(language, Verdict::Breached);
        let documents = statement(language, &sample::statement(&record));
        assert_eq!(
            documents.iter().map(|one| one.name).collect::<Vec<_>>(),
            ["statement.json", "statement.csv", "statement.xlsx", "statement.pdf"]
        );
        check_golden(name, &told(&documents[2].bytes));
    }
}

#[test]
fn a_statement_s_table_and_json_say_the_same() {
    let stated = sample::statement(&sample::record(Language::En, Verdict::Breached));
    let documents = statement(Language::En, &stated);
    let json: serde_json::Value = serde_json::from_slice(&documents[0].bytes).expect("parses");
    let csv = String::from_utf8(documents[1].bytes.clone()).expect("text");
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 1 + json["credits"].as_array().expect("credits").len());
    for (row, credit) in rows[1..].iter().zip(&stated.credits) {
        assert!(row.contains(&format!(",{},{},{}", credit.low_minor, credit.high_minor, credit.state.name())), "{row}");
    }
    assert_eq!(json["schema"], "sla-desk/statement/v1");
}

#[test]
fn amounts_of_several_currencies_are_never_added_up() {
    let formulas = |stated: &Statement| {
        let bytes = statement(Language::En, stated).swap_remove(2).bytes;
        sheets(&bytes)
            .into_iter()
            .map(|sheet| sheet.rows.concat().iter().filter(|cell| matches!(cell, Cell::Formula(..))).count())
            .sum::<usize>()
    };
    let one = sample::statement(&sample::record(Language::En, Verdict::Breached));
    assert!(formulas(&one) > 0);
    let mut two = one.clone();
    let mut other = two.billing.totals[0].clone();
    "CHF".clone_into(&mut other.currency);
    two.billing.totals.push(other);
    assert_eq!(formulas(&two), 0);
    let heads = sheets(&statement(Language::En, &two)[2].bytes)[2].rows[0].clone();
    assert!(heads.contains(&Cell::Text("Decided amount (currency of the row)".to_owned())), "{heads:?}");
}

#[test]
fn names_in_a_statement_are_never_run() {
    let mut stated = sample::statement(&sample::record(Language::En, Verdict::Breached));
    for credit in &mut stated.credits {
        "=HYPERLINK(\"http://x\")".clone_into(&mut credit.tenant_name);
    }
    let documents = statement(Language::En, &stated);
    assert!(String::from_utf8_lossy(&documents[1].bytes).contains("'=HYPERLINK"));
    let sheet = &sheets(&documents[2].bytes)[2];
    assert!(sheet.rows[1].contains(&Cell::Text("=HYPERLINK(\"http://x\")".to_owned())), "{:?}", sheet.rows[1]);
    assert!(!sheet.xml.contains("<f>=HYPERLINK") && !sheet.xml.contains("<f>HYPERLINK"));
}
