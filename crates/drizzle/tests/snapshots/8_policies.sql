CREATE ROLE "lk_corpus_manager";
--> statement-breakpoint
CREATE TABLE "locked" (
	"id" serial PRIMARY KEY
);
--> statement-breakpoint
ALTER TABLE "locked" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "notes" (
	"id" serial PRIMARY KEY,
	"owner" text NOT NULL,
	"team" integer,
	"body" text
);
--> statement-breakpoint
ALTER TABLE "notes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "plain" (
	"id" serial PRIMARY KEY
);
--> statement-breakpoint
ALTER TABLE "plain" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "plain_linked" ON "plain" AS PERMISSIVE FOR DELETE TO "lk_corpus_reader" USING (id > 0);
--> statement-breakpoint
CREATE POLICY "notes_read" ON "notes" AS PERMISSIVE FOR SELECT TO public USING ("notes"."owner" = current_user);
--> statement-breakpoint
CREATE POLICY "notes_write" ON "notes" AS RESTRICTIVE FOR INSERT TO current_user, "lk_corpus_manager" WITH CHECK ("notes"."team" is not null);
--> statement-breakpoint
CREATE POLICY "notes_all" ON "notes" AS PERMISSIVE FOR ALL TO "lk_corpus_manager" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "notes bare" ON "notes" AS PERMISSIVE FOR ALL TO public;
