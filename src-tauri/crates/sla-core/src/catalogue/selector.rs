//! A selector of PromQL: a metric's name and label matchers, and nothing else. Counters are read sample by sample, so what
//! they are must be said without any function.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::value::{ValueError, text_value};
use crate::phrase::Phrase;

/// The label that holds a metric's name.
const NAME: &str = "__name__";

/// Series of a server, by their labels. Printed it is the selector in one form, whatever it was written as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    matchers: Vec<Matcher>,
}

/// What a label of a series must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matcher {
    /// The label; a metric's name is the label `__name__`.
    pub label: String,
    /// How it is compared.
    pub comparison: MatcherComparison,
    /// What it is compared with: a text, or a regular expression for the whole of it.
    pub value: String,
}

/// How a label is compared. The numbers are those of Prometheus' remote read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatcherComparison {
    /// `=`.
    Equal = 0,
    /// `!=`.
    NotEqual = 1,
    /// `=~`.
    Matches = 2,
    /// `!~`.
    MatchesNot = 3,
}

text_value!(
    Selector,
    "sla-selector",
    "series, without function, range or offset, such as http_requests_total{tenant=\"$tenant\"}",
    "Zeitreihen ohne Funktion, Bereich oder Versatz, etwa http_requests_total{tenant=\"$tenant\"}"
);

/// The name of a label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

text_value!(
    Label,
    "sla-label",
    "the name of a label, such as \"instance\"",
    "der Name eines Labels, etwa \"instance\""
);

impl Label {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Label {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let refused = || ValueError { found: text.to_owned(), expected: Self::EXPECTED };
        if is_name(text, |_| false) { Ok(Self(text.to_owned())) } else { Err(refused()) }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Selector {
    /// Its matchers, the metric's name first where it is written before the braces.
    pub fn matchers(&self) -> &[Matcher] {
        &self.matchers
    }

    /// The same with another text in place of each value.
    ///
    /// # Errors
    /// What `replace` refuses.
    pub fn map_values<E>(&self, replace: impl Fn(&str) -> Result<String, E>) -> Result<Self, E> {
        let one = |one: &Matcher| Ok(Matcher { value: replace(&one.value)?, ..one.clone() });
        Ok(Self { matchers: self.matchers.iter().map(one).collect::<Result<_, E>>()? })
    }

    /// Those of the series whose label has exactly this value; an empty one stands for a label that is not there.
    #[must_use]
    pub fn and(&self, label: &str, value: &str) -> Self {
        let mut matchers = self.matchers.clone();
        let (label, value) = (label.to_owned(), value.to_owned());
        matchers.push(Matcher { label, comparison: MatcherComparison::Equal, value });
        Self { matchers }
    }

    /// The series with exactly these labels.
    pub fn of_labels<'a>(labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let equal = |(label, value): (&str, &str)| Matcher {
            label: label.to_owned(),
            comparison: MatcherComparison::Equal,
            value: value.to_owned(),
        };
        Self { matchers: labels.into_iter().map(equal).collect() }
    }
}

impl MatcherComparison {
    fn operator(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::MatchesNot => "!~",
        }
    }

    /// Whether it lets a label pass that is not there.
    fn takes_nothing(self, value: &str) -> bool {
        match self {
            Self::Equal => value.is_empty(),
            Self::NotEqual => !value.is_empty(),
            // Which expressions match the empty text is the server's to say; these are the ones that are written.
            Self::Matches => matches!(value, "" | ".*"),
            Self::MatchesNot => !matches!(value, "" | ".*" | ".+"),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |one: &Matcher| {
            one.label == NAME && one.comparison == MatcherComparison::Equal && is_name(&one.value, |c| c == ':')
        };
        let (name, rest) = match self.matchers.split_first() {
            Some((first, rest)) if named(first) => (first.value.as_str(), rest),
            _ => ("", self.matchers.as_slice()),
        };
        f.write_str(name)?;
        if rest.is_empty() {
            return Ok(());
        }
        for (index, Matcher { label, comparison, value }) in rest.iter().enumerate() {
            write!(f, "{}{label}{}\"", if index == 0 { "{" } else { "," }, comparison.operator())?;
            for c in value.chars() {
                match c {
                    '"' | '\\' => write!(f, "\\{c}")?,
                    '\n' => f.write_str("\\n")?,
                    c => write!(f, "{c}")?,
                }
            }
            f.write_str("\"")?;
        }
        f.write_str("}")
    }
}

impl FromStr for Selector {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        read(text).ok_or_else(|| ValueError { found: text.to_owned(), expected: Self::EXPECTED })
    }
}

