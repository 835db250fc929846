-- form: create_partition
-- on: partitioned
CREATE TABLE fresh PARTITION OF t FOR VALUES FROM (1000) TO (2000);

-- form: create_partition_beside_default
-- on: partitioned
-- with: default
CREATE TABLE fresh PARTITION OF t FOR VALUES FROM (1000) TO (2000);

-- form: create_partition_referencing
-- on: partitioned
-- with: references
CREATE TABLE fresh PARTITION OF t FOR VALUES FROM (1000) TO (2000);

-- form: create_partition_referenced
-- on: partitioned
-- with: referencing
CREATE TABLE fresh PARTITION OF t FOR VALUES FROM (1000) TO (2000);

-- form: create_default_partition
-- on: partitioned
CREATE TABLE fresh PARTITION OF t DEFAULT;

-- form: create_partitioned
-- on: plain
CREATE TABLE fresh (id integer PRIMARY KEY) PARTITION BY RANGE (id);

-- form: create_inheriting
-- on: plain inherited
CREATE TABLE fresh (extra integer) INHERITS (t);

-- form: attach_partition
-- on: partitioned
-- with: candidate
ALTER TABLE t ATTACH PARTITION partition FOR VALUES FROM (1000) TO (2000);

-- form: attach_partition_proven
-- on: partitioned
-- with: candidate
-- before: ALTER TABLE partition ADD CHECK (id IS NOT NULL AND id >= 1000 AND id < 2000);
ALTER TABLE t ATTACH PARTITION partition FOR VALUES FROM (1000) TO (2000);

-- form: attach_partition_beside_default
-- on: partitioned
-- with: candidate default
-- before: ALTER TABLE partition ADD CHECK (id IS NOT NULL AND id >= 1000 AND id < 2000);
ALTER TABLE t ATTACH PARTITION partition FOR VALUES FROM (1000) TO (2000);

-- form: attach_partition_beside_default_proven
-- on: partitioned
-- with: candidate default
-- before: ALTER TABLE partition ADD CHECK (id IS NOT NULL AND id >= 1000 AND id < 2000);
-- before: ALTER TABLE default_partition ADD CHECK (id IS NOT NULL AND id >= 5000);
ALTER TABLE t ATTACH PARTITION partition FOR VALUES FROM (1000) TO (2000);

-- form: attach_partition_indexed
-- on: partitioned
-- with: candidate
-- before: ALTER TABLE partition ADD CHECK (id IS NOT NULL AND id >= 1000 AND id < 2000);
-- before: DROP INDEX partition_n_idx;
ALTER TABLE t ATTACH PARTITION partition FOR VALUES FROM (1000) TO (2000);

-- form: attach_partition_referencing
-- on: partitioned
-- with: candidate references
-- before: ALTER TABLE partition ADD CHECK (id IS NOT NULL AND id >= 1000 AND id < 2000);
-- before: INSERT INTO referenced SELECT g FROM generate_series(1001, 1100) AS g;
ALTER TABLE t ATTACH PARTITION partition FOR VALUES FROM (1000) TO (2000);

-- form: attach_partition_referenced
-- on: partitioned
-- with: candidate referencing
-- before: ALTER TABLE partition ADD CHECK (id IS NOT NULL AND id >= 1000 AND id < 2000);
ALTER TABLE t ATTACH PARTITION partition FOR VALUES FROM (1000) TO (2000);

-- form: detach_partition
-- on: partitioned
-- with: partition
ALTER TABLE t DETACH PARTITION partition;

-- form: detach_partition_beside_default
-- on: partitioned
-- with: partition default
ALTER TABLE t DETACH PARTITION partition;

-- form: detach_partition_concurrently
-- on: partitioned
-- with: partition
ALTER TABLE t DETACH PARTITION partition CONCURRENTLY;

-- form: detach_partition_finalize
-- on: partitioned
-- majors: 13
-- with: partition
ALTER TABLE t DETACH PARTITION partition FINALIZE;

-- form: detach_partition_finalize
-- on: partitioned
-- majors: 14-18
-- with: partition
-- before: UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'partition'::regclass;
ALTER TABLE t DETACH PARTITION partition FINALIZE;

-- form: detach_partition_referencing
-- on: partitioned
-- with: partition
-- before: CREATE TABLE referenced (id integer PRIMARY KEY);
-- before: INSERT INTO referenced SELECT g FROM generate_series(1, 2000) AS g;
-- before: ALTER TABLE t ADD CONSTRAINT t_fk FOREIGN KEY (a) REFERENCES referenced (id);
ALTER TABLE t DETACH PARTITION partition;

-- form: detach_partition_referenced
-- on: partitioned
-- with: partition referencing
ALTER TABLE t DETACH PARTITION partition;

-- form: drop_partition
-- on: plain
-- before: CREATE TABLE parent (LIKE t) PARTITION BY RANGE (id);
-- before: ALTER TABLE parent ATTACH PARTITION t FOR VALUES FROM (0) TO (1000);
DROP TABLE t;

-- form: inherit
-- before: CREATE TABLE parent (id integer NOT NULL, a integer);
ALTER TABLE t INHERIT parent;

-- form: no_inherit
-- on: plain inherited
-- before: CREATE TABLE parent (id integer NOT NULL, a integer);
-- before: ALTER TABLE t INHERIT parent;
ALTER TABLE t NO INHERIT parent;
