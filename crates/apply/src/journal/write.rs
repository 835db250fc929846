//! The statements that write the journal. They are SQL and not calls, because most of them travel in
//! the same message, and so in the same transaction, as what they record.

use model::{Direction, Fingerprint, Literal, RunOutcome, Sql, Step, StepReceipt, sql};

use crate::machine::StepState;

/// What a run is, for its first row.
pub(crate) struct Opening<'a> {
    /// Forward or back.
    pub(crate) direction: Direction,
    /// How many steps are done at the goal.
    pub(crate) goal: usize,
    /// The environment by its name.
    pub(crate) environment: &'a str,
    /// Whether this is a rehearsal on a throwaway server.
    pub(crate) rehearsal: bool,
    /// The hash that was approved, if any.
    pub(crate) approval: Option<&'a Fingerprint>,
    /// Who approved it and when, if known.
    pub(crate) approved_by: Option<&'a str>,
    /// Why it was not rehearsed, where it had to be.
    pub(crate) unrehearsed: Option<&'a str>,
    /// `server_version_num`.
    pub(crate) server_version: u32,
    /// The schema it starts from.
    pub(crate) from: &'a Fingerprint,
    /// The schema it goes to.
    pub(crate) to: &'a Fingerprint,
}

/// Writes the journal entries of one run of one plan.
#[derive(Debug, Clone)]
pub(crate) struct Entries {
    plan: Literal,
    run: Literal,
}

/// The backend that carries the steps out.
const WORK_BACKEND: &str =
    "(SELECT backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()))";

impl Entries {
    /// Entries for this run of the plan with this hash.
    pub(crate) fn new(plan: &Fingerprint, run: &str) -> Self {
        Self { plan: Literal::new(plan.as_str()), run: Literal::new(run) }
    }

