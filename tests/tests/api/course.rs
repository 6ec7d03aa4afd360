//! How a month went, where its amounts come from, and which steps follow, as the interface shows it.

use serde_json::{Value, json};
use sla_core::access::Role;

use crate::service::{Engine, Service, step};

const MONTH: &str = "/months/prairie/prairie-platform/2026-10";
/// The demo's customer whose month has the hour that Berlin's clock shows twice.
const BERLIN: &str = "/months/alpenbahn/alpenbahn-platform/2026-10";

fn sum(map: &Value, field: &str) -> i64 {
    let days = map["days"].as_array().expect("days").iter();
    days.flat_map(|day| day["hours"].as_array().expect("hours"))
        .map(|hour| hour[field].as_i64().expect("seconds"))
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_and_budget_agree_with_the_record() {
    let service = Service::start(Engine::Sqlite);
    for month in [MONTH, BERLIN] {
        let record = service.get(Role::Finance, &format!("{month}/revisions/1")).await.given();
        let commitments = record["commitments"].as_array().expect("commitments");
        assert!(!commitments.is_empty());
        for commitment in commitments {
            let name = commitment["name"].as_str().expect("a name");
            let hours = service.get(Role::Finance, &format!("{month}/commitments/{name}/hours")).await.given();
            let days = hours["days"].as_array().expect("days");
            assert!(days.iter().all(|day| day["hours"].as_array().is_some_and(|hours| hours.len() == 24)), "{name}");
            assert_eq!(sum(&hours, "unknown_seconds"), commitment["unknown_seconds"], "{name}");
            assert_eq!(sum(&hours, "excluded_seconds"), commitment["excluded_seconds"], "{name}");
            assert_eq!(sum(&hours, "quiet_seconds"), commitment["quiet_seconds"], "{name}");
            let down = commitment["days"].as_array().expect("days").iter();
            let down: i64 = down.map(|day| day["downtime_seconds"].as_i64().expect("seconds")).sum();
            assert_eq!(sum(&hours, "down_seconds"), down, "{name}");
            let burn = service.get(Role::Finance, &format!("{month}/commitments/{name}/burn-down?revision=1")).await;
            let burn = burn.given();
            let last = burn["days"].as_array().and_then(|days| days.last()).expect("a day");
            if commitment["consumption_budget"].is_null() {
                assert_eq!(last["used_percent"], commitment["budget"]["used_percent_range"], "{name}");
                assert_eq!(burn["allowed_seconds"], commitment["budget"]["allowed_seconds"]);
            } else {
                assert_eq!(burn["consumption_budget"], commitment["consumption_budget"]);
            }
        }
        let first = commitments[0]["name"].as_str().expect("a name");
        for of in ["hours", "burn-down"] {
            let at = |rest: &str| format!("{month}/commitments/{rest}");
            service.get(Role::Finance, &at(&format!("nothing/{of}"))).await.refused(404, "request.not_found");
            service
                .get(Role::Finance, &at(&format!("{first}/{of}?revision=9")))
                .await
                .refused(404, "request.not_found");
            service
                .get(Role::Finance, &at(&format!("{first}/{of}?revision=x")))
                .await
                .refused(400, "request.malformed");
            // A customer sees a month once it was issued.
            service.get(Role::TenantViewer, &at(&format!("{first}/{of}"))).await.refused(404, "request.not_found");
        }
    }
    let hours = service.get(Role::Finance, &format!("{BERLIN}/commitments/availability/hours")).await.given();
    let day = hours["days"].as_array().and_then(|days| days.iter().find(|day| day["date"] == "2026-10-25"));
    let twice = &day.expect("the day")["hours"][2];
    assert_eq!(
        (&twice["seconds"], &twice["start"], &twice["end"]),
        (&json!(7200), &json!("2026-10-25T00:00:00Z"), &json!("2026-10-25T02:00:00Z"),)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_are_derived_as_values_in_either_language() {
    let service = Service::start(Engine::Sqlite);
    let text = service.get(Role::Finance, &format!("{MONTH}/explanation?language=de")).await.text;
    let derived = service.get(Role::Finance, &format!("{MONTH}/derivations?language=de")).await.given();
    assert_eq!((&derived["language"], &derived["currency"]), (&json!("de"), &json!("USD")));
    let promise = &derived["promises"][0];
    assert_eq!(promise["commitment"], "availability");
    let cases = promise["cases"].as_array().expect("cases");
    assert_eq!(cases.iter().map(|case| case["case"].as_str().expect("a case")).collect::<Vec<_>>(), ["least", "most"]);
    assert_eq!((&cases[0]["minor"], &cases[1]["minor"]), (&promise["low_minor"], &promise["high_minor"]));
    let plain = |value: &Value| value.as_str().expect("words").replace('\u{a0}', " ");
    for step in cases.iter().flat_map(|case| case["steps"].as_array().expect("steps")) {
        assert!(text.contains(&plain(&step["text"])) && text.contains(&plain(&step["exact"])), "{step}");
    }
    // The tenant's own language when none is asked for.
    assert_eq!(service.get(Role::Finance, &format!("{MONTH}/derivations")).await.given()["language"], "en");
    service.get(Role::Finance, &format!("{MONTH}/derivations?language=fr")).await.refused(400, "request.malformed");
    service.get(Role::Finance, &format!("{MONTH}/derivations?revision=2")).await.refused(404, "request.not_found");
}

/// The steps that are offered to a role, each with what it is refused with.
async fn offered(service: &Service, role: Role, of_a_credit: bool) -> Vec<(String, Option<String>)> {
    let month = service.get(role, MONTH).await.given();
    let of = if of_a_credit { &month["credits"][0] } else { &month };
    let steps = of["next_steps"].as_array().expect("steps").iter();
    let name = |value: &Value| value.as_str().map(str::to_owned);
    steps.map(|one| (name(&one["step"]).expect("a step"), name(&one["blocked_by"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_refused_as_the_month_said_before() {
    let service = Service::start(Engine::Sqlite);
    let month = service.get(Role::Finance, MONTH).await.given();
    assert_eq!(
        (&month["tenant_name"], &month["time_zone"]),
        (&json!("Prairie Parcel Inc."), &json!("America/Chicago"))
    );
    let submit = (Role::AccountManager, "", step("submit", None, ""));
    let decide = (Role::Finance, "/credits/availability", step("decide", Some("490.00"), "half"));
    let mut blocked = Vec::new();
    for taken in [None, Some(submit), Some(decide)] {
        if let Some((role, of, body)) = taken {
            service.step(role, of, body).await.given();
        }
        for role in [Role::AccountManager, Role::Finance, Role::Admin, Role::Governance] {
            for of_a_credit in [false, true] {
                for (name, code) in offered(&service, role, of_a_credit).await {
                    let Some(code) = code else { continue };
                    let of = if of_a_credit { "/credits/availability" } else { "" };
                    let amount = (name == "decide").then_some("490.00");
                    let answer = service.step(role, of, step(&name, amount, "why")).await;
                    assert_eq!(answer.json()["code"], code.as_str(), "{role:?} {of} {name}");
                    blocked.push(code);
                }
            }
        }
    }
    for code in ["workflow.out_of_order", "workflow.four_eyes", "workflow.undecided"] {
        assert!(blocked.iter().any(|one| one == code), "{code} in {blocked:?}");
    }
    // Who may take no step is offered none.
    assert_eq!(offered(&service, Role::Admin, true).await, []);
}
