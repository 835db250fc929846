CREATE TABLE "documents" (
	"id" serial PRIMARY KEY,
	"title" text NOT NULL,
	"body" jsonb,
	"tags" text[],
	"owner" integer,
	"rank" integer,
	"deleted_at" timestamp,
	"is_public" boolean DEFAULT false,
	"created_at" timestamp DEFAULT now()
);
--> statement-breakpoint
CREATE INDEX "documents_owner_index" ON "documents" ("owner");
--> statement-breakpoint
CREATE INDEX "documents_owner_rank_index" ON "documents" ("owner","rank");
--> statement-breakpoint
CREATE UNIQUE INDEX "documents_title_owner_index" ON "documents" ("title","owner");
--> statement-breakpoint
CREATE INDEX "documents_lower_title" ON "documents" (lower("title"));
--> statement-breakpoint
CREATE INDEX "documents_mixed" ON "documents" ("owner",lower("title") desc);
--> statement-breakpoint
CREATE INDEX "documents_body" ON "documents" USING gin ("body");
--> statement-breakpoint
CREATE INDEX "documents_body_path" ON "documents" USING gin ("body" jsonb_path_ops);
--> statement-breakpoint
CREATE INDEX "documents_tags" ON "documents" USING gin ("tags");
--> statement-breakpoint
CREATE INDEX "documents_created_brin" ON "documents" USING brin ("created_at");
--> statement-breakpoint
CREATE INDEX "documents_owner_hash" ON "documents" USING hash ("owner");
--> statement-breakpoint
CREATE INDEX "documents_prefix" ON "documents" ("title" text_pattern_ops);
--> statement-breakpoint
CREATE INDEX "documents_orders" ON "documents" ("rank" DESC NULLS LAST,"owner" NULLS FIRST,"created_at" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "documents_desc_first" ON "documents" ("rank" DESC);
--> statement-breakpoint
CREATE INDEX "documents_live" ON "documents" ("owner") WHERE "deleted_at" is null;
--> statement-breakpoint
CREATE INDEX "documents_filtered" ON "documents" ("rank") WHERE ("deleted_at" is null and "rank" > 10);
--> statement-breakpoint
CREATE UNIQUE INDEX "documents_one_public" ON "documents" ("owner") WHERE "is_public" = true;
--> statement-breakpoint
CREATE INDEX "documents_fill" ON "documents" ("rank") WITH (fillfactor=70);
--> statement-breakpoint
CREATE INDEX "documents_fast" ON "documents" USING gin ("tags") WITH (fastupdate=off);
