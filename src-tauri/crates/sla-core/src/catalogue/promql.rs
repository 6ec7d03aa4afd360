//! PromQL as far as it must be understood: brackets, quotes and names. What a query means beyond them is the server's.

use std::ops::Range;

use super::query::variable;
use crate::phrase;
use crate::phrase::Phrase;

/// Functions of the difference between samples. A sample on the border of two slices belongs to both of them, as the
/// end of one difference and the start of the next, so that no difference is lost and none counts twice.
const OF_DIFFERENCES: [&str; 9] =
    ["changes", "delta", "deriv", "idelta", "increase", "irate", "predict_linear", "rate", "resets"];
/// Functions that read a fall of a counter as its restart.
const OF_COUNTERS: [&str; 3] = ["increase", "irate", "rate"];
/// Functions that carry a difference on to the ends of its range.
const EXTRAPOLATING: [&str; 3] = ["delta", "increase", "rate"];
const AGGREGATIONS: [&str; 14] = [
    "avg",
    "bottomk",
    "count",
    "count_values",
    "group",
    "limit_ratio",
    "limitk",
    "max",
    "min",
    "quantile",
    "stddev",
    "stdvar",
    "sum",
    "topk",
];

/// What a list of labels in parentheses follows.
const OF_LABELS: [&str; 6] = ["by", "group_left", "group_right", "ignoring", "on", "without"];
/// Words of the language that are neither functions nor aggregations, and numbers that are words.
const KEYWORDS: [&str; 8] = ["and", "atan2", "bool", "inf", "nan", "offset", "or", "unless"];

/// A piece of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A name, a keyword, a number, a duration or a variable.
    Word(&'a str),
    /// What stands between two quotes, as it is written.
    Quoted(char, &'a str),
    /// Any other character but blanks and comments.
    Sign(char),
}

/// A query in pieces, each with its position.
pub(super) struct Tokens<'a>(Vec<(usize, Token<'a>)>);

