//! Contracts as somebody would write them: as YAML text, in blocks and in flows, with and without quotes.

use proptest::prelude::*;
use serde_json::{Value, json};
use sla_core::catalogue::{Catalogue, ContractSpec, SourceFile};

use crate::desk;

use super::contracts::{cap, contract, model, penalty, rounding};

/// How a document is laid out: one choice after the other, over and over.
struct Layout<'a> {
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
}

impl Layout<'_> {
    fn choose(&mut self, of: u8) -> u8 {
        self.choices.next().copied().unwrap_or_default() % of
    }

    /// A text: plain where YAML reads it as that text, or in either kind of quotes.
    fn text(&mut self, text: &str) -> String {
        let number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let word = text.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '/' | '.' | '_'));
        let plain = word && !text.is_empty() && !text.starts_with('-') && !matches!(text, "true" | "false" | "null");
        // Whole numbers are numbers to YAML: only what takes either may be written without quotes.
        match self.choose(3) {
            0 if plain && (!number || text.contains('.') || !text.starts_with('0') || text == "0") => text.to_owned(),
            1 => format!("'{}'", text.replace('\'', "''")),
            _ => serde_json::to_string(text).expect("JSON"),
        }
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                format!("[{}]", items.iter().map(|item| self.flow(item)).collect::<Vec<_>>().join(", "))
            }
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| format!("{name}: {}", self.flow(value)));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            scalar => scalar.to_string(),
        }
    }

    /// A value behind a key or a dash, with the line break that it needs.
    fn value(&mut self, value: &Value, depth: usize) -> String {
        let pad = "  ".repeat(depth);
        let remark = |choice| if choice == 0 { "  # as agreed" } else { "" };
        match value {
            Value::Object(fields) if !fields.is_empty() && self.choose(3) > 0 => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("\n{pad}{name}:{}", self.value(value, depth + 1)))
                    .collect();
                fields.concat()
            }
            Value::Array(items) if !items.is_empty() && self.choose(3) > 0 => {
                let items: Vec<String> = items.iter().map(|item| format!("\n{pad}- {}", self.flow(item))).collect();
                items.concat()
            }
            other => format!(" {}{}", self.flow(other), remark(self.choose(4))),
        }
    }
}

fn reason() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Kündigung: \"fristlos\"".to_owned()),
        Just("it's # no remark".to_owned()),
        "[ -~äöüß€]{1,40}".prop_map(|text| format!("§ {text}"))
    ]
}

fn claim() -> impl Strategy<Value = Value> {
    let unit = prop_oneof![Just("days"), Just("workingDays"), Just("months")];
    let from = prop_oneof![Just("periodEnd"), Just("firstOutage"), Just("lastOutage")];
    prop_oneof![
        Just(json!({ "automatic": true })),
        (1u32..90, unit, from, any::<bool>()).prop_map(
            |(within, unit, from, roll)| json!({ "within": within, "unit": unit, "from": from, "rollForward": roll })
        ),
    ]
}

fn right() -> impl Strategy<Value = Value> {
    let what =
        prop_oneof![(1u32..7).prop_map(|misses| ("misses", misses)), (1u32..90).prop_map(|points| ("points", points))];
    (reason(), what, 7u32..13, any::<bool>(), proptest::option::of(90_000u32..99_900)).prop_map(
        |(right, (what, count), months, consecutive, below)| {
            let mut value = json!({ "right": right, "withinMonths": months, "commitments": ["a"] });
            value[what] = count.into();
            if consecutive {
                value["consecutive"] = true.into();
            }
            if let Some(below) = below {
                value["below"] = super::contracts::percent(below).into();
            }
            value
        },
    )
}

