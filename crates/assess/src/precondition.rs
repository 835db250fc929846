//! What the live data says about a change: rows in its way, values it would change or lose.

use model::{Category, Finding, Sql};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// One question put to the live data before a change, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    /// The place of its change among the changes, from 0.
    pub change: usize,
    /// The rule it falls under, for instance `null-values`.
    pub rule: &'static str,
    /// The object of the change.
    pub object: String,
    /// What becomes of the rows that were looked for.
    pub outcome: Outcome,
    /// How many there are.
    pub rows: Rows,
    /// Whose rows they are, where it is not the object's: `public.funds`.
    pub of: Option<String>,
    /// What many such rows do, its verb first: `hold null`.
    pub what: String,
    /// A query that shows them; none where no query can.
    pub query: Option<Sql>,
}

/// What becomes of rows that a precondition finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With any of them the change fails.
    Fails,
    /// Their values come out as others: cut, rounded, moved.
    Changes,
    /// They, or their values, are gone.
    Loses,
}

/// How many rows a question found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// All of them were counted.
    Exactly(u64),
    /// There are these, and counting the rest was not possible in the time.
    AtLeast(u64),
    /// Nothing is known, and why.
    Unknown(String),
}

impl Precondition {
    /// Whether there is at least one such row; none where that is not known.
    pub fn is_violated(&self) -> Option<bool> {
        match self.rows {
            Rows::Exactly(rows) | Rows::AtLeast(rows) => Some(rows > 0),
            Rows::Unknown(_) => None,
        }
    }

    /// The answer in a sentence: `3 rows of public.funds hold null`, `1 row of public.funds holds null`.
    pub fn sentence(&self) -> String {
        match &self.rows {
            Rows::Exactly(0) => format!("no {}", self.rows_do(0)),
            Rows::Exactly(count) => format!("{} {}", model::count_text(*count), self.rows_do(*count)),
            Rows::AtLeast(count) => {
                format!("at least {} {}", model::count_text(*count), self.rows_do(*count))
            }
            Rows::Unknown(why) => format!("unknown whether {}: {why}", self.rows_do(0)),
        }
    }

    /// So many rows and what they do, without the number.
    fn rows_do(&self, count: u64) -> String {
        let of = self.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
        match count {
            1 => format!("row{of} {}", of_one(&self.what)),
            _ => format!("rows{of} {}", self.what),
        }
    }
}

/// What one does of what many do: the verb, which comes first, in the singular.
fn of_one(what: &str) -> String {
    let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
    let verb = match verb {
        "would" => verb.to_owned(),
        "do" => "does".to_owned(),
        _ => format!("{verb}s"),
    };
    if rest.is_empty() { verb } else { format!("{verb} {rest}") }
}

impl Precondition {
    /// The finding it makes of its change; none where nothing stands in the way.
    pub(crate) fn finding(&self) -> Option<Finding> {
        let category = match self.is_violated() {
            Some(false) => return None,
            Some(true) => Category::Dangerous,
            None => Category::Risky,
        };
        Some(Finding {
            file: String::new(),
            line: 0,
            column: 0,
            rule: self.rule.to_owned(),
            category,
            message: self.sentence(),
            help: self.help(),
        })
    }

    /// What to do: look at the rows, if there is a query for them.
    pub(crate) fn help(&self) -> String {
        let what = match self.outcome {
            Outcome::Fails => "the change fails until such rows are mended",
            Outcome::Changes => "the push would change such values without a word",
            Outcome::Loses => "a push has no way back; lockkeeper plan keeps them until cleanup",
        };
        match (&self.query, &self.rows) {
            (Some(query), Rows::Unknown(_)) => format!("count them yourself: {query}"),
            (Some(query), _) => format!("{what}; see them with: {query}"),
            (None, _) => what.to_owned(),
        }
    }
}

impl Serialize for Precondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (status, rows, exact) = match self.rows {
            Rows::Exactly(0) => ("clear", Some(0), true),
            Rows::Exactly(rows) => ("violated", Some(rows), true),
            Rows::AtLeast(rows) => ("violated", Some(rows), false),
            Rows::Unknown(_) => ("unknown", None, false),
        };
        let outcome = match self.outcome {
            Outcome::Fails => "fails",
            Outcome::Changes => "changes",
            Outcome::Loses => "loses",
        };
        let mut fields = serializer.serialize_struct("Precondition", 9)?;
        fields.serialize_field("change", &self.change)?;
        fields.serialize_field("rule", self.rule)?;
        fields.serialize_field("object", &self.object)?;
        fields.serialize_field("status", status)?;
        fields.serialize_field("outcome", outcome)?;
        fields.serialize_field("rows", &rows)?;
        fields.serialize_field("exact", &exact)?;
        fields.serialize_field("message", &self.sentence())?;
        fields.serialize_field("query", &self.query)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_does_what_many_do() {
        let asked = |of: Option<&str>, what: &str, rows| Precondition {
            change: 0,
            rule: "null-values",
            object: String::new(),
            outcome: Outcome::Fails,
            rows,
            of: of.map(str::to_owned),
            what: what.to_owned(),
            query: None,
        };
        let said = |what: &str, rows| asked(None, what, rows).sentence();
        assert_eq!(said("hold null in a", Rows::Exactly(1)), "1 row holds null in a");
        assert_eq!(said("hold null in a", Rows::Exactly(2)), "2 rows hold null in a");
        assert_eq!(said("would be lost", Rows::AtLeast(1)), "at least 1 row would be lost");
        assert_eq!(said("do not belong to p", Rows::Exactly(1)), "1 row does not belong to p");
        assert_eq!(said("come out as another value", Rows::Exactly(0)), "no rows come out as another value");
        let of = asked(Some("public.funds"), "hold null", Rows::Exactly(1)).sentence();
        assert_eq!(of, "1 row of public.funds holds null");
    }
}
