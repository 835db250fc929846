-- finds: set-not-null
ALTER TABLE "funds" ALTER COLUMN "name" SET NOT NULL;
