//! Bounds of what a template can make. The engine's fuel pays for every step and every byte that is written, captured or made
//! by an operator, but not for a list or a map that is turned into text, nor for what such values hold of each other: a few
//! lines could double a value until memory ends. So
//!
//! - lists and maps are written down with constants only, or where nothing but what is in them is kept (`[a, b] | max`,
//!   `x in [a, b]`, `for x in [a, b]`), and `namespace`, `dict`, `zip` and `batch` are not there: no value
//!   holds another one twice, or ever deeper;
//! - `+` and `*` are there for numbers: lists that are added up are walked, however long, before anything is paid;
//! - a part of a list (`x[1:]`) gets no name before a filter has made a list of it: the engine keeps such parts in each other,
//!   and thousands of them are deeper than its stack;
//! - `~`, which would turn any value into text unseen, is refused: two values are written after each other, and
//!   `{% set %}…{% endset %}` keeps them;
//! - of the engine's filters and functions only those listed here are there, and those that take a text refuse a list;
//! - what is printed is a text or a number, and a document goes through a writer that ends.

use std::fmt::{self, Write};

use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, Stmt, UnaryOpKind};
use minijinja::machinery::{self, Span};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State};
use sla_core::phrase;
use sla_core::phrase::Phrase;

use crate::finding::{TemplateCode, TemplateFinding};

/// The most bytes of a document's text, and of a text that a filter makes.
const LIMIT_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;
const LIMIT_VALUE_BYTES: usize = 256 * 1024;

/// The engine's filters that are left out. The others, which README.md of the templates lists, pay for what they visit and make
/// no text: `abs`, `attr`, `bool`, `count`, `d`, `default`, `first`, `float`, `int`, `items`, `last`, `length`, `list`,
/// `max`, `min`, `reject`, `rejectattr`, `reverse`, `round`, `select`, `selectattr`, `sort`, `sum`, `unique`.
const NO_FILTERS: [&str; 22] = [
    "batch",
    "slice",
    "safe",
    "escape",
    "e",
    "title",
    "dictsort",
    "split",
    "lines",
    "string",
    "indent",
    "map",
    "groupby",
    "chain",
    "zip",
    "pprint",
    "format",
    "tojson",
    "urlencode",
    "replace",
    "join",
    "trim",
];
/// Filters that keep a part of a list, or a number or a text made of it.
const REDUCING: [&str; 8] = ["max", "min", "sum", "first", "last", "length", "count", "join"];
/// Filters that make a list or a text of their own, all of it at once.
const WHOLE: [&str; 6] = ["list", "lower", "upper", "capitalize", "trim", "replace"];
/// Filters that make a number of whatever they take.
const NUMBERS: [&str; 6] = ["int", "float", "abs", "round", "length", "count"];
/// The engine's functions that are left out; `range` is there.
const NO_FUNCTIONS: [&str; 3] = ["dict", "namespace", "debug"];

/// Takes from an environment what has no bound, and puts bounded filters of the same names in place of some.
pub(crate) fn restrict(environment: &mut Environment<'static>) {
    for name in NO_FILTERS {
        environment.remove_filter(name);
    }
    for name in NO_FUNCTIONS {
        environment.remove_global(name);
    }
    let of_text = |change: fn(&str) -> String| {
        move |value: Value| -> Result<Value, Error> { Ok(alike(&value, change(&text(&value)?))) }
    };
    environment.add_filter("lower", of_text(|text| text.to_lowercase()));
    environment.add_filter("upper", of_text(|text| text.to_uppercase()));
    environment.add_filter("trim", of_text(|text| text.trim().to_owned()));
    environment.add_filter("capitalize", of_text(capitalized));
    environment.add_filter("join", join);
    environment.add_filter("replace", |value: Value, from: &str, to: &str| -> Result<Value, Error> {
        let text = text(&value)?;
        let size = text.len().saturating_add(text.matches(from).count().saturating_mul(to.len()));
        if size > LIMIT_VALUE_BYTES {
            return Err(too_long("replace"));
        }
        Ok(alike(&value, text.replace(from, to)))
    });
}

