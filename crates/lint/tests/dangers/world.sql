-- What the examples of rules take to be there, with rows in it.
CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA app;
CREATE SCHEMA core;
CREATE SCHEMA legacy;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE colour AS ENUM ('red');
CREATE TYPE stage AS ENUM ('open', 'done');
CREATE DOMAIN share AS numeric;
CREATE FUNCTION my_function() RETURNS text VOLATILE LANGUAGE plpgsql AS $$ BEGIN RETURN 'x'; END $$;
CREATE FUNCTION total(id bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT id $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE regions (id integer PRIMARY KEY, name text);
CREATE TABLE tags (code text NOT NULL);
INSERT INTO tags SELECT 'tag ' || g FROM generate_series(1, 20) AS g;
CREATE TABLE funds (
    id bigint CONSTRAINT funds_pkey PRIMARY KEY,
    name text,
    slug text,
    code text,
    share numeric,
    gp_share numeric,
    legacy text,
    stage text,
    region text,
    region_id bigint
);
CREATE INDEX funds_name_idx ON funds (name);
CREATE TRIGGER audit AFTER UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION note();
CREATE POLICY own_rows ON funds USING (true);
CREATE TABLE investments (id bigint PRIMARY KEY, fund_id bigint, feeling mood, part share);
CREATE TABLE notes (id bigint PRIMARY KEY, fund_id bigint REFERENCES funds (id), feeling mood);
CREATE TABLE sessions (id bigint PRIMARY KEY, expires_at timestamptz);
CREATE TABLE bookings (room integer, during tsrange);
CREATE TABLE events (at date) PARTITION BY RANGE (at);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE a (id integer);
CREATE INDEX i ON a (id);
CREATE TABLE legacy (id integer);
CREATE TABLE legacy.things (id integer);
CREATE TABLE app.things (id integer);
CREATE VIEW fund_totals AS SELECT fund_id, count(*) AS number FROM investments GROUP BY fund_id;
CREATE MATERIALIZED VIEW totals AS SELECT fund_id, count(*) AS number FROM investments GROUP BY fund_id;
INSERT INTO regions SELECT g, 'region ' || g FROM generate_series(1, 10) AS g;
INSERT INTO funds SELECT g, 'name ' || g, 'slug ' || g, 'code ' || g, g, 0.5, 'legacy', 'done', 'region', g % 10 + 1
    FROM generate_series(1, 60) AS g;
INSERT INTO investments SELECT g, g, 'good', g FROM generate_series(1, 40) AS g;
INSERT INTO notes VALUES (1, 60, 'good');
INSERT INTO sessions SELECT g, now() - interval '1 day' FROM generate_series(1, 60) AS g;
INSERT INTO bookings SELECT g, tsrange('2020-01-01', '2020-01-02') FROM generate_series(1, 20) AS g;
INSERT INTO events SELECT date '2020-01-01' + g FROM generate_series(1, 60) AS g;
INSERT INTO legacy SELECT g FROM generate_series(1, 10) AS g;
INSERT INTO legacy.things SELECT g FROM generate_series(1, 10) AS g;
INSERT INTO app.things SELECT g FROM generate_series(1, 10) AS g;
REFRESH MATERIALIZED VIEW totals;
