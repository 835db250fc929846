CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer);
CREATE TYPE stage AS ENUM ('seed', 'a');
CREATE TABLE investments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, fund_id bigint NOT NULL REFERENCES funds ON DELETE CASCADE, stage stage NOT NULL DEFAULT 'seed');
CREATE INDEX investments_fund ON investments (fund_id);
CREATE VIEW big_funds AS SELECT id, name FROM funds WHERE size > 10;
COMMENT ON TABLE investments IS 'what a fund holds';
