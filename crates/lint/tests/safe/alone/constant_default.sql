ALTER TABLE funds ADD COLUMN vintage_year integer DEFAULT 2020;
