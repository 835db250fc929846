//! Functions, procedures, triggers and policies.

use serde::{Deserialize, Serialize};

use crate::{Expr, Ident, Name};

/// A function, procedure or aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routine {
    /// Its name.
    pub name: Name,
    /// The types of its input arguments, which tell it from others of its name: `integer, text[]`.
    pub arguments: String,
    /// Its arguments with their names, modes and defaults, as `pg_get_function_arguments` writes them; a
    /// change of them can need a drop.
    #[serde(default)]
    pub signature: String,
    /// What it is.
    pub kind: RoutineKind,
    /// Its whole `CREATE OR REPLACE` statement, as `pg_get_functiondef` writes it; for an aggregate
    /// its `CREATE AGGREGATE`.
    pub definition: Expr,
    /// The type it returns; a change of it needs a drop.
    pub returns: String,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Routine {
    /// What tells it from all others: `public.f(integer)`.
    pub fn identity(&self) -> String {
        format!("{}({})", self.name, self.arguments)
    }
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
