//! Views: replaced when their query changes, and made anew when what they stand on changes under them.

use std::collections::BTreeSet;

use model::{Change, Name, Object, ObjectRef, Schema, View};

use crate::index;

pub(crate) fn compare(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    let moving = moving(from, to, changes);
    for (name, current) in &from.views {
        if moving.contains(name) || !to.views.contains_key(name) {
            changes.push(Change::Drop { object: object(name, current) });
        }
    }
    for (name, wanted) in &to.views {
        match from.views.get(name) {
            Some(current) if !moving.contains(name) => alter(name, current, wanted, changes),
            _ => {
                changes.push(Change::Create { object: object(name, wanted) });
                furnish(name, wanted, changes);
            }
        }
        comments(from, name, wanted, changes);
    }
}

/// Views that have to be dropped and created: PostgreSQL refuses to change a column under a view, and
/// to drop a view under another.
fn moving(from: &Schema, to: &Schema, changes: &[Change]) -> BTreeSet<Name> {
    let touched: BTreeSet<ObjectRef> = changes.iter().filter_map(touched).collect();
    let mut moving: BTreeSet<Name> = from
        .views
        .iter()
        .filter(|(name, current)| {
            let rebuilt = to.views.get(name).is_none_or(|wanted| !same_query(current, wanted));
            rebuilt || current.depends_on.iter().any(|used| touched.contains(used))
        })
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let next: Vec<Name> = from
            .views
            .iter()
            .filter(|(name, view)| {
                !moving.contains(name)
                    && view
                        .depends_on
                        .iter()
                        .any(|used| matches!(used, ObjectRef::View(v) if moving.contains(v)))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if next.is_empty() {
            return moving;
        }
        moving.extend(next);
    }
}

/// What a change takes from under a view.
fn touched(change: &Change) -> Option<ObjectRef> {
    match change {
        Change::AlterColumnType { table, to, .. } | Change::SetGenerated { table, to, .. } => {
            Some(ObjectRef::Column(table.clone(), to.name.clone()))
        }
        Change::DropColumn { table, column } => Some(ObjectRef::Column(table.clone(), column.name.clone())),
        Change::Drop { object } => Some(object.reference()),
        Change::ReplaceEnum { name, .. } => Some(ObjectRef::Type(name.clone())),
        _ => None,
    }
}

/// A view whose query changes is made anew: `CREATE OR REPLACE VIEW` keeps column types, and the query
/// text alone does not tell whether they stay.
fn same_query(a: &View, b: &View) -> bool {
    a.materialized == b.materialized
        && a.query == b.query
        && a.columns == b.columns
        && a.options == b.options
        && a.no_data == b.no_data
}

fn alter(name: &Name, current: &View, wanted: &View, changes: &mut Vec<Change>) {
    index::compare(name, &current.indexes, &wanted.indexes, changes);
    for (trigger, new) in &wanted.triggers {
        let object = |trigger_value: &model::Trigger| Object::Trigger {
            table: name.clone(),
            name: trigger.clone(),
            trigger: trigger_value.clone(),
        };
        match current.triggers.get(trigger) {
            None => changes.push(Change::Create { object: object(new) }),
            Some(old) if old != new => changes.push(Change::Replace { from: object(old), to: object(new) }),
            Some(_) => {}
        }
    }
    for (trigger, old) in &current.triggers {
        if !wanted.triggers.contains_key(trigger) {
            let object = Object::Trigger { table: name.clone(), name: trigger.clone(), trigger: old.clone() };
            changes.push(Change::Drop { object });
        }
    }
}

fn furnish(name: &Name, view: &View, changes: &mut Vec<Change>) {
    let bare = View { indexes: Default::default(), triggers: Default::default(), ..view.clone() };
    alter(name, &bare, view, changes);
}

fn comments(from: &Schema, name: &Name, wanted: &View, changes: &mut Vec<Change>) {
    let current = from.views.get(name).and_then(|current| current.comment.clone());
    if current != wanted.comment {
        let on = ObjectRef::View(name.clone());
        changes.push(Change::Comment { on, from: current, to: wanted.comment.clone() });
    }
}

fn object(name: &Name, view: &View) -> Object {
    let view =
        View { indexes: Default::default(), triggers: Default::default(), comment: None, ..view.clone() };
    Object::View { name: name.clone(), view }
}
