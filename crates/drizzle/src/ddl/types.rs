//! Column types.

use model::{Sql, sql};

use super::{Generation, ident, qualified_text};
use crate::described::{Described, TypeText};

/// The types of a description as SQL, by their numbers.
pub(super) fn types(described: &Described, generation: Generation) -> Vec<Sql> {
    described.types.iter().map(|kind| type_sql(kind, generation)).collect()
}

fn type_sql(kind: &TypeText, generation: Generation) -> Sql {
    let base = match &kind.enumeration {
        Some(made) => sql!("{}", qualified_text(made)),
        None if kind.custom && generation == Generation::Zero && is_mixed_case_name(&kind.text) => {
            sql!("{}", ident(&kind.text))
        }
        None => Sql::verbatim(&kind.text),
    };
    (0..kind.dimensions).fold(base, |sql, _| sql.then(&Sql::verbatim("[]")))
}

/// Whether a custom type is a name that needs its quotes, which drizzle-kit 0.x puts on; types that PostgreSQL has
/// itself may be written in any case.
fn is_mixed_case_name(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit());
    let lower = text.to_lowercase();
    plain && lower != text && !KNOWN.contains(&lower.as_str())
}

const KNOWN: &[&str] = &[
    "bigint",
    "bigserial",
    "bit",
    "bool",
    "boolean",
    "box",
    "bytea",
    "char",
    "character",
    "cidr",
    "circle",
    "citext",
    "date",
    "decimal",
    "float",
    "float4",
    "float8",
    "geography",
    "geometry",
    "hstore",
    "inet",
    "int",
    "int2",
    "int4",
    "int8",
    "integer",
    "interval",
    "json",
    "jsonb",
    "line",
    "lseg",
    "ltree",
    "macaddr",
    "macaddr8",
    "money",
    "numeric",
    "oid",
    "path",
    "pg_lsn",
    "point",
    "polygon",
    "real",
    "serial",
    "smallint",
    "smallserial",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsquery",
    "tsvector",
    "uuid",
    "varchar",
    "vector",
    "xml",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn custom(text: &str, generation: Generation) -> String {
        let kind = TypeText { text: text.into(), dimensions: 1, enumeration: None, custom: true };
        type_sql(&kind, generation).to_string()
    }

    #[test]
    fn quotes_what_needs_it() {
        assert_eq!(custom("MyType", Generation::Zero), "\"MyType\"[]");
        assert_eq!(custom("MyType", Generation::One), "MyType[]");
        assert_eq!(custom("BYTEA", Generation::Zero), "BYTEA[]");
        assert_eq!(custom("numeric(10, 2)", Generation::Zero), "numeric(10, 2)[]");
    }
}
