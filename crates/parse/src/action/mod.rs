//! What statements do, as typed data.

mod alter;
mod constraint;
mod create;
mod drop;
mod maintain;
mod query;

use model::{Ident, LockMode, Operation};

pub use alter::*;
pub use constraint::*;
pub use create::*;
pub use drop::*;
pub use maintain::*;
pub use query::*;

use crate::names::Reference;
use crate::span::Span;

/// One thing a statement does.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Where it stands in the text: the clause of an `ALTER TABLE`, the statement within a `DO` block.
    pub span: Span,
    /// Whether it stands in a branch, a loop or a block with an exception handler, so that it may not
    /// happen, or fail without the statement failing.
    pub conditional: bool,
    /// What it does.
    pub verb: Verb,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// `CREATE TABLE`, with columns.
    CreateTable(Box<CreateTable>),
    /// `CREATE TABLE AS`, `SELECT INTO`, `CREATE MATERIALIZED VIEW`, `CREATE VIEW`.
    CreateFromQuery(Box<CreateFromQuery>),
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `CREATE SEQUENCE`.
    CreateSequence(Box<CreateSequence>),
    /// `CREATE TYPE` and `CREATE DOMAIN`.
    CreateType(Box<CreateType>),
    /// `CREATE FUNCTION` and `CREATE PROCEDURE`.
    CreateRoutine(Box<CreateRoutine>),
    /// `CREATE TRIGGER`, `RULE`, `POLICY`, `STATISTICS`: what belongs to a table.
    CreateOnTable(Box<CreateOnTable>),
    /// `CREATE SCHEMA`; what it creates inside are actions of their own.
    CreateSchema {
        /// The namespace.
        name: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `CREATE EXTENSION`.
    CreateExtension {
        /// The extension.
        name: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `CREATE PUBLICATION` and `ALTER PUBLICATION`.
    Publication(Box<Publication>),
    /// `DROP …` of one object; a statement that names several has an action for each.
    Drop(Box<Drop>),
    /// One clause of an `ALTER TABLE`, or an `ALTER` of an index, view, sequence.
    Alter(Box<Alter>),
    /// `ALTER TYPE` and `ALTER DOMAIN`.
    AlterType(Box<AlterType>),
    /// `ALTER TRIGGER`, `RULE`, `POLICY`, `STATISTICS`.
    AlterOnTable(Box<AlterOnTable>),
    /// `ALTER SCHEMA … RENAME TO`.
    RenameSchema {
        /// Its name so far.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `SELECT`, `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `VALUES`, `TABLE`.
    Query(Box<Query>),
    /// `COPY`.
    Copy(Box<Copy>),
    /// `TRUNCATE`.
    Truncate(Box<Truncate>),
    /// `LOCK TABLE`.
    Lock {
        /// The tables.
        tables: Vec<Reference>,
        /// The mode, `ACCESS EXCLUSIVE` where none is given.
        mode: LockMode,
        /// `NOWAIT`.
        nowait: bool,
    },
    /// `VACUUM`, `ANALYZE`, `CLUSTER`, `REINDEX`, `REFRESH`, `REPACK`.
    Maintain(Box<Maintain>),
    /// `COMMENT ON`.
    Comment(Commented),
    /// `GRANT` and `REVOKE` on relations; on anything else there are no relations.
    Privileges {
        /// `REVOKE`.
        revoke: bool,
        /// The relations.
        relations: Vec<Reference>,
    },
    /// `BEGIN`, `COMMIT`, `ROLLBACK` and the like.
    Transaction(TransactionStep),
    /// `SET` and `RESET`.
    Set(Setting),
    /// A `DO` block; what it is known to do are actions of their own.
    Do,
    /// Something whose effect cannot be known from the text, as a sentence.
    Unknown(String),
    /// A statement without an effect on tables, by its operation.
    Other(Operation, Property),
}

/// What else matters of a statement that touches no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Property {
    /// Whether the server refuses it in a transaction block.
    pub outside_transaction: bool,
    /// Whether it destroys a database, a role's objects or the like.
    pub destroys: bool,
}

/// A step of transaction control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionStep {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit,
    /// `ROLLBACK`, `ABORT`.
    Rollback,
    /// `SAVEPOINT`.
    Savepoint(Ident),
    /// `RELEASE SAVEPOINT`.
    Release(Ident),
    /// `ROLLBACK TO SAVEPOINT`.
    RollbackTo(Ident),
    /// `PREPARE TRANSACTION`: the session is outside a transaction again.
    Prepare,
    /// `COMMIT PREPARED`, `ROLLBACK PREPARED`, `SET TRANSACTION`.
    Other,
}

/// A change of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter's name in lower case; `all` for `RESET ALL`.
    pub name: String,
    /// The values; none for `RESET` and `TO DEFAULT`.
    pub values: Vec<String>,
    /// `SET LOCAL`.
    pub local: bool,
}

/// What a comment is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commented {
    /// A table, view or other relation, or a column of it.
    Relation(Reference, Option<Ident>),
    /// An index.
    Index(Reference),
    /// A constraint of a table.
    Constraint(Reference, Ident),
    /// A trigger, policy or rule of a table.
    OnTable(Reference),
    /// Anything else.
    Other,
}
