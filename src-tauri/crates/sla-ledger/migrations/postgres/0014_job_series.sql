-- How far each series of measurements is that a job reads, as JSON; empty when none is under way.
alter table jobs add column series text not null default '';
