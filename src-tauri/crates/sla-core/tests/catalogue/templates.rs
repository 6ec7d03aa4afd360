//! Contracts that extend templates: what they take over, what they say themselves, and what is refused.

use sla_core::catalogue::{Catalogue, Finding, SourceFile};

use crate::desk;

/// Two promises and terms around them.
const TERMS: &str = "apiVersion: sla-desk/v1
kind: SlaTemplate
metadata: { name: usual }
spec:
  description: What we usually promise.
  timeZone: UTC
  currency: EUR
  fee: { monthly: 500.00 }
  serviceHours: 24/7
  rounding: { mode: half_up, at: commitment }
  legalNature: service_credit
  minimumCredit: { above: 1.00 }
  caps: [{ per: month, share: 20, of: base }]
  claim: { automatic: true }
  commitments:
    - name: up
      target: 99.9
      method: Timeslices
      slice: 1m
      sliceTarget: 95
      consecutiveSlices: 5
      unknown: range
      quiet: good
      exclusions: denominator
      penalty: { bands: [{ from: 0, below: 99.9, credit: 10 }] }
    - name: fast
      target: 99
      method: Occurrences
      slice: 1m
      unknown: range
      quiet: good
      exclusions: denominator
      penalty: {}
";

const CONTRACT: &str = "apiVersion: sla-desk/v1
kind: Contract
metadata: { name: main }
spec:
  extends: usual
  tenant: nord
  version: 1
  validFrom: 2026-01-01
";

const PROMISES: &str = "  commitments: [{ name: up, slo: up }, { name: fast, slo: up }]\n";

/// The platform of the desk, a template and what extends it, each in a file of its own.
fn read(templates: &str, contracts: &str) -> Result<Catalogue, Vec<Finding>> {
    let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), text: text.to_owned() };
    Catalogue::read(&[
        file("contract.yaml", contracts),
        file("platform.yaml", desk::PLATFORM),
        file("template.yaml", templates),
    ])
}

/// The terms of the only contract as JSON.
#[track_caller]
fn spec(templates: &str, contracts: &str) -> serde_json::Value {
    let catalogue = read(templates, contracts).unwrap_or_else(|findings| panic!("{findings:#?}"));
    assert_eq!(catalogue.contracts.len(), 1);
    let contract = catalogue.contracts.values().next().expect("a contract");
    serde_json::to_value(&contract.spec).expect("JSON")
}

#[track_caller]
fn check_findings(templates: &str, contracts: &str, expected: &[&str]) {
    super::check_findings(read(templates, contracts), expected);
}

#[test]
fn a_contract_takes_over_what_it_does_not_say() {
    let own = "  fee: { monthly: 900.00 }\n  caps: []\n  without: [minimumCredit, commitments.up.consecutiveSlices]
  commitments:
    - { name: extra, slo: up, target: 98, method: Occurrences, slice: 5m, unknown: down, quiet: bad, exclusions: numerator,
        penalty: {} }
    - { name: fast, slo: up }
    - { name: up, slo: up, target: 99.95, penalty: { bands: [{ from: 0, below: 99.95, credit: 12 }] } }\n";
    let merged = spec(TERMS, &format!("{CONTRACT}{own}"));
    // The whole term of the contract stands for that of the template, and a promise keeps its place.
    let check = |pointer: &str, expected: serde_json::Value| {
        assert_eq!(merged.pointer(pointer).unwrap_or(&serde_json::Value::Null), &expected, "{pointer}");
    };
    check("/extends", "usual".into());
    check("/fee/monthly", "900.00".into());
    check("/caps", serde_json::json!([]));
    check("/minimumCredit", serde_json::Value::Null);
    check("/claim/automatic", true.into());
    check("/description", serde_json::Value::Null);
    let names: Vec<_> = (0..3).map(|at| merged["commitments"][at]["name"].clone()).collect();
    assert_eq!(names, ["up", "fast", "extra"]);
    check("/commitments/0/target", "99.95".into());
    check("/commitments/0/penalty/bands/0/credit", "12".into());
    check("/commitments/0/sliceTarget", "95".into());
    check("/commitments/0/consecutiveSlices", serde_json::Value::Null);
    check("/commitments/1/target", "99".into());
}

