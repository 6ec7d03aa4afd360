//! The templates that come with the program: each makes a sound contract with what it leaves to one, says what was
//! published, and owes in a worked month what was computed by hand.

use std::collections::BTreeSet;

use sla_core::catalogue::{Catalogue, ContractSpec, SHIPPED_TEMPLATES, SourceFile};
use sla_core::record::Verdict::{self, Breached, Met};
use sla_core::time::Period;

use crate::desk::{Slice, down, from, owed, read, sound, stated};
use crate::golden_cases::published;

/// A worked month of a template: September 2026, which has 43 200 minutes, for a fee of 1 000.00.
struct Worked {
    template: &'static str,
    /// What it leaves to the contract, beside tenant, version, first day, fee, and what is measured.
    adds: &'static [(&'static str, &'static str)],
    /// Outages: the day and hour on which each began, in UTC, and its minutes.
    down: &'static [(&'static str, i64)],
    verdict: Verdict,
    owed_minor: i64,
}

const OPEN_CLAIM: &[(&str, &str)] = &[("claim", "{ automatic: true }")];
const BERLIN: &[(&str, &str)] = &[("holidays", "{ region: DE-BE }")];

const fn worked(
    template: &'static str,
    adds: &'static [(&'static str, &'static str)],
    down: &'static [(&'static str, i64)],
    verdict: Verdict,
    owed_minor: i64,
) -> Worked {
    Worked { template, adds, down, verdict, owed_minor }
}

/// Monday the 7th in the morning: inside every service hours.
const MONDAY: &str = "07T08";

