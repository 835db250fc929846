//! Columns and constraints as statements define them.

use model::{ForeignKeyAction, Ident};

use crate::expression::Expression;
use crate::names::Reference;
use crate::span::Span;
use crate::types::TypeReference;

/// A column definition of `CREATE TABLE` or `ADD COLUMN`.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDefinition {
    /// Where it stands.
    pub span: Span,
    /// The column's name.
    pub name: Ident,
    /// Its type; none in `CREATE TABLE … OF` and `PARTITION OF`.
    pub type_reference: Option<TypeReference>,
    /// Where the type stands.
    pub type_span: Span,
    /// `DEFAULT`.
    pub default: Option<Expression>,
    /// `GENERATED … AS IDENTITY`: true for `ALWAYS`.
    pub identity: Option<bool>,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<GeneratedDefinition>,
    /// `COLLATE`.
    pub collation: Option<Reference>,
    /// The constraints written inside, NOT NULL and PRIMARY KEY included.
    pub constraints: Vec<ConstraintDefinition>,
}

impl ColumnDefinition {
    /// Whether nulls are refused, by NOT NULL, PRIMARY KEY, identity or serial.
    pub fn not_null(&self) -> bool {
        self.identity.is_some()
            || self.is_serial()
            || self.constraints.iter().any(|constraint| {
                matches!(constraint.demand, Demand::NotNull { .. } | Demand::PrimaryKey { .. })
            })
    }

    /// Whether the type is one of the serial pseudo-types.
    pub fn is_serial(&self) -> bool {
        self.type_reference.as_ref().is_some_and(TypeReference::is_serial)
    }

    /// Whether rows that exist get a value other than null.
    pub fn fills_itself(&self) -> bool {
        self.default.as_ref().is_some_and(|default| !default.is_null)
            || self.identity.is_some()
            || self.generated.is_some()
            || self.is_serial()
    }
}

/// The expression of a generated column.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratedDefinition {
    /// The expression.
    pub expression: Expression,
    /// `STORED`, otherwise `VIRTUAL`; none where the statement says neither.
    pub stored: Option<bool>,
}

/// A constraint as a statement defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstraintDefinition {
    /// Where it stands.
    pub span: Span,
    /// Its name, where one is given.
    pub name: Option<Ident>,
    /// What it demands.
    pub demand: Demand,
    /// `NOT VALID`.
    pub not_valid: bool,
    /// `NOT ENFORCED`.
    pub not_enforced: bool,
    /// `DEFERRABLE` or `INITIALLY DEFERRED`.
    pub deferrable: bool,
    /// `NO INHERIT`.
    pub no_inherit: bool,
}

/// What a constraint demands. Inside a column definition the lists of columns hold that column.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    /// `NOT NULL`
    NotNull {
        /// The column.
        column: Ident,
    },
    /// `CHECK`
    Check {
        /// The expression.
        expression: Expression,
    },
    /// `PRIMARY KEY`
    PrimaryKey {
        /// Key columns in order; empty with `USING INDEX`.
        columns: Vec<Ident>,
        /// `USING INDEX`.
        using_index: Option<Ident>,
    },
    /// `UNIQUE`
    Unique {
        /// Key columns in order; empty with `USING INDEX`.
        columns: Vec<Ident>,
        /// `USING INDEX`.
        using_index: Option<Ident>,
        /// `NULLS NOT DISTINCT`.
        nulls_not_distinct: bool,
    },
    /// `FOREIGN KEY` or `REFERENCES`
    ForeignKey(ForeignKeyDefinition),
    /// `EXCLUDE`
    Exclusion {
        /// The columns and expressions it compares.
        columns: Vec<Ident>,
    },
}

/// A foreign key as a statement defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKeyDefinition {
    /// Referencing columns in order.
    pub columns: Vec<Ident>,
    /// The referenced table.
    pub references: Reference,
    /// Referenced columns; empty for the primary key.
    pub referenced_columns: Vec<Ident>,
    /// `ON DELETE`.
    pub on_delete: ForeignKeyAction,
    /// `ON UPDATE`.
    pub on_update: ForeignKeyAction,
}
