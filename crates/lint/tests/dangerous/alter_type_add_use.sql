-- finds: enum-value-in-same-transaction
BEGIN; ALTER TYPE stage ADD VALUE 'won'; UPDATE funds SET state = 'won' WHERE id = 1; COMMIT;
