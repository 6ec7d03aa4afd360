//! Closing, restating and comparing over the API: jobs that are asked for, looked at, called off, cut off and taken up again.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::{Value, json};
use sla_core::access::{Permission, Role};
use sla_core::evidence::sha256_hex;

use crate::service::{Engine, Service, sound};

const MONTH: &str = "/months/prairie/prairie-platform/2026-10";
/// A server that serves the demo's ledger and closes months from the demo's files.
pub(crate) const DESK: [&str; 4] = ["--out", "{demo}/reports", "--catalogue", "{demo}/catalogue"];
/// Whoever looks does so that often, and no longer than that.
const LOOKS: u32 = 2_400;

impl Service {
    /// Asks for a job as somebody, and gives its id.
    pub(crate) async fn asked(&self, role: Role, body: Value) -> String {
        let answer = self.ask(role, "POST", "/jobs", Some(body)).await;
        let view = answer.given();
        let id = view["id"].as_str().expect("an id").to_owned();
        assert_eq!((answer.status.as_u16(), answer.header("location")), (202, format!("/api/v1/jobs/{id}").as_str()));
        assert_eq!(
            (&view["asked_by"], &view["result"], &view["problem"]),
            (&json!(role.name()), &Value::Null, &Value::Null)
        );
        id
    }

