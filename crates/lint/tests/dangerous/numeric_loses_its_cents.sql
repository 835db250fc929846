-- finds: alter-column-type-narrows
ALTER TABLE funds ALTER COLUMN capital TYPE numeric(10,0);
