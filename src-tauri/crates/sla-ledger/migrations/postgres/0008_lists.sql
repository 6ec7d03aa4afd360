-- What a list of credits tells besides: the commitment's name for people, who closed the month, and who decided the amount last
-- (empty when nobody did).
alter table credit_overview add column title text not null default '';
alter table credit_overview add column closed_by text not null default '';
alter table credit_overview add column decided_by text not null default '';

-- A look at the running month is a kind of job, too.
alter table jobs drop constraint jobs_kind_check;
alter table jobs add constraint jobs_kind_check check (kind in ('close', 'restate', 'sensitivity', 'standing'));
