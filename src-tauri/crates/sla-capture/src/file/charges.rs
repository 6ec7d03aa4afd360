//! Cost and usage: a file of charges in the columns of FOCUS becomes what is consumed in each slice.

use std::collections::BTreeMap;
use std::path::PathBuf;

use csv::{ReaderBuilder, StringRecord, Trim};
use sha2::{Digest, Sha256};
use sla_core::catalogue::{Instant, Straddling, Uncharged};
use sla_core::plan::{Charges, FileContent};
use sla_core::time::{Period, UnixSeconds};

use super::content::{judged, query as content_query};
use super::{EXPECTED_COUNT, FileError, FileSource, Hashing, Place, Position, file_name, quote, reading, unreadable};
use crate::error::CaptureError;
use crate::gather::Gather;
use crate::number::{Decimal, Number};
use crate::slices::Slices;
use crate::source::{BoxFuture, CaptureRequest, Progress, Source, instant};

/// Largest file of charges. It is read as a stream.
pub const MAX_CHARGES_BYTES: u64 = 4 * 1024 * 1024 * 1024;

const STARTS: &str = "ChargePeriodStart";
const ENDS: &str = "ChargePeriodEnd";
const EXPECTED_TIME: &str = "an instant of whole seconds with its offset, such as 2026-10-11T00:00:00Z";
const EXPECTED_END: &str = "an instant of whole seconds with its offset that is later than ChargePeriodStart";

/// A CSV file of charges, of which some are added up.
#[derive(Clone, Debug)]
pub struct ChargeSource {
    path: PathBuf,
    charges: Charges,
    content: FileContent,
}

/// What is asked of a file of charges, as the evidence keeps it.
pub(crate) fn query(charges: &Charges, content: FileContent) -> String {
    format!("{charges}; {}", content_query(content))
}

/// What is consumed in a slice.
#[derive(Clone, Debug)]
enum Sum {
    Known(Decimal),
    /// A charge of it has no amount.
    Unknown,
}

/// Which column stands where.
struct Columns {
    starts: usize,
    ends: usize,
    amount: usize,
    unit: usize,
    equals: Vec<(usize, String)>,
    all: usize,
}

impl ChargeSource {
    /// The file at that path; it is opened when it is captured.
    pub fn new(path: impl Into<PathBuf>, charges: Charges, content: FileContent) -> Self {
        Self { path: path.into(), charges, content }
    }

