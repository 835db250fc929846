ALTER TABLE funds ADD COLUMN IF NOT EXISTS vintage_year integer;
