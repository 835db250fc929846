//! Whole objects: created, dropped, replaced.

use facts::Form;
use model::{Constraint, Domain, Name, Object, ObjectRef, Schema};

use super::{Act, table};

pub(super) fn create(object: &Object, schema: &Schema) -> Vec<Act> {
    match object {
        Object::Table { name, table } => match (&table.partition_of, table.inherits.first()) {
            (Some((parent, bound)), _) => table::create_partition(parent, bound, schema),
            (None, Some(parent)) => vec![Act::new(Form::CreateInheriting, parent)],
            (None, None) => vec![Act::new(Form::CreateTable, name)],
        },
        Object::View { name, view } => {
            let form = match (view.materialized, view.no_data) {
                (false, _) => Form::CreateView,
                (true, false) => Form::CreateMaterializedView,
                (true, true) => Form::CreateMaterializedViewNoData,
            };
            reading(form, name, &view.depends_on)
        }
        Object::Trigger { table, .. } => vec![Act::new(Form::CreateTrigger, table)],
        Object::Rule { table, .. } => vec![Act::new(Form::CreateRule, table)],
        Object::Policy { table, .. } => vec![Act::new(Form::CreatePolicy, table)],
        // What names no relation that exists locks none.
        _ => Vec::new(),
    }
}

/// One act for each relation that a query reads.
fn reading(form: Form, name: &Name, uses: &std::collections::BTreeSet<ObjectRef>) -> Vec<Act> {
    let mut sources: Vec<&Name> = uses
        .iter()
        .filter_map(|used| match used {
            ObjectRef::Table(source) | ObjectRef::View(source) | ObjectRef::Column(source, _) => Some(source),
            _ => None,
        })
        .collect();
    sources.dedup();
    let mut acts: Vec<Act> = sources.into_iter().map(|source| Act::new(form, name).with(source)).collect();
    if acts.is_empty() {
        acts.push(Act::new(form, name));
    }
    acts
}

pub(super) fn drop(object: &Object, schema: &Schema) -> Vec<Act> {
    match object {
        Object::Table { name, table } => {
            let mut acts: Vec<Act> = match &table.partition_of {
                Some(_) => vec![Act::new(Form::DropPartition, name)],
                None => vec![Act::new(Form::DropTable, name)],
            };
            let keys = schema.table(name).into_iter().flat_map(model::Table::foreign_keys);
            acts.extend(
                keys.map(|(_, key)| Act::new(Form::DropTableReferencing, name).with(&key.references)),
            );
            acts
        }
        Object::View { name, view } if view.materialized => vec![Act::new(Form::DropMaterializedView, name)],
        Object::View { name, .. } => vec![Act::new(Form::DropView, name)],
        Object::Trigger { table, .. } => vec![Act::new(Form::DropTrigger, table)],
        Object::Rule { table, .. } => vec![Act::new(Form::DropRule, table)],
        Object::Policy { table, .. } => vec![Act::new(Form::DropPolicy, table)],
        Object::Sequence { name, .. } => vec![Act::new(Form::DropSequence, name)],
        _ => Vec::new(),
    }
}

pub(super) fn replace(from: &Object, to: &Object) -> Vec<Act> {
    match (from, to) {
        (Object::View { .. }, Object::View { name, .. }) => vec![Act::new(Form::ReplaceView, name)],
        (Object::Sequence { .. }, Object::Sequence { name, sequence }) => match &sequence.owned_by {
            Some((table, _)) => vec![Act::new(Form::AlterSequenceOwnedBy, name).with(table)],
            None => vec![Act::new(Form::AlterSequence, name)],
        },
        (Object::Domain { domain: old, .. }, Object::Domain { name, domain: new })
            if old.is_alterable_to(new) =>
        {
            alter_domain(name, old, new)
        }
        (Object::Policy { .. }, Object::Policy { table, .. }) => vec![Act::new(Form::AlterPolicy, table)],
        (Object::Trigger { .. }, Object::Trigger { table, .. }) => {
            vec![Act::new(Form::DropTrigger, table), Act::new(Form::CreateTrigger, table)]
        }
        (Object::Rule { .. }, Object::Rule { table, .. }) => {
            vec![Act::new(Form::DropRule, table), Act::new(Form::CreateRule, table)]
        }
        _ => Vec::new(),
    }
}

/// What `ALTER DOMAIN` asks of the rows whose columns are of the domain.
fn alter_domain(name: &Name, from: &Domain, to: &Domain) -> Vec<Act> {
    let mut forms = Vec::new();
    let kept = |new: &&Constraint| {
        from.constraints
            .iter()
            .any(|old| old.name == new.name && old.kind == new.kind && old.not_valid >= new.not_valid)
    };
    for new in &to.constraints {
        let is_proved_now =
            from.constraints.iter().any(|old| old.name == new.name && old.not_valid && !new.not_valid);
        match (kept(&new), is_proved_now) {
            (true, true) => forms.push(Form::DomainValidate),
            (true, false) => {}
            (false, _) if new.not_valid => forms.push(Form::DomainAddCheckNotValid),
            (false, _) => forms.push(Form::DomainAddCheck),
        }
    }
    match (from.not_null, to.not_null) {
        (false, true) => forms.push(Form::DomainSetNotNull),
        (true, false) => forms.push(Form::DomainDropConstraint),
        _ => {}
    }
    if from.constraints.iter().any(|old| !to.constraints.iter().any(|new| new.name == old.name)) {
        forms.push(Form::DomainDropConstraint);
    }
    if from.default != to.default {
        forms.push(Form::DomainSetDefault);
    }
    forms.into_iter().map(|form| Act::new(form, name)).collect()
}
