-- AlterTable
ALTER TABLE "funds" ADD COLUMN     "externalId" TEXT,
ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0;
