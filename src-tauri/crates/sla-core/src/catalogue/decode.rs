//! From a YAML tree to a typed document: the published JSON Schema judges every field at once, serde then cannot fail.

use std::sync::LazyLock;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contract::{ContractSpec, ExclusionSpec, TenantSpec};
use super::finding::{Code, Finding, Place};
use super::hours::ServiceHours;
use super::openslo::{DataSourceSpec, Metadata, ServiceSpec, SliSpec, SloSpec};
use super::value::{Day, Instant, Name, SliceWidth, Zone};
use super::yaml::Node;

/// `apiVersion` of OpenSLO's documents.
pub const OPENSLO: &str = "openslo/v1";
/// `apiVersion` of our own documents.
pub const SLA_DESK: &str = "sla-desk/v1";

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
pub(super) static KINDS: [DocumentKind; 7] = [
    DocumentKind { api_version: OPENSLO, name: "DataSource", schema: schema_of::<DataSourceSpec> },
    DocumentKind { api_version: OPENSLO, name: "Service", schema: schema_of::<ServiceSpec> },
    DocumentKind { api_version: OPENSLO, name: "SLI", schema: schema_of::<SliSpec> },
    DocumentKind { api_version: OPENSLO, name: "SLO", schema: schema_of::<SloSpec> },
    DocumentKind { api_version: SLA_DESK, name: "Tenant", schema: schema_of::<TenantSpec> },
    DocumentKind { api_version: SLA_DESK, name: "Contract", schema: schema_of::<ContractSpec> },
    DocumentKind { api_version: SLA_DESK, name: "Exclusion", schema: schema_of::<ExclusionSpec> },
];

/// OpenSLO's kinds that a catalogue may hold and that nothing here reads yet.
pub(super) const KEPT_KINDS: [&str; 3] = ["AlertPolicy", "AlertCondition", "AlertNotificationTarget"];

impl DocumentKind {
    /// The kind's published JSON Schema.
    pub(super) fn schema(&self) -> Value {
        (self.schema)(self.api_version, self.name)
    }
}

fn schema_of<S: JsonSchema>(api_version: &'static str, kind: &'static str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Envelope<S>>().to_value();
    schema["title"] = kind.into();
    schema["properties"]["apiVersion"] = serde_json::json!({ "const": api_version });
    schema["properties"]["kind"] = serde_json::json!({ "const": kind });
    schema
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
            .build(&schema)
            .expect("a schema made from types is a schema");
        (schema, validator)
    };
    KINDS.iter().map(compile).collect()
});

/// The document in a tree, or every defect of its shape.
pub(super) fn decode<S: DeserializeOwned>(
    kind: usize,
    file: &str,
    node: &Node,
    findings: &mut Vec<Finding>,
) -> Option<Envelope<S>> {
    let (schema, validator) = &VALIDATORS[kind];
    let value = node.to_json();
    let before = findings.len();
    for error in validator.iter_errors(&value) {
        explain(&Context { file, node, schema }, &error, findings);
    }
    if findings.len() > before {
        return None;
    }
    match serde_json::from_value(value) {
        Ok(document) => Some(document),
        Err(error) => {
            // The schema is made from the same types; should they ever disagree, the reader still learns where.
            let place = Place { file: file.to_owned(), line: node.line, column: node.column, path: String::new() };
            findings.push(Finding {
                code: Code::InvalidValue,
                place,
                found: format!("a document that does not fit: {error}"),
                expected: format!("a {} as its schema describes it", KINDS[kind].name),
            });
            None
        }
    }
}

struct Context<'a> {
    file: &'a str,
    node: &'a Node,
    schema: &'a Value,
}

impl Context<'_> {
    fn place(&self, pointer: &str, position: (usize, usize)) -> Place {
        Place { file: self.file.to_owned(), line: position.0, column: position.1, path: dotted(pointer) }
    }

    fn place_of_value(&self, pointer: &str) -> Place {
        let node = self.node.nearest(pointer);
        self.place(pointer, (node.line, node.column))
    }

    /// The schema that a validation error came from.
    fn schema_of(&self, error: &ValidationError<'_>) -> Option<&Value> {
        let pointer = error.schema_path().as_str();
        self.schema.pointer(&pointer[..pointer.rfind('/')?])
    }
}

fn explain(context: &Context<'_>, error: &ValidationError<'_>, findings: &mut Vec<Finding>) {
    let pointer = error.instance_path().as_str();
    let schema = context.schema_of(error);
    let found = || found_text(&error.instance());
    let described = |fallback: String| {
        let text = schema.and_then(|schema| schema.get("description")).and_then(Value::as_str);
        text.map_or(fallback, |text| text.trim_end_matches('.').to_owned())
    };
    let mut push = |code, place, found, expected| findings.push(Finding { code, place, found, expected });
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
            let known = known.map(|known| known.keys().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default();
            for name in unexpected {
                let node = context.node.nearest(pointer);
                let position = node.key_position(name).unwrap_or((node.line, node.column));
                let place = context.place(&format!("{pointer}/{name}"), position);
                push(Code::UnknownField, place, format!("the unknown field {name:?}"), format!("one of: {known}"));
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let field = schema.and_then(|schema| schema.pointer(&format!("/properties/{name}/description")));
            let meaning = field.and_then(Value::as_str).map(|text| format!(": {}", first_sentence(text)));
            push(
                Code::MissingField,
                context.place_of_value(pointer),
                format!("no field {name:?}"),
                format!("{name:?}{}", meaning.unwrap_or_default()),
            );
        }
        ValidationErrorKind::OneOfNotValid { context: branches } => {
            let options = branches.iter().flatten().filter_map(|inner| match inner.kind() {
                ValidationErrorKind::Constant { expected_value } => Some(found_text(expected_value)),
                _ => None,
            });
            let options: Vec<_> = options.collect();
            let expected = if options.is_empty() { described("another value".into()) } else { one_of(&options) };
            push(Code::InvalidValue, context.place_of_value(pointer), found(), expected);
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<_> = options.as_array().into_iter().flatten().map(found_text).collect();
            push(Code::InvalidValue, context.place_of_value(pointer), found(), one_of(&options));
        }
        ValidationErrorKind::Type { kind } => {
            let fallback = match kind {
                TypeKind::Single(kind) => format!("a value of type {kind}"),
                TypeKind::Multiple(kinds) => {
                    let names: Vec<_> = kinds.iter().map(|kind| kind.to_string()).collect();
                    format!("a value of type {}", names.join(" or "))
                }
            };
            let scalar = matches!(error.instance().as_ref(), Value::Number(_) | Value::Bool(_));
            let hint = if scalar && fallback.contains("string") { " (put it in quotes)" } else { "" };
            let expected = match described(String::new()) {
                text if text.is_empty() => format!("{fallback}{hint}"),
                text => format!("{fallback}{hint}: {text}"),
            };
            push(Code::InvalidValue, context.place_of_value(pointer), found(), expected);
        }
        _ => {
            let expected = described(error.to_string());
            push(Code::InvalidValue, context.place_of_value(pointer), found(), expected);
        }
    }
}

fn one_of(options: &[String]) -> String {
    format!("one of: {}", options.join(", "))
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}

fn found_text(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {} items", items.len()),
        Value::Object(_) => "a mapping".to_owned(),
        Value::Null => "nothing".to_owned(),
        scalar => scalar.to_string(),
    }
}

/// `/spec/commitments/0/target` as `spec.commitments[0].target`.
pub(super) fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        if segment.bytes().all(|b| b.is_ascii_digit()) {
            path.push_str(&format!("[{segment}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(segment);
        }
    }
    path
}
