//! A table as memory knows it: with a schema where somebody said one.

use std::fmt;
use std::str::FromStr;

use model::{Ident, Name, NameError, ident_path};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A table by name, and by schema where it is known. A receipt always knows; a person who writes
/// `table: "funds"` did not say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The namespace; none where nobody said.
    pub schema: Option<Ident>,
    /// The name within the namespace.
    pub name: Ident,
}

impl TableName {
    /// Whether a table that was asked for may be this one: names equal, and schemas where both are known.
    pub fn matches(&self, asked: &Self) -> bool {
        let schemas = (&self.schema, &asked.schema);
        self.name == asked.name && !matches!(schemas, (Some(mine), Some(theirs)) if mine != theirs)
    }
}

impl From<&Name> for TableName {
    fn from(name: &Name) -> Self {
        Self { schema: Some(name.schema.clone()), name: name.name.clone() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

impl FromStr for TableName {
    type Err = NameError;

    /// Reads `funds` or `public.funds` with SQL's quoting.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut parts = ident_path(text)?;
        match (parts.pop(), parts.pop(), parts.is_empty()) {
            (Some(name), schema, true) => Ok(Self { schema, name }),
            _ => Err(NameError(text.to_owned())),
        }
    }
}

impl Serialize for TableName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TableName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_schema_matches_any() {
        let table = |text: &str| text.parse::<TableName>().unwrap();
        assert!(table("public.funds").matches(&table("funds")));
        assert!(table("funds").matches(&table("archive.funds")));
        assert!(!table("public.funds").matches(&table("archive.funds")));
        assert!(!table("funds").matches(&table("fund")));
        assert_eq!(table("\"Odd.Name\".t").to_string(), "\"Odd.Name\".t");
    }
}
