-- Documents of the catalogue as people entered them, one row for each version; the last one holds. A version that
-- retires a document has the text of the one before it. The limit of the text is the program's, in characters for both
-- engines.
create table catalogue_documents (
    kind text not null check (length(kind) between 1 and 40),
    name text not null check (length(name) between 1 and 200),
    version bigint not null check (version > 0),
    document text not null check (length(document) between 1 and 1048576),
    sha256 text not null check (length(sha256) = 64),
    retired bigint not null check (retired in (0, 1)),
    actor text not null check (actor <> ''),
    recorded_at bigint not null,
    primary key (kind, name, version)
);

create trigger catalogue_documents_stay before update or delete or truncate on catalogue_documents
for each statement execute function facts_are_appended();

-- Versions are counted one by one.
create function versions_are_counted() returns trigger language plpgsql as $$
begin
    if new.version <> 1 + (
        select count(*) from catalogue_documents as earlier where earlier.kind = new.kind and earlier.name = new.name
    ) then
        raise exception 'versions are counted one by one';
    end if;
    return new;
end
$$;

create trigger catalogue_documents_count before insert on catalogue_documents
for each row execute function versions_are_counted();

-- What people decided of a version that was entered to be approved, one row for each decision; the last one holds.
create table catalogue_decisions (
    kind text not null,
    name text not null,
    version bigint not null,
    number bigint not null check (number > 0),
    decision text not null check (decision in ('approve', 'refuse', 'withdraw')),
    reason text not null,
    actor text not null check (actor <> ''),
    recorded_at bigint not null,
    primary key (kind, name, version, number),
    foreign key (kind, name, version) references catalogue_documents (kind, name, version)
);

create trigger catalogue_decisions_stay before update or delete or truncate on catalogue_decisions
for each statement execute function facts_are_appended();

-- Four eyes: who entered a version does not decide it, and nobody else withdraws it, by whatever program.
create function documents_four_eyes() returns trigger language plpgsql as $$
begin
    if (new.decision = 'withdraw') <> exists (
        select 1 from catalogue_documents as entered
        where entered.kind = new.kind and entered.name = new.name and entered.version = new.version
            and lower(trim(entered.actor)) = lower(trim(new.actor))
    ) then
        raise exception 'four eyes: who entered a document withdraws it, and somebody else decides it';
    end if;
    return new;
end
$$;

create trigger catalogue_decisions_four_eyes before insert on catalogue_decisions
for each row execute function documents_four_eyes();

-- The catalogue tells of every tenant: whoever sees some of them only does not see it here.
alter table catalogue_documents enable row level security;
alter table catalogue_decisions enable row level security;
create policy all_tenants on catalogue_documents using (current_setting('sla.tenants', true) = '*');
create policy all_tenants on catalogue_decisions using (current_setting('sla.tenants', true) = '*');
