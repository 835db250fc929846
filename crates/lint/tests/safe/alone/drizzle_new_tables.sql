CREATE TABLE "scenarios" (
	"id" bigint PRIMARY KEY,
	"fund_id" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "scenarios" ADD CONSTRAINT "scenarios_fund_id_funds_id_fk" FOREIGN KEY ("fund_id") REFERENCES "public"."funds"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "scenarios_fund_id_idx" ON "scenarios" USING btree ("fund_id");
