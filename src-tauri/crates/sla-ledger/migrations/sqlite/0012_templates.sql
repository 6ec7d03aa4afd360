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

create trigger template_changes_stay before update on template_changes
begin select raise(abort, 'facts are appended, never edited'); end;
create trigger template_changes_remain before delete on template_changes
begin select raise(abort, 'facts are appended, never deleted'); end;
