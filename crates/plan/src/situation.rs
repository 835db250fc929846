//! What a recipe may know: both schemas, sizes, and what else the plan changes.

use std::collections::BTreeSet;

use model::{
    Change, Column, ConstraintKind, Ident, Name, Object, ObjectRef, Schema, Statistics, Table,
    TableStatistics,
};

use crate::{Fill, Input, Told};

/// The situation a plan is made in.
pub(crate) struct Situation<'a> {
    pub(crate) from: &'a Schema,
    pub(crate) to: &'a Schema,
    /// The schema as it is, under the names that the plan's renames give.
    pub(crate) now: Schema,
    pub(crate) changes: &'a [Change],
    pub(crate) server_major: u32,
    pub(crate) statistics: Option<&'a Statistics>,
    pub(crate) told: &'a Told,
    created: BTreeSet<ObjectRef>,
    dropped: BTreeSet<ObjectRef>,
    /// Names of relations that one object gives up and another one takes.
    handed_on: BTreeSet<Name>,
}

impl<'a> Situation<'a> {
    pub(crate) fn of(input: &Input<'a>) -> Self {
        let reference = |change: &Change| match change {
            Change::Create { object } | Change::Drop { object } => Some(object.reference()),
            Change::CreateIndex { .. } | Change::DropIndex { .. } => Some(change.object()),
            Change::AddConstraint { .. } | Change::DropConstraint { .. } => Some(change.object()),
            Change::AddColumn { .. } | Change::DropColumn { .. } => Some(change.object()),
            _ => None,
        };
        let is_drop = |change: &&Change| {
            matches!(
                change,
                Change::Drop { .. }
                    | Change::DropIndex { .. }
                    | Change::DropConstraint { .. }
                    | Change::DropColumn { .. }
            )
        };
        let (drops, others): (Vec<_>, Vec<_>) = input.changes.iter().partition(is_drop);
        let given_up: BTreeSet<Name> = drops.iter().copied().filter_map(place).collect();
        let taken = others.iter().copied().filter_map(place).filter(|name| given_up.contains(name));
        Self {
            from: input.from,
            to: input.to,
            now: renamed(input.from, input.changes),
            changes: input.changes,
            server_major: input.server_major,
            statistics: input.statistics,
            told: input.told,
            handed_on: taken.collect(),
            created: others.into_iter().filter_map(reference).collect(),
            dropped: drops.into_iter().filter_map(reference).collect(),
        }
    }

    /// Whether the plan itself creates the table: nobody reads or writes it yet.
    pub(crate) fn is_new(&self, table: &Name) -> bool {
        self.created.contains(&ObjectRef::Table(table.clone()))
    }

    /// Whether the plan drops an object and creates another of that name: the order must stay.
    pub(crate) fn is_remade(&self, change: &Change) -> bool {
        let object = match change {
            Change::Create { object } | Change::Drop { object } => object.reference(),
            other => other.object(),
        };
        self.is_replaced(&object) || place(change).is_some_and(|name| self.handed_on.contains(&name))
    }

    /// Whether the change makes or drops something that stands on a column whose type changes: the server refuses the
    /// one while the other is there.
    pub(crate) fn stands_on_retyped(&self, change: &Change) -> bool {
        !self.retyped_under(change).is_empty()
    }

    /// Whether the change is of the type of a column on which something stands that the plan makes or drops.
    pub(crate) fn retypes_under_another(&self, change: &Change) -> bool {
        let columns: Vec<(&Name, &Ident)> = match change {
            Change::AlterColumnType { table, to, .. } => vec![(table, &to.name)],
            Change::ReplaceEnum { columns, .. } => columns.iter().map(|(of, it)| (of, &it.name)).collect(),
            _ => return false,
        };
        self.changes.iter().flat_map(|other| self.retyped_under(other)).any(|it| columns.contains(&it))
    }

    /// The columns under what a change makes or drops that change their type.
    fn retyped_under(&self, change: &Change) -> Vec<(&Name, &Ident)> {
        let (schema, object) = match change {
            Change::Create { object } if stands_on_others(object) => (self.to, object.reference()),
            Change::Drop { object } if stands_on_others(object) => (self.from, object.reference()),
            Change::AddColumn { column, .. } if column.generated.is_some() => (self.to, change.object()),
            Change::DropColumn { column, .. } if column.generated.is_some() => (self.from, change.object()),
            // Made again over the other type, its expression would be read as another one.
            Change::DropConstraint { constraint, .. }
                if matches!(constraint.kind, ConstraintKind::Check { .. }) =>
            {
                (self.from, change.object())
            }
            _ => return Vec::new(),
        };
        if change.table().is_some_and(|table| self.is_new(&table)) {
            return Vec::new();
        }
        let columns = schema.uses.of(&object).iter().filter_map(ObjectRef::column);
        columns.filter(|(table, column)| self.is_retyped(table, column)).collect()
    }

