//! Constraints: matched by name, then by what they demand.

use std::collections::BTreeSet;

use model::{Change, Constraint, ConstraintKind, Ident, Name, ObjectRef, Table};

use crate::Sides;
use crate::object::comment;

/// A constraint as it is and as it is wanted; one of them is there.
pub(crate) struct Pair<'a> {
    pub(crate) current: Option<&'a Constraint>,
    pub(crate) wanted: Option<&'a Constraint>,
}

/// The declared constraints of both sides, matched. Those that a parent table implies are left out, and so
/// are those that it will imply: they are taken over as they are.
pub(crate) fn pairs<'a>(table: &Name, from: &'a Table, to: &'a Table) -> Vec<Pair<'a>> {
    let mut taken: BTreeSet<&Ident> = BTreeSet::new();
    let mut pairs = Vec::new();
    for wanted in declared(to) {
        let current = counterpart(table, from, to, wanted, &taken);
        taken.extend(current.map(|current| &current.name));
        pairs.push(Pair { current, wanted: Some(wanted) });
    }
    let implied: Vec<&Constraint> =
        to.constraints.values().filter(|constraint| constraint.inherited).collect();
    for current in declared(from).filter(|current| !taken.contains(&current.name)) {
        if !implied.iter().any(|wanted| has_same_demand(current, wanted)) {
            pairs.push(Pair { current: Some(current), wanted: None });
        }
    }
    pairs
}

fn declared(table: &Table) -> impl Iterator<Item = &Constraint> {
    table.constraints.values().filter(|constraint| !constraint.inherited)
}

/// The constraint as it is now that the wanted one is, or replaces.
fn counterpart<'a>(
    table: &Name,
    from: &'a Table,
    to: &Table,
    wanted: &Constraint,
    taken: &BTreeSet<&Ident>,
) -> Option<&'a Constraint> {
    if let Some(current) = from.constraints.get(&wanted.name).filter(|current| !current.inherited) {
        return Some(current);
    }
    let free =
        |current: &&Constraint| !taken.contains(&current.name) && !to.constraints.contains_key(&current.name);
    let same = declared(from).filter(free).find(|current| has_same_demand(current, wanted));
    same.or_else(|| {
        // A foreign key on the same columns to the same table under another of the habitual names.
        let habitual =
            |constraint: &Constraint| constraint.conventional_names(&table.name).contains(&constraint.name);
        declared(from).filter(free).find(|current| match (&current.kind, &wanted.kind) {
            (ConstraintKind::ForeignKey(a), ConstraintKind::ForeignKey(b)) => {
                a.columns == b.columns
                    && a.references == b.references
                    && a.referenced_columns == b.referenced_columns
                    && habitual(current)
                    && habitual(wanted)
            }
            _ => false,
        })
    })
}

/// Whether two constraints demand the same, whatever their names, comments and validity.
fn has_same_demand(a: &Constraint, b: &Constraint) -> bool {
    let bare = |constraint: &Constraint| Constraint {
        not_valid: false,
        inherited: false,
        ..uncommented(constraint)
    };
    bare(a).same_demand(&bare(b))
}

/// Whether the one can only become the other by being dropped.
pub(crate) fn is_replaced(current: &Constraint, wanted: &Constraint) -> bool {
    let loses_proof = !current.not_valid && wanted.not_valid;
    if has_same_demand(current, wanted) { loses_proof } else { !is_altered(current, wanted) }
}

/// Whether both are foreign keys on the same columns: one statement drops the one and adds the other.
fn is_altered(current: &Constraint, wanted: &Constraint) -> bool {
    matches!(
        (&current.kind, &wanted.kind),
        (ConstraintKind::ForeignKey(a), ConstraintKind::ForeignKey(b))
            if a.columns == b.columns && a.references == b.references
    )
}

pub(crate) fn compare(sides: &Sides<'_>, name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    for pair in pairs(name, from, to) {
        match (pair.current, pair.wanted) {
            (Some(current), Some(wanted)) if renews(sides, name, current) || is_replaced(current, wanted) => {
                drop(name, current, changes);
                add(name, wanted, changes);
            }
            (Some(current), Some(wanted)) => alter(name, current, wanted, changes),
            (Some(current), None) => drop(name, current, changes),
            (None, Some(wanted)) => add(name, wanted, changes),
            (None, None) => {}
        }
    }
}

fn renews(sides: &Sides<'_>, table: &Name, constraint: &Constraint) -> bool {
    sides.events.renews(&ObjectRef::Constraint(table.clone(), constraint.name.clone()))
}

fn alter(table: &Name, from: &Constraint, to: &Constraint, changes: &mut Vec<Change>) {
    if !has_same_demand(from, to) {
        changes.push(Change::AlterForeignKey {
            table: table.clone(),
            from: from.clone(),
            to: uncommented(to),
        });
        return;
    }
    let conventional = |constraint: &Constraint| constraint.clone().with_conventional_name(&table.name).name;
    if conventional(from) != conventional(to) {
        changes.push(Change::RenameConstraint {
            table: table.clone(),
            from: from.name.clone(),
            to: to.name.clone(),
        });
    }
    if from.not_valid && !to.not_valid {
        // Where only habit names it, it keeps the name it has.
        let renamed = conventional(from) != conventional(to);
        let name = if renamed { &to.name } else { &from.name };
        let constraint = Constraint { name: name.clone(), ..uncommented(to) };
        changes.push(Change::ValidateConstraint { table: table.clone(), constraint });
    }
}

pub(crate) fn comments(sides: &Sides<'_>, name: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    for pair in pairs(name, from, to) {
        let Some(wanted) = pair.wanted else { continue };
        let stays = |current: &&Constraint| {
            !renews(sides, name, current) && has_same_demand(current, wanted) && !is_replaced(current, wanted)
        };
        let current = pair.current.filter(stays);
        let conventional =
            |constraint: &Constraint| constraint.clone().with_conventional_name(&name.name).name;
        let kept_name = current.filter(|current| conventional(current) == conventional(wanted));
        let on = kept_name.map_or(&wanted.name, |current| &current.name);
        let on = ObjectRef::Constraint(name.clone(), on.clone());
        comment(changes, on, current.and_then(|current| current.comment.clone()), wanted.comment.clone());
    }
}

fn drop(table: &Name, constraint: &Constraint, changes: &mut Vec<Change>) {
    changes.push(Change::DropConstraint { table: table.clone(), constraint: constraint.clone() });
}

fn add(table: &Name, constraint: &Constraint, changes: &mut Vec<Change>) {
    changes.push(Change::AddConstraint { table: table.clone(), constraint: uncommented(constraint) });
}

fn uncommented(constraint: &Constraint) -> Constraint {
    Constraint { comment: None, ..constraint.clone() }
}
