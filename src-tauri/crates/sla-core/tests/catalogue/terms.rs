//! What the linter says of terms that can be read and that the parties would quarrel about: of versions, services,
//! incidents, fees and orders of magnitude.

use sla_core::catalogue::Finding;

use crate::desk::{contract, promise, read_all};

const OTHER: &str = "---
apiVersion: openslo/v1
kind: Service
metadata: { name: mail }
spec: {}
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: mailing }
spec: { service: mail, indicatorRef: probes, budgetingMethod: Timeslices }
";

/// Compares every finding, errors and what is unsound, from its code on.
#[track_caller]
fn check(documents: &[String], expected: &[&str]) {
    let all = [vec![OTHER.to_owned()], documents.to_vec()].concat();
    let findings = match read_all(&all) {
        Ok(catalogue) => catalogue.unsound.into_values().flatten().collect(),
        Err(findings) => findings,
    };
    let line = |finding: &Finding| {
        let text = finding.to_string();
        text.split_once("[").map(|(_, rest)| rest.replacen(']', "", 1)).unwrap_or(text)
    };
    let found: Vec<String> = findings.iter().map(line).collect();
    assert_eq!(found, expected);
}

fn one(other: &[(&str, &str)]) -> [String; 1] {
    [contract(&[], &[promise(other)])]
}

fn fixed(name: &str, slo: &str, more: &[(&str, &str)]) -> String {
    let usual = [("name", name), ("slo", slo), ("penalty", "{ fixed: { amount: 50, per: breach } }")];
    promise(&[&usual[..], more].concat())
}

#[test]
fn versions_of_one_contract_never_overlap_and_keep_currency_zone_and_tenant() {
    let version = |number: &'static str, more: &[(&str, &str)], slo: &str| {
        contract(&[&[("version", number)][..], more].concat(), &[fixed("a", slo, &[])])
    };
    let first = version("1", &[("validTo", "2026-06-30")], "up");
    check(&[first.clone(), version("2", &[("validFrom", "2026-07-01")], "mailing")], &[]);
    check(
        &[first.clone(), version("2", &[("validFrom", "2026-06-01")], "mailing")],
        &[
            "overlapping-contracts: spec.validFrom: found main version 2 in force from 2026-06-01 for tenant nord, as is main version 1 at c.yaml:40, expected one version in force at a time: end the earlier one with validTo on the day before, or give the contract of other services a name of its own (moves up to 100.00 EUR a month)",
        ],
    );
    let named = |text: String| text.replacen("name: main", "name: other", 1);
    check(&[first.clone(), named(version("1", &[], "mailing"))], &[]);
    check(
        &[first.clone(), version("2", &[("validFrom", "2026-07-01"), ("currency", "USD")], "up")],
        &[
            "unsound-terms: spec.currency: found USD, expected EUR, as version 1 at c.yaml:40 says: what changes it is a contract with a name of its own (moves up to 50.00 USD a month)",
        ],
    );
    check(
        &[first.clone(), version("2", &[("validFrom", "2026-07-01"), ("timeZone", "Europe/Berlin")], "up")],
        &[
            "unsound-terms: spec.timeZone: found Europe/Berlin, expected UTC, as version 1 at c.yaml:40 says: what changes it is a contract with a name of its own (moves up to 50.00 EUR a month)",
        ],
    );
    let tenant = "---\napiVersion: sla-desk/v1\nkind: Tenant\nmetadata: { name: west }\nspec: { language: en, contacts: [{ name: W, email: w@west.example }] }\n";
    check(
        &[tenant.to_owned(), first, version("2", &[("validFrom", "2026-07-01"), ("tenant", "west")], "up")],
        &[
            "unsound-terms: spec.tenant: found tenant \"west\", expected \"nord\", as version 1 at c.yaml:45 says: what changes it is a contract with a name of its own (moves up to 50.00 EUR a month)",
        ],
    );
}

