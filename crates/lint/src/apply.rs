//! Carries a statement's actions into the state.

use std::collections::BTreeSet;

use model::{Ident, Name};
use parse::{
    Action, AlterChange, Commented, DropKind, MaintainTarget, Reference, RelationKind, Setting, Verb,
    WriteKind,
};

use crate::effect::Session;
use crate::failure::Failure;
use crate::state::Catalog;

/// Changes the state as an action does.
///
/// # Errors
/// Where the action is certain to fail; the state may then be half changed, and the caller takes it back.
pub(crate) fn apply(
    action: &Action,
    together: &BTreeSet<Name>,
    catalog: &mut Catalog,
    session: &mut Session,
) -> Result<(), Failure> {
    match &action.verb {
        Verb::CreateTable(it) => catalog.create_table(it),
        Verb::CreateFromQuery(it) => catalog.create_from_query(it),
        Verb::CreateIndex(it) => catalog.create_index(it),
        Verb::CreateSequence(it) => catalog.create_sequence(it),
        Verb::CreateType(it) => catalog.create_type(it),
        Verb::CreateRoutine(it) => catalog.create_routine(it),
        Verb::CreateOnTable(it) => catalog.create_on_table(it),
        Verb::CreateExtension { .. } => {
            catalog.extended = true;
            Ok(())
        }
        Verb::CreateSchema { name, if_not_exists } => catalog.create_schema(name, *if_not_exists),
        Verb::Drop(it) => catalog.drop_object(it, together),
        Verb::Alter(it) => catalog.alter(it),
        Verb::AlterType(it) => catalog.alter_type(it),
        Verb::AlterOnTable(it) => catalog.alter_on_table(it),
        Verb::RenameSchema { from, to } => catalog.rename_schema(from, to),
        Verb::Truncate(it) => catalog.truncate(it),
        Verb::Set(it) => {
            set(it, catalog, session);
            Ok(())
        }
        Verb::Query(it) => query(it, catalog, session),
        Verb::Copy(it) => copy(it, catalog),
        Verb::Lock { tables, .. } => expect_all(tables, catalog),
        Verb::Maintain(it) => maintain(it, catalog),
        Verb::Comment(it) => comment(it, catalog),
        Verb::Privileges { relations, .. } => expect_all(relations, catalog),
        Verb::Publication(it) => expect_all(&it.tables, catalog),
        _ => Ok(()),
    }
}

fn expect_all<'r>(
    relations: impl IntoIterator<Item = &'r Reference>,
    catalog: &Catalog,
) -> Result<(), Failure> {
    relations.into_iter().try_for_each(|it| catalog.expect_relation(it).map(drop))
}

fn maintain(it: &parse::Maintain, catalog: &mut Catalog) -> Result<(), Failure> {
    match &it.target {
        MaintainTarget::Relations(relations) => {
            expect_all(relations, catalog)?;
            match it.task {
                parse::Task::Refresh { with_data } => {
                    relations.iter().try_for_each(|view| catalog.refresh(view, with_data, it.concurrently))
                }
                _ => Ok(()),
            }
        }
        MaintainTarget::Index(index) => catalog.expect_relation(index).map(drop),
        MaintainTarget::Schema(_) | MaintainTarget::Database => Ok(()),
    }
}

fn comment(it: &Commented, catalog: &Catalog) -> Result<(), Failure> {
    match it {
        Commented::Relation(name, column) => {
            let full = catalog.expect_relation(name)?;
            column.as_ref().map_or(Ok(()), |column| catalog.expect_column(&full, column))
        }
        Commented::Index(name) => catalog.expect_relation(name).map(drop),
        Commented::Constraint(table, constraint) => {
            let full = catalog.expect_relation(table)?;
            catalog.expect_constraint(&full, constraint)
        }
        Commented::OnTable(table) => catalog.expect_relation(table).map(drop),
        Commented::Other => Ok(()),
    }
}

fn query(it: &parse::Query, catalog: &mut Catalog, session: &mut Session) -> Result<(), Failure> {
    expect_all(it.reads.iter().chain(it.writes.iter().map(|write| &write.table)), catalog)?;
    for write in &it.writes {
        let name = catalog.resolve(&write.table);
        for column in &write.columns {
            catalog.expect_column(&name, column)?;
        }
        if let Some(column) = &write.twice {
            let text = format!("multiple assignments to same column \"{}\"", column.as_str());
            return Err(Failure::new("42601", text));
        }
        if matches!(write.kind, WriteKind::Insert | WriteKind::InsertOnConflict | WriteKind::Merge)
            && !it.explained
        {
            fill(&name, catalog);
        }
    }
    for call in it.functions.iter().filter(|call| call.function.name.as_str() == "set_config") {
        if let [Some(name), Some(value), ..] = call.arguments.as_slice() {
            let values = value.split(',').map(|value| value.trim().trim_matches('"').to_owned());
            let values = values.filter(|value| !value.is_empty()).collect();
            set(&Setting { name: name.to_lowercase(), values, local: false }, catalog, session);
        }
    }
    Ok(())
}

fn copy(it: &parse::Copy, catalog: &mut Catalog) -> Result<(), Failure> {
    let Some(table) = &it.table else { return Ok(()) };
    let name = catalog.expect_relation(table)?;
    if it.from {
        fill(&name, catalog);
    }
    Ok(())
}

/// A table may hold rows from now on; so may its partitions.
fn fill(name: &Name, catalog: &mut Catalog) {
    for table in std::iter::once(name.clone()).chain(catalog.descendants(name)) {
        if catalog.relation(&table).is_some_and(|relation| relation.empty) {
            catalog.change(&table, |relation| relation.empty = false);
        }
    }
}

