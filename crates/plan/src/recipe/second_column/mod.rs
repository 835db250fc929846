//! A column whose new type rewrites every row: a second column of that type is filled beside it, and takes over.
//!
//! A trigger keeps the second column equal while rows are filled in small transactions; indexes, keys, checks and
//! foreign keys are made on it without blocking; then all columns of the plan change places in one short
//! transaction, in which what stands on them (views, policies) goes and comes again. The first column is kept, and
//! follows the second until cleanup, so that the way back has what came in since.

mod coming;
mod labels;
mod parts;
mod swap;
mod switch;
mod sync;
mod twin;
mod way_back;

use model::{Change, Column, Constraint, Ident, Name, ObjectRef, PhaseName, Schema};

use self::labels::Labels;
pub(crate) use self::labels::added as added_labels;
pub(super) use self::labels::told_label;
use self::parts::Parts;
use self::twin::Twin;
pub(super) use self::twin::{FEW_ROWS, convert, index_stands_on};
use super::{direct, standing, together};
use crate::Cost;
use crate::draft::Drafted;
use crate::situation::Situation;

/// How the names begin of what is made for the swap back.
const BACK_PREFIX: &str = "_lockkeeper_back_";

/// All columns of a plan that change their type this way, with what stands on them.
struct Group<'a> {
    twins: &'a [Twin<'a>],
    /// The schema as it is and as it is wanted.
    schemas: [&'a Schema; 2],
    old: Parts,
    new: Parts,
    /// Changes of views and the like that go and come again, and what can only change while they are away.
    carried: Vec<&'a Change>,
    /// What takes them back.
    carried_back: Vec<Change>,
    /// What of them takes longest.
    carried_cost: Cost,
    major: u32,
}

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let twins = twin::twins(situation);
    let first = twins.first()?;
    // What the plan renames has its new name from the expand phase on.
    let schemas = [&situation.now, situation.to];
    let [old, new] = Parts::of_both(schemas, &twins);
    let (carried, carried_back, carried_cost) = (Vec::new(), Vec::new(), Cost::Catalog);
    let major = situation.server_major;
    let mut group = Group { twins: &twins, schemas, old, new, carried, carried_back, carried_cost, major };
    group.carried = together::along(situation).into_iter().filter(|change| !group.is_own(change)).collect();
    if !group.absorbs(change) {
        return None;
    }
    let inverses = group.carried.iter().rev().flat_map(|change| standing::inverses(change, situation));
    group.carried_back = inverses.collect();
    let costs = group.carried.iter().map(|change| direct::cost(change, situation));
    group.carried_cost = costs.max_by_key(|cost| direct::weight(*cost)).unwrap_or(Cost::Catalog);
    if first.is_retyped_by(change) {
        return Some(whole(&group, situation));
    }
    Some(Drafted::new("changes together with the type of the column", Vec::new()))
}

/// Whether a column changes its type by way of a second one, and gains or loses its identity after that.
pub(super) fn turns_after(table: &Name, column: &Ident, situation: &Situation<'_>) -> bool {
    turns(&twin::twins(situation), table, column)
}

fn turns(twins: &[Twin<'_>], table: &Name, column: &Ident) -> bool {
    twins.iter().any(|twin| twin.turns && twin.table == table && twin.name() == column)
}

/// Whether columns of the table change their type by way of a second one.
pub(super) fn is_of(table: &Name, situation: &Situation<'_>) -> bool {
    twin::twins(situation).iter().any(|twin| twin.table == table)
}

impl Group<'_> {
    /// Whether the swap makes this change as well.
    fn absorbs(&self, change: &Change) -> bool {
        self.is_own(change) || self.carried.contains(&change)
    }

    /// Whether the change is one of the columns themselves, or of what stands on them.
    fn is_own(&self, change: &Change) -> bool {
        let is_twin = |table: &Name, column: &Ident| {
            self.twins.iter().any(|twin| twin.table == table && twin.name() == column)
        };
        let has_constraint = |table: &Name, name: &Ident| {
            self.old.has_constraint(table, name) || self.new.has_constraint(table, name)
        };
        let has_index =
            |table: &Name, name: &Ident| self.old.has_index(table, name) || self.new.has_index(table, name);
        match change {
            Change::AlterColumnType { table, to: Column { name, .. }, .. } => is_twin(table, name),
            Change::ReplaceEnum { name, .. } => self.enums().any(|labels| labels.name == name),
            Change::SetDefault { table, column, .. } | Change::SetIdentity { table, column, .. } => {
                is_twin(table, column) && !turns(self.twins, table, column)
            }
            Change::SetNotNull { table, column, .. }
            | Change::SetColumnOption { table, column, .. }
            | Change::Comment { on: ObjectRef::Column(table, column), .. } => is_twin(table, column),
            Change::AddConstraint { table, constraint }
            | Change::DropConstraint { table, constraint }
            | Change::ValidateConstraint { table, constraint }
            | Change::AlterForeignKey { table, from: constraint, .. } => {
                has_constraint(table, &constraint.name)
            }
            Change::RenameConstraint { table, from, .. } => has_constraint(table, from),
            Change::CreateIndex { table, index } | Change::DropIndex { table, index } => {
                has_index(table, &index.name)
            }
            Change::RenameIndex { table, from, .. } => has_index(table, from),
            _ => false,
        }
    }

    /// The enums that are replaced, each once.
    fn enums(&self) -> impl Iterator<Item = &Labels<'_>> {
        let labels = |at: usize| self.twins[at].labels.as_ref();
        let is_first = move |at: usize, name: &Name| {
            !self.twins[..at].iter().any(|it| it.labels.as_ref().is_some_and(|it| it.name == name))
        };
        (0..self.twins.len()).filter_map(move |at| labels(at).filter(|it| is_first(at, it.name)))
    }

    /// What says of columns that may be null that no value was lost on the way.
    fn held(&self) -> impl Iterator<Item = (&Name, Constraint)> {
        let may_lose = |twin: &&Twin<'_>| twin.may_fail && !twin.to.not_null;
        self.twins.iter().filter(may_lose).map(|twin| (twin.table, coming::held(twin)))
    }

    fn titles(&self) -> String {
        let each: Vec<String> =
            self.twins.iter().map(|twin| format!("{}.{}", twin.table, twin.name())).collect();
        each.join(", ")
    }
}

