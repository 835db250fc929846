CREATE TABLE "user" ("order" bigint PRIMARY KEY, "group" bigint NOT NULL);
CREATE TABLE "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789" (
  "select" bigint PRIMARY KEY,
  "it's a ""name"" of sixty-three bytes, which is as long as it gets" text NOT NULL DEFAULT 'it''s',
  "表" bigint,
  "where" bigint CONSTRAINT "references {} $1" REFERENCES "user",
  CONSTRAINT "check ""it""" CHECK ("表" > 0)
);
CREATE INDEX "the index of a column whose name is as long as a name may become" ON "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789" ("it's a ""name"" of sixty-three bytes, which is as long as it gets");
