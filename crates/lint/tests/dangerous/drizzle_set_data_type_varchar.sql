-- finds: alter-column-type-narrows
ALTER TABLE "funds" ALTER COLUMN "slug" SET DATA TYPE varchar(10);
