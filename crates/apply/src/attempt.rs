//! One attempt of one step while it goes on: what is measured becomes its receipt.

use std::time::Instant;

use connect::Session;
use jiff::Timestamp;
use model::{Action, Direction, Literal, Name, Plan, Sql, StepOutcome, StepReceipt, sql};

use crate::blockers::Sightings;
use crate::failure::Failure;
use crate::session::{APPLICATION_PREFIX, ms_since, rows, value};
use crate::stall::Stalls;

/// An attempt that has begun.
pub(crate) struct Attempt {
    pub(crate) ordinal: usize,
    pub(crate) number: u32,
    pub(crate) started: Instant,
    pub(crate) started_at: Timestamp,
    pub(crate) lock_wait_ms: f64,
    pub(crate) lock_hold_ms: f64,
    pub(crate) lock_tries: u32,
    pub(crate) batches: u32,
    pub(crate) rows_filled: u64,
    pub(crate) stalls: Stalls,
    pub(crate) sqlstate: Option<String>,
    pub(crate) outcome: Option<StepOutcome>,
    pub(crate) verified: Option<bool>,
    /// Who was seen to hold what is wanted, over all tries.
    pub(crate) sightings: Sightings,
    execution_ms: Option<f64>,
    before: Before,
}

/// The table and its surroundings before the attempt.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    rows: Option<f64>,
    heap_bytes: Option<i64>,
    heap_blocks: Option<u64>,
    index_bytes: Option<i64>,
    total_bytes: Option<i64>,
    longest_transaction_ms: Option<f64>,
}

impl Attempt {
    /// Begins an attempt: measures the table and the longest other transaction.
    pub(crate) async fn begin(
        session: &Session,
        ordinal: usize,
        number: u32,
        table: Option<&Name>,
    ) -> Result<Self, Failure> {
        let before = measure(session, table).await?;
        Ok(Self {
            ordinal,
            number,
            started: Instant::now(),
            started_at: Timestamp::now(),
            lock_wait_ms: 0.0,
            lock_hold_ms: 0.0,
            lock_tries: 0,
            batches: 0,
            rows_filled: 0,
            stalls: Stalls::default(),
            sqlstate: None,
            outcome: None,
            verified: None,
            sightings: Sightings::default(),
            execution_ms: None,
            before,
        })
    }

    /// The size of the step's work in the unit in which its progress is told: rows of a backfill, pages of
    /// an index build; unknown for others.
    pub(crate) fn total(&self, action: &Action) -> Option<u64> {
        match action {
            Action::Backfill(_) | Action::Copy(_) => self.before.rows.map(|rows| rows as u64),
            Action::Concurrent { .. } => self.before.heap_blocks,
            _ => None,
        }
    }

    /// The step's work ended so; what follows is asking and writing it down.
    pub(crate) fn ended(&mut self, outcome: StepOutcome) {
        self.outcome = Some(outcome);
        self.execution_ms = Some(ms_since(self.started));
    }

    /// The receipt as far as it is known now.
    pub(crate) fn receipt(&self, plan: &Plan, run: &str, direction: Direction) -> StepReceipt {
        let step = &plan.steps[self.ordinal];
        StepReceipt {
            run: run.to_owned(),
            ordinal: u32::try_from(self.ordinal).unwrap_or(u32::MAX),
            attempt: self.number,
            step: step.id.clone(),
            phase: step.phase,
            direction,
            operation: step.operation,
            recipe: step.recipe.clone(),
            table: step.table.clone(),
            rows: self.before.rows,
            heap_bytes: self.before.heap_bytes,
            index_bytes: self.before.index_bytes,
            total_bytes: self.before.total_bytes,
            locks: step.effect.locks.clone(),
            lock_wait_ms: to_microseconds(self.lock_wait_ms),
            lock_hold_ms: to_microseconds(self.lock_hold_ms),
            execution_ms: to_microseconds(self.execution_ms.unwrap_or_else(|| ms_since(self.started))),
            lock_tries: self.lock_tries,
            batches: self.batches,
            rows_filled: self.rows_filled,
            stall_read_ms: self.stalls.read_ms.map(to_microseconds),
            stall_write_ms: self.stalls.write_ms.map(to_microseconds),
            longest_transaction_ms: self.before.longest_transaction_ms,
            sqlstate: self.sqlstate.clone(),
            outcome: self.outcome.unwrap_or(StepOutcome::Done),
            verified: self.verified,
            predicted: step.predicted.clone(),
            started_at: self.started_at,
        }
    }
}

/// Milliseconds with three decimals: more would only look exact.
fn to_microseconds(ms: f64) -> f64 {
    (ms * 1e3).round() / 1e3
}

async fn measure(session: &Session, table: Option<&Name>) -> Result<Before, Failure> {
    let table = table.map_or_else(|| sql!("NULL"), |table| sql!("{}", Literal::new(table.to_string())));
    let question = sql!(
        "SELECT NULLIF(c.reltuples, -1) AS rows, pg_catalog.pg_relation_size(c.oid) AS heap,
            pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint AS blocks,
            pg_catalog.pg_indexes_size(c.oid) AS indexes, pg_catalog.pg_total_relation_size(c.oid) AS total, a.longest
         FROM (SELECT 1000 * pg_catalog.max(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - xact_start)) AS longest
               FROM pg_catalog.pg_stat_activity
               WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()
                 AND NOT pg_catalog.starts_with(application_name, {})) AS a
         LEFT JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass({})",
        Literal::new(APPLICATION_PREFIX),
        table
    );
    let found = rows(session, &question).await?;
    let Some(row) = found.first() else { return Ok(Before::default()) };
    Ok(Before {
        rows: value(row, "rows"),
        heap_bytes: value(row, "heap"),
        heap_blocks: value(row, "blocks"),
        index_bytes: value(row, "indexes"),
        total_bytes: value(row, "total"),
        longest_transaction_ms: value(row, "longest"),
    })
}

/// Whether a table is there to be watched.
pub(crate) fn is_table(table: &Name) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass({}) AND relkind IN ('r', 'p'))",
        Literal::new(table.to_string())
    )
}
