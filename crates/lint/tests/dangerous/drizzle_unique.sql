-- finds: add-unique
ALTER TABLE "funds" ADD CONSTRAINT "funds_name_unique" UNIQUE("name");
