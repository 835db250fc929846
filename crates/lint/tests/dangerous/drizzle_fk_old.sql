-- finds: add-foreign-key
ALTER TABLE "funds" ADD CONSTRAINT "funds_region_fk" FOREIGN KEY ("region_id") REFERENCES "public"."regions"("id") ON DELETE no action;
