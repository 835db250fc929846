ALTER TABLE funds ALTER COLUMN name TYPE varchar;
