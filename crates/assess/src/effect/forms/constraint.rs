//! Constraints: added, dropped, proved.

use facts::Form;
use model::{Constraint, ConstraintKind, Name, Schema};

use super::Act;

pub(super) fn add_constraint(table: &Name, constraint: &Constraint, schema: &Schema) -> Act {
    let unproved = (constraint.not_valid, constraint.not_enforced);
    match &constraint.kind {
        ConstraintKind::Check { .. } => Act::new(
            match unproved {
                (_, true) => Form::AddCheckNotEnforced,
                (true, _) => Form::AddCheckNotValid,
                _ => Form::AddCheck,
            },
            table,
        ),
        ConstraintKind::ForeignKey(key) => {
            let partitioned = schema.table(&key.references).is_some_and(|table| table.partition_by.is_some());
            let form = match unproved {
                (_, true) => Form::AddForeignKeyNotEnforced,
                (true, _) => Form::AddForeignKeyNotValid,
                _ if partitioned => Form::AddForeignKeyPartitioned,
                _ => Form::AddForeignKey,
            };
            Act::new(form, table).with(&key.references)
        }
        ConstraintKind::Unique { .. } => Act::new(Form::AddUnique, table),
        ConstraintKind::Exclusion { .. } => Act::new(Form::AddExclusion, table),
        ConstraintKind::NotNull { column } => Act::new(Form::AddNotNullNotValid, table).on(column),
        ConstraintKind::PrimaryKey { columns, .. } => {
            let nullable = schema.table(table).is_some_and(|table| {
                columns.iter().any(|name| table.column(name).is_some_and(|column| !column.not_null))
            });
            Act::new(if nullable { Form::AddPrimaryKeyNullable } else { Form::AddPrimaryKey }, table)
        }
    }
}

pub(super) fn drop_constraint(table: &Name, constraint: &Constraint, schema: &Schema) -> Act {
    let referenced = || {
        let keys = schema.tables.values().flat_map(model::Table::foreign_keys);
        let mut needing = keys.filter(|(_, key)| key.references == *table);
        needing.any(|(_, key)| key.referenced_columns == constraint.columns())
    };
    match &constraint.kind {
        ConstraintKind::Check { .. } => Act::new(Form::DropCheck, table),
        ConstraintKind::ForeignKey(key) => Act::new(Form::DropForeignKey, table).with(&key.references),
        ConstraintKind::NotNull { .. } => Act::new(Form::DropNotNullConstraint, table),
        ConstraintKind::Exclusion { .. } => Act::new(Form::DropExclusion, table),
        _ if referenced() => Act::new(Form::DropKeyReferenced, table),
        ConstraintKind::PrimaryKey { .. } => Act::new(Form::DropPrimaryKey, table),
        ConstraintKind::Unique { .. } => Act::new(Form::DropUnique, table),
    }
}

pub(super) fn validate(table: &Name, constraint: &Constraint) -> Act {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Act::new(Form::ValidateForeignKey, table).with(&key.references),
        ConstraintKind::NotNull { column } => Act::new(Form::ValidateNotNull, table).on(column),
        _ => Act::new(Form::ValidateCheck, table),
    }
}
