ALTER TABLE investments ADD COLUMN region_id bigint REFERENCES regions (id);
CREATE INDEX CONCURRENTLY ON investments (region_id);
