//! A column whose values become those of another one by a mapping, as it was told.

use std::collections::BTreeMap;

use model::{Fault, Ident, Name, Sql, count_text, sql};

use crate::Input;

/// A column whose values become those of another one by a mapping.
#[derive(Debug, Clone)]
pub struct Transform {
    /// The table.
    pub table: Name,
    /// The column that is there.
    pub column: Ident,
    /// The column that is wanted.
    pub into: Ident,
    /// What is done to both sides before a spelling is looked up, in this order.
    pub rules: Vec<Rule>,
    /// Spellings with their values. The first spelling of a value is the one that the way back writes.
    pub mapping: Vec<(String, String)>,
    /// The value for NULL; none where NULL stays NULL.
    pub null: Option<String>,
    /// What the column holds; none where no database was asked.
    pub seen: Option<Distribution>,
}

/// What is done to a spelling before it is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// White space before and after it does not count.
    Trim,
    /// Upper and lower case are the same.
    Lower,
}

/// What a column holds, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distribution {
    /// All rows.
    pub rows: u64,
    /// Rows that hold NULL.
    pub nulls: u64,
    /// Distinct spellings, after the rules.
    pub distinct: u64,
    /// Rows by value, the most frequent first; bounded.
    pub values: Vec<(String, u64)>,
    /// Spellings that the mapping lacks, the most frequent first; bounded.
    pub unmapped: Vec<(String, u64)>,
    /// How many spellings the mapping lacks.
    pub unmapped_distinct: u64,
    /// Rows that hold one of them.
    pub unmapped_rows: u64,
}

impl Rule {
    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trim => "trim",
            Self::Lower => "lower",
        }
    }

    /// The rule applied to an expression of type text.
    pub fn sql(self, text: &Sql) -> Sql {
        match self {
            Self::Trim => sql!("btrim({}, E' \\t\\r\\n')", text),
            Self::Lower => sql!("lower({})", text),
        }
    }

    /// The rule applied here.
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Trim => text.trim_matches([' ', '\t', '\r', '\n']).to_owned(),
            Self::Lower => text.to_lowercase(),
        }
    }
}

impl std::str::FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Trim, Self::Lower]
            .into_iter()
            .find(|rule| rule.name() == text)
            .ok_or_else(|| format!("\"{text}\" is no matching rule; rules are trim and lower"))
    }
}

impl Transform {
    /// The rules applied to an expression of type text.
    pub fn normal(&self, text: &Sql) -> Sql {
        self.rules.iter().fold(text.clone(), |text, rule| rule.sql(&text))
    }

    /// The rules applied here, as the server would for plain text.
    pub fn normalized(&self, text: &str) -> String {
        self.rules.iter().fold(text.to_owned(), |text, rule| rule.apply(&text))
    }

    /// `public.investments.stage`
    pub fn source(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }

    /// Whether this plan is to make it: one that was made stays in the settings for other databases.
    fn is_due(&self, input: &Input<'_>) -> bool {
        input.from.table(&self.table).is_none_or(|table| table.column(&self.into).is_none())
    }

    /// Refuses what cannot be made, before anything is changed.
    pub(crate) fn check(&self, input: &Input<'_>) -> Result<(), Fault> {
        if !self.is_due(input) {
            return Ok(());
        }
        let from = input.from.table(&self.table).and_then(|table| table.column(&self.column));
        let into = input.to.table(&self.table).and_then(|table| table.column(&self.into));
        let (Some(_), Some(into)) = (from, into) else {
            let what = match from {
                None => format!("there is no column {} to transform", self.source()),
                Some(_) => format!("the wanted schema has no column {}.{}", self.table, self.into),
            };
            return Err(Fault::new("plan.transform", what)
                .help("a [[transform]] names a column that is there, and one that the wanted schema adds"));
        };
        if into.generated.is_some() || into.identity.is_some() {
            let what = format!(
                "{}.{} makes its own values: it cannot be filled by a mapping",
                self.table, self.into
            );
            return Err(Fault::new("plan.transform", what));
        }
        self.check_mapping()?;
        self.seen.as_ref().map_or(Ok(()), |seen| self.check_coverage(seen, into.not_null))
    }

