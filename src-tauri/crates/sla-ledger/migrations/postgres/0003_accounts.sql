-- Who may act on this ledger: accounts, tokens and limits, each as a document; a change is a further version.
create table access_versions (
    kind text not null check (kind in ('account', 'token', 'limit')),
    name text not null check (name <> ''),
    version bigint not null check (version > 0),
    document text not null,
    recorded_at bigint not null,
    primary key (kind, name, version)
);

-- Every attempt to sign in to an account, in order.
create table sign_ins (
    account text not null,
    number bigint not null check (number > 0),
    outcome text not null check (outcome in ('ok', 'wrong_password', 'disabled')),
    recorded_at bigint not null,
    primary key (account, number)
);

-- Sessions that are under way. They are no facts: a session that has ended is deleted, the sign-in stays.
create table sessions (
    secret_sha256 text not null primary key,
    account text not null,
    begun_at bigint not null,
    expires_at bigint not null
);

-- What was answered to a request that named a key, so that the same request again changes nothing. No facts: they are kept
-- for a day.
create table replies (
    account text not null,
    key text not null,
    request_sha256 text not null,
    status bigint not null,
    body text not null,
    recorded_at bigint not null,
    primary key (account, key)
);

-- From where a change was made.
alter table audit_entries add column origin text not null default '';

create trigger access_versions_stay before update or delete or truncate on access_versions
for each statement execute function facts_are_appended();
create trigger sign_ins_stay before update or delete or truncate on sign_ins
for each statement execute function facts_are_appended();

-- A person sees the tenants that were assigned to them, whatever program asks: for every user of the database but the owner
-- of these tables, rows are those of the tenants in the setting sla.tenants, a list with commas or * for all. It is set in each
-- transaction; where it is not, there is no row. It is written as a case because the planner expects half of the rows of one,
-- and follows an index; of an equation it would expect hardly any, and sort them. The list is taken apart once a statement.
alter table tenant_versions enable row level security;
alter table contract_versions enable row level security;
alter table month_revisions enable row level security;
alter table credits enable row level security;
alter table steps enable row level security;
alter table audit_entries enable row level security;

create policy own_tenants on tenant_versions using (
    case when current_setting('sla.tenants', true) = '*' then true
    else tenant = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
create policy own_tenants on contract_versions using (
    case when current_setting('sla.tenants', true) = '*' then true
    else tenant = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
create policy own_tenants on month_revisions using (
    case when current_setting('sla.tenants', true) = '*' then true
    else tenant = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
create policy own_tenants on credits using (
    case when current_setting('sla.tenants', true) = '*' then true
    else tenant = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
create policy own_tenants on steps using (
    case when current_setting('sla.tenants', true) = '*' then true
    else tenant = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
-- Of the chain, too, only what tells of those tenants; the second part of a subject is the tenant where there is one. Entries
-- can be added by everybody who may write: the chain is one.
create policy own_tenants on audit_entries for select using (
    case when current_setting('sla.tenants', true) = '*' then true
    else split_part(subject, '/', 1) in ('tenant', 'month', 'credit', 'month-step', 'credit-step')
        and split_part(subject, '/', 2) = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
create policy everybody_adds on audit_entries for insert with check (true);

-- Who closed a month is looked up in the whole chain, whoever asks.
alter function four_eyes() security definer;
alter function four_eyes() set search_path from current;
