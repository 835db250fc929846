//! One difference between two schemas, and its inverse.

use serde::{Deserialize, Serialize};

use crate::{
    Column, Constraint, ConstraintKind, Expr, Generated, Ident, Identity, Index, Name, Object, ObjectRef,
    Operation,
};

/// One change a plain push would make. [`Change::sql`] writes it, [`Change::inverse`] takes it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Creates an object.
    Create {
        /// The object.
        #[serde(flatten)]
        object: Object,
    },
    /// Drops an object.
    Drop {
        /// The object as it was.
        #[serde(flatten)]
        object: Object,
    },
    /// Alters an object in place where its kind can, drops and creates it otherwise.
    Replace {
        /// The object as it was.
        from: Object,
        /// The object as it is wanted.
        to: Object,
    },
    /// Renames a table within its namespace.
    RenameTable {
        /// Its name so far.
        from: Name,
        /// Its new name.
        to: Name,
    },
    /// Adds a column.
    AddColumn {
        /// The table.
        table: Name,
        /// The new column.
        column: Column,
    },
    /// Drops a column.
    DropColumn {
        /// The table.
        table: Name,
        /// The column as it was.
        column: Column,
    },
    /// Renames a column.
    RenameColumn {
        /// The table.
        table: Name,
        /// Its name so far.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// Changes a column's type or collation.
    AlterColumnType {
        /// The table.
        table: Name,
        /// The column as it was.
        from: Column,
        /// The column as it is wanted.
        to: Column,
        /// `USING`, where the conversion needs one.
        using: Option<Expr>,
    },
    /// Makes a column refuse nulls, or stop refusing them.
    SetNotNull {
        /// The table.
        table: Name,
        /// The column.
        column: Ident,
        /// True for `SET NOT NULL`.
        not_null: bool,
    },
    /// Sets, changes or drops a default.
    SetDefault {
        /// The table.
        table: Name,
        /// The column.
        column: Ident,
        /// The default so far.
        from: Option<Expr>,
        /// The wanted default.
        to: Option<Expr>,
    },
    /// Adds, changes or drops identity.
    SetIdentity {
        /// The table.
        table: Name,
        /// The column.
        column: Ident,
        /// The identity so far.
        from: Option<Identity>,
        /// The wanted identity.
        to: Option<Identity>,
    },
    /// Adds, changes or drops the expression of a generated column.
    SetGenerated {
        /// The table.
        table: Name,
        /// The column as it was.
        from: Column,
        /// The column as it is wanted.
        to: Column,
    },
    /// Changes a setting of a column that readers and writers do not see.
    SetColumnOption {
        /// The table.
        table: Name,
        /// The column.
        column: Ident,
        /// Which setting.
        option: ColumnOption,
        /// The setting so far; none is the default.
        from: Option<String>,
        /// The wanted setting.
        to: Option<String>,
    },
    /// Adds a constraint.
    AddConstraint {
        /// The table.
        table: Name,
        /// The new constraint.
        constraint: Constraint,
    },
    /// Drops a constraint.
    DropConstraint {
        /// The table.
        table: Name,
        /// The constraint as it was.
        constraint: Constraint,
    },
    /// Replaces a foreign key by another on the same columns.
    AlterForeignKey {
        /// The table.
        table: Name,
        /// The foreign key as it was.
        from: Constraint,
        /// The foreign key as it is wanted.
        to: Constraint,
    },
    /// Proves a NOT VALID constraint.
    ValidateConstraint {
        /// The table.
        table: Name,
        /// The constraint, valid.
        constraint: Constraint,
    },
    /// Renames a constraint.
    RenameConstraint {
        /// The table.
        table: Name,
        /// Its name so far.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// Creates an index.
    CreateIndex {
        /// The table.
        table: Name,
        /// The new index.
        index: Index,
    },
    /// Drops an index.
    DropIndex {
        /// The table.
        table: Name,
        /// The index as it was.
        index: Index,
    },
    /// Renames an index.
    RenameIndex {
        /// The table.
        table: Name,
        /// Its name so far.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// Adds a label to an enum.
    AddEnumValue {
        /// The type.
        name: Name,
        /// The new label.
        label: String,
        /// The label it goes before; at the end where there is none.
        before: Option<String>,
    },
    /// Replaces an enum by one that lacks labels or orders them otherwise, and moves its columns over.
    ReplaceEnum {
        /// The type.
        name: Name,
        /// The labels so far.
        from: Vec<String>,
        /// The wanted labels.
        to: Vec<String>,
        /// The columns of the type (arrays of it included), with their tables, as they are wanted.
        columns: Vec<(Name, Column)>,
    },
    /// Sets a table-wide setting.
    SetTableOption {
        /// The table.
        table: Name,
        /// Which setting.
        option: TableOption,
        /// The setting so far; none is the default.
        from: Option<String>,
        /// The wanted setting.
        to: Option<String>,
    },
    /// Attaches or detaches a partition.
    SetPartition {
        /// The partition.
        table: Name,
        /// Parent and bound so far.
        from: Option<(Name, Expr)>,
        /// Wanted parent and bound.
        to: Option<(Name, Expr)>,
    },
    /// Changes a comment.
    Comment {
        /// The object.
        on: ObjectRef,
        /// The comment so far.
        from: Option<String>,
        /// The wanted comment.
        to: Option<String>,
    },
}

/// A setting of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnOption {
    /// `SET STORAGE`
    Storage,
    /// `SET COMPRESSION`
    Compression,
    /// `SET STATISTICS`
    Statistics,
}

/// A setting of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableOption {
    /// `ENABLE` and `DISABLE ROW LEVEL SECURITY`; the setting is `on` or none.
    RowSecurity,
    /// `FORCE` and `NO FORCE ROW LEVEL SECURITY`; the setting is `on` or none.
    ForceRowSecurity,
    /// `SET UNLOGGED` and `SET LOGGED`; the setting is `on` or none.
    Unlogged,
    /// `REPLICA IDENTITY`; none is `DEFAULT`.
    ReplicaIdentity,
    /// `INHERIT` and `NO INHERIT` of a parent table, other than by partitioning; the setting is `on` or none.
    Inherit(Name),
    /// A storage parameter of this name.
    Parameter(String),
}

