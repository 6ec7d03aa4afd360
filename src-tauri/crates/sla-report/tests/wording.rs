//! Sentences of the report that depend on what a record holds, in both languages.

use std::sync::LazyLock;

use sla_core::catalogue::{Comparison, WhenOpen};
use sla_core::record::{
    Agreement, Count, CountUnit, Language, Method, MonthRecord, RecordCommitment, RecordQuantity, RecordRange,
    RecordSecondReading, RecordThreshold, RecordUnknownBound, UnknownReading, Verdict,
};
use sla_report::manuscript::{Block, plain};
use sla_report::{Templates, report_manuscript, sample, tenant_documents};

const LANGUAGES: [Language; 2] = [Language::De, Language::En];
static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::builtin);

/// Every text of the report that the record makes, one a line, with plain spaces.
fn texts(record: &MonthRecord) -> String {
    let manuscript = report_manuscript(&TEMPLATES, record).expect("a manuscript");
    let mut texts: Vec<String> = Vec::new();
    for block in &manuscript.blocks {
        match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => texts.push(plain(text)),
            Block::Facts { facts } => {
                texts.extend(facts.iter().map(|fact| format!("{}: {}", plain(&fact.label), plain(&fact.value.text))));
            }
            Block::Cover(cover) => {
                let facts = cover.facts.iter();
                texts.extend(facts.map(|fact| format!("{}: {}", plain(&fact.label), plain(&fact.value.text))));
                texts.push(plain(&cover.sentence));
            }
            Block::Tiles { tiles } => {
                texts.extend(tiles.iter().map(|tile| format!("{}: {}", plain(&tile.label), plain(&tile.value.text))));
            }
            Block::Table(table) => {
                texts.extend(table.rows.iter().flatten().map(|cell| plain(&cell.text)));
            }
            Block::Evidence { cards } => {
                for card in cards {
                    texts.push(plain(&card.title));
                    let facts = card.facts.iter();
                    texts.extend(facts.map(|fact| format!("{}: {}", plain(&fact.label), plain(&fact.value.text))));
                }
            }
            _ => {}
        }
    }
    texts.join("\n").replace('\u{a0}', " ")
}

/// Changes both languages' sample and looks for a sentence in each; an empty one must not be looked for.
#[track_caller]
fn check(verdict: Verdict, change: impl Fn(&mut MonthRecord), german: &str, english: &str) {
    for (language, expected) in LANGUAGES.into_iter().zip([german, english]) {
        let mut record = sample::record(language, verdict);
        change(&mut record);
        let texts = texts(&record);
        assert!(texts.contains(expected), "{expected}\nis missing in\n{texts}");
    }
}

#[track_caller]
fn check_absent(verdict: Verdict, change: impl Fn(&mut MonthRecord), german: &str, english: &str) {
    for (language, unexpected) in LANGUAGES.into_iter().zip([german, english]) {
        let mut record = sample::record(language, verdict);
        change(&mut record);
        let texts = texts(&record);
        assert!(!texts.contains(unexpected), "{unexpected}\nstands in\n{texts}");
    }
}

/// The commitment that counts events, read otherwise.
fn read_as(record: &mut MonthRecord, reading: UnknownReading) -> &mut RecordCommitment {
    let counted = record.commitments.iter_mut().find(|one| one.method == Method::Occurrences).expect("a commitment");
    counted.unknown_reading = reading;
    counted
}

fn bound(slices: i64, per_slice: i64) -> Option<RecordUnknownBound> {
    Some(RecordUnknownBound { slices, per_slice: Count::Whole(per_slice), total: Count::Whole(slices * per_slice) })
}

