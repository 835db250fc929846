//! Documents in memory, ready to be searched: facets, words and vectors.
//!
//! One index holds documents of one tenant and nothing else: what is rare or common, near or far,
//! is so among them alone.

use std::collections::BTreeMap;

use super::facets::{Compiled, Facets, Symbols};
use super::field::{Field, RELAXED};
use super::postings::{Corpus, Postings};
use super::rank::{Evidence, Weights};
use super::words::Term;
use super::{Asked, Indexed};
use crate::meaning::Vectors;

/// Fields whose predicates a document does not meet: a bit for each, by its place in [`RELAXED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct GivenUp(u16);

impl GivenUp {
    /// Whether the predicates of a field are among them.
    pub(crate) fn has(self, field: Field) -> bool {
        RELAXED.iter().position(|relaxed| *relaxed == field).is_some_and(|at| self.0 & (1 << at) != 0)
    }

    /// How many fields had to be given up one after the other until it was among the answers.
    fn level(self) -> usize {
        (u16::BITS - self.0.leading_zeros()) as usize
    }
}

/// What one search found in an index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    /// The document's key.
    pub(crate) key: Box<str>,
    /// The fields whose predicates were given up.
    pub(crate) given_up: GivenUp,
    /// The score within its level, higher is better.
    pub(crate) score: f64,
    /// What the score rests on.
    pub(crate) evidence: Evidence,
}

/// Documents in memory.
#[derive(Debug, Default)]
pub(crate) struct Index {
    symbols: Symbols,
    slots: BTreeMap<Box<str>, usize>,
    keys: Vec<Option<Box<str>>>,
    facets: Vec<Facets>,
    texts: Vec<Box<str>>,
    postings: Postings,
    vectors: Vectors,
}

impl Index {
    /// Adds a document, in place of an earlier one with its key.
    pub(crate) fn insert(&mut self, indexed: Indexed) {
        let Indexed { document, terms, vector } = indexed;
        let key: Box<str> = document.key.as_str().into();
        if let Some(earlier) = self.slots.insert(key.clone(), self.keys.len()) {
            self.keys[earlier] = None;
        }
        self.keys.push(Some(key));
        self.facets.push(Facets::of(&document, &mut self.symbols));
        self.texts.push(document.text.to_lowercase().into());
        self.postings.push(&terms);
        self.vectors.push(vector);
    }

    /// Makes what was inserted quick to search.
    pub(crate) fn settle(&mut self) {
        self.postings.settle();
    }

    /// Takes how common words are from all documents, of which these are some.
    pub(crate) fn of_corpus(&mut self, corpus: Corpus) {
        self.postings.of_corpus(corpus);
    }

    /// The best documents: those that meet every predicate first; where they are fewer than asked
    /// for, those that meet all but the first to be given up, and so on.
    pub(crate) fn search(&self, asked: &Asked<'_>, weights: &Weights) -> Vec<Hit> {
        let compiled: Vec<Compiled<'_>> = asked
            .question
            .predicates
            .iter()
            .map(|predicate| Compiled::new(predicate, &self.symbols))
            .collect();
        let given_up: Vec<Option<GivenUp>> =
            (0..self.keys.len()).map(|slot| self.given_up(slot, &compiled)).collect();
        let Some(deepest) = deepest_level(&given_up, asked.limit) else { return Vec::new() };
        let words = self.words(&asked.terms);
        let mut hits: Vec<Scored> = Vec::new();
        for (slot, given_up) in given_up.into_iter().enumerate() {
            let Some(given_up) = given_up.filter(|given_up| given_up.level() <= deepest) else { continue };
            let evidence = self.evidence(slot, asked, &compiled, words.as_deref());
            if weights.is_answer(&evidence, asked) {
                hits.push(Scored { slot, given_up, score: weights.score(&evidence, asked), evidence });
            }
        }
        self.keep_best(&mut hits, asked.limit);
        hits.into_iter().filter_map(|scored| self.hit(&scored)).collect()
    }

    /// Keeps the best, in order: by level, then by score, then by key, so that every store orders equals alike.
    fn keep_best(&self, hits: &mut Vec<Scored>, limit: usize) {
        let order = |left: &Scored, right: &Scored| {
            let level = left.given_up.level().cmp(&right.given_up.level());
            let score = level.then_with(|| right.score.total_cmp(&left.score));
            score.then_with(|| self.keys[left.slot].cmp(&self.keys[right.slot]))
        };
        if hits.len() > limit && limit > 0 {
            hits.select_nth_unstable_by(limit - 1, order);
        }
        hits.truncate(limit);
        hits.sort_unstable_by(order);
    }

    fn hit(&self, scored: &Scored) -> Option<Hit> {
        let Scored { slot, given_up, score, evidence } = *scored;
        Some(Hit { key: self.keys[slot].clone()?, given_up, score, evidence })
    }

    /// What must be given up for this document to be an answer; none where it never is.
    fn given_up(&self, slot: usize, compiled: &[Compiled<'_>]) -> Option<GivenUp> {
        self.keys[slot].as_ref()?;
        let (facets, text) = (&self.facets[slot], &self.texts[slot]);
        let mut given_up = GivenUp::default();
        for predicate in compiled.iter().filter(|predicate| !predicate.accepts(facets, text)) {
            given_up.0 |= 1 << predicate.relaxed_at().filter(|_| predicate.accepts_relaxed(facets))?;
        }
        Some(given_up)
    }

    fn words(&self, terms: &[Term]) -> Option<Vec<f32>> {
        let alive = |slot: usize| self.keys[slot].is_some();
        (!terms.is_empty()).then(|| self.postings.scores(terms, &alive))
    }

    fn evidence(
        &self,
        slot: usize,
        asked: &Asked<'_>,
        compiled: &[Compiled<'_>],
        words: Option<&[f32]>,
    ) -> Evidence {
        let facets = &self.facets[slot];
        let near = compiled.iter().filter_map(|predicate| predicate.nearness(facets)).reduce(f64::min);
        Evidence {
            meaning: asked.vector.as_ref().and_then(|asked| self.vectors.cosine(slot, asked)),
            words: words.map_or(0.0, |words| f64::from(words[slot])),
            nearness: near,
            at: facets.at,
        }
    }
}

/// A slot with its score.
struct Scored {
    slot: usize,
    given_up: GivenUp,
    score: f64,
    evidence: Evidence,
}

/// The first level at which there are as many documents as asked for; the last one there is where
/// there never are; none where there is no document at all.
fn deepest_level(given_up: &[Option<GivenUp>], limit: usize) -> Option<usize> {
    let mut counts = [0usize; RELAXED.len() + 1];
    given_up.iter().flatten().for_each(|given_up| counts[given_up.level()] += 1);
    let mut total = 0;
    let enough = counts.iter().position(|count| {
        total += count;
        total >= limit
    });
    enough.or_else(|| counts.iter().rposition(|count| *count > 0))
}
