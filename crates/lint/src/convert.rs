//! What becomes of stored values and indexes when a column changes its type.
//!
//! Decided by PostgreSQL's own casts (`pg_cast`) and by the rules of type modifiers, as the server
//! decides it: a conversion that keeps every stored byte needs no rewrite.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::TypeName;
use parse::Expression;

use crate::state::{Catalog, TypeKind};

/// Casts between types of the system on 18: source, target, `castcontext`, `castmethod`.
const CASTS: &str = include_str!("../data/casts.txt");

/// What a change of type does to what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Conversion {
    /// Values and indexes stay as they are.
    Free,
    /// Values stay; indexes on the column are built anew.
    RebuildsIndexes,
    /// Every row is written anew.
    Rewrites,
}

/// A type taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts<'t> {
    /// The name without modifiers: `timestamp with time zone`.
    base: String,
    /// The modifiers: lengths, precision and scale.
    sizes: Vec<i64>,
    array: bool,
    text: &'t str,
}

fn parts(text: &str) -> Parts<'_> {
    let (element, array) = match text.strip_suffix("[]") {
        Some(element) => (element, true),
        None => (text, false),
    };
    let (base, sizes) = match (element.find('('), element.find(')')) {
        (Some(open), Some(close)) if open < close => {
            let sizes = element[open + 1..close].split(',').filter_map(|size| size.trim().parse().ok());
            ([&element[..open], &element[close + 1..]].concat(), sizes.collect())
        }
        _ => (element.to_owned(), Vec::new()),
    };
    Parts { base, sizes, array, text }
}

type Casts = BTreeMap<(&'static str, &'static str), (char, char)>;

/// Context (`i`, `a`, `e`) and method (`b`, `f`, `i`) of the cast between two types of the system.
fn cast(from: &str, to: &str) -> Option<(char, char)> {
    static TABLE: OnceLock<Casts> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let rows = CASTS.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let key = (words.next()?, words.next()?);
            Some((key, (words.next()?.chars().next()?, words.next()?.chars().next()?)))
        });
        rows.collect()
    });
    let (from, to) = (from.replace(' ', "_"), to.replace(' ', "_"));
    table.iter().find(|((source, target), _)| *source == from && *target == to).map(|(_, kinds)| *kinds)
}

fn is_text(base: &str) -> bool {
    matches!(base, "text" | "character varying" | "character" | "bpchar" | "name")
}

/// The type that values of a domain are stored as, down to the bottom; other types are their own.
fn stored(text: &str, catalog: &Catalog) -> (String, bool) {
    let mut text = text.to_owned();
    let mut constrained = false;
    for _ in 0..8 {
        let state = crate::state::named_type(&text).and_then(|name| catalog.type_state(&name).cloned());
        let Some(TypeKind::Domain { base, checks, not_null, .. }) = state.as_deref().map(|it| &it.kind)
        else {
            break;
        };
        constrained |= !checks.is_empty() || *not_null;
        text.clone_from(base);
    }
    (text, constrained)
}

/// What a change of type does, with the `USING` it is written with.
pub(crate) fn conversion(
    from: &TypeName,
    to: &TypeName,
    using: Option<&Using>,
    catalog: &Catalog,
) -> Conversion {
    if using == Some(&Using::Computed) {
        return Conversion::Rewrites;
    }
    let (from_stored, _) = stored(&from.0, catalog);
    let (to_stored, constrained) = stored(&to.0, catalog);
    if constrained && from.0 != to.0 {
        return Conversion::Rewrites;
    }
    let (a, b) = (parts(&from_stored), parts(&to_stored));
    if a.array != b.array {
        return Conversion::Rewrites;
    }
    if a.base == b.base {
        return if widens(&a, &b) { Conversion::Free } else { Conversion::Rewrites };
    }
    if is_zone_change(&a, &b) {
        let kept = using.is_none() && widens_sizes(&a.sizes, &b.sizes);
        return if kept { Conversion::RebuildsIndexes } else { Conversion::Rewrites };
    }
    let citext = |parts: &Parts<'_>| parts.base.ends_with(".citext");
    if (citext(&b) && matches!(a.base.as_str(), "text" | "character varying"))
        || (citext(&a) && b.sizes.is_empty() && matches!(b.base.as_str(), "text" | "character varying"))
    {
        return Conversion::RebuildsIndexes;
    }
    let binary = matches!(cast(&a.base, &b.base), Some((_, 'b')));
    // A length or precision of the new type has to be checked on every value.
    if binary && !a.array && (b.sizes.is_empty() || fits(&a, &b)) {
        Conversion::Free
    } else {
        Conversion::Rewrites
    }
}

