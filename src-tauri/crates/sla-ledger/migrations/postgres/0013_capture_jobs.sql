-- Capturing days of a month is a kind of job, too.
alter table jobs drop constraint jobs_kind_check;
alter table jobs add constraint jobs_kind_check check (kind in ('close', 'restate', 'sensitivity', 'standing', 'capture'));
