//! What an ID token must be: signed by a key of the provider's, for this desk and this sign-in, and not expired.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm as Alg};
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, Nonce, SignatureVerificationError, SubjectIdentifier,
};
use serde_json::{Map, Value};
use sla_core::access::Presented;
use sla_core::time::UnixSeconds;

/// Signatures that are taken: by the provider's private key. None at all is no signature, and one by the client's secret could
/// be made by whoever knows that.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// What an ID token is held against.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a IssuerUrl,
    pub(super) client_id: &'a ClientId,
    pub(super) keys: &'a CoreJsonWebKeySet,
    pub(super) nonce: &'a Nonce,
    /// The claim that tells who somebody is.
    pub(super) claim: &'a str,
    pub(super) now: UnixSeconds,
}

/// Why an ID token is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// The provider's keys may have changed since they were read.
    UnknownKey,
    /// It is not good; for the log.
    Refused(String),
}

/// Who an ID token tells of, by whatever claim was asked for, and their subject.
pub(super) fn presented(
    token: &CoreIdToken,
    expected: &Expected<'_>,
) -> Result<(Presented, SubjectIdentifier), NotTaken> {
    let now = DateTime::<Utc>::from_timestamp(expected.now, 0).unwrap_or_default();
    let (client_id, issuer) = (expected.client_id.clone(), expected.issuer.clone());
    // As for a public client: the client's secret signs nothing.
    let verifier = CoreIdTokenVerifier::new_public_client(client_id, issuer, expected.keys.clone())
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now);
    let claims = token.claims(&verifier, expected.nonce).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            NotTaken::UnknownKey
        }
        ClaimsVerificationError::SignatureVerification(error) => NotTaken::Refused(format!("signature: {error}")),
        error => NotTaken::Refused(error.to_string()),
    })?;
    let verified_email =
        claims.email().filter(|_| claims.email_verified() == Some(true)).map(|email| email.as_str().to_owned());
    let subject = match expected.claim {
        "sub" => Some(claims.subject().as_str().to_owned()),
        claim => text(token, claim),
    };
    let missing = || NotTaken::Refused(format!("there is no claim {}", expected.claim));
    let subject = subject.filter(|subject| !subject.is_empty()).ok_or_else(missing)?;
    let issuer = expected.issuer.as_str().to_owned();
    Ok((Presented { issuer, subject, verified_email }, claims.subject().clone()))
}

