//! `sla terms`: the contract templates that come with the program.

use serde_json::json;
use sla_app::shipped_templates;

use crate::args;
use crate::failure::Failure;
use crate::output::{Output, plain};

/// Lists the templates, or prints the YAML of one.
pub(crate) fn run(arguments: &args::Terms, output: Output) -> Result<(), Failure> {
    let Some(name) = &arguments.name else {
        output.print(list, || shipped_templates().map(|template| json!(template)).collect());
        return Ok(());
    };
    let Some(template) = shipped_templates().find(|template| template.name == *name) else {
        let known: Vec<String> = shipped_templates().map(|template| template.name).collect();
        let message = format!("no template {name:?} comes with the program; expected one of: {}", known.join(", "));
        return Err(Failure::new("terms.unknown", message));
    };
    output.print(|| template.text.trim_end().to_owned(), || json!(template));
    Ok(())
}

fn list() -> String {
    let mut table = plain();
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table.set_header(["Template", "What it promises"]);
    for template in shipped_templates() {
        table.add_row([&template.name, &template.description]);
    }
    format!(
        "{table}\nA contract takes one over with `extends: NAME` and says only what is its own; `sla terms NAME` prints it."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_every_template_and_says_what_it_promises() {
        let list = list();
        for template in shipped_templates() {
            assert!(list.contains(&template.name), "{list}");
            assert_ne!(template.title, template.name);
            assert!(template.source.is_some() != template.name.starts_with("msp-"), "{template:?}");
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
