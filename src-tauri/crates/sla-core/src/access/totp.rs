//! Codes of an authenticator app (RFC 6238): beside the password something that somebody must have.

use std::fmt;

use totp_rs::{Builder, Secret, Totp};

use crate::evidence::sha256_hex;
use crate::time::UnixSeconds;

/// What the codes are made of, shared by the ledger and an authenticator app: 160 random bits, as RFC 4226 recommends. Codes
/// are what every app can: HMAC-SHA-1, six digits, a new one every 30 seconds.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; Self::BYTES]);

impl TotpSecret {
    /// Its length in bytes.
    pub const BYTES: usize = 20;
    /// Length of a time step in seconds.
    pub const STEP_SECONDS: i64 = 30;

    /// A secret of random bytes.
    pub fn new(random: [u8; Self::BYTES]) -> Self {
        Self(random)
    }

    /// Reads it as [`Self::to_base32`] writes it; `None` when it is none.
    pub fn from_base32(text: &str) -> Option<Self> {
        Secret::try_from_base32(text).ok()?.as_bytes().try_into().ok().map(Self)
    }

    /// The secret as people type it into an app.
    pub fn to_base32(&self) -> String {
        Secret::from(self.0).to_base32()
    }

    /// SHA-256 of the text, in hex: what an account tells of it.
    pub fn sha256(&self) -> String {
        sha256_hex(self.to_base32().as_bytes())
    }

    /// The address that an app reads from a picture, for an account. Names of accounts hold nothing that would have to be
    /// escaped.
    pub fn uri(&self, account: &str) -> String {
        let secret = self.to_base32();
        format!(
            "otpauth://totp/SLA%20Desk:{account}?secret={secret}&issuer=SLA%20Desk&algorithm=SHA1&digits=6&period={}",
            Self::STEP_SECONDS
        )
    }

    /// The code at a time.
    pub fn code(&self, now: UnixSeconds) -> String {
        self.totp().generate(seconds(now)).to_string()
    }

    /// The time step that a code is good for: the present one, the one before or the one after, because clocks differ. `None`
    /// when it is wrong, or not later than the step whose code was used last: a code is good once.
    pub fn fresh_step(&self, code: &str, last_step: i64, now: UnixSeconds) -> Option<i64> {
        let step = self.totp().check(code, seconds(now))?;
        i64::try_from(step).ok().filter(|step| *step > last_step)
    }

    fn totp(&self) -> Totp {
        // What it checks is the length of secret and code, which are those of the RFC; a step of drift is its default.
        Builder::new().with_secret(self.0).build_noncompliant()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TotpSecret(…)")
    }
}

/// No clock of ours is before 1970.
fn seconds(now: UnixSeconds) -> u64 {
    u64::try_from(now).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the RFC's own table.
    fn rfc() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B; of its eight digits the last six.
        fn check(at: UnixSeconds, expected: &str) {
            assert_eq!(rfc().code(at), expected, "{at}");
        }
        check(59, "287082");
        check(1_111_111_109, "081804");
        check(1_111_111_111, "050471");
        check(1_234_567_890, "005924");
        check(2_000_000_000, "279037");
        check(20_000_000_000, "353130");
    }

    #[test]
    fn a_code_is_good_once_and_one_step_around() {
        const NOW: UnixSeconds = 1_800_000_015;
        const STEP: i64 = NOW / 30;
        let check = |case: &str, drift: i64, last: i64, expected: Option<i64>| {
            let code = rfc().code(NOW + drift * 30);
            assert_eq!(rfc().fresh_step(&code, last, NOW), expected, "{case}");
        };
        check("now", 0, 0, Some(STEP));
        check("an app that is slow", -1, 0, Some(STEP - 1));
        check("an app that is fast", 1, 0, Some(STEP + 1));
        check("slower", -2, 0, None);
        check("faster", 2, 0, None);
        check("used", 0, STEP, None);
        check("used later", -1, STEP, None);
        check("the next one", 1, STEP, Some(STEP + 1));
        for wrong in ["", "00000", "0000000", "+12345", "12 456", "１２３４５６", "abcdef"] {
            assert_eq!(rfc().fresh_step(wrong, 0, NOW), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_text_for_apps_and_shown_nowhere_else() {
        let text = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(rfc().to_base32(), text);
        assert_eq!(TotpSecret::from_base32(text), Some(rfc()));
        assert_eq!(TotpSecret::from_base32("GEZDGNBV"), None, "too short");
        assert_eq!(TotpSecret::from_base32("1"), None);
        let uri = rfc().uri("anna.berg");
        let expected = format!(
            "otpauth://totp/SLA%20Desk:anna.berg?secret={text}&issuer=SLA%20Desk&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(uri, expected);
        assert_eq!(format!("{:?}", rfc()), "TotpSecret(…)");
    }
}
