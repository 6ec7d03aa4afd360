//! The OpenAPI 3.1 document, written from the table of operations. Shapes come from the types themselves, by schemars; paths
//! and answers are put together with utoipa.

use axum::http::Method;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, OpenApiBuilder, RefOr, Required, ResponseBuilder,
    Schema, ServerBuilder, schema,
};

use crate::operation::{Described, Needs, Operation, Place};
use crate::operations::operations;

/// The document. Equal programs write equal documents.
///
/// # Panics
/// When a shape cannot be described, which a test would see.
pub fn document() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    let mut paths = PathsBuilder::new();
    for operation in operations() {
        let method = match operation.method {
            Method::POST => HttpMethod::Post,
            Method::PUT => HttpMethod::Put,
            Method::PATCH => HttpMethod::Patch,
            Method::DELETE => HttpMethod::Delete,
            _ => HttpMethod::Get,
        };
        paths = paths.path(operation.path, PathItem::new(method, described(&operation, &mut generator)));
    }
    let info = InfoBuilder::new()
        .title("SLA Desk")
        .version("v1")
        .description(Some(
            "Monthly SLA reports, service credits and evidence. Every operation but signing in needs the secret of a session \
             or of a token as `Authorization: Bearer …`. What is not done is answered with a problem document (RFC 9457) \
             whose `code` stays the same.",
        ));
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let document = OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .paths(paths)
        .components(Some(ComponentsBuilder::new().security_scheme("bearer", bearer).build()))
        .build();
    let mut document = serde_json::to_value(document).expect("a document has only string keys");
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.sort_keys();
    document["components"]["schemas"] = Value::Object(schemas);
    document
}

fn described(operation: &Operation, generator: &mut SchemaGenerator) -> utoipa::openapi::path::Operation {
    let needed = match operation.needs {
        Needs::Nothing => "Needs nothing.".to_owned(),
        Needs::Session => "Needs a session or a token.".to_owned(),
        Needs::Permission(permission) => format!("Needs the permission `{}`.", permission.name()),
    };
    let mut described = OperationBuilder::new()
        .operation_id(Some(operation.id))
        .tag(operation.tag)
        .summary(Some(operation.summary))
        .description(Some(needed));
    described = match operation.needs {
        Needs::Nothing => described.securities(Some(Vec::<SecurityRequirement>::new())),
        _ => described.security(SecurityRequirement::new("bearer", Vec::<String>::new())),
    };
    for parameter in &operation.parameters {
        let place = match parameter.place {
            Place::Path => ParameterIn::Path,
            Place::Header => ParameterIn::Header,
        };
        let text = schema::ObjectBuilder::new().schema_type(schema::Type::String).build();
        described = described.parameter(
            ParameterBuilder::new()
                .name(parameter.name)
                .parameter_in(place)
                .required(if parameter.is_required { Required::True } else { Required::False })
                .description(Some(parameter.description))
                .schema(Some(text)),
        );
    }
    for (name, schema, is_required) in operation.query.map(|query| fields(query, generator)).unwrap_or_default() {
        let description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
        described = described.parameter(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(if is_required { Required::True } else { Required::False })
                .description(description)
                .schema(Some(as_schema(schema))),
        );
    }
    if let Some(request) = operation.request {
        let body = ContentBuilder::new().schema(Some(as_schema(request(generator).to_value()))).build();
        described = described.request_body(Some(
            RequestBodyBuilder::new().content(operation.request_type, body).required(Some(Required::True)).build(),
        ));
    }
    for reply in &operation.replies {
        let mut response = ResponseBuilder::new().description(reply.description);
        if let Some(body) = reply.body {
            let body = as_schema(body(generator).to_value());
            response = response.content(reply.media_type, ContentBuilder::new().schema(Some(body)).build());
        }
        described = described.response(reply.status.to_string(), response);
    }
    described.build()
}

/// The fields of a query, each with its shape and whether it must be said.
fn fields(query: Described, generator: &mut SchemaGenerator) -> Vec<(String, Value, bool)> {
    let schema = query(generator).to_value();
    let required: Vec<&str> =
        schema["required"].as_array().map(|names| names.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    properties.iter().map(|(name, one)| (name.clone(), said(one.clone()), required.contains(&name.as_str()))).collect()
}

/// The shape of a parameter that is said: what is not said is left out of an address, and never null.
fn said(mut schema: Value) -> Value {
    let is_null = |one: &Value| one.is_null() || one == "null" || one["type"] == "null";
    for key in ["anyOf", "type", "enum"] {
        if let Some(several) = schema[key].as_array_mut() {
            several.retain(|one| !is_null(one));
        }
    }
    if let Some([one]) = schema["anyOf"].as_array().map(Vec::as_slice) {
        return one.clone();
    }
    if let Some([one]) = schema["type"].as_array().map(Vec::as_slice) {
        schema["type"] = one.clone();
    }
    if let Some(object) = schema.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    schema
}

fn as_schema(value: Value) -> RefOr<Schema> {
    serde_json::from_value(value).expect("what schemars writes is a schema")
}
