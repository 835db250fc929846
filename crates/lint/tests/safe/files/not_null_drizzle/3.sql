ALTER TABLE "funds" ALTER COLUMN "name" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "funds" DROP CONSTRAINT "funds_name_nn";
