-- The ledger: what happened, as it was told, never changed.
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    run TEXT,
    lesson TEXT,
    operation TEXT,
    table_schema TEXT,
    table_name TEXT,
    happened_ns INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
) STRICT;
CREATE INDEX entry_by_kind ON entry (tenant, kind, happened_ns);
CREATE INDEX entry_by_run ON entry (tenant, run);
CREATE INDEX entry_by_lesson ON entry (tenant, lesson) WHERE lesson IS NOT NULL;
CREATE INDEX entry_by_operation ON entry (tenant, kind, operation, happened_ns);
CREATE INDEX entry_by_table ON entry (tenant, table_name);
CREATE TRIGGER entry_is_append_only BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

-- Raised when documents go away or change in place, so that what other processes hold in memory is made anew.
CREATE TABLE generation (value INTEGER NOT NULL) STRICT;
INSERT INTO generation VALUES (0);

-- What can be found and counted: derived from the ledger, one row for each thing.
CREATE TABLE document (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    entry TEXT NOT NULL,
    type TEXT NOT NULL,
    operation TEXT,
    recipe TEXT,
    table_schema TEXT,
    table_name TEXT,
    outcome TEXT,
    environment TEXT,
    server_major INTEGER,
    run TEXT,
    rehearsal INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    rows REAL,
    heap_bytes INTEGER,
    index_bytes INTEGER,
    total_bytes INTEGER,
    ms REAL,
    lock_hold_ms REAL,
    lock_wait_ms REAL,
    stall_ms REAL,
    -- What people should know of it, a line each.
    remarks TEXT,
    successes INTEGER,
    failures INTEGER,
    happened_ns INTEGER NOT NULL,
    text TEXT NOT NULL,
    -- The words of the text, stemmed and hashed: four bytes each, little endian.
    terms BLOB NOT NULL,
    -- The text as a vector, and the model that made it.
    model TEXT,
    vector BLOB,
    UNIQUE (tenant, key)
) STRICT;
CREATE INDEX document_by_recipe ON document (tenant, operation, recipe, rehearsal, outcome);
CREATE INDEX document_by_model ON document (tenant, model);
CREATE INDEX document_by_entry ON document (tenant, entry);
