//! Bookings as a DATEV booking batch: `EXTF`, header 700, category 21 (Buchungsstapel), format version 13, as
//! documented at <https://developer.datev.de/datev/platform/de/dtvf>. A line for the head, one for the columns, one
//! for each booking; fields divided by semicolons, texts in quotes, decimal comma, CRLF, UTF-8 with a byte order mark.
//!
//! Every amount is positive: a credit debits the account of service credits and credits the customer's (`S`); what is
//! taken back is the same with `H`. Amounts are net as in the letters.

use chrono::{DateTime, Datelike, Days, NaiveDate};
use sla_core::billing::{Booking, DatevMapping};
use sla_core::catalogue::LegalNature;
use sla_core::money::{Currency, Money};
use sla_core::ratio::{Ratio, Rounding};
use sla_core::time::Month;

use super::{BookingBatch, BookingError, BookingFormat};
use crate::table::neutral;

/// `datev`.
pub(super) struct Datev;

const FORMAT: &str = "datev";
/// The currency of the books.
const BASE: &str = "EUR";
/// Columns of format version 13.
const COLUMNS: usize = 125;
/// The named columns before and after those of further information, of which there are 20 pairs.
const FIRST: &str = "\
    Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;WKZ Basis-Umsatz;Konto;\
    Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Belegfeld 2;Skonto;Buchungstext;\
    Postensperre;Diverse Adressnummer;Geschäftspartnerbank;Sachverhalt;Zinssperre;Beleglink";
const MIDDLE: &str = "\
    KOST1 - Kostenstelle;KOST2 - Kostenstelle;Kost-Menge;EU-Land u. UStID (Bestimmung);\
    EU-Steuersatz (Bestimmung);Abw. Versteuerungsart;Sachverhalt L+L;Funktionsergänzung L+L;\
    BU 49 Hauptfunktionstyp;BU 49 Hauptfunktionsnummer;BU 49 Funktionsergänzung";
const LAST: &str = "\
    Stück;Gewicht;Zahlweise;Forderungsart;Veranlagungsjahr;Zugeordnete Fälligkeit;Skontotyp;Auftragsnummer;\
    Buchungstyp;USt-Schlüssel (Anzahlungen);EU-Land (Anzahlungen);Sachverhalt L+L (Anzahlungen);\
    EU-Steuersatz (Anzahlungen);Erlöskonto (Anzahlungen);Herkunft-Kz;Buchungs GUID;KOST-Datum;\
    SEPA-Mandatsreferenz;Skontosperre;Gesellschaftername;Beteiligtennummer;Identifikationsnummer;Zeichnernummer;\
    Postensperre bis;Bezeichnung SoBil-Sachverhalt;Kennzeichen SoBil-Buchung;Festschreibung;Leistungsdatum;\
    Datum Zuord. Steuerperiode;Fälligkeit;Generalumkehr (GU);Steuersatz;Land;Abrechnungsreferenz;BVV-Position;\
    EU-Land u. UStID (Ursprung);EU-Steuersatz (Ursprung);Abw. Skontokonto";
/// Longest text of a booking in characters.
const TEXT_CHARACTERS: usize = 60;

impl BookingFormat for Datev {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn write(&self, batch: &BookingBatch<'_>) -> Result<Vec<u8>, BookingError> {
        let datev = batch.mapping.spec.datev.as_ref().ok_or_else(|| {
            batch.lacks(
                "/spec/datev",
                FORMAT,
                "{ consultant, client, accountLength }, the numbers of the client in DATEV",
            )
        })?;
        let mut lines = vec![head(batch, datev)?, columns()];
        for booking in batch.bookings {
            lines.push(line(batch, datev, booking)?);
        }
        lines.push(String::new());
        Ok(format!("\u{feff}{}", lines.join("\r\n")).into_bytes())
    }
}

fn columns() -> String {
    let pairs = |name: &str, dash: &str, count: usize| {
        let pair = |number| format!("{name} - Art {number};{name}{dash} Inhalt {number}");
        (1..=count).map(pair).collect::<Vec<_>>().join(";")
    };
    [FIRST, &pairs("Beleginfo", " -", 8), MIDDLE, &pairs("Zusatzinformation", "-", 20), LAST].join(";")
}

