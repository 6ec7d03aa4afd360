//! The metadata packet (XMP, ISO 16684-1) that says which standards the file keeps.

use chrono::{DateTime, Utc};

/// The program that made the content.
pub(super) const CREATOR: &str = "SLA Desk";
/// The program that wrote the file.
pub(super) const PRODUCER: &str = "SLA Desk";

/// The file's properties.
pub(super) struct Properties<'a> {
    pub(super) title: &'a str,
    pub(super) subject: &'a str,
    pub(super) author: &'a str,
    /// In BCP 47.
    pub(super) language: &'a str,
    pub(super) date: DateTime<Utc>,
}

/// A date as PDF writes it.
pub(super) fn pdf_date(date: DateTime<Utc>) -> String {
    date.format("D:%Y%m%d%H%M%SZ").to_string()
}

/// The packet.
pub(super) fn packet(properties: &Properties<'_>) -> Vec<u8> {
    let Properties { title, subject, author, language, date } = properties;
    let [title, subject, author, language] = [title, subject, author, language].map(|text| escape(text));
    let date = date.format("%Y-%m-%dT%H:%M:%SZ");
    let description = format!(
        r#"<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<pdf:Producer>{PRODUCER}</pdf:Producer>
<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:MetadataDate>{date}</xmp:MetadataDate>
</rdf:Description>"#
    );
    let packet = format!(
        r#"<?xpacket begin="{mark}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
{description}
{EXTENSION}
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"#,
        mark = '\u{feff}'
    );
    packet.into_bytes()
}

/// PDF/A knows PDF/UA's own property only when the file describes it (ISO 19005-3, 6.6.2.3).
const EXTENSION: &str = r#"<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"#;

/// Text in XML; control characters, which XML 1.0 cannot hold, become spaces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_the_packet() {
        let date = DateTime::from_timestamp(1_793_487_600, 0).expect("a date");
        let properties = Properties { title: "A <b> & \"c\"\u{1}", subject: "", author: "?>", language: "de-DE", date };
        let packet = String::from_utf8(packet(&properties)).expect("text");
        assert!(packet.contains(">A &lt;b&gt; &amp; &quot;c&quot; </rdf:li>"), "{packet}");
        assert!(packet.contains("<rdf:li>?&gt;</rdf:li>"), "{packet}");
        assert_eq!(pdf_date(date), "D:20261031230000Z");
    }
}
