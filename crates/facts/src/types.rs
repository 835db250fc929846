//! PostgreSQL's types and casts as the servers' catalogs have them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Majors;

/// The data of conversions, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeFile {
    /// The types.
    #[serde(default, rename = "type")]
    pub types: Vec<TypeFact>,
    /// The casts between them (`pg_cast`).
    #[serde(default, rename = "cast")]
    pub casts: Vec<CastFact>,
    /// What conversions do to values, where they do anything.
    #[serde(default, rename = "values")]
    pub values: Vec<ValuesFact>,
}

/// One type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeFact {
    /// Its name, without sizes.
    pub name: String,
    /// The majors that have it so.
    pub majors: Majors,
    /// Whether it is of the category of strings, which all types convert to by assignment.
    #[serde(default)]
    pub text: bool,
    /// The operator class a btree index on it gets; none where it cannot have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub btree: Option<BtreeClass>,
    /// How a check of its sizes is dropped; none where it has no sizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simplifies: Option<Simplifies>,
}

/// An operator class of btree indexes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BtreeClass {
    /// Its name.
    pub name: String,
    /// Whether it takes any type of a kind (`array_ops`, `range_ops`), and so sorts each in its own way.
    #[serde(default)]
    pub takes_any: bool,
}

/// When the planner drops a check of sizes, by the type's support function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Simplifies {
    /// There is no support function.
    Never,
    /// `varchar_support`, `varbit_support`: where the length does not shrink.
    Length,
    /// `numeric_support`: at the same scale, where the precision does not shrink.
    Numeric,
    /// `time_support`, `timestamp_support`: where the digits of a second do not get fewer.
    Precision,
    /// `interval_support`: the same, and the fields do not get fewer.
    Interval,
}

/// One row of `pg_cast`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CastFact {
    /// `castsource`.
    pub from: String,
    /// `casttarget`.
    pub to: String,
    /// The majors that have it so.
    pub majors: Majors,
    /// `castcontext`.
    pub context: CastContext,
    /// `castmethod`.
    pub method: CastMethod,
}

/// Where a cast applies by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CastContext {
    /// Nowhere: only where it is written.
    Explicit,
    /// In assignments, which an `ALTER COLUMN … TYPE` is one of.
    Assignment,
    /// Everywhere.
    Implicit,
}

/// How a cast converts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CastMethod {
    /// Not at all: the bytes are the same.
    Binary,
    /// By a function.
    Function,
    /// Through the text.
    InOut,
}

/// What converting does to values of types without sizes, as tried with values from their edges.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValuesFact {
    /// The type before.
    pub from: String,
    /// The type after.
    pub to: String,
    /// The majors it was tried on.
    pub majors: Majors,
    /// Whether some values do not convert.
    #[serde(default)]
    pub fails: bool,
    /// Whether some values, converted back, are others.
    #[serde(default)]
    pub changes: bool,
}

/// The data in the shape in which it is asked.
#[derive(Debug)]
pub(crate) struct Catalog {
    types: BTreeMap<String, Vec<TypeFact>>,
    casts: BTreeMap<(String, String), Vec<CastFact>>,
    values: BTreeMap<(String, String), Vec<ValuesFact>>,
}

impl Catalog {
    pub(crate) fn of(file: TypeFile) -> Self {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let mut catalog = Self { types: BTreeMap::new(), casts: BTreeMap::new(), values: BTreeMap::new() };
        for fact in file.types {
            catalog.types.entry(fact.name.clone()).or_default().push(fact);
        }
        for fact in file.casts {
            catalog.casts.entry(pair(&fact.from, &fact.to)).or_default().push(fact);
        }
        for fact in file.values {
            catalog.values.entry(pair(&fact.from, &fact.to)).or_default().push(fact);
        }
        catalog
    }

    fn type_fact(&self, name: &str, major: u32) -> Option<&TypeFact> {
        self.types.get(name)?.iter().find(|fact| fact.majors.contains(major))
    }

    pub(crate) fn knows(&self, name: &str, major: u32) -> bool {
        self.type_fact(name, major).is_some()
    }

    pub(crate) fn is_text(&self, name: &str, major: u32) -> bool {
        self.type_fact(name, major).is_some_and(|fact| fact.text)
    }

    pub(crate) fn btree_class(&self, name: &str, major: u32) -> Option<&BtreeClass> {
        self.type_fact(name, major)?.btree.as_ref()
    }

    pub(crate) fn simplifies(&self, name: &str, major: u32) -> Option<Simplifies> {
        self.type_fact(name, major)?.simplifies
    }

    pub(crate) fn cast(&self, from: &str, to: &str, major: u32) -> Option<&CastFact> {
        let casts = self.casts.get(&(from.to_owned(), to.to_owned()))?;
        casts.iter().find(|cast| cast.majors.contains(major))
    }

    /// Whether some values do not convert, and whether some become others.
    pub(crate) fn values(&self, from: &str, to: &str, major: u32) -> (bool, bool) {
        let facts = self.values.get(&(from.to_owned(), to.to_owned()));
        let fact = facts.and_then(|facts| facts.iter().find(|fact| fact.majors.contains(major)));
        fact.map_or((false, false), |fact| (fact.fails, fact.changes))
    }
}