/// The first day of the fiscal year of a month.
fn fiscal_year(month: Month, begins: u32) -> NaiveDate {
    let year = if month.number() < begins { month.year() - 1 } else { month.year() };
    NaiveDate::from_ymd_opt(year, begins, 1).expect("a month's number was checked")
}

fn head(batch: &BookingBatch<'_>, datev: &DatevMapping) -> Result<String, BookingError> {
    let begins = datev.fiscal_year_starts.unwrap_or(1);
    let (from, to) = (batch.period.from, batch.period.to);
    let year = fiscal_year(from, begins);
    if year != fiscal_year(to, begins) {
        return Err(BookingError::FiscalYear { from: from.to_string(), to: to.to_string(), begins });
    }
    let last = to.next_first_day() - Days::new(1);
    // No clock is read, so that the same bookings make the same file: it is as old as its newest booking.
    let newest = batch.bookings.iter().filter_map(|booking| DateTime::parse_from_rfc3339(&booking.at).ok()).max();
    let made = newest
        .map_or_else(|| last.format("%Y%m%d000000000").to_string(), |at| at.format("%Y%m%d%H%M%S000").to_string());
    let day = |day: NaiveDate| day.format("%Y%m%d").to_string();
    let fields = [
        quoted("EXTF"),
        "700".to_owned(),
        "21".to_owned(),
        quoted("Buchungsstapel"),
        "13".to_owned(),
        made,
        String::new(),
        quoted(""),
        quoted(""),
        quoted(""),
        datev.consultant.to_string(),
        datev.client.to_string(),
        day(year),
        datev.account_length.to_string(),
        day(from.first_day()),
        day(last),
        quoted("SLA-Gutschriften"),
        quoted(""),
        // Financial accounting, for every purpose, not yet fixed: who imports it looks at it first.
        "1".to_owned(),
        "0".to_owned(),
        "0".to_owned(),
        quoted(BASE),
        String::new(),
        quoted(""),
        String::new(),
        String::new(),
        quoted(""),
        String::new(),
        String::new(),
        quoted(""),
        quoted(""),
    ];
    Ok(fields.join(";"))
}

fn line(batch: &BookingBatch<'_>, datev: &DatevMapping, booking: &Booking) -> Result<String, BookingError> {
    let customer = batch.customer(booking)?;
    let of_tenant = |field: &str| format!("/spec/tenants/{}/{field}", booking.tenant);
    let Some(credit_account) = batch.credit_account(customer) else {
        return Err(batch.lacks("/spec/creditAccount", FORMAT, "the account of service credits, such as \"8730\""));
    };
    let at =
        if customer.credit_account.is_some() { of_tenant("creditAccount") } else { "/spec/creditAccount".to_owned() };
    account(batch, &at, credit_account, datev.account_length)?;
    let (field, debtor) = match &customer.debtor_account {
        Some(account) => ("debtorAccount", account),
        None => ("customerNumber", &customer.customer_number),
    };
    account(batch, &of_tenant(field), debtor, datev.account_length + 1)?;
    let (amount, base) = amounts(batch, datev, booking)?;
    let mut fields = vec![String::new(); COLUMNS];
    fields[0] = amount;
    fields[1] = quoted(if booking.amount_minor > 0 { "S" } else { "H" });
    fields[2] = quoted(&booking.currency);
    if let Some((rate, base)) = base {
        (fields[3], fields[4], fields[5]) = (rate, base, quoted(BASE));
    }
    fields[6] = credit_account.to_owned();
    fields[7] = debtor.clone();
    fields[8] = batch.tax_key(customer).map(quoted).unwrap_or_default();
    fields[9] = format!("{:02}{:02}", booking.day.day(), booking.day.month());
    fields[10] = quoted(&booking.id);
    let Booking { month, commitment, tenant_name, .. } = booking;
    fields[13] = text(&format!("{} {month} {commitment}, {tenant_name}", nature(booking.legal_nature)));
    fields[20] = quoted("Vertrag");
    fields[21] = quoted(&neutral(&plain(&booking.contract)));
    fields[22] = quoted("SLA Desk");
    fields[23] = quoted(&plain(&booking.subject));
    fields[113] = "0".to_owned();
    Ok(fields.join(";"))
}