/// Where in a query a variable stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// Between quotes of this kind.
    Quoted(char),
    /// It is the range of a selector or a subquery whose samples are counted, one by one.
    CountedRange,
    /// Anywhere else.
    Bare,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(query: &'a str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = query;
        while let Some(first) = rest.chars().next() {
            let at = query.len() - rest.len();
            let behind = &rest[first.len_utf8()..];
            let length = match first {
                '"' | '\'' | '`' => {
                    let inside = quoted(behind, first);
                    tokens.push((at, Token::Quoted(first, inside)));
                    (1 + inside.len() + 1).min(rest.len())
                }
                '#' => rest.find('\n').unwrap_or(rest.len()),
                '$' if !variable(behind).0.is_empty() => {
                    let length = rest.len() - variable(behind).1.len();
                    tokens.push((at, Token::Word(&rest[..length])));
                    length
                }
                _ if is_of_word(first) => {
                    let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                    tokens.push((at, Token::Word(&rest[..length])));
                    length
                }
                _ => {
                    if !first.is_whitespace() {
                        tokens.push((at, Token::Sign(first)));
                    }
                    first.len_utf8()
                }
            };
            rest = &rest[length..];
        }
        Self(tokens)
    }

    /// What stands around the variable at that position.
    pub(super) fn spot(&self, at: usize) -> Spot {
        let mut calls = Calls::default();
        let mut before = None;
        for (start, token) in &self.0 {
            match *token {
                Token::Quoted(quote, inside) if (*start..=*start + inside.len()).contains(&at) => {
                    return Spot::Quoted(quote);
                }
                // The step behind the colon of a subquery is none of its samples' time.
                Token::Word(_) if *start == at && before == Some(Token::Sign('[')) => {
                    let counts = calls.innermost().is_none_or(|name| !OF_DIFFERENCES.contains(&name));
                    return if counts { Spot::CountedRange } else { Spot::Bare };
                }
                token => calls.step(token),
            }
            before = Some(*token);
        }
        Spot::Bare
    }

    /// Whether a function is called that carries the difference of samples on to the ends of its range.
    pub(super) fn extrapolates(&self) -> bool {
        self.0
            .windows(2)
            .any(|pair| matches!(pair, [(_, Token::Word(name)), (_, Token::Sign('('))] if EXTRAPOLATING.contains(name)))
    }

    /// Where the selectors stand, each from its metric's name or its opening brace to its closing one. Names of functions, of
    /// labels that are grouped or matched by, and what stands between brackets are none.
    pub(super) fn selectors(&self) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut is_list = false;
        let mut open = Vec::new();
        for (index, &(at, token)) in self.0.iter().enumerate() {
            let next = self.0.get(index + 1).map(|(_, token)| *token);
            match (token, open.last()) {
                (Token::Sign('}'), Some('{')) => {
                    open.pop();
                    if let Some(last) = found.last_mut() {
                        last.end = at + 1;
                    }
                }
                (_, Some('{')) => {}
                (Token::Sign(']'), Some('[')) => drop(open.pop()),
                (Token::Sign('['), _) => open.push('['),
                (_, Some('[')) => {}
                (Token::Sign('{'), _) => {
                    open.push('{');
                    let named = found
                        .last()
                        .is_some_and(|last| self.0[..index].last().is_some_and(|(before, _)| *before == last.start));
                    if !named {
                        found.push(at..at + 1);
                    }
                }
                (Token::Sign(')'), _) => is_list = false,
                (Token::Word(word), _) if OF_LABELS.iter().any(|known| known.eq_ignore_ascii_case(word)) => {
                    is_list = next == Some(Token::Sign('('));
                }
                (Token::Word(word), _) if !is_list && next != Some(Token::Sign('(')) && is_metric(word, next) => {
                    found.push(at..at + word.len());
                }
                _ => {}
            }
        }
        found
    }

    /// What is found, and what is expected instead, where a query gives wrong numbers although a server answers it.
    pub(super) fn unsound(&self) -> Vec<(Phrase, Phrase)> {
        let mut found = Vec::new();
        let mut calls = Calls::default();
        for (index, (_, token)) in self.0.iter().enumerate() {
            let next = |ahead: usize| self.0.get(index + ahead).map(|(_, token)| *token);
            if let Token::Word(name) = *token
                && !calls.in_braces()
                && is_aggregation(name)
                && matches!(next(1), Some(Token::Sign('(') | Token::Word("by" | "without")))
                && let Some(counter) = calls.any(&OF_COUNTERS)
            {
                let expected = phrase!(
                    "the difference first, {name}({counter}(…)): in a {name} the restart of one counter is lost",
                    "zuerst die Differenz, {name}({counter}(…)): in {name} geht der Neustart eines Zählers unter"
                );
                found.push((phrase!("{counter} over {name}(…)", "{counter} über {name}(…)"), expected));
            }
            if let Token::Word("le") = *token
                && calls.in_braces()
                && let Some((operator, Token::Quoted(_, bound))) = operator(next(1), next(2), next(3))
                && let Some(whole) = whole(bound)
            {
                let regex = if operator.starts_with('!') { "!~" } else { "=~" };
                let other = if bound == whole { format!("{whole}.0") } else { whole.to_owned() };
                found.push((
                    phrase!(
                        "le{operator}\"{bound}\", which another version of the server writes as {other}",
                        "le{operator}\"{bound}\", in einer anderen Version des Servers {other} geschrieben"
                    ),
                    phrase!(
                        "le{regex}\"{whole}(\\\\.0)?\", which matches both",
                        "le{regex}\"{whole}(\\\\.0)?\", das auf beides passt"
                    ),
                ));
            }
            calls.step(*token);
        }
        found
    }
}

/// The brackets that are open, each parenthesis with the name before it.
#[derive(Default)]
struct Calls<'a> {
    open: Vec<(char, &'a str)>,
    word: &'a str,
}

impl<'a> Calls<'a> {
    fn step(&mut self, token: Token<'a>) {
        match token {
            Token::Sign(bracket @ ('(' | '[' | '{')) => self.open.push((bracket, self.word)),
            Token::Sign(')' | ']' | '}') => {
                self.open.pop();
            }
            _ => {}
        }
        self.word = if let Token::Word(word) = token { word } else { "" };
    }

    /// The innermost function that is being called.
    fn innermost(&self) -> Option<&'a str> {
        self.calls().next_back()
    }

    /// The outermost of those functions that is being called.
    fn any(&self, names: &[&str]) -> Option<&'a str> {
        self.calls().find(|name| names.contains(name))
    }

    fn calls(&self) -> impl DoubleEndedIterator<Item = &'a str> {
        self.open.iter().filter(|(bracket, name)| *bracket == '(' && !name.is_empty()).map(|(_, name)| *name)
    }

    fn in_braces(&self) -> bool {
        self.open.last().is_some_and(|(bracket, _)| *bracket == '{')
    }
}

