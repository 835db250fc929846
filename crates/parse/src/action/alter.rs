//! Changes of relations and types.

use model::Ident;

use super::constraint::{ColumnDefinition, ConstraintDefinition};
use super::create::{Bound, OnTableKind, RelationKind};
use crate::expression::Expression;
use crate::names::Reference;
use crate::types::TypeReference;

/// One clause of an `ALTER TABLE`, or an `ALTER` of another relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Alter {
    /// What the statement calls the relation; `ALTER TABLE` may name a view or an index all the same.
    pub kind: RelationKind,
    /// The relation.
    pub relation: Reference,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`.
    pub only: bool,
    /// What changes.
    pub change: AlterChange,
}

/// What one clause changes.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "it stands in a box")]
pub enum AlterChange {
    /// `ADD COLUMN`
    AddColumn {
        /// The column.
        column: ColumnDefinition,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `DROP COLUMN`
    DropColumn {
        /// The column.
        column: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME COLUMN`
    RenameColumn {
        /// Its name so far.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `ALTER COLUMN … TYPE`
    AlterType {
        /// The column.
        column: Ident,
        /// The new type.
        type_reference: TypeReference,
        /// `COLLATE`.
        collation: Option<Reference>,
        /// `USING`.
        using: Option<Expression>,
    },
    /// `ALTER COLUMN … SET NOT NULL`
    SetNotNull(Ident),
    /// `ALTER COLUMN … DROP NOT NULL`
    DropNotNull(Ident),
    /// `ALTER COLUMN … SET DEFAULT`
    SetDefault(Ident, Expression),
    /// `ALTER COLUMN … DROP DEFAULT`
    DropDefault(Ident),
    /// `ALTER COLUMN … ADD GENERATED … AS IDENTITY`
    AddIdentity(Ident),
    /// `ALTER COLUMN … SET GENERATED`, `RESTART` and sequence options
    SetIdentity(Ident),
    /// `ALTER COLUMN … DROP IDENTITY`
    DropIdentity {
        /// The column.
        column: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `ALTER COLUMN … SET EXPRESSION`
    SetExpression(Ident, Expression),
    /// `ALTER COLUMN … DROP EXPRESSION`
    DropExpression {
        /// The column.
        column: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `ALTER COLUMN … SET STATISTICS`
    SetStatistics(Ident),
    /// `ALTER COLUMN … SET STORAGE`
    SetStorage(Ident),
    /// `ALTER COLUMN … SET COMPRESSION`
    SetCompression(Ident),
    /// `ALTER COLUMN … SET (…)` and `RESET (…)`
    SetColumnOptions(Ident),
    /// `ADD CONSTRAINT`
    AddConstraint(ConstraintDefinition),
    /// `VALIDATE CONSTRAINT`
    ValidateConstraint(Ident),
    /// `DROP CONSTRAINT`
    DropConstraint {
        /// The constraint.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME CONSTRAINT`
    RenameConstraint {
        /// Its name so far.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `ALTER CONSTRAINT`
    AlterConstraint {
        /// The constraint.
        name: Ident,
        /// What changes.
        change: ConstraintChange,
    },
    /// `RENAME TO`
    Rename(Ident),
    /// `SET SCHEMA`
    SetSchema(Ident),
    /// `OWNER TO`
    SetOwner,
    /// `SET TABLESPACE`
    SetTablespace(Ident),
    /// `SET LOGGED`
    SetLogged,
    /// `SET UNLOGGED`
    SetUnlogged,
    /// `SET ACCESS METHOD`
    SetAccessMethod(Option<Ident>),
    /// `SET (…)` and `RESET (…)`: the parameters' names
    SetParameters(Vec<String>),
    /// `ENABLE` or `DISABLE ROW LEVEL SECURITY`
    SetRowSecurity(bool),
    /// `FORCE` or `NO FORCE ROW LEVEL SECURITY`
    ForceRowSecurity(bool),
    /// `REPLICA IDENTITY USING INDEX`, or one of the others
    ReplicaIdentity {
        /// The index.
        using_index: Option<Ident>,
    },
    /// `CLUSTER ON`, `SET WITHOUT CLUSTER`
    ClusterOn(Option<Ident>),
    /// `SET WITHOUT OIDS`
    SetWithoutOids,
    /// `OF`
    OfType,
    /// `NOT OF`
    NotOf,
    /// `ENABLE` or `DISABLE TRIGGER`; none for `ALL` and `USER`
    EnableTrigger {
        /// The trigger.
        trigger: Option<Ident>,
        /// `ALL`: those behind foreign keys too.
        internal: bool,
        /// `DISABLE`.
        disable: bool,
    },
    /// `ENABLE` or `DISABLE RULE`
    EnableRule,
    /// `INHERIT`
    Inherit(Reference),
    /// `NO INHERIT`
    NoInherit(Reference),
    /// `ATTACH PARTITION`
    AttachPartition {
        /// The table that becomes a partition.
        partition: Reference,
        /// Its bound.
        bound: Bound,
    },
    /// `DETACH PARTITION`
    DetachPartition {
        /// The partition.
        partition: Reference,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// `FINALIZE`.
        finalize: bool,
    },
    /// `ALTER INDEX … ATTACH PARTITION`
    AttachIndex(Reference),
    /// `ALTER SEQUENCE` of its settings
    SequenceOptions {
        /// `OWNED BY`: table and column.
        owned_by: Option<(Reference, Ident)>,
    },
    /// `ALTER VIEW … ALTER COLUMN … SET DEFAULT` and the like
    ViewOptions,
    /// `MERGE PARTITIONS`, `SPLIT PARTITION`, options of foreign tables, and what else is new.
    Other(&'static str),
}

/// What `ALTER CONSTRAINT` changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintChange {
    /// `DEFERRABLE`, `INITIALLY …`
    Deferrability,
    /// `ENFORCED`
    Enforced,
    /// `NOT ENFORCED`
    NotEnforced,
    /// `INHERIT`, `NO INHERIT`
    Inheritance,
}

/// `ALTER TYPE` and `ALTER DOMAIN`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterType {
    /// The type.
    pub name: Reference,
    /// What changes.
    pub change: TypeChange,
}

/// What changes of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeChange {
    /// `ADD VALUE`
    AddValue {
        /// The label.
        label: String,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// The label it goes before (true) or after.
        beside: Option<(String, bool)>,
    },
    /// `RENAME VALUE`
    RenameValue {
        /// The label so far.
        from: String,
        /// The new label.
        to: String,
    },
    /// `RENAME TO`
    Rename(Ident),
    /// `SET SCHEMA`
    SetSchema(Ident),
    /// `OWNER TO`
    SetOwner,
    /// `ADD`, `DROP`, `ALTER`, `RENAME ATTRIBUTE`
    Attribute {
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER DOMAIN … ADD`
    DomainAdd(ConstraintDefinition),
    /// `ALTER DOMAIN … VALIDATE CONSTRAINT`
    DomainValidate(Ident),
    /// `ALTER DOMAIN … DROP CONSTRAINT`
    DomainDropConstraint {
        /// The constraint.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `ALTER DOMAIN … SET NOT NULL`
    DomainSetNotNull,
    /// `ALTER DOMAIN … DROP NOT NULL`
    DomainDropNotNull,
    /// `ALTER DOMAIN … SET DEFAULT` and `DROP DEFAULT`
    DomainSetDefault,
    /// Names of constraints and the like.
    Other,
}

/// `ALTER TRIGGER`, `RULE`, `POLICY`, `STATISTICS`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterOnTable {
    /// What it is.
    pub kind: OnTableKind,
    /// Its name.
    pub name: Reference,
    /// Its table; statistics do not name it.
    pub table: Option<Reference>,
    /// Its new name.
    pub rename_to: Option<Ident>,
    /// `DEPENDS ON EXTENSION`.
    pub depends_on_extension: bool,
}
