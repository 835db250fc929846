//! Predicates made ready for many documents.

use super::facets::{Columns, Filed, Symbol, Word, symbol};
use super::field::Field;
use super::predicate::{Predicate, Range, Test, family};
use crate::TableName;

/// A predicate made ready for many documents.
pub(crate) struct Compiled<'a> {
    predicate: &'a Predicate,
    words: Vec<Symbol>,
    tables: Vec<(Option<Symbol>, Symbol)>,
    /// None where no operation is asked for.
    families: Option<Vec<Symbol>>,
}

impl<'a> Compiled<'a> {
    /// Makes one ready.
    pub(crate) fn new(predicate: &'a Predicate) -> Self {
        let mut compiled = Self { predicate, words: Vec::new(), tables: Vec::new(), families: None };
        match &predicate.test {
            Test::Words(field, words) => {
                compiled.words = words.iter().map(|word| symbol(word)).collect();
                let families = || words.iter().map(|word| symbol(&family(word))).collect();
                compiled.families = (*field == Field::Operation).then(families);
            }
            Test::Tables(tables) => compiled.tables = tables.iter().map(of_table).collect(),
            _ => {}
        }
        compiled
    }

    /// Whether a document is as asked; `text` is what it says, in lower case.
    pub(crate) fn accepts(&self, facets: impl Filed, text: &str) -> bool {
        self.holds(facets, text) != self.predicate.negated
    }

    /// Hands on the places that are not as asked. What most questions ask of runs through its column alone.
    pub(crate) fn refuse(&self, columns: &Columns, texts: &[Box<str>], mut refused: impl FnMut(usize)) {
        let negated = self.predicate.negated;
        match (&self.predicate.test, &self.words[..]) {
            (Test::Words(field, _), [asked]) if word_of(*field).is_some() => {
                let column = word_of(*field).map_or(&[][..], |word| columns.words(word));
                refuse_where(column.iter().map(|word| (word == asked) == negated), &mut refused);
            }
            (Test::Ranges(field, ranges), _) => {
                let within = |value: &f64| ranges.iter().any(|range| range.contains(*value));
                refuse_where(
                    columns.numbers(*field).iter().map(|value| within(value) == negated),
                    &mut refused,
                );
            }
            _ => {
                let text = |slot: usize| texts.get(slot).map_or("", |text| text);
                let holds = |slot: usize| self.holds(columns.slot(slot), text(slot));
                refuse_where((0..columns.len()).map(|slot| holds(slot) == negated), &mut refused);
            }
        }
    }

    fn holds(&self, facets: impl Filed, text: &str) -> bool {
        match &self.predicate.test {
            Test::Words(field, _) => {
                word_of(*field).is_some_and(|word| self.words.contains(&facets.word(word)))
            }
            Test::Tables(_) => self.is_table(facets),
            Test::Outcomes(outcomes) => facets.outcome().is_some_and(|outcome| outcomes.contains(&outcome)),
            Test::Ranges(field, ranges) => {
                let value = facets.number(*field);
                ranges.iter().any(|range| range.contains(value))
            }
            Test::Since(at) => facets.at() >= at.as_second(),
            Test::Until(at) => facets.at() < at.as_second(),
            Test::Flag(Field::Rehearsal, wanted) => facets.is_rehearsal() == *wanted,
            Test::Flag(_, wanted) => facets.is_claimed() == *wanted,
            Test::Phrase(phrase) => text.contains(phrase.as_str()),
        }
    }

    /// A schema that was not said, here or there, matches any.
    fn is_table(&self, facets: impl Filed) -> bool {
        let (own, table) = (facets.word(Word::Schema), facets.word(Word::Table));
        let same_schema = |asked: Option<Symbol>| asked.is_none_or(|schema| own == 0 || own == schema);
        self.tables.iter().any(|(schema, asked)| table == *asked && same_schema(*schema))
    }

    /// Whether it would do, once this predicate is given up: an operation's family still holds.
    pub(crate) fn accepts_relaxed(&self, facets: impl Filed) -> bool {
        self.families.as_ref().is_none_or(|families| families.contains(&facets.word(Word::Family)))
    }

    /// When it is given up; none where it never is.
    pub(crate) fn relaxed_at(&self) -> Option<usize> {
        self.predicate.relaxed_at()
    }

    /// How near a document's number is to what was named; none where this asks for no number.
    pub(crate) fn nearness(&self, facets: impl Filed) -> Option<f64> {
        let Test::Ranges(field, ranges) = &self.predicate.test else { return None };
        if self.predicate.negated || *field == Field::Version {
            return None;
        }
        let value = facets.number(*field);
        let near = |range: &Range| range.nearness(value);
        Some(if value.is_nan() { 0.0 } else { ranges.iter().map(near).fold(0.0, f64::max) })
    }
}

/// Hands on the places at which something is refused.
fn refuse_where(refusals: impl Iterator<Item = bool>, refused: &mut impl FnMut(usize)) {
    refusals.enumerate().filter(|(_, is_refused)| *is_refused).for_each(|(slot, _)| refused(slot));
}

fn of_table(table: &TableName) -> (Option<Symbol>, Symbol) {
    let name = |ident: &model::Ident| symbol(&ident.to_string());
    (table.schema.as_ref().map(name), name(&table.name))
}

fn word_of(field: Field) -> Option<Word> {
    Some(match field {
        Field::Type => Word::Kind,
        Field::Operation => Word::Operation,
        Field::Recipe => Word::Recipe,
        Field::Env => Word::Environment,
        Field::Run => Word::Run,
        _ => return None,
    })
}
