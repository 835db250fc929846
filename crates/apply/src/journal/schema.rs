//! The tables of the journal, in schema `lockkeeper` of the target database.
//!
//! | table | one row for each | written |
//! | --- | --- | --- |
//! | `journal` | version of these tables | once |
//! | `runs` | run of a plan in one direction | at its start, at each reconnect, at its end |
//! | `steps` | step of a plan: how it stands | with the step, in its transaction where it has one |
//! | `attempts` | attempt of a step: its receipt | with the step, completed after it |
//! | `backfills` | worker and relation of a backfill: how far it came | with each batch, in its transaction |
//! | `settings` | wish of the user (`request`, `batch_target_ms`, …), and the database's environment | by `pause`, `resume`, `abort`, `set`; by `remember_environment` |
//!
//! `read` ignores the schema, so it takes no part in fingerprints.

use model::{Fault, Sql, sql};

use crate::failure::Failure;
use crate::session::{ask, rows};
use connect::Session;

/// The version of the tables that this program writes.
pub(crate) const JOURNAL_VERSION: u32 = 1;

const TABLES: &str = "
CREATE SCHEMA IF NOT EXISTS lockkeeper;
COMMENT ON SCHEMA lockkeeper IS 'Lockkeeper''s journal of schema changes. Safe to drop when no run is unfinished.';
CREATE TABLE IF NOT EXISTS lockkeeper.journal (
    version integer PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE lockkeeper.journal IS 'The version of the journal''s tables.';
CREATE TABLE IF NOT EXISTS lockkeeper.runs (
    run text PRIMARY KEY,
    plan text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('forward', 'back')),
    goal integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('running', 'paused', 'done', 'failed', 'aborted')),
    environment text NOT NULL,
    rehearsal boolean NOT NULL,
    approval text,
    approved_by text,
    unrehearsed text,
    server_version integer NOT NULL,
    from_schema text NOT NULL,
    to_schema text NOT NULL,
    live_schema text,
    fault text,
    runner_pid integer NOT NULL,
    work_pid integer NOT NULL,
    work_backend_start timestamptz,
    resumed integer NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    waits text,
    waits_since timestamptz);
COMMENT ON TABLE lockkeeper.runs IS 'One row for each run of a plan in one direction.';
COMMENT ON COLUMN lockkeeper.runs.plan IS 'The hash of the plan.';
COMMENT ON COLUMN lockkeeper.runs.goal IS 'How many steps of the plan, from the first, are done when the run has reached its goal.';
COMMENT ON COLUMN lockkeeper.runs.approval IS 'The hash that was approved.';
COMMENT ON COLUMN lockkeeper.runs.approved_by IS 'Who approved the plan, and when.';
COMMENT ON COLUMN lockkeeper.runs.unrehearsed IS 'Why the plan was carried out without a rehearsal, where one was asked for.';
COMMENT ON COLUMN lockkeeper.runs.live_schema IS 'The fingerprint of the schema when the run last stopped; null while it runs and after a crash.';
COMMENT ON COLUMN lockkeeper.runs.fault IS 'The kind of the fault that ended it; never a message, which could hold values of rows.';
COMMENT ON COLUMN lockkeeper.runs.waits IS 'Why the run waits, or goes slowly, at this moment; null while it goes on.';
COMMENT ON COLUMN lockkeeper.runs.work_pid IS 'The backend that carries the steps out; with work_backend_start it names an orphan after a crash.';
CREATE TABLE IF NOT EXISTS lockkeeper.steps (
    plan text NOT NULL,
    ordinal integer NOT NULL,
    step text NOT NULL,
    phase text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'doing', 'done', 'undoing')),
    run text NOT NULL REFERENCES lockkeeper.runs,
    backend_pid integer NOT NULL,
    backend_start timestamptz,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, ordinal));
COMMENT ON TABLE lockkeeper.steps IS 'How each step of a plan stands. doing and undoing: meant, and perhaps not carried out.';
CREATE TABLE IF NOT EXISTS lockkeeper.attempts (
    run text NOT NULL REFERENCES lockkeeper.runs,
    ordinal integer NOT NULL,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    receipt jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, ordinal, attempt));
COMMENT ON TABLE lockkeeper.attempts IS 'What each attempt of a step did, measured.';
CREATE TABLE IF NOT EXISTS lockkeeper.backfills (
    plan text NOT NULL,
    ordinal integer NOT NULL,
    relation text NOT NULL,
    next_block bigint NOT NULL,
    batch_blocks bigint NOT NULL,
    batches bigint NOT NULL,
    rows_filled bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    worker integer NOT NULL DEFAULT 1,
    PRIMARY KEY (plan, ordinal, relation, worker));
COMMENT ON TABLE lockkeeper.backfills IS 'How far each worker of a backfill came; a row changes in the transaction of its batch.';
COMMENT ON COLUMN lockkeeper.backfills.next_block IS 'The page to go on with: every page before that of worker 1 is done.';
CREATE TABLE IF NOT EXISTS lockkeeper.settings (
    name text PRIMARY KEY,
    value text NOT NULL,
    set_by text NOT NULL DEFAULT CURRENT_USER,
    set_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE lockkeeper.settings IS 'What a running process is asked to do: request (pause or abort), batch_target_ms, replica_lag_max_ms.';
INSERT INTO lockkeeper.journal (version) VALUES (1) ON CONFLICT DO NOTHING";

/// Whether this database has a journal at all.
pub(crate) async fn exists(session: &Session) -> Result<bool, Failure> {
    ask(session, &sql!("SELECT pg_catalog.to_regclass('lockkeeper.runs') IS NOT NULL")).await
}

/// Creates the journal where there is none, and refuses one that a newer version wrote. The caller
/// holds the run lock, so nobody else does the same.
pub(crate) async fn ensure(session: &Session) -> Result<(), Failure> {
    if !exists(session).await? {
        rows(session, &Sql::verbatim(TABLES)).await?;
    } else if !is_current(session).await? {
        rows(session, &Sql::verbatim(ADDED)).await?;
    }
    check_version(session).await
}

/// Columns that journals had not from the beginning.
const ADDED: &str = "ALTER TABLE lockkeeper.runs ADD COLUMN IF NOT EXISTS approved_by text,
    ADD COLUMN IF NOT EXISTS unrehearsed text, ADD COLUMN IF NOT EXISTS waits text,
    ADD COLUMN IF NOT EXISTS waits_since timestamptz;
ALTER TABLE lockkeeper.backfills ADD COLUMN worker integer NOT NULL DEFAULT 1,
    DROP CONSTRAINT backfills_pkey, ADD PRIMARY KEY (plan, ordinal, relation, worker)";

/// Whether the journal has the last of them.
async fn is_current(session: &Session) -> Result<bool, Failure> {
    let question = sql!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = 'lockkeeper.backfills'::pg_catalog.regclass
            AND attname = 'worker')"
    );
    ask(session, &question).await
}

/// Refuses a journal that a newer version wrote.
pub(crate) async fn check_version(session: &Session) -> Result<(), Failure> {
    let newer = sql!("SELECT EXISTS (SELECT FROM lockkeeper.journal WHERE version > {})", JOURNAL_VERSION);
    if ask(session, &newer).await? {
        let fault = Fault::new(
            "apply.journal_version",
            "the journal in this database was written by a newer Lockkeeper",
        )
        .at("schema lockkeeper")
        .help("use that version, or a newer one");
        return Err(Failure::refused(fault));
    }
    Ok(())
}
