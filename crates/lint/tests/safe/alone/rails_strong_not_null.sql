-- disable_ddl_transaction!
ALTER TABLE "funds" ADD CONSTRAINT "funds_name_null" CHECK ("name" IS NOT NULL) NOT VALID;
ALTER TABLE "funds" VALIDATE CONSTRAINT "funds_name_null";
ALTER TABLE "funds" ALTER COLUMN "name" SET NOT NULL;
ALTER TABLE "funds" DROP CONSTRAINT "funds_name_null";