    /// No spelling may have two values.
    fn check_mapping(&self) -> Result<(), Fault> {
        let mut known = BTreeMap::new();
        for (spelling, value) in &self.mapping {
            let earlier = known.insert(self.normalized(spelling), value);
            if let Some(earlier) = earlier.filter(|earlier| *earlier != value) {
                let what = format!(
                    "the mapping of {} has two values for \"{spelling}\": {earlier} and {value}",
                    self.source()
                );
                return Err(Fault::gate("plan.mapping", what).help("leave one of them"));
            }
        }
        Ok(())
    }

    fn check_coverage(&self, seen: &Distribution, not_null: bool) -> Result<(), Fault> {
        if seen.unmapped_distinct > 0 {
            let named: Vec<String> = seen
                .unmapped
                .iter()
                .map(|(text, rows)| format!("\"{text}\" ({})", count_text(*rows)))
                .collect();
            let more = seen.unmapped_distinct.saturating_sub(seen.unmapped.len() as u64);
            let more = if more > 0 { format!(" and {} more", count_text(more)) } else { String::new() };
            let what = format!(
                "the mapping lacks {} spellings of {}, in {} of {} rows: {}{more}",
                count_text(seen.unmapped_distinct),
                self.source(),
                count_text(seen.unmapped_rows),
                count_text(seen.rows),
                named.join(", ")
            );
            return Err(Fault::gate("plan.unmapped", what)
                .help("add a line for each of them to the mapping; nothing was changed"));
        }
        if seen.nulls > 0 && not_null && self.null.is_none() {
            let what = format!(
                "{} rows of {} are NULL, and {} refuses NULL",
                count_text(seen.nulls),
                self.source(),
                self.into
            );
            return Err(Fault::gate("plan.unmapped", what).help("say null = \"…\" in the [[transform]]"));
        }
        Ok(())
    }

    /// What the plan's reader should know of the values.
    pub(crate) fn notes(&self, not_null: bool) -> Vec<String> {
        let source = self.source();
        let rules: Vec<&str> = self.rules.iter().map(|rule| rule.name()).collect();
        let matched = if rules.is_empty() {
            "letter by letter".to_owned()
        } else {
            format!("after {}", rules.join(" and "))
        };
        let spellings = count_text(self.mapping.len() as u64);
        let mut notes = vec![match &self.seen {
            None => format!(
                "no database was asked what {source} holds: its first step looks, and stops where the mapping of \
                 {spellings} spellings (compared {matched}) lacks one"
            ),
            Some(seen) => {
                let values: Vec<String> = seen
                    .values
                    .iter()
                    .map(|(value, rows)| format!("{value} {}", count_text(*rows)))
                    .collect();
                format!(
                    "{source} holds {} spellings that differ {matched}, in {} rows, {} of them NULL; the mapping of \
                     {spellings} spellings has all of them: {}",
                    count_text(seen.distinct),
                    count_text(seen.rows),
                    count_text(seen.nulls),
                    values.join(", ")
                )
            }
        }];
        notes.push(self.unknown_spellings(not_null));
        notes.push(format!(
            "the way back of {source}: from the switch on a trigger writes what new code stores in {} to the old \
             column as well, as the first spelling that the mapping has for the value ({}); a value without a \
             spelling is written as it is",
            self.into,
            match &self.null {
                Some(null) => format!("\"{null}\" becomes NULL where the column takes it"),
                None => "NULL stays NULL".to_owned(),
            }
        ));
        notes
    }

    /// What becomes of a spelling that the mapping lacks and that comes in during the run.
    fn unknown_spellings(&self, not_null: bool) -> String {
        let stored = format!(
            "a spelling that the mapping lacks and that comes in during the run is stored as it is in {}",
            self.source()
        );
        let stops = "the plan stops at its next check, naming it, until the row is corrected";
        match &self.null {
            Some(null) => format!(
                "{stored} and as \"{null}\" in {}; it never fails the application, and {stops}",
                self.into
            ),
            None if not_null => format!(
                "{stored} and as NULL in {}, and {stops}; from the validate phase on such a write is refused, since {} \
                 takes no NULL: say null = \"…\" in the [[transform]] where it must not be",
                self.into, self.into
            ),
            None => {
                format!("{stored} and as NULL in {}; it never fails the application, and {stops}", self.into)
            }
        }
    }
}
