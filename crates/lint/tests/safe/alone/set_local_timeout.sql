BEGIN;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '10s';
ALTER TABLE funds ADD COLUMN a text;
COMMENT ON COLUMN funds.a IS 'a';
COMMIT;
