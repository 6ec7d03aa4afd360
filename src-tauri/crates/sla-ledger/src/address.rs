//! Where a ledger is. The password stays inside: neither messages nor `Debug` show it.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::Error;
use url::Url;

use crate::error::LedgerError;
use crate::session::{is_away, is_busy};

/// Which engine keeps the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A checked address.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) engine: Engine,
    /// The address as the driver wants it, password and all.
    pub(crate) url: String,
    /// The address without its password.
    pub(crate) shown: String,
    /// SQLite's file.
    pub(crate) file: Option<PathBuf>,
    password: Option<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, LedgerError> {
        // What does not parse is not quoted: it may hold a password in any place.
        let refused = |reason: &str| LedgerError::Address { reason: reason.to_owned() };
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(refused("names no file")),
                ":memory:" => Err(refused("names a ledger in memory, which keeps nothing")),
                path => Ok(Self::sqlite(path)),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let url = Url::parse(text).map_err(|error| refused(&format!("cannot be read: {error}")))?;
            return Self::postgres(url).map_err(|reason| refused(&reason));
        }
        Err(refused("has no known scheme"))
    }

    fn sqlite(path: &str) -> Self {
        // The driver reads the address as a URL: what means something there is written as the byte it is.
        let encoded = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        Self {
            engine: Engine::Sqlite,
            url: format!("sqlite://{encoded}"),
            shown: path.to_owned(),
            file: Some(PathBuf::from(path)),
            password: None,
        }
    }

    fn postgres(mut url: Url) -> Result<Self, String> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?.to_owned();
        let database = url.path().trim_start_matches('/').to_owned();
        if database.is_empty() {
            return Err("names no database".to_owned());
        }
        let mut options: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let binding = taken(&mut options, "channel_binding");
        let mode = taken(&mut options, "sslmode");
        // libpq's name for the authorities that come with the system; here the ones that come with the program are used.
        options.retain(|(name, value)| !(name == "sslrootcert" && value == "system"));
        let names_authority = options.iter().any(|(name, _)| name == "sslrootcert");
        let mode = match ssl_mode(mode.as_deref(), binding.as_deref())? {
            // As libpq has it: whoever names an authority wants it asked. The driver would take any certificate.
            Some("require") if names_authority => Some("verify-ca"),
            mode => mode,
        };
        if !options.iter().any(|(name, _)| name == "application_name") {
            options.push(("application_name".to_owned(), "sla-desk".to_owned()));
        }
        options.extend(mode.map(|mode| ("sslmode".to_owned(), mode.to_owned())));
        url.query_pairs_mut().clear().extend_pairs(options);
        let password = url.password().map(str::to_owned);
        let user = if url.username().is_empty() { String::new() } else { format!("{}@", url.username()) };
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        Ok(Self {
            engine: Engine::Postgres,
            shown: format!("postgres://{user}{host}{port}/{database}"),
            url: url.to_string(),
            file: None,
            password,
        })
    }

    /// An error of the driver as one of the ledger.
    pub(crate) fn failed(&self, error: Error) -> LedgerError {
        let (ledger, reason) = (self.shown.clone(), self.without_password(&error.to_string()));
        match &error {
            Error::PoolTimedOut if self.engine == Engine::Sqlite => {
                let reason = "this program has been at work on it for too long".to_owned();
                LedgerError::Busy { ledger, reason }
            }
            Error::PoolTimedOut => {
                let reason = "no connection was free, and none could be made in time".to_owned();
                LedgerError::Unreachable { ledger, reason }
            }
            Error::Io(_) | Error::Tls(_) | Error::Configuration(_) => LedgerError::Unreachable { ledger, reason },
            // A server that stops while somebody connects: the driver reads the answer that never came as a byte of zero.
            Error::Protocol(what) if what.contains("response from SSLRequest: 0x00") => {
                let reason = "it closed the connection before it answered".to_owned();
                LedgerError::Unreachable { ledger, reason }
            }
            Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                let reason = self.without_password(database.message());
                match (self.engine, class(self.engine, &code)) {
                    (Engine::Sqlite, "5" | "6") => LedgerError::Busy { ledger, reason },
                    (Engine::Sqlite, "8") | (Engine::Postgres, "25006" | "42501") => {
                        LedgerError::ReadOnly { ledger, reason }
                    }
                    (Engine::Sqlite, "13") | (Engine::Postgres, "53100") => LedgerError::DiskFull { ledger, reason },
                    // A file that is there and cannot be opened: readers, too, keep an index beside it.
                    (Engine::Sqlite, "14") if self.file.as_deref().is_some_and(Path::is_file) => {
                        LedgerError::ReadOnly { ledger, reason }
                    }
                    (Engine::Sqlite, "14") => LedgerError::Unreachable { ledger, reason },
                    (Engine::Postgres, code) if is_away(code) => LedgerError::Unreachable { ledger, reason },
                    (Engine::Postgres, code) if is_busy(code) => LedgerError::Busy { ledger, reason },
                    (Engine::Sqlite, "26") => LedgerError::NotALedger { ledger, reason },
                    (Engine::Sqlite, "11") => LedgerError::Broken { what: reason },
                    (Engine::Postgres, "28000" | "28P01" | "3D000") => LedgerError::SignIn { ledger, reason },
                    _ => LedgerError::Failed { ledger, reason },
                }
            }
            _ => LedgerError::Failed { ledger, reason },
        }
    }

    fn without_password(&self, text: &str) -> String {
        match self.password.as_deref().filter(|password| !password.is_empty()) {
            Some(password) => text.replace(password, "…"),
            None => text.to_owned(),
        }
    }
}

