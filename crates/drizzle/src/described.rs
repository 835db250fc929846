//! The answers of `js/describe.js`, as data.

use std::path::PathBuf;

use serde::Deserialize;

/// What the entry answered: the description, or why it refused.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Answer {
    Described(Box<Described>),
    Refused(Refused),
}

/// A value of a stand-in that reaches the schema.
#[derive(Debug, Deserialize)]
pub(crate) struct Refused {
    pub(crate) object: String,
    pub(crate) part: String,
    pub(crate) path: String,
    pub(crate) module: String,
}

impl Refused {
    /// The part and its object in words.
    pub(crate) fn whole(&self) -> String {
        if self.object.is_empty() { self.part.clone() } else { [&self.part, " of ", &self.object].concat() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Described {
    /// The types of all columns, which name theirs by number.
    pub(crate) types: Vec<TypeText>,
    pub(crate) tables: Vec<TableText>,
    pub(crate) views: Vec<ViewText>,
    pub(crate) linked: Vec<LinkedPolicy>,
    /// Tables that are referred to and not exported.
    pub(crate) outside: Vec<TableText>,
    pub(crate) passed_over: Vec<String>,
    pub(crate) enums: Vec<EnumText>,
    pub(crate) hidden_enums: Vec<EnumText>,
    pub(crate) sequences: Vec<SequenceText>,
    pub(crate) schemas: Vec<SchemaText>,
    pub(crate) roles: Vec<RoleText>,
}

/// The modules that export an object, with the names they export it under.
pub(crate) type Origins = Vec<(PathBuf, String)>;

#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TableText {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    pub(crate) columns: Vec<ColumnText>,
    pub(crate) primary_keys: Vec<KeyText>,
    pub(crate) uniques: Vec<UniqueText>,
    pub(crate) checks: Vec<CheckText>,
    pub(crate) indexes: Vec<IndexText>,
    pub(crate) foreign_keys: Vec<ForeignKeyText>,
    pub(crate) policies: Vec<PolicyText>,
    pub(crate) row_security: bool,
    pub(crate) origins: Origins,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
pub(crate) struct TypeText {
    pub(crate) text: String,
    pub(crate) dimensions: usize,
    #[serde(rename = "enum")]
    pub(crate) enumeration: Option<QualifiedText>,
    pub(crate) custom: bool,
}

#[derive(Debug, Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QualifiedText {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ColumnText {
    pub(crate) key: String,
    pub(crate) name: String,
    /// The number of its type.
    #[serde(rename = "type")]
    pub(crate) kind: usize,
    #[serde(default)]
    pub(crate) not_null: bool,
    #[serde(default)]
    pub(crate) primary: bool,
    pub(crate) unique: Option<ColumnUnique>,
    pub(crate) default: Option<String>,
    pub(crate) generated: Option<String>,
    pub(crate) identity: Option<IdentityText>,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ColumnUnique {
    pub(crate) name: Option<String>,
    pub(crate) nulls_not_distinct: bool,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
pub(crate) struct IdentityText {
    pub(crate) always: bool,
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) options: SequenceOptions,
}

/// Whole numbers as text: they may not fit a JSON number.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub(crate) struct SequenceOptions {
    pub(crate) increment: String,
    pub(crate) min: String,
    pub(crate) max: String,
    pub(crate) start: String,
    pub(crate) cache: String,
    pub(crate) cycle: bool,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
pub(crate) struct KeyText {
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UniqueText {
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<String>,
    pub(crate) nulls_not_distinct: bool,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
pub(crate) struct CheckText {
    pub(crate) name: String,
    pub(crate) sql: String,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
pub(crate) struct IndexText {
    pub(crate) name: String,
    pub(crate) unique: bool,
    pub(crate) method: Option<String>,
    pub(crate) parts: Vec<IndexPart>,
    /// The order of the whole index: drizzle-orm before 0.31.
    pub(crate) order: Option<String>,
    pub(crate) nulls: Option<String>,
    pub(crate) with: Vec<(String, String)>,
    #[serde(rename = "where")]
    pub(crate) condition: Option<String>,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
pub(crate) struct IndexPart {
    pub(crate) expression: Option<String>,
    pub(crate) column: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) nulls: Option<String>,
    pub(crate) opclass: Option<String>,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ForeignKeyText {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) foreign: QualifiedText,
    pub(crate) foreign_columns: Vec<String>,
    pub(crate) on_delete: Option<String>,
    pub(crate) on_update: Option<String>,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyText {
    pub(crate) name: String,
    #[serde(rename = "as")]
    pub(crate) kind: Option<String>,
    #[serde(rename = "for")]
    pub(crate) command: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) using: Option<String>,
    pub(crate) with_check: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LinkedPolicy {
    pub(crate) table: Option<QualifiedText>,
    pub(crate) policy: PolicyText,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewText {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    pub(crate) materialized: bool,
    pub(crate) existing: bool,
    pub(crate) columns: Vec<ViewColumn>,
    pub(crate) query: Option<String>,
    pub(crate) with: Vec<(String, String)>,
    pub(crate) using: Option<String>,
    pub(crate) tablespace: Option<String>,
    pub(crate) with_no_data: bool,
    pub(crate) origins: Origins,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ViewColumn {
    pub(crate) name: String,
    /// The number of its type.
    #[serde(rename = "type")]
    pub(crate) kind: usize,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct EnumText {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
    pub(crate) origins: Origins,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SequenceText {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) options: SequenceOptions,
    pub(crate) origins: Origins,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SchemaText {
    pub(crate) name: String,
    pub(crate) existing: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleText {
    pub(crate) name: String,
    pub(crate) existing: bool,
    pub(crate) create_db: Option<bool>,
    pub(crate) create_role: Option<bool>,
    pub(crate) inherit: Option<bool>,
}
