//! Extensions, told from what the schema uses: Drizzle has no way to declare them.

use std::collections::BTreeSet;

use crate::described::{Described, IndexText, TableText, TypeText};
use crate::project::Extension;

use super::ident;

/// Types that an extension brings.
const TYPES: &[(&str, &str)] = &[
    ("citext", "citext"),
    ("cube", "cube"),
    ("geography", "postgis"),
    ("geometry", "postgis"),
    ("halfvec", "vector"),
    ("hstore", "hstore"),
    ("isbn", "isn"),
    ("ltree", "ltree"),
    ("sparsevec", "vector"),
    ("vector", "vector"),
];

/// Functions and operator classes that an extension brings.
const WORDS: &[(&str, &str)] = &[
    ("crypt", "pgcrypto"),
    ("digest", "pgcrypto"),
    ("gen_random_bytes", "pgcrypto"),
    ("gen_salt", "pgcrypto"),
    ("gin_bigm_ops", "pg_bigm"),
    ("gin_trgm_ops", "pg_trgm"),
    ("gist_trgm_ops", "pg_trgm"),
    ("ll_to_earth", "earthdistance"),
    ("nanoid", "nanoid"),
    ("similarity", "pg_trgm"),
    ("st_makepoint", "postgis"),
    ("st_setsrid", "postgis"),
    ("unaccent", "unaccent"),
    ("uuid_generate_v1", "uuid-ossp"),
    ("uuid_generate_v4", "uuid-ossp"),
    ("uuid_generate_v7", "pg_uuidv7"),
];

/// Every extension something in the schema asks for, with the first thing that does.
pub(super) fn guessed(described: &Described) -> Vec<Extension> {
    let mut found: Vec<Extension> = Vec::new();
    let mut add = |name: &str, because: String| {
        if !found.iter().any(|extension| extension.name.as_str() == name) {
            found.push(Extension { name: ident(name), because });
        }
    };
    for table in &described.tables {
        for column in &table.columns {
            let bare = described.types[column.kind].text.to_lowercase();
            let bare = bare.rsplit('.').next().unwrap_or_default();
            let bare = bare.split(['(', ' ']).next().unwrap_or_default().trim_matches('"').to_owned();
            for (_, extension) in TYPES.iter().filter(|(name, _)| *name == bare) {
                add(extension, ["type ", &described.types[column.kind].text].concat());
            }
        }
        for text in texts(table) {
            let words = words(text);
            for (word, extension) in WORDS.iter().filter(|(word, _)| words.contains(*word)) {
                add(extension, (*word).to_owned());
            }
        }
        if table.indexes.iter().any(|index| index.method.as_deref() == Some("bloom")) {
            add("bloom", "index method bloom".to_owned());
        }
        if let Some(index) = table.indexes.iter().find(|index| is_scalar_gist(index, table, &described.types))
        {
            let method = index.method.clone().unwrap_or_default();
            add(
                if method == "gin" { "btree_gin" } else { "btree_gist" },
                ["index method ", &method].concat(),
            );
        }
    }
    found.sort_by_key(|extension| extension.name.as_str() == "earthdistance");
    found
}

/// Whether a gist or gin index is on a plain scalar column without an operator class of its own.
fn is_scalar_gist(index: &IndexText, table: &TableText, types: &[TypeText]) -> bool {
    const SCALARS: &[&str] = &[
        "bigint",
        "boolean",
        "date",
        "integer",
        "numeric",
        "smallint",
        "text",
        "timestamp",
        "uuid",
        "varchar",
    ];
    let by = index.method.as_deref().is_some_and(|method| method == "gist" || method == "gin");
    by && index.parts.iter().filter(|part| part.opclass.is_none()).any(|part| {
        let column = table.columns.iter().find(|column| Some(&column.name) == part.column.as_ref());
        column.is_some_and(|column| {
            let kind = &types[column.kind];
            let bare = kind.text.split(['(', ' ']).next().unwrap_or_default();
            kind.dimensions == 0 && kind.enumeration.is_none() && SCALARS.contains(&bare)
        })
    })
}

fn texts(table: &TableText) -> impl Iterator<Item = &str> {
    let columns = table.columns.iter().flat_map(|column| column.default.iter().chain(&column.generated));
    let checks = table.checks.iter().map(|check| &check.sql);
    let parts = table.indexes.iter().flat_map(|index| &index.parts);
    let indexes = parts.flat_map(|part| part.expression.iter().chain(&part.opclass));
    columns.chain(checks).chain(indexes).map(String::as_str)
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_lowercase).collect()
}
