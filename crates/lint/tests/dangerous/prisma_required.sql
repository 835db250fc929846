-- finds: add-column-not-null
/*
  Warnings:
*/
-- AlterTable
ALTER TABLE "funds" ADD COLUMN     "email" TEXT NOT NULL;
