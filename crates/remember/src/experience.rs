//! What memory says to a risk score: it raises freely, lowers within bounds, and never under a floor.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{Direction, Fault, Operation, rows_text};
use serde::Serialize;

use crate::predict::{PredictQuery, foretell};
use crate::statistics::{Observation, observe, prefer_real};
use crate::{Memory, Outcome, TableName, confidence};

/// The most that memory takes off a score, in points.
const LOWER_MAX: f64 = 10.0;

/// The distinct runs it takes before anything is taken off.
const LOWER_RUNS: usize = 3;

/// Points for data that broke a constraint here before.
const CONSTRAINT_POINTS: f64 = 15.0;

/// Points for attempts that failed otherwise.
const FAILURE_POINTS: f64 = 10.0;

/// Points when every attempt waited for its lock in vain.
const TIMEOUT_POINTS: f64 = 10.0;

/// Points for a lock hold that will pass the budget.
const HOLD_POINTS: f64 = 20.0;

/// The newest attempts that are looked at.
const ATTEMPTS_MAX: u32 = 2_000;

/// What is about to be done.
#[derive(Debug, Clone)]
pub struct ExperienceQuery {
    /// The operation.
    pub operation: Operation,
    /// The recipe that will do it: `direct` for a plain push. Only its own successes lower a score.
    pub recipe: String,
    /// The table.
    pub table: TableName,
    /// Its rows, where known.
    pub rows: Option<f64>,
    /// Its size with indexes and TOAST, in bytes, where known.
    pub total_bytes: Option<f64>,
    /// The budget for an application's stall, in ms.
    pub budget_ms: f64,
}

/// One thing that memory has to say to a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hint {
    /// Points to add; below zero, to take off.
    pub points: f64,
    /// Why, in a sentence.
    pub reason: String,
    /// The runs it rests on.
    pub runs: Vec<String>,
}

/// Everything that memory has to say to a score.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Experience {
    /// The hints, those that raise first.
    pub hints: Vec<Hint>,
}

impl Experience {
    /// A score with what memory says to it: raised freely up to 100; lowered by at most ten points, and
    /// not under `floor`, unless it was there already.
    ///
    /// ```
    /// use remember::{Experience, Hint};
    /// let hint = |points| Hint { points, reason: String::new(), runs: Vec::new() };
    /// let experience = |points| Experience { hints: vec![hint(points)] };
    /// assert_eq!(experience(30.0).adjust(60.0, 30.0), 90.0);
    /// assert_eq!(experience(-50.0).adjust(65.0, 30.0), 55.0);
    /// assert_eq!(experience(-50.0).adjust(65.0, 60.0), 60.0);
    /// ```
    pub fn adjust(&self, score: f64, floor: f64) -> f64 {
        let (raised, lowered): (Vec<f64>, Vec<f64>) =
            self.hints.iter().map(|hint| hint.points).partition(|points| *points > 0.0);
        let lower = (-lowered.iter().sum::<f64>()).min(LOWER_MAX);
        let high = (score + raised.iter().sum::<f64>()).min(100.0);
        (high - lower).max(floor.min(score))
    }
}

impl Memory {
    /// What earlier attempts of an operation on a table say to its risk.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn experience(&self, query: &ExperienceQuery) -> Result<Experience, Fault> {
        let operation = Some(query.operation.name().to_owned());
        let all = self.with_store(|store| observe(store, self.tenant(), operation, Some(ATTEMPTS_MAX)))?;
        let ends = self.ends_of_tables()?;
        let asked = PredictQuery {
            recipe: Some(query.recipe.clone()),
            table: Some(query.table.clone()),
            rows: query.rows,
            total_bytes: query.total_bytes,
            ..PredictQuery::new(query.operation)
        };
        let here: Vec<&Observation> = all.iter().filter(|one| is_here(one, query)).collect();
        let mut hints = troubles_of(&here);
        let at = Timestamp::now();
        let told = foretell(&prefer_real(all.clone()), (&ends, &self.paces(at)?), &asked, at);
        hints.extend(told.lock_hold_ms.and_then(|hold| long_hold(hold.p90, query, &told.runs)));
        hints.extend(success(&here, query));
        Ok(Experience { hints })
    }

    /// What went wrong with an operation on a table, by any recipe: each raises the risk. Attempts that were
    /// rehearsed count too: what broke there breaks here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn troubles(&self, query: &ExperienceQuery) -> Result<Vec<Hint>, Fault> {
        let operation = Some(query.operation.name().to_owned());
        let all = self.with_store(|store| observe(store, self.tenant(), operation, Some(ATTEMPTS_MAX)))?;
        let here: Vec<&Observation> = all.iter().filter(|one| is_here(one, query)).collect();
        Ok(troubles_of(&here))
    }
}

