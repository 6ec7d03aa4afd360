-- The ledger: facts are appended and never edited. Times are Unix seconds, money is in the minor unit of its currency,
-- documents are JSON text. Every fact has an entry in the audit chain that was written in the same transaction.

-- What the catalogue said of a tenant; a changed document is a further version.
create table tenant_versions (
    tenant text not null,
    version bigint not null check (version > 0),
    document text not null,
    recorded_at bigint not null,
    primary key (tenant, version)
);

-- Contract versions as they were when a month was first closed by them.
create table contract_versions (
    contract text not null,
    version bigint not null check (version > 0),
    tenant text not null,
    document text not null,
    recorded_at bigint not null,
    primary key (contract, version)
);

-- A tenant's closed month under a contract; a restatement is a further revision.
create table month_revisions (
    tenant text not null,
    contract text not null,
    month text not null,
    revision bigint not null check (revision > 0),
    contract_version bigint not null,
    digest text not null,
    record text not null,
    recorded_at bigint not null,
    primary key (tenant, contract, month, revision),
    foreign key (contract, contract_version) references contract_versions (contract, version)
);

-- Service credits that a month may owe, from the least to the most, as drafts.
create table credits (
    tenant text not null,
    contract text not null,
    month text not null,
    revision bigint not null,
    commitment text not null,
    currency text not null,
    low_minor bigint not null check (low_minor >= 0),
    high_minor bigint not null check (high_minor >= low_minor),
    state text not null check (state in ('draft')),
    primary key (tenant, contract, month, revision, commitment),
    foreign key (tenant, contract, month, revision) references month_revisions (tenant, contract, month, revision)
);

-- The audit chain: every entry's hash covers the hash before it.
create table audit_entries (
    sequence bigint not null primary key,
    at bigint not null,
    actor text not null,
    action text not null,
    subject text not null unique,
    payload text not null,
    previous_hash text not null,
    hash text not null
);

-- Where the chain ends; a writer takes this row first, so that writers follow one another, and a chain whose tail was cut
-- no longer ends here.
create table audit_head (
    id bigint not null primary key check (id = 1),
    entries bigint not null,
    hash text not null
);

insert into audit_head (id, entries, hash)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

create trigger tenant_versions_stay before update on tenant_versions
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger tenant_versions_remain before delete on tenant_versions
begin select raise(abort, 'facts are appended, never deleted'); end;
create trigger contract_versions_stay before update on contract_versions
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger contract_versions_remain before delete on contract_versions
begin select raise(abort, 'facts are appended, never deleted'); end;
create trigger month_revisions_stay before update on month_revisions
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger month_revisions_remain before delete on month_revisions
begin select raise(abort, 'facts are appended, never deleted'); end;
create trigger credits_stay before update on credits
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger credits_remain before delete on credits
begin select raise(abort, 'facts are appended, never deleted'); end;
create trigger audit_entries_stay before update on audit_entries
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger audit_entries_remain before delete on audit_entries
begin select raise(abort, 'facts are appended, never deleted'); end;
