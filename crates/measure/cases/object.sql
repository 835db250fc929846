-- form: create_trigger
-- with: trigger_function
CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();

-- form: create_trigger_from
-- with: trigger_function source
CREATE CONSTRAINT TRIGGER tr AFTER INSERT ON t FROM source FOR EACH ROW EXECUTE FUNCTION f();

-- form: drop_trigger
-- with: trigger
DROP TRIGGER tr ON t;

-- form: rename_trigger
-- with: trigger
ALTER TRIGGER tr ON t RENAME TO tr2;

-- form: trigger_depends_on_extension
-- with: trigger
ALTER TRIGGER tr ON t DEPENDS ON EXTENSION plpgsql;

-- form: create_rule
CREATE RULE ru AS ON UPDATE TO t DO ALSO NOTHING;

-- form: rename_rule
-- before: CREATE RULE ru AS ON UPDATE TO t DO ALSO NOTHING;
ALTER RULE ru ON t RENAME TO ru2;

-- form: drop_rule
-- before: CREATE RULE ru AS ON UPDATE TO t DO ALSO NOTHING;
DROP RULE ru ON t;

-- form: create_policy
CREATE POLICY po ON t USING (a > 0);

-- form: alter_policy
-- before: CREATE POLICY po ON t USING (a > 0);
ALTER POLICY po ON t USING (a > 1);

-- form: rename_policy
-- before: CREATE POLICY po ON t USING (a > 0);
ALTER POLICY po ON t RENAME TO po2;

-- form: drop_policy
-- before: CREATE POLICY po ON t USING (a > 0);
DROP POLICY po ON t;

-- form: create_view
-- on: plain
-- with: source
CREATE VIEW fresh AS SELECT id FROM source;

-- form: replace_view
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE VIEW t AS SELECT id FROM source;
CREATE OR REPLACE VIEW t AS SELECT id, b FROM source;

-- form: alter_view
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE VIEW t AS SELECT id FROM source;
ALTER VIEW t SET (security_barrier = true);

-- form: rename_view
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE VIEW t AS SELECT id FROM source;
ALTER VIEW t RENAME TO t2;

-- form: drop_view
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE VIEW t AS SELECT id FROM source;
DROP VIEW t;

-- form: create_materialized_view
-- on: plain
-- with: source
CREATE MATERIALIZED VIEW fresh AS SELECT id FROM source;

-- form: create_materialized_view_no_data
-- on: plain
-- with: source
CREATE MATERIALIZED VIEW fresh AS SELECT id FROM source WITH NO DATA;

-- form: rename_materialized_view
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE MATERIALIZED VIEW t AS SELECT id FROM source;
ALTER MATERIALIZED VIEW t RENAME TO t2;

-- form: drop_materialized_view
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE MATERIALIZED VIEW t AS SELECT id FROM source;
DROP MATERIALIZED VIEW t;

-- form: refresh_materialized_view
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE MATERIALIZED VIEW t AS SELECT id FROM source;
-- before: CREATE UNIQUE INDEX t_id ON t (id);
-- before: CREATE INDEX t_2 ON t (id);
-- before: CREATE INDEX t_3 ON t (id);
REFRESH MATERIALIZED VIEW t;

-- form: refresh_materialized_view_concurrently
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE MATERIALIZED VIEW t AS SELECT id FROM source;
-- before: CREATE UNIQUE INDEX t_id ON t (id);
-- before: CREATE INDEX t_2 ON t (id);
-- before: CREATE INDEX t_3 ON t (id);
REFRESH MATERIALIZED VIEW CONCURRENTLY t;

-- form: refresh_materialized_view_no_data
-- on: plain
-- with: source
-- before: DROP TABLE t;
-- before: CREATE MATERIALIZED VIEW t AS SELECT id FROM source;
REFRESH MATERIALIZED VIEW t WITH NO DATA;

-- form: create_statistics
CREATE STATISTICS st ON a, b FROM t;

-- form: alter_statistics
-- before: CREATE STATISTICS st ON a, b FROM t;
ALTER STATISTICS st SET STATISTICS 500;

-- form: drop_statistics
-- before: CREATE STATISTICS st ON a, b FROM t;
DROP STATISTICS st;

-- form: create_sequence
-- on: plain
CREATE SEQUENCE fresh;

-- form: create_sequence_owned_by
CREATE SEQUENCE fresh OWNED BY t.a;

-- form: alter_sequence
-- on: plain
-- before: DROP TABLE t;
-- before: CREATE SEQUENCE t;
ALTER SEQUENCE t INCREMENT BY 2 RESTART;

-- form: alter_sequence_owned_by
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE SEQUENCE t;
ALTER SEQUENCE t OWNED BY user_1.a;

-- form: rename_sequence
-- on: plain
-- before: DROP TABLE t;
-- before: CREATE SEQUENCE t;
ALTER SEQUENCE t RENAME TO t2;

-- form: drop_sequence
-- on: plain
-- before: DROP TABLE t;
-- before: CREATE SEQUENCE t;
DROP SEQUENCE t;

-- form: drop_sequence_used
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE SEQUENCE t;
-- before: ALTER TABLE user_1 ALTER COLUMN a SET DEFAULT nextval('t');
DROP SEQUENCE t CASCADE;

-- form: create_enum
-- on: plain
CREATE TYPE fresh AS ENUM ('one', 'two');

