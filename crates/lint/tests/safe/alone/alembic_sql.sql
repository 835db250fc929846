BEGIN;
CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
ALTER TABLE funds ADD COLUMN vintage INTEGER;
INSERT INTO alembic_version (version_num) VALUES ('a1');
COMMIT;
