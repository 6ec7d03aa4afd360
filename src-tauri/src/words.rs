//! The few words that are not the page's: the tray's.

pub(crate) use sla_app::Words;
pub(crate) use sla_core::record::Language;

/// The language that the system speaks, by the variables that say so.
pub(crate) fn of_system() -> Language {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    named(said.into_iter().find(|value| !value.is_empty()).as_deref())
}

fn named(locale: Option<&str>) -> Language {
    if locale.is_some_and(|locale| locale.starts_with("de")) { Language::De } else { Language::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_which_language() {
        #[track_caller]
        fn check(locale: Option<&str>, expected: Language) {
            assert_eq!(named(locale), expected, "{locale:?}");
        }
        check(Some("de_AT.UTF-8"), Language::De);
        check(Some("de"), Language::De);
        check(Some("en_GB.UTF-8"), Language::En);
        check(Some("C"), Language::En);
        check(None, Language::En);
    }
}
