BEGIN;
CREATE TABLE scenarios (id bigint PRIMARY KEY);
CREATE INDEX ON scenarios (id);
COMMIT;