const MONTHS: [Worked; 32] = [
    // 60 of 43 200 minutes are 0.13889 %: the example that Atlassian itself gives.
    worked("atlassian-cloud-premium", &[], &[(MONDAY, 60)], Breached, 10_000),
    // 100 minutes: 99.7685 %, 5 %. Working days need to know the holidays.
    worked("auth0", &[("holidays", "{ region: US-CA }")], &[(MONDAY, 100)], Breached, 5_000),
    // 10 minutes: 99.9769 %, 10 %.
    worked("aws-compute-region", &[], &[(MONDAY, 10)], Breached, 10_000),
    // 500 minutes: 98.8426 %, 25 %.
    worked("aws-documentdb-multi-az", OPEN_CLAIM, &[(MONDAY, 500)], Breached, 25_000),
    // 300 minutes: 99.3056 %, 10 %.
    worked("aws-rds-single", OPEN_CLAIM, &[(MONDAY, 300)], Breached, 10_000),
    // 100 of 8 640 intervals: 98.8426 %, 10 %.
    worked("aws-s3-ia", OPEN_CLAIM, &[(MONDAY, 500)], Breached, 10_000),
    // The objects of 200 of 8 640 intervals: 97.6852 %, 25 %.
    worked("aws-s3-rtc", OPEN_CLAIM, &[(MONDAY, 1_000)], Breached, 25_000),
    // 10 of 8 640 intervals: 99.8843 %, 10 %.
    worked("aws-s3-standard", OPEN_CLAIM, &[(MONDAY, 50)], Breached, 10_000),
    // 2 200 minutes: 94.9074 %, the whole fee.
    worked("azure-vm-availability-zones", &[], &[(MONDAY, 2_200)], Breached, 100_000),
    // 432 minutes of 43 200 for everybody: a hundredth of the fee.
    worked("cloudflare-business", OPEN_CLAIM, &[(MONDAY, 432)], Breached, 1_000),
    worked("cloudflare-r2", OPEN_CLAIM, &[(MONDAY, 50)], Breached, 10_000),
    // Ten minutes in a row count, nine do not: 99.9769 %, 10 %.
    worked("gcp-bigquery", OPEN_CLAIM, &[(MONDAY, 10), ("08T08", 9)], Breached, 10_000),
    // 5 minutes: 99.9884 %, 10 %.
    worked("gcp-compute-multi-zone", &[], &[(MONDAY, 5)], Breached, 10_000),
    // 200 of the quarter's 132 480 minutes: 99.8490 %, 10 % of 3 000.00.
    worked("github-enterprise", OPEN_CLAIM, &[(MONDAY, 200)], Breached, 30_000),
    worked("mongodb-atlas-data-federation", OPEN_CLAIM, &[(MONDAY, 50)], Breached, 10_000),
    // 60 minutes: 99.8611 %. 60 % of the 15 % at risk; the other two promises hold.
    worked("msp-at-risk-de", &[], &[(MONDAY, 60)], Breached, 9_000),
    worked("msp-at-risk-en", &[], &[(MONDAY, 60)], Breached, 9_000),
    // 99.8611 %: 5 %.
    worked("msp-availability-de", &[], &[(MONDAY, 60)], Breached, 5_000),
    worked("msp-availability-en", &[], &[(MONDAY, 60)], Breached, 5_000),
    // 22 days of ten hours allow 66 minutes; 134 above them are three started hours of 2 %.
    worked("msp-business-hours-de", BERLIN, &[(MONDAY, 200)], Breached, 6_000),
    worked("msp-business-hours-en", &[("holidays", "{ region: GB-ENG }")], &[(MONDAY, 200)], Breached, 6_000),
    // 300 minutes: 99.3056 %, 5 %; no incident was reported.
    worked("msp-incidents-de", &[], &[(MONDAY, 300)], Breached, 5_000),
    worked("msp-incidents-en", &[], &[(MONDAY, 300)], Breached, 5_000),
    // 1 000 minutes: 97.6852 %, 20 %.
    worked("neon-business", &[], &[(MONDAY, 1_000)], Breached, 20_000),
    // 500 minutes are 68 above the 432 that 99 % allow: three started half hours, three days' rent.
    worked("opendialog-hosting", OPEN_CLAIM, &[(MONDAY, 500)], Breached, 10_000),
    // 50 minutes: 99.8843 %, 10 %.
    worked("ovh-vmware", OPEN_CLAIM, &[(MONDAY, 50)], Breached, 10_000),
    worked("safespring", &[], &[(MONDAY, 10)], Breached, 10_000),
    // An hour of the quarter's 2 208, for which 3 000.00 were paid: ten times 1.3587.
    worked("slack-2024", OPEN_CLAIM, &[(MONDAY, 60)], Breached, 1_359),
    // Five hours on a Monday are two days' rates, although 98 % are kept; a Sunday is no service time.
    worked(
        "taggermedia",
        &[("claim", "{ automatic: true }"), ("holidays", "{ region: DE-BE }")],
        &[(MONDAY, 300), ("06T08", 300)],
        Met,
        6_667,
    ),
    // An hour of 22 days of eight hours: 99.4318 %, 10 %.
    worked("tsystems-llm-hub", BERLIN, &[(MONDAY, 60)], Breached, 10_000),
    // 600 minutes: 98.6111 %, which is 98.6 %: one point.
    worked(
        "ukcabinet-kpi-points",
        &[("claim", "{ automatic: true }"), ("pointWorth", "{ amount: 50 }")],
        &[(MONDAY, 600)],
        Breached,
        5_000,
    ),
    // 20 minutes: 99.9537 %, 10 %.
    worked("upstash-prod-pack", OPEN_CLAIM, &[(MONDAY, 20)], Breached, 10_000),
];

/// The published SLAs of which the fixture has no credits, so that there is nothing to write down.
const WITHOUT_CREDITS: [&str; 3] = ["hetzner-cloud", "zendesk-premier", "gitlab-dedicated-apdex"];

/// Published wordings that cannot be computed as they stand; their templates say how they are read.
const MENDED: [&str; 2] = ["github-enterprise", "auth0"];

/// The names of a template's promises, in its text.
fn promises(template: &str, list: &str) -> Vec<&'static str> {
    let shipped = SHIPPED_TEMPLATES.iter().find(|one| one.name == template).expect("it comes with the program");
    let after = shipped.text.split_once(&format!("\n  {list}:\n")).map_or("", |(_, after)| after);
    let inside = after.lines().take_while(|line| line.starts_with("    "));
    inside.filter_map(|line| line.strip_prefix("    - name: ")).collect()
}

