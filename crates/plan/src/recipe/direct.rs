//! A single well-guarded step for every change that no other recipe takes: the statements of a plain
//! push, behind a short lock timeout, with a probe and the inverse as undo.

use assess::effect::Act;
use facts::{MAJOR_MAX, Storage};
use model::{Action, Change, ConstraintKind, Object, PhaseName, TableOption, ms_text};

use super::second_column::{self, convert};
use super::{privileges, standing};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::situation::Situation;

mod question;
mod replaced;
mod window;

pub(super) use question::{done, generated_is};
pub(super) use replaced::replaced;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Drafted {
    let probe = question::done(change);
    let (undo, lost) = undo(change, situation);
    let draft = Draft {
        phase: phase(change, situation),
        title: title(change),
        table: change.table(),
        action: Action::Transaction { sql: privileges::kept_over(&[change]) },
        acts: assess::effect::acts(change, situation.from),
        verification: probe.clone(),
        probe,
        undo,
        cost: cost(change, situation),
        undo_acts: undo_acts(change, situation),
        late: false,
    };
    let mut drafted = Drafted::new(why(change, situation), vec![draft]);
    drafted.notes.extend(lost);
    drafted.notes.extend(slow_way_back(change, situation));
    drafted
}

/// What the way back is, where it is not of the kind of the way there.
fn undo_acts(change: &Change, situation: &Situation<'_>) -> Option<Vec<Act>> {
    let Change::ValidateConstraint { .. } = change else { return None };
    let back = standing::inverses(change, situation);
    Some(back.iter().flat_map(|change| assess::effect::acts(change, situation.from)).collect())
}

/// A sentence for a change that only writes an entry, and whose way back writes every row anew.
fn slow_way_back(change: &Change, situation: &Situation<'_>) -> Option<String> {
    let inverse = change.inverse()?;
    if cost(change, situation) != Cost::Catalog || cost(&inverse, situation) != Cost::Rewrite {
        return None;
    }
    let statistics = change.table().and_then(|table| situation.table_statistics(&table).cloned());
    let time = match statistics {
        Some(known) if known.rows_or_guess() < second_column::FEW_ROWS => return None,
        Some(known) => ms_text(crate::cost::from_rates(Cost::Rewrite, Some(&known)).ms.p50),
        None => "a time nobody knows".to_owned(),
    };
    Some(format!(
        "the way back of {} {} is not free: it writes every row anew under ACCESS EXCLUSIVE, for about {time}; where the wider \
         type does no harm, leave this step out of a rollback by making it a plan of its own",
        change.operation(),
        change.object()
    ))
}

fn title(change: &Change) -> String {
    format!("{} {}", change.operation().name().to_lowercase().replace('_', " "), change.object())
}

/// What is new comes first, what goes comes last, and what is remade stays in its order between.
pub(super) fn phase(change: &Change, situation: &Situation<'_>) -> PhaseName {
    let on_new_table = change.table().is_some_and(|table| situation.is_new(&table));
    match change {
        _ if situation.is_remade(change) || situation.stands_on_retyped(change) => PhaseName::Switch,
        _ if on_new_table => PhaseName::Expand,
        Change::Create { object: Object::View { .. } } => PhaseName::Switch,
        Change::CreateIndex { table, .. } if situation.is_new_view(table) => PhaseName::Switch,
        // The sequence of an identity has the same name, and goes first.
        Change::Create { object: Object::Sequence { name, .. } }
        | Change::Replace { to: Object::Sequence { name, .. }, .. }
            if follows_identity(name, situation) =>
        {
            PhaseName::Switch
        }
        Change::Create { .. } | Change::AddEnumValue { .. } | Change::CreateIndex { .. } => PhaseName::Expand,
        // No column has the type yet, and one that comes to it has to find it as it is wanted.
        Change::ReplaceEnum { name, .. } if !situation.has_column_of(name) => PhaseName::Expand,
        Change::AddColumn { .. } => PhaseName::Expand,
        // What loosens may come early, and new code may need it.
        Change::SetNotNull { not_null: false, .. } => PhaseName::Expand,
        Change::Replace { from: Object::Sequence { .. }, .. } => PhaseName::Expand,
        Change::Drop { object: Object::View { .. } | Object::Trigger { .. } | Object::Rule { .. } } => {
            PhaseName::Switch
        }
        Change::Drop { .. }
        | Change::DropColumn { .. }
        | Change::DropConstraint { .. }
        | Change::DropIndex { .. } => PhaseName::Contract,
        _ => PhaseName::Switch,
    }
}

