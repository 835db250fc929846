//! Snapshots of drizzle-kit 1.0 as descriptions: versions 8 and 9, a flat list of entities.

mod entity;
mod relation;

use super::types::Types;
use super::{Said, empty, named_schema, outside, sequence_options};
use crate::described::{
    Described, EnumText, LinkedPolicy, QualifiedText, RoleText, SchemaText, SequenceText, TableText, ViewText,
};
use entity::{Sequence, View};

pub(super) use entity::Entity;

/// What a list of entities says, as the reader of TypeScript would describe it.
pub(super) fn described(entities: Vec<Entity>) -> Described {
    let mut described = empty();
    let mut types = Types::default();
    let (mut columns, mut parts) = (Vec::new(), Vec::new());
    for entity in entities {
        match entity {
            Entity::Schemas(each) => described.schemas.push(SchemaText { name: each.name, existing: false }),
            Entity::Tables(each) => {
                described.tables.push(super::table(&each.schema, &each.name, each.is_rls_enabled));
            }
            Entity::Enums(each) => described.enums.push(EnumText {
                schema: named_schema(&each.schema),
                name: each.name,
                values: each.values,
                origins: Vec::new(),
            }),
            Entity::Sequences(each) => described.sequences.push(sequence(each)),
            Entity::Roles(each) => described.roles.push(RoleText {
                name: each.name,
                existing: false,
                create_db: each.create_db,
                create_role: each.create_role,
                inherit: each.inherit,
            }),
            Entity::Views(each) => described.views.push(view(*each)),
            Entity::Privileges {} => {}
            column @ Entity::Columns(_) => columns.push(column),
            part => parts.push(part),
        }
    }
    // Keys mark the columns they are on.
    for part in columns.into_iter().chain(parts) {
        relation::add(part, &mut described, &mut types);
    }
    described.outside = outside(&described.tables);
    described.types = types.list();
    described
}

fn table_of<'a>(tables: &'a mut [TableText], schema: &str, name: &str) -> Option<&'a mut TableText> {
    let schema = named_schema(schema);
    tables.iter_mut().find(|table| table.name == name && table.schema == schema)
}

fn linked(schema: &str, table: &str, policy: crate::described::PolicyText) -> LinkedPolicy {
    let table = QualifiedText { schema: named_schema(schema), name: table.to_owned() };
    LinkedPolicy { table: Some(table), policy }
}

fn sequence(each: Sequence) -> SequenceText {
    let options = sequence_options(Said {
        increment: each.increment_by,
        min: each.min_value,
        max: each.max_value,
        start: each.start_with,
        cache: each.cache_size.map(|size| size.to_string()),
        cycle: each.cycle.unwrap_or(false),
        ..Said::of_type("bigint")
    });
    SequenceText { schema: named_schema(&each.schema), name: each.name, options, origins: Vec::new() }
}

fn view(each: View) -> ViewText {
    let with = each.with.map(super::ordered::Ordered::entries).unwrap_or_default();
    let said = with.into_iter().filter(|(_, value)| !value.is_null());
    ViewText {
        schema: named_schema(&each.schema),
        name: each.name,
        materialized: each.materialized,
        existing: false,
        columns: Vec::new(),
        query: each.definition,
        with: said.map(|(key, value)| (key, super::plain(&value))).collect(),
        using: each.using,
        tablespace: each.tablespace,
        with_no_data: each.with_no_data.unwrap_or(false),
        origins: Vec::new(),
    }
}