#[test]
fn what_unknown_time_is_reckoned_with_is_said_with_its_figures() {
    let of_events = [
        (
            UnknownReading::Range,
            "Jeder solche Abschnitt ist mit 1.000 Ereignissen angesetzt, so vielen wie im ereignisreichsten Abschnitt; \
             in 621 Abschnitten sind das zusammen 621.000 Ereignisse. Der niedrigste Stand zählt sie alle als \
             fehlgeschlagen, der höchste alle als gut.",
            "Each such slice is reckoned with 1,000 events, as many as in the busiest slice; for 621 slices that makes \
             621,000 events in all. The lowest attainment counts all of them as failed, the highest all of them as good.",
        ),
        (
            UnknownReading::Down,
            "gilt nach dem Vertrag als Ausfall. Wie viele Ereignisse in dieser Zeit stattfanden, weiß niemand. Jeder solche \
             Abschnitt ist mit 1.000 Ereignissen angesetzt, so vielen wie im ereignisreichsten Abschnitt; in 621 \
             Abschnitten sind das zusammen 621.000 Ereignisse. Sie zählen alle als fehlgeschlagen.",
            "that makes 621,000 events in all. All of them count as failed.",
        ),
        (
            UnknownReading::Up,
            "621.000 Ereignisse. Sie zählen alle als gut.",
            "621,000 events in all. All of them count as good.",
        ),
    ];
    for (reading, german, english) in of_events {
        let read = |record: &mut MonthRecord| {
            read_as(record, reading);
        };
        check(Verdict::Undecidable, read, german, english);
    }
    check(
        Verdict::Undecidable,
        |record| read_as(record, UnknownReading::Range).unknown_bound = bound(1, 1),
        "mit 1 Ereignis angesetzt, so vielen wie im ereignisreichsten Abschnitt; in 1 Abschnitt sind das zusammen 1 Ereignis.",
        "with 1 event, as many as in the busiest slice; for 1 slice that makes 1 event in all.",
    );
    check(
        Verdict::Undecidable,
        |record| read_as(record, UnknownReading::Range).unknown_bound = None,
        "Weil kein einziges Ereignis gemessen wurde, werden die Abschnitte selbst beurteilt.",
        "Because not a single event was measured, the slices themselves are judged.",
    );
    check_absent(
        Verdict::Undecidable,
        |record| read_as(record, UnknownReading::Excluded).unknown_bound = None,
        "kein einziges Ereignis",
        "not a single event",
    );
    check_absent(Verdict::Met, |_| {}, "ereignisreichsten", "busiest");
}

#[test]
fn so_is_what_was_consumed_meanwhile() {
    let consumption = |reading: UnknownReading, bound: Option<RecordUnknownBound>| {
        move |record: &mut MonthRecord| {
            let consumed = read_as(record, reading);
            consumed.method = Method::Consumption;
            consumed.unit = CountUnit::Consumption;
            consumed.consumption_budget = Some(RecordQuantity { amount: "1000".into(), unit: "GPU h".into() });
            consumed.unknown_bound.clone_from(&bound);
        }
    };
    check(
        Verdict::Undecidable,
        consumption(UnknownReading::Range, bound(6, 5)),
        "wie der Abschnitt mit dem höchsten Verbrauch, 5 GPU h; in 6 Abschnitten sind das zusammen 30 GPU h. Der \
         niedrigste Stand rechnet diesen Verbrauch hinzu, der höchste nicht.",
        "as the slice that consumed most, 5 GPU h; for 6 slices that makes 30 GPU h in all. The lowest attainment \
         includes this consumption, the highest does not.",
    );
    check(
        Verdict::Undecidable,
        consumption(UnknownReading::Down, bound(6, 5)),
        "zusammen 30 GPU h. Nach dem Vertrag ist dieser Verbrauch hinzugerechnet.",
        "30 GPU h in all. Under the contract this consumption is included.",
    );
    check(
        Verdict::Undecidable,
        consumption(UnknownReading::Up, None),
        "Für Zeit ohne Nachweis ist nach dem Vertrag kein Verbrauch angesetzt.",
        "Under the contract nothing is reckoned as consumed in time without evidence.",
    );
    check(
        Verdict::Undecidable,
        consumption(UnknownReading::Range, None),
        "gibt es dafür auch keine Obergrenze, und der niedrigste Stand ist 0 %.",
        "there is no bound for it either, and the lowest attainment is 0%.",
    );
}

