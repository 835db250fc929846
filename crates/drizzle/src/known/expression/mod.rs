//! Conditions of checks and indexes whose canonical text is known: comparisons of a column with constants, lists,
//! nulls, joined by AND, OR and NOT.
//!
//! What the server makes of everything else only the server says.

mod parse;
mod token;
mod write;

use std::collections::BTreeSet;

use model::{Expr, Ident, Name};

use super::kinds::Kind;

/// A condition as the server writes it back, with what it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) text: Expr,
    pub(super) columns: BTreeSet<Ident>,
    /// Enums whose values stand in it.
    pub(super) enums: BTreeSet<Name>,
}

/// The condition that stands on a table, if its canonical text is known.
pub(super) fn known<'k>(
    text: &str,
    table: &Name,
    kind: &dyn Fn(&Ident) -> Option<&'k Kind>,
) -> Option<Known> {
    let condition = parse::parse(text, &[table.schema.clone(), table.name.clone()])?;
    let mut writer = write::Writer::new(kind);
    let text = writer.condition(&condition)?;
    Some(Known { text: Expr::new(text), columns: writer.columns, enums: writer.enums })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::described::TypeText;

    fn written(text: &str) -> Option<String> {
        let kind = |text: &str| {
            let kind = TypeText { text: text.into(), dimensions: 0, enumeration: None, custom: false };
            Kind::of(&kind, &BTreeMap::new()).unwrap()
        };
        let kinds: BTreeMap<Ident, Kind> = [
            ("state", "text"),
            ("name", "varchar(10)"),
            ("n", "bigint"),
            ("x", "numeric"),
            ("on_", "boolean"),
        ]
        .map(|(name, text)| (Ident::new(name), kind(text)))
        .into();
        known(text, &Name::new("public", "t"), &|name| kinds.get(name)).map(|known| known.text.0)
    }

    #[test]
    fn writes_what_the_server_writes() {
        let same =
            |text: &str, canonical: &str| assert_eq!(written(text).as_deref(), Some(canonical), "{text}");
        same("state in ('a', 'b')", "(state = ANY (ARRAY['a'::text, 'b'::text]))");
        same("\"t\".\"state\" <> 'a'", "(state <> 'a'::text)");
        same("name = 'a'", "((name)::text = 'a'::text)");
        same("n > 0 and x >= 0 and on_", "((n > 0) AND (x >= (0)::numeric) AND on_)");
        same("not (n is null or state is not null)", "(NOT ((n IS NULL) OR (state IS NOT NULL)))");
        same("n between 1 and 5 and on_", "(((n >= 1) AND (n <= 5)) AND on_)");
        same("length(name) > 2", "(length((name)::text) > 2)");
    }

    #[test]
    fn leaves_the_rest_to_the_server() {
        for text in
            ["n > x", "other.state = 'a'", "f(n) > 0", "user = 'a'", "n = 'a'", "state", "1 = n", "n + 1 > 2"]
        {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
