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

create trigger letters_stay before update on letters
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger letters_remain before delete on letters
begin select raise(abort, 'facts are appended, never deleted'); end;

-- What was sent stays as it was sent, by whatever program.
create trigger letters_open before insert on letters when exists (
    select 1 from steps
    where steps.tenant = new.tenant and steps.contract = new.contract and steps.month = new.month
        and steps.revision = new.revision and steps.commitment = '' and steps.step = 'issue'
)
begin select raise(abort, 'the month was issued with its letter'); end;
