ALTER TABLE funds ADD COLUMN tag text DEFAULT lower('NEW');
