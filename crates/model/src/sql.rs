//! SQL that is built from parts that quote themselves, never formatted from text.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Ident, Name};

/// One SQL statement (without its semicolon) or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sql(String);

impl Sql {
    /// Text that is SQL already: what an author wrote, or what the server deparsed.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Fills the `{}` places of a template; use the [`sql!`](macro@crate::sql) macro.
    ///
    /// # Panics
    /// When the number of places and parts differ, which is a mistake in the calling code.
    pub fn build(template: &'static str, parts: &[&dyn Fragment]) -> Self {
        let mut pieces = template.split("{}");
        let mut out = pieces.next().unwrap_or_default().to_owned();
        let mut used = 0;
        for piece in pieces {
            parts[used].write_sql(&mut out);
            used += 1;
            out.push_str(piece);
        }
        assert_eq!(used, parts.len(), "places and parts differ in {template:?}");
        Self(out)
    }

    /// Parts with a separator between them.
    pub fn join<F: Fragment>(parts: impl IntoIterator<Item = F>, separator: &'static str) -> Self {
        let mut out = String::new();
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                out.push_str(separator);
            }
            part.write_sql(&mut out);
        }
        Self(out)
    }

    /// This SQL followed by more of it.
    #[must_use]
    pub fn then(mut self, more: &Sql) -> Self {
        self.0.push_str(&more.0);
        self
    }

    /// The text to send.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Builds [`Sql`] from a literal template and parts that quote themselves:
/// `sql!("ALTER TABLE {} DROP COLUMN {}", table, column)`.
#[macro_export]
macro_rules! sql {
    ($template:literal $(, $part:expr)* $(,)?) => {
        $crate::Sql::build($template, &[$(&$part as &dyn $crate::Fragment),*])
    };
}

/// What can stand in a `{}` of [`sql!`](macro@crate::sql).
pub trait Fragment: Sync {
    /// Appends the SQL for this part, quoted as its kind needs.
    fn write_sql(&self, out: &mut String);
}

macro_rules! fragment_by_display {
    ($($kind:ty),*) => {$(
        impl Fragment for $kind {
            fn write_sql(&self, out: &mut String) {
                use fmt::Write as _;
                // Writing to a String cannot fail.
                let _ = write!(out, "{self}");
            }
        }
    )*};
}
fragment_by_display!(Ident, Name, Sql, Expr, TypeName, Literal, i16, i32, i64, u16, u32, u64, usize);

impl<F: Fragment + ?Sized> Fragment for &F {
    fn write_sql(&self, out: &mut String) {
        (**self).write_sql(out);
    }
}

/// A string constant; written with doubled quotes, and as `E'…'` where it holds a backslash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal(pub String);

impl Literal {
    /// Takes the value, unquoted.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escape = if self.0.contains('\\') { "E" } else { "" };
        write!(f, "{escape}'{}'", self.0.replace('\\', "\\\\").replace('\'', "''"))
    }
}

/// An expression as the server deparsed it (`pg_get_expr`) with nothing but `pg_catalog` on the
/// search path, so that every name in it is qualified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expr(pub String);

impl Expr {
    /// Takes an expression's text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A type as `format_type` writes it: `integer`, `character varying(20)`, `timestamp(3) without time zone`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypeName(pub String);

impl TypeName {
    /// Takes a type's canonical text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it is the type of this name, or an array of it.
    pub fn is_or_holds(&self, name: &Name) -> bool {
        self.0.trim_end_matches("[]") == name.to_string()
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_quote_themselves() {
        let built = sql!("COMMENT ON TABLE {} IS {}", Name::new("public", "A b"), Literal::new("it's \\"));
        assert_eq!(built.as_str(), r#"COMMENT ON TABLE public."A b" IS E'it''s \\'"#);
        assert_eq!(Sql::join([Ident::new("a"), Ident::new("B")], ", ").as_str(), "a, \"B\"");
    }

    #[test]
    #[should_panic(expected = "places and parts differ")]
    fn a_part_too_many_is_a_mistake() {
        let _ = sql!("SELECT {}", 1i64, 2i64);
    }
}
