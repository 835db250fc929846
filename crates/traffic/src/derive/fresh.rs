//! Which columns can take values that no other row has.

use model::{Column, ConstraintKind, Ident, Table};

use crate::Parameter;

/// The digits of a number unlike any other.
const DIGITS: u32 = 16;

/// What texts unlike any other begin with.
const WORD: &str = "word ";

/// A value unlike any other for a column, as far as its type goes.
pub(super) fn value(column: &Column) -> Option<Parameter> {
    let text = column.type_name.0.as_str();
    let length = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix(')')?.parse::<u32>().ok();
    if text == "bigint" || text == "numeric" {
        return Some(Parameter::Number);
    }
    let is_text = ["text", "character varying"].contains(&text);
    let is_long = length("character varying(").is_some_and(|length| length >= DIGITS + WORD.len() as u32);
    (is_text || is_long).then(|| Parameter::Word(WORD.to_owned()))
}

/// Whether no check of the table says anything about the column.
pub(super) fn is_unchecked(table: &Table, column: &Ident) -> bool {
    let checks = table.constraints.values().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => Some(expression),
        _ => None,
    });
    checks.into_iter().all(|expression| !mentions(&expression.0, column))
}

/// Sets of columns that must differ from row to row, partial ones included.
pub(super) fn unique_sets(table: &Table) -> Vec<Vec<Ident>> {
    let constraints = table.constraints.values().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
            Some(columns.clone())
        }
        ConstraintKind::Exclusion { keys, .. } => Some(columns_of(table, keys.iter().map(|(key, _)| key))),
        _ => None,
    });
    let indexes = table.indexes.values().filter(|index| index.unique);
    constraints.chain(indexes.map(|index| columns_of(table, &index.keys))).collect()
}

fn columns_of<'a>(table: &Table, keys: impl IntoIterator<Item = &'a model::IndexKey>) -> Vec<Ident> {
    let of_key = |key: &model::IndexKey| match &key.column {
        Some(column) => vec![column.clone()],
        None => {
            let names = table.columns.iter().map(|column| &column.name);
            names.filter(|name| mentions(&key.expression.0, name)).cloned().collect()
        }
    };
    keys.into_iter().flat_map(of_key).collect()
}

/// Whether an expression names the column. A text that merely reads like it counts as well: the column
/// is then left alone.
pub(super) fn mentions(expression: &str, column: &Ident) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words = expression.split(|c: char| !is_word(c));
    let plain = column.as_str().chars().all(is_word);
    if plain {
        words.into_iter().any(|word| word == column.as_str())
    } else {
        expression.contains(column.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_types_with_room_take_new_values() {
        for (type_name, expected) in [
            ("bigint", true),
            ("text", true),
            ("character varying(40)", true),
            ("character varying(10)", false),
            ("integer", false),
            ("numeric(6,2)", false),
            ("text[]", false),
        ] {
            assert_eq!(value(&Column::new("c", type_name)).is_some(), expected, "{type_name}");
        }
    }

    #[test]
    fn words_are_whole() {
        assert!(mentions("((year >= 2000))", &Ident::new("year")));
        assert!(!mentions("((year >= 2000))", &Ident::new("yea")));
        assert!(mentions("(\"a b\" > 0)", &Ident::new("a b")));
    }
}
