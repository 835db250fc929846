//! The bounds of partitions, as PostgreSQL writes them, and what is true of the rows within.

use model::{Expr, Literal, Name, Sql, sql};

/// What a partitioned table is partitioned by: its expressions, each as SQL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key(Vec<Sql>);

/// The bound of one partition.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Default,
    /// `FOR VALUES IN (…)`: the values but null, and whether null is one.
    List(Vec<Sql>, bool),
    /// `FOR VALUES FROM (…) TO (…)`.
    Range(Vec<Edge>, Vec<Edge>),
    /// `FOR VALUES WITH (modulus …, remainder …)`.
    Hash(u32, u32),
}

/// One end of a range, for one expression of the key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Least,
    Most,
    Value(Sql),
}

impl Key {
    /// Out of `RANGE (at, lower(name))`.
    pub(super) fn parse(text: &Expr) -> Option<Self> {
        let (_, list) = text.0.split_once('(')?;
        let inner = list.trim_end().strip_suffix(')')?;
        Some(Self(parts(inner).into_iter().map(Sql::verbatim).collect()))
    }
}

impl Bound {
    /// Out of `FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)`; none where it is no bound.
    pub(super) fn parse(text: &Expr) -> Option<Self> {
        let text = text.0.trim();
        if text.eq_ignore_ascii_case("DEFAULT") {
            return Some(Self::Default);
        }
        let rest = text.strip_prefix("FOR VALUES ")?;
        if let Some(list) = rest.strip_prefix("IN ") {
            let (nulls, values): (Vec<String>, Vec<String>) =
                parts(inside(list)?).into_iter().partition(|part| part == "NULL");
            return Some(Self::List(values.into_iter().map(Sql::verbatim).collect(), !nulls.is_empty()));
        }
        if let Some(settings) = rest.strip_prefix("WITH ") {
            let number = |word: &str| {
                let part = parts(inside(settings)?).into_iter().find(|part| part.starts_with(word))?;
                part.split_whitespace().next_back()?.parse().ok()
            };
            return Some(Self::Hash(number("modulus")?, number("remainder")?));
        }
        let range = rest.strip_prefix("FROM ")?;
        let (from, to) = range.split_at(closing(range)? + 1);
        let edges = |list: &str| Some(parts(inside(list)?).into_iter().map(Edge::of).collect());
        Some(Self::Range(edges(from)?, edges(to.trim_start().strip_prefix("TO ")?)?))
    }

    /// What is true of the rows of the partition, of a table that is there under this name; none where only the
    /// server could tell.
    pub(super) fn holds(&self, key: &Key, parent: Option<&Name>) -> Option<Sql> {
        let Key(keys) = key;
        match self {
            Self::Default => None,
            Self::List(values, takes_null) => {
                let [value] = keys.as_slice() else { return None };
                let is_null = sql!("{} IS NULL", value);
                let is_one = sql!("{} IN ({})", value, Sql::join(values, ", "));
                Some(match (values.is_empty(), takes_null) {
                    (true, _) => is_null,
                    (false, true) => sql!("{} OR {}", is_one, is_null),
                    (false, false) => is_one,
                })
            }
            Self::Hash(modulus, remainder) => Some(sql!(
                "satisfies_hash_partition({}::regclass, {}, {}, {})",
                Literal::new(parent?.to_string()),
                *modulus,
                *remainder,
                Sql::join(keys, ", ")
            )),
            Self::Range(from, to) => {
                let filled = keys.iter().map(|key| sql!("{} IS NOT NULL", key));
                let mut all: Vec<Sql> = filled.collect();
                all.extend(side(keys, from, true));
                all.extend(side(keys, to, false));
                Some(Sql::join(&all, " AND "))
            }
        }
    }
}

/// One side of a range: the expressions of the key in their order, up to the first that has no end.
fn side(keys: &[Sql], edges: &[Edge], lower: bool) -> Option<Sql> {
    let values: Vec<&Sql> = edges
        .iter()
        .map_while(|edge| match edge {
            Edge::Value(value) => Some(value),
            Edge::Least | Edge::Most => None,
        })
        .collect();
    let operator = match (lower, edges.get(values.len())) {
        (true, None | Some(Edge::Least)) => ">=",
        (true, _) => ">",
        (false, Some(Edge::Most)) => "<=",
        (false, _) => "<",
    };
    if values.is_empty() {
        return None;
    }
    let (own, ends) = (Sql::join(&keys[..values.len()], ", "), Sql::join(values, ", "));
    Some(sql!("({}) {} ({})", own, Sql::verbatim(operator), ends))
}

impl Edge {
    fn of(text: String) -> Self {
        match text.as_str() {
            "MINVALUE" => Self::Least,
            "MAXVALUE" => Self::Most,
            _ => Self::Value(Sql::verbatim(text)),
        }
    }
}

/// What stands between the first parenthesis and the last.
fn inside(text: &str) -> Option<&str> {
    text.trim().strip_prefix('(')?.strip_suffix(')')
}

/// Where the first parenthesis closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    walk(text).find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return None,
        }
        (depth == 0).then_some(at)
    })
}

/// What commas outside of parentheses and quotes set apart.
fn parts(text: &str) -> Vec<String> {
    let (mut depth, mut start) = (0_usize, 0);
    let mut parts = Vec::new();
    for (at, c) in walk(text) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim().to_owned());
    parts
}

/// The signs outside of quotes. A doubled quote closes and opens again.
fn walk(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| match quote {
        Some(open) => {
            if *c == open {
                quote = None;
            }
            false
        }
        None if matches!(c, '\'' | '"') => {
            quote = Some(*c);
            false
        }
        None => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(key: &str, bound: &str) -> String {
        let key = Key::parse(&Expr::new(key)).unwrap();
        let bound = Bound::parse(&Expr::new(bound)).unwrap();
        bound.holds(&key, Some(&Name::new("s", "t"))).unwrap().to_string()
    }

    #[test]
    fn bounds_are_read_as_postgresql_writes_them() {
        assert_eq!(
            holds("RANGE (at)", "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"),
            "at IS NOT NULL AND (at) >= ('2026-01-01') AND (at) < ('2027-01-01')"
        );
        assert_eq!(
            holds("RANGE (a, b)", "FOR VALUES FROM (1, MINVALUE) TO (5, MAXVALUE)"),
            "a IS NOT NULL AND b IS NOT NULL AND (a) >= (1) AND (a) <= (5)"
        );
        assert_eq!(holds("RANGE (a)", "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"), "a IS NOT NULL");
        assert_eq!(
            holds("LIST (lower(name))", "FOR VALUES IN ('a, b', 'it''s', NULL)"),
            "lower(name) IN ('a, b', 'it''s') OR lower(name) IS NULL"
        );
        assert_eq!(holds("LIST (a)", "FOR VALUES IN (NULL)"), "a IS NULL");
        assert_eq!(
            holds("HASH (a, b)", "FOR VALUES WITH (modulus 4, remainder 3)"),
            "satisfies_hash_partition('s.t'::regclass, 4, 3, a, b)"
        );
        assert_eq!(Bound::parse(&Expr::new("DEFAULT")), Some(Bound::Default));
        assert_eq!(Bound::parse(&Expr::new("nonsense")), None);
    }
}
