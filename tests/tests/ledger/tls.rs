//! PostgreSQL over TLS with a certificate of an authority that only the test knows.

use sla_acceptance::servers::Postgres;
use sla_ledger::Ledger;

use crate::engine::{entry, record, verified};

#[tokio::test(flavor = "multi_thread")]
async fn what_an_address_asks_of_the_connection_is_kept() {
    let server = Postgres::start_with_tls();
    let by_number = server.database();
    let by_name = by_number.replace("127.0.0.1", "localhost");
    let authority = format!("sslrootcert={}", server.authority().display());
    let works = async |host: &str, options: &str| {
        let ledger = Ledger::open(&format!("{host}?{options}")).await;
        let ledger = ledger.unwrap_or_else(|error| panic!("{options}: {error}"));
        record(&ledger, &[entry("nord", 1, 100)]).await.unwrap_or_else(|error| panic!("{options}: {error}"));
        assert_eq!(verified(&ledger).await.entries, 4, "{options}");
        ledger.close().await;
    };
    let refused = async |host: &str, options: &str, code: &str, part: &str| {
        let error = Ledger::open(&format!("{host}?{options}")).await.expect_err(options);
        assert_eq!(error.code(), code, "{options}: {error}");
        assert!(error.to_string().contains(part), "{options}: {error}");
    };
    // Encrypted, to whoever answers.
    works(&by_number, "sslmode=require").await;
    works(&by_number, "").await;
    // To a server that the authority knows; its name is not asked for.
    works(&by_number, &format!("sslmode=verify-ca&{authority}")).await;
    works(&by_number, &format!("sslmode=require&{authority}")).await;
    // To the server of that name.
    works(&by_name, &format!("sslmode=verify-full&{authority}")).await;
    works(&by_name, &format!("sslmode=require&channel_binding=require&{authority}")).await;
    works(&by_name, &format!("channel_binding=require&{authority}")).await;

    refused(&by_name, "sslmode=disable", "ledger.sign_in", "no encryption").await;
    let strange = "UnknownIssuer";
    for options in ["sslmode=verify-ca", "sslmode=verify-full", "sslmode=require&channel_binding=require"] {
        refused(&by_name, options, "ledger.unreachable", strange).await;
        refused(&by_name, &format!("{options}&sslrootcert=system"), "ledger.unreachable", strange).await;
    }
    let other = Postgres::start_with_tls();
    let other = format!("sslrootcert={}", other.authority().display());
    // Two authorities of one name: the signature tells them apart.
    refused(&by_name, &format!("sslmode=verify-full&{other}"), "ledger.unreachable", "BadSignature").await;
    refused(&by_name, &format!("sslmode=require&{other}"), "ledger.unreachable", "BadSignature").await;
    let wrong_name = "not valid for name";
    refused(&by_number, &format!("sslmode=verify-full&{authority}"), "ledger.unreachable", wrong_name).await;
    refused(&by_number, &format!("channel_binding=require&{authority}"), "ledger.unreachable", wrong_name).await;
    let absent = "sslmode=verify-full&sslrootcert=/nowhere/authority.pem";
    refused(&by_name, absent, "ledger.unreachable", "No such file").await;
}
