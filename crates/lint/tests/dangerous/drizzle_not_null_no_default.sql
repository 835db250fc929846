-- finds: add-column-not-null
ALTER TABLE "funds" ADD COLUMN "owner" text NOT NULL;
