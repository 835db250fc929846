//! What belongs to a table in drizzle-kit 1.0's snapshots.

use super::entity::{Column, Entity, ForeignKey, Identity, Index, IndexColumn, Key, Policy, Unique};
use super::{linked, table_of};
use crate::described::{
    CheckText, ColumnText, ColumnUnique, Described, ForeignKeyText, IdentityText, IndexPart, IndexText,
    KeyText, PolicyText, QualifiedText, TableText, UniqueText,
};
use crate::kit::types::Types;
use crate::kit::{Said, named_schema, plain_column, sequence_options};

/// Adds a part to its table. A policy may be on a table that the snapshot does not hold.
pub(super) fn add(part: Entity, described: &mut Described, types: &mut Types) {
    let tables = &mut described.tables;
    match part {
        Entity::Columns(each) => {
            if let Some(table) = table_of(tables, &each.schema, &each.table) {
                table.columns.push(column(*each, types));
            }
        }
        Entity::Pks(each) => {
            if let Some(table) = table_of(tables, &each.schema, &each.table) {
                primary_key(each, table);
            }
        }
        Entity::Uniques(each) => {
            if let Some(table) = table_of(tables, &each.schema, &each.table) {
                unique(each, table);
            }
        }
        Entity::Checks(each) => {
            if let Some(table) = table_of(tables, &each.schema, &each.table) {
                table.checks.push(CheckText { name: each.name, sql: each.value });
            }
        }
        Entity::Indexes(each) => {
            if let Some(table) = table_of(tables, &each.schema, &each.table) {
                table.indexes.push(index(*each));
            }
        }
        Entity::Fks(each) => {
            if let Some(table) = table_of(tables, &each.schema, &each.table) {
                table.foreign_keys.push(foreign_key(*each));
            }
        }
        Entity::Policies(each) => {
            let (schema, name) = (each.schema.clone(), each.table.clone());
            match table_of(tables, &schema, &name) {
                Some(table) => table.policies.push(policy(*each)),
                None => described.linked.push(linked(&schema, &name, policy(*each))),
            }
        }
        _ => {}
    }
}

fn column(each: Column, types: &mut Types) -> ColumnText {
    let array = each.dimensions > 0 && each.type_schema.is_none();
    let enumeration = each
        .type_schema
        .as_deref()
        .map(|schema| QualifiedText { schema: named_schema(schema), name: each.type_name.clone() });
    ColumnText {
        not_null: each.not_null,
        default: each.default.map(|default| self::default(default.text(), &each.type_name, array)),
        generated: each.generated.map(|generated| generated.expression),
        identity: each.identity.map(|identity| self::identity(identity, &each.type_name)),
        ..plain_column(&each.name, types.number(&each.type_name, each.dimensions, enumeration))
    }
}

/// drizzle-kit casts the default of an array when it writes SQL.
fn default(text: String, type_name: &str, array: bool) -> String {
    if array { [&text, "::", type_name, "[]"].concat() } else { text }
}

fn identity(each: Identity, type_name: &str) -> IdentityText {
    let options = sequence_options(Said {
        increment: each.increment,
        min: each.min_value,
        max: each.max_value,
        start: each.start_with,
        cache: each.cache.map(|cache| cache.to_string()),
        cycle: each.cycle.unwrap_or(false),
        ..Said::of_type(type_name)
    });
    IdentityText { always: each.kind == "always", name: each.name, options }
}

/// A key whose name is nobody's choice and that has one column is the server's to name: it cuts long ones.
fn primary_key(each: Key, table: &mut TableText) {
    let is_plain = !each.name_explicit && each.columns.len() == 1;
    let column = table.columns.iter_mut().find(|column| is_plain && column.name == each.columns[0]);
    match column {
        Some(column) => column.primary = true,
        None => table.primary_keys.push(KeyText { name: Some(each.name), columns: each.columns }),
    }
}

fn unique(each: Unique, table: &mut TableText) {
    let is_plain = !each.name_explicit && each.columns.len() == 1;
    let column = table.columns.iter_mut().find(|column| is_plain && column.name == each.columns[0]);
    let nulls_not_distinct = each.nulls_not_distinct;
    match column {
        Some(column) if column.unique.is_none() => {
            column.unique = Some(ColumnUnique { name: None, nulls_not_distinct });
        }
        _ => table.uniques.push(UniqueText {
            name: Some(each.name),
            columns: each.columns,
            nulls_not_distinct,
        }),
    }
}

fn index(each: Index) -> IndexText {
    let with = each.with.unwrap_or_default();
    let settings = with.split(',').filter_map(|setting| setting.split_once('='));
    IndexText {
        name: each.name,
        unique: each.is_unique,
        method: each.method,
        parts: each.columns.into_iter().map(part).collect(),
        order: None,
        nulls: None,
        with: settings.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect(),
        condition: each.condition,
    }
}

fn part(each: IndexColumn) -> IndexPart {
    if each.is_expression {
        let expression = Some(each.value);
        return IndexPart { expression, column: None, order: None, nulls: None, opclass: None };
    }
    IndexPart {
        expression: None,
        column: Some(each.value),
        order: (!each.asc).then(|| "desc".to_owned()),
        nulls: Some(if each.nulls_first { "first" } else { "last" }.to_owned()),
        opclass: each.opclass.filter(|opclass| !opclass.default).map(|opclass| opclass.name),
    }
}

fn foreign_key(each: ForeignKey) -> ForeignKeyText {
    ForeignKeyText {
        name: each.name,
        columns: each.columns,
        foreign: QualifiedText { schema: named_schema(&each.schema_to), name: each.table_to },
        foreign_columns: each.columns_to,
        on_delete: each.on_delete,
        on_update: each.on_update,
    }
}

fn policy(each: Policy) -> PolicyText {
    PolicyText {
        name: each.name,
        kind: each.kind,
        command: each.command,
        roles: each.roles,
        using: each.using,
        with_check: each.with_check,
    }
}