impl Change {
    /// What kind of change it is.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Create { object } => object.operations()[0],
            Self::Replace { to, .. } => to.operations()[1],
            Self::Drop { object } => object.operations()[2],
            Self::RenameTable { .. } => Operation::RenameTable,
            Self::AddColumn { column, .. } => match (column.not_null, column.fills_itself()) {
                (false, false) => Operation::AddColumn,
                (false, true) => Operation::AddColumnWithDefault,
                (true, false) => Operation::AddColumnNotNull,
                (true, true) => Operation::AddColumnNotNullWithDefault,
            },
            Self::DropColumn { .. } => Operation::DropColumn,
            Self::RenameColumn { .. } => Operation::RenameColumn,
            Self::AlterColumnType { .. } => Operation::AlterColumnType,
            Self::SetNotNull { not_null: true, .. } => Operation::SetNotNull,
            Self::SetNotNull { .. } => Operation::DropNotNull,
            Self::SetDefault { to: Some(_), .. } => Operation::SetDefault,
            Self::SetDefault { .. } => Operation::DropDefault,
            Self::SetIdentity { to: Some(_), .. } => Operation::SetIdentity,
            Self::SetIdentity { .. } => Operation::DropIdentity,
            Self::SetGenerated { to, .. } if to.generated.is_some() => Operation::SetExpression,
            Self::SetGenerated { .. } => Operation::DropExpression,
            Self::SetColumnOption { option, .. } => option.operation(),
            Self::AddConstraint { constraint, .. } => constraint.add_operation(),
            Self::DropConstraint { .. } => Operation::DropConstraint,
            Self::AlterForeignKey { .. } => Operation::AlterForeignKey,
            Self::ValidateConstraint { .. } => Operation::ValidateConstraint,
            Self::RenameConstraint { .. } => Operation::RenameConstraint,
            Self::CreateIndex { .. } => Operation::CreateIndex,
            Self::DropIndex { .. } => Operation::DropIndex,
            Self::RenameIndex { .. } => Operation::RenameIndex,
            Self::AddEnumValue { .. } => Operation::AddEnumValue,
            Self::ReplaceEnum { .. } => Operation::DropEnumValue,
            Self::SetTableOption { option, .. } => option.operation(),
            Self::SetPartition { to: Some(_), .. } => Operation::AttachPartition,
            Self::SetPartition { .. } => Operation::DetachPartition,
            Self::Comment { .. } => Operation::Comment,
        }
    }

    /// The object the change is about, under the name it has after the change (before, for a drop).
    pub fn object(&self) -> ObjectRef {
        match self {
            Self::Create { object } | Self::Drop { object } | Self::Replace { to: object, .. } => {
                object.reference()
            }
            Self::RenameTable { to, .. } => ObjectRef::Table(to.clone()),
            Self::AddColumn { table, column } | Self::DropColumn { table, column } => {
                ObjectRef::Column(table.clone(), column.name.clone())
            }
            Self::RenameColumn { table, to, .. } => ObjectRef::Column(table.clone(), to.clone()),
            Self::AlterColumnType { table, to, .. } | Self::SetGenerated { table, to, .. } => {
                ObjectRef::Column(table.clone(), to.name.clone())
            }
            Self::SetNotNull { table, column, .. }
            | Self::SetDefault { table, column, .. }
            | Self::SetIdentity { table, column, .. }
            | Self::SetColumnOption { table, column, .. } => ObjectRef::Column(table.clone(), column.clone()),
            Self::AddConstraint { table, constraint }
            | Self::DropConstraint { table, constraint }
            | Self::ValidateConstraint { table, constraint }
            | Self::AlterForeignKey { table, to: constraint, .. } => {
                ObjectRef::Constraint(table.clone(), constraint.name.clone())
            }
            Self::RenameConstraint { table, to, .. } => ObjectRef::Constraint(table.clone(), to.clone()),
            Self::CreateIndex { table, index } | Self::DropIndex { table, index } => {
                ObjectRef::Index(table.clone(), index.name.clone())
            }
            Self::RenameIndex { table, to, .. } => ObjectRef::Index(table.clone(), to.clone()),
            Self::AddEnumValue { name, .. } | Self::ReplaceEnum { name, .. } => ObjectRef::Type(name.clone()),
            Self::SetTableOption { table, .. } | Self::SetPartition { table, .. } => {
                ObjectRef::Table(table.clone())
            }
            Self::Comment { on, .. } => on.clone(),
        }
    }

    /// The table whose rows, readers and writers the change concerns, under its name before the change.
    pub fn table(&self) -> Option<Name> {
        match self {
            Self::RenameTable { from, .. } => Some(from.clone()),
            Self::Replace { from, .. } => table_of(&from.reference()),
            _ => table_of(&self.object()),
        }
    }

    /// The change that takes this one back, data apart.
    ///
    /// None where PostgreSQL has no way back: a label of an enum cannot be removed, and a column cannot become
    /// generated without being made anew, with everything that stands on it.
    pub fn inverse(&self) -> Option<Self> {
        Some(match self.clone() {
            Self::Create { object } => Self::Drop { object },
            Self::Drop { object } => Self::Create { object },
            Self::Replace { from, to } => Self::Replace { from: to, to: from },
            Self::RenameTable { from, to } => Self::RenameTable { from: to, to: from },
            Self::AddColumn { table, column } => Self::DropColumn { table, column },
            Self::DropColumn { table, column } => Self::AddColumn { table, column },
            Self::RenameColumn { table, from, to } => Self::RenameColumn { table, from: to, to: from },
            Self::AlterColumnType { table, from, to, .. } => {
                let using = to.type_name.using(&from.name, &from.type_name);
                Self::AlterColumnType { table, from: to, to: from, using }
            }
            Self::SetNotNull { table, column, not_null } => {
                Self::SetNotNull { table, column, not_null: !not_null }
            }
            Self::SetDefault { table, column, from, to } => {
                Self::SetDefault { table, column, from: to, to: from }
            }
            Self::SetIdentity { table, column, from, to } => {
                Self::SetIdentity { table, column, from: to, to: from }
            }
            Self::SetGenerated { from, to, .. } if from.only_drops_expression(&to) => return None,
            Self::SetGenerated { table, from, to } => Self::SetGenerated { table, from: to, to: from },
            Self::SetColumnOption { table, column, option, from, to } => {
                Self::SetColumnOption { table, column, option, from: to, to: from }
            }
            Self::AddConstraint { table, constraint } => Self::DropConstraint { table, constraint },
            Self::DropConstraint { table, constraint } => Self::AddConstraint { table, constraint },
            Self::AlterForeignKey { table, from, to } => Self::AlterForeignKey { table, from: to, to: from },
            // Taking the proof away again is dropping and re-adding; nothing is lost by keeping it.
            Self::ValidateConstraint { .. } | Self::AddEnumValue { .. } => return None,
            Self::RenameConstraint { table, from, to } => {
                Self::RenameConstraint { table, from: to, to: from }
            }
            Self::CreateIndex { table, index } => Self::DropIndex { table, index },
            Self::DropIndex { table, index } => Self::CreateIndex { table, index },
            Self::RenameIndex { table, from, to } => Self::RenameIndex { table, from: to, to: from },
            Self::ReplaceEnum { name, from, to, columns } => {
                Self::ReplaceEnum { name, from: to, to: from, columns }
            }
            Self::SetTableOption { table, option, from, to } => {
                Self::SetTableOption { table, option, from: to, to: from }
            }
            Self::SetPartition { table, from, to } => Self::SetPartition { table, from: to, to: from },
            Self::Comment { on, from, to } => Self::Comment { on, from: to, to: from },
        })
    }
}

