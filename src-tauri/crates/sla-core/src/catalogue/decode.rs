//! From a YAML tree to a typed document: the published JSON Schema judges every field at once, serde then cannot fail.

use std::sync::LazyLock;

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contract::{ContractSpec, ExclusionSpec, TenantSpec};
use super::duration::Duration;
use super::finding::{Code, Finding, Place};
use super::hours::ServiceHours;
use super::meaning::{first_sentence, german};
use super::openslo::{DataSourceSpec, Metadata, ServiceSpec, SliSpec, SloSpec};
use super::quantity::{Factor, Quantity, Share};
use super::recurrence::Recurrence;
use super::selector::{Label, Selector};
use super::template::{self, TemplateSpec};
use super::value::{Day, Instant, Name, SliceWidth, Zone};
use super::yaml::{Kind, MERGE, Node};
use crate::billing::BillingMappingSpec;
use crate::holiday::HolidayRegion;
use crate::incident::IncidentSpec;
use crate::money::Currency;
use crate::phrase;
use crate::phrase::Phrase;

/// `apiVersion` of OpenSLO's documents.
pub const OPENSLO: &str = "openslo/v1";
/// `apiVersion` of our own documents.
pub const SLA_DESK: &str = "sla-desk/v1";

/// The keyword of a schema with what a reader is told when a value does not fit. A field's own description replaces that
/// of its type; this stays.
const EXPECTED: &str = "x-expected";
/// The same in German.
const EXPECTED_DE: &str = "x-expected-de";

/// A document: what it is called, and what it says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Envelope<S> {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) metadata: Metadata,
    pub(super) spec: S,
}

/// A kind of document that is read.
pub(super) struct DocumentKind {
    pub(super) api_version: &'static str,
    pub(super) name: &'static str,
    schema: fn(&'static str, &'static str) -> Value,
}

/// Every kind that is read, in the order in which they build on each other.
pub(super) static KINDS: [DocumentKind; 10] = [
    DocumentKind { api_version: OPENSLO, name: "DataSource", schema: schema_of::<DataSourceSpec> },
    DocumentKind { api_version: OPENSLO, name: "Service", schema: schema_of::<ServiceSpec> },
    DocumentKind { api_version: OPENSLO, name: "SLI", schema: schema_of::<SliSpec> },
    DocumentKind { api_version: OPENSLO, name: "SLO", schema: schema_of::<SloSpec> },
    DocumentKind { api_version: SLA_DESK, name: "Tenant", schema: schema_of::<TenantSpec> },
    DocumentKind { api_version: SLA_DESK, name: "Contract", schema: schema_of::<ContractSpec> },
    DocumentKind { api_version: SLA_DESK, name: "Exclusion", schema: schema_of::<ExclusionSpec> },
    DocumentKind { api_version: SLA_DESK, name: "Incident", schema: schema_of::<IncidentSpec> },
    DocumentKind { api_version: SLA_DESK, name: "SlaTemplate", schema: schema_of_template },
    DocumentKind { api_version: SLA_DESK, name: "BillingMapping", schema: schema_of::<BillingMappingSpec> },
];

/// OpenSLO's kinds that a catalogue may hold and that nothing here reads yet.
pub(super) const KEPT_KINDS: [&str; 3] = ["AlertPolicy", "AlertCondition", "AlertNotificationTarget"];

impl DocumentKind {
    /// The kind's published JSON Schema.
    pub(super) fn schema(&self) -> Value {
        (self.schema)(self.api_version, self.name)
    }
}

/// Where a kind of ours stands in [`KINDS`].
pub(super) fn index_of(name: &str) -> usize {
    KINDS.iter().position(|kind| kind.name == name).expect("a kind that is read")
}

fn schema_of_template(api_version: &'static str, kind: &'static str) -> Value {
    let contract = schema_of::<ContractSpec>(api_version, "Contract");
    template::schema(schema_of::<TemplateSpec>(api_version, kind), &contract)
}

fn schema_of<S: JsonSchema>(api_version: &'static str, kind: &'static str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Envelope<S>>().to_value();
    schema["title"] = kind.into();
    schema["properties"]["apiVersion"] = serde_json::json!({ "const": api_version });
    schema["properties"]["kind"] = serde_json::json!({ "const": kind });
    if api_version == SLA_DESK {
        without_null(&mut schema);
    }
    schema
}

