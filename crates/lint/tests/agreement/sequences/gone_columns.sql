-- Whether a query needs a column that went, only the server can say.
BEGIN;
ALTER TABLE crm.contacts DROP COLUMN mood;
SELECT mood FROM crm.contacts;
ROLLBACK;
BEGIN;
DROP TYPE crm.mood CASCADE;
SELECT 1 AS mood FROM crm.contacts ORDER BY mood;
ROLLBACK;
BEGIN;
DROP TYPE crm.mood CASCADE;
CREATE TABLE copied AS SELECT mood FROM crm.contacts;
ROLLBACK;
