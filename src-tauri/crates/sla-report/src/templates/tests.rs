//! What is refused, each with its file and line; all mistakes at once.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

use super::*;
use crate::source::TemplateFiles;

const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 20\"><path d=\"M0 0H40V20Z\" fill=\"#1f4e8c\"/></svg>";

fn files(content: &[(&str, &str)]) -> TemplateFiles {
    content.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

/// Each finding begins with what is expected, in that order, and no other is there.
#[track_caller]
fn check(content: &[(&str, &str)], expected: &[&str]) {
    compare(&Templates::check(&files(content)), expected);
}

/// The same of what is found before any template is filled, which takes longest.
#[track_caller]
fn check_look(content: &[(&str, &str)], expected: &[&str]) {
    let mut findings = load::load(TemplateSource::Files(&files(content))).1;
    findings.sort();
    compare(&findings, expected);
}

#[track_caller]
fn compare(findings: &[TemplateFinding], expected: &[&str]) {
    let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let is_it = found.len() == expected.len() && found.iter().zip(expected).all(|(one, start)| one.starts_with(start));
    assert!(is_it, "found\n{}\nexpected\n{}", found.join("\n"), expected.join("\n"));
}

fn theme(from: &str, to: &str) -> String {
    let theme = builtin_text("theme.json");
    assert!(theme.contains(from), "{from} stands in the builtin theme");
    theme.replace(from, to)
}

#[test]
fn an_empty_folder_means_the_builtin_templates() {
    let folder = tempfile::tempdir().expect("a folder");
    let templates = Templates::from_folder(folder.path()).expect("builtin");
    assert_eq!(templates.theme(), Templates::builtin().theme());
    check(&[], &[]);
}

#[test]
fn the_builtin_templates_as_files_have_no_mistake() {
    let mut content: TemplateFiles =
        TEXTS.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    content.insert("README.md".to_owned(), b"# \xf0\x9f\x98\x80".to_vec());
    content.insert("unused.png".to_owned(), Vec::new());
    content.insert(".git/config.json".to_owned(), Vec::new());
    assert_eq!(Templates::check(&content), []);
}

#[test]
fn a_broken_template_is_named_with_file_and_line() {
    #[track_caller]
    fn one(file: &str, content: &str, expected: &str) {
        check(&[(file, content)], &[expected]);
    }
    one(
        "report.de.md",
        "# Titel\n\n{% for x in record.commitments %}\n",
        "report.de.md:3: error[template]: found a template that",
    );
    one("report.en.md", "# Title\n\n{{ record.no_such_field }}\n", "report.en.md:3: error[template]: found ");
    one(
        "letter-met.de.md",
        "# Titel\n{{ record.month | no_such_filter }}\n",
        "letter-met.de.md:2: error[template]: found ",
    );
    one("letter-met.en.md", "# Title\n\n{{ 'x' | percent }}\n", "letter-met.en.md:3: error[template]: found ");
    one(
        "report.de.md",
        "# Titel\n\n```tilez\na | b\n```\n",
        "report.de.md:3: error[template]: found a block \"tilez\", expected a block such as \"tiles\"",
    );
    one(
        "report.de.md",
        "# Titel\n\n```tiles\na | b\n",
        "report.de.md:3: error[template]: found a block without an end",
    );
    one(
        "report.de.md",
        "# Titel\n\n```facts\nb | c\na\n```\n",
        "report.de.md:5: error[template]: found \"a\", expected a line \"label | value\"",
    );
    one(
        "report.de.md",
        "# Titel\n\n![a](b.png)\n",
        "report.de.md:3: error[template]: found a picture: \"![a](b.png)\"",
    );
    one("letter-breached.en.md", "no heading\n", "letter-breached.en.md:1: error[template]: found \"no heading\"");
    one("words.de.json", "{\n \"patterns\": 1\n}", "words.de.json:2: error[invalid-value]: found no word list");
    one("workbook.en.json", "{\n", "workbook.en.json:2: error[invalid-value]: found no word list");
    one("report.en.md", "{% include 'theme.json' %}", "report.en.md:1: error[template]: found ");
    one("theme.json", "{\n", "theme.json:2: error[unreadable]: found no JSON");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let broken = theme("#1f4e8c", "blue").replace("\"sla@hansebit.example\"", "\"nobody\"").replace("ink", "inkk");
    check(
        &[
            ("letter-mett.de.md", ""),
            ("letter-met.de.md", "# Titel\n{{ x"),
            ("report.en.md", "# A\n```tilez\n```\n```hourz\n"),
            ("theme.json", &broken),
            ("tenants/nordlicht/theme.json", "{\"colours\": {\n\"ink\": 1,\n\"brannd\": \"#000000\"}, \"x\": 2}"),
            ("tenants/Nord Licht/theme.json", "{}"),
            ("tenants/readme.txt", ""),
            ("notes.json", "{}"),
        ],
        &[
            "letter-met.de.md:2: error[template]: found ",
            "letter-mett.de.md:1: error[unknown-file]: found a file that the program does not know, expected a name such as \
             \"letter-met.de.md\"",
            "notes.json:1: error[unknown-file]: found a file that the program does not know, expected a name of",
            "report.en.md:2: error[template]: found a block \"tilez\"",
            "report.en.md:4: error[template]: found a block \"hourz\", expected a block such as \"hours\"",
            "report.en.md:4: error[template]: found a block without an end",
            "tenants/Nord Licht:1: error[unknown-file]: found a folder \"Nord Licht\"",
            "tenants/nordlicht/theme.json:2: error[invalid-value]: found 1, expected a colour",
            "tenants/nordlicht/theme.json:3: error[unknown-field]: found an unknown field \"colours.brannd\", expected a field \
             such as \"colours.brand\"",
            "tenants/nordlicht/theme.json:3: error[unknown-field]: found an unknown field \"x\", expected one of:",
            "tenants/readme.txt:1: error[unknown-file]: found a file of no tenant",
            "theme.json:8: error[missing-field]: found no field \"colours.ink\"",
            "theme.json:9: error[unknown-field]: found an unknown field \"colours.inkk\", expected a field such as \"colours.ink\"",
            "theme.json:11: error[invalid-value]: found \"blue\", expected a colour",
        ],
    );
}

#[test]
fn the_first_mistake_is_the_refusal() {
    let error =
        Templates::from_source(&files(&[("theme.json", "[]"), ("letter-mett.de.md", "")])).err().expect("refused");
    let expected = "letter-mett.de.md:1: found a file that the program does not know, expected a name such as \"letter-met.de.md\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_finding_is_told_in_german_too() {
    let found = Templates::check(&files(&[("theme.json", &theme("#1f4e8c", "blue"))]));
    let german: Vec<String> = found.iter().map(TemplateFinding::german).collect();
    let expected = "theme.json:11: Fehler[invalid-value]: gefunden: \"blue\", erwartet: eine Farbe wie \"#1f4e8c\"";
    assert_eq!(german, [expected]);
    #[track_caller]
    fn of_engine(template: &str, expected: &str) {
        let found = Templates::check(&files(&[("letter-met.de.md", template)]));
        let german = found.first().expect("a finding").german();
        let start = format!("letter-met.de.md:1: Fehler[template]: gefunden: eine Vorlage, die scheitert: {expected}");
        assert!(german.starts_with(&start), "{german}");
    }
    of_engine("{{ x", "die Schreibweise stimmt nicht; im Wortlaut „syntax error: ");
    of_engine("{{ no_such_name }}", "etwas ist nicht da; im Wortlaut „undefined value");
    of_engine("{{ record | no_such }}", "einen solchen Filter gibt es nicht; im Wortlaut „unknown filter: ");
    of_engine("{{ no_such() }}", "eine solche Funktion gibt es nicht; im Wortlaut „unknown function: ");
    of_engine("{{ 1 is no_such }}", "eine solche Prüfung gibt es nicht; im Wortlaut „unknown test: ");
    of_engine("{% include 'x' %}", "eine solche Vorlage gibt es nicht; im Wortlaut „template not found: ");
}

#[test]
fn a_theme_with_a_bad_field_or_font_is_refused() {
    #[track_caller]
    fn one(from: &str, to: &str, expected: &str) {
        check_look(&[("theme.json", &theme(from, to))], &[expected]);
    }
    one(
        "IBMPlexSans-Regular.ttf",
        "Comic.ttf",
        "theme.json:20: error[font]: found \"Comic.ttf\", which is not in the folder",
    );
    one("IBMPlexSans-Regular.ttf", "../secret.ttf", "theme.json:20: error[font]: found a path \"../secret.ttf\"");
    one("sla@hansebit.example", "nobody", "theme.json:6: error[invalid-value]: found a sender that no mail can have");
    one(
        "\"Hansebit Cloud GmbH\",\n    \"address\"",
        "\"a\\nb\",\n    \"address\"",
        "theme.json:3: error[invalid-value]: found ",
    );
    one(
        "[\"Am Sandtorkai 12\", \"20457 Hamburg\"]",
        "\"x\"",
        "theme.json:4: error[invalid-value]: found \"x\", expected a list",
    );
    one(
        "\"ink\": \"#1d2630\"",
        "\"ink\": \"#1d2630\", \"ink\": \"#000000\"",
        "theme.json:9: error[invalid-value]: found a second",
    );
    one(
        "\"provider\": {",
        "\"address\": [], \"provider\": {",
        "theme.json:2: error[unknown-field]: found an unknown field \"address\"",
    );
    one(
        "Hansebit Cloud GmbH\",\n    \"address\"",
        "\u{e000}\",\n    \"address\"",
        "theme.json:3: error[glyph]: found the character",
    );
    check_look(
        &[("IBMPlexMono-Regular.ttf", "no font")],
        &["IBMPlexMono-Regular.ttf:1: error[font]: found something other than a TrueType font"],
    );
    check_look(
        &[("report.de.md", "# Titel \u{1f600}\n")],
        &["report.de.md:1: error[glyph]: found the character 😀 (U+1F600)"],
    );
}

#[test]
fn colours_that_cannot_be_read_are_refused_with_their_ratio() {
    #[track_caller]
    fn one(from: &str, to: &str, expected: &[&str]) {
        check_look(&[("theme.json", &theme(from, to))], expected);
    }
    one(
        "#566270",
        "#999999",
        &[
            "theme.json:10: error[contrast]: found muted #999999 on #f2f5f9 with a contrast of 2.60:1, expected at least 4.50:1",
            "theme.json:10: error[contrast]: found muted #999999 on #ffffff with a contrast of 2.84:1, expected at least 4.50:1",
        ],
    );
    one(
        "#3d77c2",
        "#cccccc",
        &[
            "theme.json:14: error[contrast]: found bar #cccccc on #ffffff with a contrast of 1.60:1, expected at least 3.00:1",
        ],
    );
    // What a tenant's file leaves to the provider's is told where the tenant's says otherwise.
    check_look(
        &[("tenants/a/theme.json", "{\n\"colours\": {\n\"tint\": \"#555555\"}}")],
        &["tenants/a/theme.json:3: error[contrast]: found "; 6],
    );
    check_look(&[("tenants/a/theme.json", "{\"colours\": {\"ink\": \"#000000\"}}")], &[]);
}

#[test]
fn a_logo_that_cannot_be_drawn_is_refused() {
    #[track_caller]
    fn one(file: &str, content: Option<&str>, expected: &str) {
        let logo = format!("{{\n\"logo\": {{ \"file\": {file:?}, \"alternative\": \"A\" }}}}");
        let mut all = vec![("tenants/a/theme.json", logo.as_str())];
        let name = format!("tenants/a/{file}");
        all.extend(content.map(|content| (name.as_str(), content)));
        check_look(&all, if expected.is_empty() { &[] } else { std::slice::from_ref(&expected) });
    }
    one("logo.svg", Some(SVG), "");
    one("logo.svg", None, "tenants/a/theme.json:2: error[logo]: found \"logo.svg\", which is not in the folder");
    one("../logo.svg", None, "tenants/a/theme.json:2: error[logo]: found \"../logo.svg\", expected a file beside");
    one("logo.gif", Some("GIF89a"), "tenants/a/theme.json:2: error[logo]: found \"logo.gif\", expected a file beside");
    one("logo.svg", Some("<svg/>\n"), "tenants/a/logo.svg:1: error[logo]: found ");
    let text = SVG.replace("<path", "\n<text>A</text><path");
    one(
        "logo.svg",
        Some(&text),
        "tenants/a/logo.svg:2: error[logo]: found text, which needs a font; make paths of it, expected an SVG",
    );
    one("logo.svg", Some(&" ".repeat(600 * 1024)), "tenants/a/theme.json:2: error[logo]: found \"logo.svg\" of 600 KB");
    one("logo.png", Some("x"), "tenants/a/logo.png:1: error[logo]: found something other than a PNG");
    check_look(
        &[("tenants/a/theme.json", "{\"logo\": {\n\"file\": \"a.svg\"}}")],
        &["tenants/a/theme.json:1: error[invalid-value]: found an object with file, expected { \"file\""],
    );
    check_look(
        &[
            ("tenants/a/theme.json", "{\"logo\": {\"file\": \"loga.svg\", \"alternative\": \"A\"}}"),
            ("tenants/a/logo.svg", SVG),
        ],
        &["tenants/a/theme.json:1: error[logo]: found \"loga.svg\", which is not there, but \"logo.svg\" is"],
    );
}

#[test]
fn a_huge_file_is_refused_without_being_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let theme = theme("\"provider\": {", "\"logo\": {\"file\": \"logo.png\", \"alternative\": \"A\"}, \"provider\": {");
    std::fs::write(folder.path().join("theme.json"), theme).expect("written");
    // 200 MB, and 200 GB that no disk holds: both are sizes only.
    for bytes in [200 * 1024 * 1024, 200 * 1024 * 1024 * 1024] {
        let file = std::fs::File::create(folder.path().join("logo.png")).expect("made");
        file.set_len(bytes).expect("sized");
        let before = Instant::now();
        let (_, findings) = load::load(TemplateSource::Folder(folder.path()));
        assert!(before.elapsed().as_secs() < 20, "nothing of it is read");
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert!(finding.to_string().starts_with("theme.json:2: error[logo]: found \"logo.png\" of "), "{finding}");
    }
}

