//! What predicates look at: a few numbers for each document, in columns that are quick to run through and
//! that a store can keep as they are.

use super::field::Field;
use super::predicate::family;
use crate::{Document, Outcome};

/// A word as a number, capitals aside; 0 where there is none.
pub(crate) type Symbol = u64;

/// The number of a word. Two of a million words are one number once in ten million memories.
pub(crate) fn symbol(word: &str) -> Symbol {
    let lower = word.to_lowercase();
    let hash = lower.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.max(1)
}

/// The words that a document is filed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Kind,
    Operation,
    Family,
    Recipe,
    Schema,
    Table,
    Environment,
    Run,
}

/// How many words there are.
pub(crate) const WORDS: usize = 8;

/// The fields whose values are numbers, in the order of their columns.
pub(crate) const NUMBERS: [Field; 7] =
    [Field::Rows, Field::Bytes, Field::Ms, Field::LockHold, Field::LockWait, Field::Stall, Field::Version];

const REHEARSAL: u8 = 1;
const CLAIMED: u8 = 2;

/// What predicates look at in one document. Numbers that were not measured are NaN, which lies in no range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facets {
    /// The document's key: equals are ordered by it.
    pub(crate) key: Symbol,
    /// When it happened, in seconds since 1970.
    pub(crate) at: i64,
    words: [Symbol; WORDS],
    numbers: [f64; NUMBERS.len()],
    outcome: Option<Outcome>,
    flags: u8,
}

impl Facets {
    /// The facets of a document.
    pub(crate) fn of(document: &Document) -> Self {
        let (table, measures) = (document.table.as_ref(), &document.measures);
        let word = |word: Option<&str>| word.map_or(0, symbol);
        let operation = document.operation.as_deref();
        let schema = table.and_then(|table| table.schema.as_ref()).map(ToString::to_string);
        let name = table.map(|table| table.name.to_string());
        #[expect(clippy::cast_precision_loss, reason = "sizes of tables stay far below 2^52 bytes")]
        let bytes = measures.total_bytes.map(|bytes| bytes as f64);
        let version = document.server_major.map(f64::from);
        let numbers = [
            measures.rows,
            bytes,
            measures.ms,
            measures.lock_hold_ms,
            measures.lock_wait_ms,
            measures.stall_ms,
            version,
        ];
        Self {
            key: symbol(&document.key),
            at: document.happened_at.as_second(),
            words: [
                word(Some(&document.kind)),
                word(operation),
                word(operation.map(family).as_deref()),
                word(document.recipe.as_deref()),
                word(schema.as_deref()),
                word(name.as_deref()),
                word(document.environment.as_deref()),
                word(document.run.as_deref()),
            ],
            numbers: numbers.map(|value| value.unwrap_or(f64::NAN)),
            outcome: document.outcome,
            flags: if document.rehearsal { REHEARSAL } else { 0 }
                | if document.claimed { CLAIMED } else { 0 },
        }
    }
}

/// One document's facets, wherever they lie.
pub(crate) trait Filed: Copy {
    /// A word.
    fn word(self, word: Word) -> Symbol;
    /// A number by its place in [`NUMBERS`].
    fn number_at(self, place: usize) -> f64;
    /// When it happened, in seconds since 1970.
    fn at(self) -> i64;
    /// How it ended.
    fn outcome(self) -> Option<Outcome>;
    /// Flags as bits.
    fn flags(self) -> u8;

    /// A number; NaN where it was not measured.
    fn number(self, field: Field) -> f64 {
        NUMBERS.iter().position(|known| *known == field).map_or(f64::NAN, |place| self.number_at(place))
    }

    /// Whether it was measured on a throwaway server.
    fn is_rehearsal(self) -> bool {
        self.flags() & REHEARSAL != 0
    }

    /// Whether a person told it.
    fn is_claimed(self) -> bool {
        self.flags() & CLAIMED != 0
    }
}

impl Filed for &Facets {
    fn word(self, word: Word) -> Symbol {
        self.words[word as usize]
    }

    fn number_at(self, place: usize) -> f64 {
        self.numbers[place]
    }

    fn at(self) -> i64 {
        self.at
    }

    fn outcome(self) -> Option<Outcome> {
        self.outcome
    }

    fn flags(self) -> u8 {
        self.flags
    }
}

/// The facets of many documents, a column for each.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    keys: Vec<Symbol>,
    at: Vec<i64>,
    words: [Vec<Symbol>; WORDS],
    numbers: [Vec<f64>; NUMBERS.len()],
    outcomes: Vec<u8>,
    flags: Vec<u8>,
}

/// A place in columns.
#[derive(Clone, Copy)]
pub(crate) struct Slot<'a>(&'a Columns, usize);

