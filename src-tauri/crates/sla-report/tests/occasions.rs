//! Letters beside the month's own, against the texts in `tests/golden`, and occasions that are none.

use std::path::Path;
use std::sync::LazyLock;

use sla_core::record::{Contact, Language, Verdict};
use sla_core::standing::Outlook;
use sla_report::{Occasion, OccasionError, Templates, occasion_documents, sample};

const LANGUAGES: [Language; 2] = [Language::De, Language::En];
static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::builtin);

#[track_caller]
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the golden file is written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{name} differs from its golden file; found\n{text}");
}

fn drawn(occasion: Occasion<'_>, contacts: &[Contact]) -> Result<[String; 3], OccasionError> {
    let documents = occasion_documents(&TEMPLATES, occasion, contacts)?;
    let names: Vec<&str> = documents.iter().map(|one| one.name).collect();
    let kind = occasion.kind();
    assert_eq!(names, ["eml", "md", "html"].map(|end| format!("letter-{kind}.{end}")));
    let mut texts = documents.into_iter().map(|one| String::from_utf8(one.bytes).expect("text"));
    Ok(std::array::from_fn(|_| texts.next().expect("three documents")))
}

#[test]
fn every_letter_in_both_languages() {
    for language in LANGUAGES {
        let made = sample::Occasions::new(language);
        for occasion in made.all() {
            let name = format!("letter-{}.{}", occasion.kind(), language.code());
            let [eml, markdown, html] = drawn(occasion, &sample::contacts()).expect("a letter");
            golden(&format!("{name}.md"), &markdown);
            assert!(html.contains(&format!("<html lang=\"{}\">", language.code())), "{html}");
            let has_report = matches!(occasion.kind(), "credit" | "restatement" | "year");
            assert_eq!(eml.contains("filename=\"report.pdf\""), has_report, "{name}");
            assert_eq!(eml.contains("X-SLA-Desk-Draft: yes"), occasion.kind() != "credit", "{name}");
            assert!(eml.contains("\r\nX-Unsent: 1\r\n"), "{eml}");
            assert!(eml.contains("multipart/alternative"), "{eml}");
            let [again, ..] = drawn(occasion, &sample::contacts()).expect("a letter");
            assert!(again == eml, "{name} is the same twice");
        }
    }
}

#[test]
fn a_restatement_that_was_decided_says_what_it_changes() {
    for language in LANGUAGES {
        let made = sample::Occasions::new(language);
        let settled = sample::settlement(&made.restated);
        let occasion = Occasion::Restatement {
            before: Some((&made.issued, &made.issued_settlement)),
            after: &made.restated,
            settlement: Some(&settled),
        };
        let [eml, markdown, _] = drawn(occasion, &[]).expect("a letter");
        golden(&format!("letter-restatement-decided.{}.md", language.code()), &markdown);
        assert!(!eml.contains("X-SLA-Desk-Draft"), "somebody approved it");
    }
}

#[test]
fn what_is_no_occasion_is_refused_with_the_reason() {
    #[track_caller]
    fn check(occasion: Occasion<'_>, code: &str, expected: &str) {
        let error = drawn(occasion, &sample::contacts()).expect_err("it is refused");
        assert_eq!((error.code(), error.to_string().as_str()), (code, expected));
    }
    let language = Language::De;
    let made = sample::Occasions::new(language);
    let mut standing = made.standing.clone();
    for outlook in Outlook::ALL.into_iter().filter(|outlook| *outlook != Outlook::UsedUp) {
        standing.commitments.iter_mut().for_each(|one| one.outlook = outlook);
        check(
            Occasion::Breach { standing: &standing, at: &made.at, language },
            "occasion.no_breach",
            "nordlicht, 2026-10: no error budget is used up; sla standing tells how much is left of each",
        );
    }
    check(
        Occasion::Credit { record: &made.breached, settlement: None },
        "occasion.not_approved",
        "nordlicht, 2026-10, revision 1 is not approved; a credit is announced when it is: sla month approve",
    );
    for letter_minor in [0, -1] {
        let mut nothing = made.decided.clone();
        nothing.total.letter_minor = letter_minor;
        check(
            Occasion::Credit { record: &made.breached, settlement: Some(&nothing) },
            "occasion.no_credit",
            "nordlicht, 2026-10, revision 1 gives the customer nothing more; the month's letter says what was decided",
        );
    }
    let before = Some((&made.issued, &made.issued_settlement));
    check(
        Occasion::Restatement { before, after: &made.issued, settlement: None },
        "occasion.first_revision",
        "nordlicht, 2026-10 has revision 1 only: nothing was computed anew; sla restate does",
    );
    check(
        Occasion::Restatement { before: None, after: &made.restated, settlement: None },
        "occasion.not_issued_before",
        "nordlicht, 2026-10: no revision before 2 was issued, so nothing changes for the customer; the month's letter tells of \
         revision 2",
    );
    let mut notice = made.notice.clone();
    notice.windows.clear();
    check(
        Occasion::Maintenance { notice: &notice, language },
        "occasion.no_maintenance",
        "nordlicht, 2026-10: no maintenance is ahead; sla exclusion list shows every window that was entered",
    );
}

