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
use sla_core::record::{Contact, Language, MonthRecord};

use crate::ReportError;
use crate::letter::Letter;
use crate::locale;
use crate::theme::Provider;

/// The header field that says that nobody has approved the letter yet.
const DRAFT_FIELD: &str = "X-SLA-Desk-Draft";

/// What a letter's mail has beside the letter.
pub(crate) struct Envelope<'a> {
    /// Who sends it.
    pub(crate) provider: &'a Provider,
    /// Whom it goes to.
    pub(crate) contacts: &'a [Contact],
    /// The language of the letter.
    pub(crate) language: Language,
    /// When the letter could be true first, in UTC.
    pub(crate) at: &'a str,
    /// The zone whose clocks that is told by.
    pub(crate) time_zone: &'a str,
    /// What tells this letter from every other, in hex.
    pub(crate) identity: String,
    /// The revision of the month; 1 where there is none.
    pub(crate) revision: u32,
    /// Whether nobody has approved it yet.
    pub(crate) is_draft: bool,
    /// The report that goes with it.
    pub(crate) pdf: Option<&'a [u8]>,
}

/// The mail of a month's letter.
pub(crate) fn write(
    provider: &Provider,
    record: &MonthRecord,
    settlement: Option<&Settlement>,
    contacts: &[Contact],
    letter: &Letter,
    pdf: &[u8],
) -> Result<Vec<u8>, ReportError> {
    let envelope = Envelope {
        provider,
        contacts,
        language: record.language,
        // The month's end on the contract's clocks, or the instant at which it was decided.
        at: settlement.map_or(&record.period.end, |settlement| &settlement.at),
        time_zone: &record.period.time_zone,
        identity: identity(record, settlement, letter),
        revision: record.revision,
        is_draft: settlement.is_none(),
        pdf: Some(pdf),
    };
    envelope.mail(letter)
}

impl Envelope<'_> {
    /// The letter as a mail: plain text and HTML as two readings of one thing, and the report beside them.
    pub(crate) fn mail(&self, letter: &Letter) -> Result<Vec<u8>, ReportError> {
        let provider = self.provider;
        let from = address(
            "theme.json, sender_name",
            &provider.sender_name,
            "theme.json, sender_email",
            &provider.sender_email,
        )?;
        let to: Vec<Address<'_>> = self
            .contacts
            .iter()
            .map(|contact| address("the contact's name", &contact.name, "the contact's email", &contact.email))
            .collect::<Result<_, _>>()?;
        let domain = provider.sender_email.rsplit('@').next().unwrap_or_default();
        let mut message = MessageBuilder::new().header("Date", Raw::new(self.date()?)).from(from);
        if !to.is_empty() {
            message = message.to(Address::new_list(to));
        }
        let mut message = message
            .subject(one_line("the letter's subject", &letter.subject)?)
            .message_id(format!("{}.{}@{domain}", self.identity, self.revision))
            .header("Content-Language", Raw::new(self.language.code()));
        if self.is_draft {
            message = message.header(DRAFT_FIELD, Raw::new("yes"));
        }
        let message = message
            // Mail programs that know this field open the file for editing instead of as received mail.
            .header("X-Unsent", Raw::new("1"))
            .header("MIME-Version", Raw::new("1.0"))
            .body(self.body(letter));
        message.write_to_vec().map_err(|error| ReportError::Write { name: "letter.eml", reason: error.to_string() })
    }

    fn body<'b>(&'b self, letter: &'b Letter) -> MimePart<'b> {
        // Neither boundary begins with the other.
        let boundary = |of: &str| format!("sla-desk-{of}{}", &self.identity[..40]);
        let multipart = |kind: &'static str, of: &str, parts: Vec<MimePart<'b>>| {
            MimePart::new(ContentType::new(kind).attribute("boundary", boundary(of)), parts)
        };
        // The last reading is the one that a mail program prefers.
        let readings = vec![
            MimePart::new("text/plain", letter.text.as_str()),
            MimePart::new("text/html", letter.mail_page.as_str()),
        ];
        let readings = multipart("multipart/alternative", "text-", readings);
        match self.pdf {
            None => readings,
            Some(pdf) => {
                let report = MimePart::new("application/pdf", pdf).attachment("report.pdf");
                multipart("multipart/mixed", "", vec![readings, report])
            }
        }
    }

    fn date(&self) -> Result<String, ReportError> {
        let zone: Tz = self.time_zone.parse().map_err(|_| ReportError::Record {
            field: "period.time_zone",
            found: self.time_zone.to_owned(),
            expected: "an IANA time zone",
        })?;
        let at = locale::local(self.at, zone).ok_or_else(|| ReportError::Record {
            field: "period.end",
            found: self.at.to_owned(),
            expected: "an instant such as 2026-10-31T23:00:00Z",
        })?;
        Ok(at.to_rfc2822())
    }
}

