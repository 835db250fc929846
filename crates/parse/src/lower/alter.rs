//! `ALTER` of relations.

use model::Ident;
use squawk_syntax::ast::{self, AstNode};

use super::alter_other::{index, materialized_view, sequence, view};
use super::column::{added_column, constraint_definition};
use super::create::partition_bound;
use super::{Sink, object};
use crate::action::{Alter, AlterChange, ConstraintChange, RelationKind, Verb};
use crate::expression::expression;
use crate::names::{Reference, ident_of, reference};
use crate::types::type_reference;

/// The relation an `ALTER` names.
pub(super) struct Subject {
    pub(super) kind: RelationKind,
    pub(super) relation: Reference,
    pub(super) if_exists: bool,
    pub(super) only: bool,
}

impl Subject {
    pub(super) fn verb(&self, change: AlterChange) -> Verb {
        Verb::Alter(Box::new(Alter {
            kind: self.kind,
            relation: self.relation.clone(),
            if_exists: self.if_exists,
            only: self.only,
            change,
        }))
    }
}

/// Collects an `ALTER` of a relation; says whether it was one.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let done = match stmt {
        ast::Stmt::AlterTable(it) => {
            table(RelationKind::Table, it.table_relation_name(), it.if_exists(), it.actions(), sink)
        }
        ast::Stmt::AlterForeignTable(it) => {
            table(RelationKind::ForeignTable, it.table_relation_name(), it.if_exists(), it.actions(), sink)
        }
        ast::Stmt::AlterMaterializedView(it) => materialized_view(it, sink),
        ast::Stmt::AlterView(it) => view(it, sink),
        ast::Stmt::AlterIndex(it) => index(it, sink),
        ast::Stmt::AlterSequence(it) => sequence(it, sink),
        _ => return false,
    };
    if done.is_none() {
        sink.push(stmt.syntax(), object::broken(stmt));
    }
    true
}

fn table(
    kind: RelationKind,
    name: Option<ast::TableRelationName>,
    if_exists: Option<ast::IfExists>,
    actions: impl Iterator<Item = ast::AlterTableAction>,
    sink: &mut Sink<'_>,
) -> Option<()> {
    let name = name?;
    let subject = Subject {
        kind,
        only: name.only_token().is_some(),
        relation: reference(name.table_name_ref()?.path_ref())?,
        if_exists: if_exists.is_some(),
    };
    let mut any = false;
    for action in actions {
        any = true;
        let change =
            table_action(&action, sink).unwrap_or(AlterChange::Other("a clause that is not complete"));
        sink.push(action.syntax(), subject.verb(change));
    }
    any.then_some(())
}

pub(super) fn table_action(action: &ast::AlterTableAction, sink: &Sink<'_>) -> Option<AlterChange> {
    use ast::AlterTableAction as Action;
    Some(match action {
        Action::AddColumn(it) => AlterChange::AddColumn {
            column: added_column(it, sink)?,
            if_not_exists: it.if_not_exists().is_some(),
        },
        Action::DropColumn(it) => AlterChange::DropColumn {
            column: ident_of(it.column_name_ref())?,
            if_exists: it.if_exists().is_some(),
            cascade: cascades(it.drop_behavior()),
        },
        Action::RenameColumn(it) => rename_column(it)?,
        Action::AlterColumn(it) => alter_column(ident_of(it.column_name_ref())?, it.option()?)?,
        Action::TableRenameTo(it) => AlterChange::Rename(last(it.table_name()?.path())?),
        Action::AttachPartition(it) => AlterChange::AttachPartition {
            partition: reference(it.table_name_ref()?.path_ref())?,
            bound: partition_bound(it.partition_type()),
        },
        Action::DetachPartition(it) => AlterChange::DetachPartition {
            partition: reference(it.table_name_ref()?.path_ref())?,
            concurrently: matches!(
                it.detach_partition_option(),
                Some(ast::DetachPartitionOption::DetachConcurrently(_))
            ),
            finalize: matches!(
                it.detach_partition_option(),
                Some(ast::DetachPartitionOption::DetachFinalize(_))
            ),
        },
        Action::InheritTable(it) => AlterChange::Inherit(reference(it.table_name_ref()?.path_ref())?),
        Action::NoInheritTable(it) => AlterChange::NoInherit(reference(it.table_name_ref()?.path_ref())?),
        _ => return constraint_action(action, sink).or_else(|| setting(action)),
    })
}

