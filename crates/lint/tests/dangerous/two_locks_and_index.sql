-- finds: create-index slow-statement-under-lock
BEGIN;
ALTER TABLE funds ADD COLUMN q int;
CREATE INDEX ON investments (amount);
COMMIT;
