//! Objects as statements create them.

use model::{Ident, Operation, Volatility};

use super::constraint::{ColumnDefinition, ConstraintDefinition};
use super::query::Query;
use crate::expression::Expression;
use crate::names::Reference;
use crate::types::TypeReference;

/// How long a relation and its rows live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Persistence {
    /// As long as it is not dropped.
    #[default]
    Permanent,
    /// `UNLOGGED`: empty after a crash.
    Unlogged,
    /// `TEMPORARY`: ends with the session, and nobody else sees it.
    Temporary,
}

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateTable {
    /// The table; none where the statement lacks it.
    pub name: Option<Reference>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `FOREIGN TABLE`.
    pub foreign: bool,
    /// `TEMPORARY` or `UNLOGGED`.
    pub persistence: Persistence,
    /// Its columns.
    pub columns: Vec<ColumnDefinition>,
    /// Its table constraints.
    pub constraints: Vec<ConstraintDefinition>,
    /// `LIKE`: the tables whose columns are copied.
    pub like: Vec<LikeClause>,
    /// `INHERITS`.
    pub inherits: Vec<Reference>,
    /// `PARTITION OF`, with its bound.
    pub partition_of: Option<(Reference, Bound)>,
    /// `PARTITION BY`, as written.
    pub partition_by: Option<String>,
    /// `OF`: the composite type.
    pub of_type: Option<TypeReference>,
}

/// `LIKE table INCLUDING …`.
#[derive(Debug, Clone, PartialEq)]
pub struct LikeClause {
    /// The table.
    pub table: Reference,
    /// Defaults come along.
    pub defaults: bool,
    /// Constraints other than NOT NULL come along.
    pub constraints: bool,
    /// Indexes, primary key and unique constraints come along.
    pub indexes: bool,
    /// Identity comes along.
    pub identity: bool,
}

/// The bound of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// As written: `FOR VALUES FROM (1) TO (10)`, `DEFAULT`.
    pub text: String,
    /// `DEFAULT`.
    pub is_default: bool,
}

/// `CREATE TABLE AS`, `SELECT INTO`, `CREATE VIEW`, `CREATE MATERIALIZED VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFromQuery {
    /// What is created.
    pub kind: RelationKind,
    /// Its name.
    pub name: Reference,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMPORARY` or `UNLOGGED`.
    pub persistence: Persistence,
    /// `WITH DATA`, or nothing said.
    pub with_data: bool,
    /// The column names, where they are listed.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
}

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// A table, partitioned or not.
    Table,
    /// A foreign table.
    ForeignTable,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
}

/// `CREATE INDEX`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateIndex {
    /// The index, where a name is given.
    pub name: Option<Ident>,
    /// The table.
    pub table: Reference,
    /// `ONLY`.
    pub only: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `UNIQUE`.
    pub unique: bool,
    /// The access method, `btree` where none is given.
    pub method: Ident,
    /// The keys.
    pub keys: Vec<IndexKeyDefinition>,
    /// `INCLUDE`.
    pub include: Vec<Ident>,
    /// `WHERE`.
    pub predicate: Option<Expression>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
}

/// A key of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexKeyDefinition {
    /// The column, where the key is one.
    pub column: Option<Ident>,
    /// The expression or column.
    pub expression: Expression,
    /// The operator class, where one is given.
    pub opclass: Option<Reference>,
    /// `DESC`.
    pub descending: bool,
}

/// `CREATE SEQUENCE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSequence {
    /// The sequence.
    pub name: Reference,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub persistence: Persistence,
    /// `OWNED BY`: table and column.
    pub owned_by: Option<(Reference, Ident)>,
    /// `AS`, where given.
    pub type_reference: Option<TypeReference>,
}

/// `CREATE TYPE` and `CREATE DOMAIN`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateType {
    /// The type.
    pub name: Reference,
    /// What it is made of.
    pub body: TypeBody,
}

/// What a type is made of.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "it stands in a box")]
pub enum TypeBody {
    /// `AS ENUM`: the labels.
    Enum(Vec<String>),
    /// `AS (…)`: names and types of the attributes.
    Composite(Vec<(Ident, Option<TypeReference>)>),
    /// `AS RANGE`.
    Range,
    /// A domain.
    Domain {
        /// The type underneath.
        base: Option<TypeReference>,
        /// Its constraints, NOT NULL included.
        constraints: Vec<ConstraintDefinition>,
        /// `DEFAULT`.
        default: Option<Expression>,
    },
    /// A base or shell type.
    Base,
}

/// `CREATE FUNCTION` and `CREATE PROCEDURE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRoutine {
    /// The routine.
    pub name: Reference,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Its volatility: `VOLATILE` where nothing is said.
    pub volatility: Volatility,
    /// `SECURITY DEFINER` without a `SET search_path`.
    pub open_security_definer: bool,
    /// The body, where it is in SQL.
    pub sql_body: Option<String>,
    /// Relations that the statements of an SQL body read; the server looks them up when it is made.
    pub reads: Vec<Reference>,
    /// Relations that they write.
    pub writes: Vec<Reference>,
}

/// `CREATE TRIGGER`, `RULE`, `POLICY`, `STATISTICS`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateOnTable {
    /// What is created.
    pub kind: OnTableKind,
    /// Its name.
    pub name: Option<Reference>,
    /// Its table.
    pub table: Reference,
    /// `CREATE CONSTRAINT TRIGGER … FROM`.
    pub from: Option<Reference>,
    /// `OR REPLACE` or `IF NOT EXISTS`.
    pub tolerant: bool,
    /// The function a trigger calls.
    pub function: Option<Reference>,
    /// Relations that its expressions or actions read or write.
    pub reads: Vec<Reference>,
}

/// What belongs to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnTableKind {
    /// A trigger.
    Trigger,
    /// A rule.
    Rule,
    /// A row security policy.
    Policy,
    /// Extended statistics.
    Statistics,
}

/// `CREATE PUBLICATION` and `ALTER PUBLICATION`.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// What it does.
    pub operation: Operation,
    /// What happens to the tables named.
    pub change: PublicationChange,
    /// The tables.
    pub tables: Vec<Reference>,
    /// The namespaces of `TABLES IN SCHEMA`.
    pub schemas: Vec<Ident>,
}

/// What happens to a publication's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicationChange {
    /// `FOR TABLE` and `FOR TABLES IN SCHEMA`.
    Create,
    /// `FOR ALL TABLES`.
    CreateAllTables,
    /// `ADD`.
    Add,
    /// `DROP`.
    Drop,
    /// `SET`.
    Set,
    /// Options, names, owners.
    Other,
}
