//! Columns: added, dropped, of another type, generated.

use facts::{ConversionContext, Form, Storage, Using};
use model::{
    Column, ColumnOption, Constraint, ConstraintKind, Expr, Ident, Identity, Name, Schema, Volatility,
};

use super::Act;
use crate::effect::roles;

pub(super) fn add_column(column: &Column, schema: &Schema) -> Form {
    let domain = column.type_name.0.parse::<Name>().ok().and_then(|name| schema.domains.get(&name));
    if let Some(generated) = &column.generated {
        return if generated.stored {
            Form::AddColumnGeneratedStored
        } else {
            Form::AddColumnGeneratedVirtual
        };
    }
    if column.identity.is_some() {
        return Form::AddColumnIdentity;
    }
    match (column.default_volatility, &column.default, domain) {
        (Some(Volatility::Volatile) | None, Some(_), _) => Form::AddColumnDefaultVolatile,
        (_, default, Some(domain)) if domain.not_null || !domain.constraints.is_empty() => match default {
            Some(_) => Form::AddColumnDomainConstrainedDefault,
            None => Form::AddColumnDomainConstrained,
        },
        (_, None, Some(_)) => Form::AddColumnDomain,
        (Some(Volatility::Stable), Some(_), _) => Form::AddColumnDefaultStable,
        (_, Some(_), _) => Form::AddColumnDefault,
        (_, None, None) if column.not_null => Form::AddColumnNotNull,
        (_, None, None) => Form::AddColumn,
    }
}

pub(super) fn drop_column(table: &Name, column: &Column, schema: &Schema) -> Vec<Act> {
    let mut acts = vec![Act::new(Form::DropColumn, table).on(&column.name)];
    let keys = schema.table(table).into_iter().flat_map(model::Table::foreign_keys);
    let of_column = keys.filter(|(_, key)| key.columns.contains(&column.name));
    acts.extend(of_column.map(|(_, key)| Act::new(Form::DropColumnReferencing, table).with(&key.references)));
    acts
}

/// The conversion, and what stands on the column beside it: checks and foreign keys are proved again.
pub(super) fn alter_type(
    table: &Name,
    (from, to): (&Column, &Column),
    using: Option<&Expr>,
    schema: &Schema,
) -> Vec<Act> {
    let mut conversion = conversion(from, to, using);
    let is_free = conversion == Form::AlterTypeFree;
    let definition = schema.table(table);
    // The indexes of partitions are built again even so.
    if is_free && definition.is_some_and(|table| roles::is_indexed(table, &from.name)) {
        conversion = Form::AlterTypeFreeIndexed;
    }
    let mut acts = vec![Act::new(conversion, table).on(&from.name)];
    let Some(definition) = definition else { return acts };
    if definition.constraints.values().any(|constraint| is_check_of(constraint, &from.name)) {
        acts.push(Act::new(Form::AlterTypeChecked, table).on(&from.name));
    }
    let referencing = definition.foreign_keys().filter(|(_, key)| key.columns.contains(&from.name));
    acts.extend(referencing.map(|(_, key)| {
        let form = if is_free { Form::AlterTypeReferencing } else { Form::AlterTypeReferencingConverted };
        Act::new(form, table).on(&from.name).with(&key.references)
    }));
    let mut keys = schema.tables.values().flat_map(model::Table::foreign_keys);
    if keys.any(|(_, key)| key.references == *table && key.referenced_columns.contains(&from.name)) {
        let form = if is_free { Form::AlterTypeReferenced } else { Form::AlterTypeReferencedConverted };
        acts.push(Act::new(form, table).on(&from.name));
    }
    acts
}

fn is_check_of(constraint: &Constraint, column: &Ident) -> bool {
    matches!(&constraint.kind, ConstraintKind::Check { expression, .. } if roles::mentions(&expression.0, column))
}

/// The conversion as facts know it. Those of the newest major hold for all that are supported, as measured.
fn conversion(from: &Column, to: &Column, using: Option<&Expr>) -> Form {
    let using = if using.is_some() { Using::Cast } else { Using::None };
    let context = ConversionContext { using, indexed: true, utc: false };
    match facts::conversion(&from.type_name, &to.type_name, context, facts::MAJOR_MAX).storage {
        Storage::Free if from.collation == to.collation => Form::AlterTypeFree,
        Storage::Free | Storage::RebuildsIndexes => Form::AlterTypeRebuildsIndexes,
        // Of types that are not PostgreSQL's own nothing is known: they count as the dearest.
        Storage::Rewrites | Storage::Refused | Storage::Unknown => Form::AlterTypeRewrites,
    }
}

pub(super) fn set_not_null(table: &Name, column: &Ident, not_null: bool, schema: &Schema) -> Form {
    match (not_null, proves_not_null(schema, table, column)) {
        (true, true) => Form::SetNotNullProven,
        (true, false) => Form::SetNotNull,
        (false, _) => Form::DropNotNull,
    }
}

/// A validated `CHECK (c IS NOT NULL)` spares the scan.
fn proves_not_null(schema: &Schema, table: &Name, column: &Ident) -> bool {
    let proof = format!("({column} IS NOT NULL)");
    let constraints = schema.table(table).into_iter().flat_map(|table| table.constraints.values());
    let mut valid = constraints.filter(|constraint| !constraint.not_valid && !constraint.not_enforced);
    valid.any(|c| matches!(&c.kind, ConstraintKind::Check { expression, .. } if expression.0 == proof))
}

pub(super) fn set_generated(table: &Name, from: &Column, to: &Column, schema: &Schema) -> Vec<Act> {
    match (&from.generated, &to.generated) {
        (Some(old), None) if old.stored => vec![Act::new(Form::DropExpression, table).on(&to.name)],
        _ => vec![
            Act::new(Form::DropColumn, table).on(&from.name),
            Act::new(add_column(to, schema), table).on(&to.name),
        ],
    }
}

pub(super) fn set_identity(from: Option<&Identity>, to: Option<&Identity>) -> Form {
    match (from, to) {
        (_, None) => Form::DropIdentity,
        (None, Some(_)) => Form::AddIdentity,
        (Some(_), Some(_)) => Form::SetIdentity,
    }
}

pub(super) fn set_option(option: ColumnOption) -> Form {
    match option {
        ColumnOption::Storage => Form::SetStorage,
        ColumnOption::Compression => Form::SetCompression,
        ColumnOption::Statistics => Form::SetStatistics,
    }
}