/// Forbids `null` where a field may be left out: in our own documents `caps:` with nothing behind it is a line that
/// somebody forgot to finish, not the statement that there are none.
fn without_null(schema: &mut Value) {
    let null = Value::from("null");
    match schema {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|kind| *kind != null);
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(words)) = fields.get_mut("enum") {
                words.retain(|word| !word.is_null());
            }
            if let Some(Value::Array(branches)) = fields.get_mut("anyOf") {
                branches.retain(|branch| branch.get("type") != Some(&null));
                if let [Value::Object(only)] = branches.as_slice() {
                    let only = only.clone();
                    fields.remove("anyOf");
                    for (name, value) in only {
                        fields.entry(name).or_insert(value);
                    }
                }
            }
            fields.values_mut().for_each(without_null);
        }
        _ => {}
    }
}

static VALIDATORS: LazyLock<Vec<(Value, Validator)>> = LazyLock::new(|| {
    let compile = |kind: &DocumentKind| {
        let schema = kind.schema();
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_format(Name::FORMAT, |text: &str| text.parse::<Name>().is_ok())
            .with_format(Zone::FORMAT, |text: &str| text.parse::<Zone>().is_ok())
            .with_format(Day::FORMAT, |text: &str| text.parse::<Day>().is_ok())
            .with_format(Instant::FORMAT, |text: &str| text.parse::<Instant>().is_ok())
            .with_format(SliceWidth::FORMAT, |text: &str| text.parse::<SliceWidth>().is_ok())
            .with_format(ServiceHours::FORMAT, |text: &str| text.parse::<ServiceHours>().is_ok())
            .with_format(HolidayRegion::FORMAT, |text: &str| text.parse::<HolidayRegion>().is_ok())
            .with_format(Recurrence::FORMAT, |text: &str| text.parse::<Recurrence>().is_ok())
            .with_format(Share::FORMAT, |text: &str| text.parse::<Share>().is_ok())
            .with_format(Quantity::FORMAT, |text: &str| text.parse::<Quantity>().is_ok())
            .with_format(Factor::FORMAT, |text: &str| text.parse::<Factor>().is_ok())
            .with_format(Duration::FORMAT, |text: &str| text.parse::<Duration>().is_ok())
            .with_format(Selector::FORMAT, |text: &str| text.parse::<Selector>().is_ok())
            .with_format(Label::FORMAT, |text: &str| text.parse::<Label>().is_ok())
            .with_format(Currency::FORMAT, |text: &str| text.parse::<Currency>().is_ok())
            .build(&schema)
            .expect("a schema made from types is a schema");
        (schema, validator)
    };
    KINDS.iter().map(compile).collect()
});

/// The document in a tree, or every defect of its shape.
pub(super) fn decode<S: DeserializeOwned>(
    kind: usize,
    node: &Node,
    findings: &mut Vec<Finding>,
) -> Option<Envelope<S>> {
    let (schema, validator) = &VALIDATORS[kind];
    let value = node.to_json();
    let before = findings.len();
    for error in validator.iter_errors(&value) {
        explain(&Context { node, schema }, &error, findings);
    }
    if findings.len() > before || node.holds_alias() {
        return None;
    }
    match serde_json::from_value(value) {
        Ok(document) => Some(document),
        Err(error) => {
            // The schema is made from the same types; should they ever disagree, the reader still learns where.
            let place = node.place("");
            findings.push(Finding {
                code: Code::InvalidValue,
                place,
                found: phrase!("a document that does not fit: {error}", "ein Dokument, das nicht passt: „{error}“"),
                expected: phrase!(
                    "a {} as its schema describes it",
                    "ein Dokument der Art {}, wie sein Schema es beschreibt",
                    KINDS[kind].name
                ),
                stake: None,
            });
            None
        }
    }
}

struct Context<'a> {
    node: &'a Node,
    schema: &'a Value,
}

impl Context<'_> {
    fn place_of_value(&self, pointer: &str) -> Place {
        self.node.nearest(pointer).place(pointer)
    }

    /// The schema that a validation error came from.
    fn schema_of(&self, error: &ValidationError<'_>) -> Option<&Value> {
        let pointer = error.schema_path().as_str();
        self.schema.pointer(&pointer[..pointer.rfind('/')?])
    }
}

