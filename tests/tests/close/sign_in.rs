//! Servers behind TLS and a sign-in, with everything that a catalogue can say about them, from the catalogue to the month.

use std::process::Output;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use sla_acceptance::servers::{Guard, Prometheus};

use crate::desk::{Desk, command, desk_of_files, openmetrics, sound};
use crate::front::{Front, Reply};
use crate::refusals::{check, desk_on};

const SECRET: &str = "sesame-open";
/// That secret as bcrypt writes it, with the least cost.
const BCRYPT: &str = "$2b$04$Fkr9a4zSYV9zCTCWwfzxieSUcZ6gP.kSP76kzNQAVzTmnE2PJ2kWi";
const VARIABLE: &str = "SLA_TEST_SECRET";

/// An authority, and the certificate that it signed for `localhost` with its key, all as PEM.
struct Signed {
    authority: String,
    certificate: String,
    key: String,
}

fn signed() -> Signed {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    Signed { authority: issuer.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
}

/// A desk with a closed month from files, whose catalogue is then set to that server, with these details.
fn desk(url: &str, authority: &str, details: &str) -> Desk {
    let desk = desk_on(url);
    desk.write("catalogue/authority.pem", authority);
    let text = std::fs::read_to_string(desk.path("catalogue/all.yaml")).expect("a catalogue");
    desk.write("catalogue/all.yaml", &text.replacen("timeoutSeconds: 20", details, 1));
    desk
}

fn close(desk: &Desk, secret: &str) -> Output {
    let output = command(&desk.close()).env(VARIABLE, secret).output().expect("the binary runs");
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    assert!(!String::from_utf8_lossy(&said).contains(secret), "a secret is never printed");
    output
}

/// The month from that server is the month from files, and the secret stands in none of the desk's files.
#[track_caller]
fn closes(desk: &Desk) {
    sound(&close(desk, SECRET));
    let files = desk_of_files();
    files.closes();
    for tenant in ["nord", "west"] {
        let (mut ours, mut theirs) = (desk.report(tenant), files.report(tenant));
        for report in [&mut ours, &mut theirs] {
            for commitment in report["commitments"].as_array_mut().expect("commitments") {
                commitment["evidence"] = Value::Null;
            }
        }
        assert_eq!(ours["commitments"], theirs["commitments"]);
    }
    for folder in ["", "out"] {
        for (name, bytes) in desk.files(folder) {
            let holds = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!holds, "{} holds the secret", name.display());
        }
    }
}

#[test]
fn a_prometheus_with_tls_and_a_password() {
    let Signed { authority, certificate, key } = signed();
    let guard = Guard { certificate: &certificate, key: &key, user: "desk", password_bcrypt: BCRYPT };
    let server = Prometheus::start_guarded(&openmetrics(), &guard);
    let details = format!("username: desk, passwordEnv: {VARIABLE}, caFile: authority.pem, timeoutSeconds: 20");
    closes(&desk(&server.url(), &authority, &details));

    let desk = |authority: &str, details: &str| desk(&server.url(), authority, details);
    let wrong = desk(&authority, &details);
    check(&wrong, || close(&wrong, "sesame-shut"), 1, "prometheus.denied", &["(401)", "user and password"]);
    let other = desk(&authority, &details.replace("username: desk", "username: west"));
    check(&other, || close(&other, SECRET), 1, "prometheus.denied", &["(401)"]);
    let nobody = desk(&authority, "caFile: authority.pem");
    check(&nobody, || close(&nobody, SECRET), 1, "prometheus.denied", &["(401)"]);
    let untrusted = desk(&signed().authority, &details);
    check(&untrusted, || close(&untrusted, SECRET), 1, "prometheus.untrusted", &["name the authority"]);
}

#[test]
fn a_server_with_tls_and_a_token() {
    let Signed { authority, certificate, key } = signed();
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
    let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of the provider")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a key that fits the certificate");
    let server = Prometheus::start(&openmetrics());
    let front = Front::start(Some(Arc::new(tls)), move |request| {
        let token = format!("authorization: bearer {SECRET}\r\n");
        let request = request.to_ascii_lowercase();
        match request.contains(&token) && request.contains("x-scope-orgid: north\r\n") {
            true => Reply::Forward(server.port()),
            false => Reply::Say { status: "401 Unauthorized", kind: "text/plain", body: String::new() },
        }
    });
    let details = format!("bearerTokenEnv: {VARIABLE}, caFile: authority.pem, orgId: north");
    closes(&desk(&front.url, &authority, &details));
    let wrong = desk(&front.url, &authority, &details);
    check(&wrong, || close(&wrong, "sesame-shut"), 1, "prometheus.denied", &["(401)", "check the token"]);
}