fn constraint_action(action: &ast::AlterTableAction, sink: &Sink<'_>) -> Option<AlterChange> {
    use ast::AlterTableAction as Action;
    Some(match action {
        Action::AddConstraint(it) => {
            AlterChange::AddConstraint(constraint_definition(&it.constraint()?, None, sink)?)
        }
        Action::ValidateConstraint(it) => {
            AlterChange::ValidateConstraint(constraint_name(it.constraint_name_ref())?)
        }
        Action::DropConstraint(it) => AlterChange::DropConstraint {
            name: constraint_name(it.constraint_name_ref())?,
            if_exists: it.if_exists().is_some(),
            cascade: cascades(it.drop_behavior()),
        },
        Action::RenameConstraint(it) => AlterChange::RenameConstraint {
            from: constraint_name(it.constraint_name_ref())?,
            to: ident_of(it.constraint_name())?,
        },
        Action::AlterConstraint(it) => AlterChange::AlterConstraint {
            name: constraint_name(it.constraint_name_ref())?,
            change: constraint_change(it.constraint_options()),
        },
        _ => return None,
    })
}

fn constraint_change(options: impl Iterator<Item = ast::ConstraintOption>) -> ConstraintChange {
    let mut change = ConstraintChange::Deferrability;
    for option in options {
        change = match option {
            ast::ConstraintOption::Enforced(_) => ConstraintChange::Enforced,
            ast::ConstraintOption::NotEnforced(_) => ConstraintChange::NotEnforced,
            ast::ConstraintOption::Inherit(_) | ast::ConstraintOption::NoInherit(_) => {
                ConstraintChange::Inheritance
            }
            _ => change,
        };
    }
    change
}

/// Settings of a table as a whole.
fn setting(action: &ast::AlterTableAction) -> Option<AlterChange> {
    use ast::AlterTableAction as Action;
    Some(match action {
        Action::SetSchema(it) => AlterChange::SetSchema(ident_of(it.schema_ref())?),
        Action::OwnerTo(_) => AlterChange::SetOwner,
        Action::SetTablespace(it) => AlterChange::SetTablespace(ident_of(it.tablespace_ref())?),
        Action::SetLogged(_) => AlterChange::SetLogged,
        Action::SetUnlogged(_) => AlterChange::SetUnlogged,
        Action::SetAccessMethod(it) => AlterChange::SetAccessMethod(ident_of(it.access_method_ref())),
        Action::SetOptions(it) => AlterChange::SetParameters(parameters(it.attribute_list())),
        Action::ResetOptions(it) => AlterChange::SetParameters(parameters(it.attribute_list())),
        Action::EnableRls(_) => AlterChange::SetRowSecurity(true),
        Action::DisableRls(_) => AlterChange::SetRowSecurity(false),
        Action::ForceRls(_) => AlterChange::ForceRowSecurity(true),
        Action::NoForceRls(_) => AlterChange::ForceRowSecurity(false),
        Action::ReplicaIdentity(it) => AlterChange::ReplicaIdentity {
            using_index: match it.replica_identity_option() {
                Some(ast::ReplicaIdentityOption::UsingIndexName(it)) => index_name(it.index_ref()),
                _ => None,
            },
        },
        Action::ClusterOn(it) => AlterChange::ClusterOn(index_name(it.index_ref())),
        Action::SetWithoutCluster(_) => AlterChange::ClusterOn(None),
        Action::SetWithoutOids(_) => AlterChange::SetWithoutOids,
        Action::OfType(_) => AlterChange::OfType,
        Action::NotOf(_) => AlterChange::NotOf,
        Action::EnableTrigger(it) => trigger(it.trigger_target(), false),
        Action::DisableTrigger(it) => trigger(it.trigger_target(), true),
        Action::EnableAlwaysTrigger(it) => AlterChange::EnableTrigger {
            trigger: ident_of(it.trigger_ref()),
            internal: false,
            disable: false,
        },
        Action::EnableReplicaTrigger(it) => AlterChange::EnableTrigger {
            trigger: ident_of(it.trigger_ref()),
            internal: false,
            disable: false,
        },
        Action::EnableRule(_) | Action::DisableRule(_) => AlterChange::EnableRule,
        Action::EnableAlwaysRule(_) | Action::EnableReplicaRule(_) => AlterChange::EnableRule,
        Action::MergePartitions(_) => AlterChange::Other("MERGE PARTITIONS"),
        Action::SplitPartition(_) => AlterChange::Other("SPLIT PARTITION"),
        Action::AlterOptionList(_) | Action::OptionItemList(_) => AlterChange::Other("OPTIONS"),
        _ => return None,
    })
}

