//! A document as a page for a screen, filled with an invented month: what an editor of templates looks at while typing.
//!
//! It is made of the same parsed document as the pages of the PDF. Nothing is loaded and nothing runs: the page says so itself
//! (its content security policy), every text is escaped, and a logo stands in it.

mod blocks;
mod chart;

use sla_core::record::{Language, Verdict};

use crate::letter::Letter;
use crate::occasion::OccasionError;
use crate::theme::Colours;
use crate::{ReportError, Templates, governance, html, internal, sample, statement};

/// A document that can be previewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewDocument {
    /// The report.
    Report,
    /// The letter of a month with that verdict.
    Letter(Verdict),
    /// The letter of an occasion.
    Occasion(PreviewOccasion),
    /// Finance's statement.
    Statement,
    /// The summary for governance.
    Governance,
}

/// An occasion of a letter beside the month's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewOccasion {
    /// An error budget is used up.
    Breach,
    /// A credit was decided.
    Credit,
    /// A month was computed anew.
    Restatement,
    /// Maintenance is ahead.
    Maintenance,
    /// Twelve months were kept.
    Year,
}

impl PreviewDocument {
    /// Every document.
    pub const ALL: [Self; 11] = [
        Self::Report,
        Self::Letter(Verdict::Met),
        Self::Letter(Verdict::Breached),
        Self::Letter(Verdict::Undecidable),
        Self::Occasion(PreviewOccasion::Breach),
        Self::Occasion(PreviewOccasion::Credit),
        Self::Occasion(PreviewOccasion::Restatement),
        Self::Occasion(PreviewOccasion::Maintenance),
        Self::Occasion(PreviewOccasion::Year),
        Self::Statement,
        Self::Governance,
    ];

    /// Its name, which its template begins with, such as `letter-met`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Letter(Verdict::Met) => "letter-met",
            Self::Letter(Verdict::Breached) => "letter-breached",
            Self::Letter(Verdict::Undecidable) => "letter-undecidable",
            Self::Occasion(PreviewOccasion::Breach) => "letter-breach",
            Self::Occasion(PreviewOccasion::Credit) => "letter-credit",
            Self::Occasion(PreviewOccasion::Restatement) => "letter-restatement",
            Self::Occasion(PreviewOccasion::Maintenance) => "letter-maintenance",
            Self::Occasion(PreviewOccasion::Year) => "letter-year",
            Self::Statement => "statement",
            Self::Governance => "governance",
        }
    }

    /// The document of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.name() == name)
    }
}

/// What is to be previewed.
#[derive(Clone, Copy, Debug)]
pub struct Preview<'a> {
    /// The document.
    pub document: PreviewDocument,
    /// The language.
    pub language: Language,
    /// The verdict of the invented month, for the report; a letter of a month has its own.
    pub verdict: Verdict,
    /// The tenant whose theme it has; the provider's alone when none is named, and of documents for readers in the house.
    pub tenant: Option<&'a str>,
}

/// A document of an invented month as one page of HTML, with everything in it that it needs.
///
/// # Errors
/// When a template refuses the invented month, which [`Templates::check`] tells with its place.
pub fn preview_html(templates: &Templates, preview: &Preview<'_>) -> Result<String, ReportError> {
    let Preview { document, language, verdict, tenant } = *preview;
    let verdict = if let PreviewDocument::Letter(own) = document { own } else { verdict };
    let mut record = sample::record(language, verdict);
    // Nobody's theme is found under the empty name.
    tenant.unwrap_or_default().clone_into(&mut record.tenant);
    let look = templates.look(&record.tenant);
    let contacts = sample::contacts();
    let in_the_house = |values| {
        let (_, manuscript) = internal::manuscript(templates, language, document.name(), values)?;
        let body = blocks::all(&manuscript.blocks, templates.own_look(), language);
        Ok::<_, ReportError>((manuscript.furniture.title, body))
    };
    let (title, body) = match document {
        PreviewDocument::Statement => in_the_house(statement::values(&sample::statement(&record)))?,
        PreviewDocument::Governance => in_the_house(governance::values(&sample::governance(&record)))?,
        PreviewDocument::Report => {
            let manuscript = crate::manuscript_of(templates, &record, None)?;
            let body = blocks::all(&manuscript.blocks, look, language);
            (manuscript.furniture.title, body)
        }
        PreviewDocument::Letter(_) => of_letter(Letter::write(templates, &record, None, &contacts)?),
        PreviewDocument::Occasion(_) => {
            let mut made = sample::Occasions::new(language);
            made.rename(&record.tenant);
            let all = made.all();
            let is_it = |one: &&crate::Occasion<'_>| one.kind() == &document.name()["letter-".len()..];
            let found = all.iter().find(is_it).expect("every kind has an invented occasion");
            of_letter(found.letter(templates, &contacts).map_err(|error| match error {
                OccasionError::Report(error) => error,
                other => unreachable!("the invented occasions are some: {other}"),
            })?)
        }
    };
    Ok(page(language, &title, &look.theme.colours, &body))
}