/// Whether the sequence is for a column that has an identity so far.
fn follows_identity(sequence: &model::Name, situation: &Situation<'_>) -> bool {
    // It is made without an owner, and gets one later.
    let owner = situation.to.sequences.get(sequence).and_then(|sequence| sequence.owned_by.as_ref());
    let Some((table, column)) = owner else { return false };
    let column = situation.table(table).and_then(|table| table.column(column));
    column.is_some_and(|column| column.identity.is_some())
}

/// The undo, and a sentence where it does not bring everything back.
fn undo(change: &Change, situation: &Situation<'_>) -> (Action, Option<String>) {
    let object = change.object();
    match change.inverse() {
        None if matches!(change, Change::ValidateConstraint { .. }) => {
            let sql = standing::inverses(change, situation).iter().flat_map(Change::sql).collect();
            (Action::Transaction { sql }, None)
        }
        None if matches!(change, Change::AddEnumValue { .. }) => (
            Action::Nothing {
                why: "a label cannot be removed from an enum; unused, it harms nobody".to_owned(),
            },
            Some(format!("the new label of {object} stays after a rollback: PostgreSQL cannot remove it")),
        ),
        None if matches!(change, Change::SetGenerated { .. }) => (
            Action::Nothing {
                why: "a plain column cannot become generated again; it keeps its values, and takes new ones"
                    .to_owned(),
            },
            Some(format!(
                "{object} stays a plain column after a rollback: PostgreSQL makes no column generated that is not"
            )),
        ),
        None => (Action::Nothing { why: "a proof takes nothing away".to_owned() }, None),
        Some(inverse) => (Action::Transaction { sql: privileges::kept_over(&[&inverse]) }, lost(change)),
    }
}

/// A sentence for a change whose inverse does not bring back the data.
pub(super) fn lost(change: &Change) -> Option<String> {
    if let Change::AlterColumnType { from, to, using, .. } = change
        && !convert(&from.type_name, &to.type_name, using.as_ref(), MAJOR_MAX).may_change
    {
        let may_fail = convert(&to.type_name, &from.type_name, None, MAJOR_MAX).may_fail;
        let (object, type_name) = (change.object(), &from.type_name);
        return may_fail.then(|| {
            format!(
                "a value written into {object} since, for which {type_name} has no room, stops its way back"
            )
        });
    }
    loses_data(change).then(|| {
        format!(
            "the way back of {} {} restores the schema but not the data it held",
            change.operation(),
            change.object()
        )
    })
}

fn loses_data(change: &Change) -> bool {
    matches!(
        change,
        Change::DropColumn { .. }
            | Change::Drop { object: Object::Table { .. } | Object::Sequence { .. } }
            | Change::AlterColumnType { .. }
            | Change::ReplaceEnum { .. }
    )
}

