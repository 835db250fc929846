ALTER TABLE "funds" VALIDATE CONSTRAINT "funds_name_nn";--> statement-breakpoint
SELECT 1;