#[test]
fn templates_extend_templates_and_hide_those_that_come_with_the_program() {
    let better = "---\napiVersion: sla-desk/v1\nkind: SlaTemplate\nmetadata: { name: better }
spec:\n  description: More.\n  extends: usual\n  without: [commitments.fast]\n  commitments: [{ name: up, target: 99.95,
    penalty: { bands: [{ from: 0, below: 99.95, credit: 12 }] } }]\n";
    let contract = CONTRACT.replace("usual", "better") + "  commitments: [{ name: up, slo: up }]\n";
    let merged = spec(&format!("{TERMS}{better}"), &contract);
    assert_eq!(merged["commitments"].as_array().map(Vec::len), Some(1));
    assert_eq!(merged["commitments"][0]["target"], "99.95");
    assert_eq!(merged["commitments"][0]["slice"], "1m");
    assert_eq!(merged["currency"], "EUR");
    // One of the catalogue's own stands for the one of the same name that comes with the program.
    let own = TERMS.replace("name: usual", "name: msp-availability-en");
    let merged = spec(&own, &format!("{}{PROMISES}", CONTRACT.replace("usual", "msp-availability-en")));
    assert_eq!(merged["fee"]["monthly"], "500.00");
    let shipped = "  fee: { monthly: 1.00 }\n  commitments: [{ name: availability, slo: up }]\n";
    let merged = spec("", &format!("{}{shipped}", CONTRACT.replace("usual", "msp-availability-en")));
    assert_eq!(merged["commitments"][0]["target"], "99.9");
}

#[test]
fn a_defect_stands_in_the_file_that_holds_it() {
    // What the template says wrongly, and what nobody says.
    check_findings(
        &TERMS.replace("credit: 10 }] }", "credit: 10, amount: 5 }] }"),
        &format!("{CONTRACT}{PROMISES}"),
        &[
            "template.yaml:25:26: error[unsound-penalty]: spec.commitments[0].penalty.bands[0]: found both credit and amount, \
           expected one of credit, a share of the base, and amount, in the contract's currency (moves up to 50.00 EUR a \
           month)",
        ],
    );
    check_findings(
        &TERMS.replace(
            "      quiet: good\n      exclusions: denominator\n      penalty: {}\n",
            "      exclusions: denominator\n      penalty: {}\n",
        ),
        &format!("{CONTRACT}{PROMISES}"),
        &[
            "contract.yaml:9:40: error[missing-field]: spec.commitments[1]: found no field \"quiet\", expected \"quiet\": How a \
           slice without any event is read (moves up to 0.00 EUR a month)",
        ],
    );
    check_findings(
        TERMS,
        CONTRACT,
        &[
            "contract.yaml:5:12: error[missing-field]: spec.commitments[0]: found no field \"slo\", expected \"slo\": Name of \
             the `SLO` that is measured (moves up to 50.00 EUR a month)",
            "contract.yaml:5:12: error[missing-field]: spec.commitments[1]: found no field \"slo\", expected \"slo\": Name of \
             the `SLO` that is measured (moves up to 0.00 EUR a month)",
        ],
    );
    check_findings(
        &TERMS.replace("legalNature: service_credit", "legalNature: gift"),
        &format!("{CONTRACT}{PROMISES}"),
        &[
            "template.yaml:11:16: error[invalid-value]: spec.legalNature: found \"gift\", expected one of: \"service_credit\", \
             \"contractual_penalty\", \"liquidated_damages\", \"malus\"",
        ],
    );
}

#[test]
fn a_template_is_checked_though_nobody_extends_it() {
    check_findings(
        &TERMS.replace("from: 0, below: 99.9", "from: 98, below: 99.9"),
        "",
        &[
            "template.yaml:25:26: error[unsound-bands]: spec.commitments[0].penalty.bands[0]: found no band for 0 ≤ attained < 98, expected a band from 0",
        ],
    );
    // What a contract may still say is no defect of a template.
    let partial =
        TERMS.replace("  fee: { monthly: 500.00 }\n", "").replace("      slice: 1m\n      sliceTarget: 95\n", "");
    assert!(read(&partial, "").is_ok_and(|catalogue| catalogue.unsound_templates.is_empty()));
    let odd = TERMS.replace("per: month, share: 20, of: base", "per: month, share: 20, of: last12Months");
    let unsound = read(&odd, "").expect("it can be computed").unsound_templates;
    let told: Vec<String> = unsound.iter().map(crate::telling::told).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("template.yaml:13:39: unsound[cap-base]: spec.caps[0].of: "), "{told:?}");
    // A contract's own finding is not told twice.
    let catalogue = read(&odd, &format!("{CONTRACT}{PROMISES}")).expect("it can be computed");
    assert!(catalogue.unsound_templates.is_empty(), "{:?}", catalogue.unsound_templates);
    assert_eq!(catalogue.unsound.values().map(Vec::len).sum::<usize>(), 1);
}