#[test]
fn a_contract_that_rests_on_a_template_says_on_which() {
    check(
        Verdict::Met,
        |record| record.contract.template = Some("house".into()),
        "Vertragsvorlage: house",
        "Contract template: house",
    );
    check(
        Verdict::Met,
        |record| record.contract.template = Some("house".into()),
        "Der Vertrag übernimmt die Bedingungen der Vorlage house, soweit er nichts anderes sagt.",
        "The contract takes over the terms of the template house, except where it says otherwise.",
    );
    check_absent(Verdict::Met, |record| record.contract.template = None, "orlage", "emplate");
}

#[test]
fn a_source_is_quoted_and_the_program_s_notes_are_in_the_reader_s_language() {
    let unchanged = |_: &mut MonthRecord| {};
    for (german, english) in [
        (
            "Warnung der Quelle: „PromQL info: metric might not be a counter | name does not end in _total“",
            "Warning of the source: “PromQL info: metric might not be a counter | name does not end in _total”",
        ),
        (
            "Anmerkung: Gute Ereignisse: kein Messwert in 600 Abschnitten; der erste endet 21.10.2026, 08:01 UTC+2",
            "Note: Good events: no measurement in 600 slices; the first ends 21 Oct 2026, 08:01 UTC−5",
        ),
        (
            "Anmerkung: Alle Ereignisse: keine endliche Zahl in 1 Abschnitt; er endet",
            "Note: All events: no finite number in 1 slice; it ends",
        ),
        (
            "Anmerkung: Alle Ereignisse: eine zu große Zahl in 2 Abschnitten; der erste endet",
            "Note: All events: a number that is too large in 2 slices; the first ends",
        ),
        (
            "Anmerkung: Schlechte Ereignisse: keine Messreihe von 21.10.2026, 08:00 UTC+2 bis",
            "Note: Bad events: no series from 21 Oct 2026, 08:00 UTC−5 to",
        ),
        ("Anmerkung: Eine Messstelle gab kein Lebenszeichen: 1 min", "Note: A probe gave no sign of life: 1 min"),
    ] {
        check(Verdict::Undecidable, unchanged, german, english);
    }
}

#[test]
fn one_promise_is_no_plural() {
    let alone = |verdict: Verdict| {
        move |record: &mut MonthRecord| {
            record.incident_promises.clear();
            record.commitments.retain(|one| one.verdict == verdict);
            record.commitments.truncate(1);
        }
    };
    for (verdict, german, english) in [
        (
            Verdict::Met,
            ["Die Zusage des Monats ist erfüllt.", ": Zusage erfüllt"],
            ["The commitment of the month was met.", ": commitment met"],
        ),
        (
            Verdict::Breached,
            ["Die Zusage des Monats ist nicht erfüllt.", "Die Zusage des Monats haben wir nicht erfüllt."],
            ["The commitment of the month was not met.", "We did not meet the commitment of the month."],
        ),
        (
            Verdict::Undecidable,
            ["Für die Zusage des Monats reichen die Nachweise nicht aus.", "ob sie erfüllt ist."],
            ["For the commitment of the month the evidence does not suffice.", "whether it was met."],
        ),
    ] {
        check(verdict, alone(verdict), german[0], english[0]);
        for (language, expected) in LANGUAGES.into_iter().zip([german[1], english[1]]) {
            let mut record = sample::record(language, verdict);
            alone(verdict)(&mut record);
            let documents = tenant_documents(&TEMPLATES, &record, &sample::contacts()).expect("documents");
            let letter = documents.into_iter().find(|document| document.name == "letter.md").expect("a letter");
            let letter = String::from_utf8(letter.bytes).expect("text");
            assert!(letter.contains(expected), "{expected} is missing in\n{letter}");
        }
    }
}

