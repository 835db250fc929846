CREATE SCHEMA s; CREATE SCHEMA gone;
CREATE EXTENSION citext SCHEMA s; CREATE EXTENSION pgcrypto SCHEMA s;
CREATE TYPE s.mood AS ENUM ('a', 'b', 'c'); CREATE TYPE s.size AS ENUM ('s', 'm'); CREATE TYPE s.pair AS (x int);
CREATE TYPE s.old_enum AS ENUM ('a'); CREATE DOMAIN s.old_domain AS int; CREATE TYPE s.old_pair AS (x int);
CREATE DOMAIN s.score AS int CHECK (VALUE > 0); CREATE DOMAIN s.open AS int CHECK (VALUE > 0);
CREATE COLLATION s.old_order (provider = libc, locale = 'C');
CREATE SEQUENCE s.numbers; CREATE SEQUENCE s.old_numbers;
CREATE FUNCTION s.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.two() RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION s.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE s.p (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE s.c (
  id int PRIMARY KEY, a int, b int NOT NULL, note varchar(10), body text, at timestamp NOT NULL, p int REFERENCES s.p,
  mood s.mood, score s.score, open s.open, gone text, old_name text, n int DEFAULT 1, m int, i int GENERATED ALWAYS AS IDENTITY,
  g int GENERATED ALWAYS AS (a + 1) STORED, h int GENERATED ALWAYS AS (a + 2) STORED, k int NOT NULL, j int NOT NULL, other int, derived int GENERATED ALWAYS AS (j + 1) STORED,
  CONSTRAINT old_check CHECK (a > -9), CONSTRAINT named CHECK (a > -8),
  CONSTRAINT once UNIQUE (note));
ALTER TABLE s.c ADD CONSTRAINT other_fkey FOREIGN KEY (other) REFERENCES s.p;
ALTER TABLE s.c ADD CONSTRAINT lazy CHECK (j > -7) NOT VALID;
CREATE INDEX by_a ON s.c (a); CREATE INDEX by_body ON s.c (body); CREATE INDEX old_index ON s.c (at);
CREATE POLICY seen ON s.c USING (true); CREATE POLICY old_policy ON s.c USING (true);
CREATE TRIGGER fires BEFORE INSERT ON s.c FOR EACH ROW EXECUTE FUNCTION s.fire();
CREATE TRIGGER old_fires BEFORE INSERT ON s.c FOR EACH ROW EXECUTE FUNCTION s.fire();
CREATE RULE old_rule AS ON DELETE TO s.c DO ALSO SELECT 1;
CREATE TABLE s.e (id int NOT NULL, period int4range NOT NULL);
CREATE TABLE s.no_key (id int NOT NULL);
CREATE TABLE s.old_table (id int);
CREATE TABLE s.base (id int); CREATE TABLE s.kid () INHERITS (s.base); CREATE TABLE s.orphan (id int);
CREATE TABLE s.parts (id int NOT NULL, a int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE s.parts_1 PARTITION OF s.parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE s.parts_2 PARTITION OF s.parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE s.parts_rest PARTITION OF s.parts DEFAULT;
CREATE TABLE s.parts_4 (id int NOT NULL, a int, at date NOT NULL);
CREATE VIEW s.codes AS SELECT id FROM s.p;
CREATE VIEW s.v AS SELECT id, a FROM s.c; CREATE VIEW s.old_view AS SELECT id FROM s.c;
CREATE MATERIALIZED VIEW s.mv AS SELECT id FROM s.c; CREATE MATERIALIZED VIEW s.old_mv AS SELECT id FROM s.c;
