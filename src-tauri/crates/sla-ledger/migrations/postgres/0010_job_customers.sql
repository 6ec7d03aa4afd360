-- How far a job is by customer: whose part of the step was done last, of how many it is done, and how many there are.
alter table jobs add column customer text not null default '';
alter table jobs add column customers_done bigint not null default 0;
alter table jobs add column customers bigint not null default 0;
