//! References to objects, and objects whole.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::relation::{Table, View};
use super::routine::{Policy, Routine, Trigger};
use super::types::{Collation, CompositeType, Domain, EnumType, Extension, RangeType, Sequence};
use crate::{Expr, Ident, Name, Operation};

/// Names one object of a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum ObjectRef {
    /// A namespace.
    Namespace(Ident),
    /// An extension.
    Extension(Ident),
    /// A collation.
    Collation(Name),
    /// A type: enum, domain, composite, range.
    Type(Name),
    /// A sequence.
    Sequence(Name),
    /// A table.
    Table(Name),
    /// A column of a table or view.
    Column(Name, Ident),
    /// A constraint of a table.
    Constraint(Name, Ident),
    /// An index on a table.
    Index(Name, Ident),
    /// A view or materialized view.
    View(Name),
    /// A materialized view, where SQL has a word of its own for it, as in `COMMENT ON`; everywhere else it is
    /// a view.
    MaterializedView(Name),
    /// A routine by identity: `public.f(integer)`.
    Routine(String),
    /// A trigger of a table.
    Trigger(Name, Ident),
    /// A rule of a table.
    Rule(Name, Ident),
    /// A policy of a table.
    Policy(Name, Ident),
}

impl fmt::Display for ObjectRef {
    /// The object as output names it: `public.funds.vintage_year`, `public.funds`, `public.f(integer)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace(name) | Self::Extension(name) => write!(f, "{name}"),
            Self::Collation(name)
            | Self::Type(name)
            | Self::Sequence(name)
            | Self::Table(name)
            | Self::View(name)
            | Self::MaterializedView(name) => write!(f, "{name}"),
            Self::Index(table, name) => write!(f, "{}", table.sibling(name)),
            Self::Routine(name) => f.write_str(name),
            Self::Column(table, name)
            | Self::Constraint(table, name)
            | Self::Trigger(table, name)
            | Self::Rule(table, name)
            | Self::Policy(table, name) => write!(f, "{table}.{name}"),
        }
    }
}

/// An object that is created, replaced or dropped as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
pub enum Object {
    /// A namespace.
    Namespace {
        /// Its name.
        name: Ident,
    },
    /// An extension.
    Extension {
        /// Its name.
        name: Ident,
        /// The extension.
        extension: Extension,
    },
    /// A collation.
    Collation {
        /// Its name.
        name: Name,
        /// The collation.
        collation: Collation,
    },
    /// An enumerated type.
    Enum {
        /// Its name.
        name: Name,
        /// The type.
        enum_type: EnumType,
    },
    /// A domain.
    Domain {
        /// Its name.
        name: Name,
        /// The domain.
        domain: Domain,
    },
    /// A composite type.
    Composite {
        /// Its name.
        name: Name,
        /// The type.
        composite: CompositeType,
    },
    /// A range type.
    Range {
        /// Its name.
        name: Name,
        /// The type.
        range: RangeType,
    },
    /// A sequence.
    Sequence {
        /// Its name.
        name: Name,
        /// The sequence.
        sequence: Sequence,
    },
    /// A table with its columns and constraints other than foreign keys; indexes, foreign keys,
    /// triggers and policies are changes of their own.
    Table {
        /// Its name.
        name: Name,
        /// The table.
        table: Table,
    },
    /// A view or materialized view.
    View {
        /// Its name.
        name: Name,
        /// The view.
        view: View,
    },
    /// A routine.
    Routine {
        /// The routine.
        routine: Routine,
    },
    /// A trigger.
    Trigger {
        /// Its table or view.
        table: Name,
        /// Its name.
        name: Ident,
        /// The trigger.
        trigger: Trigger,
    },
    /// A rule.
    Rule {
        /// Its table or view.
        table: Name,
        /// Its name.
        name: Ident,
        /// Its `CREATE RULE` statement.
        definition: Expr,
    },
    /// A policy.
    Policy {
        /// Its table.
        table: Name,
        /// Its name.
        name: Ident,
        /// The policy.
        policy: Policy,
    },
}

impl Object {
    /// The object's reference.
    pub fn reference(&self) -> ObjectRef {
        match self {
            Self::Namespace { name } => ObjectRef::Namespace(name.clone()),
            Self::Extension { name, .. } => ObjectRef::Extension(name.clone()),
            Self::Collation { name, .. } => ObjectRef::Collation(name.clone()),
            Self::Enum { name, .. }
            | Self::Domain { name, .. }
            | Self::Composite { name, .. }
            | Self::Range { name, .. } => ObjectRef::Type(name.clone()),
            Self::Sequence { name, .. } => ObjectRef::Sequence(name.clone()),
            Self::Table { name, .. } => ObjectRef::Table(name.clone()),
            Self::View { name, .. } => ObjectRef::View(name.clone()),
            Self::Routine { routine } => ObjectRef::Routine(routine.identity()),
            Self::Trigger { table, name, .. } => ObjectRef::Trigger(table.clone(), name.clone()),
            Self::Rule { table, name, .. } => ObjectRef::Rule(table.clone(), name.clone()),
            Self::Policy { table, name, .. } => ObjectRef::Policy(table.clone(), name.clone()),
        }
    }

    /// The operations that create, alter and drop such an object.
    pub fn operations(&self) -> [Operation; 3] {
        use Operation::*;
        match self {
            Self::Namespace { .. } => [CreateSchema, CreateSchema, DropSchema],
            Self::Extension { .. } => [CreateExtension, AlterExtension, DropExtension],
            Self::Collation { .. } => [CreateCollation, CreateCollation, DropCollation],
            Self::Enum { .. } => [CreateEnum, DropEnumValue, DropEnum],
            Self::Domain { .. } => [CreateDomain, AlterDomain, DropDomain],
            Self::Composite { .. } | Self::Range { .. } => [CreateType, AlterType, DropType],
            Self::Sequence { .. } => [CreateSequence, AlterSequence, DropSequence],
            Self::Table { .. } => [CreateTable, AlterTable, DropTable],
            Self::View { view, .. } if view.materialized => {
                [CreateMaterializedView, AlterMaterializedView, DropMaterializedView]
            }
            Self::View { .. } => [CreateView, AlterView, DropView],
            Self::Routine { .. } => [CreateFunction, AlterFunction, DropFunction],
            Self::Trigger { .. } => [CreateTrigger, AlterTrigger, DropTrigger],
            Self::Rule { .. } => [CreateRule, CreateRule, DropRule],
            Self::Policy { .. } => [CreatePolicy, AlterPolicy, DropPolicy],
        }
    }
}
