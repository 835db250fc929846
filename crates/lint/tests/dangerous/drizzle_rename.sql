-- finds: rename-column
ALTER TABLE "funds" RENAME COLUMN "name" TO "title";
