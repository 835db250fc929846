CREATE SCHEMA s; CREATE SCHEMA come;
CREATE EXTENSION pg_trgm SCHEMA s; CREATE EXTENSION pgcrypto SCHEMA public;
CREATE TYPE s.mood AS ENUM ('a', 'c'); CREATE TYPE s.size AS ENUM ('s', 'm', 'l'); CREATE TYPE s.pair AS (x int, y int);
CREATE TYPE s.new_enum AS ENUM ('a'); CREATE DOMAIN s.new_domain AS int; CREATE TYPE s.new_pair AS (x int);
CREATE DOMAIN s.score AS int CHECK (VALUE > 0) CHECK (VALUE < 100) NOT NULL; CREATE DOMAIN s.open AS int;
CREATE COLLATION s.new_order (provider = libc, locale = 'C');
CREATE SEQUENCE s.numbers INCREMENT 2; CREATE SEQUENCE s.new_numbers;
CREATE FUNCTION s.one() RETURNS int LANGUAGE sql AS 'SELECT 11';
CREATE FUNCTION s.three() RETURNS int LANGUAGE sql AS 'SELECT 3';
CREATE FUNCTION s.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE s.p (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE s.c (
  id int PRIMARY KEY, a bigint, b int, note varchar(20), body text NOT NULL, at timestamp NOT NULL, p int REFERENCES s.p ON DELETE CASCADE,
  mood s.mood, score s.score, open s.open, new_name text, n int, m int DEFAULT 2, i int NOT NULL,
  g int, h bigint GENERATED ALWAYS AS (a + 3) STORED, k int GENERATED ALWAYS AS IDENTITY, j int NOT NULL, other int, derived int GENERATED ALWAYS AS (j + 2) STORED,
  plain text, filled int DEFAULT 7, strict int NOT NULL, twofold int NOT NULL DEFAULT 7, volatile uuid DEFAULT gen_random_uuid(),
  scored s.score DEFAULT 5, made bigint GENERATED ALWAYS AS (a + 4) STORED, numbered int GENERATED ALWAYS AS IDENTITY,
  CONSTRAINT new_check CHECK (a > -9), CONSTRAINT renamed CHECK (a > -8), CONSTRAINT lazy CHECK (j > -7),
  CONSTRAINT twice UNIQUE (b));
CREATE INDEX by_a_now ON s.c (a); CREATE INDEX by_body ON s.c (body, id); CREATE INDEX new_index ON s.c (k);
ALTER TABLE s.c ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN body SET STATISTICS 500, ALTER COLUMN body SET COMPRESSION pglz;
ALTER TABLE s.c ENABLE ROW LEVEL SECURITY, REPLICA IDENTITY FULL, SET (fillfactor = 70);
COMMENT ON TABLE s.c IS 'told';
CREATE POLICY seen ON s.c USING (id > 0); CREATE POLICY new_policy ON s.c USING (true);
CREATE TRIGGER fires AFTER INSERT ON s.c FOR EACH ROW EXECUTE FUNCTION s.fire();
CREATE TRIGGER new_fires BEFORE INSERT ON s.c FOR EACH ROW EXECUTE FUNCTION s.fire();
CREATE RULE new_rule AS ON DELETE TO s.c DO ALSO SELECT 1;
CREATE UNLOGGED TABLE s.e (id int NOT NULL, period int4range NOT NULL, EXCLUDE USING gist (period WITH &&));
CREATE TABLE s.no_key (id int PRIMARY KEY);
CREATE TABLE s.new_table (id int); CREATE TABLE s.fresh (id int PRIMARY KEY);
CREATE TABLE s.base (id int NOT NULL); CREATE TABLE s.kid () INHERITS (s.base); CREATE TABLE s.orphan (id int) INHERITS (s.base);
CREATE TABLE s.parts (id int NOT NULL, a bigint NOT NULL, at date NOT NULL, CONSTRAINT much CHECK (a > 0)) PARTITION BY RANGE (at);
CREATE INDEX parts_a ON s.parts (a);
CREATE TABLE s.parts_1 (id int NOT NULL, a bigint NOT NULL, at date NOT NULL);
CREATE TABLE s.parts_2 PARTITION OF s.parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE s.parts_3 PARTITION OF s.parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE s.parts_4 PARTITION OF s.parts FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE s.parts_rest PARTITION OF s.parts DEFAULT;
CREATE VIEW s.codes AS SELECT id, code FROM s.p;
CREATE VIEW s.v AS SELECT id, a, b FROM s.c; CREATE VIEW s.new_view AS SELECT id FROM s.c;
CREATE MATERIALIZED VIEW s.mv AS SELECT id, a FROM s.c; CREATE MATERIALIZED VIEW s.new_mv AS SELECT id FROM s.c;
