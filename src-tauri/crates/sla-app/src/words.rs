//! Words of programs that are no page, out of the interface's own files: the window's tray speaks by them, and the prompt where
//! it speaks the reader's language.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use sla_core::record::Language;
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;

/// The words of a language.
pub struct Words(FluentBundle<FluentResource>);

impl Words {
    /// The words of a language.
    pub fn new(language: Language) -> Self {
        let (id, text) = match language {
            Language::De => ("de-DE", include_str!("../../../../assets/locales/de.ftl")),
            Language::En => ("en-GB", include_str!("../../../../assets/locales/en.ftl")),
        };
        let id: LanguageIdentifier = id.parse().expect("the name of a language");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // A terminal would show the marks that keep texts of two directions apart.
        bundle.set_use_isolating(false);
        // A test reads both files; what cannot be read is left out, and its id is shown.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    /// The words for an id.
    pub fn of(&self, id: &str) -> String {
        self.with(id, [])
    }

    /// The words for an id with values in them.
    pub fn with<'a>(&self, id: &str, values: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>) -> String {
        let Some(pattern) = self.0.get_message(id).and_then(|message| message.value()) else { return id.to_owned() };
        let values: FluentArgs<'_> = values.into_iter().collect();
        self.0.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_words() {
        #[track_caller]
        fn check(language: Language, id: &str, values: &[(&str, &str)], expected: &str) {
            let values = values.iter().map(|(name, value)| (*name, FluentValue::from(*value)));
            assert_eq!(Words::new(language).with(id, values), expected);
        }
        check(Language::De, "tray-open", &[], "SLA Desk öffnen");
        check(Language::En, "tray-open", &[], "Open SLA Desk");
        check(Language::De, "tray-quit", &[], "Beenden");
        check(Language::En, "tray-quit", &[], "Quit");
        check(Language::En, "table-view-rename", &[("name", "Mine")], "Rename “Mine”");
        check(Language::En, "no-such-words", &[], "no-such-words");
    }
}
