//! The entities of drizzle-kit 1.0's snapshots.

use serde::Deserialize;
use serde_json::Value;

use crate::kit::ordered::Ordered;

/// One entity of the list.
#[derive(Debug, Deserialize)]
#[serde(tag = "entityType", rename_all = "camelCase")]
pub(in crate::kit) enum Entity {
    Schemas(Schema),
    Tables(Table),
    Enums(Enum),
    Columns(Box<Column>),
    Indexes(Box<Index>),
    Fks(Box<ForeignKey>),
    Pks(Key),
    Uniques(Unique),
    Checks(Check),
    Sequences(Sequence),
    Roles(Role),
    /// Grants, which are not compared.
    Privileges {},
    Policies(Box<Policy>),
    Views(Box<View>),
}

#[derive(Debug, Deserialize)]
pub(in crate::kit) struct Schema {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) is_rls_enabled: bool,
}

#[derive(Debug, Deserialize)]
pub(in crate::kit) struct Enum {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Column {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) type_name: String,
    pub(super) type_schema: Option<String>,
    pub(super) not_null: bool,
    #[serde(default)]
    pub(super) dimensions: usize,
    pub(super) default: Option<DefaultText>,
    pub(super) generated: Option<Generated>,
    pub(super) identity: Option<Identity>,
}

/// Version 8 keeps a default with what kind of value it is, 9 its text alone.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::kit) enum DefaultText {
    Plain(String),
    OfKind { value: String },
}

impl DefaultText {
    pub(super) fn text(self) -> String {
        match self {
            Self::Plain(text) | Self::OfKind { value: text } => text,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::kit) struct Generated {
    #[serde(rename = "as")]
    pub(super) expression: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Identity {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) increment: Option<String>,
    pub(super) min_value: Option<String>,
    pub(super) max_value: Option<String>,
    pub(super) start_with: Option<String>,
    pub(super) cache: Option<i64>,
    pub(super) cycle: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Index {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) columns: Vec<IndexColumn>,
    #[serde(default)]
    pub(super) is_unique: bool,
    #[serde(rename = "where")]
    pub(super) condition: Option<String>,
    /// Storage parameters as SQL: `fillfactor=70, fastupdate=off`.
    #[serde(default)]
    pub(super) with: Option<String>,
    pub(super) method: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct IndexColumn {
    pub(super) value: String,
    pub(super) is_expression: bool,
    pub(super) asc: bool,
    pub(super) nulls_first: bool,
    pub(super) opclass: Option<OperatorClass>,
}

#[derive(Debug, Deserialize)]
pub(in crate::kit) struct OperatorClass {
    pub(super) name: String,
    #[serde(default)]
    pub(super) default: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct ForeignKey {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) schema_to: String,
    pub(super) table_to: String,
    pub(super) columns_to: Vec<String>,
    pub(super) on_update: Option<String>,
    pub(super) on_delete: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Key {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    #[serde(default)]
    pub(super) name_explicit: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Unique {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    #[serde(default)]
    pub(super) nulls_not_distinct: bool,
    #[serde(default)]
    pub(super) name_explicit: bool,
}

#[derive(Debug, Deserialize)]
pub(in crate::kit) struct Check {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Sequence {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) increment_by: Option<String>,
    pub(super) min_value: Option<String>,
    pub(super) max_value: Option<String>,
    pub(super) start_with: Option<String>,
    pub(super) cache_size: Option<i64>,
    pub(super) cycle: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Role {
    pub(super) name: String,
    pub(super) create_db: Option<bool>,
    pub(super) create_role: Option<bool>,
    pub(super) inherit: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct Policy {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) name: String,
    #[serde(rename = "as")]
    pub(super) kind: Option<String>,
    #[serde(rename = "for")]
    pub(super) command: Option<String>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    pub(super) using: Option<String>,
    pub(super) with_check: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::kit) struct View {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) definition: Option<String>,
    pub(super) with: Option<Ordered<Value>>,
    pub(super) with_no_data: Option<bool>,
    pub(super) using: Option<String>,
    pub(super) tablespace: Option<String>,
    #[serde(default)]
    pub(super) materialized: bool,
}
