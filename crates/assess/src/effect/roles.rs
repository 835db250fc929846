//! Who plays which part in a statement, by what the schema says of its table.

use facts::{Area, IndexCounts, Role, Roles, Shape};
use model::{Expr, Ident, Name, Schema, Table};

use super::Act;

pub(super) fn of(act: &Act, schema: &Schema) -> (Roles, Shape) {
    let mut roles = Roles::of(act.table.clone()).with_all(Role::Child, children(schema, &act.table));
    let mut shape = Shape::Plain;
    if let Some(table) = schema.table(&act.table) {
        shape = match (&table.partition_by, roles.named(Role::Child).is_empty()) {
            (Some(_), _) => Shape::Partitioned,
            (None, false) => Shape::Inherited,
            (None, true) => Shape::Plain,
        };
        let parents = table.partition_of.iter().map(|(parent, _)| parent).chain(&table.inherits);
        roles = roles.with_all(Role::Parent, parents.cloned());
        // The other table of an ATTACH is the partition, that of a constraint the referenced one.
        if act.other.is_none() || act.form.area() == Area::Partition {
            let referenced = table.foreign_keys().map(|(_, key)| key.references.clone());
            roles = roles.with_all(Role::Referenced, referenced.filter(|name| *name != act.table));
        }
    }
    roles = roles.with_all(Role::Referencing, referencing(schema, &act.table));
    roles = roles.with_all(Role::View, viewing(schema, &act.table));
    roles = roles.with_all(Role::User, users(schema, &act.table));
    roles = roles.with_all(Role::DefaultPartition, default_partition(schema, &act.table).cloned());
    if let Some(other) = &act.other {
        let parts: &[Role] = match act.form.area() {
            Area::Partition => &[Role::Partition],
            _ => &[Role::Referenced, Role::Source],
        };
        for role in parts {
            roles = roles.with(*role, other.clone());
        }
    }
    let counted: Vec<Name> = std::iter::once(act.table.clone()).chain(children(schema, &act.table)).collect();
    for name in counted {
        if let Some(table) = schema.table(&name) {
            roles = roles.indexed(name, counts(table, act.column.as_ref()));
        }
    }
    (roles, shape)
}

/// Partitions and inheriting tables, all generations.
pub(crate) fn children(schema: &Schema, table: &Name) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut of = vec![table.clone()];
    while let Some(parent) = of.pop() {
        for (name, child) in &schema.tables {
            let is_child = child.partition_of.as_ref().is_some_and(|(of, _)| *of == parent)
                || child.inherits.contains(&parent);
            if is_child && !found.contains(name) {
                found.push(name.clone());
                of.push(name.clone());
            }
        }
    }
    found
}

/// Tables with rows of their own that have a column of a domain. A partitioned table has none.
fn users(schema: &Schema, domain: &Name) -> Vec<Name> {
    if !schema.domains.contains_key(domain) {
        return Vec::new();
    }
    let written = domain.to_string();
    let uses = |table: &Table| {
        table.partition_by.is_none() && table.columns.iter().any(|column| column.type_name.0 == written)
    };
    schema.tables.iter().filter(|(_, table)| uses(table)).map(|(name, _)| name.clone()).collect()
}

/// The partition that takes the rows no other does.
pub(super) fn default_partition<'s>(schema: &'s Schema, parent: &Name) -> Option<&'s Name> {
    let is_it = |table: &Table| {
        table.partition_of.as_ref().is_some_and(|(of, bound)| of == parent && is_default(bound))
    };
    schema.tables.iter().find(|(_, table)| is_it(table)).map(|(name, _)| name)
}

/// Whether a partition's bound is `DEFAULT`.
pub(super) fn is_default(bound: &Expr) -> bool {
    bound.0.trim().eq_ignore_ascii_case("default")
}

fn referencing(schema: &Schema, table: &Name) -> Vec<Name> {
    let references = |candidate: &Table| candidate.foreign_keys().any(|(_, key)| key.references == *table);
    let found = schema.tables.iter().filter(|(name, candidate)| *name != table && references(candidate));
    found.map(|(name, _)| name.clone()).collect()
}

fn viewing(schema: &Schema, table: &Name) -> Vec<Name> {
    let uses = |view: &model::View| {
        view.depends_on.iter().any(|used| match used {
            model::ObjectRef::Table(name) | model::ObjectRef::Column(name, _) => name == table,
            _ => false,
        })
    };
    schema.views.iter().filter(|(_, view)| uses(view)).map(|(name, _)| name.clone()).collect()
}

/// Whether an index of the table has a column.
pub(super) fn is_indexed(table: &Table, column: &Ident) -> bool {
    counts(table, Some(column)).of_column > 0
}

fn counts(table: &Table, column: Option<&Ident>) -> IndexCounts {
    let all = u32::try_from(table.index_count()).unwrap_or(u32::MAX);
    let of_column = column.map_or(0, |column| {
        let by_index = table.indexes.values().filter(|index| {
            let is_key = index.keys.iter().any(|key| match &key.column {
                Some(name) => name == column,
                None => mentions(&key.expression.0, column),
            });
            is_key || index.predicate.as_ref().is_some_and(|predicate| mentions(&predicate.0, column))
        });
        let by_key = table.constraints.values().filter(|c| c.has_index() && c.columns().contains(column));
        u32::try_from(by_index.count() + by_key.count()).unwrap_or(u32::MAX)
    });
    IndexCounts { all, of_column }
}

/// Whether an expression has a name as a word of its own.
pub(super) fn mentions(expression: &str, column: &Ident) -> bool {
    let name = column.to_string();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    expression.match_indices(&name).any(|(at, _)| {
        let before = expression[..at].chars().next_back();
        let after = expression[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}