fn is_zone_change(a: &Parts<'_>, b: &Parts<'_>) -> bool {
    let zoned = ["timestamp without time zone", "timestamp with time zone"];
    !a.array && zoned.contains(&a.base.as_str()) && zoned.contains(&b.base.as_str())
}

/// Whether every value of a binary-coercible type is within the other's length.
fn fits(a: &Parts<'_>, b: &Parts<'_>) -> bool {
    a.base == "bit" && b.base == "bit varying" && widens_sizes(&a.sizes, &b.sizes)
}

/// Whether the same type with other modifiers holds every value unchanged.
fn widens(a: &Parts<'_>, b: &Parts<'_>) -> bool {
    if a.text == b.text || a.sizes == b.sizes && a.base == b.base {
        return true;
    }
    match a.base.as_str() {
        "numeric" => match (a.sizes.as_slice(), b.sizes.as_slice()) {
            (_, []) => true,
            ([precision, scale], [wider, same]) => scale == same && wider >= precision,
            _ => false,
        },
        // Values are padded to the length, so any other length is another value.
        "character" | "bit" => false,
        "character varying" | "bit varying" => widens_sizes(&a.sizes, &b.sizes),
        base if base.starts_with("timestamp")
            || base.starts_with("time ")
            || base.starts_with("interval") =>
        {
            widens_sizes(&a.sizes, &b.sizes) || matches!(b.sizes.as_slice(), [digits] if *digits >= 6)
        }
        _ => b.sizes.is_empty(),
    }
}

fn widens_sizes(from: &[i64], to: &[i64]) -> bool {
    match (from, to) {
        (_, []) => true,
        ([], _) => false,
        ([from, ..], [to, ..]) => to >= from,
    }
}

/// How a `USING` computes the new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Using {
    /// The column itself, or the column cast to the new type: as without a `USING`.
    Cast,
    /// Anything else.
    Computed,
}

impl Using {
    /// Reads a `USING` expression of a column.
    pub(crate) fn of(using: &Expression, column: &model::Ident, to: &TypeName) -> Self {
        let plain: String =
            using.text.chars().filter(|c| !c.is_whitespace() && *c != '(' && *c != ')').collect();
        let plain = plain.to_ascii_lowercase().replace('"', "");
        let column = column.as_str().to_ascii_lowercase();
        let rest = plain.strip_prefix(&column);
        let squeezed: String =
            to.0.chars().filter(|c| !c.is_whitespace() && *c != '(' && *c != ')').collect();
        match rest.map(|rest| rest.strip_prefix("::").unwrap_or(rest)) {
            Some("") => Self::Cast,
            Some(written) if same_type(written, &squeezed, to) => Self::Cast,
            _ => Self::Computed,
        }
    }
}

/// Whether a type as written, without blanks and parentheses, is the one meant.
fn same_type(written: &str, squeezed: &str, to: &TypeName) -> bool {
    let script = ["ALTER TABLE t ALTER c TYPE ", written].concat();
    let parsed = parse::parse(&script);
    let verb = parsed.statements.first().and_then(|it| it.actions.first()).map(|it| &it.verb);
    let Some(parse::Verb::Alter(alter)) = verb else { return false };
    let parse::AlterChange::AlterType { type_reference, .. } = &alter.change else { return false };
    let resolve = |name: &parse::Reference| name.in_schema(&model::Ident::new("public"));
    let named = type_reference.type_name(resolve).0;
    named == to.0 || squeezed == written || parts(&named).base == parts(&to.0).base
}

/// Whether the server refuses to convert without a `USING`. Types it cannot tell of are left alone.
pub(crate) fn needs_using(from: &TypeName, to: &TypeName, catalog: &Catalog) -> bool {
    let (a_text, _) = stored(&from.0, catalog);
    let (b_text, _) = stored(&to.0, catalog);
    let (a, b) = (parts(&a_text), parts(&b_text));
    if a.base == b.base && a.array == b.array || a.base == "unknown" || b.base == "unknown" {
        return false;
    }
    if is_text(&b.base) && !b.array && b.base != "name" {
        return false;
    }
    let enumerated = |text: &str| {
        crate::state::named_type(text)
            .and_then(|name| catalog.type_state(&name).cloned())
            .is_some_and(|state| matches!(state.kind, TypeKind::Enum { .. }))
    };
    if enumerated(&a_text) || enumerated(&b_text) {
        return true;
    }
    // A type of an extension may have casts nobody here knows.
    if a.base.contains('.') || b.base.contains('.') {
        return false;
    }
    if a.array != b.array {
        return true;
    }
    !matches!(cast(&a.base, &b.base), Some(('i' | 'a', _)))
}

