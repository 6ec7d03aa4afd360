//! What the ledger keeps of how people sign in: codes that are good once, locks that many at once cannot pass, sign-ins at a
//! provider that are under way, and identities that are bound.

use sla_acceptance::servers::Postgres;
use sla_core::access::{Account, AccountState, Fit, OpenIdIdentity, Presented, Role, TenantScope, TotpSecret};
use sla_ledger::{Actor, Attempt, Ledger, OpenIdRequest, SignIn, SignInWay};

use crate::access::{account, by_password, check_refused, put, staffed};
use crate::engine::{AT, Engine, execute, verified};

const ISSUER: &str = "https://id.example.com";

#[tokio::test(flavor = "multi_thread")]
async fn how_people_sign_in_is_kept_on_sqlite() {
    check(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_people_sign_in_is_kept_on_postgres() {
    let server = Postgres::start();
    let engine = Engine::Postgres(server);
    check(&engine).await;
    let Engine::Postgres(server) = &engine else { unreachable!() };
    a_user_who_was_granted_can_do_it(&engine, server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_people_sign_in_is_kept_behind_a_pooler() {
    check(&Engine::pooled()).await;
}

async fn check(engine: &Engine) {
    an_app_is_offered_confirmed_and_removed(engine).await;
    a_code_is_good_once(engine).await;
    many_at_once_do_not_pass_the_lock(engine).await;
    a_state_is_good_once_and_ends(engine).await;
    an_identity_is_one_account(engine).await;
    whoever_signs_in_first_is_bound(engine).await;
    an_app_goes_with_a_copy(engine).await;
}

fn secret(byte: u8) -> TotpSecret {
    TotpSecret::new([byte; TotpSecret::BYTES])
}

/// An app that is set up for the operator.
async fn with_app(ledger: &Ledger) {
    ledger.offer_totp(&secret(7), "operator".into(), AT).await.expect("offered");
    ledger.confirm_totp(&secret(7), 5, "operator".into(), AT).await.expect("confirmed");
}

async fn an_app_is_offered_confirmed_and_removed(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let operator = || Actor::from("operator");
    let confirm = |byte, step| {
        let ledger = ledger.clone();
        async move { ledger.confirm_totp(&secret(byte), step, "operator".into(), AT).await }
    };
    check_refused(&ledger, "nothing was offered", confirm(1, 5), "access.no_totp").await;
    check_refused(&ledger, "no app", ledger.remove_totp(operator(), AT), "access.no_totp").await;
    check_refused(&ledger, "a stranger", ledger.offer_totp(&secret(1), "x".into(), AT), "access.no_account").await;
    let before = verified(&ledger).await;
    ledger.offer_totp(&secret(1), operator(), AT).await.expect("offered");
    ledger.offer_totp(&secret(2), operator(), AT).await.expect("another one");
    assert_eq!(verified(&ledger).await, before, "an offer is no fact");
    check_refused(&ledger, "the first offer", confirm(1, 5), "access.no_totp").await;
    let confirmed = confirm(2, 5).await.expect("confirmed");
    assert_eq!((confirmed.version, confirmed.document.totp_sha256), (2, Some(secret(2).sha256())));
    let known = ledger.totp("operator").await.expect("read").expect("a secret");
    assert_eq!((known.secret, known.last_step), (secret(2), 5));
    check_refused(&ledger, "there is one", ledger.offer_totp(&secret(3), operator(), AT), "access.totp_set").await;
    check_refused(&ledger, "there is one", confirm(2, 6), "access.totp_set").await;
    let removed = ledger.remove_totp(operator(), AT).await.expect("removed");
    assert_eq!((removed.version, removed.document.totp_sha256), (3, None));
    assert_eq!(ledger.totp("operator").await.expect("read"), None, "a secret that was removed is gone");
    // An admin removes it as a change of the account.
    with_app(&ledger).await;
    let changed = account(Role::Operator, TenantScope::All);
    put(&ledger, "operator", &changed, Some(4), "admin").await.expect("changed");
    assert_eq!(ledger.totp("operator").await.expect("read"), None);
    let other = ledger.totp("finance").await.expect("read");
    assert_eq!(other, None);
    verified(&ledger).await;
    ledger.close().await;
}

async fn a_code_is_good_once(engine: &Engine) {
    let url = engine.url();
    let ledger = staffed(&url).await;
    with_app(&ledger).await;
    let with_code = async |step, expected| {
        let session = format!("session {step} {expected:?}");
        let attempt = Attempt { totp_step: Some(step), ..by_password(SignIn::Ok, Some((&session, AT + 100))) };
        let done = ledger.sign_in(&attempt, "operator".into(), AT).await.expect("recorded");
        assert_eq!(done, expected, "{step}");
        let begun = ledger.session(&session, AT).await.expect("read");
        assert_eq!(begun.is_some(), expected == SignIn::Ok, "{step}");
    };
    with_code(5, SignIn::WrongCode).await;
    with_code(6, SignIn::Ok).await;
    with_code(6, SignIn::WrongCode).await;
    with_code(5, SignIn::WrongCode).await;
    with_code(7, SignIn::Ok).await;
    // Without a secret no code is good.
    let raw = engine.raw(&url).await;
    execute(&raw, "delete from totp_secrets").await.expect("no fact");
    raw.close().await;
    with_code(8, SignIn::WrongCode).await;
    verified(&ledger).await;
    ledger.close().await;
}

async fn many_at_once_do_not_pass_the_lock(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let tries = (0..20).map(|_| {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let attempt = by_password(SignIn::WrongCode, None);
            ledger.sign_in(&attempt, "operator".into(), AT).await.expect("done")
        })
    });
    let mut looked_at = 0;
    for one in tries.collect::<Vec<_>>() {
        looked_at += usize::from(one.await.expect("no panic") == SignIn::WrongCode);
    }
    assert_eq!(looked_at, 5, "all others found it locked");
    let right = by_password(SignIn::Ok, Some(("s", AT + 100)));
    let late = ledger.sign_in(&right, "operator".into(), AT).await.expect("done");
    assert_eq!(late, SignIn::Locked);
    assert_eq!(ledger.session("s", AT).await.expect("read"), None);
    // Who signs in at a provider is not locked out by those who guess, and does not open the lock for them.
    let by_provider = Attempt { way: SignInWay::OpenId, ..by_password(SignIn::Ok, None) };
    assert_eq!(ledger.sign_in(&by_provider, "operator".into(), AT).await.expect("done"), SignIn::Ok);
    assert_eq!(ledger.sign_in(&right, "operator".into(), AT).await.expect("done"), SignIn::Locked);
    assert_eq!(ledger.sign_in(&right, "operator".into(), AT + 900).await.expect("done"), SignIn::Ok);
    verified(&ledger).await;
    ledger.close().await;
}

async fn a_state_is_good_once_and_ends(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let before = verified(&ledger).await;
    let request = OpenIdRequest {
        nonce: "n".to_owned(),
        verifier: "v".to_owned(),
        redirect: "https://desk.example.com/back".to_owned(),
    };
    for state in ["a", "b", "c"] {
        assert!(ledger.begin_openid(state, &request, AT, AT + 600).await.expect("kept"));
    }
    ledger.begin_openid("a", &request, AT, AT + 600).await.expect_err("a state is one sign-in");
    let take = async |state: &str, at| ledger.take_openid(state, at).await.expect("read");
    assert_eq!(take("a", AT + 599).await, Some(request.clone()));
    assert_eq!(take("a", AT + 599).await, None, "twice");
    assert_eq!(take("b", AT + 600).await, None, "too late");
    assert_eq!(take("b", AT).await, None, "and gone");
    assert_eq!(take("' or 1=1 --", AT).await, None);
    // What was given up goes with the next that begins.
    assert!(ledger.begin_openid("d", &request, AT + 600, AT + 1_200).await.expect("kept"));
    assert_eq!(take("c", AT).await, None);
    assert_eq!(verified(&ledger).await, before, "none of it is a fact");
    ledger.close().await;
}

fn bound(subject: Option<&str>, email: Option<&str>) -> Account {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let identity = OpenIdIdentity { issuer: ISSUER.to_owned(), subject: text(subject), email: text(email) };
    Account { openid: Some(identity), ..account(Role::Operator, TenantScope::All) }
}

fn presented(subject: &str, email: Option<&str>) -> Presented {
    Presented { issuer: ISSUER.to_owned(), subject: subject.to_owned(), verified_email: email.map(str::to_owned) }
}

async fn an_identity_is_one_account(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    put(&ledger, "operator", &bound(Some("s1"), None), Some(1), "admin").await.expect("bound");
    let same = bound(Some("s1"), None);
    let twice = put(&ledger, "second", &same, None, "admin");
    check_refused(&ledger, "the same subject", twice, "access.identity_taken").await;
    put(&ledger, "operator", &bound(Some("s1"), Some("a@x.de")), Some(2), "admin").await.expect("its own again");
    let same = bound(None, Some("A@x.de"));
    let twice = put(&ledger, "second", &same, None, "admin");
    check_refused(&ledger, "an address that is known", twice, "access.identity_taken").await;
    put(&ledger, "second", &bound(None, Some("b@x.de")), None, "admin").await.expect("another one");
    let of = async |who| ledger.account_of(&who).await.expect("read").map(|(account, fit)| (account.name, fit));
    assert_eq!(of(presented("s1", None)).await, Some(("operator".to_owned(), Fit::Subject)));
    assert_eq!(of(presented("s2", Some("b@x.de"))).await, Some(("second".to_owned(), Fit::FirstTime)));
    assert_eq!(of(presented("s2", Some("a@x.de"))).await, None, "that address has had its first time");
    assert_eq!(of(presented("s2", None)).await, None);
    ledger.close().await;
}

async fn whoever_signs_in_first_is_bound(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    put(&ledger, "operator", &bound(None, Some("a@x.de")), Some(1), "admin").await.expect("waiting");
    let first = presented("s1", Some("a@x.de"));
    let sign_in = |who: Presented, outcome, name: &'static str| {
        let ledger = ledger.clone();
        async move { ledger.sign_in_by_openid(&who, outcome, Some(("s", AT + 100)), name.into(), AT).await }
    };
    check_refused(&ledger, "another's", sign_in(first.clone(), SignIn::Ok, "finance"), "ledger.stale").await;
    let stranger = presented("s9", None);
    check_refused(&ledger, "a stranger", sign_in(stranger, SignIn::Ok, "operator"), "ledger.stale").await;
    // A disabled account binds nobody.
    assert_eq!(sign_in(first.clone(), SignIn::Disabled, "operator").await.expect("recorded"), SignIn::Disabled);
    assert_eq!(ledger.session("s", AT).await.expect("read"), None);
    let of = async || ledger.access::<Account>("operator").await.expect("read").expect("an account");
    assert_eq!(of().await.document.openid.and_then(|identity| identity.subject), None);
    assert_eq!(sign_in(first.clone(), SignIn::Ok, "operator").await.expect("recorded"), SignIn::Ok);
    let now = of().await;
    assert_eq!((now.version, now.document.openid.and_then(|it| it.subject).as_deref()), (3, Some("s1")));
    let begun = ledger.session("s", AT).await.expect("read").expect("a session");
    assert_eq!((begun.name.as_str(), begun.document.state), ("operator", AccountState::Active));
    // The address belongs to somebody else now: it opens nothing.
    let next = presented("s2", Some("a@x.de"));
    check_refused(&ledger, "the next of that address", sign_in(next, SignIn::Ok, "operator"), "ledger.stale").await;
    // Whoever is disabled and comes again and again is recorded five times.
    for _ in 0..8 {
        sign_in(first.clone(), SignIn::Disabled, "operator").await.expect("done");
    }
    let failed = ledger.failed_sign_ins("operator", SignInWay::OpenId).await.expect("read");
    assert_eq!(failed.len(), 5);
    verified(&ledger).await;
    ledger.close().await;
}

async fn an_app_goes_with_a_copy(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    with_app(&ledger).await;
    let request = OpenIdRequest { nonce: "n".to_owned(), verifier: "v".to_owned(), redirect: "r".to_owned() };
    ledger.begin_openid("a", &request, AT, AT + 600).await.expect("kept");
    let copy = Ledger::open(&Engine::sqlite().url()).await.expect("a new ledger");
    ledger.copy_to(&copy).await.expect("copied");
    assert_eq!(copy.totp("operator").await.expect("read"), ledger.totp("operator").await.expect("read"));
    assert_eq!(copy.take_openid("a", AT).await.expect("read"), None, "what is under way stays where it began");
    for ledger in [ledger, copy] {
        ledger.close().await;
    }
}

/// All of it as a user of the database who does not own the ledger.
async fn a_user_who_was_granted_can_do_it(engine: &Engine, server: &Postgres) {
    let url = engine.url();
    let owner = staffed(&url).await;
    let guest_url = server.as_guest(&url);
    owner.grant("guest").await.expect("granted");
    let guest = Ledger::open_to_write(&guest_url).await.expect("a user who may");
    with_app(&guest).await;
    let attempt = Attempt { totp_step: Some(9), ..by_password(SignIn::Ok, None) };
    assert_eq!(guest.sign_in(&attempt, "operator".into(), AT).await.expect("recorded"), SignIn::Ok);
    guest.remove_totp("operator".into(), AT).await.expect("removed");
    let request = OpenIdRequest { nonce: "n".to_owned(), verifier: "v".to_owned(), redirect: "r".to_owned() };
    assert!(guest.begin_openid("a", &request, AT, AT + 600).await.expect("kept"));
    assert_eq!(guest.take_openid("a", AT).await.expect("read"), Some(request));
    verified(&guest).await;
    for ledger in [owner, guest] {
        ledger.close().await;
    }
}