fn table_of(object: &ObjectRef) -> Option<Name> {
    match object {
        ObjectRef::Table(table)
        | ObjectRef::Column(table, _)
        | ObjectRef::Constraint(table, _)
        | ObjectRef::Index(table, _)
        | ObjectRef::Trigger(table, _)
        | ObjectRef::Rule(table, _)
        | ObjectRef::Policy(table, _) => Some(table.clone()),
        _ => None,
    }
}

impl Column {
    /// Whether a row that existed before gets a value other than null when the column is added.
    pub fn fills_itself(&self) -> bool {
        self.default.is_some() || self.identity.is_some() || self.generated.is_some()
    }

    /// Whether dropping the expression in place leads to the other: a stored column keeps its values, and is
    /// otherwise the same.
    pub fn only_drops_expression(&self, to: &Self) -> bool {
        let bare = Self { generated: None, inherited: to.inherited, ..self.clone() };
        self.generated.as_ref().is_some_and(|generated| generated.stored) && bare == *to
    }

    /// The expression of a generated column.
    pub fn generation(&self) -> Option<&Generated> {
        self.generated.as_ref()
    }
}

impl Constraint {
    fn add_operation(&self) -> Operation {
        match self.kind {
            ConstraintKind::PrimaryKey { .. } => Operation::AddPrimaryKey,
            ConstraintKind::Unique { .. } => Operation::AddUnique,
            ConstraintKind::Check { .. } => Operation::AddCheck,
            ConstraintKind::ForeignKey(_) => Operation::AddForeignKey,
            ConstraintKind::Exclusion { .. } => Operation::AddExclusion,
            ConstraintKind::NotNull { .. } => Operation::SetNotNull,
        }
    }
}

impl ColumnOption {
    fn operation(self) -> Operation {
        match self {
            Self::Storage => Operation::SetStorage,
            Self::Compression => Operation::SetCompression,
            Self::Statistics => Operation::SetStatistics,
        }
    }
}

impl TableOption {
    fn operation(&self) -> Operation {
        match self {
            Self::RowSecurity | Self::ForceRowSecurity => Operation::SetRowSecurity,
            Self::Unlogged => Operation::SetPersistence,
            Self::ReplicaIdentity => Operation::SetReplicaIdentity,
            Self::Inherit(_) | Self::Parameter(_) => Operation::SetTableOptions,
        }
    }
}