/// What makes the change take its time.
pub(super) fn cost(change: &Change, situation: &Situation<'_>) -> Cost {
    let on_new_table = change.table().is_some_and(|table| situation.is_new(&table));
    match change {
        _ if on_new_table => Cost::Catalog,
        // The column keeps its values.
        Change::SetGenerated { from, to, .. } if from.only_drops_expression(to) => Cost::Catalog,
        Change::SetGenerated { to, .. } if to.generated.as_ref().is_some_and(|it| !it.stored) => {
            Cost::Catalog
        }
        Change::AlterColumnType { from, to, using, .. } => {
            let major = situation.server_major;
            match convert(&from.type_name, &to.type_name, using.as_ref(), major).storage {
                Storage::Free => Cost::Catalog,
                Storage::RebuildsIndexes => Cost::IndexBuild,
                Storage::Rewrites | Storage::Refused | Storage::Unknown => Cost::Rewrite,
            }
        }
        Change::ReplaceEnum { columns, .. } if columns.is_empty() => Cost::Catalog,
        Change::SetGenerated { .. } | Change::ReplaceEnum { .. } => Cost::Rewrite,
        Change::AddColumn { column, .. } if column.generated.as_ref().is_some_and(|it| !it.stored) => {
            Cost::Catalog
        }
        Change::AddColumn { column, .. } if column.fills_itself() => Cost::Rewrite,
        // One way and the other the whole table goes through the log, or is written anew without it.
        Change::SetTableOption { option: TableOption::Unlogged, .. } => Cost::Rewrite,
        Change::Create { object: Object::View { view, .. } } if view.materialized && !view.no_data => {
            Cost::Scan
        }
        Change::SetPartition { to: Some(_), .. } | Change::ValidateConstraint { .. } => Cost::Scan,
        Change::Replace {
            from: Object::Domain { domain: from, .. },
            to: Object::Domain { domain: to, .. },
        } if window::proves_anew(from, to) => Cost::Scan,
        Change::CreateIndex { .. } => Cost::IndexBuild,
        Change::AddConstraint { constraint, .. } => match constraint.kind {
            ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Unique { .. }
            | ConstraintKind::Exclusion { .. } => Cost::IndexBuild,
            _ => Cost::Scan,
        },
        Change::AlterForeignKey { .. } | Change::SetNotNull { not_null: true, .. } => Cost::Scan,
        _ => Cost::Catalog,
    }
}

/// Costs from the least to the most.
pub(super) fn weight(cost: Cost) -> u8 {
    match cost {
        Cost::Nothing => 0,
        Cost::Catalog => 1,
        Cost::Scan => 2,
        Cost::IndexBuild => 3,
        Cost::Fill | Cost::Copy => 4,
        Cost::Rewrite => 5,
    }
}

/// Why a change asks for a maintenance window; none where it holds nobody up for long.
pub(super) fn asks_for_window(change: &Change, situation: &Situation<'_>) -> Option<String> {
    let is_new = change.table().is_some_and(|table| situation.is_new(&table));
    let takes_time = weight(cost(change, situation)) > weight(Cost::Catalog);
    let asks = !is_new && takes_time && window::harmless(change, situation).is_none();
    asks.then(|| format!("{} {}: {}", change.operation(), change.object(), why(change, situation)))
}

fn why(change: &Change, situation: &Situation<'_>) -> String {
    if change.table().is_some_and(|table| situation.is_new(&table)) {
        return "the table is new: nobody reads or writes it yet".to_owned();
    }
    if let Some(why) = window::harmless(change, situation) {
        return why.to_owned();
    }
    if let Some(why) = window::why(change, situation) {
        return format!("{why}: ask for a maintenance window as long as the prediction says");
    }
    match cost(change, situation) {
        Cost::Catalog | Cost::Nothing => "an entry in the catalog, behind a short lock timeout".to_owned(),
        Cost::Scan => "every row is read under a lock that holds writers up: ask for a maintenance window as long as \
                       the prediction says"
            .to_owned(),
        Cost::IndexBuild => "an index is built under a lock that holds writers up: ask for a maintenance window as \
                             long as the prediction says"
            .to_owned(),
        Cost::Rewrite | Cost::Fill | Cost::Copy => {
            "every row is written anew under ACCESS EXCLUSIVE: ask for a maintenance window as long as the prediction \
             says"
                .to_owned()
        }
    }
}
