ALTER TABLE "funds" ADD CONSTRAINT "funds_name_nn" CHECK ("name" IS NOT NULL) NOT VALID;--> statement-breakpoint
SELECT 1;
