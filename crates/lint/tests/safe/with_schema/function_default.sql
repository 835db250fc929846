ALTER TABLE funds ADD COLUMN n integer DEFAULT one();
