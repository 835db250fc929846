-- form: select
SELECT * FROM t;

-- form: select_for_update
SELECT * FROM t FOR UPDATE;

-- form: insert
INSERT INTO t (id, n) VALUES (501, 1);

-- form: insert_referencing
-- with: references
INSERT INTO t (id, a, n) VALUES (501, 1, 1);

-- form: insert_select
-- with: source
INSERT INTO t (id, n, b) SELECT id + 500, id, b FROM source;

-- form: insert_on_conflict
INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET b = 'new';

-- form: update
UPDATE t SET b = 'new';

-- form: update_referencing
-- with: references
UPDATE t SET a = 1;

-- form: update_referenced
-- with: referencing
-- before: CREATE INDEX referencing_t_id ON referencing (t_id);
-- before: INSERT INTO referencing SELECT g, 1 FROM generate_series(1001, 20000) AS g;
-- before: UPDATE referencing SET t_id = NULL;
-- before: VACUUM ANALYZE referencing;
UPDATE t SET id = id - 1;

-- form: update_from
-- with: source
UPDATE t SET b = source.b FROM source WHERE source.id = t.id;

-- form: delete
DELETE FROM t;

-- form: delete_referenced
-- with: referencing
-- before: CREATE INDEX referencing_t_id ON referencing (t_id);
-- before: INSERT INTO referencing SELECT g, 1 FROM generate_series(1001, 20000) AS g;
-- before: UPDATE referencing SET t_id = NULL;
-- before: VACUUM ANALYZE referencing;
DELETE FROM t;

-- form: delete_referenced_unindexed
-- with: referencing
-- before: UPDATE referencing SET t_id = NULL;
DELETE FROM t;

-- form: delete_cascade
-- before: CREATE TABLE referencing (id integer PRIMARY KEY, t_id integer REFERENCES t (id) ON DELETE CASCADE);
-- before: INSERT INTO referencing SELECT g, CASE WHEN g <= 40 THEN g END FROM generate_series(1, 20000) AS g;
-- before: CREATE INDEX referencing_t_id ON referencing (t_id);
-- before: VACUUM ANALYZE referencing;
DELETE FROM t;

-- form: delete_cascade_unindexed
-- before: CREATE TABLE referencing (id integer PRIMARY KEY, t_id integer REFERENCES t (id) ON DELETE CASCADE);
-- before: INSERT INTO referencing SELECT g, g FROM generate_series(1, 40) AS g;
DELETE FROM t;

-- form: delete_using
-- with: source
DELETE FROM t USING source WHERE source.id = t.id;

-- form: merge
-- with: source
MERGE INTO t USING source ON source.id = t.id WHEN MATCHED THEN UPDATE SET b = source.b
    WHEN NOT MATCHED THEN INSERT (id, n) VALUES (source.id, 1);

-- form: copy_from
COPY t (id, n) FROM PROGRAM 'echo 501,1' (FORMAT csv);

-- form: copy_to
COPY t TO '/dev/null';

-- form: truncate
TRUNCATE t;

-- form: truncate_cascade
-- with: referencing
TRUNCATE t CASCADE;

-- form: truncate_restart_identity
-- before: ALTER TABLE t ADD COLUMN c serial;
-- before: ALTER SEQUENCE t_c_seq RENAME TO sequence;
TRUNCATE t RESTART IDENTITY;

-- form: vacuum
VACUUM t;

-- form: vacuum_full
VACUUM FULL t;

-- form: vacuum_analyze
VACUUM ANALYZE t;

-- form: analyze
ANALYZE t;

-- form: cluster
CLUSTER t USING t_pkey;

-- form: lock_access_share
LOCK TABLE t IN ACCESS SHARE MODE;

-- form: lock_row_share
LOCK TABLE t IN ROW SHARE MODE;

-- form: lock_row_exclusive
LOCK TABLE t IN ROW EXCLUSIVE MODE;

-- form: lock_share_update_exclusive
LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE;

-- form: lock_share
LOCK TABLE t IN SHARE MODE;

-- form: lock_share_row_exclusive
LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE;

-- form: lock_exclusive
LOCK TABLE t IN EXCLUSIVE MODE;

-- form: lock_access_exclusive
LOCK TABLE t IN ACCESS EXCLUSIVE MODE;
