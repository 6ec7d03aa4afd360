//! Each defect of a file or of a document as a whole.

use std::fmt::Write;

use super::{alone, check_findings};

const KINDS: &str = "expected one of: openslo/v1 DataSource, openslo/v1 Service, openslo/v1 SLI, openslo/v1 SLO, \
                     sla-desk/v1 Tenant, sla-desk/v1 Contract, sla-desk/v1 Exclusion, sla-desk/v1 Incident, \
                     sla-desk/v1 SlaTemplate";

#[test]
fn kinds() {
    #[track_caller]
    fn check(text: &str, found: &str) {
        check_findings(alone(text), &[&format!("a.yaml:{found}, {KINDS}")]);
    }
    check(
        "apiVersion: sla-desk/v1\nkind: Vertrag\n",
        "1:1: error[unknown-kind]: found a document with apiVersion \"sla-desk/v1\" and kind \"Vertrag\"",
    );
    check(
        "apiVersion: openslo/v2\nkind: SLO\n",
        "1:1: error[unknown-kind]: found a document with apiVersion \"openslo/v2\" and kind \"SLO\"",
    );
    check(
        "apiVersion: openslo/v1\nkind: Tenant\n",
        "1:1: error[unknown-kind]: found a document with apiVersion \"openslo/v1\" and kind \"Tenant\"",
    );
    check(
        "---\n---\n# A remark\nname: nord\n",
        "4:1: error[unknown-kind]: found a document with apiVersion \"\" and kind \"\"",
    );
    check("hello\n", "1:1: error[unknown-kind]: found a single value instead of a document");
    check("- apiVersion: openslo/v1\n", "1:1: error[unknown-kind]: found a list instead of a document");
}

#[test]
fn nothing_is_a_catalogue_without_documents() {
    for text in ["", "\n", "# only a remark\n", "---\n---\n", "\u{feff}", "---\r\n...\r\n"] {
        let catalogue = alone(text).expect("no defect");
        assert!(catalogue.tenants.is_empty(), "{text:?}");
    }
}

#[test]
fn what_is_not_read_of_yaml() {
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        check_findings(alone(text), expected);
    }
    check(
        "apiVersion: openslo/v1\nkind: Service\nmetadata: { name: a, name: b }\nspec: {}\n",
        &[r#"a.yaml:3:22: error[unreadable]: found the key "name" a second time, expected each key once"#],
    );
    check(
        "kind: &kind Service\napiVersion: *kind\n",
        &["a.yaml:2:13: error[unreadable]: found an alias (*name), expected the value itself, written out"],
    );
    check(
        "kind: Service\n\tname: a\n",
        &["a.yaml:1:7: error[unreadable]: found a tab while scanning a plain scalar, expected well-formed YAML 1.2"],
    );
    check(
        "kind: 'Service\n",
        &[
            "a.yaml:1:7: error[unreadable]: found unexpected end of stream while scanning a quoted scalar, expected well-formed YAML 1.2",
        ],
    );
    check(
        "kind: [Service\nspec: {}\n",
        &["a.yaml:2:5: error[unreadable]: found illegal placement of ':' indicator, expected well-formed YAML 1.2"],
    );
    check(
        "kind: Service\n  spec: {}\n",
        &[
            "a.yaml:2:7: error[unreadable]: found mapping values are not allowed in this context, expected well-formed YAML 1.2",
        ],
    );
    check(
        "a: b: c\n",
        &[
            "a.yaml:1:5: error[unreadable]: found mapping values are not allowed in this context, expected well-formed YAML 1.2",
        ],
    );
    check(&"[".repeat(70), &["a.yaml:1:65: error[unreadable]: found deeper nesting, expected at most 64 levels"]);
    check(
        "kind: \"\\q\"\n",
        &[
            "a.yaml:1:7: error[unreadable]: found unknown escape character while parsing a quoted scalar, expected well-formed YAML 1.2",
        ],
    );
}

