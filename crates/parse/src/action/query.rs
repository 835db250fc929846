//! Statements that read and write rows.

use std::collections::BTreeSet;

use model::{Ident, Operation};

use crate::names::Reference;

/// A query with every relation it names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// What the outermost statement is; none for an empty one.
    pub operation: Option<Operation>,
    /// Relations it reads.
    pub reads: Vec<Reference>,
    /// Relations it writes, in data-modifying `WITH` clauses too.
    pub writes: Vec<Write>,
    /// Relations whose rows it locks: `FOR UPDATE` and the like.
    pub row_locks: Vec<Reference>,
    /// The functions it calls.
    pub functions: Vec<Call>,
    /// The columns it names, without their tables.
    pub columns: BTreeSet<Ident>,
    /// Whether it takes all columns of a relation: `*`.
    pub star: bool,
    /// Relations it reads with `ONLY`, without their children.
    pub only: BTreeSet<Reference>,
    /// The columns that the `WHERE` of a plain `SELECT` compares with constants by `=` or `IN`.
    pub pinned: Vec<Ident>,
    /// Whether a `WHERE` or a join condition limits what it reads.
    pub has_where: bool,
    /// Whether it only plans: `EXPLAIN` without `ANALYZE`.
    pub explained: bool,
    /// Whether `LIMIT` or `FETCH` bounds it.
    pub limited: bool,
}

/// A write to one relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The relation.
    pub table: Reference,
    /// How it is written.
    pub kind: WriteKind,
    /// The columns set, where they are named.
    pub columns: Vec<Ident>,
    /// A column that is set as a whole more than once, which the server refuses.
    pub twice: Option<Ident>,
    /// Whether something other than a constant truth limits the rows.
    pub has_where: bool,
    /// The columns that `WHERE` compares with constants, by `=` or `IN`, for every row.
    pub pinned: Vec<Ident>,
    /// Whether `WHERE` bounds a column from below and above, as a batch does.
    pub ranged: bool,
    /// Whether it reads another relation: `FROM`, `USING`, a subquery.
    pub from_others: bool,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WriteKind {
    /// `INSERT … VALUES`
    Insert,
    /// `INSERT … ON CONFLICT DO UPDATE`
    InsertOnConflict,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
    /// `MERGE`
    Merge,
}

/// A function call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function.
    pub function: Reference,
    /// Its arguments that are string constants; others are none.
    pub arguments: Vec<Option<String>>,
}

/// `COPY`.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// The table; none where a query is copied.
    pub table: Option<Reference>,
    /// `FROM`.
    pub from: bool,
    /// The query.
    pub query: Option<Query>,
}

/// `TRUNCATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Truncate {
    /// The tables.
    pub tables: Vec<Reference>,
    /// Those of them with `ONLY`, without their children.
    pub only: BTreeSet<Reference>,
    /// `CASCADE`.
    pub cascade: bool,
    /// `RESTART IDENTITY`.
    pub restart_identity: bool,
}
