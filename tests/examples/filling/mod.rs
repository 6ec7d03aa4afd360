//! A ledger of many customers, for what must be seen at size: copies of the demo's customers, in SQL that both engines take.
//!
//! Rows are as closes would have left them, without the hours that the closes would take. Every customer and contract is there, and
//! of the last month the record itself; earlier months stand in the lists and sums alone. The audit chain tells of none of them,
//! so that none can be opened.

/// Which customers and months are made: `n` and the demo's customer it copies; how far a month lies `back`, and its name. Of five
/// customers one missed a promise, one cannot be judged for want of evidence, and three kept theirs.
fn made(tenants: u32, months: u32) -> String {
    format!(
        "with recursive customers (n) as (select 1 union all select n + 1 from customers where n < {tenants}),
         copies (n, tenant, contract, demo) as (
             select n, 'tenant-' || n, 'contract-' || n,
                 case n % 5 when 0 then 'alpenbahn' when 1 then 'prairie' else 'koenigsforst' end
             from customers
         ),
         numbers (back, number) as (
             select 0, 2026 * 12 + 9 union all select back + 1, number - 1 from numbers where back + 1 < {months}
         ),
         months (back, month) as (
             select back, cast(number / 12 as text) || case when number % 12 < 9 then '-0' else '-' end
                 || cast(number % 12 + 1 as text)
             from numbers
         ),
         rows (back, which) as (
             select back, 'latest' from numbers union all select back, 'issued' from numbers where back > 1
         )"
    )
}

/// What fills a ledger that holds the demo with so many customers, each with the months that end with the demo's. All but the
/// last two months are issued.
pub(crate) fn statements(tenants: u32, months: u32) -> Vec<String> {
    let made = made(tenants, months);
    let copied = |column: &str| {
        format!(
            "replace(replace(replace(of.{column}, demo.contract, copies.contract), '\"' || demo.tenant || '\"',
                 '\"' || copies.tenant || '\"'), demo.tenant_name, demo.tenant_name || ' ' || copies.n)"
        )
    };
    let (document, record) = (copied("document"), copied("record"));
    let demo = "join month_overview as demo on demo.tenant = copies.demo and demo.which = 'latest'";
    let state = "case when rows.back > 1 then 'issued' else of.state end";
    vec![
        format!(
            "insert into tenant_versions (tenant, version, document, recorded_at)
             {made} select copies.tenant, version, {document}, recorded_at
             from copies {demo} join tenant_versions as of on of.tenant = demo.tenant"
        ),
        format!(
            "insert into contract_versions (contract, version, tenant, document, recorded_at)
             {made} select copies.contract, version, copies.tenant, {document}, recorded_at
             from copies {demo} join contract_versions as of on of.contract = demo.contract"
        ),
        format!(
            "insert into month_revisions (tenant, contract, month, revision, contract_version, digest, record, recorded_at)
             {made} select copies.tenant, copies.contract, of.month, of.revision, contract_version, digest, {record},
                 recorded_at
             from copies {demo} join month_revisions as of on of.tenant = demo.tenant"
        ),
        format!(
            "insert into credits (tenant, contract, month, revision, commitment, currency, low_minor, high_minor, state)
             {made} select copies.tenant, copies.contract, of.month, of.revision, commitment, of.currency, of.low_minor,
                 of.high_minor, of.state
             from copies {demo} join credits as of on of.tenant = demo.tenant"
        ),
        format!(
            "insert into month_overview (tenant, contract, month, which, revision, tenant_name, state, verdict, currency,
                 low_minor, high_minor, due, time_zone, closed_by, closed_at, steps, credits_open, folded_name)
             {made} select copies.tenant, copies.contract, months.month, rows.which, revision, of.tenant_name || ' ' || n,
                 {state}, verdict, currency, low_minor, high_minor, due, time_zone, closed_by, closed_at, steps,
                 case when rows.back > 1 then 0 else credits_open end, of.folded_name || ' ' || n
             from copies join month_overview as of on of.tenant = copies.demo and of.which = 'latest'
                 cross join months join rows on rows.back = months.back
             order by months.month, rows.which, copies.tenant"
        ),
        format!(
            "insert into credit_overview (tenant, contract, month, commitment, which, revision, tenant_name, state, currency,
                 low_minor, high_minor, decided_minor, issued_before_minor, due, steps, title, closed_by, decided_by)
             {made} select copies.tenant, copies.contract, months.month, commitment, rows.which, revision,
                 of.tenant_name || ' ' || n, {state}, currency, low_minor, high_minor, decided_minor, issued_before_minor,
                 due, steps, title, closed_by, decided_by
             from copies join credit_overview as of on of.tenant = copies.demo and of.which = 'latest'
                 cross join months join rows on rows.back = months.back
             order by months.month, rows.which, copies.tenant"
        ),
    ]
}
