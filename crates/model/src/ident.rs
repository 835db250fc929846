//! Identifiers that come back from the server unharmed, and quote themselves when they go out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The bytes PostgreSQL keeps of an identifier (`NAMEDATALEN - 1`); the rest is cut.
pub const IDENT_BYTES_MAX: usize = 63;

/// One identifier as the catalog holds it: no quotes, case kept, any character but NUL.
///
/// `Display` writes it as SQL: quoted only where PostgreSQL's `quote_ident` would.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ident(String);

impl Ident {
    /// Takes a name exactly as the catalog holds it.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The bare name, for parameters and comparisons; never for building SQL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name cut to the 63 bytes PostgreSQL keeps, at a character boundary.
    #[must_use]
    pub fn truncated(&self) -> Self {
        let mut end = self.0.len().min(IDENT_BYTES_MAX);
        while !self.0.is_char_boundary(end) {
            end -= 1;
        }
        Self(self.0[..end].to_owned())
    }

    fn is_plain(&self) -> bool {
        let mut chars = self.0.chars();
        let first = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
        first
            && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && KEYWORDS.binary_search(&self.0.as_str()).is_err()
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain() { f.write_str(&self.0) } else { write!(f, "\"{}\"", self.0.replace('"', "\"\"")) }
    }
}

impl From<&str> for Ident {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A schema-qualified name: of a relation, a type, a function, a sequence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The namespace, for instance `public`.
    pub schema: Ident,
    /// The name within the namespace.
    pub name: Ident,
}

impl Name {
    /// Puts a namespace and a name together.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: Ident::new(schema), name: Ident::new(name) }
    }

    /// The same namespace with another name in it.
    #[must_use]
    pub fn sibling(&self, name: &Ident) -> Self {
        Self { schema: self.schema.clone(), name: name.clone() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// Why a text is not a dotted identifier path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a name: write schema.name, each part in double quotes where it holds other than a-z, 0-9 and _"
)]
pub struct NameError(pub String);

impl FromStr for Name {
    type Err = NameError;

    /// Reads `schema.name` (or `name`, taken to be in `public`) with SQL's quoting.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut parts = ident_path(text)?;
        match (parts.pop(), parts.pop(), parts.is_empty()) {
            (Some(name), Some(schema), true) => Ok(Self { schema, name }),
            (Some(name), None, _) => Ok(Self { schema: Ident::new("public"), name }),
            _ => Err(NameError(text.to_owned())),
        }
    }
}

/// Splits a dotted path such as `public."Weird.Name".id` into identifiers, folding unquoted parts to
/// lower case as the server does.
///
/// # Errors
/// When a part is empty or a quote is left open.
pub fn ident_path(text: &str) -> Result<Vec<Ident>, NameError> {
    let fail = || NameError(text.to_owned());
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let (part, after) = if let Some(quoted) = rest.strip_prefix('"') {
            take_quoted(quoted).ok_or_else(fail)?
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            (rest[..end].to_lowercase(), &rest[end..])
        };
        if part.is_empty() {
            return Err(fail());
        }
        parts.push(Ident::new(part));
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(parts),
            None => return Err(fail()),
        }
    }
}

fn take_quoted(text: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '"' {
            part.push(c);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            part.push('"');
        } else {
            return Some((part, &text[at + 1..]));
        }
    }
    None
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The union of what `pg_get_keywords()` calls other than unreserved on 13 to 18; `quote_ident` quotes these.
const KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn quotes_only_where_needed() {
        for (raw, sql) in [
            ("funds", "funds"),
            ("Funds", "\"Funds\""),
            ("user", "\"user\""),
            ("a\"b", "\"a\"\"b\""),
            ("1st", "\"1st\""),
            ("naïve", "\"naïve\""),
        ] {
            assert_eq!(Ident::new(raw).to_string(), sql);
        }
    }

    #[test]
    fn names_survive_a_round_trip() {
        for name in [Name::new("public", "funds"), Name::new("a.b", "c\"d\n"), Name::new("X", "select")] {
            assert_eq!(name.to_string().parse::<Name>(), Ok(name));
        }
        assert_eq!("Funds".parse::<Name>(), Ok(Name::new("public", "funds")));
        for bad in ["", "a.", ".a", "\"a", "a.b.c", "\"a\"b"] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }

    #[test]
    fn truncates_at_a_character() {
        assert_eq!(Ident::new("é".repeat(40)).truncated().as_str().len(), 62);
    }
}
