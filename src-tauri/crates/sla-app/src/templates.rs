//! Templates that somebody edits: every mistake at once, and a document of an invented month to look at. Both take a folder
//! or files in memory, as an editor has them.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use sla_report::{Preview, ReportError, TemplateError, TemplateFinding, TemplateSource, Templates, preview_html};

use crate::findings::FindingWords;
use crate::outfile::{OutFileError, put_again};

/// What every preview begins with; a file that does not is somebody else's.
const PREVIEW_HEAD: &[u8] = b"<!DOCTYPE html>\n<html lang=\"";
/// What every preview has in it.
const PREVIEW_MARK: &[u8] = b"<div class=\"mark\" aria-hidden=\"true\">";

/// A mistake in templates, as programs and the interface see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TemplateFindingView {
    /// The stable name of what kind of mistake it is, such as `contrast`.
    pub code: String,
    /// Name of the file inside the folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What stands there, in English.
    pub found: String,
    /// What should stand there, in English.
    pub expected: String,
    /// Both in German.
    pub german: FindingWords,
}

impl TemplateFindingView {
    /// A finding as it is shown.
    pub fn of(finding: &TemplateFinding) -> Self {
        let TemplateFinding { file, line, code, found, expected } = finding;
        Self {
            code: code.name().to_owned(),
            file: file.clone(),
            line: *line,
            found: found.en().to_owned(),
            expected: expected.en().to_owned(),
            german: FindingWords { found: found.de().to_owned(), expected: expected.de().to_owned() },
        }
    }
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The templates have mistakes; the first one is told.
    #[error("{0}; sla template check tells every mistake")]
    Templates(#[from] TemplateError),
    /// The template refuses the invented month.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] OutFileError),
}

impl PreviewError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Templates(_) => "templates",
            Self::Report(_) => "report",
            Self::File(error) => error.code(),
        }
    }
}

/// Every mistake in templates, in the order of files and lines.
pub fn check_templates<'a>(source: impl Into<TemplateSource<'a>>) -> Vec<TemplateFinding> {
    Templates::check(source)
}

/// A document of an invented month as a page.
///
/// # Errors
/// [`PreviewError`], without one of the file.
pub fn preview<'a>(source: impl Into<TemplateSource<'a>>, preview: &Preview<'_>) -> Result<String, PreviewError> {
    let templates = Templates::from_source(source)?;
    Ok(preview_html(&templates, preview)?)
}

/// Puts a page in a file, in place of an earlier preview but of nothing else. Gives whether something was written.
///
/// # Errors
/// [`OutFileError::Taken`] when the file is no preview, and when the system does not write it.
pub fn lay_preview(path: &Path, page: &str) -> Result<bool, OutFileError> {
    put_again(path, page.as_bytes(), is_preview)
}

fn is_preview(bytes: &[u8]) -> bool {
    bytes.starts_with(PREVIEW_HEAD) && bytes.windows(PREVIEW_MARK.len()).any(|part| part == PREVIEW_MARK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_core::record::{Language, Verdict};
    use sla_report::{PreviewDocument, TemplateFiles};

    #[test]
    fn a_preview_takes_the_place_of_an_earlier_one_only() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("report.html");
        let request = |language| Preview {
            document: PreviewDocument::Letter(Verdict::Met),
            language,
            verdict: Verdict::Met,
            tenant: None,
        };
        let none = TemplateFiles::new();
        let german = preview(&none, &request(Language::De)).expect("a page");
        let english = preview(&none, &request(Language::En)).expect("a page");
        assert!(lay_preview(&path, &german).expect("written"));
        assert!(!lay_preview(&path, &german).expect("there already"));
        assert!(lay_preview(&path, &english).expect("written"));
        std::fs::write(&path, "<!DOCTYPE html>\n<html lang=\"de\">\nmine").expect("written");
        assert_eq!(lay_preview(&path, &german).map_err(|error| error.code()), Err("file.taken"));
    }

    #[test]
    fn mistakes_of_files_in_memory_are_told_in_both_languages() {
        let files: TemplateFiles = [("letter-mett.de.md".to_owned(), Vec::new())].into();
        let views: Vec<TemplateFindingView> = check_templates(&files).iter().map(TemplateFindingView::of).collect();
        let [view] = views.as_slice() else { panic!("{views:?}") };
        assert_eq!((view.code.as_str(), view.file.as_str(), view.line), ("unknown-file", "letter-mett.de.md", 1));
        assert_eq!(view.expected, "a name such as \"letter-met.de.md\"");
        assert_eq!(view.german.expected, "ein Name wie \"letter-met.de.md\"");
    }
}
