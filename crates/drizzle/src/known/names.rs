//! Names that the server would take as they are.

use std::collections::BTreeSet;

use model::{IDENT_BYTES_MAX, Name};

use super::table::Draft;
use crate::ddl::{ident, qualified, sequence_name, view_name};
use crate::described::Described;

/// Namespaces and tables that readers of live schemas pass over.
const PASSED_OVER: [&str; 7] = [
    "information_schema",
    "lockkeeper",
    "drizzle",
    "__drizzle_migrations",
    "_prisma_migrations",
    "flyway_schema_history",
    "schema_migrations",
];

/// Columns that every table has already.
pub(super) const SYSTEM_COLUMNS: [&str; 7] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid"];

/// Whether the server takes these as an enum's labels.
pub(super) fn are_labels(labels: &[String]) -> bool {
    let distinct: BTreeSet<&String> = labels.iter().collect();
    distinct.len() == labels.len()
        && labels.iter().all(|label| label.len() <= IDENT_BYTES_MAX && !label.contains('\0'))
}

/// Whether no two relations or types have one name, and none has a name with a meaning of its own: then every
/// name that the server chooses is the first that it tries.
pub(super) fn are_apart<'d>(
    described: &Described,
    drafts: impl Iterator<Item = &'d Draft>,
    enums: impl Iterator<Item = &'d Name>,
) -> bool {
    let mut taken: BTreeSet<Name> = BTreeSet::new();
    let outside = described.outside.iter().map(|table| qualified(table.schema.as_deref(), &table.name));
    let others = outside
        .chain(described.views.iter().map(view_name))
        .chain(described.sequences.iter().map(sequence_name))
        // A table makes a type of its name.
        .chain(enums.cloned())
        .chain(drafts.flat_map(|draft| draft.relations.iter().cloned()));
    let mut others = others;
    let schemas = described.schemas.iter().map(|schema| ident(&schema.name));
    schemas.into_iter().all(|schema| is_plain(schema.as_str()))
        && others
            .all(|name| is_plain(name.schema.as_str()) && is_plain(name.name.as_str()) && taken.insert(name))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with("pg_")
        && !name.contains("lockkeeper")
        && !PASSED_OVER.contains(&name)
}
