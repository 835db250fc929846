ALTER TABLE funds ALTER COLUMN bits TYPE bit varying(16);
