//! What a document must be to be an answer.

use jiff::Timestamp;

use super::field::{Field, RELAXED};
use crate::{Outcome, TableName};

/// One condition of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Predicate {
    /// Whether it must not hold.
    pub(crate) negated: bool,
    /// What is asked.
    pub(crate) test: Test,
    /// As it was written, for answers.
    pub(crate) written: String,
}

/// What is asked of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// A word is one of these, in lower case.
    Words(Field, Vec<String>),
    /// The table is one of these.
    Tables(Vec<TableName>),
    /// It ended in one of these ways.
    Outcomes(Vec<Outcome>),
    /// A number lies in one of these ranges.
    Ranges(Field, Vec<Range>),
    /// It happened at or after this time.
    Since(Timestamp),
    /// It happened before this time.
    Until(Timestamp),
    /// A flag is set, or not.
    Flag(Field, bool),
    /// Its text holds these words, in lower case.
    Phrase(String),
}

/// A range of numbers, each end within or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Range {
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Whether `from` itself is meant.
    pub(crate) from_within: bool,
    /// Whether `to` itself is meant.
    pub(crate) to_within: bool,
}

impl Range {
    /// Whether a number lies in it.
    pub(crate) fn contains(&self, value: f64) -> bool {
        let above = value > self.from || (self.from_within && value == self.from);
        let below = value < self.to || (self.to_within && value == self.to);
        above && below
    }

    /// How near a number is to what was named, 0 to 1, in logarithms: 1 at it, a half at a factor of e.
    pub(crate) fn nearness(&self, value: f64) -> f64 {
        let bounds = [self.from, self.to].into_iter().filter(|bound| bound.is_finite() && *bound > 0.0);
        let distance = |bound: f64| (value.max(1.0) / bound).ln().abs();
        let inside = self.from > 0.0 && self.to.is_finite() && self.contains(value);
        if inside {
            return 1.0;
        }
        bounds.map(distance).reduce(f64::min).map_or(0.0, |distance| 1.0 / (1.0 + distance))
    }
}

impl Predicate {
    /// The field it asks of; none for a phrase.
    pub(crate) fn field(&self) -> Option<Field> {
        Some(match &self.test {
            Test::Words(field, _) | Test::Ranges(field, _) | Test::Flag(field, _) => *field,
            Test::Tables(_) => Field::Table,
            Test::Outcomes(_) => Field::Outcome,
            Test::Since(_) => Field::Since,
            Test::Until(_) => Field::Until,
            Test::Phrase(_) => return None,
        })
    }

    /// When it is given up, from 0 for the first; none where it never is.
    pub(crate) fn relaxed_at(&self) -> Option<usize> {
        let field = self.field().filter(|_| !self.negated)?;
        RELAXED.iter().position(|relaxed| *relaxed == field)
    }
}

/// The operations that an operation is of one family with: `ADD_COLUMN` and `ADD_COLUMN_NOT_NULL`.
/// Where an operation is given up, its family still holds.
pub(crate) fn family(operation: &str) -> String {
    let words: Vec<&str> = operation.splitn(3, '_').take(2).collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_numbers_are_nearer() {
        let above = Range { from: 1e6, to: f64::INFINITY, from_within: false, to_within: false };
        assert!(above.contains(2e6) && !above.contains(1e6));
        assert!(above.nearness(1.1e6) > above.nearness(5e6));
        let between = Range { from: 1e6, to: 2e6, from_within: true, to_within: true };
        assert_eq!(between.nearness(1.5e6), 1.0);
        assert!(between.nearness(3e6) < 1.0);
    }

    #[test]
    fn families_are_two_words() {
        assert_eq!(family("ADD_COLUMN_NOT_NULL"), family("ADD_COLUMN"));
        assert_ne!(family("ADD_CHECK"), family("ADD_COLUMN"));
        assert_eq!(family("VACUUM"), "VACUUM");
    }
}
