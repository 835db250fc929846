//! What a type change costs, for built-in types.
//!
//! Source: PostgreSQL's binary-coercible casts and the length-coercion rules of varchar, numeric,
//! timestamp, time, interval and varbit; measured on 15 for 40 conversions. What is not listed counts as
//! a rewrite, the dearest of the three.

use model::TypeName;

use crate::category::split;

/// What `ALTER COLUMN TYPE` has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// Nothing: values and indexes stay.
    Free,
    /// Values stay, indexes of the column are built anew.
    RebuildsIndexes,
    /// Every row is written anew.
    Rewrites,
}

pub(crate) fn of(from: &TypeName, to: &TypeName) -> Conversion {
    use Conversion::{Free, RebuildsIndexes, Rewrites};
    let ((from_base, from_sizes), (to_base, to_sizes)) = (split(from), split(to));
    let widens = match (from_sizes.as_slice(), to_sizes.as_slice()) {
        (_, []) => true,
        ([], _) => false,
        ([p1, s1], [p2, s2]) => p2 >= p1 && s1 == s2,
        ([old], [new]) => new >= old,
        _ => false,
    };
    let same_and_widens = from_base == to_base && widens;
    match (from_base.as_str(), to_base.as_str()) {
        _ if from == to => Free,
        ("character varying", "text") | ("cidr", "inet") => Free,
        ("text", "character varying") if to_sizes.is_empty() => Free,
        // Stored as UTC either way only where the session's TimeZone is UTC, which is not known here.
        (
            "character varying"
            | "numeric"
            | "bit varying"
            | "interval"
            | "timestamp without time zone"
            | "timestamp with time zone"
            | "time without time zone"
            | "time with time zone",
            _,
        ) if same_and_widens => Free,
        ("text" | "character varying", "citext" | "public.citext") => RebuildsIndexes,
        _ => Rewrites,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_is_free_and_the_rest_is_not() {
        let of = |from: &str, to: &str| of(&TypeName::new(from), &TypeName::new(to));
        for (from, to) in [
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "text"),
            ("text", "character varying"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("timestamp(3) without time zone", "timestamp without time zone"),
        ] {
            assert_eq!(of(from, to), Conversion::Free, "{from} to {to}");
        }
        for (from, to) in [
            ("integer", "bigint"),
            ("character varying(20)", "character varying(10)"),
            ("numeric(10,2)", "numeric(12,4)"),
            ("timestamp without time zone", "text"),
            ("character(5)", "character(9)"),
        ] {
            assert_eq!(of(from, to), Conversion::Rewrites, "{from} to {to}");
        }
    }
}