/// A text as safe as the value that it was made of.
fn alike(value: &Value, text: String) -> Value {
    if value.is_safe() { Value::from_safe_string(text) } else { Value::from(text) }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + &characters.as_str().to_lowercase()
    })
}

/// Texts and numbers after each other.
fn join(state: &State, value: Value, between: Option<&str>) -> Result<Value, Error> {
    let mut joined = String::new();
    for (index, item) in value.try_iter()?.enumerate() {
        state.consume_fuel(1)?;
        if index > 0 {
            joined.push_str(between.unwrap_or_default());
        }
        joined.push_str(&text(&item)?);
        if joined.len() > LIMIT_VALUE_BYTES {
            return Err(too_long("join"));
        }
    }
    Ok(Value::from(joined))
}

/// Why a document is refused that does not end.
pub(crate) fn too_long_document() -> Phrase {
    phrase!(
        "a document of more than {} MB; does a loop never end?",
        "ein Dokument von mehr als {} MB; endet eine Schleife nie?",
        LIMIT_DOCUMENT_BYTES / 1024 / 1024
    )
}

fn too_long(filter: &str) -> Error {
    Error::new(
        ErrorKind::InvalidOperation,
        format!("{filter} makes a text of more than {} KB", LIMIT_VALUE_BYTES / 1024),
    )
}

/// The text of a value that is none of many: of a list or a map nobody knows how long it becomes.
pub(crate) fn text(value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    match value.as_object() {
        Some(_) => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("found a {}, expected a text or a number; join makes a text of a list", value.kind()),
        )),
        None => Ok(value.to_string()),
    }
}

/// Prints a value; `change` is what becomes of a text that is not safe.
pub(crate) fn print(
    out: &mut minijinja::Output<'_>,
    state: &State,
    value: &Value,
    change: impl FnOnce(&str) -> String,
) -> Result<(), Error> {
    if let Some(text) = value.as_str() {
        // Escaping at most doubles it; the engine charges what is written.
        state.consume_fuel(u64::try_from(text.len() / 64).unwrap_or(u64::MAX))?;
        let written = if value.is_safe() { out.write_str(text) } else { out.write_str(&change(text)) };
        return written.map_err(Error::from);
    }
    // A list is never printed: the engine would walk all of it, also when nobody takes what it writes any more.
    out.write_str(&change(&text(value)?)).map_err(Error::from)
}

/// A text that takes so many bytes and no more.
pub(crate) struct Bounded {
    text: String,
    limit: usize,
    is_full: bool,
}

impl Bounded {
    /// The text of a whole document.
    pub(crate) fn document() -> Self {
        Self { text: String::new(), limit: LIMIT_DOCUMENT_BYTES, is_full: false }
    }

    /// Whether more came than it takes.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.text.len().saturating_add(text.len()) > self.limit {
            self.is_full = true;
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(std::io::Error::other)?;
        self.write_str(text).map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Looks at a template's own text: whether it makes values whose size nobody bounds. A text that is no template is told
/// elsewhere.
pub(crate) fn check(file: &str, source: &str, syntax: SyntaxConfig) -> Vec<TemplateFinding> {
    let mut walker = Walker { file, is_kept: false, findings: Vec::new() };
    if let Ok(template) = machinery::parse(source, file, syntax) {
        walker.statement(&template);
    }
    walker.findings
}

struct Walker<'a> {
    file: &'a str,
    /// Whether the value that is walked gets a name.
    is_kept: bool,
    findings: Vec<TemplateFinding>,
}