/// Whether a word that no parenthesis follows names series.
fn is_metric(word: &str, next: Option<Token<'_>>) -> bool {
    let is_keyword = KEYWORDS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let is_grouped = is_aggregation(word) && matches!(next, Some(Token::Word(_)));
    !is_keyword && !is_grouped && !word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
}

/// Unlike functions, aggregations are read in any case.
fn is_aggregation(name: &str) -> bool {
    AGGREGATIONS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '.')
}

/// What stands before the quote that closes a text; everything when none does.
fn quoted(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == quote {
            return &text[..at];
        } else {
            // Between backticks a backslash is a character as any other.
            escaped = c == '\\' && quote != '`';
        }
    }
    text
}

/// The operator of a label matcher, and what stands behind it.
fn operator<'a>(
    first: Option<Token<'a>>,
    second: Option<Token<'a>>,
    third: Option<Token<'a>>,
) -> Option<(&'static str, Token<'a>)> {
    match (first?, second?) {
        (Token::Sign('='), Token::Sign('~')) => Some(("=~", third?)),
        (Token::Sign('!'), Token::Sign('~')) => Some(("!~", third?)),
        (Token::Sign('!'), Token::Sign('=')) => Some(("!=", third?)),
        (Token::Sign('='), value) => Some(("=", value)),
        _ => None,
    }
}

