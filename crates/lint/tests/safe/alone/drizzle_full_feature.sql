CREATE TYPE "public"."deal_stage" AS ENUM('sourced', 'diligence', 'closed');--> statement-breakpoint
CREATE TABLE "deals" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"fund_id" bigint NOT NULL,
	"stage" "deal_stage" DEFAULT 'sourced' NOT NULL,
	"amount" numeric(18, 2),
	"meta" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deals_amount_check" CHECK ("deals"."amount" > 0)
);
--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_fund_id_funds_id_fk" FOREIGN KEY ("fund_id") REFERENCES "public"."funds"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deals_fund_idx" ON "deals" USING btree ("fund_id");--> statement-breakpoint
CREATE UNIQUE INDEX "deals_stage_idx" ON "deals" USING btree ("stage","fund_id") WHERE "deals"."stage" <> 'closed';
