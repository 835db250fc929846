CREATE TABLE "We""ird Table" ("Select" bigint PRIMARY KEY, "naïve, name" text);
