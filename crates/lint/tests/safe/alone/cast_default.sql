ALTER TABLE funds ADD COLUMN tags text[] NOT NULL DEFAULT '{}'::text[];