/// Whether values of the old type may not fit the new one, or lose a part.
pub(crate) fn narrows(from: &TypeName, to: &TypeName) -> bool {
    let (a, b) = (parts(&from.0), parts(&to.0));
    if a.base == b.base {
        return !b.sizes.is_empty() && (a.sizes.is_empty() || shrinks(&a, &b));
    }
    let numbers = ["smallint", "integer", "bigint", "numeric"];
    let rank = |base: &str| numbers.iter().position(|name| *name == base);
    if let (Some(from), Some(to)) = (rank(&a.base), rank(&b.base)) {
        return to < from || !b.sizes.is_empty();
    }
    if is_text(&b.base) {
        let length = if b.base == "character" { b.sizes.first().or(Some(&1)) } else { b.sizes.first() };
        return match (length, a.sizes.first()) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(new), Some(old)) => new < old || !is_text(&a.base),
        };
    }
    let inexact = |base: &str| matches!(base, "real" | "double precision");
    let exact = |base: &str| rank(base).is_some();
    matches!(
        (a.base.as_str(), b.base.as_str()),
        ("timestamp without time zone" | "timestamp with time zone", "date" | "time without time zone")
            | ("double precision", "real")
            | ("inet", "cidr")
            | ("json", "jsonb")
    ) && a.base != "json"
        || (inexact(&a.base) && exact(&b.base))
}

fn shrinks(a: &Parts<'_>, b: &Parts<'_>) -> bool {
    match (a.base.as_str(), a.sizes.as_slice(), b.sizes.as_slice()) {
        // Digits before the point, and behind it, must both stay.
        ("numeric", [p1, s1], [p2, s2]) => p2 - s2 < p1 - s1 || s2 < s1,
        (_, from, to) => to.iter().zip(from).any(|(new, old)| new < old),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(from: &str, to: &str) -> Conversion {
        conversion(&TypeName::new(from), &TypeName::new(to), None, &Catalog::empty())
    }

    #[test]
    fn conversions_are_those_that_were_measured() {
        for (from, to, wanted) in [
            ("character varying(10)", "character varying(20)", Conversion::Free),
            ("character varying(20)", "character varying(10)", Conversion::Rewrites),
            ("character varying(10)", "text", Conversion::Free),
            ("text", "character varying", Conversion::Free),
            ("text", "character varying(10)", Conversion::Rewrites),
            ("numeric(10,2)", "numeric(12,2)", Conversion::Free),
            ("numeric(10,2)", "numeric", Conversion::Free),
            ("numeric(10,2)", "numeric(12,3)", Conversion::Rewrites),
            ("timestamp(3) without time zone", "timestamp without time zone", Conversion::Free),
            ("timestamp without time zone", "timestamp with time zone", Conversion::RebuildsIndexes),
            ("cidr", "inet", Conversion::Free),
            ("integer", "bigint", Conversion::Rewrites),
            ("character(3)", "character(5)", Conversion::Rewrites),
            ("bit varying(4)", "bit varying(8)", Conversion::Free),
            ("integer[]", "bigint[]", Conversion::Rewrites),
        ] {
            assert_eq!(convert(from, to), wanted, "{from} to {to}");
        }
    }

    #[test]
    fn a_using_that_only_casts_changes_nothing() {
        let column = model::Ident::new("c");
        let using = |text: &str| Using::of(&Expression::parse(text), &column, &TypeName::new("text"));
        assert_eq!(using("c"), Using::Cast);
        assert_eq!(using("c::text"), Using::Cast);
        assert_eq!(using("(\"c\")::text"), Using::Cast);
        assert_eq!(using("lower(c)"), Using::Computed);
        assert_eq!(using("c::int::text"), Using::Computed);
    }

    #[test]
    fn strangers_need_using() {
        let needs =
            |from: &str, to: &str| needs_using(&TypeName::new(from), &TypeName::new(to), &Catalog::empty());
        assert!(needs("text", "integer") && needs("integer", "boolean") && needs("text", "jsonb"));
        assert!(
            !needs("integer", "text")
                && !needs("bigint", "integer")
                && !needs("jsonb", "character varying(3)")
        );
        assert!(!needs("json", "jsonb") && !needs("timestamp with time zone", "date"));
    }
}
