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
    /// What these rows do, to follow "rows": `hold null`.
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

    /// The answer in a sentence: `3 rows of public.funds hold null`.
    pub fn sentence(&self) -> String {
        let rows = |count: u64| if count == 1 { "row" } else { "rows" };
        match &self.rows {
            Rows::Exactly(0) => format!("no rows {}", self.what),
            Rows::Exactly(count) => {
                format!("{} {} {}", model::count_text(*count), rows(*count), self.what)
            }
            Rows::AtLeast(count) => {
                format!("at least {} {} {}", model::count_text(*count), rows(*count), self.what)
            }
            Rows::Unknown(why) => format!("unknown whether rows {}: {why}", self.what),
        }
    }
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
            Outcome::Fails => "the change fails until they are mended",
            Outcome::Changes => "the push would change them without a word",
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
