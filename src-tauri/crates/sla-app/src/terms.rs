//! The contract templates that come with the program.

use schemars::JsonSchema;
use serde::Serialize;
use sla_core::catalogue::{Catalogue, SHIPPED_TEMPLATES, ShippedTemplate, SourceFile};

/// A template that comes with the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TemplateView {
    /// What contracts call it in `extends`.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// What it promises.
    pub description: String,
    /// Where its terms are published; null for terms of nobody in particular.
    pub source: Option<String>,
    /// Its YAML.
    pub text: String,
}

/// Every template that comes with the program, by name.
pub fn shipped_templates() -> impl Iterator<Item = TemplateView> {
    SHIPPED_TEMPLATES.iter().map(view)
}

fn view(template: &ShippedTemplate) -> TemplateView {
    let file = SourceFile { name: format!("{}.yaml", template.name), text: template.text.to_owned() };
    let mut catalogue = Catalogue::read(&[file]).expect("a template that comes with the program is sound");
    let (_, document) = catalogue.templates.pop_first().expect("a template is in it");
    TemplateView {
        name: template.name.to_owned(),
        title: document.metadata.title().to_owned(),
        description: document.spec.description,
        source: document.spec.source,
        text: template.text.to_owned(),
    }
}
