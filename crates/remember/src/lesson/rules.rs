//! What a finished run teaches: rules, each a function from a run to what it says.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::{Direction, RunOutcome, RunReceipt, StepOutcome, StepReceipt, ms_text, rows_text};

use super::Conditions;
use crate::describe::sqlstate_words;
use crate::{Outcome, TableName};

/// The stall an application should not feel, in ms.
const STALL_MS: f64 = model::STALL_BUDGET_MS as f64;

/// The lock waits from which a lock counts as hard to get, in ms.
const LONG_WAIT_MS: f64 = 1_000.0;

/// A finished run with the receipts of its steps.
pub(super) struct Finished<'a> {
    pub(super) run: &'a RunReceipt,
    pub(super) steps: &'a [StepReceipt],
}

/// What a rule says of a run.
pub(super) struct Saying {
    pub(super) rule: &'static str,
    pub(super) kind: &'static str,
    pub(super) conditions: Conditions,
    /// Whether the run speaks for the lesson, or against it.
    pub(super) speaks_for: bool,
    pub(super) outcome: Option<Outcome>,
    pub(super) rows: Option<f64>,
    pub(super) text: String,
    pub(super) remedy: Option<String>,
}

/// The rules there are.
const RULES: [fn(&Finished<'_>) -> Vec<Saying>; 5] =
    [strategy_works, data_breaks_constraint, lock_is_hard_to_get, application_stalls, rollback_works];

/// Everything a run teaches.
pub(super) fn sayings(finished: &Finished<'_>) -> Vec<Saying> {
    RULES.iter().flat_map(|rule| rule(finished)).collect()
}

impl Finished<'_> {
    /// The steps of one direction by operation, recipe and table.
    fn subjects(&self, direction: Direction) -> Vec<(Conditions, Vec<&StepReceipt>)> {
        let mut subjects: BTreeMap<(String, String, Option<TableName>), Vec<&StepReceipt>> = BTreeMap::new();
        for step in self.steps.iter().filter(|step| step.direction == direction) {
            let table = step.table.as_ref().map(TableName::from);
            let key = (step.operation.name().to_owned(), step.recipe.clone(), table);
            subjects.entry(key).or_default().push(step);
        }
        let conditions = |(operation, recipe, table)| Conditions {
            operation: Some(operation),
            recipe: Some(recipe),
            table,
            ..Conditions::default()
        };
        subjects.into_iter().map(|(key, steps)| (conditions(key), steps)).collect()
    }
}

fn on_table(conditions: &Conditions) -> String {
    conditions.table.as_ref().map(|table| format!(" on {table}")).unwrap_or_default()
}

fn operation_words(conditions: &Conditions) -> String {
    conditions.operation.as_deref().unwrap_or("change").to_lowercase().replace('_', " ")
}

fn recipe(conditions: &Conditions) -> &str {
    conditions.recipe.as_deref().unwrap_or("an unknown recipe")
}

fn rows_of(steps: &[&StepReceipt]) -> Option<f64> {
    steps.iter().filter_map(|step| step.rows).filter(|rows| *rows >= 0.0).reduce(f64::max)
}

fn at_rows(rows: Option<f64>) -> String {
    rows.map(|rows| format!(" at {} rows", rows_text(rows))).unwrap_or_default()
}

fn most(steps: &[&StepReceipt], measure: impl Fn(&StepReceipt) -> f64) -> f64 {
    steps.iter().map(|step| measure(step)).fold(0.0, f64::max)
}

/// A recipe that came through speaks for itself; one that failed, against.
fn strategy_works(finished: &Finished<'_>) -> Vec<Saying> {
    if finished.run.rehearsal || finished.run.direction == Direction::Back {
        return Vec::new();
    }
    let saying = |(conditions, steps): (Conditions, Vec<&StepReceipt>)| {
        let failed =
            steps.iter().any(|step| step.outcome == StepOutcome::Failed || step.verified == Some(false));
        let speaks_for = !failed && finished.run.outcome == RunOutcome::Done;
        if !speaks_for && !failed {
            return None;
        }
        let rows = rows_of(&steps);
        let text = format!(
            "{}{} goes well by {}{}: locks held for {} at most, {} in all.",
            operation_words(&conditions),
            on_table(&conditions),
            recipe(&conditions),
            at_rows(rows),
            ms_text(most(&steps, |step| step.lock_hold_ms)),
            ms_text(steps.iter().map(|step| step.execution_ms).sum()),
        );
        let (rule, kind) = ("strategy-works", "migration-strategy");
        let remedy = Some(format!("use {} again", recipe(&conditions)));
        Some(Saying { rule, kind, conditions, speaks_for, outcome: Some(Outcome::Done), rows, text, remedy })
    };
    finished.subjects(Direction::Forward).into_iter().filter_map(saying).collect()
}

/// Data that broke a constraint once may do it again; rehearsals know as well.
fn data_breaks_constraint(finished: &Finished<'_>) -> Vec<Saying> {
    let broken = finished.steps.iter().filter_map(|step| {
        let state = step.sqlstate.as_deref().filter(|state| state.starts_with("23"))?;
        let conditions = Conditions {
            operation: Some(step.operation.name().to_owned()),
            table: step.table.as_ref().map(TableName::from),
            ..Conditions::default()
        };
        let meaning = sqlstate_words(state).unwrap_or("integrity constraint violation");
        let text = format!(
            "Existing rows stop {}{}: {meaning} ({state}){}.",
            operation_words(&conditions),
            on_table(&conditions),
            at_rows(step.rows),
        );
        let remedy = "count the rows that break the constraint and mend them before it is validated";
        Some(Saying {
            rule: "data-breaks-constraint",
            kind: "risk-assessment",
            conditions,
            speaks_for: true,
            outcome: Some(Outcome::Failed),
            rows: step.rows,
            text,
            remedy: Some(remedy.to_owned()),
        })
    });
    broken.collect()
}

/// A table that was hard to lock at an hour.
fn lock_is_hard_to_get(finished: &Finished<'_>) -> Vec<Saying> {
    if finished.run.rehearsal {
        return Vec::new();
    }
    let hard =
        |step: &&StepReceipt| step.outcome == StepOutcome::LockTimeout || step.lock_wait_ms >= LONG_WAIT_MS;
    let sayings = finished.steps.iter().filter(hard).filter_map(|step| {
        let table = TableName::from(step.table.as_ref()?);
        let hour = step.started_at.to_zoned(TimeZone::UTC).hour();
        let oldest = step.longest_transaction_ms.map(|age| format!("; the oldest other transaction was {} old", ms_text(age)));
        let text = format!(
            "Locks on {table} are hard to get between {hour:02}:00 and {:02}:00 UTC: waited {} over {} tries{}.",
            (hour + 1) % 24,
            ms_text(step.lock_wait_ms),
            step.lock_tries,
            oldest.unwrap_or_default(),
        );
        let conditions = Conditions { table: Some(table), hour_utc: Some(hour), ..Conditions::default() };
        Some(Saying {
            rule: "lock-is-hard-to-get",
            kind: "safety-pattern",
            conditions,
            speaks_for: true,
            outcome: None,
            rows: step.rows,
            text,
            remedy: Some("run at another hour, or end the long transactions first".to_owned()),
        })
    });
    sayings.collect()
}

/// A recipe that an application felt.
fn application_stalls(finished: &Finished<'_>) -> Vec<Saying> {
    if finished.run.rehearsal {
        return Vec::new();
    }
    let stall = |step: &StepReceipt| {
        [step.stall_read_ms, step.stall_write_ms].into_iter().flatten().fold(0.0, f64::max)
    };
    let saying = |(conditions, steps): (Conditions, Vec<&StepReceipt>)| {
        let (worst, rows) = (most(&steps, stall), rows_of(&steps));
        let text = format!(
            "{}{} by {} made the application wait for {}{}.",
            operation_words(&conditions),
            on_table(&conditions),
            recipe(&conditions),
            ms_text(worst),
            at_rows(rows),
        );
        (worst > STALL_MS).then(|| Saying {
            rule: "application-stalls",
            kind: "risk-assessment",
            conditions,
            speaks_for: true,
            outcome: None,
            rows,
            text,
            remedy: Some("run it when the table is quiet, or with a smaller lock budget".to_owned()),
        })
    };
    finished.subjects(Direction::Forward).into_iter().filter_map(saying).collect()
}

/// A way back that was gone, in production or in a rehearsal.
fn rollback_works(finished: &Finished<'_>) -> Vec<Saying> {
    let saying = |(conditions, steps): (Conditions, Vec<&StepReceipt>)| {
        let failed = steps.iter().any(|step| step.outcome == StepOutcome::Failed);
        let rows = rows_of(&steps);
        let place = if finished.run.rehearsal { "in a rehearsal" } else { "in production" };
        let text = format!(
            "Rolling back {}{} by {} took {}{}, {place}.",
            operation_words(&conditions),
            on_table(&conditions),
            recipe(&conditions),
            ms_text(steps.iter().map(|step| step.execution_ms).sum()),
            at_rows(rows),
        );
        Saying {
            rule: "rollback-works",
            kind: "rollback-procedure",
            conditions,
            speaks_for: !failed,
            outcome: Some(Outcome::Done),
            rows,
            text,
            remedy: Some("lockkeeper rollback, with the plan it was applied by".to_owned()),
        }
    };
    let undone = finished.subjects(Direction::Back);
    undone.into_iter().map(saying).collect()
}