/// SQLite's extended codes hold the primary one in their lowest byte.
fn class(engine: Engine, code: &str) -> &str {
    const PRIMARY: [&str; 7] = ["5", "6", "8", "11", "13", "14", "26"];
    match (engine, code.parse::<i64>()) {
        (Engine::Sqlite, Ok(number)) => {
            let primary = (number & 0xff).to_string();
            PRIMARY.into_iter().find(|known| *known == primary).unwrap_or("")
        }
        _ => code,
    }
}

/// Takes an option out; the last one of that name counts, as in libpq.
fn taken(options: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let value = options.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    options.retain(|(key, _)| key != name);
    value
}

/// What the address asks of the connection's encryption.
///
/// The driver signs in by SCRAM without binding it to the TLS channel. What `channel_binding=require` protects from is a
/// server in the middle; the same is reached by checking the server's certificate and name in full, so that is what is
/// required then. Without a name to check (`sslmode=require` alone) a connection is encrypted, but not to a known server.
fn ssl_mode(mode: Option<&str>, binding: Option<&str>) -> Result<Option<&'static str>, String> {
    const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
    let known = mode.map(|mode| {
        let found = MODES.into_iter().find(|known| *known == mode);
        found.ok_or_else(|| format!("has sslmode={mode}, which is none of {}", MODES.join(", ")))
    });
    let mode = known.transpose()?;
    match (binding, mode) {
        (None | Some("disable" | "prefer"), mode) => Ok(mode),
        (Some("require"), None | Some("require" | "verify-ca" | "verify-full")) => Ok(Some("verify-full")),
        (Some("require"), Some(mode)) => {
            Err(format!("asks for channel_binding=require with sslmode={mode}, which contradict"))
        }
        (Some(other), _) => Err(format!("has channel_binding={other}, which is none of disable, prefer, require")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_what_the_driver_understands() {
        #[track_caller]
        fn check(text: &str, url: &str, shown: &str) {
            let address = Address::parse(text).expect("an address");
            assert_eq!((address.url.as_str(), address.shown.as_str()), (url, shown));
        }
        check("sqlite:ledger.sqlite", "sqlite://ledger.sqlite", "ledger.sqlite");
        check("sqlite:///a/b c.sqlite", "sqlite:///a/b c.sqlite", "/a/b c.sqlite");
        check("sqlite:/a/50%?#.sqlite", "sqlite:///a/50%25%3F%23.sqlite", "/a/50%?#.sqlite");
        let own = "application_name=sla-desk";
        check(
            "postgres://desk:secret@localhost:5433/ledger",
            &format!("postgres://desk:secret@localhost:5433/ledger?{own}"),
            "postgres://desk@localhost:5433/ledger",
        );
        // As Neon shows it.
        check(
            "postgresql://o:s@ep-x-pooler.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require",
            &format!("postgresql://o:s@ep-x-pooler.eu-central-1.aws.neon.tech/neondb?{own}&sslmode=verify-full"),
            "postgres://o@ep-x-pooler.eu-central-1.aws.neon.tech/neondb",
        );
        check(
            "postgres://h/d?sslmode=require&application_name=x&sslrootcert=system",
            "postgres://h/d?application_name=x&sslmode=require",
            "postgres://h/d",
        );
        check(
            "postgres://h/d?channel_binding=prefer&options=endpoint%3Dep-x",
            &format!("postgres://h/d?options=endpoint%3Dep-x&{own}"),
            "postgres://h/d",
        );
        check(
            "postgres://h/d?sslmode=require&sslrootcert=ca.pem",
            &format!("postgres://h/d?sslrootcert=ca.pem&{own}&sslmode=verify-ca"),
            "postgres://h/d",
        );
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        #[track_caller]
        fn check(text: &str, part: &str) {
            let error = Address::parse(text).expect_err("refused");
            assert_eq!(error.code(), "ledger.address");
            assert!(error.to_string().contains(part), "{error}");
            assert!(!error.to_string().contains("s3same"), "{error}");
        }
        check("", "no known scheme");
        check("mysql://u:s3same@h/d", "no known scheme");
        check("sqlite:", "names no file");
        check("sqlite::memory:", "keeps nothing");
        check("postgres://u:s3same@/d", "host");
        check("postgres://u:s3same@h", "names no database");
        check("postgres://u:s3same@h:port/d", "cannot be read");
        check("postgres://u:s3same@h/d?sslmode=strict", "sslmode=strict");
        check("postgres://u:s3same@h/d?sslmode=disable&channel_binding=require", "contradict");
        check("postgres://u:s3same@h/d?channel_binding=always", "channel_binding=always");
    }

    #[test]
    fn a_server_that_stops_while_somebody_connects_is_away() {
        #[track_caller]
        fn check(what: &str, expected: &str) {
            let address = Address::parse("postgres://desk@localhost/ledger").expect("an address");
            assert_eq!(address.failed(Error::Protocol(what.to_owned())).code(), expected);
        }
        check("unexpected response from SSLRequest: 0x00 (sqlx_postgres::connection::tls:95)", "ledger.unreachable");
        // What answers otherwise is no PostgreSQL server, and waiting helps nobody.
        check("unexpected response from SSLRequest: 0x48 (sqlx_postgres::connection::tls:95)", "ledger.failed");
    }

    #[test]
    fn the_password_is_not_shown() {
        let address = Address::parse("postgres://desk:s3same@localhost/ledger").expect("an address");
        assert_eq!(format!("{address:?}"), r#"Address("postgres://desk@localhost/ledger")"#);
        let error = address.failed(Error::Protocol("no s3same here".to_owned()));
        assert!(!error.to_string().contains("s3same"), "{error}");
    }
}