    fn read(&self, request: &CaptureRequest) -> Result<Slices, CaptureError> {
        request.check()?;
        let file = file_name(&self.path);
        let source = FileSource::new(&self.path, self.content);
        let mut input = Hashing { input: source.open(&file, MAX_CHARGES_BYTES)?, hash: Sha256::new() };
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).has_headers(false).from_reader(&mut input);
        let mut record = StringRecord::new();
        let mut next = |record: &mut StringRecord| match reader.read_record(record) {
            Ok(is_there) => Ok(is_there),
            Err(error) => Err(unreadable(&self.path, std::io::Error::other(error.to_string()))),
        };
        if !next(&mut record)? {
            return Err(FileError::Empty { file, found: "no content" }.into());
        }
        let columns = self.columns(&file, &record)?;
        let (mut sums, mut unit, mut covered) = (BTreeMap::new(), None, None);
        while next(&mut record)? {
            let line = record.position().map_or(0, csv::Position::line);
            let place = Place { file: file.clone(), position: Position::Line(line) };
            if record.len() != columns.all {
                return Err(FileError::Fields { place, found: record.len(), expected: columns.all }.into());
            }
            let charged = charged(&place, &record, &columns)?;
            let (first, last) = covered.unwrap_or((charged.start, charged.end));
            covered = Some((first.min(charged.start), last.max(charged.end)));
            let fits = columns.equals.iter().all(|(column, value)| record[*column] == *value);
            if fits && charged.overlap(request.period).is_some() {
                self.one(&place, &record[columns.unit], &mut unit)?;
                let amount = self.amount(&place, &record[columns.amount])?;
                self.add(&place, request, charged, amount, &mut sums)?;
            }
        }
        drop(reader);
        let sha256 = input.finish();
        let Some((first, last)) = covered else {
            return Err(FileError::Empty { file, found: "no rows" }.into());
        };
        let covers = Period::new(first, last).is_some_and(|covered| covered.overlap(request.period).is_some());
        if !covers {
            let text = |start, end| format!("{}..{}", instant(start), instant(end));
            let (covered, asked) = (text(first, last), text(request.period.start, request.period.end));
            return Err(FileError::OutsidePeriod { file, covered, asked }.into());
        }
        let Some(unit) = unit else {
            return Err(FileError::NoCharge { file, expected: self.charges.to_string() }.into());
        };
        let source = format!("file {file} sha256 {sha256}, in {unit}");
        let gather = self.gathered(request, &sums);
        gather.finish(query(&self.charges, self.content), source, "csv".to_owned(), Vec::new())
    }

    /// Finds the columns that are needed; a file of FOCUS has many more.
    fn columns(&self, file: &str, record: &StringRecord) -> Result<Columns, FileError> {
        let name = |at: usize| record[at].trim_start_matches('\u{feff}');
        let find = |wanted: &str| {
            let mut found = (0..record.len()).filter(|at| name(*at) == wanted);
            let refused = |found: String| FileError::Columns {
                file: format!("{file}:1"),
                found,
                expected: format!("{wanted} among others"),
                hint: "",
            };
            match (found.next(), found.next()) {
                (Some(at), None) => Ok(at),
                (None, _) => Err(refused(format!("no column {wanted}"))),
                (_, Some(_)) => Err(refused(format!("the column {wanted} twice"))),
            }
        };
        let equals = self.charges.equals.iter().map(|(column, value)| Ok((find(column)?, value.clone())));
        Ok(Columns {
            starts: find(STARTS)?,
            ends: find(ENDS)?,
            amount: find(self.charges.column.name())?,
            unit: find(self.charges.column.unit())?,
            equals: equals.collect::<Result<_, FileError>>()?,
            all: record.len(),
        })
    }

    /// All charges are counted in one currency or unit; money in that of the contract.
    fn one(&self, place: &Place, found: &str, unit: &mut Option<String>) -> Result<(), FileError> {
        if let Some(currency) = self.charges.currency.as_ref().filter(|currency| *currency != found) {
            let (column, found) = (self.charges.column.unit(), quote(found));
            return Err(FileError::Currency { place: place.clone(), column, found, expected: currency.clone() });
        }
        match unit {
            Some(known) if known != found => Err(FileError::Mixed {
                place: place.clone(),
                column: self.charges.column.unit(),
                found: quote(found),
                known: quote(known),
            }),
            Some(_) => Ok(()),
            None => {
                *unit = Some(found.to_owned());
                Ok(())
            }
        }
    }

    /// An amount; `None` for an empty field, which is unknown and not zero.
    fn amount(&self, place: &Place, text: &str) -> Result<Option<Decimal>, FileError> {
        match (text, Number::parse(text)) {
            ("", _) => Ok(None),
            (_, Some(Number::Finite(amount))) => Ok(Some(amount)),
            _ => Err(FileError::Cell {
                place: place.clone(),
                column: self.charges.column.name().to_owned(),
                found: quote(text),
                expected: EXPECTED_COUNT,
            }),
        }
    }

    /// Adds a charge to the slices of the period that it touches.
    fn add(
        &self,
        place: &Place,
        request: &CaptureRequest,
        charged: Period,
        amount: Option<Decimal>,
        sums: &mut BTreeMap<UnixSeconds, Sum>,
    ) -> Result<(), FileError> {
        let step = request.step_seconds;
        let of = charged.seconds();
        let within = charged.overlap(request.period).expect("the caller looked");
        let first = within.start - (within.start - request.period.start).rem_euclid(step);
        let is_within_one = charged.start >= first && charged.end <= first + step;
        if !is_within_one && self.charges.straddling == Straddling::Refused {
            return Err(FileError::Straddling {
                place: place.clone(),
                from: instant(charged.start),
                to: instant(charged.end),
                step_seconds: step,
            });
        }
        let mut start = first;
        while start < within.end {
            let slice = Period { start, end: start + step };
            let part = slice.overlap(charged).expect("it is within");
            let more = amount.as_ref().map(|amount| match is_within_one {
                true => amount.clone(),
                false => amount.share(part.start - charged.start, part.end - charged.start, of),
            });
            let known = sums.remove(&slice.end);
            let sum = match (known, more) {
                (Some(Sum::Unknown), _) | (_, None) => Sum::Unknown,
                (Some(Sum::Known(sum)), Some(more)) => Sum::Known(sum.plus(&more)),
                (None, Some(more)) => Sum::Known(more),
            };
            sums.insert(slice.end, sum);
            start += step;
        }
        Ok(())
    }

    fn gathered(&self, request: &CaptureRequest, sums: &BTreeMap<UnixSeconds, Sum>) -> Gather {
        let mut gather = Gather::new(*request);
        for end in (1..=request.slices()).map(|index| request.period.start + index * request.step_seconds) {
            let sum = match (sums.get(&end), self.charges.uncharged) {
                (Some(Sum::Known(sum)), _) => Some(Number::Finite(sum.clone())),
                (None, Uncharged::Zero) => Some(Number::from(0)),
                (Some(Sum::Unknown), _) => None,
                (None, Uncharged::Unknown) => continue,
            };
            let (good, total) = judged(self.content, sum.clone(), sum);
            gather.push(end, good.as_ref(), total.as_ref());
        }
        gather
    }
}

