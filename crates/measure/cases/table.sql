-- form: create_table
-- on: plain
CREATE TABLE fresh (id integer PRIMARY KEY, b text UNIQUE);

-- form: create_table_references
-- on: plain
-- with: referenced
CREATE TABLE fresh (id integer PRIMARY KEY REFERENCES referenced);

-- form: create_table_like
-- on: plain
-- with: source
CREATE TABLE fresh (LIKE source INCLUDING ALL);

-- form: create_table_as
-- on: plain
-- with: source
CREATE TABLE fresh AS SELECT * FROM source;

-- form: drop_table
DROP TABLE t CASCADE;

-- form: drop_table_referencing
-- with: references
DROP TABLE t CASCADE;

-- form: drop_table_referenced
-- with: referencing
DROP TABLE t CASCADE;

-- form: drop_table_viewed
-- with: view
DROP TABLE t CASCADE;

-- form: rename_table
ALTER TABLE t RENAME TO t2;

-- form: set_schema
-- before: CREATE SCHEMA elsewhere;
ALTER TABLE t SET SCHEMA elsewhere;

-- form: set_owner
ALTER TABLE t OWNER TO other;

-- form: set_tablespace
ALTER TABLE t SET TABLESPACE ts;

-- form: set_logged
-- on: plain inherited
-- before: ALTER TABLE t SET UNLOGGED;
ALTER TABLE t SET LOGGED;

-- form: set_unlogged
ALTER TABLE t SET UNLOGGED;

-- form: set_access_method
-- before: CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
ALTER TABLE t SET ACCESS METHOD heap2;

-- form: set_storage_parameter
ALTER TABLE t SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);

-- form: set_user_catalog_table
ALTER TABLE t SET (user_catalog_table = true);

-- form: set_without_oids
ALTER TABLE t SET WITHOUT OIDS;

-- form: enable_row_security
ALTER TABLE t ENABLE ROW LEVEL SECURITY;

-- form: force_row_security
ALTER TABLE t FORCE ROW LEVEL SECURITY;

-- form: replica_identity_full
ALTER TABLE t REPLICA IDENTITY FULL;

-- form: replica_identity_using_index
-- before: CREATE UNIQUE INDEX index ON t (id);
ALTER TABLE t REPLICA IDENTITY USING INDEX index;

-- form: cluster_on
ALTER TABLE t CLUSTER ON t_pkey;

-- form: of_type
-- on: plain
-- before: CREATE TYPE row_type AS (id integer, a integer, b text, n integer, v varchar(20), ts timestamp);
ALTER TABLE t OF row_type;

-- form: not_of
-- on: plain
-- before: CREATE TYPE row_type AS (id integer, a integer, b text, n integer, v varchar(20), ts timestamp);
-- before: ALTER TABLE t OF row_type;
ALTER TABLE t NOT OF;

-- form: enable_trigger
-- with: trigger
ALTER TABLE t DISABLE TRIGGER tr;

-- form: enable_trigger_all
-- with: trigger
ALTER TABLE t DISABLE TRIGGER ALL;

-- form: enable_rule
-- before: CREATE RULE ru AS ON UPDATE TO t DO ALSO NOTHING;
ALTER TABLE t DISABLE RULE ru;

-- form: comment
COMMENT ON TABLE t IS 'words';

-- form: comment_on_index
-- before: CREATE INDEX index ON t (b);
COMMENT ON INDEX index IS 'words';

-- form: comment_on_constraint
COMMENT ON CONSTRAINT t_pkey ON t IS 'words';

-- form: grant
GRANT SELECT ON TABLE t TO other;

-- form: revoke
-- before: GRANT SELECT ON TABLE t TO other;
REVOKE SELECT ON TABLE t FROM other;
