//! The operations that actions are.

use model::{Expr, Ident, Operation};

use crate::action::{
    Action, Alter, AlterChange, AlterOnTable, AlterType, ColumnDefinition, CreateFromQuery, CreateOnTable,
    Demand, OnTableKind, RelationKind, TransactionStep, TypeBody, TypeChange, Verb,
};

impl Action {
    /// The operations the action is, the main one first; none for what cannot be known.
    pub fn operations(&self) -> Vec<Operation> {
        use Operation as Op;
        let one = match &self.verb {
            Verb::CreateTable(_) => Op::CreateTable,
            Verb::CreateFromQuery(it) => created(it),
            Verb::CreateIndex(_) => Op::CreateIndex,
            Verb::CreateSequence(_) => Op::CreateSequence,
            Verb::CreateType(it) => match it.body {
                TypeBody::Enum(_) => Op::CreateEnum,
                TypeBody::Domain { .. } => Op::CreateDomain,
                _ => Op::CreateType,
            },
            Verb::CreateRoutine(_) => Op::CreateFunction,
            Verb::CreateOnTable(it) => created_on_table(it),
            Verb::CreateSchema { .. } => Op::CreateSchema,
            Verb::CreateExtension { .. } => Op::CreateExtension,
            Verb::Publication(it) => it.operation,
            Verb::Drop(it) => it.kind.operation(),
            Verb::Alter(it) => return altered(it),
            Verb::AlterType(it) => type_change(it),
            Verb::AlterOnTable(it) => altered_on_table(it),
            Verb::RenameSchema { .. } => Op::Other,
            Verb::Query(it) => it.operation.unwrap_or(Op::Select),
            Verb::Copy(_) => Op::Copy,
            Verb::Truncate(_) => Op::Truncate,
            Verb::Lock { .. } => Op::Lock,
            Verb::Maintain(it) => it.task.operation(),
            Verb::Comment(_) => Op::Comment,
            Verb::Privileges { revoke: true, .. } => Op::Revoke,
            Verb::Privileges { .. } => Op::Grant,
            Verb::Transaction(TransactionStep::Other) => Op::Set,
            Verb::Transaction(_) => Op::Transaction,
            Verb::Set(_) => Op::Set,
            Verb::Do => Op::Do,
            Verb::Unknown(_) => return Vec::new(),
            Verb::Other(operation, _) => *operation,
        };
        vec![one]
    }
}

fn created(it: &CreateFromQuery) -> Operation {
    match it.kind {
        RelationKind::View => Operation::CreateView,
        RelationKind::MaterializedView => Operation::CreateMaterializedView,
        _ => Operation::CreateTable,
    }
}

fn created_on_table(it: &CreateOnTable) -> Operation {
    match it.kind {
        OnTableKind::Trigger => Operation::CreateTrigger,
        OnTableKind::Rule => Operation::CreateRule,
        OnTableKind::Policy => Operation::CreatePolicy,
        OnTableKind::Statistics => Operation::CreateStatistics,
    }
}

fn altered_on_table(it: &AlterOnTable) -> Operation {
    match it.kind {
        OnTableKind::Trigger => Operation::AlterTrigger,
        OnTableKind::Policy => Operation::AlterPolicy,
        OnTableKind::Rule => Operation::CreateRule,
        OnTableKind::Statistics => Operation::CreateStatistics,
    }
}

fn type_change(it: &AlterType) -> Operation {
    match it.change {
        TypeChange::AddValue { .. } => Operation::AddEnumValue,
        TypeChange::RenameValue { .. } => Operation::RenameEnumValue,
        TypeChange::SetSchema(_) => Operation::SetSchema,
        TypeChange::SetOwner => Operation::SetOwner,
        TypeChange::Rename(_) | TypeChange::Attribute { .. } | TypeChange::Other => Operation::AlterType,
        _ => Operation::AlterDomain,
    }
}

/// The operations of adding a column: the column's own, then those of constraints other than NOT NULL.
fn added_column(column: &ColumnDefinition) -> Vec<Operation> {
    // The words for the four ways to add a column are the model's.
    let mut shape = model::Column::new("", "");
    shape.not_null = column.not_null();
    shape.default = column.fills_itself().then(|| Expr::new(""));
    let table = model::Name { schema: Ident::new(""), name: Ident::new("") };
    let mut operations = vec![model::Change::AddColumn { table, column: shape }.operation()];
    let others = column.constraints.iter().filter(|it| !matches!(it.demand, Demand::NotNull { .. }));
    operations.extend(others.map(|it| demanded(&it.demand)));
    operations
}

