//! `ALTER` of views, indexes and sequences.

use model::Ident;
use squawk_syntax::ast::{self, AstNode};

use super::Sink;
use super::alter::{Subject, last, parameters, rename_column, table_action};
use super::create::owner;
use crate::action::{AlterChange, RelationKind};
use crate::names::{ident_of, reference};

pub(super) fn materialized_view(it: &ast::AlterMaterializedView, sink: &mut Sink<'_>) -> Option<()> {
    use ast::AlterMaterializedViewAction as Action;
    let relation = reference(it.view_ref()?.path_ref())?;
    let kind = RelationKind::MaterializedView;
    let subject = Subject { kind, relation, if_exists: it.if_exists().is_some(), only: false };
    for action in it.action() {
        let change = match &action {
            Action::ViewRenameTo(it) => last(it.view().and_then(|it| it.path())).map(AlterChange::Rename),
            Action::RenameColumn(it) => rename_column(it),
            Action::SetSchema(it) => ident_of(it.schema_ref()).map(AlterChange::SetSchema),
            Action::AlterTableAction(it) => table_action(it, sink),
            Action::DependsOnExtension(_) | Action::NoDependsOnExtension(_) => None,
        };
        sink.push(
            action.syntax(),
            subject.verb(change.unwrap_or(AlterChange::Other("DEPENDS ON EXTENSION"))),
        );
    }
    Some(())
}

pub(super) fn view(it: &ast::AlterView, sink: &mut Sink<'_>) -> Option<()> {
    use ast::AlterViewAction as Action;
    let relation = reference(it.view_ref()?.path_ref())?;
    let if_exists = it.if_exists().is_some();
    let subject = Subject { kind: RelationKind::View, relation, if_exists, only: false };
    let change = match it.action()? {
        Action::ViewRenameTo(it) => AlterChange::Rename(last(it.view()?.path())?),
        Action::RenameColumn(it) => rename_column(&it)?,
        Action::SetSchema(it) => AlterChange::SetSchema(ident_of(it.schema_ref())?),
        Action::OwnerTo(_) => AlterChange::SetOwner,
        Action::SetOptions(_) | Action::ResetOptions(_) | Action::AlterViewColumn(_) => {
            AlterChange::ViewOptions
        }
    };
    sink.push(it.syntax(), subject.verb(change));
    Some(())
}

pub(super) fn index(it: &ast::AlterIndex, sink: &mut Sink<'_>) -> Option<()> {
    use ast::AlterIndexAction as Action;
    let relation = reference(it.index_ref()?.path_ref())?;
    let if_exists = it.if_exists().is_some();
    let subject = Subject { kind: RelationKind::Index, relation, if_exists, only: false };
    let change = match it.action()? {
        Action::IndexRenameTo(it) => AlterChange::Rename(last(it.index()?.path())?),
        Action::SetTablespace(it) => AlterChange::SetTablespace(ident_of(it.tablespace_ref())?),
        Action::SetOptions(it) => AlterChange::SetParameters(parameters(it.attribute_list())),
        Action::ResetOptions(it) => AlterChange::SetParameters(parameters(it.attribute_list())),
        Action::AttachIndexPartition(it) => AlterChange::AttachIndex(reference(it.index_ref()?.path_ref())?),
        Action::AlterSetStatistics(_) => AlterChange::SetStatistics(Ident::new("")),
        Action::DependsOnExtension(_) | Action::NoDependsOnExtension(_) => {
            AlterChange::Other("DEPENDS ON EXTENSION")
        }
    };
    sink.push(it.syntax(), subject.verb(change));
    Some(())
}

pub(super) fn sequence(it: &ast::AlterSequence, sink: &mut Sink<'_>) -> Option<()> {
    use ast::AlterSequenceAction as Action;
    let relation = reference(it.sequence_ref()?.path_ref())?;
    let if_exists = it.if_exists().is_some();
    let subject = Subject { kind: RelationKind::Sequence, relation, if_exists, only: false };
    let mut change = AlterChange::SequenceOptions { owned_by: None };
    for action in it.actions() {
        change = match action {
            Action::SequenceRenameTo(it) => AlterChange::Rename(last(it.sequence()?.path())?),
            Action::SetSchema(it) => AlterChange::SetSchema(ident_of(it.schema_ref())?),
            Action::OwnerTo(_) => AlterChange::SetOwner,
            Action::SetLogged(_) => AlterChange::SetLogged,
            Action::SetUnlogged(_) => AlterChange::SetUnlogged,
            Action::SequenceOption(ast::SequenceOption::OptionOwnedBy(it)) => {
                AlterChange::SequenceOptions { owned_by: owner(&it) }
            }
            Action::SequenceOption(_) => change,
        };
    }
    sink.push(it.syntax(), subject.verb(change));
    Some(())
}
