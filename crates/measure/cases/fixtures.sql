-- Tables to measure on. A relation is called as the part it plays (facts::Role), `t` being the table and
-- a number at the end making several of a part; the named index is `index`, other indexes begin with
-- their table's name. `t` has six indexes, two of them on column a and two on column ts.

-- fixture: plain
CREATE TABLE t (id integer NOT NULL, a integer, b text, n integer NOT NULL, v varchar(20), ts timestamp,
    CONSTRAINT t_pkey PRIMARY KEY (id));
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b_a ON t (b, a);
CREATE INDEX t_n ON t (n);
CREATE INDEX t_ts ON t (ts);
CREATE INDEX t_n_ts ON t (n, ts);
INSERT INTO t SELECT g, g, 'b' || g, g, 'v' || g, timestamp '2020-01-01' + g * interval '1 hour'
    FROM generate_series(1, 100) AS g;

-- fixture: partitioned
CREATE TABLE t (id integer NOT NULL, a integer, b text, n integer NOT NULL, v varchar(20), ts timestamp,
    CONSTRAINT t_pkey PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE child_1 PARTITION OF t FOR VALUES FROM (0) TO (51);
CREATE TABLE child_2 PARTITION OF t FOR VALUES FROM (51) TO (1000);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b_a ON t (b, a);
CREATE INDEX t_n ON t (n);
CREATE INDEX t_ts ON t (ts);
CREATE INDEX t_n_ts ON t (n, ts);
INSERT INTO t SELECT g, g, 'b' || g, g, 'v' || g, timestamp '2020-01-01' + g * interval '1 hour'
    FROM generate_series(1, 100) AS g;

-- fixture: inherited
CREATE TABLE t (id integer NOT NULL, a integer, b text, n integer NOT NULL, v varchar(20), ts timestamp,
    CONSTRAINT t_pkey PRIMARY KEY (id));
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b_a ON t (b, a);
CREATE INDEX t_n ON t (n);
CREATE INDEX t_ts ON t (ts);
CREATE INDEX t_n_ts ON t (n, ts);
CREATE TABLE child_1 (LIKE t INCLUDING INDEXES) INHERITS (t);
CREATE TABLE child_2 (LIKE t INCLUDING INDEXES) INHERITS (t);
INSERT INTO t SELECT g, g, 'b' || g, g, 'v' || g, timestamp '2020-01-01' + g * interval '1 hour'
    FROM generate_series(1, 100) AS g;
INSERT INTO child_1 SELECT g, g, 'b' || g, g, 'v' || g, timestamp '2020-01-01' + g * interval '1 hour'
    FROM generate_series(101, 150) AS g;
INSERT INTO child_2 SELECT g, g, 'b' || g, g, 'v' || g, timestamp '2020-01-01' + g * interval '1 hour'
    FROM generate_series(151, 200) AS g;

-- fixture: referenced
CREATE TABLE referenced (id integer PRIMARY KEY, v varchar(20) UNIQUE, ts timestamp UNIQUE);
INSERT INTO referenced SELECT g, 'v' || g, timestamp '2020-01-01' + g * interval '1 hour'
    FROM generate_series(1, 200) AS g;

-- fixture: references
CREATE TABLE referenced (id integer PRIMARY KEY);
INSERT INTO referenced SELECT g FROM generate_series(1, 200) AS g;
ALTER TABLE t ADD CONSTRAINT t_fk FOREIGN KEY (a) REFERENCES referenced (id);

-- fixture: referencing
CREATE TABLE referencing (id integer PRIMARY KEY, t_id integer REFERENCES t (id));
INSERT INTO referencing SELECT g, g FROM generate_series(1, 40) AS g;

-- fixture: source
CREATE TABLE source (id integer PRIMARY KEY, b text);
INSERT INTO source SELECT g, 's' || g FROM generate_series(1, 100) AS g;

-- fixture: view
CREATE VIEW view AS SELECT id, a, b, v FROM t;

-- fixture: trigger_function
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

-- fixture: trigger
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();

-- fixture: default
CREATE TABLE default_partition PARTITION OF t DEFAULT;
INSERT INTO t SELECT g, g, 'b' || g, g FROM generate_series(5001, 5100) AS g;

-- fixture: partition
CREATE TABLE partition PARTITION OF t FOR VALUES FROM (1000) TO (2000);
INSERT INTO t SELECT g, g, 'b' || g, g FROM generate_series(1001, 1100) AS g;

-- fixture: candidate
CREATE TABLE partition (LIKE t INCLUDING ALL);
INSERT INTO partition SELECT g, g, 'b' || g, g FROM generate_series(1001, 1100) AS g;

-- fixture: server
-- (The tablespace `ts` is made in the folder.)
CREATE ROLE other;
COPY (SELECT) TO PROGRAM 'mkdir lockkeeper_tablespace && cat > /dev/null';
