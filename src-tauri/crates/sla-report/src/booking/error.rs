//! Why bookings were not written.

/// Why bookings were not written; nothing was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookingError {
    /// Tenants whose credits are to be booked are not in the mapping.
    #[error("{place}: spec.tenants lacks {tenants}, for whom something was booked; add them")]
    NoTenant {
        /// File and line.
        place: String,
        /// The tenants.
        tenants: String,
    },
    /// The format needs something that the mapping does not say.
    #[error("{place}: no field {field}, which the format {format} needs; expected {expected}")]
    NoField {
        /// File and line.
        place: String,
        /// The field.
        field: String,
        /// The format.
        format: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
    /// An account has not as many digits as accounts of its kind have.
    #[error("{place}: {field} is {found:?}, expected an account of {digits} digits by spec.datev.accountLength")]
    Account {
        /// File and line.
        place: String,
        /// The field.
        field: String,
        /// The account.
        found: String,
        /// The digits that it must have.
        digits: u32,
    },
    /// A foreign currency has no rate.
    #[error("{place}: no rate for {currency} in spec.datev.exchangeRates, which DATEV needs for {tenant}; add it")]
    NoRate {
        /// File and line.
        place: String,
        /// ISO 4217 code.
        currency: String,
        /// Whose booking.
        tenant: String,
    },
    /// The format has no place for such an amount.
    #[error(
        "{booking} of {tenant}: {amount} cannot stand in a DATEV file; expected at most ten digits before the \
         comma, in a currency of at most two decimals"
    )]
    Amount {
        /// The booking's id.
        booking: String,
        /// The tenant.
        tenant: String,
        /// The amount with its currency.
        amount: String,
    },
    /// The period crosses the border of a fiscal year, and the format has dates without a year.
    #[error(
        "{from} to {to} lies in more than one fiscal year, which begins in month {begins}; export each year by itself"
    )]
    FiscalYear {
        /// The first month.
        from: String,
        /// The last month.
        to: String,
        /// The month with which a fiscal year begins.
        begins: u32,
    },
    /// A library could not write.
    #[error("the bookings could not be written: {reason}")]
    Write {
        /// What it said.
        reason: String,
    },
}

impl BookingError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTenant { .. } => "booking.no_tenant",
            Self::NoField { .. } => "booking.no_field",
            Self::Account { .. } => "booking.account",
            Self::NoRate { .. } => "booking.no_rate",
            Self::Amount { .. } => "booking.amount",
            Self::FiscalYear { .. } => "booking.fiscal_year",
            Self::Write { .. } => "booking.write",
        }
    }
}