fn incident() -> impl Strategy<Value = Value> {
    let penalty = prop_oneof![
        Just(json!({})),
        Just(json!({ "fixed": { "amount": "75.50", "per": "incident" } })),
        Just(json!({ "perUnit": { "unit": "30m", "counting": "started", "credit": "1/30" } })),
    ];
    let clock = (
        prop_oneof![Just("response"), Just("restoration")],
        prop_oneof![Just("began"), Just("detected"), Just("reported")],
    );
    let counted = (prop_oneof![Just("service"), Just("wall")], prop_oneof![Just("started"), Just("ended")]);
    (clock, counted, 1u32..90, penalty, proptest::option::of(reason())).prop_map(
        |((clock, starts_at), (hours, month), minutes, penalty, title)| {
            let mut value = json!({
                "name": "incidents", "service": "platform", "class": "p1", "clock": clock, "startsAt": starts_at, "hours": hours,
                "limit": format!("{minutes}m"), "target": "95.0", "month": month, "penalty": penalty,
            });
            if let Some(title) = title {
                value["displayName"] = title.into();
            }
            value
        },
    )
}

fn carried() -> impl Strategy<Value = Value> {
    (1u32..9_000, proptest::option::of(1u32..9), proptest::option::of(0u32..99_900)).prop_map(
        |(cents, points, attained)| {
            let mut miss = json!({ "month": "2024-11", "commitment": "a" });
            if let Some(points) = points {
                miss["points"] = points.into();
            }
            if let Some(attained) = attained {
                miss["attained"] = super::contracts::percent(attained).into();
            }
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            json!({ "until": "2024-12", "credits": [{ "month": "2024-12", "amount": amount }], "misses": [miss] })
        },
    )
}

/// Terms beside promises, caps and rounding.
fn terms() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let holidays = prop_oneof![
        Just(("24/7", None)),
        Just(("Mo-Fr 08:00-18:00", None)),
        Just(("Mo-Fr 08:00-18:00; PH off", Some(json!({ "region": "DE-BY" })))),
    ];
    let accepted =
        reason().prop_map(|reason| json!([{ "code": "no-cap", "reason": reason, "by": "Änne", "on": "2025-01-01" }]));
    let optional = (
        proptest::option::of(prop::collection::vec(right(), 1..3)),
        proptest::option::of(incident()),
        proptest::option::of(carried()),
        proptest::option::of(accepted),
    );
    (claim(), holidays, optional).prop_map(|(claim, (hours, holidays), (rights, incident, carried, accepted))| {
        let said = [
            ("claim", Some(claim)),
            ("serviceHours", Some(hours.into())),
            ("holidays", holidays),
            ("rights", rights.map(Value::from)),
            ("incidents", incident.map(|one| json!([one]))),
            ("carriedForward", carried),
            ("accepted", accepted),
        ];
        said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever a contract says, and however its text is laid out, the catalogue reads what was written.
    #[test]
    fn contracts_are_read_from_yaml_as_they_were_written(
        rounding in rounding(), caps in prop::collection::vec(cap(), 0..3), penalties in prop::collection::vec(penalty(model()), 1..4),
        terms in terms(), group in any::<bool>(), choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let mut written = serde_json::to_value(contract(&rounding, &caps, &penalties)).expect("a contract");
        written["tenant"] = "nord".into();
        if penalties.iter().all(|penalty| penalty["atRisk"].is_null()) {
            // An amount that no commitment uses is a defect.
            written.as_object_mut().expect("fields").remove("atRisk");
        }
        if group && penalties.len() > 1 {
            written["noStacking"] = json!([{ "commitments": ["a", "b"] }]);
        }
        for (name, value) in terms {
            written[name] = value;
        }
        let document = json!({ "apiVersion": "sla-desk/v1", "kind": "Contract", "metadata": { "name": "main" }, "spec": written });
        let mut layout = Layout { choices: choices.iter().cycle() };
        let text = format!("{}---\n{}\n", desk::PLATFORM, layout.value(&document, 0).trim_start());
        let read = Catalogue::read(&[SourceFile { name: "c.yaml".to_owned(), text: text.clone() }]);
        let catalogue = read.map_err(|findings| TestCaseError::fail(format!("{findings:#?}\n{text}")))?;
        let contract = catalogue.contracts.into_values().next().expect("a contract").spec;
        let expected: ContractSpec = serde_json::from_value(written.clone()).expect("a contract");
        prop_assert_eq!(&contract, &expected);
        prop_assert_eq!(serde_json::to_value(&contract).expect("JSON"), written);
    }
}
