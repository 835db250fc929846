//! One canonical model of a database's schema, whatever source it was read from.

mod column;
mod constraint;
mod conversion;
mod index;
mod object;
mod relation;
mod replaceable;
mod routine;
mod types;
mod uses;

use std::collections::{BTreeMap, BTreeSet};

pub use column::*;
pub use constraint::*;
pub use index::*;
pub use object::*;
pub use relation::*;
pub use routine::*;
pub use types::*;
pub use uses::*;

use serde::{Deserialize, Serialize};

use crate::{Fingerprint, Ident, Name};

/// Everything of a database's schema that Lockkeeper models. Objects of extensions are left out;
/// what is noticed but not modelled is listed, never dropped silently.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schema {
    /// Namespaces, without the system's own.
    pub namespaces: BTreeMap<Ident, Namespace>,
    /// Installed extensions.
    pub extensions: BTreeMap<Ident, Extension>,
    /// Collations made by users.
    pub collations: BTreeMap<Name, Collation>,
    /// Enumerated types.
    pub enums: BTreeMap<Name, EnumType>,
    /// Domains.
    pub domains: BTreeMap<Name, Domain>,
    /// Composite types made by `CREATE TYPE … AS (…)`.
    pub composites: BTreeMap<Name, CompositeType>,
    /// Range types.
    pub ranges: BTreeMap<Name, RangeType>,
    /// Sequences, those owned by serial columns included, those of identity columns not.
    pub sequences: BTreeMap<Name, Sequence>,
    /// Tables: plain, partitioned, partitions, foreign.
    pub tables: BTreeMap<Name, Table>,
    /// Views and materialized views.
    pub views: BTreeMap<Name, View>,
    /// Functions, procedures and aggregates by their identity: `public.f(integer)`.
    pub routines: BTreeMap<String, Routine>,
    /// Objects that exist but are not modelled, as `kind name`.
    pub unmodelled: BTreeSet<String>,
    /// What stands on what.
    pub uses: Uses,
}

impl Schema {
    /// A fingerprint that is equal where PostgreSQL would make the schemas equal: the physical order
    /// of columns, and a constraint name that only a tool's habit chose, do not count.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.canonical())
    }

    /// The schema with what does not count made uniform; see [`Schema::fingerprint`].
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut canonical = self.clone();
        for (name, table) in &mut canonical.tables {
            table.make_canonical(&name.name);
        }
        for view in canonical.views.values_mut() {
            view.depends_on.clear();
        }
        // What nobody models cannot be compared; it is reported apart.
        canonical.unmodelled.clear();
        canonical.uses.clear();
        canonical
    }

    /// The table with this name.
    pub fn table(&self, name: &Name) -> Option<&Table> {
        self.tables.get(name)
    }
}
