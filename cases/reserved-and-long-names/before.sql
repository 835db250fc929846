CREATE TABLE "user" ("order" bigint PRIMARY KEY, "group" integer);
CREATE TABLE "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789" (
  "select" bigint PRIMARY KEY,
  "it's a ""name"" of sixty-three bytes, which is as long as it gets" text,
  "表" integer,
  "where" bigint
);
