BEGIN;
CREATE TABLE users (id bigserial PRIMARY KEY, email citext UNIQUE NOT NULL);
ALTER TABLE funds ADD COLUMN owner_id bigint;
COMMIT;