/// An undecidable credit has to be claimed in time, too.
#[test]
fn every_letter_about_money_names_the_last_day_to_claim_it() {
    let claim = sla_core::record::RecordClaim { automatic: false, last_day: Some("2026-11-30".into()) };
    for (verdict, german, english) in [
        (Verdict::Met, "bis zum 30. November 2026", "by 30 November 2026"),
        (Verdict::Breached, "bis zum 30. November 2026", "by 30 November 2026"),
        (Verdict::Undecidable, "auch wenn er noch nicht feststeht", "even though it is not settled yet"),
    ] {
        for (language, expected) in LANGUAGES.into_iter().zip([german, english]) {
            let mut record = sample::record(language, verdict);
            record.claim = Some(claim.clone());
            record.credit_total.high_minor = record.credit_total.high_minor.max(1);
            let documents = tenant_documents(&TEMPLATES, &record, &sample::contacts()).expect("documents");
            let letter = documents.into_iter().find(|document| document.name == "letter.md").expect("a letter");
            let letter = String::from_utf8(letter.bytes).expect("text").replace('\u{a0}', " ");
            assert!(letter.contains(expected), "{expected} is missing in\n{letter}");
        }
    }
}

#[test]
fn a_threshold_is_told_with_its_unit() {
    check(
        Verdict::Met,
        |record| {
            record.commitments[0].threshold =
                Some(RecordThreshold { comparison: Comparison::AtMost, value: "0.3".into(), unit: "s".into() });
        },
        "wenn sein Messwert höchstens 0,3 s ist",
        "when its value is at most 0.3 s",
    );
}

#[test]
fn what_the_program_says_of_a_source_is_in_the_reader_s_language() {
    let of_file = |record: &mut MonthRecord| {
        record.evidence[0].source = "file a.csv sha256 ab, probes north, south".into();
        record.evidence[0].query =
            "target api; a beat every 60 s, 5 s grace; down when 2 of 3 probes say so; a slice is down \
                                    when any second of it is"
                .into();
        record.evidence[1].query = "columns t, value; good is value <= 0.5".into();
        record.evidence[1].server_version = "unknown (the server has no /api/v1/status/buildinfo)".into();
    };
    for (german, english) in [
        (
            "Quelle: Datei a.csv, SHA-256 ab, Messstellen north, south",
            "Source: File a.csv, SHA-256 ab, probes north, south",
        ),
        (
            "Abfrage: Ziel api; alle 60 s ein Lebenszeichen, 5 s Karenz; Ausfall, wenn 2 von 3",
            "Query: target api; a beat every",
        ),
        ("Abfrage: Spalten t, value; gut ist value <= 0.5", "Query: columns t, value; good is value <= 0.5"),
        ("Version der Quelle: unbekannt: Der Server nennt sie nicht", "Version of the source: unknown (the server"),
        // A query stays as it was sent.
        (
            "Abfrage: good: sum(increase(http_requests_total{tenant=",
            "Query: good: sum(increase(http_requests_total{tenant=",
        ),
    ] {
        check(Verdict::Met, of_file, german, english);
    }
}

#[test]
fn holidays_in_service_hours_are_explained() {
    check(
        Verdict::Met,
        |record| record.contract.service_hours = "Mo-Fr 07:00-19:00; PH off".into(),
        "Servicezeit: Mo-Fr 07:00-19:00; PH off (PH: Feiertage; off: keine Servicezeit)",
        "Service hours: Mo-Fr 07:00-19:00; PH off (PH: public holidays; off: no service time)",
    );
    check_absent(Verdict::Met, |_| {}, "Feiertage", "public holidays");
}

/// The second reading of the first commitment, which agrees in the sample, read otherwise.
fn second(change: impl Fn(&mut RecordSecondReading)) -> impl Fn(&mut MonthRecord) {
    move |record| {
        let one = &mut record.commitments[0];
        change(one.second_reading.as_mut().expect("the sample is read twice"));
    }
}

