//! Variables in queries and paths: `$tenant`, `$slice` and every label of the tenant.

use std::collections::BTreeMap;
use std::fmt;

use super::promql::{Spot, Tokens};
use super::selector::Selector;
use crate::phrase::Phrase;

/// Values for a query's variables.
#[derive(Clone, Debug)]
pub struct Variables {
    values: BTreeMap<String, String>,
    slice_seconds: i64,
}

impl Variables {
    /// The variables of a tenant: its labels, its id as `tenant` (unless a label of that name says otherwise), and the
    /// width of a slice as `slice`, for example `60s`.
    pub fn new(tenant: &str, labels: &BTreeMap<String, String>, slice_seconds: i64) -> Self {
        let mut values = BTreeMap::from([("tenant".to_owned(), tenant.to_owned())]);
        values.extend(labels.clone());
        values.insert(SLICE.to_owned(), format!("{slice_seconds}s"));
        Self { values, slice_seconds }
    }

    /// The query with every `$name` and `${name}` replaced, and escaped where it stands between quotes. A `$` that no
    /// name follows stays as it is: regular expressions end with one.
    ///
    /// # Errors
    /// [`UnknownVariable`] names the first variable that the tenant has not.
    pub fn in_query(&self, query: &str) -> Result<Query, UnknownVariable> {
        let tokens = Tokens::of(query);
        let mut replaced = Query::default();
        self.replace(query, |text, variable| {
            replaced.push(Piece::Text(text.to_owned()));
            let Some((at, name, value)) = variable else { return };
            replaced.push(match tokens.spot(at) {
                Spot::CountedRange if name == SLICE => Piece::CountedRange { slice_seconds: self.slice_seconds },
                Spot::Quoted(quote) => Piece::Text(escaped(value, quote)),
                Spot::CountedRange | Spot::Bare => Piece::Text(value.to_owned()),
            });
        })?;
        Ok(replaced)
    }

    /// The path with its variables replaced.
    ///
    /// # Errors
    /// As [`Variables::in_query`].
    pub fn in_path(&self, path: &str) -> Result<String, UnknownVariable> {
        let mut replaced = String::with_capacity(path.len());
        self.replace(path, |text, variable| {
            replaced.push_str(text);
            replaced.push_str(variable.map_or("", |(_, _, value)| value));
        })?;
        Ok(replaced)
    }

    /// Hands over every text between variables, and the variable that follows it: where it stands, its name and value.
    fn replace<'a>(
        &'a self,
        text: &'a str,
        mut take: impl FnMut(&'a str, Option<(usize, &'a str, &'a str)>),
    ) -> Result<(), UnknownVariable> {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            let at = text.len() - after.len() - 1;
            let (name, behind) = variable(after);
            if name.is_empty() {
                take(&rest[..=before.len()], None);
                rest = after;
                continue;
            }
            take(before, Some((at, name, self.value(name)?)));
            rest = behind;
        }
        take(rest, None);
        Ok(())
    }

    /// The value of a variable.
    pub(super) fn value(&self, name: &str) -> Result<&str, UnknownVariable> {
        let value = self.values.get(name).map(String::as_str);
        value.ok_or_else(|| UnknownVariable {
            name: name.to_owned(),
            known: self.values.keys().map(|name| format!("${name}")).collect::<Vec<_>>().join(", "),
        })
    }
}

const SLICE: &str = "slice";

/// A value between quotes of that kind. Between backticks nothing is escaped, and a backtick cannot be written.
fn escaped(value: &str, quote: char) -> String {
    if quote == '`' {
        return value.to_owned();
    }
    value.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")).replace('\n', "\\n")
}

/// Which ends of its range a selector covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeEnds {
    /// Both, `[t − w, t]`: Prometheus 2.
    Both,
    /// The later one, `(t − w, t]`: Prometheus from version 3.
    Later,
}

/// A query whose variables are replaced, but for one: how long the range `[$slice]` must be where its samples are
/// counted depends on the server that is asked, and nobody knows its version before.
///
/// In `sum_over_time(x[$slice])` a sample on the border of two slices belongs to the one that it ends. A server whose
/// ranges cover both ends would count it in the next slice again, so it is asked for a millisecond less, which is the
/// finest time that it knows. Functions of differences (`increase`, `rate`, `delta` and their kin) always have the
/// whole width: the sample on the border is where one difference ends and the next one starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Query(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Text(String),
    CountedRange { slice_seconds: i64 },
}

