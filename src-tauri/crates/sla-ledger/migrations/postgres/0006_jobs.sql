-- Work that takes longer than a request: closing and restating months, comparing readings. These are no facts: what a job did
-- is told by the facts that it recorded. Whoever carries one out says every moment that it lives; a job whose program does not
-- say so any more was interrupted.
create table jobs (
    id text not null primary key,
    kind text not null check (kind in ('close', 'restate', 'sensitivity')),
    -- The tenant whose months it is about; empty when it is about all.
    tenant text not null,
    month text not null,
    account text not null,
    origin text not null,
    request text not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
    -- How far it is: the name of its step, and how many of the step's parts are done.
    step text not null default '',
    parts_done bigint not null default 0,
    parts bigint not null default 0,
    -- What it came to, as JSON: a result when it is done, a problem when it failed.
    outcome text not null default '',
    is_cancelled bigint not null default 0,
    runner text not null default '',
    asked_at bigint not null,
    begun_at bigint not null default 0,
    seen_at bigint not null default 0,
    ended_at bigint not null default 0
);
create index jobs_asked on jobs (asked_at, id);
create index jobs_open on jobs (state, asked_at, id);

alter table jobs enable row level security;

create policy own_tenants on jobs using (
    case when current_setting('sla.tenants', true) = '*' then true
    else tenant = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
