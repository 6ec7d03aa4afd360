//! Lists over many tenants: pages, filters, orders, and that they say what the facts say.

use std::collections::BTreeSet;

use sla_acceptance::servers::Postgres;
use sla_core::access::TenantScope;
use sla_core::record::{RecordClaim, Verdict};
use sla_core::workflow::WorkflowStep;
use sla_ledger::{
    CloseEntry, CreditSummary, Ledger, ListRequest, MonthGroup, MonthSummary, Place, Sort, StepRequest, TenantSort,
    TenantsRequest, Which,
};

use crate::engine::{AT, Engine, entry, execute, record, verified};
use crate::workflow::step;

/// Months of several tenants that owe different amounts until different days; two of a tenant.
fn entries() -> Vec<CloseEntry> {
    let month = |tenant: &str, month: &str, minor: i64, due: Option<&str>, verdict| {
        let mut entry = entry(tenant, 1, minor);
        entry.record.month = month.parse().expect("a month");
        entry.record.verdict = verdict;
        entry.record.claim = due.map(|day| RecordClaim { automatic: false, last_day: Some(day.to_owned()) });
        entry
    };
    vec![
        month("nord", "2026-09", 100, Some("2026-11-30"), Verdict::Breached),
        month("nord", "2026-10", 7, Some("2026-12-31"), Verdict::Breached),
        month("ost", "2026-10", 0, None, Verdict::Met),
        month("sued", "2026-10", 100, Some("2026-11-30"), Verdict::Undecidable),
        month("west", "2026-10", 2_000_000_000_000, Some("2026-11-15"), Verdict::Breached),
    ]
}

async fn filled(engine: &Engine) -> Ledger {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    record(&ledger, &entries()).await.expect("recorded");
    ledger
}

async fn months(ledger: &Ledger, request: &ListRequest) -> Vec<MonthSummary> {
    ledger.list_months(request).await.unwrap_or_else(|error| panic!("{request:?}: {error}"))
}

async fn credits(ledger: &Ledger, request: &ListRequest) -> Vec<CreditSummary> {
    ledger.list_credits(request).await.unwrap_or_else(|error| panic!("{request:?}: {error}"))
}

fn all() -> ListRequest {
    ListRequest { limit: 100, ..ListRequest::default() }
}

fn names(months: &[MonthSummary]) -> String {
    let name = |month: &MonthSummary| format!("{} {}", month.tenant, month.month);
    months.iter().map(name).collect::<Vec<_>>().join(", ")
}

async fn overview(engine: &Engine) {
    months_are_filtered(engine).await;
    pages_follow_each_other(engine).await;
    groups_add_up(engine).await;
    months_and_credits_come_to_sums(engine).await;
    what_waits_is_counted_for_each(engine).await;
    tenants_are_found_and_sorted(engine).await;
    names_are_found_in_any_script(engine).await;
    lists_say_what_the_facts_say(engine).await;
    an_overview_that_was_changed_is_found(engine).await;
}

async fn months_are_filtered(engine: &Engine) {
    let ledger = filled(engine).await;
    let check = async |case: &str, request: ListRequest, expected: &str| {
        assert_eq!(names(&months(&ledger, &request).await), expected, "{case}");
    };
    let text = |text: &str| Some(text.to_owned());
    check("all", all(), "nord 2026-09, nord 2026-10, ost 2026-10, sued 2026-10, west 2026-10").await;
    check("a tenant", ListRequest { tenant: text("nord"), ..all() }, "nord 2026-09, nord 2026-10").await;
    check("no tenant", ListRequest { tenant: text("no"), ..all() }, "").await;
    check("a contract", ListRequest { contract: text("west-contract"), ..all() }, "west 2026-10").await;
    let september = "2026-09".parse().ok();
    check("a month", ListRequest { month: september, ..all() }, "nord 2026-09").await;
    check("a verdict", ListRequest { verdict: Some(Verdict::Met), ..all() }, "ost 2026-10").await;
    check("a state", ListRequest { states: vec!["closed"], tenant: text("ost"), ..all() }, "ost 2026-10").await;
    check("another state", ListRequest { states: vec!["issued"], ..all() }, "").await;
    let any = ListRequest { states: vec!["issued", "closed"], tenant: text("ost"), ..all() };
    check("one of two states", any, "ost 2026-10").await;
    let due = ListRequest { due_until: text("2026-11-30"), sort: Sort::Due, ..all() };
    check("due", due, "west 2026-10, nord 2026-09, sued 2026-10").await;
    check("a limit", ListRequest { limit: 2, ..all() }, "nord 2026-09, nord 2026-10").await;
    check("sql", ListRequest { tenant: text("' or 1=1 --"), ..all() }, "").await;
    let most = ListRequest { sort: Sort::Amount, descending: true, ..all() };
    check("the most first", most, "west 2026-10, sued 2026-10, nord 2026-09, nord 2026-10, ost 2026-10").await;
    let seen = ledger.seen_by(&TenantScope::Only(BTreeSet::from(["ost".to_owned(), "west".to_owned()])));
    assert_eq!(names(&months(&seen, &all()).await), "ost 2026-10, west 2026-10");
    let seen_credits = credits(&seen, &all()).await;
    assert_eq!(seen_credits.iter().map(|credit| credit.tenant.as_str()).collect::<Vec<_>>(), ["west"]);
    ledger.close().await;
}