/// A contract that extends a template and adds to it. It begins with the worked period, so that no earlier month is
/// unknown.
fn contract(template: &str, fee: &str, adds: &[(&str, &str)]) -> String {
    let first = if ["slack-2024", "github-enterprise"].contains(&template) { "07" } else { "09" };
    let mut text = format!(
        "---\napiVersion: sla-desk/v1\nkind: Contract\nmetadata: {{ name: main }}\nspec:\n  extends: {template}\n  \
         tenant: nord\n  version: 1\n  validFrom: 2026-{first}-01\n  fee: {{ monthly: {fee} }}\n"
    );
    for (field, value) in adds {
        text += &format!("  {field}: {value}\n");
    }
    for (list, what) in [("commitments", "slo: up"), ("incidents", "service: platform")] {
        let names = promises(template, list);
        let items = names.iter().map(|name| format!("    - {{ name: {name}, {what} }}\n")).collect::<String>();
        text += &if items.is_empty() { String::new() } else { format!("  {list}:\n{items}") };
    }
    text
}

fn september(outages: &[(&str, i64)]) -> impl Fn(i64) -> Slice {
    let stretch = |(start, minutes): &(&str, i64)| from(&format!("2026-09-{start}:00:00Z"), minutes * 60);
    down(outages.iter().map(stretch).collect::<Vec<Period>>())
}

fn spec(catalogue: Catalogue) -> ContractSpec {
    catalogue.contracts.into_values().next().expect("a contract").spec
}

#[test]
fn every_file_comes_with_the_program() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/templates");
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let files: BTreeSet<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!(files, SHIPPED_TEMPLATES.iter().map(|one| format!("{}.yaml", one.name)).collect());
}

#[test]
fn every_template_is_sound_alone() {
    for one in &SHIPPED_TEMPLATES {
        let file = SourceFile { name: format!("{}.yaml", one.name), text: one.text.to_owned() };
        let catalogue = Catalogue::read(&[file]).unwrap_or_else(|findings| panic!("{}: {findings:#?}", one.name));
        assert!(catalogue.unsound_templates.is_empty(), "{}: {:#?}", one.name, catalogue.unsound_templates);
        let (name, template) = catalogue.templates.into_iter().next().expect("a template");
        assert_eq!(name.as_str(), one.name);
        assert_eq!(template.spec.source.is_none(), one.name.starts_with("msp-"), "{}", one.name);
    }
}

#[test]
fn every_template_has_a_worked_month() {
    let worked: Vec<&str> = MONTHS.iter().map(|one| one.template).collect();
    let shipped: Vec<&str> = SHIPPED_TEMPLATES.iter().map(|one| one.name).collect();
    assert_eq!(worked, shipped);
    for one in &MONTHS {
        let record = stated(&[contract(one.template, "1000.00", one.adds)], "2026-09", september(one.down));
        assert_eq!(owed(&record), (one.verdict, one.owed_minor, one.owed_minor), "{}", one.template);
    }
}

#[test]
fn a_month_without_outage_owes_nothing_by_any_template() {
    for one in &MONTHS {
        let record = stated(&[contract(one.template, "1000.00", one.adds)], "2026-09", september(&[]));
        assert_eq!(owed(&record), (Met, 0, 0), "{}", one.template);
    }
}

#[test]
fn every_template_is_sound_with_what_it_leaves_to_a_contract_and_with_no_less() {
    for one in &MONTHS {
        let complete = [contract(one.template, "1000.00", one.adds)];
        let catalogue = sound(&complete);
        assert!(catalogue.unsound.values().all(Vec::is_empty), "{}: {:?}", one.template, catalogue.unsound);
        for left_out in 0..one.adds.len() {
            let adds = [&one.adds[..left_out], &one.adds[left_out + 1..]].concat();
            let (field, _) = one.adds[left_out];
            let found = match read(&[contract(one.template, "1000.00", &adds)]) {
                Err(findings) => findings.len(),
                Ok(catalogue) => catalogue.unsound.values().map(Vec::len).sum(),
            };
            assert!(found > 0, "{} is sound without {field}", one.template);
        }
    }
}