fn set(it: &Setting, catalog: &mut Catalog, session: &mut Session) {
    let value = it.values.first().map(String::as_str);
    let on = |value: Option<&str>| value.is_some_and(|value| !is_zero(value));
    match it.name.as_str() {
        "search_path" => {
            let path = if value.is_none() { vec![Ident::new("public")] } else { path(&it.values) };
            catalog.set_search_path(path);
        }
        "lock_timeout" => session.lock_timeout = on(value),
        "statement_timeout" => session.statement_timeout = on(value),
        "timezone" => session.time_zone = value.map(str::to_owned),
        "all" if value.is_none() => *session = Session::default(),
        _ => {}
    }
}

fn path(values: &[String]) -> Vec<Ident> {
    let named = values.iter().filter(|value| !value.is_empty() && *value != "$user");
    named.map(Ident::new).collect()
}

fn is_zero(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim();
    digits.chars().all(|c| c == '0' || c == '.') && !digits.is_empty()
}

/// Takes note of what an action needs to exist, where nothing else is known.
pub(crate) fn notice(action: &Action, catalog: &mut Catalog) {
    if catalog.complete {
        return;
    }
    let mut table = |name: &Reference| catalog.notice(name, RelationKind::Table);
    match &action.verb {
        Verb::CreateTable(it) => {
            it.inherits.iter().chain(it.like.iter().map(|like| &like.table)).for_each(&mut table);
            it.partition_of.iter().for_each(|(parent, _)| table(parent));
            let constraints = it.columns.iter().flat_map(|column| &column.constraints).chain(&it.constraints);
            let own = it.name.as_ref();
            constraints.filter_map(referenced).filter(|name| Some(*name) != own).for_each(&mut table);
        }
        Verb::CreateFromQuery(it) => it.query.reads.iter().for_each(&mut table),
        Verb::CreateIndex(it) => table(&it.table),
        Verb::CreateSequence(it) => it.owned_by.iter().for_each(|(owner, _)| table(owner)),
        Verb::CreateOnTable(it) => {
            table(&it.table);
            it.from.iter().for_each(&mut table);
        }
        Verb::Drop(it) => match it.kind {
            DropKind::Table | DropKind::ForeignTable => table(&it.name),
            DropKind::Trigger | DropKind::Rule | DropKind::Policy => it.table.iter().for_each(&mut table),
            DropKind::View => catalog.notice(&it.name, RelationKind::View),
            DropKind::MaterializedView => catalog.notice(&it.name, RelationKind::MaterializedView),
            DropKind::Index => catalog.notice(&it.name, RelationKind::Index),
            DropKind::Sequence => catalog.notice(&it.name, RelationKind::Sequence),
            _ => {}
        },
        Verb::Alter(it) => {
            catalog.notice(&it.relation, it.kind);
            notice_change(&it.change, catalog);
        }
        Verb::AlterOnTable(it) => it.table.iter().for_each(&mut table),
        Verb::Query(it) => {
            it.reads.iter().chain(it.writes.iter().map(|write| &write.table)).for_each(&mut table);
        }
        Verb::Copy(it) => it.table.iter().for_each(&mut table),
        Verb::Truncate(it) => it.tables.iter().for_each(&mut table),
        Verb::Lock { tables, .. } => tables.iter().for_each(&mut table),
        Verb::Privileges { relations, .. } => relations.iter().for_each(&mut table),
        Verb::Publication(it) => it.tables.iter().for_each(&mut table),
        Verb::Comment(
            Commented::Relation(name, _) | Commented::Constraint(name, _) | Commented::OnTable(name),
        ) => {
            table(name);
        }
        Verb::Comment(Commented::Index(name)) => catalog.notice(name, RelationKind::Index),
        Verb::Maintain(it) => notice_target(it, catalog),
        _ => {}
    }
}

fn notice_target(it: &parse::Maintain, catalog: &mut Catalog) {
    let refresh = matches!(it.task, parse::Task::Refresh { .. });
    let kind = if refresh { RelationKind::MaterializedView } else { RelationKind::Table };
    match &it.target {
        MaintainTarget::Relations(relations) => relations.iter().for_each(|it| catalog.notice(it, kind)),
        MaintainTarget::Index(index) => catalog.notice(index, RelationKind::Index),
        MaintainTarget::Schema(_) | MaintainTarget::Database => {}
    }
}

fn notice_change(change: &AlterChange, catalog: &mut Catalog) {
    let mut table = |name: &Reference| catalog.notice(name, RelationKind::Table);
    match change {
        AlterChange::AddColumn { column, .. } => {
            column.constraints.iter().filter_map(referenced).for_each(table)
        }
        AlterChange::AddConstraint(constraint) => referenced(constraint).into_iter().for_each(table),
        AlterChange::Inherit(name) | AlterChange::NoInherit(name) => table(name),
        AlterChange::AttachPartition { partition, .. } | AlterChange::DetachPartition { partition, .. } => {
            table(partition);
        }
        AlterChange::AttachIndex(name) => catalog.notice(name, RelationKind::Index),
        AlterChange::SequenceOptions { owned_by: Some((owner, _)) } => table(owner),
        _ => {}
    }
}

fn referenced(constraint: &parse::ConstraintDefinition) -> Option<&Reference> {
    match &constraint.demand {
        parse::Demand::ForeignKey(key) => Some(&key.references),
        _ => None,
    }
}