/// Pages of every length, sorted by everything in both directions, put together are the whole.
async fn pages_follow_each_other(engine: &Engine) {
    let ledger = filled(engine).await;
    for (sort, descending) in
        [Sort::Month, Sort::Tenant, Sort::Due, Sort::Amount].into_iter().flat_map(|sort| [(sort, false), (sort, true)])
    {
        let request = ListRequest { sort, descending, ..all() };
        let (whole, whole_credits) = (months(&ledger, &request).await, credits(&ledger, &request).await);
        assert_eq!((whole.len(), whole_credits.len()), (5, 4));
        for limit in 1..=5 {
            let (mut pages, mut after) = (Vec::new(), None);
            loop {
                let page = months(&ledger, &ListRequest { limit, after, ..request.clone() }).await;
                let Some(last) = page.last() else { break };
                after = Some(last.place(sort));
                pages.extend(page);
            }
            assert_eq!(pages, whole, "{sort:?} {descending} {limit}");
            let (mut pages, mut after) = (Vec::new(), None);
            loop {
                let page = credits(&ledger, &ListRequest { limit, after, ..request.clone() }).await;
                let Some(last) = page.last() else { break };
                after = Some(last.place(sort));
                pages.extend(page);
            }
            assert_eq!(pages, whole_credits, "{sort:?} {descending} {limit}");
        }
    }
    // A place that is none of ours finds what comes behind it, or nothing.
    let strange = Place { key: "' or 1=1 --".to_owned(), ..months(&ledger, &all()).await[0].place(Sort::Month) };
    months(&ledger, &ListRequest { after: Some(strange), ..all() }).await;
    ledger.close().await;
}

async fn groups_add_up(engine: &Engine) {
    let ledger = filled(engine).await;
    let month = "2026-10".parse().expect("a month");
    let groups = ledger.month_groups(Which::Latest, month).await.expect("groups");
    let told = |group: &MonthGroup| (group.verdict, group.count, group.low_minor, group.high_minor);
    let expected = [
        (Verdict::Breached, 2, 2_000_000_000_007, 2_000_000_000_007),
        (Verdict::Met, 1, 0, 0),
        (Verdict::Undecidable, 1, 100, 100),
    ];
    assert_eq!(groups.iter().map(told).collect::<Vec<_>>(), expected);
    assert!(ledger.month_groups(Which::Issued, month).await.expect("groups").is_empty());
    let seen = ledger.seen_by(&TenantScope::Only(BTreeSet::from(["ost".to_owned()])));
    assert_eq!(seen.month_groups(Which::Latest, month).await.expect("groups").len(), 1);
    ledger.close().await;
}

