//! What the linter says, in both languages of the window. A phrase is made of both texts at once, so that nothing can be
//! told in one of them alone.

use std::borrow::Cow;

/// A text in English and German: a noun phrase in the nominative. What it quotes of a catalogue, such as names, keys,
/// values and queries, stands alike in both.
///
/// It prints itself in neither language: whoever shows it says in which.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phrase {
    en: Cow<'static, str>,
    de: Cow<'static, str>,
}

impl Phrase {
    /// A phrase that is always the same.
    pub const fn new(en: &'static str, de: &'static str) -> Self {
        Self { en: Cow::Borrowed(en), de: Cow::Borrowed(de) }
    }

    /// A phrase that was put together; [`phrase!`](crate::phrase) does that.
    pub fn told(en: String, de: String) -> Self {
        Self { en: en.into(), de: de.into() }
    }

    /// What stands in a catalogue and is the same in every language.
    pub fn quoted(text: impl Into<String>) -> Self {
        let text: Cow<'static, str> = text.into().into();
        Self { en: text.clone(), de: text }
    }

    /// One of several names or values.
    pub(crate) fn one_of(known: &str) -> Self {
        crate::phrase!("one of: {known}", "eines von: {known}")
    }

    /// A field that is not there.
    pub(crate) fn no_field(name: &str) -> Self {
        crate::phrase!("no field {name:?}", "kein Feld {name:?}")
    }

    /// The English text.
    pub fn en(&self) -> &str {
        &self.en
    }

    /// The German text.
    pub fn de(&self) -> &str {
        &self.de
    }
}

/// A [`Phrase`](crate::phrase::Phrase) of an English and a German format string, which quote the same arguments.
#[macro_export]
macro_rules! phrase {
    ($en:literal, $de:literal $(, $argument:expr)* $(,)?) => {
        $crate::phrase::Phrase::told(format!($en $(, $argument)*), format!($de $(, $argument)*))
    };
}
