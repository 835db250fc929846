CREATE TABLE IF NOT EXISTS funds (id bigint);
CREATE INDEX CONCURRENTLY IF NOT EXISTS funds_region_id_idx ON funds (region_id);
