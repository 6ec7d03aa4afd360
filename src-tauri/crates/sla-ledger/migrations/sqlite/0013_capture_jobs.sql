-- Capturing days of a month is a kind of job, too. SQLite alters no check: the table is made anew.
alter table jobs rename to old_jobs;
drop index jobs_asked;
drop index jobs_open;
create table jobs (
    id text not null primary key,
    kind text not null check (kind in ('close', 'restate', 'sensitivity', 'standing', 'capture')),
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
    ended_at bigint not null default 0,
    -- Whose part of the step was done last, of how many customers it is done, and how many there are.
    customer text not null default '',
    customers_done bigint not null default 0,
    customers bigint not null default 0
);
insert into jobs select * from old_jobs;
drop table old_jobs;
create index jobs_asked on jobs (asked_at, id);
create index jobs_open on jobs (state, asked_at, id);
