ALTER TABLE "funds" ALTER COLUMN "currency" SET DEFAULT 'EUR';--> statement-breakpoint
ALTER TABLE "funds" ALTER COLUMN "name" DROP NOT NULL;
