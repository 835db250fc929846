ALTER TABLE funds ADD COLUMN extra jsonb NOT NULL DEFAULT '{}'::jsonb;
