//! Wording and look of documents.

use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};
use sla_core::access::Permission;

use super::{DELETE, GET, POST, PUT};
use crate::operation::Needs::Permission as Holds;
use crate::operation::Operation;
use crate::templates;
use crate::templates::{
    SavedTemplate, TemplateCheckBody, TemplateChecked, TemplateList, TemplatePreview, TemplatePreviewBody,
    TemplateQuery, TemplateText,
};

/// Templates of reports and letters.
pub(super) fn templates() -> Vec<Operation> {
    const ONE: &str = "/templates/files/{file}";
    let (read, write) = (Holds(Permission::TemplatesRead), Holds(Permission::TemplatesWrite));
    let of_all = "It concerns all tenants, and not all are assigned; or it needs a permission that is not held";
    let of_one = |operation: Operation| {
        operation.path("file", "The name of the file, such as letter-met.de.md").query::<TemplateQuery>()
    };
    let changes = |operation: Operation| {
        of_one(operation)
            .gives::<SavedTemplate>(200, "It is changed, or says what it said before")
            .refuses(404, "There is none of that name, or it is not yours to see")
            .refuses(409, "This program has no folder of templates")
            .refuses(422, "No template has that name, or the templates would have mistakes, which are told")
            .refuses(428, "It is there, and what was looked at is not said")
    };
    let all = vec![
        Operation::new(
            "listTemplateFiles",
            (GET, "/templates/files"),
            read,
            "List the templates of reports and letters",
            get(templates::list),
        )
        .gives::<TemplateList>(200, "One's own and those that come with the program"),
        of_one(Operation::new("getTemplateFile", (GET, ONE), read, "Show one", get(templates::show)))
            .gives::<TemplateText>(200, "It with its text")
            .refuses(304, "It is as you know it")
            .refuses(404, "There is none of that name, or it is not yours to see"),
        changes(
            Operation::new(
                "putTemplateFile",
                (PUT, ONE),
                write,
                "Save one, when all of them are sound with it",
                put(templates::save).layer(DefaultBodyLimit::max(templates::MOST_BYTES)),
            )
            .if_match(false)
            .takes_bytes(),
        )
        .gives::<SavedTemplate>(201, "It was not there before"),
        changes(
            Operation::new(
                "resetTemplateFile",
                (DELETE, ONE),
                write,
                "Take one away, so that what comes with the program counts again",
                delete(templates::reset),
            )
            .if_match(false),
        ),
        Operation::new(
            "checkTemplateFiles",
            (POST, "/templates/checks"),
            read,
            "Check templates with changes that are not saved",
            post(templates::check),
        )
        .takes::<TemplateCheckBody>()
        .gives::<TemplateChecked>(200, "Every mistake; nothing is saved")
        .refuses(404, "A file is of a tenant that is not yours to see"),
        Operation::new(
            "previewTemplateFiles",
            (POST, "/templates/previews"),
            read,
            "Draw a document of an invented month with changes that are not saved",
            post(templates::preview),
        )
        .takes::<TemplatePreviewBody>()
        .gives::<TemplatePreview>(200, "The page, or every mistake; nothing is saved")
        .refuses(404, "A file, or the theme, is of a tenant that is not yours to see"),
    ];
    all.into_iter().map(|operation| operation.refuses(403, of_all)).collect()
}
