//! Who may do what, held against the ledger itself: accounts, tokens, limits, sessions, and what the database shows to whom.

use std::collections::BTreeSet;

use sla_acceptance::servers::Postgres;
use sla_core::access::{
    Account, AccountState, AmountLimit, Permission, Role, TenantScope, Token, TokenState, permissions,
};
use sla_core::workflow::{MonthState, WorkflowStep};
use sla_ledger::{Actor, Attempt, Ledger, LedgerError, SignIn, SignInWay, Versioned};

use crate::engine::{AT, Engine, entry, execute, record, verified};
use crate::workflow::step;

fn only(tenants: &[&str]) -> TenantScope {
    TenantScope::Only(tenants.iter().map(|tenant| (*tenant).to_owned()).collect())
}

pub(crate) fn account(role: Role, tenants: TenantScope) -> Account {
    let full_name = format!("Somebody in {}", role.name());
    let password_hash = Some("$argon2id$…".to_owned());
    Account { full_name, role, tenants, state: AccountState::Active, password_hash, totp_sha256: None, openid: None }
}

pub(crate) async fn put(
    ledger: &Ledger,
    name: &str,
    account: &Account,
    seen: Option<u32>,
    actor: &str,
) -> Result<Versioned<Account>, LedgerError> {
    ledger.put_account(&name.parse().expect("a name"), account, seen, actor.into(), AT).await
}

/// An attempt to sign in by a password.
pub(crate) fn by_password(outcome: SignIn, session: Option<(&str, i64)>) -> Attempt<'_> {
    Attempt { way: SignInWay::Password, outcome, totp_step: None, session }
}

/// A ledger with two tenants' months, closed before there were accounts, and an account for every role.
pub(crate) async fn staffed(url: &str) -> Ledger {
    let ledger = Ledger::open(url).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100), entry("west", 1, 50)]).await.expect("recorded");
    for role in Role::ALL {
        let tenants = if role == Role::TenantViewer { only(&["nord"]) } else { TenantScope::All };
        put(&ledger, role.name(), &account(role, tenants), None, "admin").await.expect("an account");
    }
    ledger
}