/// The operation of adding a constraint.
fn demanded(demand: &Demand) -> Operation {
    match demand {
        Demand::NotNull { .. } => Operation::SetNotNull,
        Demand::Check { .. } => Operation::AddCheck,
        Demand::PrimaryKey { .. } => Operation::AddPrimaryKey,
        Demand::Unique { .. } => Operation::AddUnique,
        Demand::ForeignKey(_) => Operation::AddForeignKey,
        Demand::Exclusion { .. } => Operation::AddExclusion,
    }
}

fn altered(it: &Alter) -> Vec<Operation> {
    use AlterChange as Change;
    use Operation as Op;
    vec![match &it.change {
        Change::AddColumn { column, .. } => return added_column(column),
        Change::DropColumn { .. } => Op::DropColumn,
        Change::RenameColumn { .. } => Op::RenameColumn,
        Change::AlterType { .. } => Op::AlterColumnType,
        Change::SetNotNull(_) => Op::SetNotNull,
        Change::DropNotNull(_) => Op::DropNotNull,
        Change::SetDefault(..) => Op::SetDefault,
        Change::DropDefault(_) => Op::DropDefault,
        Change::AddIdentity(_) | Change::SetIdentity(_) => Op::SetIdentity,
        Change::DropIdentity { .. } => Op::DropIdentity,
        Change::SetExpression(..) => Op::SetExpression,
        Change::DropExpression { .. } => Op::DropExpression,
        Change::SetStatistics(_) => Op::SetStatistics,
        Change::SetStorage(_) => Op::SetStorage,
        Change::SetCompression(_) => Op::SetCompression,
        Change::AddConstraint(constraint) => demanded(&constraint.demand),
        Change::ValidateConstraint(_) => Op::ValidateConstraint,
        Change::DropConstraint { .. } => Op::DropConstraint,
        Change::RenameConstraint { .. } => Op::RenameConstraint,
        Change::AlterConstraint { .. } => Op::AlterConstraint,
        Change::Rename(_) => renamed(it.kind),
        Change::SetSchema(_) => Op::SetSchema,
        Change::SetOwner => Op::SetOwner,
        Change::SetTablespace(_) => Op::SetTablespace,
        Change::SetLogged | Change::SetUnlogged => Op::SetPersistence,
        Change::SetRowSecurity(_) | Change::ForceRowSecurity(_) => Op::SetRowSecurity,
        Change::ReplicaIdentity { .. } => Op::SetReplicaIdentity,
        Change::EnableTrigger { .. } => Op::AlterTrigger,
        Change::Inherit(_) | Change::NoInherit(_) => Op::Inherit,
        Change::AttachPartition { .. } => Op::AttachPartition,
        Change::DetachPartition { .. } => Op::DetachPartition,
        Change::AttachIndex(_) => Op::AlterIndex,
        Change::SequenceOptions { .. } => Op::AlterSequence,
        Change::ViewOptions => Op::AlterView,
        Change::SetParameters(_) => parameters(it.kind),
        Change::SetColumnOptions(_)
        | Change::SetAccessMethod(_)
        | Change::ClusterOn(_)
        | Change::SetWithoutOids
        | Change::OfType
        | Change::NotOf
        | Change::EnableRule
        | Change::Other(_) => Op::AlterTable,
    }]
}

fn renamed(kind: RelationKind) -> Operation {
    match kind {
        RelationKind::Table | RelationKind::ForeignTable => Operation::RenameTable,
        RelationKind::View => Operation::AlterView,
        RelationKind::MaterializedView => Operation::AlterMaterializedView,
        RelationKind::Index => Operation::RenameIndex,
        RelationKind::Sequence => Operation::AlterSequence,
    }
}

fn parameters(kind: RelationKind) -> Operation {
    match kind {
        RelationKind::Index => Operation::AlterIndex,
        RelationKind::MaterializedView => Operation::AlterMaterializedView,
        _ => Operation::SetTableOptions,
    }
}