fn of_letter(letter: Letter) -> (String, String) {
    let body: Vec<String> = letter.blocks.iter().filter_map(html::block).collect();
    (letter.subject, format!("<article class=\"letter\">\n{}\n</article>", body.join("\n")))
}

/// Puts the page around a document.
fn page(language: Language, title: &str, colours: &Colours, body: &str) -> String {
    let [word, note] = match language {
        Language::De => ["Vorschau", "Vorschau: Kunde, Monat und alle Zahlen sind erfunden."],
        Language::En => ["Preview", "Preview: the customer, the month and all figures are invented."],
    };
    let colour = |colour: crate::theme::Colour| String::from(colour);
    let variables = [
        ("ink", colours.ink),
        ("muted", colours.muted),
        ("brand", colours.brand),
        ("rule", colours.rule),
        ("tint", colours.tint),
        ("bar", colours.bar),
        ("met", colours.met),
        ("breached", colours.breached),
        ("undecidable", colours.undecidable),
    ]
    .map(|(name, value)| format!("--{name}:{}", colour(value)))
    .join(";");
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} – {word}</title>\n<style>:root{{{variables}}}{STYLE}</style>\n</head>\n<body>\n\
         <p class=\"note\" role=\"note\">{note}</p>\n<div class=\"mark\" aria-hidden=\"true\">{word}</div>\n\
         <main>\n{body}\n</main>\n</body>\n</html>\n",
        language.code(),
        html::escape(title),
    )
}

