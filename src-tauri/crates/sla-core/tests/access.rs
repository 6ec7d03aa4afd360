//! Who may do what, cell by cell, and when an account is locked.

use std::collections::BTreeSet;

use sla_core::access::{
    Access, AccessError, Account, AccountState, Lockout, Permission, Role, TenantScope, Token, TokenState, markdown,
    permissions,
};
use sla_core::workflow::WorkflowStep;

/// Every cell once more, by the initials of who may: admin, account manager (M), finance, governance, operator, tenant
/// viewer, machine (X).
const WHO_MAY: [(&str, &str); 25] = [
    ("tenants.read", "AMFGOTX"),
    ("contracts.read", "AMFGOTX"),
    ("slos.read", "AMFGOTX"),
    ("slos.write", "OX"),
    ("months.read", "AMFGOTX"),
    ("months.close", "MX"),
    ("months.compare", "MFGX"),
    ("months.review", "MF"),
    ("months.approve", "F"),
    ("months.issue", "MF"),
    ("credits.decide", "F"),
    ("credits.approve", "F"),
    ("credits.reverse", "F"),
    ("comments.write", "MFGO"),
    ("exclusions.request", "MOX"),
    ("exclusions.decide", "MG"),
    ("incidents.write", "MOX"),
    ("documents.read", "MFGOTX"),
    ("templates.read", "AMFGOX"),
    ("templates.write", "AM"),
    ("evidence.read", "MFGOTX"),
    ("billing.read", "MFGX"),
    ("audit.read", "AG"),
    ("accounts.read", "AG"),
    ("accounts.write", "A"),
];

#[test]
fn every_cell_of_the_table_is_as_it_was_agreed() {
    let names: Vec<&str> = permissions().map(Permission::name).collect();
    assert_eq!(names, WHO_MAY.map(|(name, _)| name));
    for (name, who) in WHO_MAY {
        let permission: Permission = name.parse().expect("a permission");
        for (role, initial) in Role::ALL.into_iter().zip("AMFGOTX".chars()) {
            assert_eq!(role.may(permission), who.contains(initial), "{name}, {}", role.name());
        }
        assert_eq!(serde_json::to_value(permission).expect("json"), name, "one name everywhere");
    }
    for role in Role::ALL {
        assert_eq!(role.name().parse(), Ok(role));
        assert_eq!(serde_json::to_value(role).expect("json"), role.name());
    }
    assert!("root".parse::<Role>().is_err_and(|said| said.contains("expected one of: admin, ")));
    assert!("all".parse::<Permission>().is_err_and(|said| said.contains("expected one of: tenants.read, ")));
}

#[test]
fn the_readme_shows_the_table() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../README.md");
    let text = std::fs::read_to_string(readme).expect("the readme");
    let (begin, end) = ("<!-- permissions -->\n", "<!-- end of permissions -->");
    let (before, rest) = text.split_once(begin).expect("a place for the table");
    let (shown, after) = rest.split_once(end).expect("its end");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(readme, format!("{before}{begin}{}{end}{after}", markdown())).expect("written");
    } else {
        assert_eq!(shown, markdown(), "write it anew: UPDATE_GOLDEN=1 cargo test -p sla-core --test rules access");
    }
}

#[test]
fn nobody_who_gives_rights_moves_money() {
    for permission in
        permissions().filter(|one| one.name().starts_with("credits.") || *one == Permission::MonthsApprove)
    {
        assert!(!Role::Admin.may(permission), "{}", permission.name());
    }
    let moves = |role: &Role| role.may(Permission::CreditsApprove);
    assert_eq!(Role::ALL.into_iter().filter(moves).collect::<Vec<_>>(), [Role::Finance]);
}

#[test]
fn every_step_has_its_permission() {
    let of = |of_a_credit| WorkflowStep::ALL.map(|step| Permission::of_step(step, of_a_credit).name());
    let month = [
        "months.review",
        "months.review",
        "credits.decide",
        "months.approve",
        "credits.decide",
        "months.issue",
        "credits.reverse",
        "comments.write",
    ];
    assert_eq!(of(false), month);
    let mut credit = month;
    credit[3] = "credits.approve";
    assert_eq!(of(true), credit);
}

fn only(tenants: &[&str]) -> TenantScope {
    TenantScope::Only(tenants.iter().map(|tenant| (*tenant).to_owned()).collect())
}

fn account(role: Role, tenants: TenantScope) -> Account {
    let full_name = "Anna Berg".to_owned();
    let state = AccountState::Active;
    Account { full_name, role, tenants, state, password_hash: None, totp_sha256: None, openid: None }
}

