-- finds: drop-column add-column-not-null
-- AlterTable
ALTER TABLE "funds" DROP COLUMN "code",
ADD COLUMN     "code" INTEGER NOT NULL;
