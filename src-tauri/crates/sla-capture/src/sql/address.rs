//! Where a database is. The address is a secret as a whole: neither messages nor `Debug` show more than host and name.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::error::SqlError;
use crate::client::is_loopback;
use crate::prometheus::Secret;

/// Options that would lead elsewhere than the address says, or weaken what is checked here.
const REFUSED: [&str; 12] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "passfile",
    "service",
    "ssl-mode",
    "ssl-root-cert",
    "ssl-ca",
    "sslrootcert",
];
/// Options that are handed on as they are.
const KEPT: [&str; 4] = ["application_name", "options", "sslcert", "sslkey"];
const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// A checked address.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) options: PgConnectOptions,
    /// Host, port and database.
    pub(super) shown: String,
    /// What must not be printed, as it was written and as it is meant.
    secrets: Vec<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

impl Address {
    /// Reads an address. What does not parse is not quoted: it may hold a password in any place.
    pub(super) fn parse(text: &Secret, authority: Option<Vec<u8>>) -> Result<Self, SqlError> {
        Self::read(text.reveal().trim(), authority).map_err(|reason| SqlError::Address { reason })
    }

    fn read(text: &str, authority: Option<Vec<u8>>) -> Result<Self, String> {
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err("does not begin with postgres:// or postgresql://".to_owned());
        }
        let mut url = Url::parse(text).map_err(|error| format!("cannot be read: {error}"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?.to_owned();
        let database = url.path().trim_start_matches('/').to_owned();
        if database.is_empty() {
            return Err("names no database".to_owned());
        }
        let given: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        // libpq's name for the authorities that come with the system.
        let is_refused =
            |name: &str, value: &str| REFUSED.contains(&name) && (name, value) != ("sslrootcert", "system");
        if let Some((name, _)) = given.iter().find(|(name, value)| is_refused(name, value)) {
            let instead = if name.starts_with("ssl") { "caFile names an authority" } else { "it stands before the ?" };
            return Err(format!("has the option {name}, which is not taken: {instead}"));
        }
        let last = |wanted: &str| given.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let mode = ssl_mode(last("sslmode"), last("channel_binding"), is_loopback(&url), authority.is_some())?;
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let shown = format!("postgres://{host}{port}/{database}");
        let kept: Vec<&(String, String)> = given.iter().filter(|(name, _)| KEPT.contains(&name.as_str())).collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
        if last("application_name").is_none() {
            url.query_pairs_mut().append_pair("application_name", "sla-desk");
        }
        let options = PgConnectOptions::from_str(url.as_str()).map_err(|_| "cannot be read".to_owned())?;
        let options = options.ssl_mode(mode).disable_statement_logging();
        let options = match authority {
            Some(pem) => options.ssl_root_cert_from_pem(pem),
            None => options,
        };
        let mut secrets = vec![text.to_owned(), url.to_string()];
        if let Some(password) = url.password().filter(|password| !password.is_empty()) {
            secrets.extend([password.to_owned(), decoded(password)]);
        }
        Ok(Self { options, shown, secrets })
    }

    /// A text without the address and its password, wherever they stand in it.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

/// A password as it is meant: `%40` is `@`.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let hex = (*first == b'%').then(|| behind.get(..2)).flatten();
        let byte = hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How the connection is secured. A server elsewhere always has to show a certificate for its name: what it says becomes
/// evidence, and the driver signs in without binding the password to the TLS channel. A server on this machine may go without.
fn ssl_mode(
    mode: Option<&str>,
    binding: Option<&str>,
    is_loopback: bool,
    names_authority: bool,
) -> Result<PgSslMode, String> {
    let mode = mode.map(|mode| {
        let found = MODES.into_iter().find(|known| *known == mode);
        found.ok_or_else(|| format!("has an sslmode that is none of {}", MODES.join(", ")))
    });
    let must_check = names_authority || !is_loopback || binding == Some("require");
    match mode.transpose()? {
        Some(weak @ ("disable" | "allow" | "prefer")) if must_check => {
            Err(format!("has sslmode={weak}, though the server's certificate has to be checked; leave it out"))
        }
        Some("verify-ca") if names_authority => Ok(PgSslMode::VerifyCa),
        Some("verify-ca" | "verify-full") => Ok(PgSslMode::VerifyFull),
        _ if must_check => Ok(PgSslMode::VerifyFull),
        Some("disable") => Ok(PgSslMode::Disable),
        Some("require") => Ok(PgSslMode::Require),
        _ => Ok(PgSslMode::Prefer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_a_server_is_checked() {
        #[track_caller]
        fn check(text: &str, authority: bool, shown: &str, mode: PgSslMode) {
            let pem = authority.then(|| b"pem".to_vec());
            let address = Address::parse(&Secret::new(text), pem).expect("an address");
            assert_eq!(address.shown, shown);
            assert!(std::mem::discriminant(&address.options.get_ssl_mode()) == std::mem::discriminant(&mode), "{text}");
            assert!(!format!("{address:?}").contains("s3same"), "{address:?}");
        }
        let local = "postgres://u:s3same@127.0.0.1:5433/d";
        check(local, false, "postgres://127.0.0.1:5433/d", PgSslMode::Prefer);
        check(&format!("{local}?sslmode=disable"), false, "postgres://127.0.0.1:5433/d", PgSslMode::Disable);
        check(&format!("{local}?sslmode=require"), false, "postgres://127.0.0.1:5433/d", PgSslMode::Require);
        check(local, true, "postgres://127.0.0.1:5433/d", PgSslMode::VerifyFull);
        check(&format!("{local}?sslmode=verify-ca"), true, "postgres://127.0.0.1:5433/d", PgSslMode::VerifyCa);
        check("postgres://localhost/d?channel_binding=require", false, "postgres://localhost/d", PgSslMode::VerifyFull);
        check("postgres://db.example/d", false, "postgres://db.example/d", PgSslMode::VerifyFull);
        check("postgres://db.example/d?sslmode=verify-ca", false, "postgres://db.example/d", PgSslMode::VerifyFull);
        // As Neon shows it.
        check(
            "postgresql://o:s3same@ep-x-pooler.aws.neon.tech/neondb?sslmode=require&channel_binding=require",
            false,
            "postgres://ep-x-pooler.aws.neon.tech/neondb",
            PgSslMode::VerifyFull,
        );
        check("postgres://h/d?sslrootcert=system&connect_timeout=5", false, "postgres://h/d", PgSslMode::VerifyFull);
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        #[track_caller]
        fn check(text: &str, part: &str) {
            let error = Address::parse(&Secret::new(text), None).expect_err("refused");
            assert_eq!(error.code(), "sql.address");
            assert!(error.to_string().contains(part), "{error}");
            assert!(!error.to_string().contains("s3same"), "{error}");
        }
        check("", "does not begin with postgres://");
        check("mysql://u:s3same@h/d", "does not begin with postgres://");
        check("postgres://u:s3same@/d", "host");
        check("postgres://u:s3same@h", "names no database");
        check("postgres://u:s3same@h:port/d", "cannot be read");
        check("postgres://u:s3same@h/d?sslmode=s3same", "an sslmode that is none of");
        check("postgres://u:s3same@h/d?sslmode=prefer", "sslmode=prefer");
        check("postgres://u:s3same@localhost/d?sslmode=disable&channel_binding=require", "sslmode=disable");
        check("postgres://localhost/d?host=elsewhere.example", "the option host");
        check("postgres://u@localhost/d?password=s3same", "the option password");
        check("postgres://u:s3same@localhost/d?sslrootcert=ca.pem", "caFile");
    }

    #[test]
    fn a_password_is_taken_out_of_every_text() {
        let address = Address::parse(&Secret::new("postgres://u:s3%40me@localhost/d"), None).expect("an address");
        let told = address.without_secrets("no s3@me and no s3%40me at postgres://u:s3%40me@localhost/d");
        assert_eq!(told, "no … and no … at …");
    }
}
