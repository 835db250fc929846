//! Table constraints.

use serde::{Deserialize, Serialize};

use super::column::is_false;
use super::index::IndexKey;
use crate::{Expr, IDENT_BYTES_MAX, Ident, Name};

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// Its name.
    pub name: Ident,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `NOT VALID`: existing rows were not proved.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_valid: bool,
    /// `NOT ENFORCED` (18).
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_enforced: bool,
    /// `DEFERRABLE`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub initially_deferred: bool,
    /// Whether the constraint comes from a parent table and is not declared here.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inherited: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey {
        /// Key columns in order.
        columns: Vec<Ident>,
        /// `INCLUDE` columns.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        include: Vec<Ident>,
        /// `WITHOUT OVERLAPS` on the last column (18).
        #[serde(default, skip_serializing_if = "is_false")]
        without_overlaps: bool,
    },
    /// `UNIQUE`.
    Unique {
        /// Key columns in order.
        columns: Vec<Ident>,
        /// `INCLUDE` columns.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        include: Vec<Ident>,
        /// `NULLS NOT DISTINCT` (15).
        #[serde(default, skip_serializing_if = "is_false")]
        nulls_not_distinct: bool,
        /// `WITHOUT OVERLAPS` on the last column (18).
        #[serde(default, skip_serializing_if = "is_false")]
        without_overlaps: bool,
    },
    /// `CHECK`.
    Check {
        /// The expression, without the outer parentheses `CHECK` itself wants.
        expression: Expr,
        /// `NO INHERIT`.
        #[serde(default, skip_serializing_if = "is_false")]
        no_inherit: bool,
    },
    /// `FOREIGN KEY`.
    ForeignKey(ForeignKey),
    /// `EXCLUDE`.
    Exclusion {
        /// The access method: `gist`, `btree`, …
        method: Ident,
        /// Each key with the operator that must not hold between two rows, as `OPERATOR(schema.op)` text.
        keys: Vec<(IndexKey, String)>,
        /// `INCLUDE` columns.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        include: Vec<Ident>,
        /// `WHERE`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        predicate: Option<Expr>,
    },
    /// A NOT NULL that is a named constraint of its own and not yet validated (18).
    NotNull {
        /// The column.
        column: Ident,
    },
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Referencing columns in order.
    pub columns: Vec<Ident>,
    /// The referenced table.
    pub references: Name,
    /// Referenced columns, in the order of `columns`.
    pub referenced_columns: Vec<Ident>,
    /// `ON UPDATE`.
    #[serde(default)]
    pub on_update: ForeignKeyAction,
    /// `ON DELETE`.
    #[serde(default)]
    pub on_delete: ForeignKeyAction,
    /// The columns of `ON DELETE SET NULL (…)` (15), where they are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_delete_columns: Vec<Ident>,
    /// `MATCH FULL`, otherwise `MATCH SIMPLE`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub match_full: bool,
    /// `PERIOD` on the last columns (18).
    #[serde(default, skip_serializing_if = "is_false")]
    pub period: bool,
}

/// What happens to referencing rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignKeyAction {
    /// `NO ACTION`
    #[default]
    NoAction,
    /// `RESTRICT`
    Restrict,
    /// `CASCADE`
    Cascade,
    /// `SET NULL`
    SetNull,
    /// `SET DEFAULT`
    SetDefault,
}

impl ForeignKeyAction {
    /// As SQL spells it.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    /// The action behind `pg_constraint.confdeltype` and `confupdtype`.
    pub const fn from_code(code: char) -> Option<Self> {
        Some(match code {
            'a' => Self::NoAction,
            'r' => Self::Restrict,
            'c' => Self::Cascade,
            'n' => Self::SetNull,
            'd' => Self::SetDefault,
            _ => return None,
        })
    }
}

impl Constraint {
    /// A valid, enforced, not deferrable constraint.
    pub fn new(name: impl Into<String>, kind: ConstraintKind) -> Self {
        Self {
            name: Ident::new(name),
            kind,
            not_valid: false,
            not_enforced: false,
            deferrable: false,
            initially_deferred: false,
            inherited: false,
            comment: None,
        }
    }

    /// Whether an index stands behind the constraint.
    pub fn has_index(&self) -> bool {
        matches!(
            self.kind,
            ConstraintKind::PrimaryKey { .. }
                | ConstraintKind::Unique { .. }
                | ConstraintKind::Exclusion { .. }
        )
    }

