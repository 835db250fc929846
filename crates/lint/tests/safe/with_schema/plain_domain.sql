ALTER TABLE funds ADD COLUMN title label;
