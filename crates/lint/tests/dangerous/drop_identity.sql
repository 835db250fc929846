-- finds: drop-identity
ALTER TABLE funds ALTER COLUMN id DROP IDENTITY;
