CREATE TABLE "We""ird Table" ("Select" bigint PRIMARY KEY, "naïve, name" text, "a 'b'" integer NOT NULL DEFAULT 3);
CREATE INDEX "an ""index""" ON "We""ird Table" ("naïve, name");
