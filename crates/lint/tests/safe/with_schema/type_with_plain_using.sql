ALTER TABLE funds ALTER COLUMN slug TYPE text USING slug::text;