    /// Whether a change of the plan gives the column another type.
    pub(crate) fn is_retyped(&self, table: &Name, column: &Ident) -> bool {
        self.changes.iter().any(|change| match change {
            Change::AlterColumnType { table: of, to, .. } => of == table && to.name == *column,
            Change::ReplaceEnum { columns, .. } => {
                columns.iter().any(|(of, it)| of == table && it.name == *column)
            }
            _ => false,
        })
    }

    /// Whether the plan makes the view, anew or for the first time.
    pub(crate) fn is_new_view(&self, name: &Name) -> bool {
        self.created.contains(&ObjectRef::View(name.clone()))
    }

    /// Whether the plan drops this object and creates another of the same name.
    pub(crate) fn is_replaced(&self, object: &ObjectRef) -> bool {
        self.created.contains(object) && self.dropped.contains(object)
    }

    /// Whether the change drops or creates something that stands on others and goes and comes again.
    pub(crate) fn steps_aside(&self, change: &Change) -> bool {
        let (Change::Create { object } | Change::Drop { object }) = change else { return false };
        stands_on_others(object) && self.is_remade(change)
    }

    pub(crate) fn table_statistics(&self, table: &Name) -> Option<&TableStatistics> {
        self.statistics?.table(self.former_name(table))
    }

    /// The name that a table has before the plan.
    pub(crate) fn former_name<'n>(&'n self, table: &'n Name) -> &'n Name {
        let found = self.changes.iter().find_map(|change| match change {
            Change::RenameTable { from, to } if to == table => Some(from),
            _ => None,
        });
        found.unwrap_or(table)
    }

    /// A table as it is, under its new name where the plan gives it one.
    pub(crate) fn table(&self, table: &Name) -> Option<&Table> {
        self.now.table(table)
    }

    /// A column as it will be.
    pub(crate) fn wanted_column(&self, table: &Name, column: &Ident) -> Option<&Column> {
        self.to.table(table)?.column(column)
    }

    /// What the existing rows of a new column get, where a person told.
    pub(crate) fn fill(&self, table: &Name, column: &Ident) -> Option<&Fill> {
        self.told.fills.iter().find(|fill| fill.table == *table && fill.column == *column)
    }

    /// Whether deletes from a table are counted before the plan goes on.
    pub(crate) fn is_watched(&self, table: &Name) -> bool {
        self.told.gates.iter().any(|gate| gate.no_deletes_from.as_ref() == Some(table))
    }

    /// Whether the column's values come from another one by a mapping.
    pub(crate) fn is_transformed(&self, table: &Name, into: &Ident) -> bool {
        self.told.transforms.iter().any(|told| told.table == *table && told.into == *into)
    }

    /// Whether a column has the type so far, or an array of it.
    pub(crate) fn has_column_of(&self, type_name: &Name) -> bool {
        let columns = self.now.tables.values().flat_map(|table| &table.columns);
        columns.into_iter().any(|column| column.type_name.is_or_holds(type_name))
    }

    /// Whether the table has partitions: `CONCURRENTLY` and `NOT VALID` are then restricted.
    pub(crate) fn is_partitioned(&self, table: &Name) -> bool {
        self.now
            .table(table)
            .or_else(|| self.to.table(table))
            .is_some_and(|table| table.partition_by.is_some())
    }
}

/// The name among relations that a change gives to something, or takes away: tables, views, sequences and indexes,
/// those behind keys as well, share their names.
fn place(change: &Change) -> Option<Name> {
    match change {
        Change::Create { object } | Change::Drop { object } => match object.reference() {
            ObjectRef::Table(name) | ObjectRef::View(name) | ObjectRef::Sequence(name) => Some(name),
            _ => None,
        },
        Change::CreateIndex { table, index } | Change::DropIndex { table, index } => {
            Some(table.sibling(&index.name))
        }
        Change::AddConstraint { table, constraint } | Change::DropConstraint { table, constraint } => {
            constraint.has_index().then(|| table.sibling(&constraint.name))
        }
        _ => None,
    }
}

/// Views, policies, triggers, rules and routines: what steps aside while that on which it stands changes.
pub(crate) fn stands_on_others(object: &Object) -> bool {
    matches!(
        object,
        Object::View { .. }
            | Object::Policy { .. }
            | Object::Trigger { .. }
            | Object::Rule { .. }
            | Object::Routine { .. }
    )
}

fn renamed(from: &Schema, changes: &[Change]) -> Schema {
    let mut schema = from.clone();
    for change in changes {
        match change {
            Change::RenameTable { from, to } => diff::rename_table(&mut schema, from, to),
            Change::RenameColumn { table, from, to } => diff::rename_column(&mut schema, table, from, to),
            _ => {}
        }
    }
    schema
}
