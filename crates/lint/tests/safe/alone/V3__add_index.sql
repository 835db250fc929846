CREATE INDEX CONCURRENTLY IF NOT EXISTS funds_name_idx ON funds (name);
