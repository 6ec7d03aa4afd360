//! Bookings for the books of others: issued credits and what was taken back, each in the shape of one program.
//!
//! A format is a [`BookingFormat`]; a new one is a file in this folder and a line in [`FORMATS`]. What each row says
//! is on record already; a format only arranges it. Words in a booking are codes of the books and no wording for
//! customers.

mod csv;
mod datev;
mod error;
mod lago;

use std::collections::BTreeSet;

use sla_core::billing::{BillingMappingSpec, BillingPeriod, Booking, TenantMapping};
use sla_core::catalogue::{Document, Name};

pub use error::BookingError;

/// What is exported: bookings of a period in order of time, and how the books know their tenants.
#[derive(Clone, Copy, Debug)]
pub struct BookingBatch<'a> {
    /// The months in which they were booked.
    pub period: BillingPeriod,
    /// The bookings; none of them is 0.
    pub bookings: &'a [Booking],
    /// The mapping.
    pub mapping: &'a Document<BillingMappingSpec>,
}

/// A way to write bookings.
pub trait BookingFormat: Sync {
    /// The stable name, as it is asked for.
    fn name(&self) -> &'static str;

    /// Writes them: equal batches give equal bytes.
    ///
    /// # Errors
    /// [`BookingError`] when the mapping lacks what the format needs, or the format cannot say an amount.
    fn write(&self, batch: &BookingBatch<'_>) -> Result<Vec<u8>, BookingError>;
}

/// Every format.
pub static FORMATS: [&dyn BookingFormat; 3] = [&csv::Csv, &lago::Lago, &datev::Datev];

/// Writes bookings in a format. Tenants without a mapping are refused together, before anything is written.
///
/// # Errors
/// [`BookingError`].
pub fn write(format: &dyn BookingFormat, batch: &BookingBatch<'_>) -> Result<Vec<u8>, BookingError> {
    let missing: BTreeSet<&str> = batch
        .bookings
        .iter()
        .filter(|booking| tenant(batch.mapping, &booking.tenant).is_none())
        .map(|booking| booking.tenant.as_str())
        .collect();
    if !missing.is_empty() {
        let tenants = missing.into_iter().collect::<Vec<_>>().join(", ");
        return Err(BookingError::NoTenant { place: batch.place("/spec/tenants"), tenants });
    }
    format.write(batch)
}

fn tenant<'a>(mapping: &'a Document<BillingMappingSpec>, id: &str) -> Option<&'a TenantMapping> {
    mapping.spec.tenants.get(&id.parse::<Name>().ok()?)
}

impl<'a> BookingBatch<'a> {
    /// Whom a booking is for.
    fn customer(&self, booking: &Booking) -> Result<&'a TenantMapping, BookingError> {
        tenant(self.mapping, &booking.tenant).ok_or_else(|| BookingError::NoTenant {
            place: self.place("/spec/tenants"),
            tenants: booking.tenant.clone(),
        })
    }

    /// The account that a booking's credit goes to: the customer's own, or else the common one.
    fn credit_account(&self, customer: &'a TenantMapping) -> Option<&'a str> {
        customer.credit_account.as_deref().or(self.mapping.spec.credit_account.as_deref())
    }

    /// The tax key of a booking.
    fn tax_key(&self, customer: &'a TenantMapping) -> Option<&'a str> {
        customer.tax_key.as_deref().or(self.mapping.spec.tax_key.as_deref())
    }

    /// Where a field of the mapping stands, or what is nearest to it: file and line.
    fn place(&self, pointer: &str) -> String {
        let place = self.mapping.place(pointer);
        format!("{}:{}", place.file, place.line)
    }

    /// That a format needs a field that is not there.
    fn lacks(&self, pointer: &str, format: &'static str, expected: &'static str) -> BookingError {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        BookingError::NoField { place: self.place(pointer), field, format, expected }
    }
}