/// What is refused is refused with its code, and the chain is as it was.
pub(crate) async fn check_refused<T: std::fmt::Debug>(
    ledger: &Ledger,
    case: &str,
    done: impl Future<Output = Result<T, LedgerError>>,
    code: &str,
) -> String {
    let before = verified(ledger).await;
    let error = done.await.expect_err(case);
    assert_eq!(error.code(), code, "{case}: {error}");
    assert_eq!(verified(ledger).await, before, "{case}");
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_say_who_may_write_on_sqlite() {
    access(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_say_who_may_write_on_postgres() {
    access(&Engine::Postgres(Postgres::start())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_say_who_may_write_behind_a_pooler() {
    access(&Engine::pooled()).await;
}

async fn access(engine: &Engine) {
    the_first_account_gives_rights(engine).await;
    an_account_changes_by_versions(engine).await;
    every_role_does_what_the_table_says(engine).await;
    a_role_approves_up_to_its_limit(engine).await;
    sessions_begin_and_end(engine).await;
    tokens_are_kept_without_their_secret(engine).await;
    whoever_looks_sees_their_tenants(engine).await;
    accounts_are_facts(engine).await;
}

async fn the_first_account_gives_rights(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    // Without accounts whoever can write the ledger acts.
    ledger.may_for("anybody", Permission::AccountsWrite, ["nord"]).await.expect("nobody is known yet");
    let manager = account(Role::AccountManager, TenantScope::All);
    let admin = account(Role::Admin, TenantScope::All);
    let disabled = Account { state: AccountState::Disabled, ..admin.clone() };
    for (case, first) in [("another role", &manager), ("a disabled one", &disabled)] {
        check_refused(&ledger, case, put(&ledger, "first", first, None, "x"), "access.first_admin").await;
    }
    put(&ledger, "root", &admin, None, "x").await.expect("the first account");
    check_refused(&ledger, "a stranger", put(&ledger, "mia", &manager, None, "x"), "access.no_account").await;
    check_refused(&ledger, "nobody", put(&ledger, "mia", &manager, None, ""), "access.no_account").await;
    check_refused(&ledger, "the last admin", put(&ledger, "root", &disabled, Some(1), "root"), "access.last_admin")
        .await;
    check_refused(&ledger, "the last admin", put(&ledger, "root", &manager, Some(1), "root"), "access.last_admin")
        .await;
    put(&ledger, "mia", &manager, None, "root").await.expect("an account");
    check_refused(&ledger, "no admin", put(&ledger, "ole", &admin, None, "mia"), "access.forbidden").await;
    let all = account(Role::TenantViewer, TenantScope::All);
    check_refused(&ledger, "sees all", put(&ledger, "eva", &all, None, "root"), "access.viewer_of_all").await;
    put(&ledger, "ole", &admin, None, "root").await.expect("a second one");
    put(&ledger, "root", &disabled, Some(1), "ole").await.expect("no longer the last");
    check_refused(&ledger, "disabled", put(&ledger, "ida", &admin, None, "root"), "access.no_account").await;
    ledger.close().await;
}

async fn an_account_changes_by_versions(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let finance = account(Role::Finance, only(&["nord"]));
    let put = |seen| put(&ledger, "finance", &finance, seen, "admin");
    let said = check_refused(&ledger, "as if new", put(None), "ledger.stale").await;
    assert!(said.contains("account finance has changed meanwhile: no version was seen, version 1 is there"), "{said}");
    check_refused(&ledger, "from the future", put(Some(2)), "ledger.stale").await;
    let changed = put(Some(1)).await.expect("changed");
    assert_eq!((changed.version, &changed.document), (2, &finance));
    check_refused(&ledger, "seen before", put(Some(1)), "ledger.stale").await;
    assert_eq!(ledger.access::<Account>("finance").await.expect("read"), Some(changed));
    assert_eq!(ledger.access::<Account>("nobody").await.expect("read"), None);
    assert_eq!(ledger.access::<Account>("").await.expect("read"), None);
    let names: Vec<String> =
        ledger.all_access::<Account>().await.expect("read").into_iter().map(|one| one.name).collect();
    let mut expected = Role::ALL.map(Role::name);
    expected.sort_unstable();
    assert_eq!(names, expected);
    // One's own password needs no right.
    let own = Actor { name: "operator", origin: "127.0.0.1" };
    let changed = ledger.put_password("$argon2id$new".to_owned(), 1, own, AT).await.expect("changed");
    assert_eq!(changed.document.password_hash.as_deref(), Some("$argon2id$new"));
    assert_eq!(changed.document.role, Role::Operator);
    ledger.close().await;
}

/// What each permission lets somebody do, tried by every role: refused exactly where the table says no.
async fn every_role_does_what_the_table_says(engine: &Engine) {
    use WorkflowStep::{Approve, Comment, Decide, Issue, Reject, Return, Reverse, Submit};
    let ledger = staffed(&engine.url()).await;
    let up = Some("up");
    let steps = [Submit, Return, Approve, Issue, Comment].map(|one| (one, None));
    let credit_steps = [Decide, Approve, Reject, Reverse, Comment].map(|one| (one, up));
    for (one, commitment) in steps.into_iter().chain(credit_steps) {
        let permission = Permission::of_step(one, commitment.is_some());
        for role in Role::ALL {
            // Each step is asked for again and again where it does not follow: whoever may not is told so first.
            let taken = ledger.take(&step(one, commitment), role.name(), AT).await;
            let code = taken.as_ref().err().map(LedgerError::code);
            let is_refused = code.is_some_and(|code| code.starts_with("access."));
            assert_eq!(is_refused, !role.may(permission), "{} {one:?} {commitment:?}: {code:?}", role.name());
        }
    }
    for role in Role::ALL {
        let again = ledger.record(&[entry("nord", 1, 100)], role.name(), AT).await;
        let code = again.as_ref().err().map(LedgerError::code);
        assert_eq!(code, (!role.may(Permission::MonthsClose)).then_some("access.forbidden"), "{}", role.name());
        for permission in permissions() {
            let may = ledger.may_for(role.name(), permission, ["nord"]).await;
            assert_eq!(may.is_ok(), role.may(permission), "{} {permission:?}", role.name());
        }
    }
    check_refused(&ledger, "a stranger", ledger.record(&[entry("nord", 1, 100)], "x", AT), "access.no_account").await;
    put(&ledger, "west-only", &account(Role::Finance, only(&["west"])), None, "admin").await.expect("an account");
    for (case, request) in [("a month", step(Comment, None)), ("a credit", step(Comment, up))] {
        check_refused(&ledger, case, ledger.take(&request, "west-only", AT), "access.other_tenant").await;
    }
    ledger.close().await;
}

async fn a_role_approves_up_to_its_limit(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let limit =
        |currency: &str, most_minor| AmountLimit { role: Role::Finance, currency: currency.to_owned(), most_minor };
    let set = async |currency: &str, most_minor, seen| {
        let name = format!("finance/{currency}");
        ledger.put_access(&name, &limit(currency, most_minor), seen, "admin".into(), AT).await
    };
    ledger.take(&step(WorkflowStep::Submit, None), "account_manager", AT).await.expect("submitted");
    set("USD", Some(1), None).await.expect("another currency");
    set("EUR", Some(99), None).await.expect("a limit");
    let approve = || ledger.take(&APPROVE, "finance", AT);
    let said = check_refused(&ledger, "a cent above", approve(), "access.above_limit").await;
    assert_eq!(said, "finance may approve at most EUR 0.99; expected somebody with a higher limit");
    set("EUR", Some(100), Some(1)).await.expect("a higher one");
    approve().await.expect("to the cent");
    let none = limit("EUR", None);
    let by_manager = ledger.put_access("finance/EUR", &none, Some(2), "account_manager".into(), AT);
    check_refused(&ledger, "by whom it does not concern", by_manager, "access.forbidden").await;
    ledger.close().await;

    let ledger = staffed(&engine.url()).await;
    let set = |most_minor, seen| {
        let limit = limit("EUR", most_minor);
        let ledger = ledger.clone();
        async move { ledger.put_access("finance/EUR", &limit, seen, "admin".into(), AT).await.expect("a limit") }
    };
    set(Some(0), None).await;
    set(None, Some(1)).await;
    ledger.take(&step(WorkflowStep::Submit, None), "account_manager", AT).await.expect("submitted");
    ledger.take(&APPROVE, "finance", AT).await.expect("no limit any more");
    ledger.close().await;
}

static APPROVE: std::sync::LazyLock<sla_ledger::StepRequest<'static>> =
    std::sync::LazyLock::new(|| step(WorkflowStep::Approve, Some("up")));

async fn sessions_begin_and_end(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let (operator, finance) = (Actor { name: "operator", origin: "10.0.0.7" }, Actor::from("finance"));
    let failed = async || ledger.failed_sign_ins("operator", SignInWay::Password).await.expect("read");
    let try_at = async |outcome, session, at| {
        let done = ledger.sign_in(&by_password(outcome, session), operator, at).await.expect("recorded");
        assert_eq!(done, outcome);
    };
    try_at(SignIn::WrongPassword, None, AT).await;
    try_at(SignIn::Disabled, None, AT + 1).await;
    assert_eq!(failed().await, [AT, AT + 1]);
    try_at(SignIn::Ok, Some(("s1", AT + 100)), AT + 2).await;
    assert_eq!(failed().await, [] as [i64; 0]);
    let attempt = by_password(SignIn::Ok, Some(("s2", AT + 50)));
    ledger.sign_in(&attempt, finance, AT + 2).await.expect("recorded");
    let of = async |secret: &str, at| ledger.session(secret, at).await.expect("read").map(|account| account.name);
    assert_eq!(of("s1", AT + 99).await.as_deref(), Some("operator"));
    assert_eq!(of("s1", AT + 100).await, None, "it has ended");
    assert_eq!(of("s2", AT + 3).await.as_deref(), Some("finance"));
    assert_eq!(of("s3", AT).await, None);
    assert_eq!(of("' or 1=1 --", AT).await, None);
    ledger.end_session("s2").await.expect("ended");
    assert_eq!(of("s2", AT + 3).await, None);
    ledger.end_session("s2").await.expect("it has ended already");
    // Whoever is disabled is out.
    let disabled = Account { state: AccountState::Disabled, ..account(Role::Operator, TenantScope::All) };
    put(&ledger, "operator", &disabled, Some(1), "admin").await.expect("disabled");
    assert_eq!(of("s1", AT + 3).await, None);
    verified(&ledger).await;
    ledger.close().await;
}

async fn tokens_are_kept_without_their_secret(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let token = Token {
        account: "machine".to_owned(),
        label: "nightly close".to_owned(),
        secret_sha256: "ab".repeat(32),
        permissions: BTreeSet::from([Permission::MonthsClose]),
        tenants: TenantScope::All,
        expires_at: AT + 1_000,
        state: TokenState::Active,
    };
    let put = |token: Token, seen, actor: &'static str| {
        let ledger = ledger.clone();
        async move { ledger.put_access("t1", &token, seen, actor.into(), AT).await }
    };
    check_refused(&ledger, "finance", put(token.clone(), None, "finance"), "access.forbidden").await;
    put(token.clone(), None, "admin").await.expect("a token");
    let revoked = Token { state: TokenState::Revoked, ..token };
    put(revoked.clone(), Some(1), "admin").await.expect("revoked");
    let known = ledger.access::<Token>("t1").await.expect("read").expect("a token");
    assert_eq!((known.version, known.document), (2, revoked));
    assert_eq!(ledger.access::<Account>("t1").await.expect("read"), None, "kinds are apart");
    ledger.close().await;
}

async fn whoever_looks_sees_their_tenants(engine: &Engine) {
    let ledger = staffed(&engine.url()).await;
    let tenants = async |scope: TenantScope| {
        let seen = ledger.seen_by(&scope).revisions(None, None).await.expect("revisions");
        seen.into_iter().map(|month| (month.record.tenant, month.credits.len())).collect::<Vec<_>>()
    };
    let (nord, west) = (("nord".to_owned(), 1), ("west".to_owned(), 1));
    assert_eq!(tenants(TenantScope::All).await, [nord.clone(), west.clone()]);
    assert_eq!(tenants(only(&["nord"])).await, std::slice::from_ref(&nord));
    assert_eq!(tenants(only(&["west", "nord", "ost"])).await, [nord, west]);
    assert!(tenants(only(&[])).await.is_empty());
    assert!(tenants(only(&["no", "nor", "%"])).await.is_empty(), "a part of a name is no name");
    let request = step(WorkflowStep::Comment, None);
    let other = ledger.seen_by(&only(&["west"]));
    check_refused(&ledger, "unseen", other.take(&request, "finance", AT), "ledger.unknown").await;
    ledger.close().await;
}

async fn accounts_are_facts(engine: &Engine) {
    let url = engine.url();
    let ledger = staffed(&url).await;
    let actor = Actor { name: "finance", origin: "10.0.0.7" };
    ledger.sign_in(&by_password(SignIn::Ok, None), actor, AT).await.expect("recorded");
    verified(&ledger).await;
    let raw = engine.raw(&url).await;
    for statement in [
        "update access_versions set document = '{}'",
        "delete from access_versions",
        "update sign_ins set outcome = 'ok'",
        "delete from sign_ins",
        "insert into sign_ins (account, number, outcome, recorded_at) values ('x', 1, 'maybe', 0)",
    ] {
        execute(&raw, statement).await.expect_err(statement);
    }
    let put_in = "insert into sign_ins (account, number, outcome, recorded_at) values ('x', 1, 'ok', 0)";
    execute(&raw, put_in).await.expect("a row past the program");
    let error = ledger.verify().await.expect_err("broken");
    assert!(error.to_string().contains("sign-in/x/1 was put in"), "{error}");
    engine.unguard(&raw).await;
    execute(&raw, "delete from sign_ins where account = 'x'").await.expect("gone again");
    verified(&ledger).await;
    execute(&raw, "update audit_entries set origin = '10.0.0.8' where action = 'account.sign_in'").await.expect("done");
    let error = ledger.verify().await.expect_err("from where belongs to the entry");
    assert_eq!(error.code(), "ledger.broken", "{error}");
    raw.close().await;
    ledger.close().await;
}

/// What a user of the database sees and does who does not own the ledger, by row security, past the program's own filter.
async fn check_row_security(engine: &Engine, server: &Postgres) {
    let url = engine.url();
    let owner = staffed(&url).await;
    assert!(!owner.is_guarded().await.expect("read"), "row security does not hold for the owner");
    let guest_url = server.as_guest(&url);
    let error = Ledger::open_existing(&guest_url).await.expect_err("nothing was granted");
    assert_eq!(error.code(), "ledger.read_only", "{error}");
    owner.grant("guest").await.expect("granted");
    owner.grant("guest").await.expect("and again");
    for (user, said) in [("nobody", "no such user"), ("sla", "superuser"), ("x\" y", "no such user")] {
        let error = owner.grant(user).await.expect_err(user);
        assert_eq!(error.code(), "ledger.grant");
        assert!(error.to_string().contains(said), "{error}");
    }
    let guest = Ledger::open_to_write(&guest_url).await.expect("a user who may");
    assert!(guest.is_guarded().await.expect("read"));
    verified(&guest).await;

    let raw = engine.raw(&guest_url).await;
    let count = async |tenants: Option<&str>, table: &str| {
        let mut transaction = raw.begin().await.expect("a transaction");
        if let Some(tenants) = tenants {
            let tell = format!("select set_config('sla.tenants', '{tenants}', true)");
            sqlx::query(sqlx::AssertSqlSafe(tell)).execute(&mut *transaction).await.expect("told");
        }
        let count = format!("select count(*) from {table}");
        let count: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut *transaction).await.expect("counted");
        transaction.rollback().await.expect("over");
        count
    };
    for table in ["tenant_versions", "contract_versions", "month_revisions", "credits"] {
        assert_eq!(count(Some("*"), table).await, 2, "{table}: who sees all");
        assert_eq!(count(Some("nord"), table).await, 1, "{table}: who sees one");
        assert_eq!(count(Some("west,ost"), table).await, 1, "{table}: who sees another");
        // After the transactions before, on whatever session the pooler gives: nothing was left behind.
        assert_eq!(count(None, table).await, 0, "{table}: nobody said who asks");
        assert_eq!(count(Some(""), table).await, 0, "{table}: who sees none");
    }
    let all = count(Some("*"), "audit_entries").await;
    let nord = count(Some("nord"), "audit_entries").await;
    assert!(0 < nord && nord < all, "{nord} of {all}");
    assert_eq!(count(None, "audit_entries").await, 0);

    // Who closed nord's month is found out although its entry cannot be seen: four eyes hold for the guest as well.
    let seen = guest.seen_by(&only(&["nord"]));
    let months = seen.revisions(None, None).await.expect("revisions");
    assert_eq!(months.len(), 1);
    seen.take(&step(WorkflowStep::Submit, None), "account_manager", AT).await.expect("submitted");
    seen.take(&APPROVE, "finance", AT).await.expect("approved");
    let status = seen.take(&step(WorkflowStep::Approve, None), "finance", AT).await.expect("approved");
    assert_eq!(status.state, MonthState::Approved);
    let error =
        guest.seen_by(&only(&["west"])).record(&[entry("nord", 1, 7)], "machine", AT).await.expect_err("unseen");
    assert_eq!(error.code(), "ledger.read_only", "{error}");
    for statement in ["update credits set high_minor = 0", "delete from sign_ins", "drop table credits"] {
        execute(&raw, statement).await.expect_err(statement);
    }
    raw.close().await;
    verified(&owner).await;
    for ledger in [owner, guest] {
        ledger.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_shows_each_person_their_tenants() {
    let engine = Engine::Postgres(Postgres::start());
    let Engine::Postgres(server) = &engine else { unreachable!() };
    check_row_security(&engine, server).await;
    let engine = Engine::pooled();
    let Engine::Pooled(_, server) = &engine else { unreachable!() };
    check_row_security(&engine, server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_no_users() {
    let ledger = Ledger::open(&Engine::sqlite().url()).await.expect("a new ledger");
    assert_eq!(ledger.grant("guest").await.expect_err("a file").code(), "ledger.grant");
    assert!(!ledger.is_guarded().await.expect("read"));
    ledger.close().await;
}
