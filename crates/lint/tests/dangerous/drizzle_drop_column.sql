-- finds: drop-column
ALTER TABLE "funds" DROP COLUMN "note";