    /// Looks at a job until it is somewhere.
    async fn until(&self, id: &str, is_there: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..LOOKS {
            let view = self.get(Role::AccountManager, &format!("/jobs/{id}")).await.given();
            if is_there(&view) {
                return view;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the job does not get there: {}", self.get(Role::AccountManager, &format!("/jobs/{id}")).await.text)
    }

    pub(crate) async fn ended(&self, id: &str) -> Value {
        self.until(id, |view| !matches!(view["state"].as_str(), Some("waiting" | "running"))).await
    }

    /// Asks for a job and waits until it is done.
    pub(crate) async fn done(&self, role: Role, body: Value) -> Value {
        let id = self.asked(role, body).await;
        let view = self.ended(&id).await;
        assert_eq!(view["state"], "done", "{view}");
        view
    }

    /// Asks for a job, waits until it has failed and gives why.
    pub(crate) async fn failed(&self, role: Role, body: Value) -> (String, String) {
        let id = self.asked(role, body).await;
        let view = self.ended(&id).await;
        assert_eq!((view["state"].as_str(), &view["result"]), (Some("failed"), &Value::Null), "{view}");
        let problem = &view["problem"];
        (problem["code"].as_str().expect("a code").to_owned(), problem["detail"].as_str().expect("a detail").to_owned())
    }
}

fn close(tenant: Option<&str>) -> Value {
    json!({ "kind": "close", "month": "2026-10", "tenant": tenant })
}

async fn check(service: &Service) {
    let manager = Role::AccountManager;
    let restate = json!({ "kind": "restate", "month": "2026-10", "tenant": "prairie" });
    let before = service.head();
    let view = service.done(manager, close(Some("prairie"))).await;
    let month = &view["result"]["months"][0];
    assert_eq!(
        (&month["tenant"], &month["revision"], &month["unchanged"]),
        (&json!("prairie"), &json!(1), &json!(true))
    );
    assert_eq!((&month["verdict"], &month["credit_total"]["currency"]), (&json!("undecidable"), &json!("USD")));
    let progress = json!({
        "step": "publish", "done": 1, "of": 1, "customer": null, "customers_done": 0, "customers": 0, "series": []
    });
    assert_eq!(view["progress"], progress);
    assert!(view["begun_at"].is_string() && view["ended_at"].is_string(), "{view}");
    let (code, detail) = service.failed(manager, restate.clone()).await;
    assert_eq!(code, "restate.unchanged", "{detail}");
    assert_eq!(service.head(), before, "the ledger knew all of it");

    // Other measurements, another revision.
    let measured = service.folder.path().join("demo/measurements");
    std::fs::copy(measured.join("alpenbahn/availability.parquet"), measured.join("prairie/availability.parquet"))
        .expect("a file");
    let view = service.done(manager, restate).await;
    assert_eq!(view["result"]["months"][0]["revision"], 2);
    let difference = &view["result"]["differences"][0];
    assert_eq!((&difference["tenant"], &difference["evidence_changed"]), (&json!("prairie"), &json!(true)));
    let entries = service.get(Role::Governance, "/audit?action=month.restated&limit=1").await.given();
    let entry = &entries["items"][0];
    assert_eq!((&entry["actor"], &entry["origin"]), (&json!("account_manager"), &json!("127.0.0.1")));

    // What it rests on can be read, by the names that the month knows.
    let evidence = service.get(Role::Governance, &format!("{MONTH}/evidence")).await.given();
    let first = evidence[0]["sha256"].as_str().expect("a hash").to_owned();
    let file = service.request("GET", &format!("{MONTH}/evidence/{first}"));
    let file = file.bearer_auth(&service.tokens[&Role::Governance]).send().await.expect("an answer");
    assert_eq!(file.headers()["content-type"], "application/vnd.apache.parquet");
    assert_eq!(sha256_hex(&file.bytes().await.expect("bytes")), first);
    let earlier = service.get(Role::Governance, &format!("{MONTH}/evidence?revision=1")).await.given();
    assert_ne!(earlier, evidence, "the first revision rests on other files");
    // A folder holds every tenant's evidence; each month gives what it names.
    let other = format!("/months/alpenbahn/alpenbahn-platform/2026-10/evidence/{first}");
    for path in [format!("{MONTH}/evidence/{}", "0".repeat(64)), format!("{MONTH}/evidence/..%2Fledger"), other] {
        service.get(Role::Governance, &path).await.refused(404, "request.not_found");
    }

    // Every reading, and nothing recorded.
    let before = service.head();
    let compare = json!({ "kind": "sensitivity", "month": "2026-10", "tenant": "prairie", "zones": ["Europe/Berlin"] });
    let view = service.done(Role::AccountManager, compare.clone()).await;
    let readings = &view["result"]["readings"][0];
    assert_eq!(readings["contract"], "prairie-platform");
    assert!(readings["outcomes"].as_array().is_some_and(|all| all.len() > 1), "{readings}");
    let id = service.asked(Role::Finance, compare).await;
    service.ended(&id).await;
    assert_eq!(service.head(), before);

    // Jobs are listed page by page, and everybody sees those that they could ask for.
    let (mut ids, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let page = service.get(manager, &format!("/jobs?limit=2{cursor}")).await.given();
        let items = page["items"].as_array().expect("items");
        ids.extend(items.iter().map(|one| one["id"].as_str().expect("an id").to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(ids.len(), 5, "each once, however many were asked for in one second");
    assert!(ids.contains(&id));
    let kinds = service.get(Role::Finance, "/jobs").await.given();
    let kinds: Vec<&Value> = kinds["items"].as_array().expect("items").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, [&json!("sensitivity"), &json!("sensitivity")]);
    assert_eq!(service.get(Role::TenantViewer, "/jobs").await.given()["items"], json!([]));
    let failed = service.get(manager, "/jobs?state=failed&kind=restate").await.given();
    assert_eq!(failed["items"].as_array().map(Vec::len), Some(1));
    service.get(Role::TenantViewer, &format!("/jobs/{id}")).await.refused(404, "request.not_found");
    service.ask(manager, "DELETE", &format!("/jobs/{id}"), None).await.refused(409, "job.ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_closed_restated_and_compared() {
    check(&Service::start_with(Engine::Sqlite, &DESK)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_closed_restated_and_compared_on_postgres() {
    check(&Service::start_with(Engine::postgres(), &DESK)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let before = service.head();
    let manager = Role::AccountManager;
    let accepting = |code: &str, reason: &str| json!({ "kind": "close", "month": "2026-10", "accept": [{ "code": code, "reason": reason }] });
    let before_any = json!({ "kind": "close", "month": "2020-01" });
    for (role, body, status, code) in [
        (Role::Finance, close(None), 403, "access.forbidden"),
        (Role::TenantViewer, close(Some("prairie")), 403, "access.forbidden"),
        (Role::Operator, json!({ "kind": "sensitivity", "month": "2026-10" }), 403, "access.forbidden"),
        (manager, accepting("no-such", "why"), 422, "job.accept"),
        (manager, accepting("no-cap", "  "), 422, "job.no_reason"),
        (manager, json!({ "kind": "close", "month": "1901-01" }), 400, "request.malformed"),
        (manager, json!({ "kind": "close", "month": "9999-12" }), 400, "request.malformed"),
        (manager, json!({ "kind": "close", "month": "2026-13" }), 400, "request.malformed"),
        (manager, json!({ "kind": "close", "month": "-0001-01" }), 400, "request.malformed"),
        (manager, json!({ "kind": "restate", "month": "2026-10" }), 400, "request.malformed"),
        (manager, json!({ "kind": "close", "month": "2026-10", "tenants": "prairie" }), 400, "request.malformed"),
        (manager, json!({ "kind": "erase", "month": "2026-10" }), 400, "request.malformed"),
        (
            manager,
            json!({ "kind": "sensitivity", "month": "2026-10", "zones": ["Moon/Base"] }),
            400,
            "request.malformed",
        ),
    ] {
        service.ask(role, "POST", "/jobs", Some(body)).await.refused(status, code);
    }
    for (body, code) in [
        (before_any, "plan.nothing_in_force"),
        (json!({ "kind": "close", "month": "2090-12" }), "plan.month_not_over"),
        (close(Some("nobody")), "plan.unknown_tenant"),
        (json!({ "kind": "restate", "month": "2026-10", "tenant": "nobody" }), "restate.never_closed"),
    ] {
        let (found, detail) = service.failed(manager, body.clone()).await;
        assert_eq!(found, code, "{body}: {detail}");
    }
    // A folder of the server is nobody's business.
    let measured = service.folder.path().join("demo/measurements/prairie/latency.parquet");
    std::fs::remove_file(measured).expect("a file");
    let (code, detail) = service.failed(manager, close(Some("prairie"))).await;
    assert_eq!(code, "file.read", "{detail}");
    std::fs::remove_dir_all(service.folder.path().join("demo/reports")).expect("a folder");
    std::fs::write(service.folder.path().join("demo/reports"), "in the way").expect("a file");
    let (code, detail) = service.failed(manager, close(Some("koenigsforst"))).await;
    assert_eq!(code, "file", "{detail}");
    assert!(!detail.contains("reports") && service.log().contains("a job failed inside"), "{detail}");
    assert_eq!(service.head(), before);

    // Somebody who looks after one customer asks for that customer's months.
    let words =
        ["account", "add", "south", "--json", "--role", "account_manager", "--tenant", "alpenbahn", "--no-password"];
    sound(&[&words[..], &["--ledger", &service.owner, "--actor", "admin"]].concat(), "");
    let south =
        Service::make_token(&service.owner, "south", "south", &[Permission::MonthsClose, Permission::MonthsRead]);
    let ask = async |body: Value| service.send(service.request("POST", "/jobs").bearer_auth(&south).json(&body)).await;
    ask(close(None)).await.refused(403, "access.not_all_tenants");
    ask(close(Some("prairie"))).await.refused(404, "request.not_found");
    let idle = Service::start(Engine::Sqlite);
    idle.ask(manager, "POST", "/jobs", Some(close(None))).await.refused(409, "job.no_desk");
}

/// Of several customers those are closed whose evidence can be read, where that was asked for, and the others are named.
#[tokio::test(flavor = "multi_thread")]
async fn a_close_goes_on_without_those_that_fail() {
    let service = Service::start_with(Engine::Sqlite, &DESK);
    let manager = Role::AccountManager;
    let measured = service.folder.path().join("demo/measurements/prairie/latency.parquet");
    std::fs::remove_file(measured).expect("a file");
    let asked = |tenants: Value, partly: bool| json!({ "kind": "close", "month": "2026-10", "tenants": tenants, "partly": partly });
    let names = |all: &Value, of: &str| -> String {
        let names = all.as_array().expect("a list").iter().map(|one| one[of].as_str().expect("a text").to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    let check = async |tenants: Value, closed: &str, failed: &str, codes: &str| {
        let result = service.done(manager, asked(tenants.clone(), true)).await["result"].clone();
        let (months, failures) = (&result["months"], &result["failures"]);
        let found = (names(months, "tenant"), names(failures, "tenant"), names(failures, "code"));
        assert_eq!(found, (closed.to_owned(), failed.to_owned(), codes.to_owned()), "{tenants}");
    };
    check(json!([]), "alpenbahn koenigsforst nordlicht", "prairie", "file.read").await;
    check(json!(["prairie", "alpenbahn"]), "alpenbahn", "prairie", "file.read").await;
    check(json!(["nobody", "alpenbahn"]), "alpenbahn", "nobody", "plan.unknown_tenant").await;
    check(json!(["nordlicht", "alpenbahn"]), "alpenbahn nordlicht", "", "").await;
    for (tenants, partly, code) in [
        (json!(["prairie", "alpenbahn"]), false, "file.read"),
        (json!(["prairie"]), true, "file.read"),
        (json!(["nobody", "prairie"]), true, "file.read"),
        (json!(["nobody"]), true, "plan.unknown_tenant"),
    ] {
        let (found, detail) = service.failed(manager, asked(tenants.clone(), partly)).await;
        assert_eq!(found, code, "{tenants}: {detail}");
    }
    let whole = service.done(manager, asked(json!(["nordlicht", "alpenbahn"]), false)).await;
    assert_eq!((&whole["tenant"], &whole["tenants"]), (&Value::Null, &json!(["alpenbahn", "nordlicht"])));
    assert_eq!(names(&whole["result"]["months"], "tenant"), "alpenbahn nordlicht");
    let many: Vec<String> = (0..10_001).map(|one| format!("t{one}")).collect();
    service.ask(manager, "POST", "/jobs", Some(asked(json!(many), true))).await.refused(400, "request.malformed");
    service
        .ask(manager, "POST", "/jobs", Some(asked(json!(["Not a name"]), true)))
        .await
        .refused(400, "request.malformed");
}

/// A tenant whose measurements lie on a server.
fn lay_server(service: &Service, url: &str) {
    let text = format!(
        r#"apiVersion: openslo/v1
kind: DataSource
metadata: {{ name: server }}
spec: {{ type: Prometheus, connectionDetails: {{ url: "{url}", timeoutSeconds: 300 }} }}
---
apiVersion: openslo/v1
kind: SLI
metadata: {{ name: remote }}
spec:
  ratioMetric:
    good: {{ metricSource: {{ metricSourceRef: server, spec: {{ query: 'sum(last_over_time(good[$slice]))' }} }} }}
    total: {{ metricSource: {{ metricSourceRef: server, spec: {{ query: 'sum(last_over_time(total[$slice]))' }} }} }}
---
apiVersion: openslo/v1
kind: SLO
metadata: {{ name: remote }}
spec:
  service: platform
  indicatorRef: remote
  budgetingMethod: Timeslices
  timeWindow: [{{ duration: 1M, isRolling: false, calendar: {{ startTime: "2026-01-01 00:00:00", timeZone: UTC }} }}]
  objectives: [{{ target: 0.9995, timeSliceTarget: 0.95, timeSliceWindow: 1m }}]
---
"#
    );
    let demo = service.folder.path().join("demo/catalogue");
    let contract = std::fs::read_to_string(demo.join("koenigsforst.yaml")).expect("a catalogue");
    let contract = contract.replace("koenigsforst", "remote").replace("slo: api-availability", "slo: remote");
    std::fs::write(demo.join("remote.yaml"), text + &contract).expect("a file");
}

/// A server that takes the question and never answers.
struct Mute(TcpListener);

impl Mute {
    fn new() -> Self {
        Self(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port"))
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("a bound port"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_called_off_and_survives_what_its_program_does_not() {
    let mut service = Service::start_with(Engine::Sqlite, &DESK);
    let mute = Mute::new();
    lay_server(&service, &mute.url());
    let before = service.head();
    let manager = Role::AccountManager;
    let is = |state: &'static str| move |view: &Value| view["state"] == state;

    // Both places are taken, so the third waits; what waits is called off at once, what runs in a moment.
    let mut running = Vec::new();
    for _ in 0..2 {
        let id = service.asked(manager, close(Some("remote"))).await;
        service.until(&id, |view| view["state"] == "running" && view["progress"]["step"] == "capture").await;
        running.push(id);
    }
    let waits = service.asked(manager, close(Some("prairie"))).await;
    let called_off = service.asked(manager, close(None)).await;
    let view = service.ask(manager, "DELETE", &format!("/jobs/{called_off}"), None).await.given();
    assert_eq!((&view["state"], &view["is_cancelled"]), (&json!("cancelled"), &json!(true)));
    assert_eq!(service.until(&waits, |_| true).await["state"], "waiting");
    service.ask(Role::Finance, "DELETE", &format!("/jobs/{waits}"), None).await.refused(404, "request.not_found");
    service.ask(manager, "DELETE", &format!("/jobs/{}", running[0]), None).await.given();
    service.until(&running[0], is("cancelled")).await;
    assert_eq!(service.ended(&waits).await["state"], "done", "its turn has come");
    let left = std::fs::read_dir(service.folder.path().join("demo/reports")).expect("a folder").flatten();
    assert_eq!(left.filter(|one| one.file_name().to_string_lossy().starts_with(".closing-")).count(), 1);

    // A power cut: what ran is marked, what waited is done by the next program.
    let second = service.asked(manager, close(Some("remote"))).await;
    service.until(&second, is("running")).await;
    let survives = service.asked(manager, close(Some("alpenbahn"))).await;
    service.kill_and_serve();
    assert_eq!(service.ended(&survives).await["state"], "done");
    for id in [&running[1], &second] {
        let view = service.until(id, is("interrupted")).await;
        assert_eq!((&view["result"], &view["problem"]), (&Value::Null, &Value::Null));
    }

    // Told to stop, it says so itself.
    let third = service.asked(manager, close(Some("remote"))).await;
    service.until(&third, is("running")).await;
    let (status, _) = service.stop();
    assert!(status.success(), "{status}");
    service.serve_again();
    assert_eq!(service.until(&third, |_| true).await["state"], "interrupted");
    assert_eq!(service.head(), before, "nothing was recorded that the ledger did not know");
}
