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

create trigger access_versions_stay before update on access_versions
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger access_versions_remain before delete on access_versions
begin select raise(abort, 'facts are appended, never deleted'); end;
create trigger sign_ins_stay before update on sign_ins
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger sign_ins_remain before delete on sign_ins
begin select raise(abort, 'facts are appended, never deleted'); end;
