//! What predicates look at, small enough to keep in memory for every document.

use std::collections::BTreeMap;

use super::field::Field;
use super::predicate::{Predicate, Range, Test, family};
use crate::{Document, Outcome};

/// A word by number; 0 where there is none.
type Symbol = u32;

/// Numbers words, in lower case.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    numbers: BTreeMap<Box<str>, Symbol>,
}

impl Symbols {
    fn add(&mut self, word: Option<&str>) -> Symbol {
        let Some(word) = word else { return 0 };
        let lower = word.to_lowercase();
        if let Some(number) = self.numbers.get(lower.as_str()) {
            return *number;
        }
        let number = Symbol::try_from(self.numbers.len() + 1).unwrap_or(0);
        self.numbers.insert(lower.into(), number);
        number
    }

    fn find(&self, word: &str) -> Option<Symbol> {
        self.numbers.get(word.to_lowercase().as_str()).copied()
    }
}

/// What predicates look at. Numbers that were not measured are NaN, which lies in no range.
#[derive(Debug, Clone)]
pub(crate) struct Facets {
    kind: Symbol,
    operation: Symbol,
    family: Symbol,
    recipe: Symbol,
    schema: Symbol,
    table: Symbol,
    environment: Symbol,
    run: Symbol,
    outcome: Option<Outcome>,
    rehearsal: bool,
    claimed: bool,
    version: f64,
    rows: f64,
    bytes: f64,
    ms: f64,
    lock_hold: f64,
    lock_wait: f64,
    stall: f64,
    /// When it happened, in seconds since 1970.
    pub(crate) at: i64,
}

impl Facets {
    /// The facets of a document.
    pub(crate) fn of(document: &Document, symbols: &mut Symbols) -> Self {
        let (table, measures) = (document.table.as_ref(), &document.measures);
        let operation = document.operation.as_deref();
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        #[expect(clippy::cast_precision_loss, reason = "sizes of tables stay far below 2^52 bytes")]
        let bytes = measures.total_bytes.map(|bytes| bytes as f64);
        // A table's name keeps its capitals; those of other words do not matter.
        let name = |ident: &model::Ident| ident.to_string();
        Self {
            kind: symbols.add(Some(&document.kind)),
            operation: symbols.add(operation),
            family: symbols.add(operation.map(family).as_deref()),
            recipe: symbols.add(document.recipe.as_deref()),
            schema: symbols.add(table.and_then(|table| table.schema.as_ref()).map(name).as_deref()),
            table: symbols.add(table.map(|table| name(&table.name)).as_deref()),
            environment: symbols.add(document.environment.as_deref()),
            run: symbols.add(document.run.as_deref()),
            outcome: document.outcome,
            rehearsal: document.rehearsal,
            claimed: document.claimed,
            version: number(document.server_major.map(f64::from)),
            rows: number(measures.rows),
            bytes: number(bytes),
            ms: number(measures.ms),
            lock_hold: number(measures.lock_hold_ms),
            lock_wait: number(measures.lock_wait_ms),
            stall: number(measures.stall_ms),
            at: document.happened_at.as_second(),
        }
    }

    fn word(&self, field: Field) -> Symbol {
        match field {
            Field::Type => self.kind,
            Field::Operation => self.operation,
            Field::Recipe => self.recipe,
            Field::Env => self.environment,
            Field::Run => self.run,
            _ => 0,
        }
    }

    /// A number; NaN where it was not measured.
    pub(crate) fn number(&self, field: Field) -> f64 {
        match field {
            Field::Rows => self.rows,
            Field::Bytes => self.bytes,
            Field::Ms => self.ms,
            Field::LockHold => self.lock_hold,
            Field::LockWait => self.lock_wait,
            Field::Stall => self.stall,
            Field::Version => self.version,
            _ => f64::NAN,
        }
    }
}

/// A predicate made ready for many documents.
pub(crate) struct Compiled<'a> {
    predicate: &'a Predicate,
    words: Vec<Symbol>,
    tables: Vec<(Option<Symbol>, Symbol)>,
    /// None where no operation is asked for.
    families: Option<Vec<Symbol>>,
}

impl<'a> Compiled<'a> {
    /// Looks its words up. A word that no document has is no symbol, and nothing equals it.
    pub(crate) fn new(predicate: &'a Predicate, symbols: &Symbols) -> Self {
        let mut compiled = Self { predicate, words: Vec::new(), tables: Vec::new(), families: None };
        match &predicate.test {
            Test::Words(field, words) => {
                compiled.words = words.iter().filter_map(|word| symbols.find(word)).collect();
                if *field == Field::Operation {
                    compiled.families =
                        Some(words.iter().filter_map(|word| symbols.find(&family(word))).collect());
                }
            }
            Test::Tables(tables) => {
                let find = |ident: &model::Ident| symbols.find(&ident.to_string());
                compiled.tables = tables
                    .iter()
                    .filter_map(|table| {
                        let schema = match &table.schema {
                            Some(schema) => Some(find(schema)?),
                            None => None,
                        };
                        Some((schema, find(&table.name)?))
                    })
                    .collect();
            }
            _ => {}
        }
        compiled
    }

    /// Whether a document is as asked.
    pub(crate) fn accepts(&self, facets: &Facets, text: &str) -> bool {
        self.holds(facets, text) != self.predicate.negated
    }

    fn holds(&self, facets: &Facets, text: &str) -> bool {
        match &self.predicate.test {
            Test::Words(field, _) => self.words.contains(&facets.word(*field)),
            Test::Tables(_) => self.is_table(facets),
            Test::Outcomes(outcomes) => facets.outcome.is_some_and(|outcome| outcomes.contains(&outcome)),
            Test::Ranges(field, ranges) => {
                let value = facets.number(*field);
                ranges.iter().any(|range| range.contains(value))
            }
            Test::Since(at) => facets.at >= at.as_second(),
            Test::Until(at) => facets.at < at.as_second(),
            Test::Flag(Field::Rehearsal, wanted) => facets.rehearsal == *wanted,
            Test::Flag(_, wanted) => facets.claimed == *wanted,
            Test::Phrase(phrase) => text.contains(phrase.as_str()),
        }
    }

    /// A schema that was not said, here or there, matches any.
    fn is_table(&self, facets: &Facets) -> bool {
        let same_schema =
            |asked: Option<Symbol>| asked.is_none_or(|schema| facets.schema == 0 || facets.schema == schema);
        self.tables.iter().any(|(schema, table)| facets.table == *table && same_schema(*schema))
    }

    /// Whether it would do, once this predicate is given up: an operation's family still holds.
    pub(crate) fn accepts_relaxed(&self, facets: &Facets) -> bool {
        self.families.as_ref().is_none_or(|families| families.contains(&facets.family))
    }

    /// When it is given up; none where it never is.
    pub(crate) fn relaxed_at(&self) -> Option<usize> {
        self.predicate.relaxed_at()
    }

    /// How near a document's number is to what was named; none where this asks for no number.
    pub(crate) fn nearness(&self, facets: &Facets) -> Option<f64> {
        let Test::Ranges(field, ranges) = &self.predicate.test else { return None };
        if self.predicate.negated || *field == Field::Version {
            return None;
        }
        let value = facets.number(*field);
        let near = |range: &Range| range.nearness(value);
        Some(if value.is_nan() { 0.0 } else { ranges.iter().map(near).fold(0.0, f64::max) })
    }
}
