//! Receipts as the pipeline makes them.

#![allow(dead_code, reason = "each test file uses some of it")]

use jiff::{Span, Timestamp};
use model::{
    Direction, Fingerprint, Interval, LockMode, Name, Operation, PhaseName, Prediction, RelationLock,
    RunOutcome, RunReceipt, StepOutcome, StepReceipt,
};
use remember::{PredictionRecord, RehearsalRecord, TableName};

/// The moment the receipts begin at.
pub(crate) fn start() -> Timestamp {
    "2026-11-02T01:30:00.123456789Z".parse().unwrap()
}

/// A forward run in production that is done.
pub(crate) fn run(id: &str) -> RunReceipt {
    RunReceipt {
        run: id.to_owned(),
        plan: Fingerprint::of_bytes(b"plan"),
        direction: Direction::Forward,
        database: "7301234567890123456/funds".to_owned(),
        environment: "production".to_owned(),
        server_version: 150_018,
        from: Fingerprint::of_bytes(b"from"),
        to: Fingerprint::of_bytes(b"to"),
        outcome: RunOutcome::Done,
        started_at: start(),
        finished_at: Some(start() + Span::new().seconds(9)),
        rehearsal: false,
        approved_by: None,
        unrehearsed: None,
    }
}

/// The first attempt of a step that adds a column to `public.funds`.
pub(crate) fn step(run: &str, ordinal: u32) -> StepReceipt {
    let funds = Name::new("public", "funds");
    StepReceipt {
        run: run.to_owned(),
        ordinal,
        attempt: 1,
        step: format!("{ordinal:03}-expand-add-column"),
        phase: PhaseName::Expand,
        direction: Direction::Forward,
        operation: Operation::AddColumnNotNullWithDefault,
        recipe: "add-column-constant-default".to_owned(),
        table: Some(funds.clone()),
        rows: Some(5e6),
        heap_bytes: Some(431_234_048),
        index_bytes: Some(112_345_088),
        total_bytes: Some(543_579_136),
        locks: vec![RelationLock { relation: funds, mode: LockMode::AccessExclusiveLock }],
        lock_wait_ms: 130.1,
        lock_hold_ms: 6.2,
        execution_ms: 141.3 + f64::from(ordinal) / 3.0,
        lock_tries: 3,
        batches: 0,
        rows_filled: 0,
        stall_read_ms: Some(11.0),
        stall_write_ms: None,
        longest_transaction_ms: Some(3200.0),
        sqlstate: None,
        outcome: StepOutcome::Done,
        verified: Some(true),
        predicted: predicted(),
        started_at: start() + Span::new().seconds(i64::from(ordinal)),
    }
}

/// A prediction as a plan makes it.
pub(crate) fn predicted() -> Prediction {
    Prediction {
        ms: Interval::around(140.0, 2.0),
        lock_hold_ms: Interval::around(6.0, 1.5),
        basis: "3 earlier runs on this table".to_owned(),
    }
}

/// The prediction of the step above.
pub(crate) fn prediction(run: &str, ordinal: u32) -> PredictionRecord {
    let step = step(run, ordinal);
    PredictionRecord {
        run: step.run,
        ordinal,
        operation: step.operation,
        recipe: step.recipe,
        table: step.table.as_ref().map(TableName::from),
        rows: step.rows,
        total_bytes: step.total_bytes,
        predicted: step.predicted,
        predicted_at: start(),
    }
}

/// A rehearsal on a throwaway server of 17 that went well.
pub(crate) fn rehearsal(run: &str) -> RehearsalRecord {
    RehearsalRecord {
        run: run.to_owned(),
        plan: Fingerprint::of_bytes(b"plan"),
        server_version: 170_004,
        rows: Some(1e6),
        phases: Vec::new(),
        data_equal: Some(true),
        confidence: Some(90.0),
        rehearsed_at: start(),
    }
}

/// Throws that come out the same each time (xorshift).
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit
    }

    /// From 0 to below 1.
    pub(crate) fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1 << 30)).unwrap()) / f64::from(1u32 << 30)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
