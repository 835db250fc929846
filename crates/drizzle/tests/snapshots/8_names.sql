CREATE TYPE "Mood Kind" AS ENUM('Happy', 'so so');
--> statement-breakpoint
CREATE TABLE "Weird-Table.Name" (
	"Id" serial PRIMARY KEY,
	"userId" integer,
	"ünïcode" text,
	CONSTRAINT "Weird Unique" UNIQUE("userId","ünïcode"),
	CONSTRAINT "Weird Check" CHECK ("userId" <> 0)
);
--> statement-breakpoint
CREATE TABLE "a_table_whose_name_is_already_rather_long_for_anybody_to_type" (
	"id" serial PRIMARY KEY,
	"a_column_whose_name_is_rather_long_as_well" integer
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" serial PRIMARY KEY,
	"order" integer,
	"select" text UNIQUE,
	"FirstName" text,
	"with space" text,
	"größe" integer,
	"Mood" "Mood Kind"
);
--> statement-breakpoint
CREATE INDEX "Weird Index" ON "Weird-Table.Name" ("ünïcode");
--> statement-breakpoint
ALTER TABLE "Weird-Table.Name" ADD CONSTRAINT "Weird-Table.Name_userId_user_id_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id");
--> statement-breakpoint
ALTER TABLE "a_table_whose_name_is_already_rather_long_for_anybody_to_type" ADD CONSTRAINT "mXE4DF6lTO5I_fkey" FOREIGN KEY ("a_column_whose_name_is_rather_long_as_well") REFERENCES "user"("id");
