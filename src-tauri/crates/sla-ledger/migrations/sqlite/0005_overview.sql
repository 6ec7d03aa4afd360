-- Where every month and every credit is, for lists over many tenants. These are no facts: each row follows from the facts and
-- is written anew in the transaction that adds one. A month has up to two rows: its latest revision, and the one that was
-- issued last.
create table month_overview (
    tenant text not null,
    contract text not null,
    month text not null,
    which text not null check (which in ('latest', 'issued')),
    revision bigint not null,
    tenant_name text not null,
    state text not null,
    verdict text not null,
    currency text not null,
    low_minor bigint not null,
    high_minor bigint not null,
    -- The last local day on which credits can be claimed, YYYY-MM-DD; empty when they are given without a claim.
    due text not null,
    time_zone text not null,
    closed_by text not null,
    closed_at bigint not null,
    steps bigint not null,
    credits_open bigint not null,
    primary key (which, month, tenant, contract)
);
create index month_overview_tenant on month_overview (which, tenant, contract, month);
-- What the sums of a month are made from, without a look at the rows.
create index month_overview_sums on month_overview (which, month, state, verdict, currency, tenant, low_minor, high_minor);
create index month_overview_amount on month_overview (which, month, high_minor, tenant, contract);
create index month_overview_due on month_overview (which, due, tenant, contract, month);

create table credit_overview (
    tenant text not null,
    contract text not null,
    month text not null,
    commitment text not null,
    which text not null check (which in ('latest', 'issued')),
    revision bigint not null,
    tenant_name text not null,
    state text not null,
    currency text not null,
    low_minor bigint not null,
    high_minor bigint not null,
    decided_minor bigint,
    issued_before_minor bigint not null,
    due text not null,
    steps bigint not null,
    primary key (which, month, tenant, contract, commitment)
);
create index credit_overview_tenant on credit_overview (which, tenant, contract, month, commitment);
create index credit_overview_state on credit_overview (which, state, due, tenant, contract, month, commitment);
create index credit_overview_due on credit_overview (which, due, tenant, contract, month, commitment);
