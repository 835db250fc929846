BEGIN;
ALTER TABLE funds ADD COLUMN vintage INTEGER;
UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'a1';
COMMIT;
