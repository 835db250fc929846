ALTER TABLE regions ALTER COLUMN weight TYPE numeric(24, 2);
ALTER TABLE regions ALTER COLUMN weight TYPE numeric;