async fn months_and_credits_come_to_sums(engine: &Engine) {
    let ledger = filled(engine).await;
    let (first, last) = ("2026-08".parse().expect("a month"), "2026-10".parse().expect("a month"));
    let trend = ledger.month_trend(Which::Latest, (first, last)).await.expect("a trend");
    let told = |one: &sla_ledger::MonthTrend| {
        let totals = one.totals.iter().map(|sum| format!("{} {} {}", sum.currency, sum.count, sum.high_minor));
        (one.month.to_string(), [one.met, one.breached, one.undecidable], totals.collect::<Vec<_>>().join(", "))
    };
    let expected = [
        ("2026-08".to_owned(), [0, 0, 0], String::new()),
        ("2026-09".to_owned(), [0, 1, 0], "EUR 1 100".to_owned()),
        ("2026-10".to_owned(), [1, 2, 1], "EUR 4 2000000000107".to_owned()),
    ];
    assert_eq!(trend.iter().map(told).collect::<Vec<_>>(), expected);
    let seen = ledger.seen_by(&TenantScope::Only(BTreeSet::from(["ost".to_owned()])));
    let trend = seen.month_trend(Which::Latest, (first, last)).await.expect("a trend");
    assert_eq!(trend.iter().map(|one| one.met + one.breached).collect::<Vec<_>>(), [0, 0, 1]);

    // The sums of a list are those of its rows, whatever its filter is.
    for request in [
        all(),
        ListRequest { tenant: Some("nord".to_owned()), ..all() },
        ListRequest { due_until: Some("2026-11-30".to_owned()), ..all() },
        ListRequest { states: vec!["draft"], month: Some(last), ..all() },
        ListRequest { states: vec!["issued", "reversed"], ..all() },
    ] {
        let rows = credits(&ledger, &request).await;
        let totals = ledger.credit_totals(&request).await.expect("totals");
        let sum = |of: fn(&CreditSummary) -> i64| rows.iter().map(of).sum::<i64>();
        let expected =
            (!rows.is_empty()).then(|| (rows.len() as i64, sum(|one| one.low_minor), sum(|one| one.high_minor)));
        let found = totals.first().map(|one| (one.count, one.low_minor, one.high_minor));
        assert_eq!(found, expected, "{request:?}");
        assert!(totals.len() <= 1 && totals.iter().all(|one| one.decided_count == 0), "{request:?}");
    }
    ledger.close().await;
}

/// What waits is counted over all months, and nobody is asked to approve their own work.
async fn what_waits_is_counted_for_each(engine: &Engine) {
    let ledger = filled(engine).await;
    let counts = async |account: &str| {
        let waits = ledger.waiting(account).await.expect("counted");
        let months = [waits.months_closed, waits.months_to_approve, waits.months_approved];
        (months, [waits.credits_undecided, waits.credits_to_approve])
    };
    let of = |step_of: WorkflowStep, commitment: Option<&'static str>| StepRequest {
        tenant: "sued",
        contract: "sued-contract",
        ..step(step_of, commitment)
    };
    assert_eq!(counts("Ole").await, ([5, 0, 0], [0, 0]));
    ledger.take(&of(WorkflowStep::Submit, None), "Ina", AT).await.expect("submitted");
    assert_eq!(counts("Ole").await, ([4, 0, 0], [0, 1]), "one amount is owed, nobody has to choose it");
    let decide = StepRequest { amount_minor: Some(100), ..of(WorkflowStep::Decide, Some("up")) };
    ledger.take(&decide, "Ina", AT).await.expect("decided");
    assert_eq!((counts("Ole").await.1, counts("Ina").await.1), ([0, 1], [0, 0]), "who decided does not approve");
    ledger.take(&of(WorkflowStep::Approve, Some("up")), "Ole", AT).await.expect("approved");
    assert_eq!((counts("Ole").await.0, counts("Ina").await.0), ([4, 1, 0], [4, 0, 0]));
    ledger.take(&of(WorkflowStep::Approve, None), "Ole", AT).await.expect("approved");
    assert_eq!(counts("Ina").await, ([4, 0, 1], [0, 0]));
    let listed = credits(&ledger, &ListRequest { tenant: Some("sued".to_owned()), ..all() }).await;
    let told = listed.iter().map(|one| (one.title.as_str(), one.decided_by.as_deref())).collect::<Vec<_>>();
    assert_eq!(told, [("Up", Some("Ina"))]);
    let seen = ledger.seen_by(&TenantScope::Only(BTreeSet::from(["ost".to_owned()])));
    assert_eq!(seen.waiting("Ole").await.expect("counted").months_closed, 1);
    ledger.close().await;
}