fn account(batch: &BookingBatch<'_>, pointer: &str, account: &str, digits: u32) -> Result<(), BookingError> {
    if account.len() == digits as usize && account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    let field = pointer.trim_start_matches('/').replace('/', ".");
    Err(BookingError::Account { place: batch.place(pointer), field, found: account.to_owned(), digits })
}

/// The amount without its sign; of a foreign currency also the rate and the amount in the currency of the books.
fn amounts(
    batch: &BookingBatch<'_>,
    datev: &DatevMapping,
    booking: &Booking,
) -> Result<(String, Option<(String, String)>), BookingError> {
    let refused = || BookingError::Amount {
        booking: booking.id.clone(),
        tenant: booking.tenant.clone(),
        amount: format!("{} {} (minor unit)", booking.currency, booking.amount_minor),
    };
    let currency: Currency = booking.currency.parse().map_err(|_| refused())?;
    let minor = booking.amount_minor.checked_abs().ok_or_else(refused)?;
    let major = Money { minor, currency }.to_decimal();
    let (whole, cents) = major.split_once('.').unwrap_or((&major, ""));
    if cents.len() > 2 || whole.len() > 10 {
        return Err(refused());
    }
    let amount = format!("{whole},{cents:0<2}");
    if booking.currency == BASE {
        return Ok((amount, None));
    }
    let Some(rate) = datev.exchange_rates.get(&booking.currency) else {
        let place = batch.place("/spec/datev/exchangeRates");
        return Err(BookingError::NoRate { place, currency: booking.currency.clone(), tenant: booking.tenant.clone() });
    };
    let exact = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        Ratio::new(format!("{whole}{part}").parse::<i64>().ok()?, 10_i64.checked_pow(u32::try_from(part.len()).ok()?)?)
    };
    let base = exact(&major).zip(exact(&rate.0)).and_then(|(amount, rate)| amount.over(&rate)).ok_or_else(refused)?;
    // Rounded once, as merchants do.
    let base = base.to_decimal(2, Rounding::HalfUp).replace('.', ",");
    Ok((amount, Some((rate.0.replace('.', ","), base))))
}

fn nature(nature: LegalNature) -> &'static str {
    match nature {
        LegalNature::ServiceCredit => "Service-Level-Gutschrift",
        LegalNature::ContractualPenalty => "Vertragsstrafe",
        LegalNature::LiquidatedDamages => "Pauschalierter Schadensersatz",
        LegalNature::Malus => "Malus",
    }
}

/// Control characters end a line or a field early.
fn plain(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

fn text(of: &str) -> String {
    let short: String = neutral(&plain(of)).chars().take(TEXT_CHARACTERS).collect();
    quoted(short.trim_end())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_those_of_the_format() {
        let columns = columns();
        let columns: Vec<&str> = columns.split(';').collect();
        assert_eq!(columns.len(), COLUMNS);
        for (at, name) in [
            (9, "Belegdatum"),
            (13, "Buchungstext"),
            (20, "Beleginfo - Art 1"),
            (35, "Beleginfo - Inhalt 8"),
            (36, "KOST1 - Kostenstelle"),
            (47, "Zusatzinformation - Art 1"),
            (86, "Zusatzinformation- Inhalt 20"),
            (113, "Festschreibung"),
            (124, "Abw. Skontokonto"),
        ] {
            assert_eq!(columns[at], name);
        }
    }

    #[test]
    fn a_fiscal_year_begins_where_it_is_said_to() {
        #[track_caller]
        fn check(month: &str, begins: u32, expected: &str) {
            let month = month.parse().expect("a month");
            assert_eq!(fiscal_year(month, begins).to_string(), expected);
        }
        check("2026-01", 1, "2026-01-01");
        check("2026-12", 1, "2026-01-01");
        check("2026-06", 7, "2025-07-01");
        check("2026-07", 7, "2026-07-01");
    }
}
