CREATE INDEX CONCURRENTLY funds_name_idx ON funds (name);
