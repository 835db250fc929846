//! Changes into phases of steps that an application does not notice.
//!
//! Each recipe is one file in `recipe/`: the steps of one operation with their probe, verification and
//! undo. Invariant of absence: no I/O; what the database is like comes in as data.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cost;
mod demand;
mod draft;
mod effect;
mod probe;
mod recipe;
mod recompile;
mod remains;
pub mod review;
mod situation;
mod told;
mod totals;
mod watch;

use model::{
    Change, Fault, Gate, Operation, PLAN_FORMAT, Plan, PlannedChange, Prediction, Risk, Schema, Statistics,
    Step,
};

pub use cost::Cost;
use draft::{Draft, Drafted, Foreseen};
use situation::Situation;
pub use told::{Distribution, Fill, MappedLabels, Rule, Told, ToldGate, Transform};
pub use totals::notes_on_replication;

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
    /// What a person told that the schemas do not say.
    pub told: &'a Told,
    /// Knows how long such steps took before.
    pub memory: Option<&'a dyn Predictor>,
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
    /// The phase.
    pub phase: model::PhaseName,
    /// The strongest lock it takes.
    pub lock: Option<model::LockMode>,
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
/// `plan.nothing` when there is nothing to change; `plan.transform` and `plan.fill` when what was told does not
/// fit the schemas; `plan.incomplete` when a change found no step; `plan.emptied` when a table with rows
/// would be made anew; the gates `plan.mapping` and `plan.unmapped` when a mapping contradicts itself or lacks what
/// the column holds.
pub fn plan(input: &Input<'_>) -> Result<Plan, Fault> {
    if input.changes.is_empty() {
        return Err(Fault::new("plan.nothing", "there is nothing to change"));
    }
    input.told.check(input)?;
    let situation = Situation::of(input);
    refuse_emptied(input, &situation)?;
    let mut drafts = watch::drafts(input.told);
    let mut changes = Vec::new();
    let mut gates: Vec<Gate> = watch::gates(input.told);
    let mut notes = Vec::new();
    let mut demanded = Vec::new();
    let mut carried = Vec::new();
    for change in input.changes {
        let (recipe, drafted) = recipe::choose(change, &situation);
        if drafted.drafts.is_empty() {
            carried.push((recipe, change));
        }
        let Drafted { why, drafts: steps, notes: more, gate, demanded: of_rows } = drafted;
        demanded.extend(of_rows);
        let (operation, object) = (recipe::operation(recipe, change), change.object().to_string());
        changes.push(PlannedChange { operation, object: object.clone(), recipe: recipe.to_owned(), why });
        drafts.extend(steps.into_iter().map(|step| (operation, object.clone(), recipe, step)));
        notes.extend(more);
        gates.extend(gate.filter(|gate| !gates.contains(gate)));
    }
    refuse_lost(&carried, &drafts)?;
    notes.extend(overall_notes(input, &drafts));
    recompile::after_types(&situation, &mut drafts);
    // Stable: within a phase the order of the changes stays.
    drafts.sort_by_key(|(.., draft)| (draft.phase, draft.late));
    let steps = finish(input, &situation, drafts);
    let risk_after = cost::risk_after(input, &steps);
    let totals = totals::of(input, &steps);
    notes.extend(input.statistics.iter().flat_map(|known| notes_on_replication(known, &totals)));
    Ok(Plan {
        format: PLAN_FORMAT,
        from: input.from.fingerprint(),
        to: input.to.fingerprint(),
        remains: remains::of(input),
        demanded,
        server_major: input.server_major,
        stall_budget_ms: input.stall_budget_ms,
        changes,
        steps,
        gates,
        risk_before: input.risk_before.clone(),
        risk_after,
        totals,
        notes,
    })
}

/// A table that PostgreSQL cannot alter into the wanted one would go with its rows, and come again empty.
fn refuse_emptied(input: &Input<'_>, situation: &Situation<'_>) -> Result<(), Fault> {
    let is_filled = |name: &model::Name| {
        let statistics = input.statistics.and_then(|known| known.table(name));
        // Where there is no page there is no row.
        statistics.is_none_or(|known| known.has_rows != Some(false) && known.heap_bytes > 0)
    };
    let emptied = input.changes.iter().find_map(|change| match change {
        Change::Drop { object: model::Object::Table { name, .. } } if situation.is_remade(change) => {
            (input.to.tables.contains_key(name) && is_filled(name)).then_some(name)
        }
        _ => None,
    });
    let Some(name) = emptied else { return Ok(()) };
    let what = format!(
        "PostgreSQL cannot alter {name} into the wanted table: it would be dropped with its rows and made anew"
    );
    Err(Fault::new("plan.emptied", what).help(
        "what a table is partitioned by, and the types of those columns, are for good: add the wanted table under another \
         name, move the rows over, and rename both; a table without rows is made anew at once",
    ))
}

