//! Values that find a partition.

use std::collections::BTreeMap;

use model::{Ident, Name, Schema, Sql, Table, sql};

use crate::check::{Bound, Hints, Token, tokens};
use crate::kind::Values;

/// For each partition without partitions of its own: what a column's values may be. Rows take turns.
pub(crate) type Pieces = Vec<Hints>;

/// The pieces of each key column of a partitioned table. Columns are missing where the key is an
/// expression or hashed: any value finds a partition then, or the server will say.
pub(crate) fn pieces(schema: &Schema, name: &Name) -> BTreeMap<Ident, Pieces> {
    let mut leaves = Vec::new();
    collect(schema, name, &BTreeMap::new(), &mut leaves);
    let columns: Vec<Ident> = leaves.iter().flat_map(|leaf| leaf.keys().cloned()).collect();
    let of_column = |column: Ident| {
        let pieces = leaves.iter().map(|leaf| leaf.get(&column).cloned().unwrap_or_default()).collect();
        (column, pieces)
    };
    columns.into_iter().map(of_column).collect()
}

fn collect(
    schema: &Schema,
    name: &Name,
    known: &BTreeMap<Ident, Hints>,
    leaves: &mut Vec<BTreeMap<Ident, Hints>>,
) {
    let key = schema.tables.get(name).and_then(key_column);
    let mut is_leaf = true;
    for (child, table) in &schema.tables {
        let Some((_, bound)) = table.partition_of.as_ref().filter(|(parent, _)| parent == name) else {
            continue;
        };
        is_leaf = false;
        // The default partition takes what no other does; nothing has to go there.
        let Some(hints) = within(&bound.0) else { continue };
        let mut known = known.clone();
        if let (Some(key), Some(hints)) = (&key, hints) {
            known.insert(key.clone(), hints);
        }
        collect(schema, child, &known, leaves);
    }
    if is_leaf {
        leaves.push(known.clone());
    }
}

/// The first column of `RANGE (created_at)` or `LIST (region)`.
fn key_column(table: &Table) -> Option<Ident> {
    let text = table.partition_by.as_ref()?;
    match &tokens(&text.0)?[..] {
        [Token::Word(_), Token::Mark(open), Token::Word(column), Token::Mark(next), ..]
            if open == "(" && [",", ")"].contains(&next.as_str()) =>
        {
            Some(Ident::new(column.as_str()))
        }
        _ => None,
    }
}

/// What a bound says of the first key column: none for the default partition, and nothing inside for a
/// hashed one.
fn within(bound: &str) -> Option<Option<Hints>> {
    let tokens = tokens(bound)?;
    let word =
        |word: &str| tokens.iter().position(|token| matches!(token, Token::Word(found) if found == word));
    if word("default").is_some() && word("values").is_none() {
        return None;
    }
    let first = |at: usize| constant(&tokens[at..]);
    if let (Some(from), Some(to)) = (word("from"), word("to")) {
        let bound = |at, inclusive| first(at).map(|at| Bound { at, inclusive });
        return Some(Some(Hints { low: bound(from, true), high: bound(to, false), ..Hints::default() }));
    }
    let Some(list) = word("in") else { return Some(None) };
    let values = tokens[list..].iter().filter_map(|token| match token {
        Token::Text(text) | Token::Number(text) => Some(text.clone()),
        _ => None,
    });
    let one_of: Vec<String> = values.collect();
    Some(Some(Hints { one_of: (!one_of.is_empty()).then_some(one_of), ..Hints::default() }))
}

/// The first constant behind a keyword and a parenthesis; none for `MINVALUE` and `MAXVALUE`.
fn constant(tokens: &[Token]) -> Option<String> {
    match tokens {
        [_, _, Token::Text(text) | Token::Number(text), ..] => Some(text.clone()),
        [_, _, Token::Mark(minus), Token::Number(number), ..] if minus == "-" => Some(format!("-{number}")),
        _ => None,
    }
}

/// The value of a row: within the piece whose turn it is.
pub(crate) fn value(values: &Values, pieces: &Pieces, row: &Sql, number: &Sql) -> Sql {
    let within = |hints: &Hints| Values { hints: hints.clone(), ..values.clone() }.value(number);
    let turns = pieces.iter().enumerate().map(|(at, hints)| sql!("WHEN {} THEN {}", at, within(hints)));
    sql!("CASE {} % {} {} END", row, pieces.len().max(1), Sql::join(turns, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_as_a_server_writes_them() {
        let range = within("FOR VALUES FROM ('2024-01-01', 5) TO (MAXVALUE, MAXVALUE)").unwrap().unwrap();
        assert_eq!(range.low.map(|bound| bound.at).as_deref(), Some("2024-01-01"));
        assert_eq!(range.high, None);
        let list = within("FOR VALUES IN ('eu', 'us', NULL)").unwrap().unwrap();
        assert_eq!(list.one_of, Some(vec!["eu".to_owned(), "us".to_owned()]));
        assert_eq!(within("FOR VALUES WITH (modulus 4, remainder 1)"), Some(None));
        assert_eq!(within("DEFAULT"), None);
    }
}
