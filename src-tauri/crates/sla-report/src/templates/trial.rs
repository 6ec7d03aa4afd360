//! Every template filled once, with months that hold every kind of finding.

use sla_core::phrase::Phrase;

use super::{LANGUAGES, Templates, VERDICTS};
use crate::finding::{TemplateCode, TemplateFinding};
use crate::workbook::report_xlsx;
use crate::{ReportError, governance_documents, letter, occasion, sample, statement_documents};

/// What is wrong with templates that are filled. `text` gives a template's own text, in which the place is looked for.
pub(super) fn run(templates: &Templates, mut text: impl FnMut(&str) -> String) -> Vec<TemplateFinding> {
    let mut errors = Vec::new();
    for language in LANGUAGES {
        for verdict in VERDICTS {
            let record = sample::record(language, verdict);
            let contacts = sample::contacts();
            let settled = sample::settlement(&record);
            for settlement in [None, Some(&settled)] {
                errors.extend(crate::manuscript_of(templates, &record, settlement).err());
                errors.extend(letter::Letter::write(templates, &record, settlement, &contacts).err());
                errors.extend(report_xlsx(templates, &record, settlement).err());
            }
            errors.extend(statement_documents(templates, language, &sample::statement(&record)).err());
            errors.extend(governance_documents(templates, language, &sample::governance(&record)).err());
        }
        errors.extend(occasion::try_out(templates, language));
    }
    errors.into_iter().map(|error| finding(error, &mut text)).collect()
}

fn finding(error: ReportError, text: impl FnOnce(&str) -> String) -> TemplateFinding {
    let filled = || {
        Phrase::new(
            "a text that every invented month can be filled into",
            "ein Text, in den sich jeder erfundene Monat füllen lässt",
        )
    };
    match error {
        ReportError::Template { file, line, reason } => {
            TemplateFinding::new(TemplateCode::Template, &file, line, reason, filled())
        }
        ReportError::Block { file, expected, found, text: produced } => {
            let line = place(&text(&file), &produced);
            TemplateFinding::new(TemplateCode::Template, &file, line, *found, *expected)
        }
        other => {
            let found = Phrase::quoted(other.to_string());
            TemplateFinding::new(TemplateCode::InvalidValue, "theme.json", 1, found, filled())
        }
    }
}

/// The line of a template that most likely produced a line: of those whose text up to the first mark of the template begins it,
/// the one with the longest; else the first.
fn place(template: &str, produced: &str) -> usize {
    let produced = produced.trim();
    let begins = (1..).zip(template.lines()).filter_map(|(line, text)| {
        let own = text.trim();
        let literal = own.split(['{', '}']).next().unwrap_or_default().trim_end();
        let is_it = own == produced || (literal.len() > 1 && produced.starts_with(literal));
        is_it.then_some((literal.len(), std::cmp::Reverse(line)))
    });
    begins.max().map_or(1, |(_, std::cmp::Reverse(line))| line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_produced_line_is_found_in_its_template() {
        #[track_caller]
        fn check(produced: &str, line: usize) {
            assert_eq!(place("# A\n\ntiles: {{ x }}\ntiles: b {{ y }}\nend", produced), line);
        }
        check("tiles: b c", 4);
        check("tiles: z", 3);
        check("end", 5);
        check("nothing of it", 1);
    }
}