/// A month that was decided is another letter than the draft of its close, and so is each one that somebody wrote.
fn identity(record: &MonthRecord, settlement: Option<&Settlement>, letter: &Letter) -> String {
    let drawn = settlement.map_or_else(|| record.digest(), |settlement| sha256_hex(settlement.to_json().as_bytes()));
    if letter.is_written { sha256_hex(format!("{drawn}\n{}", letter.markdown).as_bytes()) } else { drawn }
}

/// Whether a letter can be sent under a provider's name and address: the field that cannot stand in a mail, and why.
///
/// # Errors
/// [`ReportError`] names the field.
pub(crate) fn check_sender(provider: &Provider) -> Result<(), ReportError> {
    let Provider { sender_name, sender_email, .. } = provider;
    address("theme.json, sender_name", sender_name, "theme.json, sender_email", sender_email).map(drop)
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

/// A text that ends no header field early, and that mail programs show as it is (RFC 2047).
fn one_line<'a>(field: &'static str, text: &'a str) -> Result<&'a str, ReportError> {
    if text.chars().any(char::is_control) {
        return Err(ReportError::Header { field, found: text.to_owned() });
    }
    if text.contains("=?") {
        return Err(ReportError::Encoded { field, found: text.to_owned() });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Templates, sample};
    use sla_core::record::Verdict;
    use std::sync::LazyLock;

    static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::builtin);

    fn mail(contacts: &[Contact]) -> Result<String, ReportError> {
        let templates = &*TEMPLATES;
        let record = sample::record(Language::De, Verdict::Met);
        let letter = Letter::write(templates, &record, None, contacts)?;
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
        assert_eq!(boundaries, 6, "{mail}");
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

    /// Header fields by name, unfolded.
    fn fields(mail: &str) -> Vec<(String, String)> {
        let (head, _) = mail.split_once("\r\n\r\n").expect("a body");
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let field = |line: &str| {
            let (name, value) = line.split_once(':').expect("a field");
            (name.to_owned(), value.trim().to_owned())
        };
        unfolded.split("\r\n").map(field).collect()
    }

    /// A mail with that sender, subject and addressee.
    fn with(sender: [&str; 2], subject: &str, contact: [&str; 2]) -> Result<String, ReportError> {
        let templates = &*TEMPLATES;
        let provider = Provider {
            sender_name: sender[0].to_owned(),
            sender_email: sender[1].to_owned(),
            ..templates.theme().provider.clone()
        };
        let contacts = [Contact { name: contact[0].to_owned(), email: contact[1].to_owned() }];
        let record = sample::record(Language::De, Verdict::Met);
        let mut letter = Letter::write(templates, &record, None, &contacts)?;
        subject.clone_into(&mut letter.subject);
        let bytes = write(&provider, &record, None, &contacts, &letter, b"%PDF")?;
        Ok(String::from_utf8(bytes).expect("a mail is ASCII"))
    }

    const SENDER: [&str; 2] = ["Hansebit", "sla@hansebit.example"];
    const CONTACT: [&str; 2] = ["Ada", "ada@example.org"];
    const FIELDS: [&str; 9] = [
        "Date",
        "From",
        "To",
        "Subject",
        "Message-ID",
        "Content-Language",
        "X-SLA-Desk-Draft",
        "X-Unsent",
        "MIME-Version",
    ];

    #[test]
    fn no_text_that_stands_in_a_field_can_begin_another() {
        #[track_caller]
        fn check(mail: Result<String, ReportError>, expected: &str) {
            let error = mail.expect_err("it is refused").to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        for end in ["\r\n", "\n", "\r", "\0", "\u{85}", "\u{b}", "\r\n ", "\r\n\r\n"] {
            let bad = format!("A{end}Bcc: all@example.org");
            let address = format!("a@example.org{end}Bcc: b@example.org");
            check(with([&bad, SENDER[1]], "S", CONTACT), "theme.json, sender_name holds a control character");
            check(with([SENDER[0], &address], "S", CONTACT), "theme.json, sender_email holds a control character");
            check(with(SENDER, &bad, CONTACT), "the letter's subject holds a control character");
            check(with(SENDER, "S", [&bad, CONTACT[1]]), "the contact's name holds a control character");
            check(with(SENDER, "S", [CONTACT[0], &address]), "the contact's email holds a control character");
        }
        // What looks encoded would be decoded, and shows something else than the file says.
        let word = "=?utf-8?Q?=0D=0ABcc:_all@example.org?=";
        check(with([word, SENDER[1]], "S", CONTACT), "theme.json, sender_name holds \"=?\"");
        check(with(SENDER, word, CONTACT), "the letter's subject holds \"=?\"");
        check(with(SENDER, "S", [word, CONTACT[1]]), "the contact's name holds \"=?\"");
    }

    #[test]
    fn every_other_text_stays_inside_its_field() {
        #[track_caller]
        fn check(text: &str) {
            let mail = with([text, SENDER[1]], text, [text, CONTACT[1]]).expect("a mail");
            let fields = fields(&mail);
            let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, [&FIELDS[..], &["Content-Type"]].concat(), "{mail}");
            let value = |name: &str| &fields.iter().find(|(known, _)| known == name).expect("the field").1;
            assert!(value("From").ends_with(&format!("<{}>", SENDER[1])), "{mail}");
            assert!(value("To").ends_with(&format!("<{}>", CONTACT[1])), "{mail}");
            // One addressee and no more, whatever the name says: it is quoted or encoded as a whole.
            let name = value("To").rsplit_once(" <").expect("a name").0;
            let is_quoted = name.len() > 1 && name.starts_with('"') && name.ends_with('"');
            let is_encoded = |word: &str| {
                ["=?utf-8?", "=?us-ascii?"].iter().any(|set| word.starts_with(set)) && word.ends_with("?=")
            };
            assert!(is_quoted || name.split_whitespace().all(is_encoded), "{name}");
            let (head, _) = mail.split_once("\r\n\r\n").expect("a body");
            assert!(head.is_ascii() && head.split("\r\n").all(|line| line.len() <= 998), "{head}");
        }
        check("Ada");
        check("Dr. Jörg \"Jo\" Müller; Einkauf <b@example.org>, c@example.org");
        check("back\\slash\\");
        check("a =equal? sign?=");
        check("شركة الشحن المحدودة");
        check("株式会社ノルドリヒト物流");
        check("\u{202e}gro.elpmaxe@nimda\u{202c}");
        check("line\u{2028}separator\u{2029}paragraph");
        check(&"x".repeat(5_000));
        check(&"ü".repeat(5_000));
        check(&"物".repeat(5_000));
        check(&"name ".repeat(1_000));
    }

    #[test]
    fn a_letter_goes_to_the_contacts_that_are_given_and_to_nobody_else() {
        let mail = mail(&[Contact { name: "Ada".into(), email: "ada@example.org".into() }]).expect("a mail");
        for (name, value) in fields(&mail) {
            assert!(!["Cc", "Bcc", "Reply-To", "Resent-To"].contains(&name.as_str()), "{name}");
            let addresses = value.matches('@').count();
            assert_eq!(
                addresses,
                usize::from(["From", "To", "Message-ID"].contains(&name.as_str())),
                "{name}: {value}"
            );
        }
        assert!(mail.contains("\r\nTo: \"Ada\" <ada@example.org>\r\n"), "{mail}");
    }

    #[test]
    fn nothing_in_a_mail_is_loaded_and_nothing_runs() {
        let mut record = sample::record(Language::En, Verdict::Breached);
        record.tenant_name = "<script src=//evil.example/x.js></script><img src=cid:x onerror=alert(1)>".into();
        record.commitments[0].title =
            "</title><style>@import url(//evil.example)</style><a href=\"javascript:x\">".into();
        let letter = Letter::write(&TEMPLATES, &record, None, &[]).expect("a letter");
        for page in [&letter.page, &letter.mail_page] {
            let mut tags = page.split('<').skip(1).map(|rest| rest.split([' ', '>']).next().unwrap_or_default());
            let own = [
                "!DOCTYPE", "html", "head", "meta", "title", "body", "h1", "p", "br", "ul", "ol", "li", "strong",
                "code",
            ];
            let foreign = tags.find(|tag| !own.contains(&tag.trim_start_matches('/')));
            assert_eq!(foreign, None, "{page}");
        }
    }
}
