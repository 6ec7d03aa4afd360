-- A person's own wording of the letter of a revision, one row for each version: what the letter says from then on, and the
-- drawn letter that they had before them. The drawn letter itself is drawn again whenever it is wanted.
create table letters (
    tenant text not null,
    contract text not null,
    month text not null,
    revision bigint not null,
    number bigint not null check (number > 0),
    text text not null check (text <> ''),
    base text not null,
    actor text not null check (actor <> ''),
    recorded_at bigint not null,
    primary key (tenant, contract, month, revision, number),
    foreign key (tenant, contract, month, revision) references month_revisions (tenant, contract, month, revision)
);

create trigger letters_stay before update or delete or truncate on letters
for each statement execute function facts_are_appended();

-- What was sent stays as it was sent, by whatever program.
create function letter_is_open() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from steps
        where steps.tenant = new.tenant and steps.contract = new.contract and steps.month = new.month
            and steps.revision = new.revision and steps.commitment = '' and steps.step = 'issue'
    ) then
        raise exception 'the month was issued with its letter';
    end if;
    return new;
end
$$;

create trigger letters_open before insert on letters for each row execute function letter_is_open();

alter table letters enable row level security;
create policy own_tenants on letters using (
    case when current_setting('sla.tenants', true) = '*' then true
    else tenant = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);

-- Of the chain, whoever looks after a tenant sees what tells of its letters, too.
drop policy own_tenants on audit_entries;
create policy own_tenants on audit_entries for select using (
    case when current_setting('sla.tenants', true) = '*' then true
    else split_part(subject, '/', 1) in ('tenant', 'month', 'credit', 'month-step', 'credit-step', 'letter')
        and split_part(subject, '/', 2) = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
