ALTER TABLE funds ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();
