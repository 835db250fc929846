//! Constraints: matched by name, then by what they demand.

use std::collections::BTreeSet;

use model::{Change, Constraint, ConstraintKind, Ident, Name, Table};

pub(crate) fn compare(table: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let mut matched = BTreeSet::new();
    let mut unmatched = Vec::new();
    for wanted in declared(to) {
        match counterpart(table, from, to, wanted, &matched) {
            Some(current) => {
                matched.insert(current.name.clone());
                alter(table, current, wanted, changes);
            }
            None => unmatched.push(wanted),
        }
    }
    for current in declared(from).filter(|current| !matched.contains(&current.name)) {
        // A column that goes takes its constraints along.
        if !loses_a_column(current, to) {
            changes.push(Change::DropConstraint { table: table.clone(), constraint: current.clone() });
        }
    }
    for wanted in unmatched {
        changes.push(Change::AddConstraint { table: table.clone(), constraint: uncommented(wanted) });
    }
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
    matched: &BTreeSet<Ident>,
) -> Option<&'a Constraint> {
    if let Some(current) = from.constraints.get(&wanted.name).filter(|current| !current.inherited) {
        return Some(current);
    }
    let free = |current: &&Constraint| {
        !matched.contains(&current.name) && !to.constraints.contains_key(&current.name)
    };
    let same =
        declared(from).filter(free).find(|current| comparable(current).same_demand(&comparable(wanted)));
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

fn alter(table: &Name, from: &Constraint, to: &Constraint, changes: &mut Vec<Change>) {
    let (current, wanted) = (comparable(from), comparable(to));
    if current.same_demand(&wanted) {
        let conventional =
            |constraint: &Constraint| constraint.clone().with_conventional_name(&table.name).name;
        if conventional(from) != conventional(to) {
            changes.push(Change::RenameConstraint {
                table: table.clone(),
                from: from.name.clone(),
                to: to.name.clone(),
            });
        }
        if from.not_valid && !to.not_valid {
            changes.push(Change::ValidateConstraint { table: table.clone(), constraint: to.clone() });
        } else if !from.not_valid && to.not_valid {
            replace(table, from, to, changes);
        }
    } else if matches!(
        (&from.kind, &to.kind),
        (ConstraintKind::ForeignKey(a), ConstraintKind::ForeignKey(b)) if a.columns == b.columns
    ) {
        changes.push(Change::AlterForeignKey {
            table: table.clone(),
            from: uncommented(from),
            to: uncommented(to),
        });
    } else {
        replace(table, from, to, changes);
    }
}

fn replace(table: &Name, from: &Constraint, to: &Constraint, changes: &mut Vec<Change>) {
    changes.push(Change::DropConstraint { table: table.clone(), constraint: uncommented(from) });
    changes.push(Change::AddConstraint { table: table.clone(), constraint: uncommented(to) });
}

/// What is compared: validity and comment are changes of their own.
fn comparable(constraint: &Constraint) -> Constraint {
    Constraint { not_valid: false, comment: None, ..constraint.clone() }
}

fn uncommented(constraint: &Constraint) -> Constraint {
    Constraint { comment: None, ..constraint.clone() }
}

fn loses_a_column(constraint: &Constraint, to: &Table) -> bool {
    // A check that names several columns goes with any of them too, but its text does not tell which
    // ones; dropping it first is right in either case.
    constraint.columns().iter().any(|column| to.column(column).is_none())
}
