create table "sessions" ("sid" varchar(255) not null, "sess" json not null, "expired" timestamptz not null, constraint "sessions_pkey" primary key ("sid"));
create index "sessions_expired_index" on "sessions" ("expired");