#[test]
fn a_role_acts_for_its_tenants() {
    let check = |access: &Access, permission, tenant, expected: Result<(), &str>| {
        let found = access.may_for(permission, tenant, "anna").map_err(|error| error.code());
        assert_eq!(found, expected, "{permission:?} for {tenant}");
    };
    let all = account(Role::Finance, TenantScope::All).access().expect("active");
    check(&all, Permission::CreditsApprove, "nordlicht", Ok(()));
    check(&all, Permission::AccountsWrite, "nordlicht", Err("access.forbidden"));
    let some = account(Role::Finance, only(&["nordlicht"])).access().expect("active");
    check(&some, Permission::CreditsApprove, "nordlicht", Ok(()));
    check(&some, Permission::CreditsApprove, "suedwind", Err("access.other_tenant"));
    check(&some, Permission::MonthsClose, "suedwind", Err("access.forbidden"));
    let refused = some.may(Permission::MonthsClose, "anna").expect_err("no");
    assert_eq!(refused.to_string(), "anna may not do this: it needs months.close, which finance does not hold");
    let disabled = Account { state: AccountState::Disabled, ..account(Role::Finance, TenantScope::All) };
    assert_eq!(disabled.access(), None);
}

#[test]
fn only_a_tenant_viewer_waits_until_a_month_is_issued() {
    for role in Role::ALL {
        let access = account(role, TenantScope::All).access().expect("active");
        assert_eq!(access.sees_issued_only(), role == Role::TenantViewer, "{}", role.name());
    }
}

fn token(permissions: &[Permission], tenants: TenantScope) -> Token {
    Token {
        account: "nightly".to_owned(),
        label: "nightly close".to_owned(),
        secret_sha256: "00".to_owned(),
        permissions: permissions.iter().copied().collect(),
        tenants,
        expires_at: 1_000,
        state: TokenState::Active,
    }
}

#[test]
fn a_token_is_never_more_than_its_account() {
    let machine = account(Role::Machine, only(&["nordlicht", "suedwind"]));
    let broad = token(&[Permission::MonthsClose, Permission::CreditsApprove], TenantScope::All);
    let access = broad.access(&machine, 999).expect("usable");
    assert_eq!(access.tenants, only(&["nordlicht", "suedwind"]));
    assert_eq!(access.may(Permission::MonthsClose, "nightly"), Ok(()));
    let check = |permission, holds| {
        let found = access.may(permission, "nightly");
        let who = "nightly".to_owned();
        assert_eq!(found, Err(AccessError::Forbidden { who, permission, role: Role::Machine, holds }));
    };
    check(Permission::CreditsApprove, "does not hold");
    check(Permission::MonthsRead, "holds and this token does not");
    let narrow = token(&[Permission::MonthsRead], only(&["suedwind", "westwall"]));
    assert_eq!(narrow.access(&machine, 0).expect("usable").tenants, only(&["suedwind"]));
    assert_eq!(narrow.access(&machine, 1_000), None, "expired");
    assert_eq!(Token { state: TokenState::Revoked, ..narrow.clone() }.access(&machine, 0), None);
    assert_eq!(narrow.access(&Account { state: AccountState::Disabled, ..machine }, 0), None);
}

#[test]
fn scopes_meet_in_what_both_hold() {
    let check = |one: &TenantScope, other: &TenantScope, both: &TenantScope| {
        assert_eq!(one.and(other), *both);
        assert_eq!(other.and(one), *both);
    };
    check(&TenantScope::All, &TenantScope::All, &TenantScope::All);
    check(&TenantScope::All, &only(&["a"]), &only(&["a"]));
    check(&only(&["a", "b"]), &only(&["b", "c"]), &only(&["b"]));
    check(&only(&["a"]), &only(&[]), &TenantScope::Only(BTreeSet::new()));
    assert!(!only(&[]).holds("a"));
    assert!(TenantScope::All.holds("a"));
}

#[test]
fn wrong_passwords_in_a_row_lock_for_a_while() {
    let check = |case: &str, failed_at: &[i64], now, expected| {
        let rule = Lockout { attempts: 3, seconds: 100 };
        assert_eq!(rule.until(failed_at, now), expected, "{case}");
    };
    check("none", &[], 0, None);
    check("one less", &[0, 1], 1, None);
    check("the last one locks", &[0, 1, 2], 2, Some(102));
    check("to its last second", &[0, 1, 2], 101, Some(102));
    check("and no longer", &[0, 1, 2], 102, None);
    check("whoever waited starts anew", &[0, 1, 2, 102], 103, None);
    check("and is locked again", &[0, 1, 2, 102, 103, 104], 110, Some(204));
    check("slow ones do not add up", &[0, 100, 200], 200, None);
    check("a clock that went back a little", &[1_000, 1_001, 1_002], 950, Some(1_102));
    check("a clock that had been far ahead", &[1_000, 1_001, 1_002], 901, None);
    check("and the attempts since", &[1_000, 1_001, 1_002, 10, 11], 12, Some(111));
    assert_eq!(Lockout::default(), Lockout { attempts: 5, seconds: 900 });
}
