//! The order of changes that do not depend on each other: what is in the way goes first, what is for
//! people comes late, what goes for good goes last.

use model::{Change, ConstraintKind, Object, TableOption};

pub(super) fn rank(change: &Change) -> u32 {
    match change {
        Change::Create { object } => create(object),
        Change::Drop { object } => drop(object),
        Change::RenameTable { .. } => 5,
        Change::RenameColumn { .. } | Change::RenameConstraint { .. } | Change::RenameIndex { .. } => 6,
        Change::SetPartition { to: None, .. }
        | Change::SetTableOption { option: TableOption::Inherit(_), to: None, .. } => 8,
        Change::DropConstraint { constraint, .. } => match constraint.kind {
            ConstraintKind::ForeignKey(_) => 14,
            _ => 16,
        },
        Change::DropIndex { .. } => 15,
        Change::SetIdentity { to: None, .. } => 17,
        Change::DropColumn { .. } => 18,
        Change::ReplaceEnum { .. } | Change::AddEnumValue { .. } => 22,
        Change::Replace { to: Object::Routine { .. }, .. } => 31,
        Change::Replace { to: Object::Sequence { .. }, .. } => 45,
        Change::Replace { to: Object::View { .. }, .. } => 60,
        Change::Replace {
            to: Object::Trigger { .. } | Object::Policy { .. } | Object::Rule { .. }, ..
        } => 70,
        Change::Replace { .. } => 24,
        Change::SetDefault { to: None, .. } => 40,
        Change::SetGenerated { .. } => 41,
        Change::AlterColumnType { .. } => 42,
        Change::AddColumn { .. } => 43,
        Change::SetNotNull { .. } => 46,
        Change::SetDefault { .. } | Change::SetIdentity { .. } => 47,
        Change::SetColumnOption { .. } => 48,
        Change::SetTableOption { option: TableOption::Unlogged, .. } => 49,
        Change::AddConstraint { constraint, .. } => match constraint.kind {
            ConstraintKind::ForeignKey(_) => 56,
            ConstraintKind::PrimaryKey { .. } => 50,
            _ => 51,
        },
        Change::CreateIndex { .. } => 52,
        Change::SetPartition { .. } | Change::SetTableOption { option: TableOption::Inherit(_), .. } => 53,
        Change::AlterForeignKey { .. } => 56,
        Change::ValidateConstraint { .. } => 57,
        Change::SetTableOption { .. } => 72,
        Change::Comment { .. } => 80,
    }
}

fn create(object: &Object) -> u32 {
    match object {
        Object::Namespace { .. } => 1,
        Object::Extension { .. } => 2,
        Object::Collation { .. } => 20,
        Object::Enum { .. } | Object::Range { .. } | Object::Composite { .. } | Object::Domain { .. } => 23,
        Object::Sequence { .. } => 25,
        Object::Routine { .. } | Object::Table { .. } => 30,
        Object::View { .. } => 60,
        Object::Rule { .. } | Object::Trigger { .. } => 70,
        Object::Policy { .. } => 71,
    }
}

fn drop(object: &Object) -> u32 {
    match object {
        Object::Policy { .. } | Object::Trigger { .. } | Object::Rule { .. } => 10,
        Object::View { .. } => 12,
        Object::Table { .. } => 19,
        Object::Sequence { .. } => 84,
        Object::Routine { .. } => 86,
        Object::Domain { .. } | Object::Composite { .. } => 88,
        Object::Enum { .. } | Object::Range { .. } => 90,
        Object::Collation { .. } => 92,
        Object::Extension { .. } => 94,
        Object::Namespace { .. } => 96,
    }
}
