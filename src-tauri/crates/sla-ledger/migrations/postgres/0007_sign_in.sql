-- Attempts to sign in say how, and a code can be wrong. Those of earlier versions say nothing of how, so that their entries in
-- the chain are what they were.
alter table sign_ins drop constraint sign_ins_outcome_check;
alter table sign_ins add constraint sign_ins_outcome_check
    check (outcome in ('ok', 'wrong_password', 'wrong_code', 'disabled'));
alter table sign_ins add column way text not null default '' check (way in ('', 'password', 'session', 'openid'));

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
