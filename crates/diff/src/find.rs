//! Objects of a schema by their reference.

use model::{Ident, Name, Object, ObjectRef, Schema, Table};

/// Whether the schema has the object.
pub(crate) fn exists(schema: &Schema, object: &ObjectRef) -> bool {
    let table = |name: &Name| schema.tables.get(name);
    let view = |name: &Name| schema.views.get(name);
    match object {
        ObjectRef::Namespace(name) => schema.namespaces.contains_key(name),
        ObjectRef::Extension(name) => schema.extensions.contains_key(name),
        ObjectRef::Collation(name) => schema.collations.contains_key(name),
        ObjectRef::Type(name) => type_object(schema, name).is_some(),
        ObjectRef::Sequence(name) => schema.sequences.contains_key(name),
        ObjectRef::Table(name) => table(name).is_some(),
        ObjectRef::View(name) | ObjectRef::MaterializedView(name) => view(name).is_some(),
        ObjectRef::Routine(identity) => schema.routines.contains_key(identity),
        ObjectRef::Column(of, name) => {
            table(of).is_some_and(|table| table.column(name).is_some())
                || view(of).is_some_and(|view| view.columns.contains(name))
        }
        ObjectRef::Constraint(of, name) => {
            table(of).is_some_and(|table| table.constraints.contains_key(name))
        }
        ObjectRef::Index(of, name) => {
            table(of).is_some_and(|table| table.indexes.contains_key(name))
                || view(of).is_some_and(|view| view.indexes.contains_key(name))
        }
        ObjectRef::Trigger(of, name) => {
            table(of).is_some_and(|table| table.triggers.contains_key(name))
                || view(of).is_some_and(|view| view.triggers.contains_key(name))
        }
        ObjectRef::Rule(of, name) => {
            table(of).is_some_and(|table| table.rules.contains_key(name))
                || view(of).is_some_and(|view| view.rules.contains_key(name))
        }
        ObjectRef::Policy(of, name) => table(of).is_some_and(|table| table.policies.contains_key(name)),
    }
}

/// The index, or the constraint with an index, that a replica identity names (`USING INDEX …`).
pub(crate) fn identity_index(name: &Name, table: &Table, identity: &str) -> Option<ObjectRef> {
    let index = identity.strip_prefix("USING INDEX ")?;
    let named = |candidate: &&Ident| candidate.to_string() == index;
    let by_index = || Some(ObjectRef::Index(name.clone(), table.indexes.keys().find(named)?.clone()));
    let by_key = || Some(ObjectRef::Constraint(name.clone(), table.constraints.keys().find(named)?.clone()));
    by_index().or_else(by_key)
}

/// The type of this name, of whatever kind.
pub(crate) fn type_object(schema: &Schema, name: &Name) -> Option<Object> {
    let found = schema.enums.get(name).map(|it| Object::Enum { name: name.clone(), enum_type: it.clone() });
    let found = found.or_else(|| {
        schema.domains.get(name).map(|it| Object::Domain { name: name.clone(), domain: it.clone() })
    });
    let found = found.or_else(|| {
        schema.composites.get(name).map(|it| Object::Composite { name: name.clone(), composite: it.clone() })
    });
    found
        .or_else(|| schema.ranges.get(name).map(|it| Object::Range { name: name.clone(), range: it.clone() }))
}

/// Every type of the schema.
pub(crate) fn type_names(schema: &Schema) -> impl Iterator<Item = &Name> {
    schema
        .enums
        .keys()
        .chain(schema.domains.keys())
        .chain(schema.composites.keys())
        .chain(schema.ranges.keys())
}

/// A table and everything that hangs on it.
pub(crate) fn parts(name: &Name, table: &Table) -> Vec<ObjectRef> {
    let on = || name.clone();
    let mut parts = vec![ObjectRef::Table(on())];
    parts.extend(table.columns.iter().map(|column| ObjectRef::Column(on(), column.name.clone())));
    parts.extend(table.constraints.keys().map(|name| ObjectRef::Constraint(on(), name.clone())));
    parts.extend(table.indexes.keys().map(|name| ObjectRef::Index(on(), name.clone())));
    parts.extend(table.triggers.keys().map(|name| ObjectRef::Trigger(on(), name.clone())));
    parts.extend(table.rules.keys().map(|name| ObjectRef::Rule(on(), name.clone())));
    parts.extend(table.policies.keys().map(|name| ObjectRef::Policy(on(), name.clone())));
    parts
}

/// A view and everything that hangs on it.
pub(crate) fn view_parts(name: &Name, view: &model::View) -> Vec<ObjectRef> {
    let on = || name.clone();
    let mut parts = vec![ObjectRef::View(on())];
    parts.extend(view.indexes.keys().map(|name| ObjectRef::Index(on(), name.clone())));
    parts.extend(view.triggers.keys().map(|name| ObjectRef::Trigger(on(), name.clone())));
    parts.extend(view.rules.keys().map(|name| ObjectRef::Rule(on(), name.clone())));
    parts
}