/// A change without steps of its own is made by those of another one of its recipe. Where there are none, it would
/// be lost without a word.
fn refuse_lost(
    carried: &[(&str, &Change)],
    drafts: &[(Operation, String, &'static str, Draft)],
) -> Result<(), Fault> {
    // A rename of a column goes with that of its table: recipes that do begin with the same word.
    let family = |recipe: &str| recipe.split('_').next().map(str::to_owned);
    let is_made = |recipe: &str| drafts.iter().any(|(_, _, of, _)| family(of) == family(recipe));
    let lost = carried.iter().find(|(recipe, _)| !is_made(recipe));
    let Some((_, change)) = lost else { return Ok(()) };
    let what = format!("no step was found that makes {} {}", change.operation(), change.object());
    Err(Fault::new("plan.incomplete", what)
        .help("make the change in a push of its own, and tell us about it: a plan must hold every change"))
}

fn overall_notes(input: &Input<'_>, drafts: &[(Operation, String, &'static str, Draft)]) -> Vec<String> {
    let mut notes = Vec::new();
    let touches_rows = |(.., draft): &(Operation, String, &'static str, Draft)| {
        matches!(draft.action, model::Action::Backfill(_) | model::Action::Copy(_))
            || draft.cost == Cost::Rewrite
    };
    if !drafts.iter().any(touches_rows) {
        notes.push("no backfill: no step has to touch existing rows".to_owned());
    }
    if input.statistics.is_none() {
        notes.push("no database was asked: sizes are unknown, and so are the times".to_owned());
    }
    notes.extend(silenced(drafts));
    notes.extend(stale_plans(input));
    notes
}

/// What filling rows leaves asleep, and what that takes.
fn silenced(drafts: &[(Operation, String, &'static str, Draft)]) -> Option<String> {
    let mut each: Vec<String> = Vec::new();
    for (.., draft) in drafts {
        for action in [&draft.action, &draft.undo] {
            let model::Action::Backfill(fill) = action else { continue };
            each.extend(fill.silences.iter().map(|trigger| format!("{trigger} of {}", fill.table)));
        }
    }
    each.sort();
    each.dedup();
    (!each.is_empty()).then(|| {
        format!(
            "filling rows does not fire {}, as a plain push does not: the role that applies the plan is a superuser, or has \
             GRANT SET ON PARAMETER session_replication_role (from PostgreSQL 15 on); or the trigger says WHEN \
             (current_setting('{}', true) IS DISTINCT FROM 'on')",
            each.join(", "),
            model::FILLING
        )
    })
}

/// What a change of columns means for statements that sessions have prepared.
fn stale_plans(input: &Input<'_>) -> Option<String> {
    let changes_result = |change: &&Change| {
        matches!(
            change,
            Change::AddColumn { .. } | Change::DropColumn { .. } | Change::AlterColumnType { .. }
        )
    };
    let tables = input.changes.iter().filter(changes_result).filter_map(Change::table);
    let tables: std::collections::BTreeSet<String> = tables.map(|table| table.to_string()).collect();
    let names = tables.into_iter().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| {
        format!(
            "a prepared SELECT * from {names} fails once in each session with \"cached plan must not change result \
             type\" when the columns change: use a driver that prepares it anew, or list columns"
        )
    })
}

/// Drafts with everything that follows from what their statements are: locks, and how long they take.
fn finish(
    input: &Input<'_>,
    situation: &Situation<'_>,
    drafts: Vec<(Operation, String, &'static str, Draft)>,
) -> Vec<Step> {
    let mut steps = Vec::with_capacity(drafts.len());
    for (at, (operation, object, recipe, draft)) in drafts.into_iter().enumerate() {
        let effect = effect::of(situation, &draft);
        let undo_locks = effect::undo_locks(situation, &draft, &effect);
        let predicted = cost::predict(situation, input.memory, &draft, &effect, operation, recipe);
        steps.push(draft.into_step(
            at,
            operation,
            object,
            recipe,
            Foreseen { effect, undo_locks, predicted },
        ));
    }
    steps
}
