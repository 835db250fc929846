ALTER TABLE funds ALTER COLUMN network TYPE inet;