fn whole(group: &Group<'_>, situation: &Situation<'_>) -> Drafted {
    let mut drafts: Vec<_> = group.enums().flat_map(|labels| labels.begin(group.twins, situation)).collect();
    drafts.extend(coming::steps(group, situation));
    drafts.push(switch::switch(group));
    drafts.extend(way_back::steps(group));
    drafts.extend(group.twins.iter().map(|twin| switch::clean_up(twin, group)));
    drafts.extend(group.enums().map(Labels::clean_up));
    let why = if group.twins.iter().all(|twin| twin.labels.is_some()) {
        "PostgreSQL cannot take a label away or order labels otherwise, and converting in place would rewrite every row \
         under ACCESS EXCLUSIVE: a second column of a new type is filled in small transactions, kept equal by a trigger, \
         and takes over in a short one"
    } else {
        "converting in place would rewrite every row under ACCESS EXCLUSIVE: a second column is filled in small \
         transactions, kept equal by a trigger, and takes over in a short one"
    };
    let mut drafted = Drafted::new(why, drafts);
    drafted.notes.extend(group.twins.iter().flat_map(notes));
    drafted.notes.extend(group.enums().flat_map(Labels::notes));
    let lasting = group.carried.iter().filter(|change| !situation.steps_aside(change));
    drafted.notes.extend(lasting.filter_map(|change| direct::lost(change)));
    drafted.demanded.extend(group.twins.iter().filter_map(Twin::demand));
    match gate(group) {
        Some(gate) => drafted.gate(PhaseName::Validate, gate),
        None => drafted,
    }
}

/// What code has to leave alone from the validate phase on.
fn gate(group: &Group<'_>) -> Option<String> {
    let may_fail = group.twins.iter().filter(|twin| twin.may_fail && twin.labels.is_none());
    let values = may_fail.map(|twin| {
        let (table, name, to) = (twin.table, twin.name(), &twin.to.type_name);
        format!("deployed code writes no value into {table}.{name} that {to} does not take")
    });
    let all: Vec<String> = values.chain(group.enums().filter_map(Labels::gate)).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn notes(twin: &Twin<'_>) -> Vec<String> {
    let place = format!("{}.{}", twin.table, twin.name());
    let mut notes = vec![format!(
        "{place} comes last among the columns of its table: an INSERT without a list of columns and SELECT * see \
         another order; the column as it was is kept as {} until cleanup",
        twin.kept
    )];
    if twin.may_fail && twin.labels.is_none() {
        notes.push(format!(
            "not every value of type {} can become {}: all values of {place} are checked before anything is changed",
            twin.from.type_name, twin.to.type_name
        ));
    }
    if twin.may_fail_back() {
        notes.push(format!(
            "a value that {} cannot hold, written into {place} after the switch, is null after a rollback; where the \
             column is NOT NULL the rollback then refuses",
            twin.from.type_name
        ));
    }
    notes
}

/// The name that a NOT NULL gets from 18 on.
fn not_null_constraint(table: &Name, column: &Ident) -> Ident {
    Ident::new(format!("{}_{}_not_null", table.name.as_str(), column.as_str())).truncated()
}