fn trigger(target: Option<ast::TriggerTarget>, disable: bool) -> AlterChange {
    let internal = matches!(target, Some(ast::TriggerTarget::All(_)));
    let trigger = match target {
        Some(ast::TriggerTarget::TriggerRef(it)) => ident_of(Some(it)),
        _ => None,
    };
    AlterChange::EnableTrigger { trigger, internal, disable }
}

fn alter_column(column: Ident, option: ast::AlterColumnOption) -> Option<AlterChange> {
    use ast::AlterColumnOption as Option_;
    Some(match option {
        Option_::SetType(it) => AlterChange::AlterType {
            column,
            type_reference: type_reference(it.ty())?,
            collation: it.collate().and_then(|it| it.collation_ref()).and_then(|it| reference(it.path_ref())),
            using: it.using_expr().and_then(|it| expression(it.expr())),
        },
        Option_::SetNotNull(_) => AlterChange::SetNotNull(column),
        Option_::DropNotNull(_) => AlterChange::DropNotNull(column),
        Option_::SetDefault(it) => AlterChange::SetDefault(column, expression(it.expr())?),
        Option_::DropDefault(_) => AlterChange::DropDefault(column),
        Option_::AddGenerated(_) => AlterChange::AddIdentity(column),
        Option_::SetGenerated(_)
        | Option_::SetGeneratedOptions(_)
        | Option_::SetSequenceOption(_)
        | Option_::Restart(_) => AlterChange::SetIdentity(column),
        Option_::DropIdentity(it) => {
            AlterChange::DropIdentity { column, if_exists: it.if_exists().is_some() }
        }
        Option_::SetExpression(it) => AlterChange::SetExpression(column, expression(it.expr())?),
        Option_::DropExpression(it) => {
            AlterChange::DropExpression { column, if_exists: it.if_exists().is_some() }
        }
        Option_::SetStatistics(_) => AlterChange::SetStatistics(column),
        Option_::SetStorage(_) => AlterChange::SetStorage(column),
        Option_::SetCompression(_) => AlterChange::SetCompression(column),
        Option_::SetOptions(_) | Option_::ResetOptions(_) => AlterChange::SetColumnOptions(column),
        Option_::SetOptionsList(_) => AlterChange::Other("OPTIONS"),
        Option_::Inherit(_) | Option_::NoInherit(_) => AlterChange::Other("INHERIT of a column"),
    })
}

pub(super) fn rename_column(it: &ast::RenameColumn) -> Option<AlterChange> {
    Some(AlterChange::RenameColumn { from: ident_of(it.column_name_ref())?, to: ident_of(it.column_name())? })
}

pub(super) fn constraint_name(name: Option<ast::ConstraintNameRef>) -> Option<Ident> {
    reference(name?.path_ref()).map(|it| it.name)
}

pub(super) fn index_name(index: Option<ast::IndexRef>) -> Option<Ident> {
    reference(index?.path_ref()).map(|it| it.name)
}

pub(super) fn last(path: Option<ast::Path>) -> Option<Ident> {
    ident_of(path?.segment())
}

pub(super) fn cascades(behavior: Option<ast::DropBehavior>) -> bool {
    matches!(behavior, Some(ast::DropBehavior::Cascade(_)))
}

pub(super) fn parameters(list: Option<ast::AttributeList>) -> Vec<String> {
    let options = list.into_iter().flat_map(|list| list.attribute_options());
    options.filter_map(|option| ident_of(option.name())).map(|name| name.as_str().to_owned()).collect()
}
