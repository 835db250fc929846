//! Tables: renamed, their settings, their place among partitions, comments.

use facts::Form;
use model::{Expr, Index, Name, ObjectRef, Schema, Table, TableOption};

use super::Act;
use crate::effect::roles;

pub(super) fn rename_table(from: &Name, to: &Name) -> Vec<Act> {
    let mut acts = Vec::new();
    if from.schema != to.schema {
        acts.push(Act::new(Form::SetSchema, from));
    }
    if from.name != to.name {
        acts.push(Act::new(Form::RenameTable, from));
    }
    acts
}

pub(super) fn set_option(table: &Name, option: &TableOption, to: Option<&str>) -> Act {
    let form = match (option, to) {
        (TableOption::RowSecurity, _) => Form::EnableRowSecurity,
        (TableOption::ForceRowSecurity, _) => Form::ForceRowSecurity,
        (TableOption::Unlogged, Some(_)) => Form::SetUnlogged,
        (TableOption::Unlogged, None) => Form::SetLogged,
        (TableOption::ReplicaIdentity, Some(text)) if text.starts_with("USING INDEX") => {
            Form::ReplicaIdentityUsingIndex
        }
        (TableOption::ReplicaIdentity, _) => Form::ReplicaIdentityFull,
        (TableOption::Inherit(_), Some(_)) => Form::Inherit,
        (TableOption::Inherit(_), None) => Form::NoInherit,
        (TableOption::Parameter(_), _) => Form::SetStorageParameter,
    };
    Act::new(form, table)
}

pub(super) fn set_partition(
    table: &Name,
    from: Option<&(Name, Expr)>,
    to: Option<&(Name, Expr)>,
    schema: &Schema,
) -> Vec<Act> {
    let detach = from.map(|(parent, _)| Act::new(Form::DetachPartition, parent).with(table));
    let attach = to.map(|(parent, _)| attach_partition(table, parent, schema));
    detach.into_iter().chain(attach.into_iter().flatten()).collect()
}

/// What a new partition asks of its parent, of the parent's default partition, and of tables tied to it.
pub(super) fn create_partition(parent: &Name, bound: &Expr, schema: &Schema) -> Vec<Act> {
    if roles::is_default(bound) {
        return vec![Act::new(Form::CreateDefaultPartition, parent)];
    }
    let base = match roles::default_partition(schema, parent) {
        Some(_) => Form::CreatePartitionBesideDefault,
        None => Form::CreatePartition,
    };
    let ties = [Form::CreatePartitionReferencing, Form::CreatePartitionReferenced];
    tied(Act::new(base, parent), parent, ties, schema)
}

fn attach_partition(table: &Name, parent: &Name, schema: &Schema) -> Vec<Act> {
    let attach = |form| Act::new(form, parent).with(table);
    let ties = [Form::AttachPartitionReferencing, Form::AttachPartitionReferenced];
    let mut acts = tied(attach(Form::AttachPartition), parent, ties, schema);
    if roles::default_partition(schema, parent).is_some() {
        acts.push(attach(Form::AttachPartitionBesideDefault));
    }
    if lacks_index(schema.table(parent), schema.table(table)) {
        acts.push(attach(Form::AttachPartitionIndexed));
    }
    acts
}

/// An act, and the same for the foreign keys that a partitioned table has, and that refer to it.
fn tied(act: Act, parent: &Name, [referencing, referenced]: [Form; 2], schema: &Schema) -> Vec<Act> {
    let mut acts = vec![act.clone()];
    if schema.table(parent).is_some_and(|table| table.foreign_keys().next().is_some()) {
        acts.push(Act { form: referencing, ..act.clone() });
    }
    if schema.tables.values().flat_map(Table::foreign_keys).any(|(_, key)| key.references == *parent) {
        acts.push(Act { form: referenced, ..act });
    }
    acts
}

/// Whether a partition has to get an index that its parent has.
fn lacks_index(parent: Option<&Table>, table: Option<&Table>) -> bool {
    let (Some(parent), Some(table)) = (parent, table) else { return false };
    let keys = |index: &Index| index.keys.iter().map(|key| key.expression.clone()).collect::<Vec<_>>();
    let index = parent.indexes.values().any(|wanted| {
        !table.indexes.values().any(|own| keys(own) == keys(wanted) && own.unique == wanted.unique)
    });
    let key = parent.constraints.values().filter(|constraint| constraint.has_index()).any(|wanted| {
        !table.constraints.values().any(|own| own.has_index() && own.columns() == wanted.columns())
    });
    index || key
}

pub(super) fn comment(on: &ObjectRef) -> Vec<Act> {
    match on {
        ObjectRef::Table(table)
        | ObjectRef::Column(table, _)
        | ObjectRef::View(table)
        | ObjectRef::MaterializedView(table) => {
            vec![Act::new(Form::Comment, table)]
        }
        ObjectRef::Index(table, _) => vec![Act::new(Form::CommentOnIndex, table)],
        ObjectRef::Constraint(table, _) => vec![Act::new(Form::CommentOnConstraint, table)],
        _ => Vec::new(),
    }
}
