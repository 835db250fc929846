-- form: create_index
CREATE INDEX index ON t (b);

-- form: create_index_concurrently
CREATE INDEX CONCURRENTLY index ON t (b);

-- form: create_index_only
-- on: partitioned
CREATE INDEX index ON ONLY t (b);

-- form: drop_index
-- before: CREATE INDEX index ON t (b);
DROP INDEX index;

-- form: drop_index_concurrently
-- before: CREATE INDEX index ON t (b);
DROP INDEX CONCURRENTLY index;

-- form: rename_index
-- before: CREATE INDEX index ON t (b);
ALTER INDEX index RENAME TO index2;

-- form: alter_index_set
-- on: plain inherited
-- before: CREATE INDEX index ON t (b);
ALTER INDEX index SET (fillfactor = 80);

-- form: alter_index_set_statistics
-- before: CREATE INDEX index ON t (lower(b));
ALTER INDEX index ALTER COLUMN 1 SET STATISTICS 500;

-- form: alter_index_set_tablespace
-- before: CREATE INDEX index ON t (b);
ALTER INDEX index SET TABLESPACE ts;

-- form: alter_index_attach_partition
-- on: partitioned
-- before: CREATE INDEX index ON ONLY t (b);
-- before: CREATE INDEX child_1_b ON child_1 (b);
ALTER INDEX index ATTACH PARTITION child_1_b;

-- form: reindex_index
-- before: CREATE INDEX index ON t (b);
REINDEX INDEX index;

-- form: reindex_index_concurrently
-- before: CREATE INDEX index ON t (b);
REINDEX INDEX CONCURRENTLY index;

-- form: reindex_table
REINDEX TABLE t;

-- form: reindex_table_concurrently
REINDEX TABLE CONCURRENTLY t;

-- form: reindex_schema
-- on: plain
REINDEX SCHEMA public;

-- form: reindex_schema_concurrently
-- on: plain
REINDEX SCHEMA CONCURRENTLY public;