    /// The run begins. Sent by the work session.
    pub(crate) fn open(&self, opening: &Opening<'_>, runner_pid: i32) -> Sql {
        let approval = or_null(opening.approval.map(Fingerprint::as_str));
        sql!(
            "INSERT INTO lockkeeper.runs (run, plan, direction, goal, outcome, environment, rehearsal, approval,
                approved_by, unrehearsed, server_version, from_schema, to_schema, runner_pid, work_pid, work_backend_start)
             VALUES ({}, {}, {}, {}, 'running', {}, {}, {}, {}, {}, {}, {}, {}, {}, pg_catalog.pg_backend_pid(), {})",
            self.run,
            self.plan,
            text(direction_word(opening.direction)),
            opening.goal,
            text(opening.environment),
            Sql::verbatim(if opening.rehearsal { "true" } else { "false" }),
            approval,
            or_null(opening.approved_by),
            or_null(opening.unrehearsed),
            opening.server_version,
            text(opening.from.as_str()),
            text(opening.to.as_str()),
            Sql::verbatim(runner_pid.to_string()),
            Sql::verbatim(WORK_BACKEND),
        )
    }

    /// The run goes on, in new sessions and perhaps to another goal. Sent by the work session.
    pub(crate) fn resume(&self, goal: usize, runner_pid: i32) -> Sql {
        sql!(
            "UPDATE lockkeeper.runs SET outcome = 'running', goal = {}, live_schema = NULL, fault = NULL, waits = NULL,
                runner_pid = {}, work_pid = pg_catalog.pg_backend_pid(), work_backend_start = {},
                resumed = resumed + 1, changed_at = pg_catalog.clock_timestamp(), finished_at = NULL
             WHERE run = {}",
            goal,
            Sql::verbatim(runner_pid.to_string()),
            Sql::verbatim(WORK_BACKEND),
            self.run,
        )
    }

    /// The run ended so.
    pub(crate) fn close(&self, outcome: RunOutcome, live: Option<&Fingerprint>, fault: Option<&str>) -> Sql {
        let (live, fault) = (or_null(live.map(Fingerprint::as_str)), or_null(fault));
        sql!(
            "UPDATE lockkeeper.runs SET outcome = {}, live_schema = {}, fault = {}, waits = NULL,
                changed_at = pg_catalog.clock_timestamp(), finished_at = pg_catalog.clock_timestamp()
             WHERE run = {}",
            text(outcome_word(outcome)),
            live,
            fault,
            self.run,
        )
    }

    /// Why the run waits at this moment, or goes slowly; none where it goes on.
    pub(crate) fn waits(&self, why: Option<&str>) -> Sql {
        sql!(
            "UPDATE lockkeeper.runs SET waits = {}, waits_since = pg_catalog.clock_timestamp() WHERE run = {}",
            or_null(why),
            self.run
        )
    }

    /// Another run, which this one takes the place of, is given up.
    pub(crate) fn supersede(&self, other: &str) -> Sql {
        sql!(
            "UPDATE lockkeeper.runs SET outcome = 'aborted', changed_at = pg_catalog.clock_timestamp(),
                finished_at = COALESCE(finished_at, pg_catalog.clock_timestamp())
             WHERE run = {}",
            text(other)
        )
    }

    /// Every step of the plan is pending again: the schema was found to be where the plan begins.
    pub(crate) fn forget_steps(&self) -> Sql {
        sql!(
            "DELETE FROM lockkeeper.steps WHERE plan = {}; DELETE FROM lockkeeper.backfills WHERE plan = {}",
            self.plan,
            self.plan
        )
    }

    /// How a step stands from now on. Sent by the work session.
    pub(crate) fn stands(&self, ordinal: usize, step: &Step, state: StepState) -> Sql {
        sql!(
            "INSERT INTO lockkeeper.steps AS known (plan, ordinal, step, phase, state, run, backend_pid, backend_start)
             VALUES ({}, {}, {}, {}, {}, {}, pg_catalog.pg_backend_pid(), {})
             ON CONFLICT (plan, ordinal) DO UPDATE SET state = EXCLUDED.state, run = EXCLUDED.run,
                backend_pid = EXCLUDED.backend_pid, backend_start = EXCLUDED.backend_start,
                changed_at = EXCLUDED.changed_at",
            self.plan,
            ordinal,
            text(&step.id),
            text(step.phase.name()),
            text(state_word(state)),
            self.run,
            Sql::verbatim(WORK_BACKEND),
        )
    }

    /// An attempt's receipt, or more of it.
    pub(crate) fn attempt(&self, receipt: &StepReceipt) -> Sql {
        sql!(
            "INSERT INTO lockkeeper.attempts AS known (run, ordinal, attempt, outcome, receipt)
             VALUES ({}, {}, {}, {}, {})
             ON CONFLICT (run, ordinal, attempt) DO UPDATE SET outcome = EXCLUDED.outcome,
                receipt = EXCLUDED.receipt, recorded_at = EXCLUDED.recorded_at",
            self.run,
            receipt.ordinal,
            receipt.attempt,
            json(&receipt.outcome, "\""),
            json(receipt, ""),
        )
    }

    /// Fills a batch and journals how far this worker's backfill of the relation came, in one transaction, so
    /// that the count of rows is exact. Answers `rows_filled` and `batches` of the worker so far.
    pub(crate) fn fill(
        &self,
        (ordinal, relation, worker): (usize, &str, u32),
        update: &Sql,
        next_block: i64,
        blocks: i64,
    ) -> Sql {
        // Not RETURNING: every row would go through a tuple store only to be counted.
        let body = sql!(
            "#variable_conflict use_column
             DECLARE lockkeeper_rows bigint;
             BEGIN
             {};
             GET DIAGNOSTICS lockkeeper_rows = ROW_COUNT;
             INSERT INTO lockkeeper.backfills AS known (plan, ordinal, relation, worker, next_block, batch_blocks, batches, rows_filled)
             VALUES ({}, {}, {}, {}, {}, {}, 1, lockkeeper_rows)
             ON CONFLICT (plan, ordinal, relation, worker) DO UPDATE SET next_block = EXCLUDED.next_block,
                batch_blocks = EXCLUDED.batch_blocks, batches = known.batches + 1,
                rows_filled = known.rows_filled + EXCLUDED.rows_filled, changed_at = EXCLUDED.changed_at;
             END",
            update,
            self.plan,
            ordinal,
            text(relation),
            worker,
            next_block,
            blocks,
        );
        sql!(
            "DO {}; SELECT rows_filled, batches FROM lockkeeper.backfills
             WHERE plan = {} AND ordinal = {} AND relation = {} AND worker = {}",
            text(body.as_str()),
            self.plan,
            ordinal,
            text(relation),
            worker,
        )
    }

    /// How far the workers came in the relations of a backfill: `relation`, `worker`, `next_block`, `rows_filled`.
    pub(crate) fn backfill_progress(&self, ordinal: usize) -> Sql {
        sql!(
            "SELECT relation, worker, next_block, rows_filled FROM lockkeeper.backfills
             WHERE plan = {} AND ordinal = {}",
            self.plan,
            ordinal
        )
    }

    /// The next pass of a backfill begins at the first page.
    pub(crate) fn rewind_backfill(&self, ordinal: usize) -> Sql {
        sql!(
            "UPDATE lockkeeper.backfills SET next_block = 0 WHERE plan = {} AND ordinal = {}",
            self.plan,
            ordinal
        )
    }

    /// Forgets how far a backfill came, because it begins anew or was undone.
    pub(crate) fn forget_backfill(&self, ordinal: usize) -> Sql {
        sql!("DELETE FROM lockkeeper.backfills WHERE plan = {} AND ordinal = {}", self.plan, ordinal)
    }
}

/// A text, or NULL where there is none.
fn or_null(value: Option<&str>) -> Sql {
    value.map_or_else(|| sql!("NULL"), |value| sql!("{}", text(value)))
}

fn text(value: &str) -> Literal {
    Literal::new(value)
}

/// Data as a JSON literal; `trim` is what is cut from its ends.
fn json<T: serde::Serialize>(data: &T, trim: &str) -> Literal {
    let json =
        serde_json::to_string(data).unwrap_or_else(|error| panic!("a noun does not serialise: {error}"));
    Literal::new(json.trim_matches(|c| trim.contains(c)))
}

/// The direction as the journal writes it.
pub(crate) const fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Forward => "forward",
        Direction::Back => "back",
    }
}

const fn outcome_word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Running => "running",
        RunOutcome::Paused => "paused",
        RunOutcome::Done => "done",
        RunOutcome::Failed => "failed",
        RunOutcome::Aborted => "aborted",
    }
}

const fn state_word(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "pending",
        StepState::Doing => "doing",
        StepState::Done => "done",
        StepState::Undoing => "undoing",
    }
}
