//! One operation: its route, what it needs and how it is described. The routes are made from it, the guard looks at it and the
//! OpenAPI document is written from it, so that none of the three can say something else.

use axum::http::Method;
use axum::routing::MethodRouter;
use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema};
use sla_core::access::Permission;

use crate::api::Api;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Anybody.
    Nothing,
    /// Whoever has signed in.
    Session,
    /// Whoever holds a permission.
    Permission(Permission),
}

/// What is read from the address or from a header.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) description: &'static str,
    pub(crate) is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Header,
}

/// A schema that is asked for when the document is written.
pub(crate) type Described = fn(&mut SchemaGenerator) -> Schema;

/// What is answered with a status.
#[derive(Clone, Copy)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) description: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) body: Option<Described>,
}

/// An operation of the API.
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) needs: Needs,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) query: Option<Described>,
    pub(crate) request: Option<Described>,
    pub(crate) request_type: &'static str,
    pub(crate) replies: Vec<Reply>,
    pub(crate) handler: MethodRouter<Api>,
}

pub(crate) const JSON: &str = "application/json";

impl Operation {
    /// An operation. The path begins behind `/api/v1`; its variables are described by [`Self::path`].
    pub(crate) fn new(
        id: &'static str,
        (method, path): (Method, &'static str),
        needs: Needs,
        summary: &'static str,
        handler: MethodRouter<Api>,
    ) -> Self {
        let tag = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        Self {
            id,
            method,
            path,
            tag,
            summary,
            needs,
            parameters: Vec::new(),
            query: None,
            request: None,
            request_type: JSON,
            replies: Vec::new(),
            handler,
        }
    }

    pub(crate) fn path(mut self, name: &'static str, description: &'static str) -> Self {
        self.parameters.push(Parameter { name, place: Place::Path, description, is_required: true });
        self
    }

    /// A month's place: tenant, contract and month.
    pub(crate) fn of_month(self) -> Self {
        self.path("tenant", "The tenant")
            .path("contract", "The contract")
            .path("month", "The month, YYYY-MM")
            .refuses(404, "There is no such month, or it is not yours to see")
    }

    /// The condition that nothing has changed since it was looked at.
    pub(crate) fn if_match(mut self, is_required: bool) -> Self {
        let description = "The ETag of what was looked at; when something else is there now, nothing is done";
        self.parameters.push(Parameter { name: "if-match", place: Place::Header, description, is_required });
        self.refuses(412, "Something has changed since it was looked at")
    }

    /// The key under which the same request again changes nothing.
    pub(crate) fn once(mut self) -> Self {
        let description = "A text that you make up for this request; the same request with it again within a day changes nothing \
                           and gets the same answer";
        self.parameters.push(Parameter {
            name: "idempotency-key",
            place: Place::Header,
            description,
            is_required: false,
        });
        self
    }

    pub(crate) fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(|generator| T::json_schema(generator));
        self
    }

    pub(crate) fn takes<T: JsonSchema>(mut self) -> Self {
        self.request = Some(|generator| generator.subschema_for::<T>());
        self.refuses(413, "The body is too long")
            .refuses(415, "The body is no application/json")
            .refuses(422, "The body is understood, and what it asks for cannot be")
    }

    /// A document of the catalogue as YAML or JSON.
    pub(crate) fn takes_document(mut self) -> Self {
        self.request = Some(|generator| generator.subschema_for::<String>());
        self.request_type = "application/yaml";
        self.refuses(413, "The body is too long").refuses(422, "The document, or the catalogue with it, has defects")
    }

    /// A file of any media type as it is.
    pub(crate) fn takes_bytes(mut self) -> Self {
        self.request = Some(|generator| generator.subschema_for::<String>());
        self.request_type = "application/octet-stream";
        self.refuses(413, "The file is too large")
    }

    /// A file as it is.
    pub(crate) fn takes_file(mut self, media_type: &'static str) -> Self {
        self.request = Some(|generator| generator.subschema_for::<String>());
        self.request_type = media_type;
        self.refuses(413, "The file is too large").refuses(415, "The body is of another media type")
    }

    pub(crate) fn gives<T: JsonSchema>(mut self, status: u16, description: &'static str) -> Self {
        let body: Described = |generator| generator.subschema_for::<T>();
        self.replies.push(Reply { status, description, media_type: JSON, body: Some(body) });
        self
    }

    pub(crate) fn gives_text(mut self, media_type: &'static str, description: &'static str) -> Self {
        let body: Described = |generator| generator.subschema_for::<String>();
        self.replies.push(Reply { status: 200, description, media_type, body: Some(body) });
        self
    }

    pub(crate) fn gives_nothing(mut self, description: &'static str) -> Self {
        self.replies.push(Reply { status: 204, description, media_type: JSON, body: None });
        self
    }

    pub(crate) fn refuses(mut self, status: u16, description: &'static str) -> Self {
        if !self.replies.iter().any(|reply| reply.status == status) {
            let media_type = crate::problem::MEDIA_TYPE;
            let body: Described = |generator| generator.subschema_for::<crate::problem::Document>();
            self.replies.push(Reply { status, description, media_type, body: Some(body) });
        }
        self
    }
}
