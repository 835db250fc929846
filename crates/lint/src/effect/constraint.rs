//! Clauses of `ALTER TABLE` about a constraint.

use facts::{Form, Role, Roles, Shape};
use model::{Constraint, ConstraintKind, Ident, Name};
use parse::{Alter, AlterChange, ConstraintChange, ConstraintDefinition, Demand};

use super::{Parts, roles, subject, subject_of};
use crate::state::{Catalog, Known};

/// Adds the parts of a clause about a constraint; says whether it was one.
pub(super) fn alter(it: &Alter, name: &Name, catalog: &Catalog, parts: &mut Parts) -> bool {
    let (shape, roles) = subject_of(it, catalog, name, None);
    match &it.change {
        AlterChange::AddConstraint(constraint) => add(constraint, it, name, catalog, parts),
        AlterChange::ValidateConstraint(constraint) => validate(constraint, name, catalog, parts),
        AlterChange::DropConstraint { name: constraint, .. } => {
            drop_constraint(constraint, name, catalog, parts)
        }
        AlterChange::RenameConstraint { from, .. } => {
            let known = catalog.relation(name).map(|it| it.constraint(from));
            let roles = match known {
                Some(Known::Yes(it)) if !matches!(it.kind, ConstraintKind::Check { .. }) => {
                    Roles::of(name.clone())
                }
                _ => roles,
            };
            parts.add(Form::RenameConstraint, shape, roles);
        }
        AlterChange::AlterConstraint { name: constraint, change } => {
            let form = match change {
                ConstraintChange::Deferrability => Form::AlterConstraintDeferrability,
                ConstraintChange::Enforced => Form::AlterConstraintEnforced,
                ConstraintChange::NotEnforced => Form::AlterConstraintNotEnforced,
                ConstraintChange::Inheritance => Form::AlterConstraintInherit,
            };
            let referenced = match catalog.relation(name).map(|it| it.constraint(constraint)) {
                Some(Known::Yes(known)) => referenced(known, name, catalog),
                _ => Vec::new(),
            };
            parts.add(form, shape, roles.with_all(Role::Referenced, referenced));
        }
        _ => return false,
    }
    true
}

fn referenced(constraint: &Constraint, name: &Name, catalog: &Catalog) -> Vec<Name> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) if key.references != *name => roles::family(catalog, &key.references),
        _ => Vec::new(),
    }
}

fn add(it: &ConstraintDefinition, alter: &Alter, name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let alone = Alter { only: alter.only || it.no_inherit, ..alter.clone() };
    let (shape, roles) = subject_of(&alone, catalog, name, None);
    if it.no_inherit && !alter.only && catalog.major >= 18 {
        // The children are locked, and then left alone.
        for child in catalog.descendants(name) {
            parts.lock(child, model::LockMode::AccessExclusiveLock);
        }
    }
    let nullable = |columns: &[Ident]| {
        columns.iter().any(|column| catalog.has(name, column, |it| !it.not_null) == Some(true))
    };
    let form = match &it.demand {
        Demand::Check { .. } if it.not_enforced => Form::AddCheckNotEnforced,
        Demand::Check { .. } if it.not_valid => Form::AddCheckNotValid,
        Demand::Check { .. } => Form::AddCheck,
        Demand::NotNull { .. } if it.not_valid => Form::AddNotNullNotValid,
        Demand::NotNull { .. } => Form::AddNotNull,
        Demand::Unique { using_index: Some(_), .. } => Form::AddUniqueUsingIndex,
        Demand::Unique { .. } => Form::AddUnique,
        Demand::PrimaryKey { using_index: Some(index), .. } => {
            if nullable(&index_columns(index, name, catalog)) {
                Form::AddPrimaryKeyUsingIndexNullable
            } else {
                Form::AddPrimaryKeyUsingIndex
            }
        }
        Demand::PrimaryKey { columns, .. } if nullable(columns) => Form::AddPrimaryKeyNullable,
        Demand::PrimaryKey { .. } => Form::AddPrimaryKey,
        Demand::Exclusion { .. } => Form::AddExclusion,
        Demand::ForeignKey(key) => {
            let target = catalog.resolve(&key.references);
            let partitioned = catalog.relation(&target).is_some_and(|it| it.is_partitioned());
            let form = match (it.not_enforced, it.not_valid, partitioned) {
                (true, ..) => Form::AddForeignKeyNotEnforced,
                (_, true, _) => Form::AddForeignKeyNotValid,
                (_, _, true) => Form::AddForeignKeyPartitioned,
                _ => Form::AddForeignKey,
            };
            let family = roles::family(catalog, &target).into_iter().filter(|it| it != name);
            return parts.add(form, shape, roles.with_all(Role::Referenced, family));
        }
    };
    parts.add(form, shape, roles);
}

fn index_columns(index: &Ident, name: &Name, catalog: &Catalog) -> Vec<Ident> {
    let known = catalog.relation(name).and_then(|it| it.table.indexes.get(index).cloned());
    known.into_iter().flat_map(|index| index.keys).filter_map(|key| key.column).collect()
}

fn validate(constraint: &Ident, name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let (shape, roles) = subject(catalog, name, None);
    let known = catalog.relation(name).map(|it| it.constraint(constraint));
    let Some(Known::Yes(known)) = known else {
        parts.unknown(format!("what {constraint} of {name} demands is not known; taken for a CHECK"));
        return parts.add(Form::ValidateCheck, shape, roles);
    };
    let form = match &known.kind {
        _ if !known.not_valid => Form::ValidateAlready,
        ConstraintKind::ForeignKey(_) => Form::ValidateForeignKey,
        ConstraintKind::NotNull { .. } => Form::ValidateNotNull,
        _ => Form::ValidateCheck,
    };
    parts.add(form, shape, roles.with_all(Role::Referenced, referenced(known, name, catalog)));
}

fn drop_constraint(constraint: &Ident, name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let (shape, roles) = subject(catalog, name, None);
    match catalog.relation(name).map(|it| it.constraint(constraint)) {
        Some(Known::Yes(known)) => {
            let known = known.clone();
            drop_known(&known, name, catalog, parts, (shape, roles));
        }
        Some(Known::No) => {
            let children = if shape == Shape::Partitioned { catalog.descendants(name) } else { Vec::new() };
            for table in std::iter::once(name.clone()).chain(children) {
                parts.lock(table, model::LockMode::AccessExclusiveLock);
            }
        }
        _ => {
            parts.unknown(format!(
                "what {constraint} of {name} demands is not known; a foreign key's other table is locked too"
            ));
            parts.add(Form::DropCheck, shape, roles);
        }
    }
}

fn drop_known(
    known: &Constraint,
    name: &Name,
    catalog: &Catalog,
    parts: &mut Parts,
    (shape, roles): (Shape, Roles),
) {
    let needing: Vec<Name> = catalog.keys_needing(name, known).into_iter().filter(|it| it != name).collect();
    if !needing.is_empty() {
        return parts.add(Form::DropKeyReferenced, shape, roles.with_all(Role::Referencing, needing));
    }
    let form = match &known.kind {
        ConstraintKind::PrimaryKey { .. } => Form::DropPrimaryKey,
        ConstraintKind::Unique { .. } => Form::DropUnique,
        ConstraintKind::Check { .. } => Form::DropCheck,
        ConstraintKind::ForeignKey(_) => Form::DropForeignKey,
        ConstraintKind::Exclusion { .. } => Form::DropExclusion,
        ConstraintKind::NotNull { .. } => Form::DropNotNullConstraint,
    };
    parts.add(form, shape, roles.with_all(Role::Referenced, referenced(known, name, catalog)));
}