fn troubles_of(here: &[&Observation]) -> Vec<Hint> {
    [broken_constraints(here), other_failures(here), lock_timeouts(here)].into_iter().flatten().collect()
}

fn is_here(one: &Observation, query: &ExperienceQuery) -> bool {
    let table = one.table.as_ref().is_some_and(|key| key.table.matches(&query.table));
    table && one.activity.direction == Direction::Forward
}

fn is_constraint(one: &Observation) -> bool {
    one.step.sqlstate.as_deref().is_some_and(|state| state.starts_with("23"))
}

fn broken_constraints(here: &[&Observation]) -> Option<Hint> {
    let broken: Vec<_> = here.iter().filter(|one| is_constraint(one)).copied().collect();
    let last = broken.last()?;
    let state = last.step.sqlstate.as_deref().unwrap_or_default();
    let reason = format!(
        "rows of {} broke a constraint {} before, last with {state} on {}",
        table_text(last),
        times(broken.len()),
        last.step.started_at.strftime("%Y-%m-%d"),
    );
    Some(Hint { points: CONSTRAINT_POINTS, reason, runs: runs_of(&broken) })
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn other_failures(here: &[&Observation]) -> Option<Hint> {
    let failed =
        |one: &&&Observation| Outcome::from(one.step.outcome) == Outcome::Failed && !is_constraint(one);
    let failed: Vec<_> = here.iter().filter(failed).copied().collect();
    let last = failed.last()?;
    let attempts = if failed.len() == 1 { "attempt" } else { "attempts" };
    let reason = format!("{} {attempts} on {} failed before", failed.len(), table_text(last));
    Some(Hint { points: FAILURE_POINTS, reason, runs: runs_of(&failed) })
}

#[expect(clippy::cast_precision_loss, reason = "counts of attempts")]
fn lock_timeouts(here: &[&Observation]) -> Option<Hint> {
    let timeout = |one: &&&Observation| Outcome::from(one.step.outcome) == Outcome::LockTimeout;
    let late: Vec<_> = here.iter().filter(timeout).copied().collect();
    let last = late.last()?;
    let share = late.len() as f64 / here.len() as f64;
    let reason = format!(
        "attempts on {} that did not get their lock in time: {} of {}",
        table_text(last),
        late.len(),
        here.len()
    );
    Some(Hint { points: (TIMEOUT_POINTS * share).max(1.0), reason, runs: runs_of(&late) })
}

fn long_hold(p90: f64, query: &ExperienceQuery, runs: &[String]) -> Option<Hint> {
    if p90 <= query.budget_ms {
        return None;
    }
    let rows = query.rows.map(|rows| format!(" at {} rows", rows_text(rows))).unwrap_or_default();
    let reason = format!(
        "one in ten such locks is held for more than {p90:.0} ms{rows}, and the budget is {:.0} ms",
        query.budget_ms
    );
    Some(Hint { points: HOLD_POINTS, reason, runs: runs.to_vec() })
}

/// Takes off only for what this recipe did on this table in production, every time, within the budget.
fn success(here: &[&Observation], query: &ExperienceQuery) -> Option<Hint> {
    let own: Vec<_> = here
        .iter()
        .filter(|one| one.activity.recipe == query.recipe && !one.is_rehearsal())
        .copied()
        .collect();
    let done: Vec<_> = own.iter().filter(|one| one.is_done()).copied().collect();
    let spotless = own.iter().all(|one| Outcome::from(one.step.outcome).verdict() != Some(false));
    let held = done.iter().map(|one| one.step.lock_hold_ms).fold(0.0, f64::max);
    let runs = runs_of(&done);
    if !spotless || held > query.budget_ms || runs.len() < LOWER_RUNS {
        return None;
    }
    let sure = confidence(runs.len() as u64, 0);
    let reason = format!(
        "{} runs of this recipe on {} went well, and held no lock for longer than {held:.0} ms (confidence {sure:.0})",
        runs.len(),
        query.table,
    );
    Some(Hint { points: -LOWER_MAX * sure / 100.0, reason, runs })
}

fn table_text(one: &Observation) -> String {
    one.table.as_ref().map(|key| key.table.to_string()).unwrap_or_default()
}

fn runs_of(attempts: &[&Observation]) -> Vec<String> {
    let runs: BTreeSet<&str> = attempts.iter().map(|one| one.run.as_ref()).collect();
    runs.into_iter().map(str::to_owned).collect()
}
