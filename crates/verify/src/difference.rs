//! What a comparison of two schemas found.

use std::collections::BTreeSet;

use diff::Ambiguity;
use model::{Fingerprint, Operation, Sql};
use serde::{Deserialize, Serialize};

/// Whether one schema equals another, with the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether nothing is missing, different or unexpected.
    pub equal: bool,
    /// The fingerprint of the schema that was looked at.
    pub found: Fingerprint,
    /// The fingerprint of the schema it should be.
    pub wanted: Fingerprint,
    /// Wanted objects that are not there; creating them takes nothing from anybody.
    pub missing: Vec<Difference>,
    /// Objects that are there, and not as wanted.
    pub different: Vec<Difference>,
    /// Objects that are there, and not wanted.
    pub unexpected: Vec<Difference>,
    /// Missing and unexpected objects that look like one object under two names.
    pub ambiguities: Vec<Ambiguity>,
    /// What the database has that Lockkeeper does not model, as `kind name`: not compared.
    pub unmodelled: BTreeSet<String>,
}

/// One object that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The object: `public.funds.vintage_year`.
    pub object: String,
    /// The operations that would make it as wanted.
    pub operations: Vec<Operation>,
    /// What is the matter, in words, a line each.
    pub what: Vec<String>,
    /// The statements that would make it as wanted, in order. Statements of several differences may depend
    /// on each other; `lockkeeper diff` gives them all in an order that works.
    pub sql: Vec<Sql>,
}

impl Verification {
    /// All differences: missing, different, then unexpected.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.missing.iter().chain(&self.different).chain(&self.unexpected)
    }
}