/// The whole number that a bucket's bound is, without the `.0` of version 3. Of bounds from a million on version 3
/// writes another form, and servers' clients differ.
fn whole(bound: &str) -> Option<&str> {
    let whole = bound.strip_suffix(".0").unwrap_or(bound);
    let is_whole = !whole.is_empty() && whole.len() <= 6 && whole.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_quoted_a_counted_range_or_bare() {
        /// The spot of the query's only variable.
        #[track_caller]
        fn check(query: &str, expected: Spot) {
            let at = query.find('$').expect("a variable");
            assert_eq!(Tokens::of(query).spot(at), expected, "{query}");
        }
        check("sum_over_time(x[$slice])", Spot::CountedRange);
        check("sum(sum_over_time(x{a=\"b\"} [ ${slice} ]))", Spot::CountedRange);
        check("avg_over_time((x)[$slice:15s])", Spot::CountedRange);
        check("quantile_over_time(0.99, x[$slice])", Spot::CountedRange);
        check("sum_over_time(increase(x[1m])[$slice:1m])", Spot::CountedRange);
        check("sum_over_time(x[5m] offset $slice)", Spot::Bare);
        check("max_over_time(x[5m:$slice])", Spot::Bare);
        check("x - x offset $slice", Spot::Bare);
        for name in OF_DIFFERENCES {
            check(&format!("sum by (a) ({name}(x[$slice]))"), Spot::Bare);
            check(&format!("{name}((x[$slice]))"), Spot::Bare);
        }
        check("max_over_time(increase(x[$slice])[5m:])", Spot::Bare);
        check("x{a=\"b[$slice]\"}", Spot::Quoted('"'));
        check("x{a=\"$tenant\"}", Spot::Quoted('"'));
        check("x{a='\"$tenant'}", Spot::Quoted('\''));
        check("x{a=`\\`,b=\"$tenant\"}", Spot::Quoted('"'));
        check("x{a=\"\\\"$tenant\"}", Spot::Quoted('"'));
        check("x{a=\"ü\",b=`$tenant", Spot::Quoted('`'));
        check("# \" (\nsum_over_time(x[$slice])", Spot::CountedRange);
    }

    #[test]
    fn selectors_are_found_and_nothing_else() {
        #[track_caller]
        fn check(query: &str, expected: &[&str]) {
            let found: Vec<&str> = Tokens::of(query).selectors().into_iter().map(|range| &query[range]).collect();
            assert_eq!(found, expected, "{query}");
        }
        check("up", &["up"]);
        check("job:errors:rate5m{a=\"b\"}", &["job:errors:rate5m{a=\"b\"}"]);
        check("x {a=\"}\", b=~'{'} [5m]", &["x {a=\"}\", b=~'{'}"]);
        check("{__name__=~\"x|y\"}", &["{__name__=~\"x|y\"}"]);
        check("sum by (a, b) (rate(x{c=\"d\"}[5m] offset 1h)) / ON (a) group_left(b) y", &["x{c=\"d\"}", "y"]);
        check("sum(x) without (z) + 1.5e3 > bool -Inf", &["x"]);
        check("sum without (z) (x) or vector(0) unless y and on() z", &["x", "y", "z"]);
        check("max_over_time(rate(x[1m])[5m:30s]) # not y", &["x"]);
        check("label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\") @ 1609746000", &["x"]);
        check("x @ start() - x offset -5m", &["x", "x"]);
        check("histogram_quantile(.9, count_values(\"v\", sum))", &["sum"]);
        check("x[5m] * (y) % z{}", &["x", "y", "z{}"]);
        check("time() - NaN", &[]);
    }

    #[test]
    fn what_is_extrapolated_is_known() {
        for (query, expected) in [
            ("sum(increase(x[1m]))", true),
            ("rate (x[1m]) > 0", true),
            ("delta(x[1m])", true),
            ("sum(sum_over_time(x[1m]))", false),
            ("increase", false),
            ("x{rate=\"increase(\"}", false),
            ("x - x offset 1m", false),
        ] {
            assert_eq!(Tokens::of(query).extrapolates(), expected, "{query}");
        }
    }

    #[test]
    fn what_gives_wrong_numbers_is_found() {
        #[track_caller]
        fn check(query: &str, expected: &[&str]) {
            let unsound = Tokens::of(query).unsound();
            let found: Vec<&str> = unsound.iter().map(|(found, _)| found.en()).collect();
            assert_eq!(found, expected, "{query}");
        }
        // A counter's restart cannot be seen in a sum of counters.
        check("increase(sum(x)[5m:15s])", &["increase over sum(…)"]);
        check("rate(sum by (job) (x)[5m:])", &["rate over sum(…)"]);
        check("sum(irate((max without (replica)(x))[$slice:15s]))", &["irate over max(…)"]);
        check("rate(SUM(x)[5m:])", &["rate over SUM(…)"]);
        check("increase ( sum ( rate(x[1m]) ) [1h:1m] )", &["increase over sum(…)"]);
        check("increase(avg(x)[5m:]) / increase(count(y)[5m:])", &["increase over avg(…)", "increase over count(…)"]);
        // Version 3 writes whole bounds of buckets with a point.
        check("x_bucket{le=\"1\"}", &["le=\"1\", which another version of the server writes as 1.0"]);
        check("x_bucket{a=\"b\", le != '10.0'}", &["le!=\"10.0\", which another version of the server writes as 10"]);
        check("x_bucket{le=~\"5\"}", &["le=~\"5\", which another version of the server writes as 5.0"]);
        check("x_bucket{le!~`5`}", &["le!~\"5\", which another version of the server writes as 5.0"]);

        for sound in [
            "sum(increase(http_requests_total{tenant=\"$tenant\",code=~\"5..\"}[$slice])) or vector(0)",
            "sum(last_over_time(probes{tenant=\"$tenant\"}[$slice]))",
            "sum(x{tenant=\"$tenant\"} - x{tenant=\"$tenant\"} offset $slice)",
            "sum by (le) (rate(x_bucket[$slice]))",
            "histogram_quantile(0.99, sum by (le) (rate(x_bucket{tenant=\"$tenant\"}[$slice])))",
            "delta(sum(gauge)[5m:15s])",
            "max_over_time(sum(rate(x[1m]))[5m:1m])",
            "rate(sum[5m])",
            "rate(x{sum=\"(\"}[5m])",
            "rate(x{job=\"sum(y)\"}[5m])",
            "rate(count:x:sum[5m])",
            "rate(x[5m]) # not rate(sum(x)[5m:])",
            "sum(x) / rate(y[5m])",
            "x_bucket{le=~\"1(\\\\.0)?\"}",
            "x_bucket{le=\"0.5\"}",
            "x_bucket{le=\"+Inf\"}",
            "x_bucket{le=\"1e+06\"}",
            "x_bucket{le=~\"1|2\"}",
            "x{level=\"1\", pole=\"1\"}",
            "sum by (le) (x_bucket)",
            "x <= 1 and le == 1",
            "",
        ] {
            check(sound, &[]);
        }
    }

    #[test]
    fn what_is_expected_can_be_written_down() {
        let unsound = Tokens::of("rate(sum(x_bucket{le=\"1\"})[5m:])").unsound();
        let expected: Vec<&str> = unsound.iter().map(|(_, expected)| expected.en()).collect();
        assert!(expected[0].contains("sum(rate(…))"), "{expected:?}");
        assert_eq!(expected[1], "le=~\"1(\\\\.0)?\", which matches both");
    }
}
