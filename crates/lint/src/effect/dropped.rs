//! `DROP` of anything but a table.

use facts::{Form, Role, Roles, Shape};
use model::{Ident, LockMode, Name};
use parse::{Drop, DropKind};

use super::object::on;
use super::{Parts, subject, table};
use crate::state::{Catalog, Link};

/// The parts of a `DROP` of anything but a table.
pub(super) fn drop_object(it: &Drop, catalog: &Catalog, parts: &mut Parts) {
    let name = catalog.resolve(&it.name);
    let there = !catalog.is_absent(&name);
    match it.kind {
        DropKind::View if there => parts.add(Form::DropView, Shape::Plain, Roles::of(name.clone())),
        DropKind::MaterializedView if there => {
            parts.add(Form::DropMaterializedView, Shape::Plain, Roles::of(name.clone()));
        }
        DropKind::Index if there => drop_index(it, &name, catalog, parts),
        DropKind::Sequence if there => drop_sequence(&name, catalog, parts),
        DropKind::Trigger | DropKind::Rule | DropKind::Policy => drop_on_table(it, catalog, parts),
        DropKind::Type | DropKind::Domain => {
            let name = catalog.resolve_type(&it.name);
            let users = table::users(catalog, &name);
            let form = if users.is_empty() { Form::DropType } else { Form::DropTypeUsed };
            for reader in users.iter().flat_map(|table| catalog.readers_of_type(table, &name)) {
                parts.lock(reader, LockMode::AccessExclusiveLock);
            }
            parts.add(form, Shape::Plain, Roles::default().with_all(Role::User, users));
        }
        DropKind::Routine => drop_routine(&it.name.name, it.cascade, catalog, parts),
        DropKind::Schema => table::drop_schema(it, catalog, parts),
        DropKind::Extension => {
            parts.add(Form::DropExtension, Shape::Plain, Roles::default());
            if it.cascade {
                parts.unknown(format!(
                    "what uses the extension {} is not known; all of it goes",
                    it.name.name
                ));
            }
        }
        DropKind::Statistics => {
            parts.unknown(format!("the table of the statistics {} is not known", it.name))
        }
        DropKind::Publication => parts.add(Form::DropPublication, Shape::Plain, Roles::default()),
        _ => {}
    }
    if it.cascade && matches!(it.kind, DropKind::View | DropKind::MaterializedView) {
        catalog
            .readers(&name)
            .into_iter()
            .for_each(|reader| parts.lock(reader, LockMode::AccessExclusiveLock));
    }
}

fn drop_index(it: &Drop, name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let form = if it.concurrently { Form::DropIndexConcurrently } else { Form::DropIndex };
    match catalog.relation(name).and_then(|index| index.owner.clone()) {
        Some((table, _)) => {
            let (shape, roles) = subject(catalog, &table, None);
            parts.add(form, shape, roles.with(Role::Index, name.clone()));
        }
        None => {
            parts.unknown(format!("the table of the index {name} is not known; it is locked too"));
            parts.add(form, Shape::Plain, Roles::default().with(Role::Index, name.clone()));
        }
    }
}

fn drop_sequence(name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let users: Vec<Name> = catalog.pointing_at(Link::Draws, name).cloned().collect();
    let form = if users.is_empty() { Form::DropSequence } else { Form::DropSequenceUsed };
    parts.add(form, Shape::Plain, Roles::of(name.clone()).with_all(Role::User, users));
}

fn drop_on_table(it: &Drop, catalog: &Catalog, parts: &mut Parts) {
    let Some(table) = &it.table else { return };
    let name = catalog.resolve(table);
    if catalog.is_absent(&name) || catalog.lacks_on_table(it, &name) {
        return;
    }
    let form = match it.kind {
        DropKind::Trigger => Form::DropTrigger,
        DropKind::Policy => Form::DropPolicy,
        _ => Form::DropRule,
    };
    on(form, &name, catalog, parts);
}

fn drop_routine(name: &Ident, cascade: bool, catalog: &Catalog, parts: &mut Parts) {
    let calls = |table: &&Name| {
        catalog.relation(table).is_some_and(|it| {
            it.table.triggers.values().any(|trigger| trigger.function.contains(name.as_str()))
        })
    };
    let users: Vec<Name> =
        if cascade { catalog.tables().iter().filter(calls).cloned().collect() } else { Vec::new() };
    let form = if users.is_empty() { Form::DropFunction } else { Form::DropFunctionTrigger };
    parts.add(form, Shape::Plain, Roles::default().with_all(Role::User, users));
    if cascade && !catalog.complete {
        parts.unknown(format!("what uses the function {name} is not known; all of it goes"));
    }
}
