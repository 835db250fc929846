//! Triggers, policies, views, types, sequences, publications and the like.

use facts::{Form, Role, Roles, Shape};
use model::{LockMode, Name};
use parse::{
    Alter, AlterChange, AlterOnTable, AlterType, Commented, CreateOnTable, CreateSequence, Demand,
    OnTableKind, Publication, PublicationChange, RelationKind, TypeChange, Verb,
};

use super::{Parts, roles, subject, table};
use crate::state::Catalog;

/// The parts of an action that no other file knows.
pub(super) fn action(verb: &Verb, catalog: &Catalog, parts: &mut Parts) {
    match verb {
        Verb::CreateSequence(it) => create_sequence(it, catalog, parts),
        Verb::CreateOnTable(it) => create_on_table(it, catalog, parts),
        Verb::CreateRoutine(it) => {
            let found = |name: &&parse::Reference| !catalog.is_system(name);
            for read in it.reads.iter().filter(found).map(|name| catalog.resolve(name)) {
                parts.lock(read, LockMode::AccessShareLock);
            }
            for written in it.writes.iter().filter(found).map(|name| catalog.resolve(name)) {
                parts.lock(written, LockMode::RowExclusiveLock);
            }
        }
        Verb::AlterOnTable(it) => alter_on_table(it, catalog, parts),
        Verb::AlterType(it) => alter_type(it, catalog, parts),
        Verb::Publication(it) => publication(it, catalog, parts),
        Verb::Comment(it) => comment(it, catalog, parts),
        Verb::Privileges { revoke, relations } => {
            let form = if *revoke { Form::Revoke } else { Form::Grant };
            for relation in relations.iter().filter(|it| !catalog.is_system(it)) {
                parts.add(form, Shape::Plain, Roles::of(catalog.resolve(relation)));
            }
        }
        _ => {}
    }
}

pub(super) fn on(form: Form, name: &Name, catalog: &Catalog, parts: &mut Parts) {
    let (shape, roles) = subject(catalog, name, None);
    parts.add(form, shape, roles);
}

fn create_sequence(it: &CreateSequence, catalog: &Catalog, parts: &mut Parts) {
    match &it.owned_by {
        Some((table, _)) => on(Form::CreateSequenceOwnedBy, &catalog.resolve(table), catalog, parts),
        None => parts.add(Form::CreateSequence, Shape::Plain, Roles::default()),
    }
}

fn create_on_table(it: &CreateOnTable, catalog: &Catalog, parts: &mut Parts) {
    let name = catalog.resolve(&it.table);
    if catalog.is_absent(&name) {
        return;
    }
    let form = match it.kind {
        OnTableKind::Trigger => Form::CreateTrigger,
        OnTableKind::Rule => Form::CreateRule,
        OnTableKind::Policy => Form::CreatePolicy,
        OnTableKind::Statistics => Form::CreateStatistics,
    };
    on(form, &name, catalog, parts);
    if let Some(from) = &it.from {
        let (shape, roles) = subject(catalog, &name, None);
        parts.add(Form::CreateTriggerFrom, shape, roles.with(Role::Source, catalog.resolve(from)));
    }
    for read in it.reads.iter().filter(|read| !catalog.is_system(read)) {
        let read = catalog.resolve(read);
        if read != name && !matches!(read.name.as_str(), "new" | "old") {
            parts.lock(read, LockMode::AccessShareLock);
        }
    }
}

fn alter_on_table(it: &AlterOnTable, catalog: &Catalog, parts: &mut Parts) {
    let Some(reference) = &it.table else {
        return parts.add(Form::AlterStatistics, Shape::Plain, Roles::default());
    };
    let form = match (it.kind, it.rename_to.is_some()) {
        (OnTableKind::Trigger, _) if it.depends_on_extension => Form::TriggerDependsOnExtension,
        (OnTableKind::Trigger, _) => Form::RenameTrigger,
        (OnTableKind::Rule, _) => Form::RenameRule,
        (OnTableKind::Policy, true) => Form::RenamePolicy,
        (OnTableKind::Policy, false) => Form::AlterPolicy,
        (OnTableKind::Statistics, _) => Form::AlterStatistics,
    };
    on(form, &catalog.resolve(reference), catalog, parts);
}

fn alter_type(it: &AlterType, catalog: &Catalog, parts: &mut Parts) {
    let name = catalog.resolve_type(&it.name);
    let users = table::users(catalog, &name);
    let form = match &it.change {
        TypeChange::AddValue { .. } => Form::AddEnumValue,
        TypeChange::RenameValue { .. } => Form::RenameEnumValue,
        TypeChange::Rename(_) | TypeChange::SetSchema(_) | TypeChange::SetOwner | TypeChange::Other => {
            Form::RenameType
        }
        TypeChange::Attribute { .. } => Form::AlterComposite,
        TypeChange::DomainAdd(constraint) => match (&constraint.demand, constraint.not_valid) {
            (Demand::NotNull { .. }, _) => Form::DomainSetNotNull,
            (_, true) => Form::DomainAddCheckNotValid,
            (_, false) => Form::DomainAddCheck,
        },
        TypeChange::DomainValidate(_) => Form::DomainValidate,
        TypeChange::DomainDropConstraint { .. } | TypeChange::DomainDropNotNull => Form::DomainDropConstraint,
        TypeChange::DomainSetNotNull => Form::DomainSetNotNull,
        TypeChange::DomainSetDefault => Form::DomainSetDefault,
    };
    let scans = matches!(form, Form::DomainAddCheck | Form::DomainValidate | Form::DomainSetNotNull);
    if scans && !catalog.complete {
        parts.unknown(format!("which tables have columns of {name} is not known; all of them are read"));
    }
    // What a query made has the types of what it read, which is not followed.
    let is_of_query = |table: &Name| catalog.relation(table).is_some_and(|it| !it.lists_columns);
    if let Some(table) = catalog.tables().into_iter().find(|table| scans && is_of_query(table)) {
        parts.unknown(format!("whether {table} has columns of {name} is not known; then it is read too"));
    }
    // Partitioned tables hold no rows of their own, but are locked with their partitions.
    parts.add(form, Shape::Plain, Roles::default().with_all(Role::User, users));
}