#[test]
fn a_year_is_twelve_months_in_a_row_and_every_promise_kept() {
    #[track_caller]
    fn check(change: impl Fn(&mut sla_core::record::MonthRecord), expected: &str) {
        let mut record = sample::Occasions::new(Language::En).year;
        change(&mut record);
        let error = drawn(Occasion::Year { record: &record }, &[]).expect_err("it is refused");
        assert_eq!(error.to_string(), expected);
    }
    check(
        |record| drop(record.earlier.remove(0)),
        "prairie: a year has twelve closed months, 11 of those up to 2026-10 are; missing: 2025-11",
    );
    check(
        |record| record.earlier.clear(),
        "prairie: a year has twelve closed months, 1 of those up to 2026-10 are; missing: 2025-11, 2025-12, 2026-01, 2026-02, \
         2026-03, 2026-04, 2026-05, 2026-06, 2026-07, 2026-08, 2026-09",
    );
    // A month before the year does not fill a gap in it.
    check(
        |record| {
            let first = &mut record.earlier[0];
            first.month = first.month.minus(1);
        },
        "prairie: a year has twelve closed months, 11 of those up to 2026-10 are; missing: 2025-11",
    );
    for (verdict, word) in [(Verdict::Breached, "breached"), (Verdict::Undecidable, "undecidable")] {
        check(
            |record| record.earlier[3].promises[1].verdict = verdict,
            &format!(
                "prairie: not every promise was kept in the year up to 2026-10; response-time in 2026-02 is {word}"
            ),
        );
        check(
            |record| record.commitments[0].verdict = verdict,
            &format!(
                "prairie: not every promise was kept in the year up to 2026-10; availability in 2026-10 is {word}"
            ),
        );
    }
}

/// Words that give a mixed-up template away. The samples' own names and reasons are left out.
#[test]
fn no_letter_speaks_in_the_other_language() {
    const ENGLISH: [&str; 21] = [
        "the",
        "and",
        "outage",
        "evidence",
        "credit",
        "met",
        "with",
        "undecidable",
        "commitment",
        "revision",
        "of",
        "to",
        "Dear",
        "maintenance",
        "month",
        "Measured",
        "Used",
        "Now",
        "window",
        "is",
        "error",
    ];
    const GERMAN: [&str; 20] = [
        "der",
        "und",
        "Ausfall",
        "Nachweis",
        "Gutschrift",
        "erfüllt",
        "mit",
        "nicht",
        "Zusage",
        "Wartung",
        "Monat",
        "bis",
        "von",
        "Bisher",
        "Jetzt",
        "Fehlerbudget",
        "zugesagt",
        "Schreiben",
        "Guten",
        "ist",
    ];
    let mut spoken = 0;
    for (language, foreign) in LANGUAGES.into_iter().zip([&ENGLISH[..], &GERMAN[..]]) {
        let mut made = sample::Occasions::new(language);
        // In the words of who decided, in whichever language.
        for settlement in [&mut made.decided, &mut made.issued_settlement] {
            settlement.credits.iter_mut().for_each(|credit| credit.reason.clear());
        }
        for occasion in made.all() {
            let [_, markdown, html] = drawn(occasion, &sample::contacts()).expect("a letter");
            let (_, body) = html.split_once("<body").expect("a body");
            for document in [markdown.as_str(), body] {
                let texts: String = document
                    .split('<')
                    .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
                    .collect::<Vec<_>>()
                    .join(" ");
                let mut words = texts.split(|c: char| !c.is_alphanumeric());
                let found = words.find(|word| foreign.contains(word));
                assert_eq!(found, None, "in the {language:?} letter of {}", occasion.kind());
                spoken += 1;
            }
        }
    }
    assert_eq!(spoken, 20);
}

#[test]
fn a_german_letter_never_calls_a_service_credit_plainly() {
    let made = sample::Occasions::new(Language::De);
    for occasion in made.all() {
        let [_, letter, _] = drawn(occasion, &sample::contacts()).expect("a letter");
        assert!(!letter.replace("Service-Level-Gutschrift", "").contains("Gutschrift"), "{letter}");
    }
}