/// Whether a defect may be none once an alias is written out. The alias itself is a finding already.
fn hangs_on_an_alias(context: &Context<'_>, error: &ValidationError<'_>) -> bool {
    let node = context.node.nearest(error.instance_path().as_str());
    match (&node.kind, error.kind()) {
        (Kind::Alias, _) => true,
        (_, ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::AnyOf { .. }) => node.holds_alias(),
        (_, ValidationErrorKind::Required { .. }) => {
            // What a template would say is not missing either.
            node.takes_over_an_alias() || matches!(context.node.nearest("/spec/extends").kind, Kind::Alias)
        }
        _ => false,
    }
}

fn explain(context: &Context<'_>, error: &ValidationError<'_>, findings: &mut Vec<Finding>) {
    if hangs_on_an_alias(context, error) {
        return;
    }
    let pointer = error.instance_path().as_str();
    let schema = context.schema_of(error);
    let mut push = |code, place, found, expected| findings.push(Finding { code, place, found, expected, stake: None });
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
            let known = known.map(|known| known.keys().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default();
            let node = context.node.nearest(pointer);
            for name in unexpected.iter().filter(|name| *name != MERGE || !node.takes_over_an_alias()) {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                let pointer = format!("{pointer}/{escaped}");
                let place = node.place_of_key(name, &pointer).unwrap_or_else(|| node.place(&pointer));
                push(
                    Code::UnknownField,
                    place,
                    phrase!("the unknown field {name:?}", "das unbekannte Feld {name:?}"),
                    Phrase::one_of(&known),
                );
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let field = schema.and_then(|schema| schema.pointer(&format!("/properties/{name}")));
            let expected = meant(field, Phrase::quoted(format!("{name:?}")));
            push(Code::MissingField, context.place_of_value(pointer), Phrase::no_field(name), expected);
        }
        kind => {
            let mut expected = said(schema).unwrap_or_else(|| wanted(kind, error, schema));
            if wants_quotes(error, schema) {
                expected = Phrase::told(
                    format!("{}; put it in quotes", expected.en()),
                    format!("{}; in Anführungszeichen", expected.de()),
                );
            }
            let found = found_text(error.instance());
            push(Code::InvalidValue, context.place_of_value(pointer), found, expected);
        }
    }
}

/// What a schema says itself that a reader should be told; see [`EXPECTED`].
fn said(schema: Option<&Value>) -> Option<Phrase> {
    let text = |key: &str| schema?.get(key)?.as_str().map(str::to_owned);
    Some(Phrase::told(text(EXPECTED)?, text(EXPECTED_DE)?))
}

/// What is expected of a value, by the rule of the schema that it breaks.
fn wanted(kind: &ValidationErrorKind, error: &ValidationError<'_>, schema: Option<&Value>) -> Phrase {
    // In German the words of the validator, which knows no other language, are quoted.
    let otherwise = || phrase!("{error}", "ein Wert nach dem Schema: „{error}“");
    let rule = match kind {
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            let options: Vec<Phrase> = context.iter().flatten().flat_map(options).collect();
            if options.is_empty() { otherwise() } else { return one_of(&options) }
        }
        ValidationErrorKind::Enum { .. } => return one_of(&options(error)),
        ValidationErrorKind::Type { kind } => type_text(kind),
        ValidationErrorKind::Minimum { limit } => phrase!("at least {limit}", "mindestens {limit}"),
        ValidationErrorKind::Maximum { limit } => phrase!("at most {limit}", "höchstens {limit}"),
        ValidationErrorKind::MinLength { limit: 1 } => Phrase::new("a text that is not empty", "ein nicht leerer Text"),
        ValidationErrorKind::MinLength { limit } => {
            phrase!("at least {limit} characters", "mindestens {limit} Zeichen")
        }
        ValidationErrorKind::MaxLength { limit } => phrase!("at most {limit} characters", "höchstens {limit} Zeichen"),
        ValidationErrorKind::MinItems { limit: 1 } => Phrase::new("a list that is not empty", "eine nicht leere Liste"),
        ValidationErrorKind::Pattern { pattern } => phrase!("text of the form {pattern}", "Text der Form {pattern}"),
        _ => otherwise(),
    };
    meant(schema, rule)
}