/// Thirty times the same line, which a name in it makes grow.
fn thirty(line: &str) -> String {
    format!("{{% set x = record.tenant_name %}}{}{{{{ x }}}}", line.repeat(30))
}

#[test]
fn a_template_that_loops_or_grows_without_end_is_stopped() {
    #[track_caller]
    fn one(template: &str, expected: &str) {
        let before = Instant::now();
        const FILE: &str = "letter-met.de.md";
        // Reading fonts takes longer than what is tested here.
        static TEMPLATES: LazyLock<Mutex<Templates>> = LazyLock::new(|| Mutex::new(Templates::builtin()));
        let mut templates = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
        let findings = crate::bounds::check(FILE, template, crate::render::block_tags_leave_no_lines());
        let found = match findings.first() {
            Some(finding) => finding.to_string(),
            None => {
                let environment = &mut templates.german.environment;
                environment.add_template_owned(FILE, template.to_owned()).expect("a template");
                let record = crate::sample::record(Language::De, Verdict::Met);
                crate::drawn_letter(&templates, &record, None, &[]).expect_err("it is stopped").to_string()
            }
        };
        assert!(found.starts_with(&format!("letter-met.de.md:{expected}")), "{found}\nexpected {expected}");
        assert!(
            before.elapsed().as_secs() < 20,
            "{} took {:?}",
            &template[..template.len().min(200)],
            before.elapsed()
        );
    }
    const FUEL: &str = "1: more work than";
    one("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "1: ");
    one("{% for a in range(9999) %}{% for b in range(9999) %}{% set c = a - b %}{% endfor %}{% endfor %}", FUEL);
    // Values that double: operators, filters, captures, lists in lists.
    one("\n{% set x = 'a' ~ 'b' %}", "2: error[template]: found an operator ~");
    one("{{ 'a' if x ~ y == 'b' }}", "1: error[template]: found an operator ~");
    one(&thirty("{% set x = x + x %}"), "1: error[template]: found a sum or a product");
    one(&thirty("{% set x = x * 1000 %}"), "1: error[template]: found a sum or a product");
    one(&thirty("{% set x %}{{ x }}{{ x }}{% endset %}"), FUEL);
    one(&thirty("{% set x = x | replace('a', 'aaaaaaaaaaaaaaaa') %}"), "1: a template that fails");
    one(&thirty("{% set x = x | indent(99999999) %}"), "1: a template that fails");
    one(&thirty("{% set x = x | tojson %}"), "1: a template that fails");
    one(&thirty("{% set x = '%99999999s' | format(x) %}"), "1: a template that fails");
    one(
        "{% set x = record.tenant_name %}\n{% set x = [x, x] %}",
        "2: error[template]: found a list or a map that holds",
    );
    one("{% set x = record %}\n{% set x = {'a': x, 'b': x} %}", "2: error[template]: found a list or a map that holds");
    one("{% set x = record %}\n{% set x = x, x %}", "2: error[template]: found a list or a map that holds");
    one("{% for a in [[record, record], 1] %}{% endfor %}", "1: error[template]: found a list or a map that holds");
    one("{% set x = namespace(a=1) %}", "1: a template that fails");
    one("{% set x = dict(a=1) %}", "1: a template that fails");
    one("{{ record.commitments | zip(record.commitments) }}", "1: a template that fails");
    let list = "{% set x = range(99999) | list %}";
    one(&format!("{list}{{{{ x }}}}"), "1: a template that fails");
    one(&format!("{list}{{{{ x | join(',') }}}}"), "1: a template that fails");
    one(&format!("{list}{{{{ x | lower }}}}"), "1: a template that fails");
    one(&format!("{list}{{{{ x | number }}}}"), "1: a template that fails");
    one(&format!("{list}{}", "{% if x | max %}{% endif %}".repeat(200)), FUEL);
    one(&format!("{list}{}", "{% set y = x | reverse | list %}{% if x == y %}{% endif %}".repeat(200)), FUEL);
    one(&format!("{list}{}{{{{ x | length | month }}}}", "{% set x = x | reverse %}".repeat(9_000)), "1: ");
    one(
        &format!("{list}{}{{{{ x | length | month }}}}", "{% set x = x[1:] %}".repeat(9_000)),
        "1: error[template]: found a part x[a:b] that gets a name",
    );
    one(&format!("{list}{}{{{{ x | length | month }}}}", "{% set x = x | select %}".repeat(9_000)), "1: ");
    one(
        &format!("{list}{}{{{{ x | length | month }}}}", "{% set x = x | batch(1) %}".repeat(9_000)),
        "1: a template that fails",
    );
    // What is written, and what is kept of it.
    let line = "a long line of text that is written again and again ".repeat(40);
    one(&format!("{{% for a in range(9999) %}}{line}{{% endfor %}}"), "1: a document of more than 16 MB");
    one(
        &format!(
            "{{% set x %}}{{% for a in range(9999) %}}{{% for b in range(99) %}}{line}{{% endfor %}}{{% endfor %}}{{% endset %}}"
        ),
        FUEL,
    );
    one(
        &format!(
            "{{% macro m() %}}{{% for a in range(9999) %}}{{% for b in range(99) %}}{line}{{% endfor %}}{{% endfor %}}{{% endmacro %}}{{% set x = m() %}}"
        ),
        FUEL,
    );
}

#[test]
fn filters_of_texts_do_what_they_did() {
    #[track_caller]
    fn one(expression: &str, expected: &str) {
        let letter = format!("# A\n\n{{{{ {expression} }}}}\n");
        let templates =
            Templates::from_source(&files(&[("letter-met.de.md", &letter)])).unwrap_or_else(|error| panic!("{error}"));
        let record = crate::sample::record(Language::De, Verdict::Met);
        let letter = crate::drawn_letter(&templates, &record, None, &[]).expect("a letter");
        assert_eq!(letter, format!("# A\n\n{expected}\n"));
    }
    one("'äB' | upper", "ÄB");
    one("'äB' | lower", "äb");
    one("'äB c' | capitalize", "Äb c");
    one("' a ' | trim", "a");
    one("['a', 1] | join(', ')", "a, 1");
    one("'a-b' | replace('-', '+')", "a+b");
    one("[3, 1] | max", "3");
    one("[record.revision, 5] | max", "5");
    one("'yes' if record.verdict in ['no', record.verdict]", "yes");
    one("record.commitments | length + 1", "4");
    one("record.revision | int * 2 + record.revision", "3");
}

#[test]
fn many_threads_can_share_templates() {
    fn check<T: Send + Sync>() {}
    check::<Templates>();
}

#[test]
fn a_missing_folder_is_named() {
    let error = Templates::from_folder("/no/such/folder").err().expect("refused").to_string();
    assert!(error.starts_with("cannot read /no/such/folder: "), "{error}");
    let found = Templates::check(Path::new("/no/such/folder"));
    assert!(found.iter().any(|one| one.to_string().starts_with(".:1: error[unreadable]: found a folder")), "{found:?}");
}
