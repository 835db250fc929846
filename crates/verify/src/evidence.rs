//! What one change says about the schema that is there, in words.

use std::fmt::Display;

use model::{Change, Constraint, Generated, Identity, Object, ObjectRef};

/// What is the matter with one object, a line for each change; one that is taken away and made anew is one.
pub(crate) fn of_object(changes: &[Change]) -> Vec<String> {
    match changes {
        [Change::DropConstraint { constraint: from, .. }, Change::AddConstraint { constraint: to, .. }] => {
            vec![is_and_wanted("constraint", from.definition(), to.definition())]
        }
        [Change::DropIndex { table, index: from }, Change::CreateIndex { index: to, .. }] => {
            vec![is_and_wanted("index", from.create(table, false), to.create(table, false))]
        }
        _ => changes.iter().map(evidence).collect(),
    }
}

/// One line: what is missing, different or unexpected.
fn evidence(change: &Change) -> String {
    let object = change.object();
    match change {
        Change::Create { object } => format!("the {} is missing", kind(object)),
        Change::Drop { object } => format!("the {} is not wanted", kind(object)),
        Change::Replace { from, to } => replaced(from, to),
        Change::RenameTable { from, .. } => format!("the table is still called {from}"),
        Change::RenameColumn { from, .. } => format!("the column is still called {from}"),
        Change::RenameConstraint { from, .. } => format!("the constraint is called {from}"),
        Change::RenameIndex { from, .. } => format!("the index is called {from}"),
        Change::AddColumn { column, .. } => format!("the column is missing: {}", column.definition()),
        Change::DropColumn { .. } => "the column is not wanted".to_owned(),
        Change::AlterColumnType { from, to, .. } => is_and_wanted("type", &from.type_name, &to.type_name),
        Change::SetNotNull { not_null: true, .. } => "the column accepts nulls".to_owned(),
        Change::SetNotNull { .. } => "the column refuses nulls".to_owned(),
        Change::SetDefault { from, to, .. } => optional("default", from.as_ref(), to.as_ref()),
        Change::SetIdentity { from, to, .. } => {
            let text = |identity: &Identity| identity.definition();
            optional("identity", from.as_ref().map(text), to.as_ref().map(text))
        }
        Change::SetGenerated { from, to, .. } => {
            let text = |generated: &Generated| generated.expression.clone();
            let (from, to) = (from.generated.as_ref().map(text), to.generated.as_ref().map(text));
            optional("generation expression", from, to)
        }
        Change::SetColumnOption { from, to, .. } => optional(setting(change), from.as_ref(), to.as_ref()),
        Change::AddConstraint { constraint, .. } => format!("missing: {}", constraint.definition()),
        Change::DropConstraint { constraint, .. } => format!("not wanted: {}", constraint.definition()),
        Change::AlterForeignKey { from, to, .. } => {
            is_and_wanted("foreign key", Constraint::definition(from), Constraint::definition(to))
        }
        Change::ValidateConstraint { .. } => "the constraint is not validated".to_owned(),
        Change::CreateIndex { table, index } => format!("missing: {}", index.create(table, false)),
        Change::DropIndex { table, index } => format!("not wanted: {}", index.create(table, false)),
        Change::AddEnumValue { label, .. } => format!("the label '{label}' is missing"),
        Change::ReplaceEnum { from, to, .. } => is_and_wanted("labels", from.join(", "), to.join(", ")),
        Change::SetTableOption { from, to, .. } => optional(setting(change), from.as_ref(), to.as_ref()),
        Change::SetPartition { from, to, .. } => {
            let text = |(parent, bound): &(model::Name, model::Expr)| format!("of {parent} {bound}");
            optional("partition", from.as_ref().map(text), to.as_ref().map(text))
        }
        Change::Comment { from, to, .. } => {
            let what = format!("comment on {object}");
            optional(&what, from.as_ref(), to.as_ref())
        }
    }
}

/// The setting's name as its operation has it: `SET_STORAGE` is about the storage.
fn setting(change: &Change) -> &'static str {
    change.operation().name().strip_prefix("SET_").unwrap_or("setting")
}

fn replaced(from: &Object, to: &Object) -> String {
    let text = |object: &Object| {
        let create: Vec<String> = object.create().iter().map(ToString::to_string).collect();
        create.join("; ")
    };
    let (from_text, to_text) = (text(from), text(to));
    if from_text == to_text {
        format!("the {} has other settings than wanted", kind(to))
    } else {
        is_and_wanted(kind(to), from_text, to_text)
    }
}

fn is_and_wanted(what: &str, is: impl Display, wanted: impl Display) -> String {
    format!("the {what} is {is}, wanted is {wanted}")
}

fn optional<T: Display>(what: &str, is: Option<T>, wanted: Option<T>) -> String {
    match (is, wanted) {
        (Some(is), Some(wanted)) => is_and_wanted(what, is, wanted),
        (Some(is), None) => format!("the {what} is {is}, none is wanted"),
        (None, Some(wanted)) => format!("there is no {what}, wanted is {wanted}"),
        (None, None) => format!("the {what} differs"),
    }
}

fn kind(object: &Object) -> &'static str {
    match object {
        Object::View { view, .. } if view.materialized => "materialized view",
        Object::Enum { .. } => "enum",
        Object::Domain { .. } => "domain",
        Object::Composite { .. } => "composite type",
        Object::Range { .. } => "range type",
        _ => match object.reference() {
            ObjectRef::Namespace(_) => "schema",
            ObjectRef::Extension(_) => "extension",
            ObjectRef::Collation(_) => "collation",
            ObjectRef::Type(_) => "type",
            ObjectRef::Sequence(_) => "sequence",
            ObjectRef::Table(_) => "table",
            ObjectRef::Column(..) => "column",
            ObjectRef::Constraint(..) => "constraint",
            ObjectRef::Index(..) => "index",
            ObjectRef::View(_) => "view",
            ObjectRef::MaterializedView(_) => "materialized view",
            ObjectRef::Routine(_) => "routine",
            ObjectRef::Trigger(..) => "trigger",
            ObjectRef::Rule(..) => "rule",
            ObjectRef::Policy(..) => "policy",
        },
    }
}