#[test]
fn what_cannot_be_extended_is_refused() {
    let template = |name: &str, extends: &str| {
        format!(
            "---\napiVersion: sla-desk/v1\nkind: SlaTemplate\nmetadata: {{ name: {name} }}\nspec: {{ description: d, extends: \
             {extends} }}\n"
        )
    };
    let circle = |place: &str, name: &str, way: &str| {
        format!(
            "template.yaml:{place}: error[circular-template]: spec.extends: found the template {name:?}, which extends \
             itself{way}, expected templates of which one, in the end, extends none"
        )
    };
    check_findings(&template("a", "a"), "", &[&circle("5:34", "a", "")]);
    check_findings(
        &(template("a", "b") + &template("b", "a")),
        "",
        &[&circle("5:34", "a", " by way of \"b\""), &circle("10:34", "b", " by way of \"a\"")],
    );
    // Whoever extends one of the circle is not told of it a second time.
    let contract = format!("{}{PROMISES}", CONTRACT.replace("usual", "a"));
    check_findings(
        &(template("a", "b") + &template("b", "c") + &template("c", "b")),
        &contract,
        &[&circle("10:34", "b", " by way of \"c\""), &circle("15:34", "c", " by way of \"b\"")],
    );
    let findings =
        read(TERMS, &format!("{}{PROMISES}", CONTRACT.replace("usual", "usal"))).expect_err("nobody defines it");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let told = findings[0].to_string();
    let begin = "contract.yaml:5:12: error[unknown-reference]: spec.extends: found SlaTemplate \"usal\", which nobody defines, \
                 expected one of: usual, atlassian-cloud-premium, ";
    assert!(told.starts_with(begin), "{told}");
    // A template with a defect of its own is there, and its contracts are not judged.
    check_findings(
        "apiVersion: sla-desk/v1\nkind: SlaTemplate\nmetadata: { name: usual }\nspec: { describes: x }\n",
        &format!("{CONTRACT}{PROMISES}"),
        &[
            "template.yaml:4:7: error[missing-field]: spec: found no field \"description\", expected \"description\": What it \
             promises, and to whom it is sold, in one or two sentences",
            "template.yaml:4:9: error[unknown-field]: spec.describes: found the unknown field \"describes\", expected one of: \
             description, source, extends, without, timeZone, currency, fee, serviceHours, holidays, rounding, legalNature, \
             excludedKinds, maintenance, atRisk, pointWorth, minimumCredit, noStacking, caps, claim, rights, commitments, \
             incidents",
        ],
    );
    // What is taken away in vain.
    let without = "  without: [bonus, commitments.slow, commitments.up.budget, commitments.up.name]\n";
    let findings = read(TERMS, &format!("{CONTRACT}{PROMISES}{without}")).expect_err("refused");
    let told = |finding: &Finding| format!("{} {} {}", finding.place.line, finding.place.path, finding.found.en());
    assert_eq!(
        findings.iter().map(told).collect::<Vec<_>>(),
        [
            "10 spec.without[0] \"bonus\", which the template does not say",
            "10 spec.without[1] \"commitments.slow\", which the template does not say",
            "10 spec.without[2] \"commitments.up.budget\", which the template does not say",
            "10 spec.without[3] \"commitments.up.name\", which the template does not say",
        ]
    );
}

#[test]
fn terms_that_belong_to_one_customer_are_no_template() {
    for (field, value) in [("tenant", "nord"), ("validFrom", "2026-01-01"), ("version", "1"), ("accepted", "[]")] {
        let findings =
            read(&TERMS.replace("spec:\n", &format!("spec:\n  {field}: {value}\n")), "").expect_err("refused");
        assert!(findings[0].to_string().contains(&format!("the unknown field {field:?}")), "{findings:#?}");
    }
    let alone = CONTRACT.replace("extends: usual", "without: [caps]") + PROMISES;
    let findings = read("", &alone).expect_err("it extends nothing");
    let told: Vec<String> = findings.iter().map(crate::telling::told).collect();
    let expected = "contract.yaml:5:12: error[invalid-value]: spec.without: found terms to leave out, and no template that says \
                    them, expected extends beside it: the template that says them";
    assert!(told.contains(&expected.to_owned()), "{told:#?}");
}

#[test]
fn a_contract_and_its_template_are_one_content() {
    // What is on record is the whole text, so that a template that changes makes another content.
    let hash = |templates: &str| {
        let catalogue = read(templates, &format!("{CONTRACT}{PROMISES}")).expect("sound");
        catalogue.contracts.values().next().expect("a contract").sha256()
    };
    assert_ne!(hash(TERMS), hash(&TERMS.replace("share: 20", "share: 25")));
    assert_eq!(hash(TERMS), hash(&TERMS.replace("What we usually promise", "Our usual terms")));
}
