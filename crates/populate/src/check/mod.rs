//! What CHECK constraints say about single columns, where that is simple: lists, bounds, lengths.
//!
//! Nothing rests on it: what is not understood, or wrongly, is rejected by the server.

mod token;
mod tree;

use std::collections::BTreeMap;

use model::{Expr, Ident};
pub(crate) use token::{Token, tokens};
use tree::{Node, tree};

/// What is known of the values that a column may have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// One of these, as text.
    pub(crate) one_of: Option<Vec<String>>,
    /// Not lower than this.
    pub(crate) low: Option<Bound>,
    /// Not higher than this.
    pub(crate) high: Option<Bound>,
    /// At least so many characters.
    pub(crate) length_min: Option<u32>,
    /// At most so many characters.
    pub(crate) length_max: Option<u32>,
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The constant, as text.
    pub(crate) at: String,
    /// Whether the constant itself is within.
    pub(crate) inclusive: bool,
}

/// The hints for each column of these checks; a domain's own value goes by the name `value`.
pub(crate) fn hints<'a>(checks: impl IntoIterator<Item = &'a Expr>) -> BTreeMap<Ident, Hints> {
    let mut hints = BTreeMap::new();
    for check in checks {
        learn(&tree(&check.0), &mut hints);
    }
    hints
}

fn learn(node: &Node, hints: &mut BTreeMap<Ident, Hints>) {
    match node {
        Node::And(parts) => parts.iter().for_each(|part| learn(part, hints)),
        Node::Or(parts) => learn_either(parts, hints),
        Node::In(what, items) => {
            if let (Node::Name(name), Some(items)) = (&**what, constants(items)) {
                of(hints, name).one_of = Some(items);
            }
        }
        Node::Binary(left, operator, right) => compare(left, operator, right, hints),
        _ => {}
    }
}

/// Alternatives: a list where all of them name a value of one column; otherwise what is left when those
/// about nulls are gone.
fn learn_either(parts: &[Node], hints: &mut BTreeMap<Ident, Hints>) {
    let telling: Vec<&Node> = parts.iter().filter(|part| !matches!(part, Node::IsNull(_))).collect();
    if let [only] = telling[..] {
        learn(only, hints);
        return;
    }
    let equal = |part: &&Node| match part {
        Node::Binary(left, operator, right) if operator == "=" => match (&**left, &**right) {
            (Node::Name(name), Node::Constant(value)) => Some((name.clone(), value.clone())),
            _ => None,
        },
        _ => None,
    };
    let values: Option<Vec<(String, String)>> = telling.iter().map(equal).collect();
    if let Some(values) = values
        && let Some((name, _)) = values.first().cloned()
        && values.iter().all(|(other, _)| *other == name)
    {
        of(hints, &name).one_of = Some(values.into_iter().map(|(_, value)| value).collect());
    }
}

fn compare(left: &Node, operator: &str, right: &Node, hints: &mut BTreeMap<Ident, Hints>) {
    match (left, right) {
        (Node::Name(name), Node::Constant(value)) => bound(of(hints, name), operator, value),
        (Node::Constant(value), Node::Name(name)) => bound(of(hints, name), turned(operator), value),
        (Node::Call(function, arguments), Node::Constant(value)) => {
            let of_length = ["length", "char_length", "character_length"].contains(&function.as_str());
            if let ([Node::Name(name)], true, Ok(length)) = (&arguments[..], of_length, value.parse()) {
                length_bound(of(hints, name), operator, length);
            }
        }
        _ => {}
    }
}

fn turned(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

fn bound(hints: &mut Hints, operator: &str, value: &str) {
    let bound = |inclusive| Some(Bound { at: value.to_owned(), inclusive });
    match operator {
        "=" => hints.one_of = Some(vec![value.to_owned()]),
        ">" => hints.low = bound(false),
        ">=" => hints.low = bound(true),
        "<" => hints.high = bound(false),
        "<=" => hints.high = bound(true),
        // `<> ''` is how one says that a text is not empty.
        "<>" if value.is_empty() => hints.length_min = Some(1),
        _ => {}
    }
}

fn length_bound(hints: &mut Hints, operator: &str, length: u32) {
    match operator {
        "=" => (hints.length_min, hints.length_max) = (Some(length), Some(length)),
        ">" => hints.length_min = Some(length + 1),
        ">=" => hints.length_min = Some(length),
        "<" => hints.length_max = Some(length.saturating_sub(1)),
        "<=" => hints.length_max = Some(length),
        _ => {}
    }
}

fn constants(items: &[Node]) -> Option<Vec<String>> {
    let constant = |item: &Node| match item {
        Node::Constant(text) => Some(text.clone()),
        _ => None,
    };
    items.iter().map(constant).collect::<Option<Vec<_>>>().filter(|items| !items.is_empty())
}

fn of<'a>(hints: &'a mut BTreeMap<Ident, Hints>, name: &str) -> &'a mut Hints {
    hints.entry(Ident::new(name)).or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(check: &str, column: &str) -> Hints {
        hints([&Expr::new(check)]).remove(&Ident::new(column)).unwrap_or_default()
    }

    fn bound(at: &str, inclusive: bool) -> Option<Bound> {
        Some(Bound { at: at.to_owned(), inclusive })
    }

    #[test]
    fn lists_in_every_spelling() {
        let expected = Some(vec!["a".to_owned(), "b".to_owned()]);
        for check in [
            "(kind = ANY (ARRAY['a'::text, 'b'::text]))",
            "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            "((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))",
            "kind IN ('a', 'b')",
            "((kind = 'a'::text) OR (kind = 'b'::text))",
            "((kind IS NULL) OR (kind = ANY (ARRAY['a'::text, 'b'::text])))",
        ] {
            assert_eq!(one(check, "kind").one_of, expected, "{check}");
        }
    }

    #[test]
    fn bounds_in_every_spelling() {
        for (check, low, high) in [
            ("((v >= 2000) AND (v <= 2030))", bound("2000", true), bound("2030", true)),
            ("v BETWEEN 0 AND 1", bound("0", true), bound("1", true)),
            ("((v > (0)::numeric) AND (v < '-1'::integer))", bound("0", false), bound("-1", false)),
            ("(0 < v)", bound("0", false), None),
            ("((v >= '2020-01-01'::date) AND ((a)::text <> ''::text))", bound("2020-01-01", true), None),
        ] {
            let hints = one(check, "v");
            assert_eq!((hints.low, hints.high), (low, high), "{check}");
        }
    }

    #[test]
    fn lengths() {
        assert_eq!(one("(char_length((name)::text) <= 10)", "name").length_max, Some(10));
        assert_eq!(one("(length(btrim(name)) > 0)", "name"), Hints::default());
        assert_eq!(one("((name)::text <> ''::text)", "name").length_min, Some(1));
    }

    #[test]
    fn what_is_not_understood_says_nothing() {
        for check in ["(a < b)", "(num_nonnulls(a, b) = 1)", "(a ~ '^x+$'::text)", "a = E'\\n'", "(((", ""] {
            assert_eq!(one(check, "a"), Hints::default(), "{check}");
        }
    }
}