#[test]
fn templates_say_what_was_published() {
    let ids: BTreeSet<String> = published::ids();
    for id in &ids {
        let Some(one) = MONTHS.iter().find(|one| one.template == id) else {
            assert!(WITHOUT_CREDITS.contains(&id.as_str()), "nobody wrote {id} down");
            continue;
        };
        if MENDED.contains(&id.as_str()) {
            assert!(!published::findings(id).is_empty(), "{id} is sound as it was published");
            continue;
        }
        let ours = spec(sound(&[contract(id, "1000.00", one.adds)]));
        let theirs = published::contract(id);
        let terms = |contract: &ContractSpec| {
            let promise = contract.commitments[0].clone();
            (promise.target, promise.period, promise.attainment_rounding, promise.penalty)
        };
        assert_eq!(terms(&ours), terms(&theirs), "{id}");
        assert_eq!(ours.minimum_credit, theirs.minimum_credit, "{id}");
        let of_incidents = |contract: &ContractSpec| {
            contract.incidents.iter().map(|one| (one.limit, one.target, one.penalty.clone())).collect::<Vec<_>>()
        };
        assert_eq!(of_incidents(&ours), of_incidents(&theirs), "{id}");
    }
    let of_our_own = MONTHS.iter().filter(|one| !ids.contains(one.template));
    assert!(of_our_own.map(|one| one.template).all(|name| name.starts_with("msp-")));
}

#[test]
fn the_german_and_the_english_text_of_a_template_agree_on_every_figure() {
    let mut pairs = 0;
    for one in MONTHS.iter().filter(|one| one.template.ends_with("-de")) {
        let english = one.template.replace("-de", "-en");
        let read = |name: &str| spec(sound(&[contract(name, "1000.00", one.adds)]));
        let (mut german, english) = (read(one.template), read(&english));
        // What belongs to the language or the law: words, zone, currency and what a credit is.
        german.extends = english.extends.clone();
        german.time_zone = english.time_zone;
        german.currency = english.currency;
        german.legal_nature = english.legal_nature;
        let names = |contract: &ContractSpec| {
            contract.commitments.iter().map(|one| one.display_name.clone()).collect::<Vec<_>>()
        };
        assert_ne!(names(&german), names(&english));
        for (promise, other) in german.commitments.iter_mut().zip(&english.commitments) {
            promise.display_name.clone_from(&other.display_name);
        }
        for (promise, other) in german.incidents.iter_mut().zip(&english.incidents) {
            promise.display_name.clone_from(&other.display_name);
        }
        for (right, other) in german.rights.iter_mut().zip(&english.rights) {
            right.right.clone_from(&other.right);
        }
        assert_eq!(german, english, "{}", one.template);
        pairs += 1;
    }
    assert_eq!(pairs, 4);
}

#[test]
fn what_incidents_cost_by_a_template_does_not_stack() {
    // Answered after half an hour and restored after five hours: 500 and 1 000 of a fee of 10 000. The outage itself,
    // 99.3056 %, would be 500, of which together with the restoration only the more favourable is paid.
    let incident = "---\napiVersion: sla-desk/v1\nkind: Incident\nmetadata: { name: down }\nspec: { tenant: nord, class: p1, \
                    title: Down, reported: \"2026-09-07T08:00:00Z\", responded: \"2026-09-07T08:30:00Z\", \
                    restored: \"2026-09-07T13:00:00Z\", enteredBy: Ina }\n";
    for template in ["msp-incidents-de", "msp-incidents-en"] {
        let documents = [contract(template, "10000.00", &[]), incident.to_owned()];
        let record = stated(&documents, "2026-09", september(&[(MONDAY, 300)]));
        assert_eq!(owed(&record), (Breached, 150_000, 150_000), "{template}");
    }
}
