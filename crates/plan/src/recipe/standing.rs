//! Taking back what stands on tables, while names that the plan gives still stand: a view that comes back then has to
//! read what it read under the names that this has.

use model::{Change, Constraint, Ident, Name, Object, ObjectRef, View};

use super::rename_column;
use crate::situation::Situation;

/// The changes that take another back at a time when the renames of the expand phase are not taken back yet.
pub(super) fn inverses(change: &Change, situation: &Situation<'_>) -> Vec<Change> {
    match change {
        Change::ValidateConstraint { table, constraint } => unproved(table, constraint, situation),
        _ => inverse(change, situation).into_iter().collect(),
    }
}

/// PostgreSQL does not forget a proof: the constraint goes and comes again in one transaction, NOT VALID as it was.
fn unproved(table: &Name, constraint: &Constraint, situation: &Situation<'_>) -> Vec<Change> {
    let comment = situation
        .table(table)
        .and_then(|known| known.constraints.get(&constraint.name))
        .and_then(|known| known.comment.clone());
    let again = Constraint { comment, ..constraint.as_not_valid() };
    let (on, gone) = (table.clone(), constraint.clone());
    vec![
        Change::DropConstraint { table: table.clone(), constraint: gone },
        Change::AddConstraint { table: on, constraint: again },
    ]
}

fn inverse(change: &Change, situation: &Situation<'_>) -> Option<Change> {
    let renamed = |object: Object| match object {
        Object::View { name, view } => Object::View { name, view: under_new_names(view, situation) },
        other => other,
    };
    Some(match change.inverse()? {
        Change::Create { object } => Change::Create { object: renamed(object) },
        Change::Replace { from, to } => Change::Replace { from, to: renamed(to) },
        other => other,
    })
}

/// A view with the query as PostgreSQL itself writes it when the names stand. What it calls its columns stays.
fn under_new_names(mut view: View, situation: &Situation<'_>) -> View {
    for change in situation.changes {
        let (old, new) = match change {
            Change::RenameTable { from, to } if reads(&view, to) => (&from.name, &to.name),
            Change::RenameColumn { table, from, to }
                if reads(&view, table) && rename_column::is_at_once(table, situation) =>
            {
                (from, to)
            }
            _ => continue,
        };
        if !is_of_another(&view, change, old, situation) {
            view.query.0 = diff::rename_in_expression(&view.query.0, old, new);
        }
    }
    view
}

fn reads(view: &View, table: &Name) -> bool {
    view.depends_on.iter().any(|used| used.relation() == Some(table))
}

/// Whether the name may be that of another relation's column: then it cannot be told which one is meant.
fn is_of_another(view: &View, change: &Change, name: &Ident, situation: &Situation<'_>) -> bool {
    let own = change.object();
    let own = if let ObjectRef::Column(table, _) = &own { Some(table) } else { None };
    let relations = view.depends_on.iter().filter_map(ObjectRef::relation).filter(|it| Some(*it) != own);
    relations.into_iter().any(|relation| {
        let table = situation.now.table(relation);
        let view = situation.from.views.get(relation);
        table.is_some_and(|table| table.column(name).is_some())
            || view.is_some_and(|view| view.columns.contains(name))
    })
}
