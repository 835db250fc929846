//! Tables of drizzle-kit 0.x's snapshots.

use super::text::{Column, ForeignKey, Identity, Index, IndexColumn, Policy, Table, Unique};
use super::{Columns, named_schema, options, plain, values};
use crate::described::{
    CheckText, ColumnText, ColumnUnique, ForeignKeyText, IdentityText, IndexPart, IndexText, KeyText,
    PolicyText, QualifiedText, TableText, UniqueText,
};

pub(super) fn table(each: Table, columns: &mut Columns) -> TableText {
    let checks = each.check_constraints.values();
    let keys = each.composite_primary_keys.values();
    TableText {
        columns: each.columns.values().map(|each| column(each, columns)).collect(),
        primary_keys: keys.map(|key| KeyText { name: key.name, columns: key.columns }).collect(),
        uniques: each.unique_constraints.values().map(unique).collect(),
        checks: checks.map(|check| CheckText { name: check.name, sql: check.value }).collect(),
        indexes: each.indexes.values().map(index).collect(),
        foreign_keys: each.foreign_keys.values().map(foreign_key).collect(),
        policies: each.policies.values().map(policy).collect(),
        ..crate::kit::table(&each.schema, &each.name, each.row_security)
    }
}

fn column(each: Column, columns: &mut Columns) -> ColumnText {
    let unique = each.is_unique.unwrap_or(false).then(|| ColumnUnique {
        name: each.unique_name.clone(),
        nulls_not_distinct: each.nulls_not_distinct,
    });
    ColumnText {
        not_null: each.not_null,
        primary: each.primary_key,
        unique,
        default: each.default.as_ref().map(plain),
        generated: each.generated.map(|generated| generated.expression),
        identity: each.identity.map(|identity| self::identity(identity, &each.type_name)),
        ..crate::kit::plain_column(&each.name, columns.kind(&each.type_name, each.type_schema.as_deref()))
    }
}

fn identity(identity: Identity, type_name: &str) -> IdentityText {
    IdentityText {
        always: identity.kind == "always",
        name: identity.sequence.name.clone(),
        options: options(identity.sequence, type_name),
    }
}

fn unique(each: Unique) -> UniqueText {
    UniqueText { name: Some(each.name), columns: each.columns, nulls_not_distinct: each.nulls_not_distinct }
}

fn index(each: Index) -> IndexText {
    IndexText {
        name: each.name,
        unique: each.is_unique,
        method: each.method,
        parts: each.columns.into_iter().map(part).collect(),
        order: None,
        nulls: None,
        with: values(each.with),
        condition: each.condition,
    }
}

fn part(column: IndexColumn) -> IndexPart {
    let none = IndexPart { expression: None, column: None, order: None, nulls: None, opclass: None };
    match column {
        IndexColumn::Name(name) => IndexPart { column: Some(name), ..none },
        IndexColumn::Part { expression, is_expression: true, .. } => {
            IndexPart { expression: Some(expression), ..none }
        }
        IndexColumn::Part { expression, asc, nulls, opclass, .. } => IndexPart {
            column: Some(expression),
            order: (!asc).then(|| "desc".to_owned()),
            nulls,
            opclass: opclass.filter(|opclass| !opclass.is_empty()),
            ..none
        },
    }
}

fn foreign_key(each: ForeignKey) -> ForeignKeyText {
    ForeignKeyText {
        name: each.name,
        columns: each.columns_from,
        foreign: QualifiedText {
            schema: each.schema_to.as_deref().and_then(named_schema),
            name: each.table_to,
        },
        foreign_columns: each.columns_to,
        on_delete: each.on_delete,
        on_update: each.on_update,
    }
}

/// A policy; one for nobody in particular is for everybody.
pub(super) fn policy(each: Policy) -> PolicyText {
    PolicyText {
        name: each.name,
        kind: each.kind,
        command: each.command,
        roles: each.to.unwrap_or_else(|| vec!["public".to_owned()]),
        using: each.using,
        with_check: each.with_check,
    }
}
