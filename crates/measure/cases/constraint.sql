-- form: add_check
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0);

-- form: add_check_not_valid
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID;

-- form: add_check_not_enforced
ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT ENFORCED;

-- form: add_not_null
ALTER TABLE t ADD CONSTRAINT nn NOT NULL a;

-- form: add_not_null_not_valid
ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NOT VALID;

-- form: add_unique
ALTER TABLE t ADD CONSTRAINT uq UNIQUE (id, a);

-- form: add_unique_using_index
-- on: plain inherited
-- before: CREATE UNIQUE INDEX index ON t (id, a);
ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX index;

-- form: add_unique_using_index
-- on: partitioned
-- before: CREATE UNIQUE INDEX index ON t (id, a);
ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX index;

-- form: add_primary_key
-- before: ALTER TABLE t DROP CONSTRAINT t_pkey;
-- before: ALTER TABLE t ALTER COLUMN id SET NOT NULL;
ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (id);

-- form: add_primary_key_nullable
-- before: ALTER TABLE t DROP CONSTRAINT t_pkey;
-- before: ALTER TABLE t ALTER COLUMN id DROP NOT NULL;
ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (id);

-- form: add_primary_key_using_index
-- before: ALTER TABLE t DROP CONSTRAINT t_pkey;
-- before: ALTER TABLE t ALTER COLUMN id SET NOT NULL;
-- before: CREATE UNIQUE INDEX index ON t (id);
ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX index;

-- form: add_primary_key_using_index_nullable
-- before: ALTER TABLE t DROP CONSTRAINT t_pkey;
-- before: ALTER TABLE t ALTER COLUMN id DROP NOT NULL;
-- before: CREATE UNIQUE INDEX index ON t (id);
ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX index;

-- form: add_exclusion
ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING btree (id WITH =);

-- form: add_foreign_key
-- with: referenced
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES referenced (id);

-- form: add_foreign_key_not_valid
-- with: referenced
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES referenced (id) NOT VALID;

-- form: add_foreign_key_not_enforced
-- with: referenced
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES referenced (id) NOT ENFORCED;

-- form: add_foreign_key_partitioned
-- before: CREATE TABLE referenced (id integer PRIMARY KEY) PARTITION BY RANGE (id);
-- before: CREATE TABLE referenced_1 PARTITION OF referenced FOR VALUES FROM (0) TO (100);
-- before: CREATE TABLE referenced_2 PARTITION OF referenced FOR VALUES FROM (100) TO (1000);
-- before: INSERT INTO referenced SELECT g FROM generate_series(1, 200) AS g;
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES referenced (id);

-- form: validate_check
-- before: ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT ck;

-- form: validate_foreign_key
-- with: referenced
-- before: ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES referenced (id) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT fk;

-- form: validate_not_null
-- majors: 18
-- before: ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT nn;

-- form: validate_already
-- before: ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0);
ALTER TABLE t VALIDATE CONSTRAINT ck;

-- form: alter_constraint_deferrability
-- with: references
ALTER TABLE t ALTER CONSTRAINT t_fk DEFERRABLE INITIALLY DEFERRED;

-- form: alter_constraint_enforced
-- majors: 13-17
-- with: references
ALTER TABLE t ALTER CONSTRAINT t_fk ENFORCED;

-- form: alter_constraint_enforced
-- majors: 18
-- with: referenced
-- before: ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES referenced (id) NOT ENFORCED;
ALTER TABLE t ALTER CONSTRAINT fk ENFORCED;

-- form: alter_constraint_not_enforced
-- with: references
ALTER TABLE t ALTER CONSTRAINT t_fk NOT ENFORCED;

-- form: alter_constraint_inherit
-- majors: 18
-- on: plain inherited
-- before: ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NO INHERIT;
ALTER TABLE t ALTER CONSTRAINT nn INHERIT;

-- form: drop_check
-- before: ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0);
ALTER TABLE t DROP CONSTRAINT ck;

-- form: drop_not_null_constraint
-- majors: 18
-- before: ALTER TABLE t ADD CONSTRAINT nn NOT NULL a;
ALTER TABLE t DROP CONSTRAINT nn;

-- form: drop_unique
-- before: ALTER TABLE t ADD CONSTRAINT uq UNIQUE (id, a);
ALTER TABLE t DROP CONSTRAINT uq;

-- form: drop_primary_key
ALTER TABLE t DROP CONSTRAINT t_pkey;

-- form: drop_key_referenced
-- with: referencing
ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE;

-- form: drop_exclusion
-- before: ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING btree (id WITH =);
ALTER TABLE t DROP CONSTRAINT ex;

-- form: drop_foreign_key
-- with: references
ALTER TABLE t DROP CONSTRAINT t_fk;

-- form: rename_constraint
-- before: ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0);
ALTER TABLE t RENAME CONSTRAINT ck TO ck2;