impl Query {
    /// Queries one after the other.
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        parts.into_iter().flat_map(|part| part.0).for_each(|piece| joined.push(piece));
        joined
    }

    /// What a server is asked whose selectors cover these ends of their ranges.
    pub fn text(&self, ends: RangeEnds) -> String {
        self.pieces(|slice_seconds| match ends {
            RangeEnds::Both => own_samples(slice_seconds),
            RangeEnds::Later => format!("{slice_seconds}s"),
        })
    }

    /// What every server is asked alike; `None` where it depends on the ends that its ranges cover.
    pub fn plain(&self) -> Option<String> {
        self.own_samples().is_none().then(|| self.to_string())
    }

    /// The range, such as `59999ms`, that holds the samples of one slice and no other in every version, but for a
    /// sample within the first millisecond; `None` when no samples of `$slice` are counted.
    pub fn own_samples(&self) -> Option<String> {
        self.0.iter().find_map(|piece| match piece {
            Piece::CountedRange { slice_seconds } => Some(own_samples(*slice_seconds)),
            Piece::Text(_) => None,
        })
    }

    fn pieces(&self, range: impl Fn(i64) -> String) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::CountedRange { slice_seconds } => range(*slice_seconds),
        };
        self.0.iter().map(text).collect()
    }

    /// Texts that follow each other are one, so that equal queries are equal values.
    fn push(&mut self, piece: Piece) {
        match (self.0.last_mut(), piece) {
            (_, Piece::Text(more)) if more.is_empty() => {}
            (Some(Piece::Text(text)), Piece::Text(more)) => text.push_str(&more),
            (_, piece) => self.0.push(piece),
        }
    }
}

/// A text without variables.
impl From<String> for Query {
    fn from(text: String) -> Self {
        let mut query = Self::default();
        query.push(Piece::Text(text));
        query
    }
}

/// A text without variables.
impl From<&str> for Query {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// With `$slice` where the server's version must be known.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pieces(|_| "$slice".to_owned()))
    }
}

fn own_samples(slice_seconds: i64) -> String {
    format!("{}ms", slice_seconds * 1000 - 1)
}

/// Whether a server that is asked this extrapolates: what it gives is near to the number of events, and not that number.
pub fn is_estimate(query: &str) -> bool {
    Tokens::of(query).extrapolates()
}

