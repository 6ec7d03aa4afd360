//! SQL as far as it must be understood: quotes, comments and variables. A variable becomes a parameter that is bound; its value is
//! never a part of the statement's text. What a statement means beyond that is the server's.

use std::fmt;

use super::query::{UnknownVariable, Variables, variable};
use crate::phrase;
use crate::phrase::Phrase;

/// Start of the period, a `timestamptz`.
const FROM: &str = "from";
/// End of the period, a `timestamptz`.
const TO: &str = "to";
/// Width of a slice, an `interval`.
const SLICE: &str = "slice";

/// A statement whose variables are numbered parameters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    text: String,
    parameters: Vec<Parameter>,
}

/// What is bound to a parameter, as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parameter {
    /// The value of a variable, the same in every month.
    Value {
        /// The variable's name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Start of the period that is read.
    From,
    /// Its end.
    To,
    /// Width of a slice.
    Slice,
}

impl Statement {
    /// The statement as a server gets it, with `$1`, `$2` and so on.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is bound to `$1`, `$2` and so on.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

/// As evidence keeps it: the text, and a line for each parameter. Period and width of an evidence stand beside it.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        for (number, parameter) in (1..).zip(&self.parameters) {
            match parameter {
                Parameter::Value { name, value } => write!(f, "\n${number}: {name} {value:?}")?,
                Parameter::From => write!(f, "\n${number}: start of the period")?,
                Parameter::To => write!(f, "\n${number}: end of the period")?,
                Parameter::Slice => write!(f, "\n${number}: width of a slice")?,
            }
        }
        Ok(())
    }
}

impl Variables {
    /// The statement with a parameter for each variable; the same variable is the same parameter. `$from`, `$to` and
    /// `$slice` are the period's start and end and a slice's width whatever a tenant's labels are called.
    ///
    /// # Errors
    /// [`UnknownVariable`] names the first variable that the tenant has not.
    pub fn in_sql(&self, sql: &str) -> Result<Statement, UnknownVariable> {
        let mut statement = Statement { text: String::with_capacity(sql.len()), parameters: Vec::new() };
        for part in parts(sql) {
            let name = match part {
                Part::Code(text) | Part::Comment(text) | Part::Quoted(text) => {
                    statement.text.push_str(text);
                    continue;
                }
                Part::Variable(name) => name,
            };
            let (parameter, cast) = match name {
                FROM => (Parameter::From, "::timestamptz"),
                TO => (Parameter::To, "::timestamptz"),
                SLICE => (Parameter::Slice, "::interval"),
                name => {
                    let value = self.value(name).map_err(|error| error.or(&[FROM, TO]))?.to_owned();
                    (Parameter::Value { name: name.to_owned(), value }, "")
                }
            };
            let known = statement.parameters.iter().position(|one| *one == parameter);
            let number = known.unwrap_or(statement.parameters.len()) + 1;
            if known.is_none() {
                statement.parameters.push(parameter);
            }
            statement.text.push_str(&format!("${number}{cast}"));
        }
        Ok(statement)
    }
}

/// Whether a statement names a variable that can differ between tenants.
pub(super) fn tells_tenants_apart(sql: &str) -> bool {
    parts(sql).any(|part| matches!(part, Part::Variable(name) if ![FROM, TO, SLICE].contains(&name)))
}