-- form: add_enum_value
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE TYPE en AS ENUM ('one', 'two');
-- before: ALTER TABLE user_1 ADD COLUMN e en;
ALTER TYPE en ADD VALUE 'three';

-- form: rename_enum_value
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE TYPE en AS ENUM ('one', 'two');
-- before: ALTER TABLE user_1 ADD COLUMN e en;
ALTER TYPE en RENAME VALUE 'one' TO 'uno';

-- form: rename_type
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE TYPE en AS ENUM ('one', 'two');
-- before: ALTER TABLE user_1 ADD COLUMN e en;
ALTER TYPE en RENAME TO en2;

-- form: drop_type
-- on: plain
-- before: CREATE TYPE en AS ENUM ('one', 'two');
DROP TYPE en;

-- form: drop_type_used
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE TYPE en AS ENUM ('one', 'two');
-- before: ALTER TABLE user_1 ADD COLUMN e en;
-- before: UPDATE user_1 SET e = 'one';
DROP TYPE en CASCADE;

-- form: create_composite
-- on: plain
CREATE TYPE fresh AS (x integer, y text);

-- form: alter_composite
-- on: plain
-- before: CREATE TYPE pair AS (x integer, y text);
ALTER TYPE pair ADD ATTRIBUTE z integer;

-- form: alter_composite_typed
-- on: plain
-- before: CREATE TYPE pair AS (x integer, y text);
-- before: CREATE TABLE user_1 OF pair;
ALTER TYPE pair ADD ATTRIBUTE z integer CASCADE;

-- form: create_domain
-- on: plain
CREATE DOMAIN fresh AS integer CHECK (VALUE > 0);

-- form: domain_add_check
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE DOMAIN positive AS integer;
-- before: ALTER TABLE user_1 ADD COLUMN c positive;
ALTER DOMAIN positive ADD CONSTRAINT ck CHECK (VALUE > 0);

-- form: domain_add_check_not_valid
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE DOMAIN positive AS integer;
-- before: ALTER TABLE user_1 ADD COLUMN c positive;
ALTER DOMAIN positive ADD CONSTRAINT ck CHECK (VALUE > 0) NOT VALID;

-- form: domain_validate
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE DOMAIN positive AS integer;
-- before: ALTER TABLE user_1 ADD COLUMN c positive;
-- before: ALTER DOMAIN positive ADD CONSTRAINT ck CHECK (VALUE > 0) NOT VALID;
ALTER DOMAIN positive VALIDATE CONSTRAINT ck;

-- form: domain_set_not_null
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE DOMAIN positive AS integer;
-- before: ALTER TABLE user_1 ADD COLUMN c positive DEFAULT 1;
ALTER DOMAIN positive SET NOT NULL;

-- form: domain_drop_constraint
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE DOMAIN positive AS integer CONSTRAINT ck CHECK (VALUE > 0);
-- before: ALTER TABLE user_1 ADD COLUMN c positive;
ALTER DOMAIN positive DROP CONSTRAINT ck;

-- form: domain_set_default
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE DOMAIN positive AS integer;
-- before: ALTER TABLE user_1 ADD COLUMN c positive;
ALTER DOMAIN positive SET DEFAULT 1;

-- form: create_function
-- on: plain
CREATE FUNCTION fresh() RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- form: drop_function
-- on: plain
-- with: trigger_function
DROP FUNCTION f();

-- form: drop_function_trigger
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
-- before: CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- before: CREATE TRIGGER tr AFTER INSERT ON user_1 FOR EACH ROW EXECUTE FUNCTION f();
DROP FUNCTION f() CASCADE;

-- form: create_schema
-- on: plain
CREATE SCHEMA fresh;

-- form: rename_schema
-- on: plain
ALTER SCHEMA public RENAME TO elsewhere;

-- form: drop_schema
-- on: plain
-- before: CREATE SCHEMA elsewhere;
DROP SCHEMA elsewhere;

-- form: drop_schema_cascade
-- on: plain
-- before: ALTER TABLE t RENAME TO user_1;
DROP SCHEMA public CASCADE;

-- form: create_extension
-- on: plain
CREATE EXTENSION citext;

-- form: drop_extension
-- on: plain
-- before: CREATE EXTENSION citext;
DROP EXTENSION citext;

-- form: create_publication
CREATE PUBLICATION pu FOR TABLE t;

-- form: create_publication_all_tables
CREATE PUBLICATION pu FOR ALL TABLES;

-- form: create_publication_schema
CREATE PUBLICATION pu FOR TABLES IN SCHEMA public;

-- form: publication_add_table
-- before: CREATE PUBLICATION pu;
ALTER PUBLICATION pu ADD TABLE t;

-- form: publication_drop_table
-- before: CREATE PUBLICATION pu FOR TABLE t;
ALTER PUBLICATION pu DROP TABLE t;

-- form: publication_set_table
-- before: CREATE PUBLICATION pu;
ALTER PUBLICATION pu SET TABLE t;

-- form: drop_publication
-- before: CREATE PUBLICATION pu FOR TABLE t;
DROP PUBLICATION pu;

-- form: create_collation
-- on: plain
CREATE COLLATION fresh FROM "C";

-- form: create_role
-- on: plain
CREATE ROLE lockkeeper_measured;
