//! The order in which PostgreSQL accepts changes.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, ConstraintKind, Name, Object, ObjectRef, Schema};

/// Sorts changes by what has to be out of the way, or in place, before them; within a rank, what is used
/// comes before what uses it (the other way round for drops).
pub(crate) fn sort(changes: Vec<Change>, from: &Schema, to: &Schema) -> Vec<Change> {
    let views: BTreeSet<Name> = changes.iter().filter_map(created_view).collect();
    let gone: BTreeSet<ObjectRef> = changes.iter().filter_map(dropped_table).collect();
    let mut ranked: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
    for change in changes {
        let rank = match &change {
            // An index on a materialized view that is made here comes after the view.
            Change::CreateIndex { table, .. } if views.contains(table) => INDEX_ON_VIEW,
            // A routine that takes or returns rows of a table that goes, goes before it.
            Change::Drop { object: Object::Routine { routine } }
                if !gone
                    .is_disjoint(&whole_tables(from.uses.of(&ObjectRef::Routine(routine.identity())))) =>
            {
                DROP_TABLE
            }
            _ => rank(&change),
        };
        ranked.entry(rank).or_default().push(change);
    }
    ranked.into_values().flat_map(|ranked| by_dependency(ranked, from, to)).collect()
}

const INDEX_ON_VIEW: u32 = 61;
const DROP_TABLE: u32 = 19;

fn dropped_table(change: &Change) -> Option<ObjectRef> {
    match change {
        Change::Drop { object: Object::Table { name, .. } } => Some(ObjectRef::Table(name.clone())),
        _ => None,
    }
}

fn created_view(change: &Change) -> Option<Name> {
    match change {
        Change::Create { object: Object::View { name, .. } } => Some(name.clone()),
        _ => None,
    }
}

fn rank(change: &Change) -> u32 {
    match change {
        Change::Create { object } => create_rank(object),
        Change::Drop { object } => drop_rank(object),
        Change::RenameTable { .. } => 5,
        Change::RenameColumn { .. } | Change::RenameConstraint { .. } | Change::RenameIndex { .. } => 6,
        Change::DropConstraint { constraint, .. } => match constraint.kind {
            ConstraintKind::ForeignKey(_) => 14,
            _ => 16,
        },
        Change::DropIndex { .. } => 15,
        Change::SetPartition { to: None, .. } => 17,
        Change::DropColumn { .. } => 18,
        Change::ReplaceEnum { .. } | Change::AddEnumValue { .. } => 22,
        Change::Replace { to: Object::Routine { .. }, .. } => 31,
        Change::Replace { to: Object::Sequence { .. }, .. } => 46,
        Change::Replace {
            to: Object::Trigger { .. } | Object::Policy { .. } | Object::Rule { .. }, ..
        } => 70,
        Change::Replace { .. } => 24,
        Change::SetDefault { to: None, .. } | Change::SetIdentity { to: None, .. } => 40,
        Change::SetGenerated { .. } => 41,
        Change::AlterColumnType { .. } => 42,
        Change::AddColumn { .. } => 43,
        Change::SetDefault { .. } | Change::SetIdentity { .. } => 47,
        Change::SetNotNull { .. } | Change::SetColumnOption { .. } => 48,
        Change::AddConstraint { constraint, .. } => match constraint.kind {
            ConstraintKind::ForeignKey(_) => 56,
            ConstraintKind::PrimaryKey { .. } => 50,
            _ => 51,
        },
        Change::CreateIndex { .. } => 52,
        Change::SetPartition { .. } => 53,
        Change::ValidateConstraint { .. } => 57,
        Change::AlterForeignKey { .. } => 56,
        Change::SetTableOption { .. } => 72,
        Change::Comment { .. } => 80,
    }
}