/// What is found, and what is expected instead, where a statement cannot be asked as it is meant.
pub(super) fn unsound(sql: &str) -> Vec<(Phrase, Phrase)> {
    let mut found = Vec::new();
    let (mut names, mut has_ended) = (Vec::new(), false);
    for part in parts(sql) {
        match part {
            Part::Comment(_) => {}
            Part::Variable(name) => {
                names.push(name);
                has_more(&mut found, &mut has_ended);
            }
            Part::Quoted(text) => {
                has_more(&mut found, &mut has_ended);
                let quoted = text.split('$').skip(1).map(|after| variable(after).0).find(|name| !name.is_empty());
                if let Some(name) = quoted {
                    let expected = phrase!(
                        "${name} without quotes: it is bound as a parameter",
                        "${name} ohne Anführungszeichen: es wird als Parameter gebunden"
                    );
                    found.push((phrase!("${name} between quotes", "${name} in Anführungszeichen"), expected));
                }
            }
            Part::Code(text) => {
                if text.contains('$') {
                    let expected = phrase!(
                        "variables such as $tenant alone; texts stand between single quotes",
                        "allein Variablen wie $tenant; Texte stehen in einfachen Anführungszeichen"
                    );
                    found.push((phrase!("a $ that no variable follows", "ein $, dem keine Variable folgt"), expected));
                }
                for (index, between) in text.split(';').enumerate() {
                    has_ended |= index > 0;
                    if !between.trim().is_empty() {
                        has_more(&mut found, &mut has_ended);
                    }
                }
            }
        }
    }
    if !(names.contains(&FROM) && names.contains(&TO)) {
        let expected = phrase!(
            "the rows of the period alone, such as \"where t > $from and t <= $to\"",
            "allein die Zeilen des Zeitraums, etwa \"where t > $from and t <= $to\""
        );
        found.push((phrase!("a query without $from and $to", "eine Abfrage ohne $from und $to"), expected));
    }
    found
}

/// Something follows; after the end of a statement that is told, once.
fn has_more(found: &mut Vec<(Phrase, Phrase)>, has_ended: &mut bool) {
    if std::mem::take(has_ended) {
        let expected = phrase!("one query, which reads", "eine einzige Abfrage, die liest");
        found.push((phrase!("several statements", "mehrere Anweisungen"), expected));
    }
}

/// A part of a statement. All parts together are the statement, but for a variable's `$` and braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Code(&'a str),
    /// A text or a name, with its quotes.
    Quoted(&'a str),
    Comment(&'a str),
    /// The name of a variable.
    Variable(&'a str),
}

fn parts(sql: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let (part, behind) = next(rest)?;
        rest = behind;
        Some(part)
    })
}

fn next(rest: &str) -> Option<(Part<'_>, &str)> {
    if rest.is_empty() {
        return None;
    }
    let length = if rest.starts_with("--") {
        rest.find('\n').unwrap_or(rest.len())
    } else if rest.starts_with("/*") {
        block_comment(rest)
    } else if rest.starts_with(['\'', '"']) {
        quoted(rest, false)
    } else {
        let (name, behind) = rest.strip_prefix('$').map_or(("", rest), variable);
        // What a `$` follows at once is the tag of a quoted text.
        if !name.is_empty() && !behind.starts_with('$') {
            return Some((Part::Variable(name), behind));
        }
        return Some(code(rest));
    };
    let (part, behind) = rest.split_at(length);
    let part = if rest.starts_with(['\'', '"']) { Part::Quoted(part) } else { Part::Comment(part) };
    Some((part, behind))
}

/// Code until something else begins.
fn code(rest: &str) -> (Part<'_>, &str) {
    let bytes = rest.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let mut at = 0;
    while at < bytes.len() {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        match bytes[at] {
            b'\'' if before.is_some_and(|byte| byte.eq_ignore_ascii_case(&b'e')) && is_prefix(bytes, at - 1) => {
                // `E'…'`, in which a backslash takes a quote along, goes with its letter.
                if at > 1 {
                    return cut(rest, at - 1);
                }
                let length = 1 + quoted(&rest[1..], true);
                return (Part::Quoted(&rest[..length]), &rest[length..]);
            }
            b'\'' | b'"' if at > 0 => return cut(rest, at),
            b'-' if at > 0 && bytes.get(at + 1) == Some(&b'-') => return cut(rest, at),
            b'/' if at > 0 && bytes.get(at + 1) == Some(&b'*') => return cut(rest, at),
            // A name may hold a `$`, so one that follows a letter begins no variable.
            b'$' if at > 0 && !before.is_some_and(|byte| is_word(byte) || byte == b'$') => return cut(rest, at),
            _ => at += 1,
        }
    }
    (Part::Code(rest), "")
}

fn cut(rest: &str, at: usize) -> (Part<'_>, &str) {
    (Part::Code(&rest[..at]), &rest[at..])
}

/// Whether the letter at that place is a word of its own.
fn is_prefix(bytes: &[u8], at: usize) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80;
    at.checked_sub(1).is_none_or(|before| !is_part(bytes[before]))
}

