CREATE TABLE fund_names (id bigint PRIMARY KEY, name text);
INSERT INTO fund_names SELECT id, name FROM funds;
CREATE INDEX ON fund_names (name);
