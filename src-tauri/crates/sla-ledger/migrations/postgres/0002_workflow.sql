-- What people did to a revision of a month (commitment is empty) or to one of its credits, one row for each step. Where it
-- stands is what its last step made it.
create table steps (
    tenant text not null,
    contract text not null,
    month text not null,
    revision bigint not null,
    commitment text not null,
    number bigint not null check (number > 0),
    step text not null check (step in ('submit', 'return', 'decide', 'approve', 'reject', 'issue', 'reverse', 'comment')),
    amount_minor bigint,
    note text not null,
    actor text not null check (actor <> ''),
    recorded_at bigint not null,
    primary key (tenant, contract, month, revision, commitment, number),
    foreign key (tenant, contract, month, revision) references month_revisions (tenant, contract, month, revision)
);

create trigger steps_stay before update or delete or truncate on steps
for each statement execute function facts_are_appended();

-- Four eyes: who closed the month or decided a credit of it does not approve it, by whatever program.
create function four_eyes() returns trigger language plpgsql as $$
begin
    if new.step = 'approve' and (exists (
        select 1 from audit_entries
        where actor = new.actor
            and subject = 'month/' || new.tenant || '/' || new.contract || '/' || new.month || '/' || new.revision
    ) or exists (
        select 1 from steps as earlier
        where earlier.tenant = new.tenant and earlier.contract = new.contract and earlier.month = new.month
            and earlier.revision = new.revision and (new.commitment = '' or earlier.commitment = new.commitment)
            and earlier.step in ('decide', 'reject') and earlier.actor = new.actor
    )) then
        raise exception 'four eyes: who closed or decided does not approve';
    end if;
    return new;
end
$$;

create trigger steps_four_eyes before insert on steps for each row execute function four_eyes();