/// Length of a quoted text from its first quote; a doubled quote begins the next part, which is quoted as well.
fn quoted(rest: &str, has_escapes: bool) -> usize {
    let quote = rest.as_bytes()[0];
    let mut bytes = rest.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        if byte == quote {
            return at + 1;
        }
        if byte == b'\\' && has_escapes {
            bytes.next();
        }
    }
    rest.len()
}

/// Length of a comment, in which others may stand.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let ahead = &rest.as_bytes()[at..];
        if ahead.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if ahead.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn variables() -> Variables {
        let labels = BTreeMap::from([
            ("site".to_owned(), "x'; drop table slices; --".to_owned()),
            ("from".to_owned(), "shadow".to_owned()),
        ]);
        Variables::new("nord", &labels, 60)
    }

    #[test]
    fn trap_23_variables_are_parameters_and_no_value_is_in_the_text() {
        #[track_caller]
        fn check(sql: &str, text: &str, parameters: &[&str]) {
            let statement = variables().in_sql(sql).expect("known variables");
            let told = statement.to_string();
            let mut lines = told.strip_prefix(statement.text()).expect("the text first").lines().skip(1);
            assert_eq!(statement.text(), text);
            assert!(lines.by_ref().eq(parameters.iter().copied()), "{told}");
        }
        check(
            "select t from slices where tenant = $tenant and t > $from and t <= ${to} - $slice",
            "select t from slices where tenant = $1 and t > $2::timestamptz and t <= $3::timestamptz - $4::interval",
            &["$1: tenant \"nord\"", "$2: start of the period", "$3: end of the period", "$4: width of a slice"],
        );
        // One variable is one parameter; a label is a value and no text.
        check("$site$tenant", "$site$tenant", &[]);
        check("$tenant,$site,$tenant", "$1,$2,$1", &["$1: tenant \"nord\"", "$2: site \"x'; drop table slices; --\""]);
        // Texts, names and comments are left as they are.
        for sql in [
            "select 'a$tenant''$from', \"b$to\", E'\\'$tenant', e'\\\\' -- $tenant\n, /* $a /* $b */ $c */ 1",
            "select '$tenant",
            "select /* $tenant",
            "select a$tenant, $1, $$x$$, $x$ y $x$",
        ] {
            check(sql, sql, &[]);
        }
        check("select E'\\\\'||$tenant", "select E'\\\\'||$1", &["$1: tenant \"nord\""]);
        check("select type'\\'||$tenant", "select type'\\'||$1", &["$1: tenant \"nord\""]);
        check("$tenant::uuid", "$1::uuid", &["$1: tenant \"nord\""]);
    }

    #[test]
    fn an_unknown_variable_is_told_with_those_that_exist() {
        let error = variables().in_sql("select $region").expect_err("unknown");
        assert_eq!((error.name.as_str(), error.known.as_str()), ("region", "$from, $site, $slice, $tenant, $to"));
    }

    #[test]
    fn what_cannot_be_asked_is_told() {
        #[track_caller]
        fn check(sql: &str, expected: &[&str]) {
            let sql = format!("{sql} where t > $from and t <= $to");
            let found: Vec<String> = unsound(&sql).iter().map(|(found, _)| found.en().to_owned()).collect();
            assert_eq!(found, expected, "{sql}");
        }
        check("select 1", &[]);
        check("select '5..$', E'\\';'", &[]);
        check("select '$tenant'", &["$tenant between quotes"]);
        check("select \"${tenant}\"", &["$tenant between quotes"]);
        check("select $1", &["a $ that no variable follows"]);
        check("select $$x$$", &["a $ that no variable follows"]);
        check("delete from x; select 1", &["several statements"]);
        check("select ';' /* ; */", &[]);
        assert!(unsound("select $from, $to ; -- done\n").is_empty());
        assert_eq!(unsound("select 1 -- $from $to").len(), 1);
    }

    #[test]
    fn trap_23_a_statement_that_only_names_the_period_is_the_same_for_every_tenant() {
        assert!(tells_tenants_apart("select $from where tenant = $tenant"));
        assert!(!tells_tenants_apart("select $from, $to, $slice -- $tenant\n, '$tenant'"));
    }
}
