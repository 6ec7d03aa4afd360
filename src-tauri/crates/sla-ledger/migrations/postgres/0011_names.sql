-- A tenant's name in small letters of any script, as the program makes them: SQLite knows those of ASCII only, and PostgreSQL those
-- of its locale. Names are found and sorted by it.
alter table month_overview add column folded_name text not null default '';
-- What a search reads, in the order in which it gives months, so that it ends with the last one that is wanted.
create index month_overview_names on month_overview (which, month desc, tenant, contract, tenant_name, folded_name);
-- What waits is among the few months that are not issued.
create index month_overview_open on month_overview (state, tenant, contract, month, credits_open, closed_by)
    where which = 'latest' and state <> 'issued';
