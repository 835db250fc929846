//! Whether code written for the schema before works with the schema after.

use model::{Change, Object};

/// False wherever a statement of running code could fail, or mean something else.
pub(crate) fn backward_compatible(change: &Change) -> bool {
    match change {
        Change::Create { object: Object::Policy { .. } | Object::Trigger { .. } | Object::Rule { .. } } => {
            false
        }
        Change::Create { .. } | Change::Comment { .. } | Change::AddEnumValue { .. } => true,
        Change::AddColumn { column, .. } => !column.not_null || column.fills_itself(),
        Change::SetNotNull { not_null, .. } => !not_null,
        Change::SetDefault { to, .. } => to.is_some(),
        Change::SetColumnOption { .. } | Change::ValidateConstraint { .. } => true,
        Change::RenameConstraint { .. } | Change::CreateIndex { .. } | Change::RenameIndex { .. } => true,
        Change::DropIndex { .. } => true,
        Change::DropConstraint { constraint, .. } => !constraint.has_index(),
        _ => false,
    }
}