impl Filed for Slot<'_> {
    fn word(self, word: Word) -> Symbol {
        self.0.words[word as usize][self.1]
    }

    fn number_at(self, place: usize) -> f64 {
        self.0.numbers[place][self.1]
    }

    fn at(self) -> i64 {
        self.0.at[self.1]
    }

    fn outcome(self) -> Option<Outcome> {
        // 0 is none; the others are one after the other.
        Outcome::ALL.get(usize::from(self.0.outcomes[self.1]).checked_sub(1)?).copied()
    }

    fn flags(self) -> u8 {
        self.0.flags[self.1]
    }
}

impl Columns {
    /// How many documents they hold.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Adds a document.
    pub(crate) fn push(&mut self, facets: &Facets) {
        self.keys.push(facets.key);
        self.at.push(facets.at);
        self.words.iter_mut().zip(facets.words).for_each(|(column, word)| column.push(word));
        self.numbers.iter_mut().zip(facets.numbers).for_each(|(column, number)| column.push(number));
        let place = |outcome| Outcome::ALL.iter().position(|known| *known == outcome);
        let outcome = facets.outcome.and_then(place).map_or(0, |place| place + 1);
        self.outcomes.push(u8::try_from(outcome).unwrap_or(0));
        self.flags.push(facets.flags);
    }

    /// A word of every document.
    pub(crate) fn words(&self, word: Word) -> &[Symbol] {
        &self.words[word as usize]
    }

    /// A number of every document; NaN where it was not measured.
    pub(crate) fn numbers(&self, field: Field) -> &[f64] {
        let place = NUMBERS.iter().position(|known| *known == field);
        place.map_or(&[], |place| &self.numbers[place])
    }

    /// The document at a place.
    pub(crate) fn slot(&self, at: usize) -> Slot<'_> {
        Slot(self, at)
    }

    /// The key of the document at a place.
    pub(crate) fn key(&self, at: usize) -> Symbol {
        self.keys[at]
    }

    /// The columns one behind the other, little endian.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let words = std::iter::once(&self.keys).chain(&self.words).flatten();
        let mut bytes: Vec<u8> = words.flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(self.at.iter().flat_map(|at| at.to_le_bytes()));
        bytes.extend(self.numbers.iter().flatten().flat_map(|number| number.to_le_bytes()));
        bytes.extend(&self.outcomes);
        bytes.extend(&self.flags);
        bytes
    }

    /// Adds what [`to_bytes`](Self::to_bytes) made of so many documents; false, and nothing is added, where it
    /// is something else.
    pub(crate) fn extend_from_bytes(&mut self, bytes: &[u8], documents: usize) -> bool {
        const WIDE: usize = 1 + WORDS + 1 + NUMBERS.len();
        if bytes.len() != documents * (WIDE * 8 + 2) {
            return false;
        }
        let (wide, narrow) = bytes.split_at(documents * WIDE * 8);
        let mut columns = wide.chunks_exact(documents * 8).map(|column| column.as_chunks::<8>().0);
        let mut next = || columns.next().unwrap_or_default();
        self.keys.extend(next().iter().map(|bytes| u64::from_le_bytes(*bytes)));
        for column in &mut self.words {
            column.extend(next().iter().map(|bytes| u64::from_le_bytes(*bytes)));
        }
        self.at.extend(next().iter().map(|bytes| i64::from_le_bytes(*bytes)));
        for column in &mut self.numbers {
            column.extend(next().iter().map(|bytes| f64::from_le_bytes(*bytes)));
        }
        let (outcomes, flags) = narrow.split_at(documents);
        self.outcomes.extend(outcomes);
        self.flags.extend(flags);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back_as_they_were() {
        let mut columns = Columns::default();
        for (at, outcome) in [None, Some(Outcome::Done), Some(Outcome::Aborted)].into_iter().enumerate() {
            let words = std::array::from_fn(|word| (at * WORDS + word) as u64);
            let numbers = std::array::from_fn(|number| (at + number) as f64);
            columns.push(&Facets { key: at as u64, at: 7, words, numbers, outcome, flags: CLAIMED });
        }
        let bytes = columns.to_bytes();
        let mut back = Columns::default();
        assert!(back.extend_from_bytes(&bytes, 3) && !back.extend_from_bytes(&bytes, 2));
        assert_eq!((back.to_bytes(), back.len()), (bytes, 3));
        assert_eq!(back.slot(2).outcome(), Some(Outcome::Aborted));
        assert_eq!((back.slot(1).word(Word::Run), back.slot(1).number(Field::Version)), (15, 7.0));
        assert!(
            back.slot(0).is_claimed() && !back.slot(0).is_rehearsal() && back.slot(0).outcome().is_none()
        );
    }

    #[test]
    fn capitals_do_not_matter_and_quotes_do() {
        assert_eq!(symbol("Funds"), symbol("funds"));
        assert_ne!(symbol("\"Funds\""), symbol("funds"));
        assert_ne!(symbol(""), 0);
    }
}
