//! Who somebody is at an OpenID provider.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The identity that signs in to an account: told by its subject, or until its first sign-in by an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenIdIdentity {
    /// The provider's address, as it names itself.
    pub issuer: String,
    /// What the provider knows them by, for good.
    #[serde(default)]
    pub subject: Option<String>,
    /// An e-mail address that the provider must have verified; looked at while there is no subject, and never again.
    #[serde(default)]
    pub email: Option<String>,
}

/// What a provider said of somebody who signed in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The provider's address.
    pub issuer: String,
    /// What the provider knows them by.
    pub subject: String,
    /// Their e-mail address, where the provider says that it has verified it.
    pub verified_email: Option<String>,
}

/// How an identity fits somebody who signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// By its subject.
    Subject,
    /// By its e-mail address, before its first sign-in: from now on the subject counts.
    FirstTime,
}

impl OpenIdIdentity {
    /// Whether it is that of somebody who signed in, and how.
    pub fn fit(&self, presented: &Presented) -> Option<Fit> {
        if self.issuer != presented.issuer {
            return None;
        }
        match (&self.subject, &self.email, &presented.verified_email) {
            (Some(subject), _, _) => (*subject == presented.subject).then_some(Fit::Subject),
            (None, Some(entered), Some(email)) => entered.eq_ignore_ascii_case(email).then_some(Fit::FirstTime),
            _ => None,
        }
    }

    /// Whether both could be the same somebody: an address waits for its first sign-in, so it must not be that of another.
    pub fn collides(&self, other: &Self) -> bool {
        let same_email = match (&self.email, &other.email) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        };
        self.issuer == other.issuer
            && match (&self.subject, &other.subject) {
                (Some(one), Some(other)) => one == other,
                _ => same_email,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(subject: Option<&str>, email: Option<&str>) -> OpenIdIdentity {
        let text = |text: Option<&str>| text.map(str::to_owned);
        OpenIdIdentity { issuer: "https://id.example.com".to_owned(), subject: text(subject), email: text(email) }
    }

    #[test]
    fn who_signed_in_is_told_by_the_subject() {
        let check = |case: &str, identity: OpenIdIdentity, issuer: &str, email: Option<&str>, expected: Option<Fit>| {
            let presented = Presented {
                issuer: issuer.to_owned(),
                subject: "s1".to_owned(),
                verified_email: email.map(str::to_owned),
            };
            assert_eq!(identity.fit(&presented), expected, "{case}");
        };
        let here = "https://id.example.com";
        let mail = Some("Anna@example.com");
        check("subject", identity(Some("s1"), None), here, None, Some(Fit::Subject));
        check("another subject", identity(Some("s2"), None), here, mail, None);
        check("another issuer", identity(Some("s1"), None), "https://id.example.org", None, None);
        check("first time", identity(None, Some("anna@example.com")), here, mail, Some(Fit::FirstTime));
        check("not verified", identity(None, Some("anna@example.com")), here, None, None);
        check("another address", identity(None, Some("anne@example.com")), here, mail, None);
        check("the address of one who is known", identity(Some("s2"), Some("anna@example.com")), here, mail, None);
        check("nothing", identity(None, None), here, mail, None);
    }

    #[test]
    fn one_identity_is_one_account() {
        let check = |one: OpenIdIdentity, other: OpenIdIdentity, expected: bool| {
            assert_eq!(one.collides(&other), expected, "{one:?} {other:?}");
            assert_eq!(other.collides(&one), expected, "{other:?} {one:?}");
        };
        check(identity(Some("s1"), None), identity(Some("s1"), None), true);
        check(identity(Some("s1"), None), identity(Some("s2"), None), false);
        check(identity(None, Some("a@x.de")), identity(None, Some("A@x.de")), true);
        check(identity(None, Some("a@x.de")), identity(Some("s1"), Some("a@x.de")), true);
        check(identity(None, Some("a@x.de")), identity(Some("s1"), None), false);
        let other = OpenIdIdentity { issuer: "https://id.example.org".to_owned(), ..identity(Some("s1"), None) };
        check(identity(Some("s1"), None), other, false);
    }
}
