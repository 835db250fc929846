//! Which type changes PostgreSQL makes by itself.

use crate::{Expr, Ident, TypeName, sql};

/// Built-in types between any two of which there is an assignment cast (`pg_cast.castcontext` a or i, of
/// PostgreSQL 18).
const FAMILIES: [&[&str]; 6] = [
    &["smallint", "integer", "bigint", "numeric", "real", "double precision"],
    &["date", "timestamp without time zone", "timestamp with time zone"],
    &["inet", "cidr"],
    &["bit", "bit varying"],
    &["json", "jsonb"],
    &["time without time zone", "time with time zone"],
];

/// Pairs of built-in types with an explicit cast in both directions (`pg_cast.castcontext` e, 13 to 18).
const EXPLICIT: [(&str, &str); 3] = [("integer", "boolean"), ("integer", "bit"), ("bigint", "bit")];

impl TypeName {
    /// Whether `ALTER COLUMN TYPE` to the other type needs no `USING`: there is an assignment cast, or the
    /// other is a character type, which everything converts to by its output function.
    pub fn converts_by_assignment(&self, to: &Self) -> bool {
        let (from, to) = (self.base(), to.base());
        from == to
            || matches!(to, "text" | "character varying" | "character") && !from.ends_with("[]")
            || FAMILIES.iter().any(|family| family.contains(&from) && family.contains(&to))
    }

    /// The `USING` that converts a column to the other type, where it needs one: naming it where it is not
    /// needed would rewrite tables that need not be.
    pub fn using(&self, column: &Ident, to: &Self) -> Option<Expr> {
        if self.converts_by_assignment(to) {
            return None;
        }
        // A type without a cast of its own goes by its text, as every type can.
        let (from_array, to_array) = (self.0.ends_with("[]"), to.0.ends_with("[]"));
        let text = TypeName::new(if from_array && to_array { "text[]" } else { "text" });
        let cast = if self.is_textual() && from_array == to_array || self.has_cast(to) {
            sql!("{}::{}", column, to)
        } else {
            sql!("{}::{}::{}", column, text, to)
        };
        Some(Expr::new(cast.to_string()))
    }

    /// Whether there is a cast between two built-in types that only an explicit conversion uses.
    fn has_cast(&self, to: &Self) -> bool {
        let (from, to) = (self.base(), to.base());
        let arrays = || Some((from.strip_suffix("[]")?, to.strip_suffix("[]")?));
        if let Some((from, to)) = arrays() {
            let (from, to) = (Self::new(from), Self::new(to));
            return from.converts_by_assignment(&to) || from.has_cast(&to);
        }
        EXPLICIT.contains(&(from, to)) || EXPLICIT.contains(&(to, from))
    }

    fn is_textual(&self) -> bool {
        let base = self.base();
        matches!(base, "text" | "character varying" | "character" | "text[]" | "character varying[]")
    }

    /// Whether the type is the system's own, which `format_type` writes without a schema.
    pub fn is_built_in(&self) -> bool {
        let mut quoted = false;
        !self.0.chars().any(|c| {
            quoted ^= c == '"';
            c == '.' && !quoted
        })
    }

    /// The type without its modifier: `timestamp(3) without time zone` is `timestamp without time zone`.
    fn base(&self) -> &str {
        let text = self.0.as_str();
        match text {
            _ if text.ends_with("[]") => text,
            _ if text.starts_with("timestamp") && text.ends_with("without time zone") => {
                "timestamp without time zone"
            }
            _ if text.starts_with("timestamp") => "timestamp with time zone",
            _ if text.starts_with("time(") && text.ends_with("without time zone") => "time without time zone",
            _ if text.starts_with("time(") => "time with time zone",
            _ => text.split_once('(').map_or(text, |(base, _)| base),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_convert_and_strangers_do_not() {
        let by = |from: &str, to: &str| TypeName::new(from).converts_by_assignment(&TypeName::new(to));
        assert!(by("integer", "bigint") && by("numeric(10,2)", "integer"));
        assert!(by("timestamp(3) with time zone", "timestamp without time zone"));
        assert!(by("uuid", "text") && by("character varying(10)", "character varying(5)"));
        assert!(!by("text", "integer") && !by("integer", "boolean") && !by("integer[]", "text"));
    }

    #[test]
    fn strangers_go_by_their_text() {
        let using = |from: &str, to: &str| {
            let using = TypeName::new(from).using(&Ident::new("c"), &TypeName::new(to));
            using.map(|expression| expression.0)
        };
        assert_eq!(using("text", "integer").as_deref(), Some("c::integer"));
        assert_eq!(using("public.a", "public.b").as_deref(), Some("c::text::public.b"));
        assert_eq!(using("public.a[]", "public.b[]").as_deref(), Some("c::text[]::public.b[]"));
        assert_eq!(using("text[]", "integer").as_deref(), Some("c::text::integer"));
        assert_eq!(using("integer", "text[]").as_deref(), Some("c::text::text[]"));
        assert_eq!(using("integer", "bigint"), None);
    }
}
