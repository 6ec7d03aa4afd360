//! Whom and what the books know a tenant by: a small file that finance keeps. It names accounts and customer numbers,
//! never amounts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Name;
use crate::phrase::Phrase;

const ACCOUNT: Phrase = Phrase::new(
    "a ledger account of 3 to 9 digits in quotes, such as \"8730\"",
    "ein Konto aus 3 bis 9 Ziffern in Anführungszeichen, etwa \"8730\"",
);
const TAX_KEY: Phrase = Phrase::new(
    "a DATEV tax key (BU-Schlüssel) of 1 to 4 digits in quotes, such as \"9\"",
    "ein BU-Schlüssel für DATEV aus 1 bis 4 Ziffern in Anführungszeichen, etwa \"9\"",
);
const CUSTOMER: Phrase = Phrase::new(
    "the customer's number in your books in quotes, such as \"10001\"",
    "die Nummer des Kunden in Ihrer Buchhaltung in Anführungszeichen, etwa \"10001\"",
);
const RATE: Phrase = Phrase::new(
    "how many units one euro is, from 1 on and with 2 to 6 decimals, such as 1.0842",
    "wie viele Einheiten ein Euro ist, ab 1 und mit 2 bis 6 Nachkommastellen, etwa 1.0842",
);

/// What bookings are exported with. Only what a format needs must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillingMappingSpec {
    /// The ledger account that service credits are booked to, such as that of rebates granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{3,9}$"), extend("x-expected" = ACCOUNT.en(), "x-expected-de" = ACCOUNT.de()))]
    pub credit_account: Option<String>,
    /// The tax key of a booking; none when not said. With a key DATEV reads the amount, which is net as in the
    /// letter, as one that holds the tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{1,4}$"), extend("x-expected" = TAX_KEY.en(), "x-expected-de" = TAX_KEY.de()))]
    pub tax_key: Option<String>,
    /// What a DATEV file needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datev: Option<DatevMapping>,
    /// What requests to Lago need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lago: Option<LagoMapping>,
    /// The tenants by their id in the catalogue.
    pub tenants: BTreeMap<Name, TenantMapping>,
}

/// The head of a DATEV file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatevMapping {
    /// Number of the tax consultant (Beraternummer).
    #[schemars(range(min = 1001, max = 9_999_999))]
    pub consultant: u32,
    /// Number of the client (Mandantennummer).
    #[schemars(range(min = 1, max = 99_999))]
    pub client: u32,
    /// Digits of a general ledger account (Sachkontenlänge); a customer's account has one more.
    #[schemars(range(min = 4, max = 8))]
    pub account_length: u32,
    /// The month with which the fiscal year begins; 1, January, when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 12))]
    pub fiscal_year_starts: Option<u32>,
    /// How many units of a foreign currency one euro is, by its ISO 4217 code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exchange_rates: BTreeMap<String, ExchangeRate>,
}

/// An exchange rate, as its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeRate(
    /// Units for one euro.
    #[schemars(
        regex(pattern = r"^[1-9][0-9]{0,3}\.[0-9]{2,6}$"),
        extend("x-expected" = RATE.en(), "x-expected-de" = RATE.de())
    )]
    pub String,
);

/// What Lago knows service credits by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LagoMapping {
    /// Code of the coupon that a credit is applied with: of a fixed amount, reusable.
    #[schemars(length(min = 1))]
    pub coupon_code: String,
    /// Code of the add-on that is charged when a credit is taken back.
    #[schemars(length(min = 1))]
    pub add_on_code: String,
}

/// A tenant in the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TenantMapping {
    /// The customer's number in the ERP.
    #[schemars(length(min = 1, max = 36), extend("x-expected" = CUSTOMER.en(), "x-expected-de" = CUSTOMER.de()))]
    pub customer_number: String,
    /// DATEV: the customer's account (Debitorenkonto); the customer's number when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{3,9}$"), extend("x-expected" = ACCOUNT.en(), "x-expected-de" = ACCOUNT.de()))]
    pub debtor_account: Option<String>,
    /// Lago: the customer's `external_id`; the customer's number when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub lago_customer: Option<String>,
    /// An account for this customer's credits in place of the common one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{3,9}$"), extend("x-expected" = ACCOUNT.en(), "x-expected-de" = ACCOUNT.de()))]
    pub credit_account: Option<String>,
    /// A tax key for this customer in place of the common one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{1,4}$"), extend("x-expected" = TAX_KEY.en(), "x-expected-de" = TAX_KEY.de()))]
    pub tax_key: Option<String>,
}