/// A promise about incidents of a class.
fn incidents(promises: &[(&str, &str, &str)]) -> String {
    let one = |(name, service, class): &(&str, &str, &str)| {
        format!(
            "{{ name: {name}, service: {service}, class: {class}, clock: response, startsAt: reported, hours: wall, limit: 1h, target: 100, month: started, penalty: {{ fixed: {{ amount: 100, per: breach }} }} }}"
        )
    };
    format!("[{}]", promises.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn incident(spec: &str) -> String {
    format!(
        "---\napiVersion: sla-desk/v1\nkind: Incident\nmetadata: {{ name: i }}\nspec: {{ tenant: nord, title: No logins, enteredBy: Ina, reported: \"2026-06-10T10:00:00Z\", {spec} }}\n"
    )
}

#[test]
fn an_incident_says_which_of_several_services_broke() {
    let both = incidents(&[("a", "platform", "p1"), ("b", "mail", "p1"), ("c", "mail", "p2")]);
    let promised = contract(&[("incidents", &both)], &[promise(&[])]);
    check(&[promised.clone(), incident("class: p1, service: mail")], &[]);
    check(&[promised.clone(), incident("class: p2")], &[]);
    check(
        &[promised.clone(), incident("class: p1")],
        &[
            "missing-field: spec: found no field \"service\", expected the one of mail, platform that broke: each has a promise about incidents of class \"p1\"",
        ],
    );
    check(
        &[promised.clone(), incident("class: p2, service: platform")],
        &[
            "unknown-reference: spec.service: found service \"platform\", of whose incidents of class \"p2\" no contract of nord promises anything, expected one of: mail",
        ],
    );
    check(
        &[promised.clone(), incident("class: p1, service: fax")],
        &[
            "unknown-reference: spec.service: found Service \"fax\", which nobody defines, expected one of: mail, platform",
        ],
    );
    check(
        &[promised, incident("class: p3, service: mail")],
        &["unknown-reference: spec.class: found class \"p3\", which no contract of nord has, expected one of: p1, p2"],
    );
    // A contract that was over before, or begins after, leaves no doubt.
    let terms = |more: &[(&str, &str)], service| {
        contract(&[more, &[("incidents", &incidents(&[("a", service, "p1")])[..])]].concat(), &[promise(&[])])
    };
    let first = terms(&[("validTo", "2026-06-30")], "platform");
    let second = terms(&[("version", "2"), ("validFrom", "2026-07-01")], "mail");
    check(&[first.clone(), second.clone(), incident("class: p1")], &[]);
    check(
        &[first, second, incident("class: p1, restored: \"2026-07-01T00:00:00Z\"")],
        &[
            "missing-field: spec: found no field \"service\", expected the one of mail, platform that broke: each has a promise about incidents of class \"p1\"",
        ],
    );
}

#[test]
fn two_contracts_about_incidents_of_one_service_overlap() {
    let terms = |slo: &str| {
        contract(
            &[("incidents", &incidents(&[("a", "mail", "p1")])[..])],
            &[promise(&[("slo", slo), ("penalty", "{}")])],
        )
    };
    check(
        &[terms("up"), terms("mailing").replacen("name: main", "name: other", 1)],
        &[
            "overlapping-contracts: spec.validFrom: found other version 1 in force from 2026-01-01 for tenant nord and service mail, as is main version 1 at c.yaml:40, expected one contract in force at a time: end the earlier one with validTo on the day before (moves up to 200.00 EUR a month)",
        ],
    );
}

#[test]
fn groups_of_which_one_pays_have_no_commitment_in_common() {
    let terms = |groups: &str| {
        let promises = ["a", "b", "c"].map(|name| fixed(name, "up", &[]));
        [contract(&[("noStacking", groups)], &promises)]
    };
    check(&terms("[{ commitments: [a, b] }]"), &[]);
    check(
        &terms("[{ commitments: [a, b] }, { commitments: [b, c] }]"),
        &[
            "unsound-terms: spec.noStacking[1].commitments[0]: found commitment \"b\" a second time, expected each commitment in one group, once: of two groups nobody can say which pays first (moves up to 150.00 EUR a month)",
        ],
    );
    check(
        &terms("[{ commitments: [a, a] }]"),
        &[
            "unsound-terms: spec.noStacking[0].commitments[1]: found commitment \"a\" a second time, expected each commitment in one group, once: of two groups nobody can say which pays first (moves up to 150.00 EUR a month)",
        ],
    );
}

#[test]
fn a_slice_is_seen_against_the_service_time_of_the_least_month() {
    let terms = |hours: &str, more: &[(&str, &str)], of: &[(&str, &str)]| {
        [contract(
            &[&[("serviceHours", hours)][..], more].concat(),
            &[promise(&[&[("penalty", "{}")][..], of].concat())],
        )]
    };
    let wide = [("slice", "15m"), ("target", "99.9")];
    // Around the clock a February of 28 days allows 40.3 of its minutes.
    check(&terms("24/7", &[], &wide), &[]);
    // Ten hours of 20 working days are 12 000 minutes, of which it allows twelve.
    check(
        &terms("Mo-Fr 08:00-18:00", &[], &wide),
        &[
            "unresolvable-target: spec.commitments[0].target: found 99.9 % in slices of 15m: one of 800 is 0.1250 points, and the target allows 0.1000, expected narrower slices, or a target that one bad slice does not break (moves up to 0.00 EUR a month)",
        ],
    );
    check(&terms("Mo-Fr 08:00-18:00", &[], &[("slice", "5m"), ("target", "99.9")]), &[]);
    // Holidays take days away: May 2026 has 21 days from Monday to Friday and three holidays in Bavaria.
    let holidays =
        |region: &'static str| [("holidays", region), ("validFrom", "2026-05-01"), ("validTo", "2026-05-31")];
    let close = [("slice", "15m"), ("target", "99.865")];
    check(
        &terms("Mo-Fr 08:00-18:00; PH off", &holidays("{ region: DE-BY }"), &close)[..],
        &[
            "unresolvable-target: spec.commitments[0].target: found 99.865 % in slices of 15m: one of 720 is 0.1389 points, and the target allows 0.1350, expected narrower slices, or a target that one bad slice does not break (moves up to 0.00 EUR a month)",
        ],
    );
    check(&terms("Mo-Fr 08:00-18:00", &holidays(""), &close), &[]);
    // Whose holidays nobody knows yet are no reason to fail.
    check(
        &terms(
            "Mo-Fr 08:00-18:00; PH off",
            &[("holidays", "{ region: DE-BY }"), ("validFrom", "2060-01-01")],
            &[("slice", "1m")],
        ),
        &[],
    );
    // Months without any service time are not judged, and one of which the contract has a day only is none to compare with.
    check(&terms("Mar-Nov 00:00-24:00", &[], &wide), &[]);
    check(&terms("24/7", &[("validFrom", "2026-01-31"), ("fee", "{ monthly: 1, partMonth: full }")], &wide), &[]);
    // A quarter has three months of it.
    check(&terms("Mo-Fr 08:00-18:00", &[], &[&wide[..], &[("period", "quarter")]].concat()), &[]);
    // A month of 28 days allows 40.32 minutes of 99.9 %, one of 29 days 41.76.
    let slices = [("slice", "1h"), ("target", "99.855")];
    check(&terms("24/7", &[("validFrom", "2028-01-01"), ("validTo", "2028-12-31")], &slices), &[]);
    check(
        &terms("24/7", &[("validFrom", "2028-01-01")], &slices),
        &[
            "unresolvable-target: spec.commitments[0].target: found 99.855 % in slices of 1h: one of 672 is 0.1489 points, and the target allows 0.1450, expected narrower slices, or a target that one bad slice does not break (moves up to 0.00 EUR a month)",
        ],
    );
}

#[test]
fn a_least_credit_is_seen_against_all_that_outages_can_cost() {
    let terms =
        |least: &str, penalty: &str| [contract(&[("minimumCredit", least)], &[promise(&[("penalty", penalty)])])];
    let tiers = "{ perOutage: { tiers: [{ from: 1h, amount: 5 }] } }";
    // 745 outages of an hour: more than the one largest tier.
    check(&terms("{ above: 5 }", tiers), &[]);
    check(&terms("{ from: 3725 }", tiers), &[]);
    check(
        &terms("{ from: 3725.01 }", tiers),
        &[
            "without-effect: spec.minimumCredit: found a least credit of 3725.01, expected less than the highest credit of a commitment, or nothing is ever paid (moves up to 3725.00 EUR a month)",
        ],
    );
    let further =
        "{ perOutage: { tiers: [{ from: 700h, amount: 5 }], further: { unit: 1m, counting: full, amount: 1 } } }";
    check(&terms("{ above: 2000 }", further), &[]);
}

#[test]
fn a_repeated_miss_never_pays_less() {
    let repeat = |steps: &str| {
        let penalty =
            format!("{{ fixed: {{ amount: 50, per: breach }}, repeat: {{ withinMonths: 6, steps: [{steps}] }} }}");
        one(&[("penalty", &penalty)])
    };
    check(&repeat("{ misses: 2, factor: 1 }, { misses: 3, factor: 2 }, { misses: 4, factor: 2 }"), &[]);
    check(
        &repeat("{ misses: 2, factor: 3 }, { misses: 3, factor: 1.5 }"),
        &[
            "credits-out-of-order: spec.commitments[0].penalty.repeat.steps[1].factor: found a factor of 1.5 from 3 misses on, less than for fewer of them, expected at least as much for a miss that repeats (moves up to 150.00 EUR a month)",
        ],
    );
    check(
        &repeat("{ misses: 2, factor: 0.5 }"),
        &[
            "credits-out-of-order: spec.commitments[0].penalty.repeat.steps[0].factor: found a factor of 0.5 from 2 misses on, less than for fewer of them, expected at least as much for a miss that repeats (moves up to 50.00 EUR a month)",
        ],
    );
}

#[test]
fn narrow_caps_are_stored_before_wide_ones() {
    let caps = |caps: &str| [contract(&[("caps", caps)], &[fixed("a", "up", &[]), fixed("b", "mailing", &[])])];
    let cap = |per: &str| format!("{{ per: {per}, amount: 40 }}");
    let year = "{ per: year, year: calendar, amount: 400 }";
    check(&caps(&format!("[{}, {}, {}, {year}]", cap("commitment"), cap("service"), cap("month"))), &[]);
    // What holds all commitments is of one width.
    check(&caps(&format!("[{year}, {}, {}]", cap("contract"), cap("month"))), &[]);
    let told = |index: usize, narrow: &str, wide: &str| {
        format!(
            "caps-out-of-order: spec.caps[{index}].per: found a cap per {narrow} after one per {wide}, expected narrow caps before wide ones: else the wide one counts what is not paid, and a worse month can cost less (moves up to 100.00 EUR a month)"
        )
    };
    check(&caps(&format!("[{}, {}]", cap("month"), cap("commitment"))), &[&told(1, "commitment", "month")]);
    check(&caps(&format!("[{}, {}]", cap("service"), cap("commitment"))), &[&told(1, "commitment", "service")]);
    check(&caps(&format!("[{}, {year}, {}]", cap("commitment"), cap("service"))), &[&told(2, "service", "year")]);
}

#[test]
fn an_earn_back_says_once_what_must_be_kept() {
    let earn_back = |own: &[(&str, &str)], earn_back: &str| {
        let penalty = format!("{{ fixed: {{ amount: 50, per: breach }}, earnBack: {earn_back} }}");
        let own = [&[("name", "a"), ("penalty", penalty.as_str())][..], own].concat();
        let over = |name, period| promise(&[("name", name), ("slo", "mailing"), ("period", period), ("penalty", "{}")]);
        [contract(&[], &[promise(&own), over("quarterly", "quarter"), over("yearly", "year")])]
    };
    let quarter = ("period", "quarter");
    check(&earn_back(&[], "{ months: 2 }"), &[]);
    check(&earn_back(&[quarter], "{ months: 6 }"), &[]);
    check(&earn_back(&[], "{ commitment: quarterly }"), &[]);
    check(&earn_back(&[quarter], "{ commitment: yearly }"), &[]);
    let refused = |own: &[(&str, &str)], text: &str, field: &str, said: &str| {
        let stake = if said.starts_with("unsound") { " (moves up to 50.00 EUR a month)" } else { "" };
        let expected = format!("{said}{stake}");
        let (code, rest) = expected.split_once(' ').expect("a code");
        let at = format!("{code} spec.commitments[0].penalty.earnBack{field}: {rest}");
        check(&earn_back(own, text), &[&at]);
    };
    let once = "unsound-penalty: found an earn-back that is not said once, expected months, how many following ones must keep it, or commitment, the one over a longer period";
    refused(&[], "{ months: 2, commitment: yearly }", "", once);
    refused(&[], "{}", "", once);
    refused(
        &[quarter],
        "{ months: 4 }",
        ".months",
        "unsound-penalty: found 4 months for a promise over a quarter, expected a multiple of 3: the months between are not judged",
    );
    refused(
        &[quarter],
        "{ commitment: quarterly }",
        ".commitment",
        "unsound-penalty: found commitment \"quarterly\", which is judged over a quarter, expected a commitment over more than a quarter",
    );
    refused(
        &[],
        "{ commitment: a }",
        ".commitment",
        "unsound-penalty: found commitment \"a\", which is judged over a month, expected a commitment over more than a month",
    );
    refused(
        &[],
        "{ commitment: c }",
        ".commitment",
        "unknown-reference: found commitment \"c\", which the contract does not have, expected one of: a, quarterly, yearly",
    );
}

#[test]
fn shares_and_amounts_are_compared_over_the_promise_s_own_period() {
    // Ten percent of a quarter's fee are 300.00: more than the 200.00 of a worse quarter, and more than a month's 100.00.
    let bands = "{ bands: [{ from: 99, below: 99.9, credit: 10 }, { from: 0, below: 99, amount: 200 }] }";
    check(&one(&[("penalty", bands)]), &[]);
    check(
        &one(&[("penalty", bands), ("period", "quarter")]),
        &[
            "credits-out-of-order: spec.commitments[0].penalty.bands[1]: found less than for a better month, expected at least as much for a worse month (moves up to 300.00 EUR a month)",
        ],
    );
}

#[test]
fn what_no_amount_can_hold_is_told_with_its_place() {
    let fee =
        |penalty: &str| [contract(&[("fee", "{ monthly: 999999999999999.00 }")], &[promise(&[("penalty", penalty)])])];
    check(&fee("{ multiplier: { factor: 92 } }"), &[]);
    check(
        &fee("{ multiplier: { factor: 93 } }"),
        &[
            "invalid-value: spec.commitments[0].penalty: found a penalty of up to 92999999999999907.00 EUR, expected at most 92233720368547758.07 EUR, the largest amount that fits",
        ],
    );
    // The factor for a repeat counts, and so do all promises together.
    check(
        &fee("{ multiplier: { factor: 50 }, repeat: { withinMonths: 3, steps: [{ misses: 2, factor: 2 }] } }"),
        &[
            "invalid-value: spec.commitments[0].penalty: found a penalty of up to 99999999999999900.00 EUR, expected at most 92233720368547758.07 EUR, the largest amount that fits",
        ],
    );
    let many = ["a", "b"].map(|name| promise(&[("name", name), ("penalty", "{ multiplier: { factor: 50 } }")]));
    check(
        &[contract(&[("fee", "{ monthly: 999999999999999.00 }")], &many)],
        &[
            "invalid-value: spec.commitments: found penalties of up to 99999999999999900.00 EUR together, expected at most 92233720368547758.07 EUR, the largest amount that fits",
        ],
    );
    // A sum for each incident has no bound; ten thousand of them must fit.
    let each = |amount: &str| {
        let promises = incidents(&[("a", "mail", "p1")])
            .replace("amount: 100, per: breach", &format!("amount: {amount}, per: incident"));
        [contract(&[("incidents", &promises)], &[promise(&[("penalty", "{}")])])]
    };
    check(&each("9000000000000"), &[]);
    check(
        &each("9900000000000"),
        &[
            "invalid-value: spec.incidents[0].penalty: found a penalty of up to 99000000000000000.00 EUR, expected at most 92233720368547758.07 EUR, the largest amount that fits",
        ],
    );
}

#[test]
fn a_cap_of_several_fees_says_which_they_are() {
    let terms = |caps: &str, fees: [(&str, &str); 2]| {
        let promises: Vec<String> =
            ["a", "b"].into_iter().zip(fees).map(|(name, (slo, fee))| fixed(name, slo, &[("fee", fee)])).collect();
        [contract(&[("caps", caps)], &promises)]
    };
    let (month, service) = ("[{ per: month, share: 20, of: base }]", "[{ per: service, share: 20, of: base }]");
    const BESIDE: &str = "ambiguous-fee: spec.commitments[1]: found a fee of its own for service platform, and none for service mail, expected a fee for each service, or for none: the contract's fee may hold that of the others already (moves up to 100.00 EUR a month)";
    for caps in ["[]", "[{ per: month, amount: 20 }]", "[{ per: commitment, share: 20, of: base }]", service] {
        check(&terms(caps, [("up", "300"), ("mailing", "")]), &[]);
    }
    check(&terms(month, [("up", ""), ("mailing", "")]), &[]);
    check(&terms(month, [("up", "300"), ("mailing", "200")]), &[]);
    check(&terms(month, [("up", "300"), ("up", "300")]), &[]);
    // The contract's fee, written out.
    check(&terms(month, [("up", "1000.00"), ("up", "")]), &[]);
    check(&terms(month, [("up", "300"), ("mailing", "")]), &[BESIDE]);
    for caps in [month, service] {
        check(
            &terms(caps, [("up", "300"), ("up", "")]),
            &[
                "ambiguous-fee: spec.commitments[1]: found the contract's fee beside 300 for service platform, expected one fee for all promises about a service, or a cap that is no share of it (moves up to 100.00 EUR a month)",
            ],
        );
    }
    // An amount at risk is a share of the fees of those that share it, and of no others.
    let pool = |penalties: [&str; 2]| {
        let promises: Vec<String> = [("a", "up", "300"), ("b", "mailing", "")]
            .into_iter()
            .zip(penalties)
            .map(|((name, slo, fee), penalty)| {
                promise(&[("name", name), ("slo", slo), ("fee", fee), ("penalty", penalty)])
            })
            .collect();
        [contract(&[("atRisk", "{ share: 10 }")], &promises)]
    };
    let part = "{ atRisk: { allocation: 50 } }";
    check(&pool([part, "{ fixed: { amount: 85, per: breach } }"]), &[]);
    check(&pool([part, part]), &[&BESIDE.replace("100.00", "65.00")]);
}

#[test]
fn each_finding_says_the_money_it_can_move() {
    #[track_caller]
    fn money(terms: &[(&str, &str)], promises: &[String], expected: &[(&str, &str, Option<&str>)]) {
        let findings = read_all(&[contract(terms, promises)]).expect_err("it is unsound");
        let found: Vec<(&str, &str, Option<&str>)> =
            findings.iter().map(|one| (one.code.name(), one.place.path.as_str(), one.stake.as_deref())).collect();
        assert_eq!(found, expected);
    }
    let all = || [fixed("a", "up", &[]), promise(&[("name", "b")])];
    let (both, of_a, of_b) = (Some("300.00 EUR"), Some("50.00 EUR"), Some("250.00 EUR"));
    money(&[("validFrom", "2026-01-02")], &all(), &[("unsaid", "spec.fee", both)]);
    money(&[("serviceHours", "24/7; PH off")], &all(), &[("holidays-without-region", "spec.serviceHours", both)]);
    money(&[("caps", "[{ per: month }]")], &all(), &[("unsound-terms", "spec.caps[0]", both)]);
    money(&[("caps", "[{ amount: 1 }]")], &all(), &[("missing-field", "spec.caps[0]", both)]);
    money(&[("claim", "{ within: 3 }")], &all(), &[("unsound-terms", "spec.claim", both)]);
    for field in ["timeZone", "serviceHours", "rounding", "legalNature"] {
        money(&[(field, "")], &all(), &[("missing-field", "spec", both)]);
    }
    money(&[("rounding", "{ mode: floor }")], &all(), &[("missing-field", "spec.rounding", both)]);
    let other = |field: &str| [promise(&[("name", "b")]), fixed("a", "up", &[(field, "")])];
    for field in ["method", "slice", "unknown", "quiet", "exclusions", "sliceTarget"] {
        money(&[], &other(field), &[("missing-field", "spec.commitments[1]", of_a)]);
    }
    // A promise without its penalty or its target, or a contract without its fee, costs nobody knows what.
    for field in ["penalty", "target"] {
        money(&[], &other(field), &[("missing-field", "spec.commitments[1]", None)]);
    }
    money(&[("fee", "")], &all(), &[("missing-field", "spec", None)]);
    let penalty = |penalty: &str| [promise(&[("name", "b")]), promise(&[("name", "a"), ("penalty", penalty)])];
    money(
        &[],
        &penalty("{ fixed: { amount: 50 } }"),
        &[("missing-field", "spec.commitments[1].penalty.fixed", Some("1550.00 EUR"))],
    );
    money(
        &[],
        &penalty("{ fixed: { amount: 50, per: breach }, multiplier: { factor: 2 } }"),
        &[("unsound-penalty", "spec.commitments[1].penalty", Some("2050.00 EUR"))],
    );
    money(
        &[],
        &penalty("{ earnBack: { months: 2 } }"),
        &[("unsound-penalty", "spec.commitments[1].penalty.earnBack", Some("0.00 EUR"))],
    );
    // Of two open sentences each says its own.
    money(
        &[],
        &[promise(&[("name", "b"), ("quiet", "")]), fixed("a", "up", &[("unknown", "")])],
        &[("missing-field", "spec.commitments[0]", of_b), ("missing-field", "spec.commitments[1]", of_a)],
    );
    let promised = incidents(&[("c", "platform", "p1")]).replace("hours: wall, ", "");
    money(&[("incidents", &promised)], &all(), &[("missing-field", "spec.incidents[0]", Some("100.00 EUR"))]);
    // Another defect beside it does not hide it.
    money(
        &[("tenant", "ost")],
        &other("quiet"),
        &[("unknown-reference", "spec.tenant", None), ("missing-field", "spec.commitments[1]", of_a)],
    );
}