#[test]
fn what_cannot_be_taken_does_not_hide_the_rest_of_its_file() {
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        check_findings(alone(text), expected);
    }
    const ALIAS: &str = "error[unreadable]: found an alias (*name), expected the value itself, written out";
    const NAME: &str =
        "expected a name of at most 63 small letters, digits and inner hyphens, such as \"api-availability\"";
    let service = |metadata: &str| format!("apiVersion: openslo/v1\nkind: Service\nmetadata: {metadata}\nspec: {{}}\n");
    let broken = service("{ name: A }");
    let told = |line: usize| format!("a.yaml:{line}:19: error[invalid-value]: metadata.name: found \"A\", {NAME}");
    // The first of two equal keys counts; what the second holds is left out.
    check(
        &format!("{}---\n{broken}", service("{ name: a, name: { b: 1 } }")),
        &[r#"a.yaml:3:22: error[unreadable]: found the key "name" a second time, expected each key once"#, &told(8)],
    );
    check(
        &format!("{}---\n{broken}", service("{ name: A, name: b }")),
        &[
            &told(3),
            r#"a.yaml:3:22: error[unreadable]: found the key "name" a second time, expected each key once"#,
            &told(8),
        ],
    );
    check(
        &format!("{}---\n{broken}", service("{ name: a, ? [b, c] : d }")),
        &[
            "a.yaml:3:24: error[unreadable]: found a key that is a list or a mapping, expected a plain word as key",
            &told(8),
        ],
    );
    // Of an alias, of what it may hold and of who refers to it nothing more is told.
    check(
        &format!("{}---\n{broken}", service("&m { name: a }").replace("{}", "*m")),
        &[&format!("a.yaml:4:7: {ALIAS}"), &told(8)],
    );
    check(
        &format!("{}---\n{broken}", service("{ name: &n a, displayName: *n }")),
        &[&format!("a.yaml:3:38: {ALIAS}"), &told(8)],
    );
    check(
        &format!("{}---\n{broken}", service("{ labels: { a: &n b }, <<: *n }")),
        &[&format!("a.yaml:3:38: {ALIAS}"), &told(8)],
    );
    check(
        &format!("{}---\n{broken}", service("{ name: &n a, *n : b }")),
        &[&format!("a.yaml:3:25: {ALIAS}"), &told(8)],
    );
    check(
        &format!("kind: &kind Service\napiVersion: *kind\n---\n{broken}"),
        &[&format!("a.yaml:2:13: {ALIAS}"), &told(6)],
    );
    check(
        &format!("<<: &base {{ kind: Service }}\na: *base\n---\n{broken}"),
        &[
            &format!("a.yaml:1:1: error[unknown-kind]: found a document with apiVersion \"\" and kind \"\", {KINDS}"),
            &format!("a.yaml:2:4: {ALIAS}"),
            &told(6),
        ],
    );
    // A syntax error ends its file: what follows may mean anything.
    check(
        &format!("kind: Service\n\tname: a\n---\n{broken}"),
        &["a.yaml:1:7: error[unreadable]: found a tab while scanning a plain scalar, expected well-formed YAML 1.2"],
    );
}

#[test]
fn what_is_too_much() {
    let mut keys = String::from("a: 1");
    for key in 0..1024 {
        write!(keys, "\nkey-{key}: 1").expect("text grows");
    }
    check_findings(
        alone(&keys),
        &["a.yaml:1025:1: error[unreadable]: found another key, expected at most 1024 keys in a mapping"],
    );
    check_findings(
        alone(&"# remark\n".repeat(500_000)),
        &[
            "a.yaml:1:1: error[unreadable]: found a file of 4500000 bytes, expected at most 4194304 bytes; split it into several files of one folder",
        ],
    );
}

#[test]
fn places_are_counted_in_lines_and_characters() {
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        check_findings(alone(text), expected);
    }
    let service = "apiVersion: openslo/v1\nkind: Service\n";
    check(
        &format!("{service}metadata: {{ displayName: Größe, name: Ä }}\nspec: {{}}\n"),
        &[
            r#"a.yaml:3:39: error[invalid-value]: metadata.name: found "Ä", expected a name of at most 63 small letters, digits and inner hyphens, such as "api-availability""#,
        ],
    );
    check(
        &format!("{service}metadata:\r\n  name: A\r\nspec: {{}}\r\n")
            .replace("v1\nkind: Service\n", "v1\r\nkind: Service\r\n"),
        &[
            r#"a.yaml:4:9: error[invalid-value]: metadata.name: found "A", expected a name of at most 63 small letters, digits and inner hyphens, such as "api-availability""#,
        ],
    );
    check(
        &format!("\u{feff}# remark\n---\n{service}metadata: {{ name: A }}\nspec: {{}}\n"),
        &[
            r#"a.yaml:5:19: error[invalid-value]: metadata.name: found "A", expected a name of at most 63 small letters, digits and inner hyphens, such as "api-availability""#,
        ],
    );
    check(
        &format!("{service}metadata: {{ name: a }}\nspec:\n  description: |\n    one\n    two\n  colour: red\n"),
        &[
            r#"a.yaml:8:3: error[unknown-field]: spec.colour: found the unknown field "colour", expected one of: description"#,
        ],
    );
    check(
        &format!("{service}metadata: {{ name: a, labels: {{ a/b: 1, ~c: 2 }} }}\nspec: {{}}\n"),
        &[
            "a.yaml:3:37: error[invalid-value]: metadata.labels.a/b: found 1, expected a text; put it in quotes",
            "a.yaml:3:44: error[invalid-value]: metadata.labels.~c: found 2, expected a text; put it in quotes",
        ],
    );
}
