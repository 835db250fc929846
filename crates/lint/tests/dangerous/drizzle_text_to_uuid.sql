-- finds: alter-column-type-narrows
ALTER TABLE "investments" ALTER COLUMN "company" SET DATA TYPE uuid USING "company"::uuid;
