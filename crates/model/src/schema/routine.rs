//! Functions, procedures, triggers and policies.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::object::ObjectRef;
use crate::{Expr, Ident, Name};

/// A function, procedure or aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routine {
    /// Its name.
    pub name: Name,
    /// Its identity arguments, as `pg_get_function_identity_arguments` writes them.
    pub arguments: String,
    /// What it is.
    pub kind: RoutineKind,
    /// Its whole `CREATE OR REPLACE` statement, as `pg_get_functiondef` writes it; for an aggregate
    /// its `CREATE AGGREGATE`.
    pub definition: Expr,
    /// The type it returns; a change of it needs a drop.
    pub returns: String,
    /// The relations, functions and types it is known to use (SQL-standard bodies, argument types).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<ObjectRef>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What a routine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoutineKind {
    /// `FUNCTION`, window functions included.
    Function,
    /// `PROCEDURE`.
    Procedure,
    /// `AGGREGATE`.
    Aggregate,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its whole `CREATE TRIGGER` statement, as `pg_get_triggerdef` writes it.
    pub definition: Expr,
    /// `pg_trigger.tgenabled`: `O` fires, `D` is disabled, `R` on replicas, `A` always.
    pub enabled: char,
    /// The function it calls.
    pub function: String,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A row security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// `PERMISSIVE`, otherwise `RESTRICTIVE`.
    pub permissive: bool,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub command: String,
    /// The roles it applies to; `public` alone for everyone.
    pub roles: Vec<Ident>,
    /// `USING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<Expr>,
    /// `WITH CHECK`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Expr>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
