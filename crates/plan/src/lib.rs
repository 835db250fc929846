//! Changes into phases of steps that an application does not notice.
//!
//! Each recipe is one file in `recipe/`: the steps of one operation with their probe, verification and
//! undo. Invariant of absence: no I/O; what the database is like comes in as data.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cost;
mod draft;
mod probe;
mod recipe;
pub mod review;
mod situation;

use model::{
    Change, Effect, Fault, Fingerprint, Gate, Operation, PLAN_FORMAT, Plan, PlannedChange, Prediction, Risk,
    Schema, Sql, Statistics, Step,
};

pub use cost::Cost;
use draft::{Draft, Drafted};
use situation::Situation;

/// What a plan is made from.
pub struct Input<'a> {
    /// The schema as it is.
    pub from: &'a Schema,
    /// The schema as it is wanted.
    pub to: &'a Schema,
    /// The changes between them, in order.
    pub changes: &'a [Change],
    /// The server's major version.
    pub server_major: u32,
    /// Sizes and traffic; none where no database was asked.
    pub statistics: Option<&'a Statistics>,
    /// The budget for an application's stall, in ms.
    pub stall_budget_ms: u32,
    /// The risk of a plain push.
    pub risk_before: Risk,
    /// Tells what statements do.
    pub judge: &'a dyn Judge,
    /// Knows how long such steps took before.
    pub memory: Option<&'a dyn Predictor>,
}

/// Tells what statements do, one after the other, on a schema.
pub trait Judge {
    /// The effect of each statement, given what those before it made.
    fn effects(&self, from: &Schema, statements: &[Sql], server_major: u32) -> Vec<Effect>;
}

/// Knows how long steps of a kind took before.
pub trait Predictor {
    /// A prediction from earlier runs; none where there are too few.
    fn predict(&self, step: &StepShape<'_>) -> Option<Prediction>;
}

/// What a prediction goes by.
#[derive(Debug, Clone, Copy)]
pub struct StepShape<'a> {
    /// The operation.
    pub operation: Operation,
    /// The recipe.
    pub recipe: &'a str,
    /// The table.
    pub table: Option<&'a model::Name>,
    /// Its estimated rows.
    pub rows: Option<f64>,
    /// Its size with indexes and TOAST, in bytes.
    pub total_bytes: Option<u64>,
}

/// Makes the plan.
///
/// # Errors
/// `plan.nothing` when there is nothing to change.
pub fn plan(input: &Input<'_>) -> Result<Plan, Fault> {
    if input.changes.is_empty() {
        return Err(Fault::new("plan.nothing", "there is nothing to change"));
    }
    let situation = Situation::of(input);
    let mut drafts: Vec<(Operation, String, &'static str, Draft)> = Vec::new();
    let mut changes = Vec::new();
    let mut gates: Vec<Gate> = Vec::new();
    let mut notes = Vec::new();
    for change in input.changes {
        let (recipe, drafted) = recipe::choose(change, &situation);
        let Drafted { why, drafts: steps, notes: more, gate } = drafted;
        let (operation, object) = (change.operation(), change.object().to_string());
        changes.push(PlannedChange { operation, object: object.clone(), recipe: recipe.to_owned(), why });
        drafts.extend(steps.into_iter().map(|step| (operation, object.clone(), recipe, step)));
        notes.extend(more);
        gates.extend(gate.filter(|gate| !gates.contains(gate)));
    }
    notes.extend(overall_notes(input, &drafts));
    // Stable: within a phase the order of the changes stays.
    drafts.sort_by_key(|(.., draft)| draft.phase);
    let steps = finish(input, &situation, drafts);
    let risk_after = cost::risk_after(input, &steps);
    Ok(Plan {
        format: PLAN_FORMAT,
        from: input.from.fingerprint(),
        to: fingerprint_of(input.to),
        server_major: input.server_major,
        stall_budget_ms: input.stall_budget_ms,
        changes,
        steps,
        gates,
        risk_before: input.risk_before.clone(),
        risk_after,
        notes,
    })
}

fn fingerprint_of(schema: &Schema) -> Fingerprint {
    schema.fingerprint()
}

fn overall_notes(input: &Input<'_>, drafts: &[(Operation, String, &'static str, Draft)]) -> Vec<String> {
    let mut notes = Vec::new();
    let backfills = drafts.iter().any(|(.., draft)| matches!(draft.action, model::Action::Backfill(_)));
    if !backfills {
        notes.push("no backfill: no step has to touch existing rows".to_owned());
    }
    if input.statistics.is_none() {
        notes.push("no database was asked: sizes are unknown, and so are the times".to_owned());
    }
    let adds_column = input.changes.iter().any(|change| {
        matches!(
            change,
            Change::AddColumn { .. } | Change::DropColumn { .. } | Change::AlterColumnType { .. }
        )
    });
    if adds_column {
        notes.push(
            "a prepared SELECT * fails once with \"cached plan must not change result type\" after the \
             columns of its table change: drivers that prepare by name retry, or list columns"
                .to_owned(),
        );
    }
    notes
}

/// Drafts with everything that follows from their SQL: what it does, what it locks, how long it takes.
fn finish(
    input: &Input<'_>,
    situation: &Situation<'_>,
    drafts: Vec<(Operation, String, &'static str, Draft)>,
) -> Vec<Step> {
    let statements: Vec<Vec<Sql>> = drafts.iter().map(|(.., draft)| draft.statements()).collect();
    let flat: Vec<Sql> = statements.iter().flatten().cloned().collect();
    let mut effects = input.judge.effects(input.from, &flat, input.server_major).into_iter();
    let mut steps = Vec::with_capacity(drafts.len());
    for (at, ((operation, object, recipe, draft), own)) in drafts.into_iter().zip(&statements).enumerate() {
        let effect = together(effects.by_ref().take(own.len()));
        let predicted = cost::predict(situation, input.memory, &draft, operation, recipe);
        steps.push(draft.into_step(at, operation, object, recipe, effect, predicted));
    }
    steps
}

/// What several statements of one transaction do together: each relation under its strongest lock.
fn together(effects: impl Iterator<Item = Effect>) -> Effect {
    let mut all = Effect::default();
    for effect in effects {
        for lock in effect.locks {
            match all.locks.iter_mut().find(|known| known.relation == lock.relation) {
                Some(known) => known.mode = known.mode.max(lock.mode),
                None => all.locks.push(lock),
            }
        }
        all.rewrites.extend(effect.rewrites);
        all.scans.extend(effect.scans);
        all.index_builds += effect.index_builds;
        all.data_loss |= effect.data_loss;
    }
    all.locks.sort();
    for names in [&mut all.rewrites, &mut all.scans] {
        names.sort();
        names.dedup();
    }
    all
}
