//! Views: replaced when their query changes, and made anew when that cannot be or when what they stand on
//! changes under them.

use std::collections::BTreeMap;

use model::{Change, Ident, Name, Object, ObjectRef, View};

use crate::object::comment;
use crate::{Sides, index, table};

pub(crate) fn compare_all(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    for (name, current) in &sides.from.views {
        let goes = !sides.to.views.contains_key(name) || sides.events.renews(&ObjectRef::View(name.clone()));
        if goes {
            let object = Object::View { name: name.clone(), view: current.clone() };
            changes.push(Change::Drop { object });
        }
    }
    for (name, wanted) in &sides.to.views {
        let stays = !sides.events.renews(&ObjectRef::View(name.clone()));
        match sides.from.views.get(name).filter(|_| stays) {
            Some(current) => {
                if !is_same(current, wanted) {
                    let mut view = current.clone();
                    // What goes was dropped before.
                    view.triggers.retain(|trigger, _| wanted.triggers.contains_key(trigger));
                    view.rules.retain(|rule, _| wanted.rules.contains_key(rule));
                    view.indexes.retain(|index, _| wanted.indexes.contains_key(index));
                    let from = Object::View { name: name.clone(), view };
                    changes.push(Change::Replace { from, to: bare(name, wanted) });
                }
                furnish(sides, name, current, wanted, changes);
            }
            None => {
                changes.push(Change::Create { object: bare(name, wanted) });
                let Object::View { view: new, .. } = bare(name, wanted) else { continue };
                furnish(sides, name, &new, wanted, changes);
            }
        }
    }
}

/// Whether two views say the same. Whether a materialized one was ever filled is a matter of its data.
pub(crate) fn is_same(a: &View, b: &View) -> bool {
    a.materialized == b.materialized && a.query == b.query && a.columns == b.columns && a.options == b.options
}

/// What hangs on a view.
fn furnish(sides: &Sides<'_>, name: &Name, current: &View, wanted: &View, changes: &mut Vec<Change>) {
    index::compare(sides, name, &current.indexes, &wanted.indexes, changes);
    let renews = |object: &Object| sides.events.renews(&object.reference());
    let is_new = current.triggers.is_empty() && current.rules.is_empty();
    let renews = |object: &Object| !is_new && renews(object);
    table::whole(&current.triggers, &wanted.triggers, &renews, changes, |trigger_name, trigger| {
        Object::Trigger { table: name.clone(), name: trigger_name.clone(), trigger: trigger.clone() }
    });
    table::whole(&current.rules, &wanted.rules, &renews, changes, |rule, definition| Object::Rule {
        table: name.clone(),
        name: rule.clone(),
        definition: definition.clone(),
    });
    comments(sides, name, current, wanted, changes);
}

fn comments(sides: &Sides<'_>, name: &Name, current: &View, wanted: &View, changes: &mut Vec<Change>) {
    comment(changes, wanted.reference(name), current.comment.clone(), wanted.comment.clone());
    let columns: BTreeMap<&Ident, [Option<&String>; 2]> = wanted
        .columns
        .iter()
        .map(|column| (column, [current.column_comments.get(column), wanted.column_comments.get(column)]))
        .collect();
    for (column, [from, to]) in columns {
        comment(changes, ObjectRef::Column(name.clone(), column.clone()), from.cloned(), to.cloned());
    }
    index::comments(sides, name, &current.indexes, &wanted.indexes, changes);
    for (trigger, new) in &wanted.triggers {
        let on = ObjectRef::Trigger(name.clone(), trigger.clone());
        let old = current.triggers.get(trigger).filter(|_| !sides.events.renews(&on));
        comment(changes, on, old.and_then(|old| old.comment.clone()), new.comment.clone());
    }
}

/// The view without what is a change of its own.
fn bare(name: &Name, view: &View) -> Object {
    let view = View {
        indexes: BTreeMap::new(),
        triggers: BTreeMap::new(),
        rules: BTreeMap::new(),
        comment: None,
        column_comments: BTreeMap::new(),
        ..view.clone()
    };
    Object::View { name: name.clone(), view }
}