/// The words that a list of words allows; a branch that is a list of words gives all of its own.
fn options(error: &ValidationError<'_>) -> Vec<Phrase> {
    match error.kind() {
        ValidationErrorKind::Constant { expected_value } => vec![found_text(expected_value)],
        ValidationErrorKind::Enum { options } => options.as_array().into_iter().flatten().map(found_text).collect(),
        ValidationErrorKind::OneOfNotValid { context } => context.iter().flatten().flat_map(options).collect(),
        _ => Vec::new(),
    }
}

/// Types of JSON as a writer of YAML calls them. What may be left out may be `null`; nobody is told to write that.
fn type_text(kind: &TypeKind) -> Phrase {
    let text = |kind: &JsonType| match kind {
        JsonType::Array => Some(Phrase::new("a list", "eine Liste")),
        JsonType::Boolean => Some(Phrase::new("true or false", "true oder false")),
        JsonType::Integer => Some(Phrase::new("a whole number", "eine ganze Zahl")),
        JsonType::Null => None,
        JsonType::Number => Some(Phrase::new("a number", "eine Zahl")),
        JsonType::Object => Some(Phrase::new("a mapping", "eine Abbildung")),
        JsonType::String => Some(Phrase::new("a text", "ein Text")),
    };
    match kind {
        TypeKind::Single(kind) => text(kind).unwrap_or(NOTHING),
        TypeKind::Multiple(kinds) => {
            let kinds: Vec<Phrase> = kinds.iter().filter_map(|kind| text(&kind)).collect();
            Phrase::told(joined(&kinds, Phrase::en, " or "), joined(&kinds, Phrase::de, " oder "))
        }
    }
}

/// No value.
const NOTHING: Phrase = Phrase::new("nothing", "nichts");

/// Whether quotes would mend it: YAML reads a bare `7` as a number and a bare `true` as a truth value, where any text is
/// welcome or a name.
fn wants_quotes(error: &ValidationError<'_>, schema: Option<&Value>) -> bool {
    let ValidationErrorKind::Type { kind } = error.kind() else { return false };
    let format = schema.and_then(|schema| schema.get("format")).and_then(Value::as_str);
    let welcome = type_text(kind).en() == "a text" && format.is_none_or(|format| format == Name::FORMAT);
    welcome && matches!(error.instance().as_ref(), Value::Number(_) | Value::Bool(_))
}

/// A rule and, where the schema says it, what the field means.
fn meant(schema: Option<&Value>, rule: Phrase) -> Phrase {
    let Some(description) = schema.and_then(|schema| schema.get("description")).and_then(Value::as_str) else {
        return rule;
    };
    let sentence = first_sentence(description);
    let de = german(sentence).map_or_else(|| rule.de().to_owned(), |meaning| format!("{}: {meaning}", rule.de()));
    Phrase::told(format!("{}: {sentence}", rule.en()), de)
}

fn one_of(options: &[Phrase]) -> Phrase {
    let (en, de) = (joined(options, Phrase::en, ", "), joined(options, Phrase::de, ", "));
    Phrase::told(format!("one of: {en}"), format!("eines von: {de}"))
}

fn joined(phrases: &[Phrase], text: fn(&Phrase) -> &str, between: &str) -> String {
    phrases.iter().map(text).collect::<Vec<_>>().join(between)
}

fn found_text(value: &Value) -> Phrase {
    match value {
        Value::Array(items) => match items.len() {
            0 => Phrase::new("an empty list", "eine leere Liste"),
            1 => Phrase::new("a list of one item", "eine Liste mit einem Eintrag"),
            many => phrase!("a list of {many} items", "eine Liste mit {many} Einträgen"),
        },
        Value::Object(_) => Phrase::new("a mapping", "eine Abbildung"),
        Value::Null => NOTHING,
        Value::String(text) => Phrase::quoted(format!("{:?}", without_credentials(text))),
        scalar => Phrase::quoted(scalar.to_string()),
    }
}

/// An address without what stands before its `@`: a password that was written into a file must not reach a log, too.
fn without_credentials(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) if rest.contains('@') => {
            let (_, host) = rest.rsplit_once('@').unwrap_or_default();
            format!("{scheme}://…@{host}")
        }
        _ => text.to_owned(),
    }
}
