//! What a contract could say instead: a clause for each finding about its terms, in German and English. Brackets hold
//! what the parties must fill in. They are a start for those who write the contract, and no legal advice.

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::{Code, Finding};

/// A clause in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Wording {
    /// German.
    pub de: &'static str,
    /// English.
    pub en: &'static str,
}

impl Finding {
    /// The field that is not there, where that is the finding.
    pub(super) fn missing(&self) -> Option<&str> {
        self.found.en().strip_prefix("no field \"").and_then(|rest| rest.strip_suffix('"'))
    }

    /// A clause that would settle the finding; `None` where the defect is not one of the contract's wording.
    pub fn wording(&self) -> Option<Wording> {
        let missing = self.missing();
        let settles = |key: &Key| match key {
            Key::Missing(field) => missing == Some(*field),
            Key::At(code, part) => *code == self.code && self.place.path.contains(part),
            Key::Code(code) => *code == self.code,
        };
        CLAUSES.iter().find(|(key, _)| settles(key)).map(|(_, wording)| *wording)
    }
}

/// What a clause settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// A contract's field that is not there.
    Missing(&'static str),
    /// Findings of a kind about a part of the contract, by a part of their path.
    At(Code, &'static str),
    /// Findings of a kind.
    Code(Code),
}

const CLAUSES: [(Key, Wording); 46] = [
    (
        Key::Missing("unknown"),
        Wording {
            de: "Zeit, für die keine Messwerte vorliegen, gilt als [Ausfall / verfügbar / nicht vereinbarte Servicezeit]; \
                 solange sie nicht aufgeklärt ist, werden Verfügbarkeit und Gutschrift als Spanne ausgewiesen.",
            en: "Time for which there are no measurements counts as [an outage / available / outside service hours]; \
                 while it is unexplained, attainment and credit are stated as a range.",
        },
    ),
    (
        Key::Missing("quiet"),
        Wording {
            de: "Ein Messintervall ohne Anfragen gilt als [verfügbar / Ausfall / nicht gemessen].",
            en: "A measuring interval without requests counts as [available / an outage / not measured].",
        },
    ),
    (
        Key::Missing("exclusions"),
        Wording {
            de: "Ausgenommene Zeiten werden [von der Servicezeit abgezogen / als verfügbar gezählt].",
            en: "Excluded time [is deducted from the service time / counts as available].",
        },
    ),
    (
        Key::Missing("rounding"),
        Wording {
            de: "Gutschriften werden [je Zusage / auf die Monatssumme] [kaufmännisch] auf volle Cent gerundet; Prozentwerte \
                 werden ungerundet verglichen.",
            en: "Credits are rounded [half up] to whole cents [for each commitment / on the monthly total]; percentages are \
                 compared without rounding.",
        },
    ),
    (
        Key::Missing("legalNature"),
        Wording {
            de: "Die Gutschrift ist [eine Minderung der Vergütung / eine Vertragsstrafe / pauschalierter Schadensersatz / \
                 ein Malus].",
            en: "The credit is [a reduction of the fee / a contractual penalty / liquidated damages / a malus].",
        },
    ),
    (
        Key::Missing("timeZone"),
        Wording {
            de: "Ein Monat beginnt am Ersten um 0:00 Uhr und endet vor dem Ersten des Folgemonats um 0:00 Uhr, jeweils nach \
                 der in [Ort] geltenden Zeit.",
            en: "A month begins on the first at 00:00 and ends before 00:00 on the first of the next month, both in the time \
                 of [place].",
        },
    ),
    (
        Key::Missing("serviceHours"),
        Wording {
            de: "Servicezeit ist [rund um die Uhr / montags bis freitags 8 bis 18 Uhr ohne die Feiertage in (Land)].",
            en: "Service hours are [around the clock / Monday to Friday 8:00 to 18:00 without the public holidays of \
                 (region)].",
        },
    ),
    (
        Key::Missing("fee"),
        Wording {
            de: "Gutschriften bemessen sich nach der monatlichen Nettovergütung des betroffenen Dienstes ohne einmalige \
                 Entgelte.",
            en: "Credits are a share of the monthly net fee of the affected service, without one-off charges.",
        },
    ),
    (
        Key::At(Code::Unsaid, "spec.fee"),
        Wording {
            de: "In einem Monat, in dem der Vertrag nur an einzelnen Tagen gilt, ist Bemessungsgrundlage [die volle \
                 Monatsvergütung / der auf diese Tage entfallende Teil].",
            en: "In a month in which the contract is in force for some days only, the base is [the whole monthly fee / the \
                 part that falls to those days].",
        },
    ),
    (
        Key::At(Code::Unsaid, "penalty.atRisk"),
        Wording {
            de: "Der Dienstleister setzt für alle Zusagen zusammen [15] % der Monatsvergütung als Malus-Obergrenze aus; jede Zusage \
                 erhält den bei ihr genannten Anteil daran.",
            en: "For all commitments together, [15]% of the monthly fee is at risk; each commitment has the share of it that is named \
                 with it.",
        },
    ),
    (
        Key::Code(Code::UnsoundBands),
        Wording {
            de: "Beträgt die Verfügbarkeit mindestens [99,0] %, aber weniger als [99,9] %, so beträgt die Gutschrift \
                 [10] %; beträgt sie weniger als [99,0] %, so beträgt die Gutschrift [25] % der Bemessungsgrundlage.",
            en: "Where attainment is at least [99.0]% but less than [99.9]%, the credit is [10]%; where it is less than \
                 [99.0]%, the credit is [25]% of the base.",
        },
    ),
    (
        Key::Code(Code::UnsoundPenalty),
        Wording {
            de: "Für jede Unterschreitung der Zusage wird nach genau einer Regel gutgeschrieben: [Staffel / je angefangene \
                 30 Minuten / fester Betrag].",
            en: "A missed commitment is credited by exactly one rule: [bands / for each started 30 minutes / a fixed sum].",
        },
    ),
    (
        Key::At(Code::UnsoundTerms, "spec.noStacking"),
        Wording {
            de: "Beruhen mehrere Unterschreitungen auf derselben Ursache, wird nur die für den Kunden günstigere Gutschrift gewährt; \
                 jede Zusage gehört höchstens einer solchen Gruppe an.",
            en: "Where several misses have one cause, only the credit that is more favourable to the customer is given; each \
                 commitment belongs to one such group at most.",
        },
    ),
    (
        Key::At(Code::UnsoundTerms, "spec.caps"),
        Wording {
            de: "Die Gutschriften [eines Monats / eines Vertragsjahres] sind auf [20] % der Vergütung [dieses Monats / der letzten \
                 zwölf Monate] begrenzt.",
            en: "The credits of [a month / a year of the contract] are capped at [20]% of the fees of [that month / the last twelve \
                 months].",
        },
    ),
    (
        Key::At(Code::UnsoundTerms, "spec.claim"),
        Wording {
            de: "Der Anspruch ist binnen [zwei Monaten] nach Ende des betroffenen Monats geltend zu machen; ist der letzte Tag kein \
                 Werktag, endet die Frist [an diesem / am nächsten Werktag].",
            en: "A credit must be claimed within [two months] after the end of the affected month; a last day that is no working day \
                 [stays / moves to the next one].",
        },
    ),
    (
        Key::At(Code::UnsoundTerms, "spec.minimumCredit"),
        Wording {
            de: "Gutschriften [bis einschließlich / unter] [1,00 EUR] werden nicht ausgezahlt.",
            en: "Credits of [at most / less than] [EUR 1.00] are not paid.",
        },
    ),
    (
        Key::At(Code::UnsoundTerms, "spec.currency"),
        Wording {
            de: "Vergütung und Gutschriften lauten während der gesamten Laufzeit auf [Euro].",
            en: "Fees and credits are in [euros] for the whole term.",
        },
    ),
    (
        Key::At(Code::UnsoundTerms, "spec.timeZone"),
        Wording {
            de: "Monate und Tage bestimmen sich während der gesamten Laufzeit nach der Ortszeit in [Berlin].",
            en: "Months and days are those of the local time in [Berlin] for the whole term.",
        },
    ),
    (
        Key::Code(Code::UnsoundTerms),
        Wording {
            de: "Obergrenzen, Fristen und Rechte nennen jeweils eine Größe, ihren Zeitraum und ihren Beginn.",
            en: "Caps, periods and rights each name one quantity, its span and when it begins.",
        },
    ),
    (
        Key::Code(Code::NoCap),
        Wording {
            de: "Die Gutschriften eines Monats sind auf [20] % der Monatsvergütung begrenzt. [Oder: Eine Obergrenze ist nicht \
                 vereinbart.]",
            en: "The credits of a month are capped at [20]% of the monthly fee. [Or: No cap is agreed.]",
        },
    ),
    (
        Key::Code(Code::NoClaimWindow),
        Wording {
            de: "Der Anspruch ist binnen [zwei Monaten] nach Ende des betroffenen Monats in Textform geltend zu machen. \
                 [Oder: Die Gutschrift wird ohne Antrag erteilt.]",
            en: "A credit must be claimed in text form within [two months] after the end of the affected month. [Or: Credits \
                 are given without a claim.]",
        },
    ),
    (
        Key::Code(Code::HolidaysWithoutRegion),
        Wording {
            de: "Feiertage sind die gesetzlichen Feiertage in [Land] und die vom Kunden bis zum [1. Dezember] für das \
                 Folgejahr mitgeteilten Schließtage.",
            en: "Holidays are the public holidays of [region] and the closing days that the customer names by \
                 [1 December] for the following year.",
        },
    ),
    (
        Key::Code(Code::ClaimWithoutHolidays),
        Wording {
            de: "Werktage sind Montag bis Freitag mit Ausnahme der gesetzlichen Feiertage in [Land]; fällt der letzte Tag \
                 einer Frist auf einen anderen Tag, so endet sie [an diesem / am nächsten Werktag].",
            en: "Working days are Monday to Friday except the public holidays of [region]; a period whose last day is \
                 another day ends [on that day / on the next working day].",
        },
    ),
    (
        Key::At(Code::CreditsOutOfOrder, "penalty.repeat"),
        Wording {
            de: "Für eine wiederholte Unterschreitung wird nie weniger gutgeschrieben als für eine seltenere.",
            en: "A miss that repeats is never credited with less than a rarer one.",
        },
    ),
    (
        Key::Code(Code::CreditsOutOfOrder),
        Wording {
            de: "Für eine geringere Verfügbarkeit wird nie weniger gutgeschrieben als für eine höhere.",
            en: "A lower attainment is never credited with less than a higher one.",
        },
    ),
    (
        Key::Code(Code::UnresolvableTarget),
        Wording {
            de: "Gemessen wird in Intervallen von [10 Sekunden]; ein einzelnes gestörtes Intervall unterschreitet die Zusage \
                 nicht.",
            en: "Measurement is in intervals of [10 seconds]; a single failed interval does not break the commitment.",
        },
    ),
    (
        Key::Code(Code::CapBase),
        Wording {
            de: "Die Obergrenze bemisst sich nach derselben Vergütung und demselben Monat wie die Gutschrift.",
            en: "The cap is a share of the same fee and the same month as the credit.",
        },
    ),
    (
        Key::Code(Code::CapsOutOfOrder),
        Wording {
            de: "Zuerst gilt die Obergrenze der einzelnen Zusage, dann die des Dienstes, zuletzt die des Monats; jede zählt, was die \
                 vorige übrig lässt.",
            en: "The cap of each commitment applies first, then that of the service, and last that of the month; each counts what the \
                 one before leaves.",
        },
    ),
    (
        Key::At(Code::WithoutEffect, "points"),
        Wording {
            de: "Servicepunkte werden mit [50,00 EUR] je Punkt vergütet. [Oder: Ab (10) Punkten in (zwölf) Monaten besteht ein \
                 Sonderkündigungsrecht.]",
            en: "Service points are worth [EUR 50.00] each. [Or: From (10) points within (twelve) months on there is a right to \
                 terminate.]",
        },
    ),
    (
        Key::Code(Code::WithoutEffect),
        Wording {
            de: "Gutschriften unter [1,00 EUR] werden nicht ausgezahlt.",
            en: "Credits below [EUR 1.00] are not paid.",
        },
    ),
    (
        Key::Code(Code::AmbiguousFee),
        Wording {
            de: "Von der Monatsvergütung entfallen auf [Dienst A] [1.000,00 EUR] und auf [Dienst B] [2.000,00 EUR]; die Obergrenze \
                 bemisst sich nach der Summe.",
            en: "Of the monthly fee, [EUR 1,000.00] is for [service A] and [EUR 2,000.00] for [service B]; the cap is a share of their \
                 sum.",
        },
    ),
    (
        Key::Code(Code::OverlappingContracts),
        Wording {
            de: "Dieser Vertrag ersetzt den Vertrag vom [Datum] mit Wirkung vom [Datum], 0:00 Uhr.",
            en: "This contract replaces the contract of [date] with effect from [date], 00:00.",
        },
    ),
    (
        Key::Missing("sliceTarget"),
        Wording {
            de: "Ein Messintervall gilt als Ausfall, wenn weniger als [95] % der Anfragen erfolgreich waren.",
            en: "A measuring interval is an outage when fewer than [95]% of the requests succeeded.",
        },
    ),
    (
        Key::Missing("method"),
        Wording {
            de: "Die Verfügbarkeit ist [der Anteil der erfolgreichen Anfragen / der Anteil der störungsfreien Messintervalle / der \
                 Mittelwert der Messintervalle] im Bezugszeitraum.",
            en: "Attainment is [the share of requests that succeeded / the share of measuring intervals without an outage / the mean \
                 of the measuring intervals] in the measurement period.",
        },
    ),
    (
        Key::Missing("slice"),
        Wording {
            de: "Gemessen wird in Intervallen von [einer Minute].",
            en: "Measurement is in intervals of [one minute].",
        },
    ),
    (
        Key::Missing("target"),
        Wording {
            de: "Zugesagt sind mindestens [99,9] % im Bezugszeitraum.",
            en: "At least [99.9]% is promised in the measurement period.",
        },
    ),
    (
        Key::Missing("counting"),
        Wording {
            de: "Eine Zeiteinheit zählt, [sobald sie angefangen hat / erst wenn sie vollendet ist].",
            en: "A unit of time counts [once it has begun / only when it is full].",
        },
    ),
    (
        Key::Missing("affected"),
        Wording {
            de: "Eine Störung zählt [in voller Länge / im Verhältnis der fehlgeschlagenen Anfragen].",
            en: "An outage counts [in full / by the share of requests that failed].",
        },
    ),
    (
        Key::Missing("per"),
        Wording {
            de: "Der Betrag wird [je Unterschreitung / je Kalendertag mit Ausfall / je Störung] geschuldet; eine Obergrenze gilt [je \
                 Monat / je Vertragsjahr].",
            en: "The sum is owed [for each missed commitment / for each calendar day with an outage / for each incident]; a cap holds \
                 for [each month / each year of the contract].",
        },
    ),
    (
        Key::Missing("notice"),
        Wording {
            de: "Wartung wird mindestens [fünf Tage] vor ihrem Beginn in Textform angekündigt.",
            en: "Maintenance is announced in text form at least [five days] before it starts.",
        },
    ),
    (
        Key::Missing("clock"),
        Wording {
            de: "Die Zusage betrifft [die Reaktionszeit / die Wiederherstellungszeit].",
            en: "The commitment is about [the response time / the restoration time].",
        },
    ),
    (
        Key::Missing("startsAt"),
        Wording {
            de: "Die Frist beginnt [mit dem Eintritt der Störung / mit ihrer Erkennung / mit ihrer Meldung].",
            en: "The time runs from [the beginning of the incident / its detection / its report].",
        },
    ),
    (
        Key::Missing("hours"),
        Wording {
            de: "Die Frist läuft [nur während der Servicezeit / rund um die Uhr].",
            en: "The time runs [during service hours only / around the clock].",
        },
    ),
    (
        Key::Missing("limit"),
        Wording { de: "Die Frist beträgt [vier Stunden].", en: "The time is limited to [four hours]." },
    ),
    (
        Key::Missing("month"),
        Wording {
            de: "Eine Störung zählt in dem Monat, in dem sie [begonnen hat / behoben wurde].",
            en: "An incident counts in the month in which it [began / was restored].",
        },
    ),
    (
        Key::Missing("penalty"),
        Wording {
            de: "Bei Unterschreitung der Zusage [wird eine Gutschrift nach folgender Staffel erteilt / ist keine Gutschrift \
                 vereinbart].",
            en: "When the commitment is missed, [a credit by the following bands is given / no credit is agreed].",
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Place;
    use crate::phrase::Phrase;

    #[track_caller]
    fn check(code: Code, found: &str, begins: Option<&str>) {
        check_at("", code, found, begins);
    }

    #[track_caller]
    fn check_at(path: &str, code: Code, found: &str, begins: Option<&str>) {
        let place = Place { file: "c.yaml".to_owned(), line: 1, column: 1, path: path.to_owned() };
        let wording = Finding::new(code, place, Phrase::quoted(found), Phrase::quoted("x")).wording();
        assert_eq!(wording.is_some(), begins.is_some(), "{code:?} {found}");
        if let (Some(wording), Some(begins)) = (wording, begins) {
            assert!(wording.en.starts_with(begins), "{}", wording.en);
        }
    }

    #[test]
    fn a_finding_about_terms_has_a_clause_and_a_typing_error_has_none() {
        check(Code::NoCap, "no field \"caps\"", Some("The credits of a month"));
        check(Code::MissingField, "no field \"quiet\"", Some("A measuring interval without"));
        check(Code::MissingField, "no field \"metadata\"", None);
        check(Code::UnsoundBands, "a gap", Some("Where attainment"));
        check(Code::InvalidValue, "99,9", None);
    }

    #[test]
    fn each_thing_that_is_not_said_has_a_clause_of_its_own() {
        check_at("spec.fee", Code::Unsaid, "x", Some("In a month in which the contract is in force for some days"));
        check_at("spec.commitments[0].penalty.atRisk", Code::Unsaid, "x", Some("For all commitments together"));
        check_at("spec.commitments[0].penalty.points", Code::WithoutEffect, "x", Some("Service points are worth"));
        check_at("spec.minimumCredit", Code::WithoutEffect, "x", Some("Credits below"));
        check_at("spec.caps[0]", Code::UnsoundTerms, "x", Some("The credits of [a month"));
        check_at("spec.claim", Code::UnsoundTerms, "x", Some("A credit must be claimed"));
        check_at("spec.rights[0]", Code::UnsoundTerms, "x", Some("Caps, periods and rights"));
        check_at(
            "spec.commitments[0].penalty.repeat.steps[1].factor",
            Code::CreditsOutOfOrder,
            "x",
            Some("A miss that"),
        );
        check_at("spec.commitments[0].penalty.bands[1]", Code::CreditsOutOfOrder, "x", Some("A lower attainment"));
        for (field, begins) in
            [("counting", "A unit of time"), ("startsAt", "The time runs from"), ("hours", "The time runs [")]
        {
            check(Code::MissingField, &format!("no field \"{field}\""), Some(begins));
        }
    }

    #[test]
    fn whatever_a_contract_may_take_with_a_reason_has_a_clause() {
        for code in Code::UNSOUND {
            assert!(CLAUSES.iter().any(|(key, _)| *key == Key::Code(code)), "{code:?}");
        }
    }

    #[test]
    fn clauses_are_sentences_without_stray_spaces() {
        for (key, wording) in &CLAUSES {
            for text in [wording.de, wording.en] {
                assert!(!text.contains("  ") && text.ends_with(['.', ']']), "{key:?}: {text}");
            }
        }
    }
}
