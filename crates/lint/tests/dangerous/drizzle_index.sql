-- finds: create-index
CREATE INDEX "funds_name_idx" ON "funds" USING btree ("name");
