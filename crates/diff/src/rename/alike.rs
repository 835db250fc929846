//! Drops and adds that look like renames: only a person knows.

use model::{Name, Schema, Table};
use serde::{Deserialize, Serialize};

/// A drop and an add that could be a rename; only a person knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguity {
    /// What would be dropped: `public.funds.vintage`.
    pub dropped: String,
    /// What would be added: `public.funds.vintage_year`.
    pub added: String,
    /// Why they look alike, in words.
    pub reasons: Vec<String>,
    /// The option that tells it is a rename.
    pub option: String,
}

/// Drops and adds that look alike: columns of one table with the same type, tables with mostly the same
/// columns.
pub(crate) fn ambiguities(from: &Schema, to: &Schema) -> Vec<Ambiguity> {
    let mut found = Vec::new();
    for (name, wanted) in &to.tables {
        if let Some(current) = from.tables.get(name) {
            found.extend(alike_columns(name, current, wanted));
        }
    }
    let gone = from.tables.iter().filter(|(name, _)| !to.tables.contains_key(name));
    for (old, current) in gone {
        for (new, wanted) in to.tables.iter().filter(|(name, _)| !from.tables.contains_key(name)) {
            found.extend(alike_tables(old, current, new, wanted));
        }
    }
    found
}

fn alike_columns(name: &Name, current: &Table, wanted: &Table) -> Vec<Ambiguity> {
    let gone = current.columns.iter().filter(|column| wanted.column(&column.name).is_none());
    let new: Vec<_> = wanted.columns.iter().filter(|column| current.column(&column.name).is_none()).collect();
    let alike = gone.flat_map(|old| {
        new.iter().filter(move |column| column.type_name == old.type_name).map(move |column| Ambiguity {
            dropped: format!("{name}.{}", old.name),
            added: format!("{name}.{}", column.name),
            reasons: vec![format!("both are {}", old.type_name)],
            option: format!("--rename {name}.{}={}", old.name, column.name),
        })
    });
    alike.collect()
}

fn alike_tables(old: &Name, current: &Table, new: &Name, wanted: &Table) -> Option<Ambiguity> {
    let shared = current.columns.iter().filter(|column| {
        wanted.column(&column.name).is_some_and(|other| other.type_name == column.type_name)
    });
    let shared = shared.count();
    let most = current.columns.len().max(wanted.columns.len());
    (most > 0 && shared * 2 > most).then(|| Ambiguity {
        dropped: old.to_string(),
        added: new.to_string(),
        reasons: vec![format!("{shared} of {most} columns have the same name and type")],
        option: format!("--rename {old}={new}"),
    })
}