#[test]
fn two_readings_stand_side_by_side_and_what_follows_is_said() {
    let in_met = |change: fn(&mut RecordSecondReading), german: &str, english: &str| {
        check(Verdict::Met, second(change), german, english);
    };
    in_met(|_| {}, "Zwei Messungen", "Two readings");
    in_met(
        |_| {},
        "„availability-recorded“; sie dürfen um höchstens 0,01 Prozentpunkte voneinander abweichen. Sie weichen um 0,0000 \
         bis 0,0023 Prozentpunkte voneinander ab. Die Messungen stimmen überein; bewertet ist die erste.",
        "they may differ by at most 0.01 percentage points. They differ by 0.0000 to 0.0023 percentage points. The \
         readings agree; the first one is judged.",
    );
    in_met(
        |second| {
            second.agreement = Agreement::Differ;
            second.down_in_first_only_seconds = 60;
            second.down_in_second_only_seconds = 7_200;
        },
        "mehr, als der Vertrag zulässt, und niemand kann sagen, welche Messung stimmt: Die Zusage ist nicht \
         entscheidbar, und der Betrag reicht vom niedrigsten bis zum höchsten beider. Zählungen, Ausfälle und Diagramme \
         auf der Seite der Zusage sind die der ersten Messung. Nur nach der ersten Messung ausgefallen: 1 min. Nur nach der \
         zweiten Messung ausgefallen: 2 h.",
        "more than the contract allows, and nobody can say which reading is right: the commitment is undecidable",
    );
    in_met(
        |second| (second.agreement, second.when_open) = (Agreement::Open, WhenOpen::First),
        "lässt offen, ob sie übereinstimmen; nach dem Vertrag ist die erste Messung bewertet.",
        "leaves open whether they agree; under the contract the first reading is judged.",
    );
    in_met(
        |second| {
            second.agreement = Agreement::Open;
            second.difference_points = RecordRange { low: None, high: None };
            second.second.attained_range = RecordRange { low: None, high: None };
        },
        "Eine von beiden hatte nichts zu bewerten, sodass sich keine Abweichung nennen lässt. Ob sie übereinstimmen, ist \
         offen; nach dem Vertrag ist die Zusage dann nicht entscheidbar",
        "One of them had nothing to judge, so that no difference can be told. Whether they agree is open; under the \
         contract the commitment is then undecidable",
    );
    // The letter says why there is no verdict.
    let disputed = |agreement| {
        move |record: &mut MonthRecord| {
            let mut told = sample::record(record.language, Verdict::Met).commitments[0].second_reading.clone();
            told.as_mut().expect("read twice").agreement = agreement;
            record.commitments[0].second_reading = told;
        }
    };
    let letters = [
        (
            Agreement::Differ,
            "Die beiden Messungen, die der Vertrag verlangt, ergeben",
            "the two measurements that the contract demands attain",
        ),
        (
            Agreement::Open,
            "Zeit ohne Nachweis lässt offen, ob die beiden Messungen übereinstimmen",
            "time without evidence leaves open whether the two measurements that the contract demands agree",
        ),
    ];
    for (agreement, german, english) in letters {
        for (language, expected) in LANGUAGES.into_iter().zip([german, english]) {
            let mut record = sample::record(language, Verdict::Undecidable);
            disputed(agreement)(&mut record);
            let documents = tenant_documents(&TEMPLATES, &record, &sample::contacts()).expect("documents");
            let letter = documents.into_iter().find(|document| document.name == "letter.md").expect("a letter");
            let letter = String::from_utf8(letter.bytes).expect("text");
            assert!(letter.contains(expected), "{expected} is missing in\n{letter}");
        }
    }
    check_absent(Verdict::Breached, |_| {}, "Zwei Messungen", "Two readings");
}
