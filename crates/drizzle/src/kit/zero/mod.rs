//! Snapshots of drizzle-kit 0.x as descriptions: versions 3 to 7. Version 3 knows no schemas, composite keys and unique
//! constraints, 4 only schemas; what a version does not know is not there.

mod table;
mod text;

use std::collections::BTreeSet;

use serde_json::Value;

use super::ordered::Ordered;
use super::types::Types;
use super::{Said, empty, named_schema, outside, plain, sequence_options};
use crate::described::{
    Described, EnumText, LinkedPolicy, QualifiedText, RoleText, SchemaText, SequenceText, ViewColumn,
    ViewText,
};
use text::{Labels, Policy, Sequence, View};

pub(super) use text::Snapshot;

/// What a snapshot says, as the reader of TypeScript would describe it.
pub(super) fn described(snapshot: Snapshot) -> Described {
    let enums: Vec<EnumText> = snapshot.enums.into_values().map(enumeration).collect();
    let known = enums.iter().map(|each| (each.schema.clone(), each.name.clone())).collect();
    let mut columns = Columns { types: Types::default(), enums: known };
    let tables: Vec<_> = snapshot.tables.into_values().map(|each| table::table(each, &mut columns)).collect();
    let views = snapshot.views.into_values().map(|view| self::view(view, &mut columns)).collect();
    Described {
        outside: outside(&tables),
        tables,
        views,
        enums,
        linked: snapshot.policies.into_values().map(linked).collect(),
        sequences: snapshot.sequences.into_values().map(sequence).collect(),
        schemas: snapshot.schemas.into_values().map(|name| SchemaText { name, existing: false }).collect(),
        roles: snapshot.roles.into_values().map(role).collect(),
        types: columns.types.list(),
        ..empty()
    }
}

/// What the columns of a snapshot are made with.
struct Columns {
    types: Types,
    enums: BTreeSet<(Option<String>, String)>,
}

impl Columns {
    /// The number of a column's type. Versions before 7 do not say which schema an enum is in.
    fn kind(&mut self, text: &str, schema: Option<&str>) -> usize {
        let (element, dimensions) = super::types::element(text);
        let schema_name = schema.and_then(named_schema);
        let is_enum = schema.is_some() || self.enums.contains(&(None, element.to_owned()));
        let enumeration = is_enum.then(|| QualifiedText { schema: schema_name, name: element.to_owned() });
        self.types.number(element, dimensions, enumeration)
    }
}

fn enumeration(each: text::Enum) -> EnumText {
    let values = match each.values {
        Labels::List(labels) => labels,
        Labels::Object(labels) => labels.values().collect(),
    };
    EnumText { schema: named_schema(&each.schema), name: each.name, values, origins: Vec::new() }
}

fn sequence(each: Sequence) -> SequenceText {
    SequenceText {
        schema: named_schema(&each.schema),
        name: each.name.clone(),
        options: options(each, "bigint"),
        origins: Vec::new(),
    }
}

/// A sequence's settings where its numbers have this type.
fn options(each: Sequence, type_name: &str) -> crate::described::SequenceOptions {
    sequence_options(Said {
        increment: each.increment,
        min: each.min_value,
        max: each.max_value,
        start: each.start_with,
        cache: each.cache,
        cycle: each.cycle,
        ..Said::of_type(type_name)
    })
}

fn role(each: text::Role) -> RoleText {
    RoleText {
        name: each.name,
        existing: false,
        create_db: each.create_db,
        create_role: each.create_role,
        inherit: each.inherit,
    }
}

/// A policy by itself: its table is one the snapshot does not hold.
fn linked(mut policy: Policy) -> LinkedPolicy {
    let on = policy.on.take();
    let mut parts: Vec<String> =
        on.iter().flat_map(|on| on.split('.')).map(|part| part.trim_matches('"').to_owned()).collect();
    let table = parts.pop().map(|name| QualifiedText { schema: parts.pop(), name });
    LinkedPolicy { table, policy: table::policy(policy) }
}

fn view(view: View, columns: &mut Columns) -> ViewText {
    let listed = view.columns.values().map(|column| ViewColumn {
        kind: columns.kind(&column.type_name, column.type_schema.as_deref()),
        name: column.name,
    });
    ViewText {
        schema: named_schema(&view.schema),
        name: view.name,
        materialized: view.materialized,
        existing: view.is_existing,
        columns: listed.collect(),
        query: view.definition,
        with: values(view.with),
        using: view.using,
        tablespace: view.tablespace,
        with_no_data: view.with_no_data,
        origins: Vec::new(),
    }
}

/// Settings with their values as SQL writes them.
fn values(with: Ordered<Value>) -> Vec<(String, String)> {
    with.entries().into_iter().map(|(key, value)| (key, plain(&value))).collect()
}