/// The charge's period.
fn charged(place: &Place, record: &StringRecord, columns: &Columns) -> Result<Period, FileError> {
    let refused = |column: &str, at: usize, expected| FileError::Cell {
        place: place.clone(),
        column: column.to_owned(),
        found: quote(&record[at]),
        expected,
    };
    let at = |index: usize| record[index].parse::<Instant>().ok().map(|Instant(at)| at);
    let start = at(columns.starts).ok_or_else(|| refused(STARTS, columns.starts, EXPECTED_TIME))?;
    let end = at(columns.ends).ok_or_else(|| refused(ENDS, columns.ends, EXPECTED_END))?;
    Period::new(start, end).ok_or_else(|| refused(ENDS, columns.ends, EXPECTED_END))
}

impl Source for ChargeSource {
    fn capture<'a>(
        &'a self,
        request: &'a CaptureRequest,
        progress: &'a dyn Progress,
    ) -> BoxFuture<'a, Result<Slices, CaptureError>> {
        let (source, request) = (self.clone(), *request);
        reading(&self.path, move || source.read(&request), progress)
    }
}

#[cfg(test)]
mod tests {
    use sla_core::catalogue::FocusColumn;

    use super::*;
    use crate::source::NoProgress;

    /// 2026-10-01 00:00 UTC.
    const START: i64 = 1_790_812_800;
    const HEADER: &str = "Extra,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,BillingCurrency,ServiceName,ConsumedQuantity,ConsumedUnit\n";

    fn charges(straddling: Straddling, uncharged: Uncharged) -> Charges {
        let currency = Some("EUR".to_owned());
        let equals = BTreeMap::from([("ServiceName".to_owned(), "Compute".to_owned())]);
        Charges { column: FocusColumn::EffectiveCost, currency, equals, straddling, uncharged }
    }

