ALTER TABLE funds ADD COLUMN title text;
