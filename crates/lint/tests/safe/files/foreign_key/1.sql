CREATE INDEX CONCURRENTLY funds_region_idx ON funds (region_id);
