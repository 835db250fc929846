//! Indexes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::column::is_false;
use crate::{Expr, Ident, Name};

/// An index that stands behind no constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name, in the table's namespace.
    pub name: Ident,
    /// The access method: `btree`, `gin`, …
    pub method: Ident,
    /// `UNIQUE`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// `NULLS NOT DISTINCT` (15).
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// Key columns and expressions in order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE` columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Ident>,
    /// `WHERE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Expr>,
    /// `WITH (…)`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Left invalid by a failed `CONCURRENTLY`, or not yet attached on all partitions.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid: bool,
    /// Whether the table is clustered on it or it is the replica identity is not compared; whether it
    /// belongs to a partitioned index of the parent is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inherited: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexKey {
    /// The column, quoted, or an expression in parentheses, as `pg_get_indexdef` writes it.
    pub expression: Expr,
    /// The column, where the key is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<Ident>,
    /// The collation, where it is not the column's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<Name>,
    /// The operator class with its parameters, where it is not the type's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opclass: Option<Expr>,
    /// `DESC`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub descending: bool,
    /// `NULLS FIRST`. PostgreSQL's default is first for `DESC`, last otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_first: bool,
}

impl IndexKey {
    /// A plain ascending key on a column.
    pub fn column(name: impl Into<String>) -> Self {
        let column = Ident::new(name);
        Self {
            expression: Expr::new(column.to_string()),
            column: Some(column),
            collation: None,
            opclass: None,
            descending: false,
            nulls_first: false,
        }
    }
}

impl Index {
    /// A btree index on columns.
    pub fn btree(name: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            name: Ident::new(name),
            method: Ident::new("btree"),
            unique: false,
            nulls_not_distinct: false,
            keys: columns.iter().map(|column| IndexKey::column(*column)).collect(),
            include: Vec::new(),
            predicate: None,
            options: BTreeMap::new(),
            invalid: false,
            inherited: false,
            comment: None,
        }
    }
}
