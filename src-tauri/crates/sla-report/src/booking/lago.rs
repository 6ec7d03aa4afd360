//! Bookings as requests to Lago, in the order in which they are to be sent.
//!
//! Written against Lago's API v1 as documented in November 2026: a credit is `POST /api/v1/applied_coupons`
//! (<https://getlago.com/docs/api-reference/coupons/apply>), which Lago deducts from the customer's next invoices.
//! Its credit notes need the ids of an invoice and of its fees, which only Lago knows. What is taken back cannot be a
//! coupon; it is a charge, `POST /api/v1/invoices` with an add-on
//! (<https://getlago.com/docs/api-reference/invoices/create-oneoff>). Amounts are integers of the currency's minor
//! unit and never negative.

use serde_json::{Value, json};
use sla_core::billing::Booking;

use super::{BookingBatch, BookingError, BookingFormat};

/// `lago`.
pub(super) struct Lago;

/// Name and version of the file around the requests.
const SCHEMA: &str = "sla-desk/lago/v1";

impl BookingFormat for Lago {
    fn name(&self) -> &'static str {
        "lago"
    }

    fn write(&self, batch: &BookingBatch<'_>) -> Result<Vec<u8>, BookingError> {
        let requests = batch.bookings.iter().map(|booking| request(batch, booking)).collect::<Result<Vec<_>, _>>()?;
        let file = json!({
            "schema": SCHEMA,
            "api": "v1",
            "from": batch.period.from,
            "to": batch.period.to,
            "requests": requests,
        });
        let mut text =
            serde_json::to_string_pretty(&file).map_err(|error| BookingError::Write { reason: error.to_string() })?;
        text.push('\n');
        Ok(text.into_bytes())
    }
}

fn request(batch: &BookingBatch<'_>, booking: &Booking) -> Result<Value, BookingError> {
    let lago = batch.mapping.spec.lago.as_ref().ok_or_else(|| {
        batch.lacks("/spec/lago", "lago", "{ couponCode, addOnCode }, the codes of a coupon and of an add-on in Lago")
    })?;
    let customer = batch.customer(booking)?;
    let external_id = customer.lago_customer.as_ref().unwrap_or(&customer.customer_number);
    let amount = booking.amount_minor.unsigned_abs();
    let (path, body) = if booking.amount_minor > 0 {
        let coupon = json!({
            "external_customer_id": external_id,
            "coupon_code": lago.coupon_code,
            "frequency": "once",
            "amount_cents": amount,
            "amount_currency": booking.currency,
        });
        ("/api/v1/applied_coupons", json!({ "applied_coupon": coupon }))
    } else {
        let Booking { id, contract, month, commitment, .. } = booking;
        let fee = json!({
            "add_on_code": lago.add_on_code,
            "units": "1",
            "unit_amount_cents": amount,
            "description": format!("{id}: {contract}, {month}, {commitment}"),
        });
        let invoice = json!({ "external_customer_id": external_id, "currency": booking.currency, "fees": [fee] });
        ("/api/v1/invoices", json!({ "invoice": invoice }))
    };
    Ok(json!({
        "booking_id": booking.id,
        "ledger_entry": booking.subject,
        "booked_on": booking.day,
        "method": "POST",
        "path": path,
        "body": body,
    }))
}
