ALTER TABLE funds SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 90);
ALTER TABLE funds ALTER COLUMN settings SET STORAGE EXTENDED;
ANALYZE funds;
