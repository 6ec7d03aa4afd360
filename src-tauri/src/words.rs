//! The few words that are not the page's: the tray's. They come from the interface's own files.

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use serde::Deserialize;
use unic_langid::LanguageIdentifier;

/// A language that the interface speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    De,
    En,
}

/// The words of a language.
pub(crate) struct Words(FluentBundle<FluentResource>);

impl Language {
    /// The one that the system speaks, by the variables that say so.
    pub(crate) fn of_system() -> Self {
        let said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
        Self::named(said.into_iter().find(|value| !value.is_empty()).as_deref())
    }

    fn named(locale: Option<&str>) -> Self {
        if locale.is_some_and(|locale| locale.starts_with("de")) { Self::De } else { Self::En }
    }
}

impl Words {
    pub(crate) fn new(language: Language) -> Self {
        let (id, text) = match language {
            Language::De => ("de-DE", include_str!("../../assets/locales/de.ftl")),
            Language::En => ("en-GB", include_str!("../../assets/locales/en.ftl")),
        };
        let id: LanguageIdentifier = id.parse().expect("the name of a language");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // A test reads both files; what cannot be read is left out, and its id is shown.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    /// The words for an id.
    pub(crate) fn of(&self, id: &str) -> String {
        let Some(pattern) = self.0.get_message(id).and_then(|message| message.value()) else { return id.to_owned() };
        self.0.format_pattern(pattern, None, &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tray_has_words() {
        #[track_caller]
        fn check(language: Language, id: &str, expected: &str) {
            assert_eq!(Words::new(language).of(id), expected);
        }
        check(Language::De, "tray-open", "SLA Desk öffnen");
        check(Language::En, "tray-open", "Open SLA Desk");
        check(Language::De, "tray-quit", "Beenden");
        check(Language::En, "tray-quit", "Quit");
        check(Language::En, "no-such-words", "no-such-words");
    }

    #[test]
    fn the_system_says_which_language() {
        #[track_caller]
        fn check(locale: Option<&str>, expected: Language) {
            assert_eq!(Language::named(locale), expected, "{locale:?}");
        }
        check(Some("de_AT.UTF-8"), Language::De);
        check(Some("de"), Language::De);
        check(Some("en_GB.UTF-8"), Language::En);
        check(Some("C"), Language::En);
        check(None, Language::En);
    }
}
