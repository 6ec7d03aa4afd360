-- Who changed a template when. The file itself lies in the folder of templates, which the program keeps no copy of: here stand the
-- SHA-256 of what it said before and says since, and nothing where it is the one that comes with the program.
create table template_changes (
    file text not null check (file <> ''),
    number bigint not null check (number > 0),
    before_sha256 text,
    after_sha256 text,
    actor text not null check (actor <> ''),
    recorded_at bigint not null,
    primary key (file, number)
);

create trigger template_changes_stay before update or delete or truncate on template_changes
for each statement execute function facts_are_appended();

-- What all documents have is no tenant's; a tenant's own theme and logo are that tenant's.
alter table template_changes enable row level security;
create policy own_tenants on template_changes using (
    case when current_setting('sla.tenants', true) = '*' then true
    when split_part(file, '/', 1) <> 'tenants' then true
    else split_part(file, '/', 2) = any ((select string_to_array(current_setting('sla.tenants', true), ','))::text[]) end
);