fn create_rank(object: &Object) -> u32 {
    match object {
        Object::Namespace { .. } => 1,
        Object::Extension { .. } => 2,
        Object::Collation { .. } => 20,
        Object::Enum { .. } | Object::Range { .. } => 23,
        Object::Sequence { .. } => 25,
        // These can use each other: a domain a function in its check, a function a table's row type, a
        // table a domain and a function.
        Object::Domain { .. } | Object::Composite { .. } | Object::Routine { .. } | Object::Table { .. } => {
            30
        }
        Object::View { .. } => 60,
        Object::Rule { .. } | Object::Trigger { .. } => 70,
        Object::Policy { .. } => 71,
    }
}

fn drop_rank(object: &Object) -> u32 {
    match object {
        Object::Policy { .. } | Object::Trigger { .. } | Object::Rule { .. } => 10,
        Object::View { .. } => 12,
        Object::Table { .. } => DROP_TABLE,
        Object::Sequence { .. } => 84,
        Object::Routine { .. } => 86,
        Object::Domain { .. } | Object::Composite { .. } => 88,
        Object::Enum { .. } | Object::Range { .. } => 90,
        Object::Collation { .. } => 92,
        Object::Extension { .. } => 94,
        Object::Namespace { .. } => 96,
    }
}

/// A stable topological order; where there is a cycle, the order so far stays.
fn by_dependency(changes: Vec<Change>, from: &Schema, to: &Schema) -> Vec<Change> {
    let provides: BTreeMap<ObjectRef, usize> = changes
        .iter()
        .enumerate()
        .filter_map(|(at, change)| Some((whole(change)?.reference(), at)))
        .collect();
    if provides.len() < 2 {
        return changes;
    }
    let dropping = changes.iter().all(|change| matches!(change, Change::Drop { .. }));
    let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); changes.len()];
    for (at, change) in changes.iter().enumerate() {
        let schema = if dropping { from } else { to };
        for used in whole(change).map(|object| uses(object, schema)).unwrap_or_default() {
            let Some(&provider) = provides.get(&used).filter(|provider| **provider != at) else { continue };
            if dropping {
                before[provider].insert(at);
            } else {
                before[at].insert(provider);
            }
        }
    }
    let mut slots: Vec<Option<Change>> = changes.into_iter().map(Some).collect();
    let mut out = Vec::with_capacity(slots.len());
    let mut visiting = BTreeSet::new();
    for at in 0..slots.len() {
        visit(at, &before, &mut slots, &mut visiting, &mut out);
    }
    out
}

fn visit(
    at: usize,
    before: &[BTreeSet<usize>],
    slots: &mut [Option<Change>],
    visiting: &mut BTreeSet<usize>,
    out: &mut Vec<Change>,
) {
    if slots[at].is_none() || !visiting.insert(at) {
        return;
    }
    for &earlier in &before[at] {
        visit(earlier, before, slots, visiting, out);
    }
    out.extend(slots[at].take());
}

fn whole(change: &Change) -> Option<&Object> {
    match change {
        Change::Create { object } | Change::Drop { object } => Some(object),
        _ => None,
    }
}

/// What has to be there before the object can be.
fn uses(object: &Object, schema: &Schema) -> BTreeSet<ObjectRef> {
    match object {
        Object::View { view, .. } => view.depends_on.clone(),
        Object::Table { name, table } => {
            let parts = schema.uses.iter().filter(|(part, _)| part.relation() == Some(name));
            let mut uses: BTreeSet<ObjectRef> = parts.flat_map(|(_, used)| whole_tables(used)).collect();
            // Foreign keys come later, so a referenced table is no need.
            for (_, key) in table.foreign_keys() {
                uses.remove(&ObjectRef::Table(key.references.clone()));
            }
            uses.extend(table.partition_of.iter().map(|(parent, _)| ObjectRef::Table(parent.clone())));
            uses.extend(table.inherits.iter().cloned().map(ObjectRef::Table));
            uses
        }
        object => whole_tables(schema.uses.of(&object.reference())),
    }
}

/// A use of a column is a use of its table.
fn whole_tables(uses: &BTreeSet<ObjectRef>) -> BTreeSet<ObjectRef> {
    uses.iter()
        .map(|used| match used {
            ObjectRef::Column(table, _) => ObjectRef::Table(table.clone()),
            other => other.clone(),
        })
        .collect()
}
