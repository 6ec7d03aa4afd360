//! How an OpenID provider is reached, checked once at the start.

use std::fmt;

use sla_capture::is_loopback;
use url::Url;

/// How an OpenID provider is reached, as it was said.
#[derive(Clone)]
pub struct OpenIdConfig {
    /// The provider's address, as it names itself; https, or on loopback.
    pub issuer: String,
    /// The name under which the provider knows this desk.
    pub client_id: String,
    /// The secret that the provider gave for it; none for a client that it calls public.
    pub client_secret: Option<String>,
    /// Where the provider may send people back to; https, or on loopback.
    pub redirects: Vec<String>,
    /// The claim that tells who somebody is, and is theirs for good.
    pub claim: String,
    /// Certificate authorities as PEM. When given, no other is trusted; otherwise those of the system.
    pub ca_pem: Option<Vec<u8>>,
}

impl fmt::Debug for OpenIdConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenIdConfig")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("redirects", &self.redirects)
            .field("claim", &self.claim)
            .finish_non_exhaustive()
    }
}

/// Why a provider cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdConfigError {
    /// An address that nobody must be sent to.
    #[error(
        "the {what} {address:?} {reason}; expected https://…, or http://… on loopback, without user, query and fragment"
    )]
    Address {
        /// Which address it is.
        what: &'static str,
        /// The address.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody could come back.
    #[error("no redirect address is said; expected at least one, the same that the provider knows")]
    NoRedirect,
    /// A name or a claim that is none.
    #[error("the {what} is empty")]
    Empty {
        /// Which it is.
        what: &'static str,
    },
    /// The certificate authorities cannot be read, or the system has none.
    #[error("the certificate authorities for the OpenID provider cannot be used: {reason}")]
    Authority {
        /// Why not.
        reason: String,
    },
}

impl OpenIdConfig {
    /// Whether all of it can be used.
    pub(super) fn check(&self) -> Result<(), OpenIdConfigError> {
        address("issuer", &self.issuer)?;
        if self.redirects.is_empty() {
            return Err(OpenIdConfigError::NoRedirect);
        }
        self.redirects.iter().try_for_each(|redirect| address("redirect address", redirect))?;
        for (what, text) in [("client id", &self.client_id), ("claim", &self.claim)] {
            if text.is_empty() {
                return Err(OpenIdConfigError::Empty { what });
            }
        }
        match &self.client_secret {
            Some(secret) if secret.is_empty() => Err(OpenIdConfigError::Empty { what: "client secret" }),
            _ => Ok(()),
        }
    }
}

fn address(what: &'static str, address: &str) -> Result<(), OpenIdConfigError> {
    let refuse =
        |reason: &str| Err(OpenIdConfigError::Address { what, address: address.to_owned(), reason: reason.to_owned() });
    match Url::parse(address) {
        Err(error) => refuse(&format!("is none: {error}")),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            // It is not quoted: it holds a password.
            let reason = "holds a user or a password".to_owned();
            Err(OpenIdConfigError::Address { what, address: "…".to_owned(), reason })
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => refuse("holds a query or a fragment"),
        Ok(url) if !is_safe(&url) => refuse("can be read on its way"),
        Ok(_) => Ok(()),
    }
}

/// Whether nobody on the way can read what is said to an address.
pub(super) fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn nobody_is_sent_where_others_can_read() {
        fn check(address: &str, expected: Option<&str>) {
            let refused = super::address("issuer", address).err().map(|error| error.to_string());
            match expected {
                None => assert_eq!(refused, None, "{address}"),
                Some(said) => assert!(refused.as_ref().is_some_and(|it| it.contains(said)), "{address}: {refused:?}"),
            }
        }
        check("https://id.example.com", None);
        check("https://id.example.com/realms/desk", None);
        check("http://127.0.0.1:8080", None);
        check("http://[::1]:8080/", None);
        check("http://localhost:8080", None);
        check("http://id.example.com", Some("can be read on its way"));
        check("http://127.0.0.1.example.com", Some("can be read on its way"));
        check("http://10.0.0.1", Some("can be read on its way"));
        check("ftp://id.example.com", Some("can be read on its way"));
        check("id.example.com", Some("is none"));
        check("https://desk:secret@id.example.com", Some("holds a user or a password"));
        check("https://id.example.com?tenant=1", Some("holds a query or a fragment"));
        let said = super::address("issuer", "https://desk:secret@id.example.com").expect_err("refused").to_string();
        assert!(!said.contains("secret"), "{said}");
    }
}