    /// The columns a primary key, unique or foreign key names; empty for the others.
    pub fn columns(&self) -> &[Ident] {
        match &self.kind {
            ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => columns,
            ConstraintKind::ForeignKey(key) => &key.columns,
            ConstraintKind::NotNull { column } => std::slice::from_ref(column),
            ConstraintKind::Check { .. } | ConstraintKind::Exclusion { .. } => &[],
        }
    }

    /// Whether the two demand the same, whatever they are called.
    pub fn same_demand(&self, other: &Self) -> bool {
        let renamed = Self { name: other.name.clone(), comment: other.comment.clone(), ..self.clone() };
        renamed == *other
    }

    /// The names that PostgreSQL, drizzle-kit 0.x and drizzle-kit 1.0 give to such a constraint when the
    /// author names none; the first is PostgreSQL's.
    pub fn conventional_names(&self, table: &Ident) -> Vec<Ident> {
        let columns = self.columns().iter().map(Ident::as_str).collect::<Vec<_>>().join("_");
        let table = table.as_str();
        let names = match &self.kind {
            ConstraintKind::PrimaryKey { .. } => vec![
                format!("{table}_pkey"),
                format!("{table}_{columns}_pk"),
                format!("{table}_{columns}_pkey"),
            ],
            ConstraintKind::Unique { .. } => {
                vec![format!("{table}_{columns}_key"), format!("{table}_{columns}_unique")]
            }
            ConstraintKind::ForeignKey(key) => {
                let referenced =
                    key.referenced_columns.iter().map(Ident::as_str).collect::<Vec<_>>().join("_");
                let to = key.references.name.as_str();
                let whole = format!("{table}_{columns}_{to}_{referenced}_fkey");
                vec![
                    format!("{table}_{columns}_fkey"),
                    format!("{table}_{columns}_{to}_{referenced}_fk"),
                    shortened(table, whole),
                ]
            }
            ConstraintKind::Check { .. }
            | ConstraintKind::Exclusion { .. }
            | ConstraintKind::NotNull { .. } => Vec::new(),
        };
        names.into_iter().map(|name| Ident::new(name).truncated()).collect()
    }

    /// The constraint under PostgreSQL's own name for it, where a tool's habit chose the name.
    #[must_use]
    pub fn with_conventional_name(mut self, table: &Ident) -> Self {
        let names = self.conventional_names(table);
        if names.contains(&self.name) {
            self.name = names[0].clone();
        }
        self
    }
}

/// The name that drizzle-kit 1.0 gives where the whole one is too long for PostgreSQL: with a digest of it.
fn shortened(table: &str, whole: String) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(&whole) <= IDENT_BYTES_MAX {
        return whole;
    }
    let digest = base62_digest(&whole);
    if units(table) < 45 { format!("{table}_{digest}_fkey") } else { format!("{digest}_fkey") }
}

/// Twelve digits of drizzle-kit's polynomial digest.
fn base62_digest(text: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const ALL: u128 = 62_u128.pow(12);
    let (mut sum, mut power) = (0_u128, 1_u128);
    for point in text.chars() {
        sum = (sum + u128::from(u32::from(point)) * power) % ALL;
        power = power * 53 % ALL;
    }
    let mut digits = Vec::with_capacity(12);
    for _ in 0..12 {
        digits.push(char::from(DIGITS[(sum % 62) as usize]));
        sum /= 62;
    }
    digits.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_too_long_is_shortened_as_drizzle_kit_does() {
        let key = ForeignKey {
            columns: vec![Ident::new("a_column_whose_name_is_rather_long_as_well")],
            references: Name::new("public", "user"),
            referenced_columns: vec![Ident::new("id")],
            on_update: ForeignKeyAction::NoAction,
            on_delete: ForeignKeyAction::NoAction,
            on_delete_columns: Vec::new(),
            match_full: false,
            period: false,
        };
        let constraint = Constraint::new("x", ConstraintKind::ForeignKey(key));
        let table = Ident::new("a_table_whose_name_is_already_rather_long_for_anybody_to_type");
        let names = constraint.conventional_names(&table);
        assert_eq!(names[1].as_str(), "a_table_whose_name_is_already_rather_long_for_anybody_to_type_a");
        assert_eq!(names[2].as_str(), "mXE4DF6lTO5I_fkey", "as drizzle-kit 1.0.0-rc.5 names it");
    }
}