/// What the page looks like; the colours are the theme's.
const STYLE: &str = "\
body{margin:0;background:#fff;color:var(--ink);font:15px/1.5 'IBM Plex Sans',system-ui,sans-serif}\
main{max-width:50rem;margin:0 auto;padding:1rem 1.5rem 4rem}\
.note{position:sticky;top:0;margin:0;padding:.4rem 1.5rem;background:var(--tint);border-bottom:2px solid var(--undecidable);font-weight:600;z-index:2}\
.mark{position:fixed;inset:0;display:grid;place-items:center;font-size:8rem;font-weight:700;opacity:.05;transform:rotate(-30deg);pointer-events:none}\
h1,h2{color:var(--brand);line-height:1.25}h3{line-height:1.3}\
.cover{border-left:.5rem solid var(--brand);padding:0 0 1rem 1.5rem;margin-bottom:2rem}\
.firm{display:flex;gap:.8rem;align-items:center;min-height:42pt}.firm img,.firm svg{max-height:42pt;max-width:150pt}\
.firm strong{color:var(--brand)}.small{color:var(--muted);font-size:.85em}\
.verdict{padding:.8rem 1rem;border-left:4px solid currentColor;background:var(--tint)}.verdict p{color:var(--ink);margin:.2rem 0 0}\
.met{color:var(--met)}.breached{color:var(--breached)}.undecidable{color:var(--undecidable)}\
dl.facts,.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.6rem 1rem;margin:1rem 0}\
.tiles>div{background:var(--tint);padding:.7rem}dt{color:var(--muted);font-size:.85em}dd{margin:0;font-weight:600;overflow-wrap:anywhere}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}\
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid var(--rule)}th{color:var(--muted);font-weight:600}\
.right{text-align:right;font-variant-numeric:tabular-nums}code{overflow-wrap:anywhere;font-size:.9em}\
figure{margin:1rem 0}figcaption{font-weight:600;font-size:.9em}figure>svg{width:100%;height:auto}\
.legend{color:var(--muted);font-size:.85em;margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1rem}\
hr{border:0;border-top:1px solid var(--rule)}.break{border-top:2px dashed var(--rule);margin:2rem 0}a{color:var(--brand)}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TemplateFiles;

    fn shown(templates: &Templates, document: PreviewDocument, language: Language, verdict: Verdict) -> String {
        let preview = Preview { document, language, verdict, tenant: None };
        preview_html(templates, &preview).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What no page of a stranger's templates may hold.
    fn check_harmless(page: &str) {
        let lower = page.to_lowercase();
        let harms = [
            "<script",
            "javascript:",
            "<link",
            "<iframe",
            "<object",
            "@import",
            "<base",
            " onload=",
            " onerror=",
            "url(",
        ];
        for harm in harms {
            assert!(!lower.contains(harm), "{harm} stands in the page");
        }
        // A name space is an address by its letters only; the name of a source is a text.
        let spaces = lower.matches("xmlns=\"http://www.w3.org/2000/svg\"").count();
        assert_eq!(lower.matches("=\"http").count(), spaces, "something is loaded");
        assert_eq!(lower.matches(" src=\"").count(), lower.matches(" src=\"data:image/png;base64,").count());
        assert_eq!(lower.matches(" href=\"").count(), lower.matches(" href=\"#").count());
    }

    #[test]
    fn every_document_can_be_looked_at_in_both_languages() {
        let templates = Templates::builtin();
        for (language, note) in
            [(Language::De, "alle Zahlen sind erfunden"), (Language::En, "all figures are invented")]
        {
            for document in PreviewDocument::ALL {
                let page = shown(&templates, document, language, Verdict::Undecidable);
                assert!(page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{}\">", language.code())), "{page}");
                assert!(page.contains(note), "{}", document.name());
                assert_eq!(page.matches("<h1").count(), 1, "{}", document.name());
                assert_eq!(PreviewDocument::named(document.name()), Some(document));
                check_harmless(&page);
                assert_eq!(
                    page,
                    shown(&templates, document, language, Verdict::Undecidable),
                    "two runs give equal bytes"
                );
            }
        }
        assert_eq!(PreviewDocument::named("letter"), None);
    }

    #[test]
    fn every_figure_is_told_in_words_and_numbers() {
        for verdict in [Verdict::Met, Verdict::Breached, Verdict::Undecidable] {
            let page = shown(&Templates::builtin(), PreviewDocument::Report, Language::De, verdict);
            let figures = page.matches("<figure").count();
            assert!(figures > 3, "{figures}");
            assert_eq!(page.matches("role=\"img\" aria-label=\"").count(), figures);
            assert_eq!(page.matches("<details").count(), figures, "the numbers of every figure are there");
            assert!(!page.contains("aria-label=\"\"") && !page.contains("NaN"));
            // A German reader's numbers have a comma; what has three digits behind a point are thousands.
            let cells = page.split("<td class=\"right\">").skip(1).filter_map(|cell| cell.split_once("</td>"));
            let is_english = |cell: &&str| {
                let behind = |word: &str| word.split_once('.').map(|(_, part)| part.len());
                cell.split_whitespace()
                    .any(|word| word.parse::<f64>().is_ok() && behind(word).is_some_and(|len| len != 3))
            };
            let english: Vec<&str> = cells.map(|(cell, _)| cell).filter(is_english).collect();
            assert!(english.is_empty(), "{english:?}");
        }
    }

    #[test]
    fn texts_of_templates_stay_texts() {
        let files: TemplateFiles = [(
            "letter-met.de.md".to_owned(),
            b"# \\<script>alert(1)\\</script>\n\n{{ '<img src=x onerror=y>' }} `<b>`\n\n[a](#b) \n\n## B { #b }\n"
                .to_vec(),
        )]
        .into();
        let templates = Templates::from_source(&files).unwrap_or_else(|error| panic!("{error}"));
        let page = shown(&templates, PreviewDocument::Letter(Verdict::Met), Language::De, Verdict::Met);
        assert!(page.contains("&lt;img src=x onerror=y&gt; <code>&lt;b&gt;</code>"), "{page}");
        assert!(page.contains("<title>&lt;script&gt;alert(1)&lt;/script&gt; – Vorschau</title>"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<img"));
    }

    #[test]
    fn logos_stand_in_the_page_itself() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 2\"><desc>secret</desc><path d=\"M0 0H4V2Z\"/></svg>";
        let own = "{\"logo\": {\"file\": \"a.svg\", \"alternative\": \"A \\\"quoted\\\" <mark>\"}, \"address\": [\"Elbe 1\"]}";
        let files: TemplateFiles = [
            ("tenants/nordlicht/theme.json".to_owned(), own.as_bytes().to_vec()),
            ("tenants/nordlicht/a.svg".to_owned(), svg.as_bytes().to_vec()),
        ]
        .into();
        let templates = Templates::from_source(&files).unwrap_or_else(|error| panic!("{error}"));
        let preview = |tenant| Preview {
            document: PreviewDocument::Report,
            language: Language::En,
            verdict: Verdict::Met,
            tenant,
        };
        let page = preview_html(&templates, &preview(Some("nordlicht"))).unwrap_or_else(|error| panic!("{error}"));
        assert!(page.contains("aria-label=\"A &quot;quoted&quot; &lt;mark&gt;\"") && page.contains("Elbe 1"), "{page}");
        assert!(!page.contains("secret"), "only the paths are shown");
        check_harmless(&page);
        let without = preview_html(&templates, &preview(None)).unwrap_or_else(|error| panic!("{error}"));
        assert!(!without.contains("Elbe 1"));
    }
}
