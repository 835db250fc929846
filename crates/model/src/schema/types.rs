//! Namespaces, extensions and types.

use serde::{Deserialize, Serialize};

use super::column::{SequenceOptions, is_false};
use super::constraint::Constraint;
use crate::{Expr, Ident, Name, TypeName};

/// A namespace (`CREATE SCHEMA`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Namespace {
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// An installed extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The namespace its objects live in.
    pub schema: Ident,
    /// Its version; not part of a comparison between sources, since servers ship different ones.
    #[serde(default, skip)]
    pub version: String,
}

/// A collation made by a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collation {
    /// `libc`, `icu`, `builtin`.
    pub provider: String,
    /// The locale.
    pub locale: String,
    /// `DETERMINISTIC`.
    pub deterministic: bool,
}

/// An enumerated type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// Its labels in sort order.
    pub labels: Vec<String>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The type underneath.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// `NOT NULL`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_null: bool,
    /// `DEFAULT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Expr>,
    /// `COLLATE`, where it is not the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<Name>,
    /// Its CHECK constraints.
    #[serde(default)]
    pub constraints: Vec<Constraint>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A composite type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompositeType {
    /// Its attributes in order.
    pub attributes: Vec<Attribute>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    pub name: Ident,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Its collation, where it is not the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<Name>,
}

/// A range type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeType {
    /// The type of its bounds.
    pub subtype: TypeName,
    /// The options of `CREATE TYPE … AS RANGE` after the subtype, as SQL.
    pub options: Vec<(String, Expr)>,
}

/// A sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its settings.
    #[serde(flatten)]
    pub options: SequenceOptions,
    /// `OWNED BY`: table and column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<(Name, Ident)>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