/// The series that a query reads, in order, each once; `None` where one of its selectors is not understood.
pub fn selectors_of(query: &str) -> Option<Vec<Selector>> {
    let mut all: Vec<Selector> = Vec::new();
    for range in Tokens::of(query).selectors() {
        let one = query[range].parse().ok()?;
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Some(all)
}

/// The same query of the series whose label has exactly this value; `None` where one of its selectors is not understood.
pub fn narrowed(query: &str, label: &str, value: &str) -> Option<String> {
    let (mut text, mut done) = (String::with_capacity(2 * query.len()), 0);
    for range in Tokens::of(query).selectors() {
        text += &query[done..range.start];
        done = range.end;
        text += &query[range].parse::<Selector>().ok()?.and(label, value).to_string();
    }
    Some(text + &query[done..])
}

/// What is found, and what is expected instead, where a query gives wrong numbers although a server answers it.
pub(super) fn unsound(query: &str) -> Vec<(Phrase, Phrase)> {
    Tokens::of(query).unsound()
}

/// Whether a text names a variable other than `$slice`, and so can differ between tenants.
pub(super) fn tells_tenants_apart(text: &str) -> bool {
    text.split('$').skip(1).any(|after| !matches!(variable(after).0, "" | SLICE))
}

/// The variable's name after a `$`, and what follows it.
pub(super) fn variable(after: &str) -> (&str, &str) {
    if let Some(braced) = after.strip_prefix('{') {
        return match braced.split_once('}') {
            Some((name, behind)) if is_name(name) => (name, behind),
            _ => ("", after),
        };
    }
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
    let (name, behind) = after.split_at(end);
    if is_name(name) { (name, behind) } else { ("", after) }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A query names a variable that the tenant has not.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found the variable ${name}, expected one of: {known}")]
pub struct UnknownVariable {
    /// The variable's name.
    pub name: String,
    /// The names that exist.
    pub known: String,
}

impl UnknownVariable {
    /// Where some more names exist.
    pub(super) fn or(self, more: &[&str]) -> Self {
        let mut known: Vec<String> = self.known.split(", ").map(str::to_owned).collect();
        known.extend(more.iter().map(|name| format!("${name}")));
        known.sort();
        known.dedup();
        Self { known: known.join(", "), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let labels = BTreeMap::from([("cluster".to_owned(), "a\"} or x{b='\\".to_owned())]);
        Variables::new("nord", &labels, 60)
    }

    #[test]
    fn a_query_is_narrowed_in_each_of_its_selectors() {
        #[track_caller]
        fn check(query: &str, expected: Option<&str>) {
            assert_eq!(narrowed(query, "replica", "a").as_deref(), expected, "{query}");
            assert_eq!(selectors_of(query).is_some(), expected.is_some(), "{query}");
        }
        check("up", Some(r#"up{replica="a"}"#));
        check(
            r#"sum by (job) (increase(x{t="n"}[60s])) / on() y or vector(0)"#,
            Some(r#"sum by (job) (increase(x{t="n",replica="a"}[60s])) / on() y{replica="a"} or vector(0)"#),
        );
        check(r#"{__name__=~"x|y"} > 0.5 # z"#, Some(r#"{__name__=~"x|y",replica="a"} > 0.5 # z"#));
        check(r#"vector(1)"#, Some("vector(1)"));
        // A name in quotes, as version 3 allows it.
        check(r#"sum({"my.metric", t="n"})"#, None);
        let read = selectors_of("x - x offset 1m + y").expect("they are understood");
        assert_eq!(read.iter().map(ToString::to_string).collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn trap_23_variables_are_replaced_and_no_label_leads_out_of_its_quotes() {
        #[track_caller]
        fn check(query: &str, expected: Result<&str, &str>) {
            let got = variables().in_query(query).map(|query| query.plain().expect("one text for every server"));
            assert_eq!(got.as_deref().map_err(|error| error.name.as_str()), expected);
        }
        check(r#"up{tenant="$tenant"}"#, Ok(r#"up{tenant="nord"}"#));
        check("increase(x[$slice])", Ok("increase(x[60s])"));
        check("increase(x[${slice}]) - x offset $slice", Ok("increase(x[60s]) - x offset 60s"));
        check(r#"x{code=~"5..$"}"#, Ok(r#"x{code=~"5..$"}"#));
        check(r#"x{c="$cluster"}"#, Ok(r#"x{c="a\"} or x{b='\\"}"#));
        check("x{c='$cluster'}", Ok(r#"x{c='a"} or x{b=\'\\'}"#));
        check("x{c=`$cluster`}", Ok(r#"x{c=`a"} or x{b='\`}"#));
        check("x{t=\"$tenants\"}", Err("tenants"));
        check("x[$__range]", Err("__range"));
        check("", Ok(""));
        assert_eq!(variables().in_path("$tenant/$slice$.csv").expect("known"), "nord/60s$.csv");
    }

    #[test]
    fn trap_02_the_range_of_counted_samples_follows_the_servers_version() {
        #[track_caller]
        fn check(query: &str, both: &str, later: &str) {
            let query = variables().in_query(query).expect("known variables");
            assert_eq!(query.text(RangeEnds::Both), both);
            assert_eq!(query.text(RangeEnds::Later), later);
            assert_eq!(query.plain().is_some(), both == later);
        }
        check("sum_over_time(x[$slice])", "sum_over_time(x[59999ms])", "sum_over_time(x[60s])");
        check("sum_over_time(x[${slice}:15s])", "sum_over_time(x[59999ms:15s])", "sum_over_time(x[60s:15s])");
        check(
            "max_over_time(x[$slice] offset $slice) / increase(y{t=\"$tenant\"}[$slice])",
            "max_over_time(x[59999ms] offset 60s) / increase(y{t=\"nord\"}[60s])",
            "max_over_time(x[60s] offset 60s) / increase(y{t=\"nord\"}[60s])",
        );
        check("sum_over_time(x[5m])", "sum_over_time(x[5m])", "sum_over_time(x[5m])");
        let query = variables().in_query("count_over_time(x[$slice])").expect("known variables");
        assert_eq!(query.to_string(), "count_over_time(x[$slice])");
        assert_eq!(query.own_samples().as_deref(), Some("59999ms"));
    }

    #[test]
    fn queries_that_read_alike_are_equal() {
        let whole = variables().in_query("(sum_over_time(x[$slice])) > bool 5").expect("known variables");
        let inner = variables().in_query("sum_over_time(x[$slice])").expect("known variables");
        assert_eq!(Query::joined(["(".into(), inner, ")".into(), " > bool 5".into()]), whole);
        assert_eq!(variables().in_query("x$").expect("known variables"), "x$".into());
    }

    #[test]
    fn trap_23_a_query_that_only_names_the_slice_is_the_same_for_every_tenant() {
        assert!(tells_tenants_apart("x{tenant=\"$tenant\"}"));
        assert!(!tells_tenants_apart("x[$slice]"));
        assert!(!tells_tenants_apart("x{a=~\"b$\"}"));
    }
}