    fn capture(text: &str, charges: &Charges) -> Result<Slices, CaptureError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("focus.csv");
        std::fs::write(&path, text).expect("a file");
        let request = CaptureRequest { period: Period { start: START, end: START + 4 * 3600 }, step_seconds: 3600 };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let source = ChargeSource::new(path, charges.clone(), FileContent::Consumption);
        runtime.block_on(source.capture(&request, &NoProgress))
    }

    /// A charge between two hours of the day before or of the day.
    fn row(from: &str, to: &str, cost: &str, currency: &str, service: &str) -> String {
        format!("x,2026-10-01T{from}Z,2026-10-01T{to}Z,{cost},{currency},{service},1,h\n")
    }

    #[track_caller]
    fn check(rows: &[String], charges: &Charges, scale: i64, expected: [Option<i64>; 4]) {
        let slices = capture(&format!("{HEADER}{}", rows.concat()), charges).unwrap_or_else(|error| panic!("{error}"));
        let found = [1, 2, 3, 4].map(|index| {
            let row = slices.rows().iter().find(|row| row.t == START + index * 3600)?;
            assert_eq!(row.good, row.total);
            row.total
        });
        assert_eq!((slices.provenance().scale, found), (scale, expected));
        assert!(slices.provenance().source.ends_with(", in EUR"), "{}", slices.provenance().source);
    }

    #[test]
    fn charges_are_added_up_exactly() {
        let rows = [
            row("00:00:00", "01:00:00", "0.1", "EUR", "Compute"),
            row("00:10:00", "00:20:00", "0.2", "EUR", "Compute"),
            row("00:00:00", "01:00:00", "500", "USD", "Storage"),
            row("02:00:00", "03:00:00", "", "EUR", "Compute"),
            row("02:00:00", "03:00:00", "7", "EUR", "Compute"),
        ];
        let known = charges(Straddling::Refused, Uncharged::Zero);
        check(&rows, &known, 1_000_000, [Some(300_000), Some(0), None, Some(0)]);
        let known = charges(Straddling::Refused, Uncharged::Unknown);
        check(&rows, &known, 1_000_000, [Some(300_000), None, None, None]);
    }

    #[test]
    fn what_is_spread_adds_up_to_the_whole() {
        let spread = charges(Straddling::Spread, Uncharged::Zero);
        check(
            &[row("00:00:00", "03:00:00", "1", "EUR", "Compute")],
            &spread,
            1_000_000,
            [Some(333_333), Some(333_333), Some(333_334), Some(0)],
        );
        // An hour of two lies behind the period's end, and is not this month's.
        check(
            &[row("03:00:00", "05:00:00", "3", "EUR", "Compute")],
            &spread,
            1_000_000,
            [Some(0), Some(0), Some(0), Some(1_500_000)],
        );
    }

    /// Of a quantity only the file says what it is counted in, and must say one thing.
    #[test]
    fn quantities_are_of_one_unit() {
        let hours = Charges {
            column: FocusColumn::ConsumedQuantity,
            currency: None,
            ..charges(Straddling::Refused, Uncharged::Zero)
        };
        let good = row("00:00:00", "01:00:00", "1", "EUR", "Compute");
        let slices = capture(&format!("{HEADER}{good}"), &hours).expect("slices");
        assert!(slices.provenance().source.ends_with(", in h"), "{}", slices.provenance().source);
        let minutes = good.replace(",1,h", ",60,min");
        let error = capture(&format!("{HEADER}{good}{minutes}"), &hours).expect_err("two units");
        assert_eq!(error.code(), "file.mixed");
        assert!(error.to_string().contains("focus.csv:3, column ConsumedUnit: found \"min\" after \"h\""), "{error}");
    }

    #[test]
    fn what_is_no_charge_is_refused() {
        #[track_caller]
        fn refuse(text: &str, code: &str, parts: &[&str]) {
            let error = capture(text, &charges(Straddling::Refused, Uncharged::Zero)).expect_err(text);
            assert_eq!(error.code(), code, "{error}");
            for part in parts {
                assert!(error.to_string().contains(part), "{error} does not say {part}");
            }
        }
        let file = |rows: &[String]| format!("{HEADER}{}", rows.concat());
        let good = row("00:00:00", "01:00:00", "1", "EUR", "Compute");
        refuse("", "file.empty", &[]);
        refuse(HEADER, "file.empty", &["no rows"]);
        refuse(&HEADER.replace("BillingCurrency", "Currency"), "file.columns", &["focus.csv:1", "BillingCurrency"]);
        refuse(&HEADER.replace("Extra", "ServiceName"), "file.columns", &["ServiceName twice"]);
        refuse(&file(&["x,y\n".to_owned()]), "file.fields", &["focus.csv:2"]);
        refuse(
            &file(&[row("00:30:00", "01:30:00", "1", "EUR", "Compute")]),
            "file.straddling",
            &["focus.csv:2", "spread"],
        );
        let dollars = row("01:00:00", "02:00:00", "1", "USD", "Compute");
        refuse(&file(&[good.clone(), dollars]), "file.currency", &["focus.csv:3", "found \"USD\", expected EUR"]);
        refuse(&file(&[good.replace("EUR", "")]), "file.currency", &["focus.csv:2", "found \"\", expected EUR"]);
        refuse(&file(&[row("00:00:00", "01:00:00", "1,0", "EUR", "Compute")]), "file.fields", &[]);
        refuse(
            &file(&[row("00:00:00", "01:00:00", "free", "EUR", "Compute")]),
            "file.cell",
            &["EffectiveCost", "free"],
        );
        refuse(&file(&[row("00:00:00", "01:00:00", "NaN", "EUR", "Compute")]), "file.cell", &["NaN"]);
        refuse(&file(&[row("01:00:00", "01:00:00", "1", "EUR", "Compute")]), "file.cell", &["ChargePeriodEnd"]);
        refuse(&file(&[row("1 o'clock", "01:00:00", "1", "EUR", "Compute")]), "file.cell", &["ChargePeriodStart"]);
        refuse(
            &file(&[row("00:00:00", "01:00:00", "1", "EUR", "Storage")]),
            "file.no_charge",
            &["ServiceName = \"Compute\""],
        );
        refuse(&file(&[good.replace("2026-10", "2026-09")]), "file.outside_period", &["2026-09-01"]);
    }
}
