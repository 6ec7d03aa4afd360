-- Attempts to sign in say how, and a code can be wrong. SQLite cannot change a check: the table is made anew, with the rows as
-- they were. Those of earlier versions say nothing of how, so that their entries in the chain are what they were.
create table sign_ins_with_way (
    account text not null,
    number bigint not null check (number > 0),
    outcome text not null check (outcome in ('ok', 'wrong_password', 'wrong_code', 'disabled')),
    way text not null default '' check (way in ('', 'password', 'session', 'openid')),
    recorded_at bigint not null,
    primary key (account, number)
);
insert into sign_ins_with_way (account, number, outcome, recorded_at)
select account, number, outcome, recorded_at from sign_ins;
drop table sign_ins;
alter table sign_ins_with_way rename to sign_ins;

create trigger sign_ins_stay before update on sign_ins
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger sign_ins_remain before delete on sign_ins
begin select raise(abort, 'facts are appended, never deleted'); end;

-- Secrets of authenticator apps, and the time step whose code was used last. They are no facts: a secret that was removed is
-- deleted. Whether an account needs a code stands in the account, with the SHA-256 of the secret.
create table totp_secrets (
    account text not null primary key,
    secret text not null,
    last_step bigint not null,
    offered_at bigint not null
);

-- Sign-ins at an OpenID provider that are under way, by the SHA-256 of their state. No facts: they are gone when they end, or
-- after ten minutes.
create table openid_requests (
    state_sha256 text not null primary key,
    nonce text not null,
    verifier text not null,
    redirect text not null,
    expires_at bigint not null
);
