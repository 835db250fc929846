-- finds: alter-column-type slow-statement-under-lock
BEGIN;
CREATE TYPE "stage_new" AS ENUM ('open');
ALTER TABLE "funds" ALTER COLUMN "state" DROP DEFAULT;
ALTER TABLE "funds" ALTER COLUMN "state" TYPE "stage_new" USING ("state"::text::"stage_new");
ALTER TYPE "stage" RENAME TO "stage_old";
ALTER TYPE "stage_new" RENAME TO "stage";
DROP TYPE "stage_old";
COMMIT;