async fn tenants_are_found_and_sorted(engine: &Engine) {
    let ledger = filled(engine).await;
    let check = async |text: &str, sort, descending, expected: &str| {
        let request =
            TenantsRequest { text: text.to_owned(), sort, descending, limit: 100, ..TenantsRequest::default() };
        let whole = ledger.tenants(&request).await.expect("tenants");
        let names: Vec<&str> = whole.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.join(" "), expected, "{text} {sort:?} {descending}");
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = ledger.tenants(&TenantsRequest { limit: 1, after, ..request.clone() }).await.expect("a page");
            let Some(last) = page.last() else { break };
            after = Some(last.place(sort));
            pages.extend(page);
        }
        assert_eq!(pages, whole, "{text} {sort:?} {descending}");
    };
    check("", TenantSort::Id, false, "nord ost sued west").await;
    check("", TenantSort::Id, true, "west sued ost nord").await;
    check("", TenantSort::Title, false, "nord ost sued west").await;
    check("", TenantSort::Title, true, "west sued ost nord").await;
    check("O", TenantSort::Id, false, "nord ost").await;
    check("%", TenantSort::Id, false, "").await;
    check("' or 1=1 --", TenantSort::Title, false, "").await;
    let one = TenantsRequest { one: Some("ost".to_owned()), limit: 1, ..TenantsRequest::default() };
    assert_eq!(ledger.tenants(&one).await.expect("one")[0].name, "ost");
    let seen = ledger.seen_by(&TenantScope::Only(BTreeSet::from(["ost".to_owned()])));
    let all = TenantsRequest { limit: 100, ..TenantsRequest::default() };
    assert_eq!(seen.tenants(&all).await.expect("seen").len(), 1);
    ledger.close().await;
}