/// A claim of a token that was found good.
fn text(token: &CoreIdToken, claim: &str) -> Option<String> {
    let token = token.to_string();
    let payload = token.split('.').nth(1)?;
    let claims: Map<String, Value> = serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?).ok()?;
    claims.get(claim)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {

    use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreHmacKey};
    use openidconnect::{JsonWebKeyId, PrivateSigningKey};
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.example.com";
    const NOW: UnixSeconds = 1_793_606_400;
    const SECRET: &str = "the secret of the client";

    fn key(name: &str) -> CoreEdDsaPrivateSigningKey {
        let pem = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key").serialize_pem();
        CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(name.to_owned())))
            .expect("of its kind")
    }

    /// How a token is signed.
    enum Signed<'a> {
        By(&'a CoreEdDsaPrivateSigningKey),
        BySecret,
        Not,
    }

    fn token(header: &Value, claims: &Value, signed: &Signed<'_>) -> CoreIdToken {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let said = format!("{}.{}", part(header), part(claims));
        let signature = match signed {
            Signed::By(key) => key.sign(&Alg::EdDsa, said.as_bytes()).expect("signed"),
            Signed::BySecret => CoreHmacKey::new(SECRET).sign(&Alg::HmacSha256, said.as_bytes()).expect("signed"),
            Signed::Not => Vec::new(),
        };
        format!("{said}.{}", BASE64URL_NOPAD.encode(&signature)).parse().expect("a token")
    }

    /// The claims of a good token, with others in place of some; null takes one away.
    fn claims(others: &Value) -> Value {
        let mut claims = json!({
            "iss": ISSUER, "aud": "desk", "sub": "s1", "nonce": "n", "iat": NOW - 5, "exp": NOW + 60,
            "email": "anna@example.com", "email_verified": true, "oid": "o1",
        });
        for (name, value) in others.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("claims").retain(|_, value| !value.is_null());
        claims
    }

    #[test]
    fn only_a_token_for_this_sign_in_is_taken() {
        let (own, other) = (key("k1"), key("k1"));
        let keys = CoreJsonWebKeySet::new(vec![own.as_verification_key()]);
        let looked = |claim: &str, token: &CoreIdToken| {
            let (issuer, client_id) =
                (IssuerUrl::new(ISSUER.to_owned()).expect("an address"), ClientId::new("desk".to_owned()));
            let nonce = Nonce::new("n".to_owned());
            let (issuer, client_id, nonce) = (&issuer, &client_id, &nonce);
            presented(token, &Expected { issuer, client_id, keys: &keys, nonce, claim, now: NOW }).map(|(who, _)| who)
        };
        let header = json!({ "alg": "EdDSA", "kid": "k1" });

        let good = |others: Value, claim: &str, subject: &str, email: Option<&str>| {
            let found = looked(claim, &token(&header, &claims(&others), &Signed::By(&own)));
            let expected = Presented {
                issuer: ISSUER.to_owned(),
                subject: subject.to_owned(),
                verified_email: email.map(str::to_owned),
            };
            assert_eq!(found, Ok(expected), "{others} by {claim}");
        };
        let mail = Some("anna@example.com");
        good(json!({}), "sub", "s1", mail);
        good(json!({}), "oid", "o1", mail);
        good(json!({ "aud": ["desk"] }), "sub", "s1", mail);
        good(json!({ "exp": NOW + 1 }), "sub", "s1", mail);
        good(json!({ "email_verified": false }), "sub", "s1", None);
        good(json!({ "email_verified": null }), "sub", "s1", None);
        good(json!({ "email": null }), "sub", "s1", None);

        let bad = |case: &str, header: Value, others: Value, signed: Signed<'_>, claim: &str, said: &str| {
            let token = token(&header, &claims(&others), &signed);
            match looked(claim, &token) {
                Err(NotTaken::Refused(reason)) => assert!(reason.contains(said), "{case}: {reason}"),
                Err(NotTaken::UnknownKey) => assert_eq!(said, "unknown key", "{case}"),
                Ok(who) => panic!("{case} was taken: {who:?}"),
            }
        };
        let own = || Signed::By(&own);
        bad(
            "another issuer",
            header.clone(),
            json!({ "iss": "https://id.example.org" }),
            own(),
            "sub",
            "Invalid issuer",
        );
        bad(
            "a slash more",
            header.clone(),
            json!({ "iss": "https://id.example.com/" }),
            own(),
            "sub",
            "Invalid issuer",
        );
        bad("another audience", header.clone(), json!({ "aud": "other" }), own(), "sub", "Invalid audiences");
        bad("one audience more", header.clone(), json!({ "aud": ["desk", "x"] }), own(), "sub", "Invalid audiences");
        bad("another nonce", header.clone(), json!({ "nonce": "m" }), own(), "sub", "Invalid nonce");
        bad("no nonce", header.clone(), json!({ "nonce": null }), own(), "sub", "Invalid nonce");
        bad("expired", header.clone(), json!({ "exp": NOW }), own(), "sub", "Expired");
        bad("no such claim", header.clone(), json!({}), own(), "upn", "no claim upn");
        bad("an empty one", header.clone(), json!({ "oid": "" }), own(), "oid", "no claim oid");
        bad("a number", header.clone(), json!({ "oid": 7 }), own(), "oid", "no claim oid");
        bad("a key of the same name", header.clone(), json!({}), Signed::By(&other), "sub", "signature");
        let renamed = json!({ "alg": "EdDSA", "kid": "k2" });
        bad("a key that is not known", renamed, json!({}), Signed::By(&other), "sub", "unknown key");
        let none = json!({ "alg": "none" });
        bad("not signed", none.clone(), json!({}), Signed::Not, "sub", "signature");
        bad("said not to be signed", none, json!({}), own(), "sub", "signature");
        let secret = json!({ "alg": "HS256" });
        bad("by the client's secret", secret, json!({}), Signed::BySecret, "sub", "signature");
        bad("cut off", header, json!({}), Signed::Not, "sub", "signature");
    }
}