fn publication(it: &Publication, catalog: &Catalog, parts: &mut Parts) {
    let form = match it.change {
        PublicationChange::CreateAllTables => Form::CreatePublicationAllTables,
        PublicationChange::Create if !it.schemas.is_empty() => Form::CreatePublicationSchema,
        PublicationChange::Create => Form::CreatePublication,
        PublicationChange::Add => Form::PublicationAddTable,
        PublicationChange::Drop => Form::PublicationDropTable,
        PublicationChange::Set => Form::PublicationSetTable,
        PublicationChange::Other => return,
    };
    for name in it.tables.iter().map(|it| catalog.resolve(it)) {
        on(form, &name, catalog, parts);
    }
    if it.tables.is_empty() {
        parts.add(form, Shape::Plain, Roles::default());
    }
}

fn comment(it: &Commented, catalog: &Catalog, parts: &mut Parts) {
    let (form, name) = match it {
        Commented::Relation(name, _) => (Form::Comment, catalog.resolve(name)),
        Commented::Constraint(table, _) => (Form::CommentOnConstraint, catalog.resolve(table)),
        Commented::OnTable(table) => (Form::CommentOnConstraint, catalog.resolve(table)),
        Commented::Index(index) => {
            let roles = Roles::default().with(Role::Index, catalog.resolve(index));
            return parts.add(Form::CommentOnIndex, Shape::Plain, roles);
        }
        Commented::Other => return,
    };
    if !catalog.is_absent(&name) {
        parts.add(form, Shape::Plain, Roles::of(name));
    }
}

/// Adds the parts of an `ALTER` of a relation that is no table; says whether facts know it.
pub(super) fn alter(
    it: &Alter,
    kind: RelationKind,
    name: &Name,
    catalog: &Catalog,
    parts: &mut Parts,
) -> bool {
    let renames = matches!(it.change, AlterChange::Rename(_) | AlterChange::SetSchema(_));
    let form = match kind {
        RelationKind::Index => return alter_index(it, name, catalog, parts),
        RelationKind::View if renames => Form::RenameView,
        RelationKind::View => Form::AlterView,
        RelationKind::MaterializedView if renames => Form::RenameMaterializedView,
        RelationKind::MaterializedView => match &it.change {
            AlterChange::SetParameters(_) => Form::SetStorageParameter,
            AlterChange::ClusterOn(_) => Form::ClusterOn,
            AlterChange::SetOwner => Form::SetOwner,
            AlterChange::SetTablespace(_) => Form::SetTablespace,
            _ => return false,
        },
        RelationKind::Sequence if renames => Form::RenameSequence,
        RelationKind::Sequence => match &it.change {
            AlterChange::SequenceOptions { owned_by: Some((table, _)) } => {
                let roles = Roles::of(name.clone()).with(Role::User, catalog.resolve(table));
                parts.add(Form::AlterSequenceOwnedBy, Shape::Plain, roles);
                return true;
            }
            _ => Form::AlterSequence,
        },
        RelationKind::Table | RelationKind::ForeignTable => return false,
    };
    parts.add(form, Shape::Plain, roles::alone(catalog, name));
    true
}

fn alter_index(it: &Alter, name: &Name, catalog: &Catalog, parts: &mut Parts) -> bool {
    let form = match &it.change {
        AlterChange::Rename(_) => Form::RenameIndex,
        AlterChange::SetParameters(_) => Form::AlterIndexSet,
        AlterChange::SetStatistics(_) => Form::AlterIndexSetStatistics,
        AlterChange::SetTablespace(_) => Form::AlterIndexSetTablespace,
        AlterChange::AttachIndex(child) => {
            return attach_index(name, &catalog.resolve(child), catalog, parts);
        }
        _ => return false,
    };
    let roles = Roles::default().with(Role::Index, name.clone());
    parts.add(form, Shape::Plain, roles);
    true
}

/// A partition's index becomes part of its parent's.
fn attach_index(name: &Name, child: &Name, catalog: &Catalog, parts: &mut Parts) -> bool {
    let owner =
        |index: &Name| catalog.relation(index).and_then(|it| it.owner.clone()).map(|(table, _)| table);
    let roles = Roles::default()
        .with(Role::Index, name.clone())
        .with_all(Role::Table, owner(name))
        .with_all(Role::Partition, owner(child))
        .with_all(Role::Indexes, [child.clone()]);
    parts.add(Form::AlterIndexAttachPartition, Shape::Partitioned, roles);
    true
}
