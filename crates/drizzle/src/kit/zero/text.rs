//! The shapes of drizzle-kit 0.x's snapshots: what versions 3 to 7 have in common, and where they differ.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::kit::ordered::Ordered;

#[derive(Debug, Deserialize)]
pub(in crate::kit) struct Snapshot {
    pub(super) tables: BTreeMap<String, Table>,
    #[serde(default)]
    pub(super) enums: BTreeMap<String, Enum>,
    #[serde(default)]
    pub(super) schemas: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) sequences: BTreeMap<String, Sequence>,
    #[serde(default)]
    pub(super) roles: BTreeMap<String, Role>,
    #[serde(default)]
    pub(super) policies: BTreeMap<String, Policy>,
    #[serde(default)]
    pub(super) views: BTreeMap<String, View>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Table {
    pub(super) name: String,
    #[serde(default)]
    pub(super) schema: String,
    pub(super) columns: Ordered<Column>,
    #[serde(default)]
    pub(super) indexes: Ordered<Index>,
    #[serde(default)]
    pub(super) foreign_keys: Ordered<ForeignKey>,
    #[serde(default)]
    pub(super) composite_primary_keys: Ordered<Key>,
    #[serde(default)]
    pub(super) unique_constraints: Ordered<Unique>,
    #[serde(default)]
    pub(super) policies: Ordered<Policy>,
    #[serde(default)]
    pub(super) check_constraints: Ordered<Check>,
    #[serde(default, rename = "isRLSEnabled")]
    pub(super) row_security: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Column {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) type_name: String,
    pub(super) type_schema: Option<String>,
    #[serde(default)]
    pub(super) primary_key: bool,
    #[serde(default)]
    pub(super) not_null: bool,
    pub(super) default: Option<Value>,
    #[serde(default)]
    pub(super) is_unique: Option<bool>,
    pub(super) unique_name: Option<String>,
    #[serde(default)]
    pub(super) nulls_not_distinct: bool,
    pub(super) generated: Option<Generated>,
    pub(super) identity: Option<Identity>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Generated {
    #[serde(rename = "as")]
    pub(super) expression: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Identity {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(flatten)]
    pub(super) sequence: Sequence,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sequence {
    pub(super) name: String,
    #[serde(default)]
    pub(super) schema: String,
    pub(super) increment: Option<String>,
    pub(super) min_value: Option<String>,
    pub(super) max_value: Option<String>,
    pub(super) start_with: Option<String>,
    pub(super) cache: Option<String>,
    #[serde(default)]
    pub(super) cycle: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) columns: Vec<IndexColumn>,
    pub(super) is_unique: bool,
    #[serde(rename = "where")]
    pub(super) condition: Option<String>,
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) with: Ordered<Value>,
}

/// Versions before 7 name columns; 7 says more of each.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum IndexColumn {
    Name(String),
    #[serde(rename_all = "camelCase")]
    Part {
        expression: String,
        #[serde(default)]
        is_expression: bool,
        #[serde(default = "yes")]
        asc: bool,
        nulls: Option<String>,
        opclass: Option<String>,
    },
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ForeignKey {
    pub(super) name: String,
    pub(super) table_to: String,
    pub(super) schema_to: Option<String>,
    pub(super) columns_from: Vec<String>,
    pub(super) columns_to: Vec<String>,
    pub(super) on_delete: Option<String>,
    pub(super) on_update: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Key {
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unique {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    #[serde(default)]
    pub(super) nulls_not_distinct: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    pub(super) name: String,
    #[serde(rename = "as")]
    pub(super) kind: Option<String>,
    #[serde(rename = "for")]
    pub(super) command: Option<String>,
    pub(super) to: Option<Vec<String>>,
    pub(super) using: Option<String>,
    pub(super) with_check: Option<String>,
    /// The table of a policy that stands by itself: `"public"."notes"`.
    pub(super) on: Option<String>,
}

/// Versions before 6 keep labels as an object, later ones as a list.
#[derive(Debug, Deserialize)]
pub(super) struct Enum {
    pub(super) name: String,
    #[serde(default)]
    pub(super) schema: String,
    pub(super) values: Labels,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Labels {
    List(Vec<String>),
    Object(Ordered<String>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) create_db: Option<bool>,
    pub(super) create_role: Option<bool>,
    pub(super) inherit: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    pub(super) name: String,
    #[serde(default)]
    pub(super) schema: String,
    pub(super) columns: Ordered<Column>,
    pub(super) definition: Option<String>,
    #[serde(default)]
    pub(super) materialized: bool,
    #[serde(default)]
    pub(super) is_existing: bool,
    #[serde(default)]
    pub(super) with: Ordered<Value>,
    #[serde(default)]
    pub(super) with_no_data: bool,
    pub(super) using: Option<String>,
    pub(super) tablespace: Option<String>,
}
