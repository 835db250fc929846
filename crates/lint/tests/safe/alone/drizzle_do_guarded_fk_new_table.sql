CREATE TABLE IF NOT EXISTS "tags" ("id" serial PRIMARY KEY NOT NULL, "fund_id" bigint);
--> statement-breakpoint
DO $$ BEGIN
 ALTER TABLE "tags" ADD CONSTRAINT "tags_fund_id_funds_id_fk" FOREIGN KEY ("fund_id") REFERENCES "public"."funds"("id") ON DELETE no action ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tags_fund_idx" ON "tags" USING btree ("fund_id");
