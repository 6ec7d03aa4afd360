//! What a server may say instead of a month: a message that says what to do, and the ledger as it was.

use std::net::{Ipv4Addr, TcpListener};

use sla_acceptance::servers::Prometheus;

use crate::desk::{Desk, From, desk_of_files, openmetrics, sla, sound};
use crate::front::{Front, Reply};
use crate::refusals::{check, desk_on};

/// A close from that server must fail with the code, say every part, and leave ledger and documents as they were.
#[track_caller]
fn refused(url: &str, code: &str, parts: &[&str]) {
    let desk = desk_on(url);
    check(&desk, || sla(&desk.close()), 1, code, parts);
}

/// A server that answers every request alike.
fn lying(status: &'static str, kind: &'static str, body: &'static str) -> Front {
    Front::start(None, move |_| Reply::Say { status, kind, body: body.to_owned() })
}

/// A server that tells its version and answers every query alike.
fn querying(status: &'static str, body: &'static str) -> Front {
    Front::start(None, move |request| {
        let build_info = r#"{"status":"success","data":{"version":"2.42.0","revision":"x","goVersion":"go1.19"}}"#;
        let (status, body) =
            if request.contains("/api/v1/status/buildinfo") { ("200 OK", build_info) } else { (status, body) };
        Reply::Say { status, kind: "application/json", body: body.to_owned() }
    })
}

#[test]
fn a_server_that_is_away_or_starting() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port");
    refused(&format!("http://{free}"), "prometheus.unavailable", &["data source source", "nord/slices"]);
    let down = lying("503 Service Unavailable", "text/plain", "starting");
    refused(&down.url, "prometheus.unavailable", &["503", "starting", "5 attempts"]);
}

#[test]
fn a_server_that_is_none_or_stops_in_the_middle() {
    let html = lying("200 OK", "text/html", "<!doctype html><title>Sign in</title>");
    refused(&html.url, "prometheus.not_prometheus", &["data source source", "Sign in"]);
    let cut = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\"";
    refused(&lying("200 OK", "application/json", cut).url, "prometheus.not_prometheus", &["data source source"]);
    refused(&querying("200 OK", cut).url, "prometheus.not_prometheus", &["query_range", "EOF"]);
}

#[test]
fn a_query_that_the_server_refuses() {
    let syntax = r#"{"status":"error","errorType":"bad_data","error":"1:4: parse error: unexpected <eof>"}"#;
    let parts =
        ["(400)", "1:4: parse error", "the query is: sum(last_over_time(probes_good{tenant=\"nord\"}[299999ms]))"];
    refused(&querying("400 Bad Request", syntax).url, "prometheus.rejected", &parts);
    let heavy = r#"{"status":"error","errorType":"execution","error":"query processing would load too many samples"}"#;
    let parts = ["(422)", "too many samples", "nord/slices", "west/slices"];
    refused(&querying("422 Unprocessable Entity", heavy).url, "prometheus.rejected", &parts);
}

#[test]
fn an_answer_without_one_usable_number() {
    let empty = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    refused(&querying("200 OK", empty).url, "prometheus.no_series", &["2026-09-30T22:00:00Z", "or vector(0)"]);
    let nan =
        r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1790805900,"NaN"]]}]}}"#;
    refused(
        &querying("200 OK", nan).url,
        "capture.unusable",
        &["none of the 8940 slices", "good: no number in 8939 slices"],
    );
    let warned = r#"{"status":"success","warnings":["store x is down"],"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1790805900,"10"]]}]}}"#;
    refused(&querying("200 OK", warned).url, "capture.unusable", &["none of the 8940 slices", "store x is down"]);
}

#[test]
fn a_server_that_is_asked_too_much() {
    // It says when to come back, and that is too late.
    let busy = lying("429 Too Many Requests\r\nRetry-After: 3600", "text/plain", "slow down");
    refused(&busy.url, "prometheus.unavailable", &["429", "slow down", "come back in 3600 s"]);

    // Once it has passed, the month is the same: the server that answers is the one that answered before.
    let server = Prometheus::start(&openmetrics());
    let asked = std::sync::atomic::AtomicBool::new(false);
    let front = Front::start(None, move |request| {
        let is_first = request.contains("buildinfo") && !asked.swap(true, std::sync::atomic::Ordering::SeqCst);
        let body = String::new();
        match is_first {
            true => Reply::Say { status: "429 Too Many Requests\r\nRetry-After: 0", kind: "text/plain", body },
            false => Reply::Forward(server.port()),
        }
    });
    let desk = Desk::new(&From::Prometheus(&front.url));
    let first = desk.closes();
    let again = sound(&sla(&desk.close()));
    for (closed, unchanged) in [(first, false), (again, true)] {
        for month in closed["months"].as_array().expect("months") {
            assert_eq!(month["unchanged"], unchanged, "{month}");
        }
    }
    let version = desk.report("nord")["evidence"][0]["server_version"].clone();
    assert!(version.as_str().is_some_and(|version| version.starts_with("prometheus 2.")), "{version}");
}

#[test]
fn a_server_whose_version_nobody_knows_is_not_asked_for_counted_ranges() {
    let thanos =
        Front::start(None, |_| Reply::Say { status: "404 Not Found", kind: "text/plain", body: String::new() });
    refused(&thanos.url, "prometheus.ranges", &["[299999ms]", "[$slice]", "has no /api/v1/status/buildinfo"]);
}

#[test]
fn a_server_that_keeps_silent_is_given_the_time_of_the_catalogue() {
    // Connections wait in the backlog of a listener that nobody serves.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let desk = desk_on(&format!("http://{}", silent.local_addr().expect("a bound port")));
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    desk.write("catalogue/all.yaml", &text.replacen("timeoutSeconds: 20", "timeoutSeconds: 1", 1));
    check(&desk, || sla(&desk.close()), 1, "prometheus.unavailable", &["no answer within 1 s", "5 attempts"]);
}

#[test]
fn a_damaged_parquet_file() {
    let desk = desk_of_files();
    desk.closes();
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    desk.write("catalogue/all.yaml", &text.replace("$tenant.csv", "$tenant.parquet"));
    // A footer that asks for two billion columns.
    let footer = [0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07];
    let length = u32::try_from(footer.len()).expect("nine").to_le_bytes();
    let bytes = [b"PAR1".as_slice(), &footer, &length, b"PAR1"].concat();
    for tenant in ["nord", "west"] {
        std::fs::write(desk.path("data").join(format!("{tenant}.parquet")), &bytes).expect("a file");
    }
    check(&desk, || sla(&desk.close()), 1, "file.parquet", &["nord.parquet", "footer cannot be read"]);
}
