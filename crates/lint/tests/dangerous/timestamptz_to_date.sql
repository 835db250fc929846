-- finds: alter-column-type-narrows
ALTER TABLE funds ALTER COLUMN created_at TYPE date;
