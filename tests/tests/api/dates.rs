//! Days that there are not, or not yet, and times in the wrong order: refused where they can be nothing, and where they can
//! be something recorded as what they are.

use serde_json::{Value, json};
use sla_core::access::Role;

use crate::service::{Engine, Service, sound};

/// The demo's ledger with the demo's catalogue in it.
fn with_catalogue() -> Service {
    let service = Service::start(Engine::Sqlite);
    let folder = service.folder.path().join("demo/catalogue").display().to_string();
    sound(&["catalogue", "import", &folder, "--json", "--ledger", &service.owner, "--actor", "operator"], "");
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_are_taken_only_at_times_that_there_are() {
    let service = with_catalogue();
    let before = service.head();
    let ask = async |name: &str, changes: &[(&str, &str)]| {
        let mut body = json!({
            "name": name, "tenant": "nordlicht", "kind": "customer", "reason": "their hall was moved",
            "start": "2026-10-04T22:00:00Z", "end": "2026-10-05T02:00:00Z"
        });
        for (field, value) in changes {
            body[field] = json!(value);
        }
        service.ask(Role::AccountManager, "POST", "/exclusions", Some(body)).await
    };
    for (case, field, value) in [
        ("ends before it begins", "end", "2026-10-04T21:00:00Z"),
        ("ends as it begins", "end", "2026-10-04T22:00:00Z"),
        ("ends before it begins, in another zone", "end", "2026-10-05T02:00:00+05:00"),
        ("never ends", "end", "9999-12-31T23:59:59Z"),
        ("ends after the years that are known", "end", "2201-01-01T00:00:00Z"),
        ("began before there were years", "start", "0000-01-01T00:00:00Z"),
        ("began before 1970", "start", "1969-12-31T23:00:00Z"),
        ("an overflowing year", "start", "99999-01-01T00:00:00Z"),
        ("the 30th of February", "start", "2026-02-30T00:00:00Z"),
        ("the 24th hour", "start", "2026-10-04T24:00:00Z"),
        ("a leap second", "start", "2016-12-31T23:59:60Z"),
        ("part of a second", "start", "2026-10-04T22:00:00.5Z"),
        ("no offset", "start", "2026-10-04T22:00:00"),
        ("a day alone", "start", "2026-10-04"),
        ("seconds since 1970", "start", "1791151200"),
        ("nothing", "start", ""),
        ("told when there were no years", "announced_at", "0000-01-01T00:00:00Z"),
        ("told in the last second", "announced_at", "9999-12-31T23:59:59Z"),
        ("a rule without an end of time", "recurrence", "FREQ=DAILY;UNTIL=99991231T000000Z"),
        ("a rule that ends before it begins", "recurrence", "FREQ=DAILY;UNTIL=20200101T000000Z"),
    ] {
        let answer = ask("wrong", &[(field, value)]).await;
        let detail = answer.refused(422, "catalogue.unsound");
        assert!(detail.contains("expected"), "{case}: {detail}");
        assert_eq!(service.head(), before, "{case}");
    }
    // The customer was told when it was over: it is on record as that, and for maintenance the report says that the notice
    // was not kept.
    let maintenance = [("kind", "maintenance"), ("announced_at", "2026-10-06T00:00:00Z")];
    for (name, changes) in [("told-late", &maintenance[..]), ("far-ahead", &[("end", "2026-11-05T00:00:00Z")][..])] {
        assert_eq!(ask(name, changes).await.status, 201, "{name}");
    }
    let listed = service.get(Role::Finance, "/exclusions?state=requested").await.given();
    let of = |name: &str| listed.as_array().and_then(|all| all.iter().find(|one| one["name"] == name)).cloned();
    // It was asked for when it was entered, whatever somebody would like it to be.
    assert!(of("told-late").expect("it is there")["requested_at"].as_str() > Some("2026-10-05"), "{listed}");
    service.head();
}

#[tokio::test(flavor = "multi_thread")]
async fn months_and_places_that_there_are_not_are_refused() {
    let service = Service::start(Engine::Sqlite);
    let before = service.head();
    for (path, status, code) in [
        ("/months/prairie/prairie-platform/0000-01", 404, "request.not_found"),
        ("/months/prairie/prairie-platform/1969-12", 404, "request.not_found"),
        ("/months/prairie/prairie-platform/2026-00", 404, "request.not_found"),
        ("/months/prairie/prairie-platform/2201-01", 404, "request.not_found"),
        ("/months/prairie/prairie-platform/9999-12", 404, "request.not_found"),
        ("/months/prairie/prairie-platform/-2026-10", 404, "request.not_found"),
        ("/months?month=0000-01", 400, "request.malformed"),
        ("/credits?month=9999-12", 400, "request.malformed"),
        ("/months?due_until=2026-02-30", 400, "request.malformed"),
        ("/billing?from=0000-01&to=2026-10", 400, "request.malformed"),
        ("/billing?from=2026-10&to=9999-12", 400, "request.malformed"),
        ("/billing?from=2026-10&to=2026-10-31", 400, "request.malformed"),
    ] {
        service.get(Role::Finance, path).await.refused(status, code);
    }
    // Known years without anything in them.
    let nothing = service.get(Role::Finance, "/months?month=1970-01").await.given();
    assert_eq!(nothing["items"], Value::Array(Vec::new()));
    service.get(Role::Finance, "/months/prairie/prairie-platform/2199-12").await.refused(404, "request.not_found");
    assert_eq!(service.head(), before);
}