impl Walker<'_> {
    fn wrong(&mut self, span: Span, found: Phrase, expected: Phrase) {
        let line = usize::from(span.start_line).max(1);
        self.findings.push(TemplateFinding::new(TemplateCode::Template, self.file, line, found, expected));
    }

    fn all(&mut self, statements: &[Stmt<'_>]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Template(template) => self.all(&template.children),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr),
            Stmt::EmitRaw(_) | Stmt::Extends(_) | Stmt::Import(_) | Stmt::FromImport(_) => {}
            Stmt::Include(include) => self.of_constants(&include.name),
            Stmt::ForLoop(one) => {
                self.kept_in_parts(&one.iter);
                one.filter_expr.iter().for_each(|filter| self.expression(filter));
                self.all(&one.body);
                self.all(&one.else_body);
            }
            Stmt::IfCond(one) => {
                self.expression(&one.expr);
                self.all(&one.true_body);
                self.all(&one.false_body);
            }
            Stmt::WithBlock(one) => {
                one.assignments.iter().for_each(|(_, value)| self.kept(value));
                self.all(&one.body);
            }
            Stmt::Set(one) => self.kept(&one.expr),
            Stmt::SetBlock(one) => {
                one.filter.iter().for_each(|filter| self.expression(filter));
                self.all(&one.body);
            }
            Stmt::AutoEscape(one) => {
                self.expression(&one.enabled);
                self.all(&one.body);
            }
            Stmt::FilterBlock(one) => {
                self.expression(&one.filter);
                self.all(&one.body);
            }
            Stmt::Block(one) => self.all(&one.body),
            Stmt::Macro(one) => {
                one.defaults.iter().for_each(|default| self.expression(default));
                self.all(&one.body);
            }
            Stmt::CallBlock(one) => {
                self.expression(&one.call.expr);
                self.arguments(&one.call.args);
                one.macro_decl.defaults.iter().for_each(|default| self.expression(default));
                self.all(&one.macro_decl.body);
            }
            Stmt::Do(one) => {
                self.expression(&one.call.expr);
                self.arguments(&one.call.args);
            }
        }
    }

    /// A value that gets a name.
    fn kept(&mut self, expression: &Expr<'_>) {
        let before = std::mem::replace(&mut self.is_kept, true);
        self.expression(expression);
        self.is_kept = before;
    }

    /// A value of which something new is made, all of it at once.
    fn used_up(&mut self, walk: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.is_kept, false);
        walk(self);
        self.is_kept = before;
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value)
                | CallArg::Kwarg(_, value)
                | CallArg::PosSplat(value)
                | CallArg::KwargSplat(value) => self.kept(value),
            }
        }
    }

    fn expression(&mut self, expression: &Expr<'_>) {
        match expression {
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::Slice(one) => {
                if self.is_kept {
                    self.wrong(
                        one.span(),
                        Phrase::new("a part x[a:b] that gets a name", "ein Teil x[a:b], der einen Namen bekommt"),
                        Phrase::new(
                            "it where it is used, or through a filter, such as x[1:] | list",
                            "ihn dort, wo er gebraucht wird, oder durch einen Filter, etwa x[1:] | list",
                        ),
                    );
                }
                self.expression(&one.expr);
                [&one.start, &one.stop, &one.step].into_iter().flatten().for_each(|part| self.expression(part));
            }
            Expr::UnaryOp(one) => self.expression(&one.expr),
            Expr::BinOp(one) => {
                if matches!(one.op, BinOpKind::Concat) {
                    self.wrong(
                        one.span(),
                        Phrase::new("an operator ~", "ein Operator ~"),
                        Phrase::new(
                            "values after each other, {{ a }}{{ b }}, also between {% set x %} and {% endset %}",
                            "Werte nacheinander, {{ a }}{{ b }}, auch zwischen {% set x %} und {% endset %}",
                        ),
                    );
                }
                let is_sum = matches!(one.op, BinOpKind::Add) && !is_number(&one.left) && !is_number(&one.right);
                let is_product = matches!(one.op, BinOpKind::Mul) && !(is_number(&one.left) && is_number(&one.right));
                if is_sum || is_product {
                    self.wrong(
                        one.span(),
                        Phrase::new(
                            "a sum or a product of what may be lists or texts",
                            "eine Summe oder ein Produkt von etwas, das Liste oder Text sein kann",
                        ),
                        Phrase::new(
                            "numbers that can be seen to be some, such as 2 or (x | int)",
                            "Zahlen, denen man es ansieht, etwa 2 oder (x | int)",
                        ),
                    );
                }
                self.expression(&one.left);
                match one.op {
                    BinOpKind::In => self.kept_in_parts(&one.right),
                    _ => self.expression(&one.right),
                }
            }
            Expr::Compare(one) => {
                self.expression(&one.expr);
                for other in &one.ops {
                    match other.op {
                        CompareOpKind::In | CompareOpKind::NotIn => self.kept_in_parts(&other.expr),
                        _ => self.expression(&other.expr),
                    }
                }
            }
            Expr::IfExpr(one) => {
                self.expression(&one.test_expr);
                self.expression(&one.true_expr);
                one.false_expr.iter().for_each(|other| self.expression(other));
            }
            Expr::Filter(one) => {
                let is_whole = NUMBERS.contains(&one.name) || WHOLE.contains(&one.name) || REDUCING.contains(&one.name);
                match &one.expr {
                    Some(value) if is_whole => self.used_up(|walker| walker.of_filter(one.name, value)),
                    Some(value) => self.expression(value),
                    None => {}
                }
                self.arguments(&one.args);
            }
            Expr::Test(one) => {
                self.expression(&one.expr);
                self.arguments(&one.args);
            }
            Expr::GetAttr(one) => self.expression(&one.expr),
            Expr::GetItem(one) => {
                self.expression(&one.expr);
                self.expression(&one.subscript_expr);
            }
            Expr::Call(one) => {
                self.expression(&one.expr);
                self.arguments(&one.args);
            }
            Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) => self.of_constants(expression),
        }
    }

    fn of_filter(&mut self, filter: &str, value: &Expr<'_>) {
        match REDUCING.contains(&filter) {
            true => self.kept_in_parts(value),
            false => self.expression(value),
        }
    }

    /// A list of which nobody keeps the whole may hold any values, but no such list of its own.
    fn kept_in_parts(&mut self, expression: &Expr<'_>) {
        match expression {
            Expr::List(one) => one.items.iter().for_each(|item| self.expression(item)),
            Expr::Tuple(one) => one.items.iter().for_each(|item| self.expression(item)),
            other => self.expression(other),
        }
    }

    /// A list or a map holds what is written down there and nothing else.
    fn of_constants(&mut self, expression: &Expr<'_>) {
        if is_constant(expression) || !matches!(expression, Expr::List(_) | Expr::Tuple(_) | Expr::Map(_)) {
            return;
        }
        self.wrong(
            expression.span(),
            Phrase::new(
                "a list or a map that holds other values",
                "eine Liste oder Zuordnung, die andere Werte enthält",
            ),
            Phrase::new(
                "only texts and numbers in it, such as [\"a\", 1]",
                "nur Texte und Zahlen darin, etwa [\"a\", 1]",
            ),
        );
    }
}

/// Whether an expression is a number or fails, whatever its names stand for.
fn is_number(expression: &Expr<'_>) -> bool {
    match expression {
        Expr::Const(one) => one.value.is_number(),
        Expr::UnaryOp(one) => matches!(one.op, UnaryOpKind::Neg),
        Expr::BinOp(one) => match one.op {
            BinOpKind::Sub | BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem | BinOpKind::Pow => true,
            BinOpKind::Add => is_number(&one.left) || is_number(&one.right),
            BinOpKind::Mul => is_number(&one.left) && is_number(&one.right),
            _ => false,
        },
        Expr::Filter(one) => NUMBERS.contains(&one.name),
        _ => false,
    }
}

fn is_constant(expression: &Expr<'_>) -> bool {
    match expression {
        Expr::Const(_) => true,
        Expr::UnaryOp(one) => is_constant(&one.expr),
        Expr::List(one) => one.items.iter().all(is_constant),
        Expr::Tuple(one) => one.items.iter().all(is_constant),
        Expr::Map(one) => one.keys.iter().chain(&one.values).all(is_constant),
        _ => false,
    }
}
