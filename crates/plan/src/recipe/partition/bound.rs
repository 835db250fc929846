//! What a partition's bound demands of its rows, as a condition of a CHECK: a validated one spares ATTACH its scan.
//!
//! PostgreSQL deduces from a CHECK what it would otherwise read every row for; it understands this form on 13 to 18,
//! as measured. What is not put into this form (bounds over several columns, collations and operator classes of the
//! key, DEFAULT) is scanned.

use model::{Expr, Ident, Name, Sql, sql};

use crate::situation::Situation;

/// The condition that every row of a partition of `parent` meets with this bound, the bounds of the parent itself
/// included; none where it cannot be told.
pub(super) fn condition(parent: &Name, bound: &Expr, situation: &Situation<'_>) -> Option<Sql> {
    let table = situation.table(parent)?;
    let own = of_key(parent, table.partition_by.as_ref()?, bound)?;
    let Some((grandparent, bound)) = &table.partition_of else { return Some(own) };
    Some(sql!("{} AND {}", condition(grandparent, bound, situation)?, own))
}

/// Whether the bound is that of a DEFAULT partition.
pub(super) fn is_default(bound: &Expr) -> bool {
    bound.0 == "DEFAULT"
}

fn of_key(parent: &Name, key: &Expr, bound: &Expr) -> Option<Sql> {
    let (strategy, columns) = key.0.split_once(' ')?;
    let columns = listed(columns)?;
    if !columns.iter().all(|column| is_plain(column)) {
        return None;
    }
    match (strategy, columns.as_slice()) {
        ("RANGE", [column]) => range(&Sql::verbatim(*column), bound),
        ("LIST", [column]) => list(&Sql::verbatim(*column), bound),
        ("HASH", columns) => hash(parent, columns, bound),
        _ => None,
    }
}

fn range(column: &Sql, bound: &Expr) -> Option<Sql> {
    let (from, to) = bound.0.strip_prefix("FOR VALUES FROM ")?.split_once(" TO ")?;
    let (from, to) = (listed(from)?, listed(to)?);
    let ([from], [to]) = (from.as_slice(), to.as_slice()) else { return None };
    let mut all = vec![sql!("{} IS NOT NULL", column)];
    if *from != "MINVALUE" {
        all.push(sql!("{} >= {}", column, value(from)));
    }
    if *to != "MAXVALUE" {
        all.push(sql!("{} < {}", column, value(to)));
    }
    Some(sql!("({})", Sql::join(all, " AND ")))
}

fn list(column: &Sql, bound: &Expr) -> Option<Sql> {
    let all = listed(bound.0.strip_prefix("FOR VALUES IN ")?)?;
    let values: Vec<Sql> = all.iter().filter(|value| **value != "NULL").map(|text| value(text)).collect();
    let holds_null = values.len() < all.len();
    let one_of = sql!("{} IN ({})", column, Sql::join(&values, ", "));
    Some(match (holds_null, values.is_empty()) {
        (true, true) => sql!("({} IS NULL)", column),
        (true, false) => sql!("({} IS NULL OR {})", column, one_of),
        (false, _) => sql!("({} IS NOT NULL AND {})", column, one_of),
    })
}

fn hash(parent: &Name, columns: &[&str], bound: &Expr) -> Option<Sql> {
    let told = bound.0.strip_prefix("FOR VALUES WITH (modulus ")?.strip_suffix(')')?;
    let (modulus, remainder) = told.split_once(", remainder ")?;
    let (modulus, remainder): (i32, i32) = (modulus.parse().ok()?, remainder.parse().ok()?);
    Some(sql!(
        "satisfies_hash_partition({}::regclass::oid, {}, {}, {})",
        model::Literal::new(parent.to_string()),
        modulus,
        remainder,
        Sql::join(columns.iter().map(|column| Sql::verbatim(*column)), ", ")
    ))
}

/// A value as the server deparsed it: numbers as text, which takes the column's own type.
fn value(text: &str) -> Sql {
    if text.starts_with('\'') { Sql::verbatim(text) } else { sql!("{}", model::Literal::new(text)) }
}

/// A column by its name, or an expression, without a collation or an operator class of its own.
fn is_plain(column: &str) -> bool {
    let named: Option<Vec<Ident>> = model::ident_path(column).ok();
    let is_one = outside(column, char::is_whitespace).is_none();
    is_one && (column.ends_with(')') || named.is_some_and(|path| path.len() == 1))
}

/// The parts between one pair of parentheses, at its commas.
fn listed(text: &str) -> Option<Vec<&str>> {
    let mut rest = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    let mut parts = Vec::new();
    while let Some(at) = outside(rest, |c| c == ',') {
        parts.push(rest[..at].trim());
        rest = &rest[at + 1..];
    }
    parts.push(rest.trim());
    Some(parts)
}

/// Where a character is that is not within parentheses, quotes or a quoted name.
fn outside(text: &str, is_it: impl Fn(char) -> bool) -> Option<usize> {
    let (mut depth, mut quote) = (0_u32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && is_it(c) => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &str, bound: &str) -> Option<String> {
        let parent = Name::new("public", "events");
        of_key(&parent, &Expr::new(key), &Expr::new(bound)).map(|sql| sql.to_string())
    }

    #[test]
    fn bounds_become_conditions() {
        let range = "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')";
        let condition = "(at IS NOT NULL AND at >= '2024-01-01' AND at < '2025-01-01')";
        assert_eq!(told("RANGE (at)", range).as_deref(), Some(condition));
        let open = "FOR VALUES FROM (MINVALUE) TO (10)";
        assert_eq!(
            told("RANGE (\"a, b\")", open).as_deref(),
            Some("(\"a, b\" IS NOT NULL AND \"a, b\" < '10')")
        );
        let list = "FOR VALUES IN ('it''s', 'b, c', NULL)";
        let condition = "(lower(kind) IS NULL OR lower(kind) IN ('it''s', 'b, c'))";
        assert_eq!(told("LIST (lower(kind))", list).as_deref(), Some(condition));
        let hash = "FOR VALUES WITH (modulus 4, remainder 1)";
        let condition = "satisfies_hash_partition('public.events'::regclass::oid, 4, 1, id)";
        assert_eq!(told("HASH (id)", hash).as_deref(), Some(condition));
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        assert_eq!(told("RANGE (a, b)", "FOR VALUES FROM (1, 2) TO (3, 4)"), None);
        assert_eq!(told("RANGE (a COLLATE \"C\")", "FOR VALUES FROM ('a') TO ('b')"), None);
        assert_eq!(told("LIST (a text_pattern_ops)", "FOR VALUES IN ('a')"), None);
        assert_eq!(told("LIST (a)", "DEFAULT"), None);
    }
}