fn read(text: &str) -> Option<Selector> {
    let mut rest = text.trim();
    let mut matchers = Vec::new();
    let name = take_name(&mut rest, |c| c == ':');
    if !name.is_empty() {
        let (label, value) = (NAME.to_owned(), name.to_owned());
        matchers.push(Matcher { label, comparison: MatcherComparison::Equal, value });
    }
    rest = rest.trim_start();
    if !rest.is_empty() {
        rest = rest.strip_prefix('{')?.trim_start();
        while !rest.starts_with('}') {
            let label = take_name(&mut rest, |_| false);
            rest = rest.trim_start();
            let comparison = take_comparison(&mut rest).filter(|_| !label.is_empty())?;
            rest = rest.trim_start();
            let value = take_quoted(&mut rest)?;
            matchers.push(Matcher { label: label.to_owned(), comparison, value });
            rest = rest.trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None if rest.starts_with('}') => {}
                None => return None,
            }
        }
        rest = &rest[1..];
    }
    // As the server has it: what every series matches selects nothing in particular.
    let selects = matchers.iter().any(|one| !one.comparison.takes_nothing(&one.value));
    (rest.is_empty() && selects).then_some(Selector { matchers })
}

/// A name at the beginning, also a variable such as `$metric`, which is replaced before a server sees it.
fn take_name<'a>(rest: &mut &'a str, also: impl Fn(char) -> bool) -> &'a str {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || also(c)));
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    *rest = after;
    name
}

fn is_name(text: &str, also: impl Fn(char) -> bool) -> bool {
    let mut rest = text;
    !take_name(&mut rest, also).is_empty() && rest.is_empty() && !text.contains('$')
}

fn take_comparison(rest: &mut &str) -> Option<MatcherComparison> {
    use MatcherComparison::{Equal, Matches, MatchesNot, NotEqual};
    // The longer ones first.
    let (comparison, after) = [Matches, MatchesNot, NotEqual, Equal]
        .into_iter()
        .find_map(|comparison| Some((comparison, rest.strip_prefix(comparison.operator())?)))?;
    *rest = after;
    Some(comparison)
}

/// A text between quotes, with what is escaped in it read as Go reads it.
fn take_quoted(rest: &mut &str) -> Option<String> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut chars = rest.char_indices().skip(1);
    let mut text = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => {
                *rest = &rest[at + c.len_utf8()..];
                return Some(text);
            }
            '\\' if quote != '`' => text.push(escaped(&mut chars, quote)?),
            '\n' if quote != '`' => return None,
            c => text.push(c),
        }
    }
    None
}

fn escaped(chars: &mut impl Iterator<Item = (usize, char)>, quote: char) -> Option<char> {
    match chars.next()?.1 {
        '\\' => Some('\\'),
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        'u' => code_point(chars, 4),
        'U' => code_point(chars, 8),
        c => (c == quote).then_some(c),
    }
}

fn code_point(chars: &mut impl Iterator<Item = (usize, char)>, digits: usize) -> Option<char> {
    let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
    let is_whole = hex.len() == digits && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    char::from_u32(u32::from_str_radix(&hex, 16).ok().filter(|_| is_whole)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_selector_is_read_and_written_in_one_form() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            let selector: Selector = text.parse().expect("a selector");
            assert_eq!(selector.to_string(), expected, "{text}");
            assert_eq!(expected.parse::<Selector>().as_ref(), Ok(&selector), "{text}");
        }
        check("up", "up");
        check(" job:errors:sum { } ", "job:errors:sum");
        check("x{a='1', b != \"2\",c=~`.+`,d!~\"y\",}", "x{a=\"1\",b!=\"2\",c=~\".+\",d!~\"y\"}");
        check("{__name__=\"x y\"}", "{__name__=\"x y\"}");
        check("{__name__=\"x\",a=\"b\"}", "x{a=\"b\"}");
        check("{a=\"b\",__name__=\"x\"}", "{a=\"b\",__name__=\"x\"}");
        check("x_bucket{le=~\"1(\\\\.0)?\"}", "x_bucket{le=~\"1(\\\\.0)?\"}");
        check("x{a=`\\d`}", "x{a=\"\\\\d\"}");
        check("x{a='\\'\\t\\u00e4\\U0001F600\"'}", "x{a=\"'\tä😀\\\"\"}");
        check("$metric{tenant=\"$tenant\"}", "{__name__=\"$metric\",tenant=\"$tenant\"}");
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        for text in [
            "",
            "{}",
            "{a=\"\"}",
            "{a!=\"b\"}",
            "{a=~\".*\"}",
            "x[5m]",
            "x offset 5m",
            "rate(x[5m])",
            "sum(x)",
            "x + y",
            "x{a=b}",
            "x{a=\"b}",
            "x{a=\"b\"",
            "x{a=\"b\" c=\"d\"}",
            "x{=\"b\"}",
            "x{a \"b\"}",
            "x{a=\"\\q\"}",
            "x{a=\"\\u12\"}",
            "x{a=\"\\ud800\"}",
            "x{a=\"b\nc\"}",
            "1x",
            "x} ",
            "x @ end()",
        ] {
            assert!(text.parse::<Selector>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_value_survives_being_written(value in any::<String>(), label in "[a-z_][a-z0-9_]{0,8}") {
            let selector = Selector::of_labels([("__name__", "x"), (label.as_str(), value.as_str())]);
            prop_assert_eq!(selector.to_string().parse::<Selector>(), Ok(selector));
        }
    }
}
