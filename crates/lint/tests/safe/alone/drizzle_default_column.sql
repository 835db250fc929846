ALTER TABLE "funds" ADD COLUMN "archived" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "funds" ADD COLUMN "tags" text[] DEFAULT '{}'::text[] NOT NULL;
