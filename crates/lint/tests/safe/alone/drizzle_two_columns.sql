ALTER TABLE "funds" ADD COLUMN "a" text;--> statement-breakpoint
ALTER TABLE "funds" ADD COLUMN "b" integer DEFAULT 0 NOT NULL;
