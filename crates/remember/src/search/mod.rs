//! `memory search`: predicates filter, meaning and words rank, and every result says why.

mod collected;
mod compiled;
mod facets;
mod field;
mod grammar;
mod index;
mod postings;
mod predicate;
mod rank;
#[cfg(test)]
mod trial;
mod value;
mod why;
pub(crate) mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::Fault;
use serde::Serialize;

use crate::meaning::Packed;
use crate::{Document, Memory, Outcome, TableName, confidence};
pub(crate) use collected::Collected;
pub(crate) use facets::{Columns, Facets, Filed, Word, symbol};
pub(crate) use field::{Field, RELAXED};
pub(crate) use grammar::{Question, parse};
pub(crate) use index::{Hit, Index};
pub(crate) use postings::{Corpus, Postings, WordScores, count_runs, postings_of};
pub(crate) use predicate::{Predicate, Range, Test, family};
pub(crate) use rank::Weights;
pub use value::count_of;
use words::{Term, names_things, question_terms};

/// The results where nobody says how many.
pub const RESULTS: usize = 5;

/// A document as it is indexed.
#[derive(Debug, Clone)]
pub(crate) struct Indexed {
    pub(crate) document: Document,
    pub(crate) terms: Vec<Term>,
    /// Of the model that is asked with; none where it has none of that model.
    pub(crate) vector: Option<Packed>,
}

/// A question made ready for a store.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) question: &'a Question,
    pub(crate) terms: Vec<Term>,
    /// The model of the vectors to compare with; none to go by words.
    pub(crate) model: Option<&'a str>,
    pub(crate) vector: Option<Packed>,
    pub(crate) names_things: bool,
    pub(crate) limit: usize,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(question: &'a Question, limit: usize) -> Self {
        let (terms, names_things) = (question_terms(&question.text), names_things(&question.text));
        Self { question, terms, model: None, vector: None, names_things, limit }
    }

    /// How many are wanted, as databases count.
    pub(crate) fn limit_i64(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }

    /// Whether it is text alone: then the text decides what is an answer, and otherwise only which is
    /// the better one.
    pub(crate) fn is_text_alone(&self) -> bool {
        self.question.predicates.iter().all(|predicate| predicate.negated)
            && (!self.terms.is_empty() || self.vector.is_some())
    }
}

/// What `memory search` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The best results, best first.
    pub results: Vec<Match>,
    /// The fields whose predicates were given up for at least one result, in the order they were.
    pub relaxed: Vec<&'static str>,
    /// What ranked.
    pub mode: Mode,
    /// What else a person should know: that no embedder answered, that vectors are still being made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Mode {
    /// Words alone.
    #[serde(rename = "words")]
    Words,
    /// Words and meaning.
    #[serde(rename = "words+meaning")]
    WordsAndMeaning,
}

/// How often operations by recipes went well and failed.
type Tallies = BTreeMap<(String, String), (u64, u64)>;

/// One result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Match {
    /// The id of the ledger entry: `memory show` has it whole.
    pub id: String,
    /// The type of memory: `step`, `run`, `migration-strategy`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The operation.
    pub operation: Option<String>,
    /// The table.
    pub table: Option<TableName>,
    /// The table's rows.
    pub row_count: Option<f64>,
    /// How it ended; none where nobody said.
    pub outcome: Option<Outcome>,
    /// How sure its strategy is to go well, 0 to 100.
    pub confidence: f64,
    /// What it says, in words.
    pub text: String,
    /// How good an answer it is, beside the other results of this search.
    pub score: f64,
    /// Why it is one.
    pub why: Vec<String>,
}

impl Memory {
    /// The `k` best memories for a question, within this tenant; see the crate's page for its grammar.
    ///
    /// # Errors
    /// When the question cannot be read (the fault points at the character) or the store cannot be.
    pub fn search(&self, question: &str, k: usize) -> Result<Found, Fault> {
        let question = parse(question, Timestamp::now())?;
        self.find(&question, k)
    }

    fn find(&self, question: &Question, k: usize) -> Result<Found, Fault> {
        let mut asked = Asked::new(question, k);
        let mut notes: Vec<String> =
            self.with_store(|store| Ok(store.without_meaning()))?.into_iter().collect();
        notes.iter_mut().for_each(|why| *why = format!("by words only: {why}"));
        if notes.is_empty() {
            notes.extend(self.embed_question(&mut asked));
        }
        let hits = self.with_store(|store| store.search(self.tenant(), &asked))?;
        notes.extend(self.pending_note(&asked)?);
        let mut found = Found { results: Vec::new(), relaxed: Vec::new(), mode: Mode::Words, notes };
        if asked.vector.is_some() {
            found.mode = Mode::WordsAndMeaning;
        }
        let given_up = |field: &&Field| hits.iter().any(|(hit, _)| hit.given_up.has(**field));
        found.relaxed = RELAXED.iter().filter(given_up).map(|field| field.name()).collect();
        let mut tallies = BTreeMap::new();
        for (hit, document) in hits {
            let counts = self.counts_for(&document, &mut tallies)?;
            let why = why::why(&asked, &hit, &document, counts);
            found.results.push(match_of(hit, document, counts, why));
        }
        Ok(found)
    }

    /// Gives a question its vector; says so where there is none to be had.
    fn embed_question<'a>(&'a self, asked: &mut Asked<'a>) -> Vec<String> {
        let text = asked.question.text.as_str();
        let Some(embedder) = self.embedder().filter(|_| !text.is_empty()) else { return Vec::new() };
        asked.model = Some(embedder.model());
        match embedder.embed(&[text]) {
            Ok(mut vectors) => {
                asked.vector = vectors.pop().flatten().and_then(|vector| Packed::new(&vector));
                Vec::new()
            }
            Err(fault) => vec![format!("by words only, because no vector was to be had: {fault}")],
        }
    }

    /// Results are often of one recipe, which is counted once.
    fn counts_for(&self, document: &Document, tallies: &mut Tallies) -> Result<(u64, u64), Fault> {
        match (document.counts, &document.operation, &document.recipe) {
            (Some(counts), ..) => Ok(counts),
            (None, Some(operation), Some(recipe)) => {
                let key = (operation.clone(), recipe.clone());
                if let Some(counts) = tallies.get(&key) {
                    return Ok(*counts);
                }
                let counts = self.with_store(|store| store.tally(self.tenant(), operation, recipe))?;
                tallies.insert(key, counts);
                Ok(counts)
            }
            (None, ..) => Ok(match document.outcome.and_then(Outcome::verdict) {
                Some(true) => (1, 0),
                Some(false) => (0, 1),
                None => (0, 0),
            }),
        }
    }
}

fn match_of(hit: Hit, document: Document, (successes, failures): (u64, u64), why: Vec<String>) -> Match {
    let rounded = |value: f64, digits: f64| (value * digits).round() / digits;
    Match {
        id: document.entry,
        kind: document.kind,
        operation: document.operation,
        table: document.table,
        row_count: document.measures.rows,
        outcome: document.outcome,
        confidence: rounded(confidence(successes, failures), 1.0),
        text: document.text,
        score: rounded(hit.score, 1e4),
        why,
    }
}
