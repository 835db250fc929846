CREATE SCHEMA lockkeeper_memory;

-- One row: the version of this schema.
CREATE TABLE lockkeeper_memory.version (version integer NOT NULL);
INSERT INTO lockkeeper_memory.version VALUES (1);

-- The ledger: what happened, as it was told, never changed.
CREATE TABLE lockkeeper_memory.entry (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    tenant text NOT NULL,
    kind text NOT NULL,
    run text,
    lesson text,
    operation text,
    table_schema text,
    table_name text,
    happened_ns bigint NOT NULL,
    body text NOT NULL,
    UNIQUE (tenant, id)
);
CREATE INDEX entry_by_kind ON lockkeeper_memory.entry (tenant, kind, happened_ns);
CREATE INDEX entry_by_operation ON lockkeeper_memory.entry (tenant, kind, operation, happened_ns);
CREATE INDEX entry_by_run ON lockkeeper_memory.entry (tenant, run);
CREATE INDEX entry_by_lesson ON lockkeeper_memory.entry (tenant, lesson) WHERE lesson IS NOT NULL;
CREATE INDEX entry_by_table ON lockkeeper_memory.entry (tenant, table_name);
CREATE INDEX entry_by_seq ON lockkeeper_memory.entry (tenant, seq);

CREATE FUNCTION lockkeeper_memory.refuse_update() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog AS
    $$BEGIN RAISE EXCEPTION 'the ledger is append-only'; END$$;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE ON lockkeeper_memory.entry
    FOR EACH ROW EXECUTE FUNCTION lockkeeper_memory.refuse_update();

-- What can be found and counted: derived from the ledger, one row for each thing.
CREATE TABLE lockkeeper_memory.document (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    tenant text NOT NULL,
    key text NOT NULL,
    entry text NOT NULL,
    type text NOT NULL,
    operation text,
    recipe text,
    table_schema text,
    table_name text,
    outcome text,
    environment text,
    server_major integer,
    run text,
    rehearsal boolean NOT NULL,
    claimed boolean NOT NULL,
    rows double precision,
    heap_bytes bigint,
    index_bytes bigint,
    total_bytes bigint,
    ms double precision,
    lock_hold_ms double precision,
    lock_wait_ms double precision,
    stall_ms double precision,
    -- What people should know of it, a line each.
    remarks text,
    successes bigint,
    failures bigint,
    happened_ns bigint NOT NULL,
    text text NOT NULL,
    -- The words of the text, stemmed and hashed.
    terms integer[] NOT NULL,
    -- The text as a vector, and the model that made it.
    model text,
    vector bytea,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX document_by_recipe ON lockkeeper_memory.document (tenant, operation, recipe, rehearsal, outcome);
CREATE INDEX document_by_table ON lockkeeper_memory.document (tenant, table_name);
CREATE INDEX document_by_time ON lockkeeper_memory.document (tenant, happened_ns DESC);
CREATE INDEX document_by_entry ON lockkeeper_memory.document (tenant, entry);
CREATE INDEX document_by_model ON lockkeeper_memory.document (tenant, model);
CREATE INDEX document_by_terms ON lockkeeper_memory.document USING gin (terms);

-- A session sees the tenant it has named, and nothing where it has named none. The owner too.
ALTER TABLE lockkeeper_memory.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE lockkeeper_memory.entry FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON lockkeeper_memory.entry
    USING (tenant = pg_catalog.current_setting('lockkeeper.tenant', true))
    WITH CHECK (tenant = pg_catalog.current_setting('lockkeeper.tenant', true));
ALTER TABLE lockkeeper_memory.document ENABLE ROW LEVEL SECURITY;
ALTER TABLE lockkeeper_memory.document FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON lockkeeper_memory.document
    USING (tenant = pg_catalog.current_setting('lockkeeper.tenant', true))
    WITH CHECK (tenant = pg_catalog.current_setting('lockkeeper.tenant', true));
