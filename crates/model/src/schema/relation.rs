//! Tables and views.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::column::{Column, is_false};
use super::constraint::{Constraint, ConstraintKind, ForeignKey};
use super::index::Index;
use super::object::ObjectRef;
use super::routine::{Policy, Trigger};
use crate::{Expr, Ident, Name, TypeName};

/// A table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Its columns, in their physical order.
    pub columns: Vec<Column>,
    /// Its constraints by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub constraints: BTreeMap<Ident, Constraint>,
    /// Its indexes by name, without those behind constraints.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<Ident, Index>,
    /// Its triggers by name, without the system's own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<Ident, Trigger>,
    /// Its row security policies by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<Ident, Policy>,
    /// Its rules: name to definition.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<Ident, Expr>,
    /// `ENABLE ROW LEVEL SECURITY`.
    #[serde(skip_serializing_if = "is_false")]
    pub row_security: bool,
    /// `FORCE ROW LEVEL SECURITY`.
    #[serde(skip_serializing_if = "is_false")]
    pub force_row_security: bool,
    /// `PARTITION BY …`, as `pg_get_partkeydef` writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<Expr>,
    /// The parent and the bound of a partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<(Name, Expr)>,
    /// Parents by plain inheritance, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<Name>,
    /// `UNLOGGED`.
    #[serde(skip_serializing_if = "is_false")]
    pub unlogged: bool,
    /// `REPLICA IDENTITY`, where it is not the default: `FULL`, `NOTHING`, `USING INDEX …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_identity: Option<String>,
    /// `WITH (…)`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The access method, where it is not heap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_method: Option<Ident>,
    /// Its comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Table {
    /// The column with this name.
    pub fn column(&self, name: &Ident) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// The primary key.
    pub fn primary_key(&self) -> Option<&Constraint> {
        self.constraints.values().find(|c| matches!(c.kind, ConstraintKind::PrimaryKey { .. }))
    }

    /// The foreign keys with the constraints they belong to.
    pub fn foreign_keys(&self) -> impl Iterator<Item = (&Constraint, &ForeignKey)> {
        self.constraints.values().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some((constraint, key)),
            _ => None,
        })
    }

    /// Makes uniform what does not count in a comparison: the order of columns, habitual names, and what a
    /// parent table implies.
    pub(super) fn make_canonical(&mut self, name: &Ident) {
        self.columns.sort_by(|a, b| a.name.cmp(&b.name));
        for column in &mut self.columns {
            column.inherited = false;
            column.default_volatility = None;
        }
        self.indexes.retain(|_, index| !index.inherited);
        let constraints = std::mem::take(&mut self.constraints).into_values();
        self.constraints = constraints
            .filter(|constraint| !constraint.inherited)
            .map(|constraint| constraint.with_conventional_name(name))
            .map(|constraint| (constraint.name.clone(), constraint))
            .collect();
    }

    /// How many indexes stand on it, those behind constraints included.
    pub fn index_count(&self) -> usize {
        self.indexes.len() + self.constraints.values().filter(|c| c.has_index()).count()
    }
}

/// A view or a materialized view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// `MATERIALIZED`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub materialized: bool,
    /// The query, as `pg_get_viewdef` writes it, without its semicolon.
    pub query: Expr,
    /// Its column names in order.
    pub columns: Vec<Ident>,
    /// The types of its columns, in their order, as `format_type` writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<TypeName>,
    /// Comments on its columns.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub column_comments: BTreeMap<Ident, String>,
    /// `WITH (…)`: `security_invoker`, `check_option`, storage parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Indexes of a materialized view.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<Ident, Index>,
    /// `INSTEAD OF` triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<Ident, Trigger>,
    /// Its rules besides the one that makes it a view: name to definition.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<Ident, Expr>,
    /// `WITH NO DATA`: never filled.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_data: bool,
    /// The relations (with columns), functions and types its query uses.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<ObjectRef>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl View {
    /// The view as `COMMENT ON` refers to it.
    pub fn reference(&self, name: &Name) -> ObjectRef {
        if self.materialized {
            ObjectRef::MaterializedView(name.clone())
        } else {
            ObjectRef::View(name.clone())
        }
    }
}
