//! How the running month stands, over the API and at the prompt: a job looks, nothing is recorded, everybody sees their own.

use serde_json::{Value, json};
use sla_core::access::{Permission, Role};

use crate::service::{Engine, Service, sla, sound};

/// The middle of the demo's month.
const AT: &str = "2026-10-15T10:00:30Z";

async fn check(service: &Service) {
    let (manager, operator) = (Role::AccountManager, Role::Operator);
    let before = service.head();
    let nobody = service.get(manager, "/standing").await.given();
    assert_eq!(nobody, json!({ "at": null, "outlooks": [], "commitments": [], "failures": [] }));
    service.ask(operator, "POST", "/jobs", Some(json!({ "kind": "standing" }))).await.refused(403, "access.forbidden");
    let ahead = json!({ "kind": "standing", "at": "2199-01-01T00:00:00Z" });
    service.ask(manager, "POST", "/jobs", Some(ahead)).await.refused(422, "job.not_yet");
    for bad in [json!({ "kind": "standing", "at": "yesterday" }), json!({ "kind": "standing", "month": "2026-10" })] {
        service.ask(manager, "POST", "/jobs", Some(bad)).await.refused(400, "request.malformed");
    }

    let id = service.asked(manager, json!({ "kind": "standing", "at": AT })).await;
    let job = service.ended(&id).await;
    assert_eq!((&job["state"], &job["month"]), (&json!("done"), &json!("2026-10")), "{job}");
    assert_eq!(job["result"]["standing"]["months"].as_array().map(Vec::len), Some(4));
    assert_eq!(service.head(), before, "nothing is recorded");

    let found = service.get(operator, "/standing?limit=2").await.given();
    assert_eq!(found["at"], AT);
    let counted: Vec<(&str, u64)> = found["outlooks"].as_array().expect("outlooks").iter().map(count).collect();
    let expected = [("lasts", 4), ("unjudged", 0), ("uncertain", 1), ("too_fast", 2), ("used_up", 0)];
    assert_eq!(counted, expected);
    let worst = &found["commitments"].as_array().expect("commitments")[..];
    let told = worst.iter().map(|one| (&one["tenant"], &one["standing"]["outlook"])).collect::<Vec<_>>();
    assert_eq!(told, [(&json!("prairie"), &json!("too_fast")), (&json!("alpenbahn"), &json!("too_fast"))]);
    let standing = &worst[1]["standing"];
    // The slice that was under way is none of it.
    assert_eq!(standing["measured_until"], "2026-10-15T10:00:00Z");
    assert_eq!(standing["projected_percent"], json!({ "low": "134.10", "high": "134.10" }));
    let one = service.get(operator, "/standing?tenant=nordlicht").await.given();
    assert_eq!(one["commitments"].as_array().map(Vec::len), Some(2));

    // A customer is told nothing of a month that runs, and who looks after one customer sees that one's.
    assert_eq!(service.get(Role::TenantViewer, "/standing").await.given(), nobody);
    let words =
        ["account", "add", "south", "--json", "--role", "account_manager", "--tenant", "alpenbahn", "--no-password"];
    sound(&[&words[..], &["--ledger", &service.owner, "--actor", "admin"]].concat(), "");
    let held = [Permission::MonthsCompare, Permission::MonthsRead];
    let south = Service::make_token(&service.owner, "south", "south", &held);
    let seen = service.send(service.request("GET", "/standing").bearer_auth(&south)).await.given();
    let tenants: Vec<&Value> = seen["commitments"].as_array().expect("some").iter().map(|one| &one["tenant"]).collect();
    assert_eq!(tenants, ["alpenbahn", "alpenbahn"]);
    let ask = async |body: Value| service.send(service.request("POST", "/jobs").bearer_auth(&south).json(&body)).await;
    ask(json!({ "kind": "standing" })).await.refused(403, "access.not_all_tenants");

    // A later look at one customer is theirs, and leaves the look at all as it was.
    let id = service
        .asked(manager, json!({ "kind": "standing", "tenant": "prairie", "at": "2026-10-02T12:00:00-05:00" }))
        .await;
    assert_eq!(service.ended(&id).await["state"], "done");
    assert_eq!(service.get(operator, "/standing?tenant=prairie").await.given()["at"], "2026-10-02T17:00:00Z");
    assert_eq!(service.get(operator, "/standing").await.given()["at"], AT);
    // One customer whose measurements are not there hides no other.
    let measured = service.folder.path().join("demo/measurements/prairie/latency.parquet");
    std::fs::remove_file(measured).expect("a file");
    let partly = service.done(manager, json!({ "kind": "standing", "at": AT })).await["result"]["standing"].clone();
    let failures = partly["failures"].as_array().expect("failures");
    assert_eq!(
        (failures.len(), &failures[0]["tenant"], &failures[0]["code"]),
        (1, &json!("prairie"), &json!("file.read"))
    );
    assert_eq!(partly["months"].as_array().map(Vec::len), Some(3));
    let seen = service.send(service.request("GET", "/standing").bearer_auth(&south)).await.given();
    assert_eq!(seen["failures"], json!([]), "others' failures are not theirs to see");
    let (code, _) = service.failed(manager, json!({ "kind": "standing", "at": "2001-01-01T00:00:00Z" })).await;
    assert_eq!(code, "plan.nothing_in_force");
}

fn count(one: &Value) -> (&str, u64) {
    (one["outlook"].as_str().expect("a name"), one["count"].as_u64().expect("a count"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_the_running_month() {
    check(&Service::start_with(Engine::Sqlite, &crate::jobs::DESK)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_the_running_month_on_postgres() {
    check(&Service::start_with(Engine::postgres(), &crate::jobs::DESK)).await;
}

#[test]
fn a_look_at_the_prompt() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("demo").display().to_string();
    sound(&["demo", "--json", "--out", &out], "");
    let catalogue = format!("{out}/catalogue");
    let look = |more: &[&str]| sla(&[&["standing", "--catalogue", catalogue.as_str()], more].concat(), "");
    let found = sound(&["standing", "--json", "--catalogue", &catalogue, "--tenant", "alpenbahn", "--at", AT], "");
    assert_eq!((&found["at"], found["months"].as_array().map(Vec::len)), (&json!(AT), Some(1)));
    let said = String::from_utf8_lossy(&look(&["--at", AT]).stdout).into_owned();
    for part in ["nothing is recorded", "134.10 %", "! does not last", "53.77 … 815.42 %", "no promise"] {
        assert!(said.contains(part), "{said} does not say {part}");
    }
    for (more, said) in [
        (&["--at", "2199-01-01T00:00:00Z"][..], "has not been"),
        (&["--at", "2026-10-15"], "an instant of whole seconds"),
        (&["--at", "2001-01-01T00:00:00Z"], "no contract is in force in 2001-01"),
        (&["--at", AT, "--tenant", "nobody"], "does not define"),
    ] {
        let refused = look(more);
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && error.contains(said), "{more:?}: {error}");
    }
}
