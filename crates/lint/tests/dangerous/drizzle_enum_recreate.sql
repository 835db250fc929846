-- finds: will-fail alter-column-type
ALTER TABLE "funds" ALTER COLUMN "state" SET DATA TYPE text;--> statement-breakpoint
DROP TYPE "public"."stage";--> statement-breakpoint
CREATE TYPE "public"."stage" AS ENUM('open');--> statement-breakpoint
ALTER TABLE "funds" ALTER COLUMN "state" SET DATA TYPE "public"."stage" USING "state"::"public"."stage";
