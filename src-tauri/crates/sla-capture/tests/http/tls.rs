//! TLS with an authority of the operator's own: accepted when it is named, refused when it is not.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Asked, Server, build_info, http, matrix, ok};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sla_capture::{
    Auth, Backoff, CaptureError, CaptureRequest, NoProgress, Prometheus, PrometheusConfig, Reading, Secret, Slices,
    Source,
};
use sla_core::time::Period;
use tokio_rustls::TlsAcceptor;

/// An authority as PEM, and a server's configuration whose certificate it signed for `localhost`.
fn authority() -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let server = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of the provider")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a key that fits the certificate");
    (issuer.pem(), TlsAcceptor::from(Arc::new(server)))
}

async fn server(tls: TlsAcceptor) -> Server {
    let say = |asked: &Asked| {
        if asked.header("authorization") != Some("Bearer hunter2") {
            return Some(http("401 Unauthorized", "", b""));
        }
        Some(if asked.is_build_info() { build_info() } else { ok(&matrix(&[("{}", r#"[60,"1"]"#)])) })
    };
    Server::start_with(Some(tls), Arc::new(say)).await
}

async fn capture(url: &str, ca_pem: Option<&[u8]>) -> Result<Slices, CaptureError> {
    let config = PrometheusConfig {
        auth: Auth::Bearer(Secret::new("hunter2")),
        ca_pem: ca_pem.map(<[u8]>::to_vec),
        backoff: Backoff { attempts: 3, first_wait: Duration::ZERO, ..Backoff::default() },
        ..PrometheusConfig::new(url)
    };
    let request = CaptureRequest { period: Period::new(0, 60).expect("a period"), step_seconds: 60 };
    let reading = Reading::GoodOfTotal { good: "a".into(), total: "b".into() };
    Prometheus::new(config)?.source(reading).capture(&request, &NoProgress).await
}

#[tokio::test]
async fn a_named_authority_is_trusted() {
    let (pem, tls) = authority();
    let server = server(tls).await;
    let slices = capture(&server.url, Some(pem.as_bytes())).await.expect("usable slices");
    assert_eq!(slices.rows().len(), 1);
    assert_eq!(slices.provenance().source, server.url);
    // A bundle may hold several.
    let (other, _) = authority();
    capture(&server.url, Some(format!("{other}{pem}").as_bytes())).await.expect("usable slices");
}

#[tokio::test]
async fn any_other_authority_is_refused_without_a_request() {
    let (_, tls) = authority();
    let (other, _) = authority();
    let server = server(tls).await;
    let error = capture(&server.url, Some(other.as_bytes())).await.expect_err("another authority");
    assert_eq!(error.code(), "prometheus.untrusted", "{error}");
    assert!(error.to_string().contains("name the authority"), "{error}");

    // Without one named the system's count; a system without any says so.
    let error = capture(&server.url, None).await.expect_err("not an authority of the system");
    assert!(["prometheus.untrusted", "prometheus.client"].contains(&error.code()), "{error}");
    assert!(server.asked().is_empty(), "the token was not sent");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (pem, tls) = authority();
    let server = server(tls).await;
    let url = server.url.replace("localhost", "127.0.0.1");
    let error = capture(&url, Some(pem.as_bytes())).await.expect_err("another name");
    assert_eq!(error.code(), "prometheus.untrusted", "{error}");
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_refused() {
    for pem in ["", "hunter2", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = capture("https://localhost:1", Some(pem.as_bytes())).await.expect_err("no certificate");
        assert_eq!(error.code(), "prometheus.authority", "{error}");
    }
}
