//! The letter as a mail (RFC 5322) with the report attached. Nothing is random and no clock is read: equal months give
//! equal bytes.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use sla_core::Tz;
use sla_core::billing::Settlement;
use sla_core::evidence::sha256_hex;
use sla_core::record::{Contact, MonthRecord};

use crate::ReportError;
use crate::letter::Letter;
use crate::locale;
use crate::theme::Provider;

/// The header field that says that nobody has approved the letter yet.
const DRAFT_FIELD: &str = "X-SLA-Desk-Draft";

/// Writes `letter.eml`.
pub(crate) fn write(
    provider: &Provider,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
    contacts: &[Contact],
    letter: &Letter,
    pdf: &[u8],
) -> Result<Vec<u8>, ReportError> {
    let from =
        address("theme.json, sender_name", &provider.sender_name, "theme.json, sender_email", &provider.sender_email)?;
    let to: Vec<Address<'_>> = contacts
        .iter()
        .map(|contact| address("the contact's name", &contact.name, "the contact's email", &contact.email))
        .collect::<Result<_, _>>()?;
    let digest = identity(record, settlement, letter);
    let domain = provider.sender_email.rsplit('@').next().unwrap_or_default();
    let boundary = format!("sla-desk-{}", &digest[..40]);
    let parts = vec![
        MimePart::new("text/plain", letter.text.as_str()),
        MimePart::new("application/pdf", pdf).attachment("report.pdf"),
    ];
    let mut message = MessageBuilder::new().header("Date", Raw::new(date(record, settlement)?)).from(from);
    if !to.is_empty() {
        message = message.to(Address::new_list(to));
    }
    let mut message = message
        .subject(one_line("the letter's subject", &letter.subject)?)
        .message_id(format!("{digest}.{}@{domain}", record.revision))
        .header("Content-Language", Raw::new(record.language.code()));
    if settlement.is_none() {
        message = message.header(DRAFT_FIELD, Raw::new("yes"));
    }
    let message = message
        // Mail programs that know this field open the file for editing instead of as received mail.
        .header("X-Unsent", Raw::new("1"))
        .header("MIME-Version", Raw::new("1.0"))
        .body(MimePart::new(ContentType::new("multipart/mixed").attribute("boundary", boundary), parts));
    message.write_to_vec().map_err(|error| ReportError::Write { name: "letter.eml", reason: error.to_string() })
}

/// A month that was decided is another letter than the draft of its close, and so is each one that somebody wrote.
fn identity(record: &MonthRecord, settlement: Option<&Settlement>, letter: &Letter) -> String {
    let drawn = settlement.map_or_else(|| record.digest(), |settlement| sha256_hex(settlement.to_json().as_bytes()));
    if letter.is_written { sha256_hex(format!("{drawn}\n{}", letter.markdown).as_bytes()) } else { drawn }
}

/// The instant at which the month ended, on the contract's clocks: the first moment at which the letter could be
/// true; or that at which it was decided.
fn date(record: &MonthRecord, settlement: Option<&Settlement>) -> Result<String, ReportError> {
    let period = &record.period;
    let zone: Tz = period.time_zone.parse().map_err(|_| ReportError::Record {
        field: "period.time_zone",
        found: period.time_zone.clone(),
        expected: "an IANA time zone",
    })?;
    let end = locale::local(settlement.map_or(&period.end, |settlement| &settlement.at), zone).ok_or_else(|| {
        ReportError::Record {
            field: "period.end",
            found: period.end.clone(),
            expected: "an instant such as 2026-10-31T23:00:00Z",
        }
    })?;
    Ok(end.to_rfc2822())
}

fn address<'a>(
    name_field: &'static str,
    name: &'a str,
    email_field: &'static str,
    email: &'a str,
) -> Result<Address<'a>, ReportError> {
    let name = one_line(name_field, name)?;
    let email = one_line(email_field, email)?;
    let parts = email.split_once('@');
    let good =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"@<>()[],;:\\\"".contains(&b));
    if !parts.is_some_and(|(local, domain)| good(local) && good(domain)) {
        return Err(ReportError::Address { field: email_field, found: email.to_owned() });
    }
    Ok(Address::new_address(Some(name), email))
}

/// A text that ends no header field early.
fn one_line<'a>(field: &'static str, text: &'a str) -> Result<&'a str, ReportError> {
    if text.chars().any(char::is_control) {
        return Err(ReportError::Header { field, found: text.to_owned() });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Templates, sample};
    use sla_core::record::{Language, Verdict};

    fn mail(contacts: &[Contact]) -> Result<String, ReportError> {
        let templates = Templates::builtin();
        let record = sample::record(Language::De, Verdict::Met);
        let letter = Letter::write(&templates, &record, None, contacts)?;
        let bytes = write(&templates.theme().provider, &record, None, contacts, &letter, b"%PDF")?;
        Ok(String::from_utf8(bytes).expect("a mail is ASCII"))
    }

    #[test]
    fn every_line_ends_as_mail_lines_do_and_names_are_encoded() {
        let mail = mail(&[
            Contact { name: "Dr. Jörg Müller".into(), email: "joerg.mueller@example.org".into() },
            Contact { name: "Ada Byron, CTO".into(), email: "ada@example.org".into() },
        ])
        .expect("a mail");
        assert!(mail.is_ascii());
        assert_eq!(mail.matches('\n').count(), mail.matches("\r\n").count());
        for line in [
            "Date: Sun, 1 Nov 2026 00:00:00 +0100\r\n",
            "X-SLA-Desk-Draft: yes\r\n",
            "MIME-Version: 1.0\r\n",
            "<joerg.mueller@example.org>",
            "\"Ada Byron, CTO\" <ada@example.org>",
            "Content-Disposition: attachment; filename=\"report.pdf\"\r\n",
        ] {
            assert!(mail.contains(line), "{line} is missing in\n{mail}");
        }
        let boundaries = mail.lines().filter(|line| line.starts_with("--sla-desk-")).count();
        assert_eq!(boundaries, 3, "{mail}");
    }

    #[test]
    fn without_contacts_there_is_no_empty_addressee() {
        let mail = mail(&[]).expect("a mail");
        assert!(!mail.contains("\r\nTo:"), "{mail}");
    }

    #[test]
    fn a_contact_cannot_write_header_fields() {
        #[track_caller]
        fn check(name: &str, email: &str, expected: &str) {
            let error = mail(&[Contact { name: name.into(), email: email.into() }]).expect_err("refused").to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        check("A\r\nBcc: all@example.org", "a@example.org", "the contact's name holds a control character");
        check("A\nBcc: x", "a@example.org", "the contact's name holds a control character");
        check("A", "a@example.org\r\nBcc: b@example.org", "the contact's email holds a control character");
        for bad in ["", "a", "a@", "@b", "a@b@c", "a b@c", "<a@b>", "a@b, c@d", "jörg@example.org"] {
            check("A", bad, "the contact's email is ");
        }
    }
}
