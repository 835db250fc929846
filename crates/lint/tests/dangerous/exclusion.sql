-- finds: add-exclusion
ALTER TABLE funds ADD CONSTRAINT x EXCLUDE USING btree (slug WITH =);