/// Neither engine knows the small letters of every script.
async fn names_are_found_in_any_script(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    let names = [
        ("a", "Zeta AG"),
        ("b", "ÖMER Österreich"),
        ("c", "Ärzte Çelik"),
        ("d", "ΔΕΛΤΑ Α.Ε."),
        ("e", "Железо"),
        ("f", "株式会社 北"),
        ("g", "نوردليخت"),
    ];
    let named = names.map(|(tenant, name)| {
        let mut entry = entry(tenant, 1, 0);
        entry.record.tenant_name = name.to_owned();
        entry
    });
    record(&ledger, &named).await.expect("recorded");
    let check = async |text: &str, expected: &str| {
        let request = TenantsRequest { text: text.to_owned(), limit: 10, ..TenantsRequest::default() };
        let tenants = ledger.tenants(&request).await.expect("tenants");
        assert_eq!(tenants.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(" "), expected, "{text}");
        let found = ledger.search(Which::Latest, text, 10).await.expect("searched");
        assert_eq!(found.iter().map(|one| one.tenant.as_str()).collect::<Vec<_>>().join(" "), expected, "{text}");
    };
    check("ömer", "b").await;
    check("Ömer ÖSTER", "b").await;
    check("ÄRZTE ç", "c").await;
    check("δελτα", "d").await;
    check("ЖЕЛ", "e").await;
    check("会社", "f").await;
    check("نورد", "g").await;
    check("ö%", "").await;
    // Pages go on behind a name that ends one, whatever its letters.
    for descending in [false, true] {
        let by_title = TenantsRequest { sort: TenantSort::Title, descending, limit: 1, ..TenantsRequest::default() };
        let (mut told, mut after) = (BTreeSet::new(), None);
        while let [last] =
            ledger.tenants(&TenantsRequest { after, ..by_title.clone() }).await.expect("a page").as_slice()
        {
            assert!(told.insert(last.name.clone()), "{} comes twice", last.name);
            after = Some(last.place(TenantSort::Title));
        }
        assert_eq!(told.len(), names.len(), "nobody is passed over");
    }
    let found = ledger.search(Which::Latest, "2026-10", 3).await.expect("searched");
    assert_eq!(found.iter().map(|one| one.tenant.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    verified(&ledger).await;
    ledger.close().await;
}

/// After every step of a month's life its rows are those that follow from the facts, which `verify` looks at.
async fn lists_say_what_the_facts_say(engine: &Engine) {
    let ledger = Ledger::open(&engine.url()).await.expect("a new ledger");
    record(&ledger, &[entry("nord", 1, 100)]).await.expect("recorded");
    let decide = StepRequest { amount_minor: Some(100), ..step(WorkflowStep::Decide, Some("up")) };
    let take = async |request: &StepRequest<'_>, actor: &str| {
        ledger.take(request, actor, AT).await.expect("taken");
        verified(&ledger).await;
    };
    let told = async |which| {
        let request = ListRequest { which, ..all() };
        let months = months(&ledger, &request).await;
        let credits = credits(&ledger, &request).await;
        let month = months.iter().map(|one| format!("r{} {} {}", one.revision, one.state.name(), one.credits_open));
        let credit = credits.iter().map(|one| {
            let decided = one.decided_minor.map_or("-".to_owned(), |minor| minor.to_string());
            format!("{} {}..{} {decided} {}", one.state.name(), one.low_minor, one.high_minor, one.issued_before_minor)
        });
        month.chain(credit).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(told(Which::Latest).await, "r1 closed 1; draft 100..100 - 0");
    take(&step(WorkflowStep::Submit, None), "Ina").await;
    take(&decide, "Ina").await;
    assert_eq!(told(Which::Latest).await, "r1 in_review 1; in_review 100..100 100 0");
    take(&step(WorkflowStep::Approve, Some("up")), "Ole").await;
    take(&step(WorkflowStep::Approve, None), "Ole").await;
    assert_eq!(told(Which::Latest).await, "r1 approved 0; approved 100..100 100 0");
    assert_eq!(told(Which::Issued).await, "");
    take(&step(WorkflowStep::Issue, None), "Ina").await;
    assert_eq!(told(Which::Issued).await, "r1 issued 0; issued 100..100 100 0");
    record(&ledger, &[entry("nord", 2, 140)]).await.expect("recorded");
    verified(&ledger).await;
    assert_eq!(told(Which::Latest).await, "r2 closed 1; draft 140..140 - 100");
    assert_eq!(told(Which::Issued).await, "r1 issued 0; issued 100..100 100 0", "what was issued stays");
    ledger.close().await;
}

async fn an_overview_that_was_changed_is_found(engine: &Engine) {
    let url = engine.url();
    let ledger = Ledger::open(&url).await.expect("a new ledger");
    record(&ledger, &entries()).await.expect("recorded");
    let raw = engine.raw(&url).await;
    for (change, back, said) in [
        (
            "update month_overview set verdict = 'met' where tenant = 'west'",
            "update month_overview set verdict = 'breached' where tenant = 'west'",
            "the overview of west, contract west-contract, 2026-10, revision 1 does not follow from the facts",
        ),
        (
            "update month_overview set folded_name = 'nobody' where tenant = 'west'",
            "update month_overview set folded_name = 'west ag' where tenant = 'west'",
            "the overview of west",
        ),
        (
            "update credit_overview set high_minor = 1 where tenant = 'sued'",
            "update credit_overview set high_minor = 100 where tenant = 'sued'",
            "the overview of the credits of sued",
        ),
        (
            "insert into month_overview select 'ghost', contract, month, which, revision, tenant_name, state, verdict, \
             currency, low_minor, high_minor, due, time_zone, closed_by, closed_at, steps, credits_open, folded_name \
             from month_overview where tenant = 'ost'",
            "delete from month_overview where tenant = 'ghost'",
            "tells of months that are not there",
        ),
    ] {
        execute(&raw, change).await.expect(change);
        let error = ledger.verify().await.expect_err(change);
        assert_eq!(error.code(), "ledger.broken");
        assert!(error.to_string().contains(said), "{error}");
        execute(&raw, back).await.expect(back);
        verified(&ledger).await;
    }
    execute(&raw, "delete from credit_overview where tenant = 'sued'").await.expect("gone");
    assert!(ledger.verify().await.is_err());
    raw.close().await;
    ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_over_many_tenants_on_sqlite() {
    overview(&Engine::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_over_many_tenants_on_postgres() {
    overview(&Engine::Postgres(Postgres::start())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_over_many_tenants_behind_a_pooler() {
    overview(&Engine::pooled()).await;
}
