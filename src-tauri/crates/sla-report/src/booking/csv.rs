//! Bookings as a table of our own: one row for each, UTF-8, ISO dates, dot decimals, CRLF (RFC 4180).

use sla_core::billing::Booking;
use sla_core::money::{Currency, Money};

use super::{BookingBatch, BookingError, BookingFormat};
use crate::table::{self, Field};

/// `csv`.
pub(super) struct Csv;

/// `booking_id` is the same for the same step of the ledger: what is imported twice can be seen. Amounts are those of
/// the letters; what is taken back has a minus.
const HEADERS: [&str; 19] = [
    "booking_id",
    "ledger_entry",
    "step",
    "booked_on",
    "booked_at",
    "tenant",
    "tenant_name",
    "customer_number",
    "contract",
    "month",
    "revision",
    "commitment",
    "legal_nature",
    "currency",
    "amount_minor",
    "amount",
    "credit_account",
    "tax_key",
    "note",
];

impl BookingFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn write(&self, batch: &BookingBatch<'_>) -> Result<Vec<u8>, BookingError> {
        let rows = batch.bookings.iter().map(|booking| row(batch, booking)).collect::<Result<Vec<_>, _>>()?;
        let written = table::write("the bookings", &HEADERS, rows.into_iter());
        written.map_err(|error| BookingError::Write { reason: error.to_string() })
    }
}

fn row(batch: &BookingBatch<'_>, booking: &Booking) -> Result<Vec<Field>, BookingError> {
    let customer = batch.customer(booking)?;
    Ok(vec![
        Field::own(&booking.id),
        Field::own(&booking.subject),
        Field::own(booking.step.name()),
        Field::own(booking.day),
        Field::own(&booking.at),
        Field::foreign(&booking.tenant),
        Field::foreign(&booking.tenant_name),
        Field::foreign(&customer.customer_number),
        Field::foreign(&booking.contract),
        Field::own(booking.month),
        Field::own(booking.revision),
        Field::foreign(&booking.commitment),
        Field::own(booking.legal_nature.name()),
        Field::own(&booking.currency),
        Field::own(booking.amount_minor),
        Field::own(decimal(booking)),
        Field::own(batch.credit_account(customer).unwrap_or_default()),
        Field::own(batch.tax_key(customer).unwrap_or_default()),
        Field::foreign(&booking.note),
    ])
}

/// The amount in the major unit; one of a currency that nobody knows stays in its minor unit.
fn decimal(booking: &Booking) -> String {
    match booking.currency.parse::<Currency>() {
        Ok(currency) => Money { minor: booking.amount_minor, currency }.to_decimal(),
        Err(_) => booking.amount_minor.to_string(),
    }
}
