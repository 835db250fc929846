-- finds: validate-in-same-transaction
BEGIN;
ALTER TABLE funds ADD CONSTRAINT c CHECK (capital > 1) NOT VALID;
ALTER TABLE funds VALIDATE CONSTRAINT c;
COMMIT;
