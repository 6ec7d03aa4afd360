//! `sla terms`: the contract templates that come with the program.

use serde_json::{Value, json};
use sla_core::catalogue::{Catalogue, Document, SHIPPED_TEMPLATES, ShippedTemplate, SourceFile, TemplateSpec};

use crate::args;
use crate::failure::Failure;
use crate::output::{Output, plain};

/// Lists the templates, or prints the YAML of one.
pub(crate) fn run(arguments: &args::Terms, output: Output) -> Result<(), Failure> {
    let Some(name) = &arguments.name else {
        output.print(list, || SHIPPED_TEMPLATES.iter().map(value).collect());
        return Ok(());
    };
    let Some(template) = SHIPPED_TEMPLATES.iter().find(|template| template.name == name) else {
        let known: Vec<&str> = SHIPPED_TEMPLATES.iter().map(|template| template.name).collect();
        let message = format!("no template {name:?} comes with the program; expected one of: {}", known.join(", "));
        return Err(Failure::new("terms.unknown", message));
    };
    output.print(|| template.text.trim_end().to_owned(), || value(template));
    Ok(())
}

fn list() -> String {
    let mut table = plain();
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table.set_header(["Template", "What it promises"]);
    for template in &SHIPPED_TEMPLATES {
        let document = read(template);
        table.add_row([template.name, document.spec.description.as_str()]);
    }
    format!(
        "{table}\nA contract takes one over with `extends: NAME` and says only what is its own; `sla terms NAME` prints it."
    )
}

fn value(template: &ShippedTemplate) -> Value {
    let document = read(template);
    json!({
        "name": template.name,
        "title": document.metadata.title(),
        "description": document.spec.description,
        "source": document.spec.source,
        "text": template.text,
    })
}

fn read(template: &ShippedTemplate) -> Document<TemplateSpec> {
    let file = SourceFile { name: format!("{}.yaml", template.name), text: template.text.to_owned() };
    let mut catalogue = Catalogue::read(&[file]).expect("a template that comes with the program is sound");
    catalogue.templates.pop_first().expect("a template is in it").1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_every_template_and_says_what_it_promises() {
        let list = list();
        for template in &SHIPPED_TEMPLATES {
            assert!(list.contains(template.name), "{list}");
            let value = value(template);
            assert!(value["title"].as_str().is_some_and(|title| title != template.name), "{value}");
            assert!(value["source"].is_string() != template.name.starts_with("msp-"), "{value}");
        }
    }

    #[test]
    fn a_template_that_nobody_knows_is_refused() {
        let arguments = args::Terms { name: Some("msp-availabilty-de".to_owned()) };
        let failure = run(&arguments, Output { json: false }).expect_err("refused");
        assert_eq!((failure.code, failure.exit), ("terms.unknown", 1));
        assert!(failure.message.contains("msp-availability-de, msp-availability-en"), "{}", failure.message);
    }
}
