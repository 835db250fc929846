//! Documents in memory, ready to be searched: facets, texts and vectors.
//!
//! One index holds documents of one tenant and nothing else: what is rare or common, near or far,
//! is so among them alone.

use super::Asked;
use super::compiled::Compiled;
use super::facets::{Columns, Facets, Filed};
use super::field::{Field, RELAXED};
use super::postings::WordScores;
use super::rank::{Evidence, Weights};
use crate::meaning::{Compass, Vectors};

/// Fields whose predicates a document does not meet: a bit for each, by its place in [`RELAXED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct GivenUp(u16);

impl GivenUp {
    /// Of a document that is no answer, whatever is given up.
    const NEVER: Self = Self(1 << RELAXED.len());

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
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    /// The document's place in the index.
    pub(crate) slot: usize,
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
    pub(crate) columns: Columns,
    /// Places whose document is gone.
    gone: Vec<bool>,
    /// What documents say, in lower case; may be empty where no question asks for phrases.
    pub(crate) texts: Vec<Box<str>>,
    /// May be empty where no question asks by meaning.
    pub(crate) vectors: Vectors,
}

impl Index {
    /// How many places it has.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Adds a document's facets.
    pub(crate) fn push(&mut self, facets: &Facets) {
        self.columns.push(facets);
    }

    /// Takes a document out.
    pub(crate) fn remove(&mut self, slot: usize) {
        self.gone.resize(self.len(), false);
        self.gone[slot] = true;
    }

    /// Whether the document at a place is still there.
    pub(crate) fn is_alive(&self, slot: usize) -> bool {
        self.gone.get(slot) != Some(&true)
    }

    /// The best documents: those that meet every predicate first; where they are fewer than asked
    /// for, those that meet all but the first to be given up, and so on. `words` is how much the question's
    /// words say of each.
    pub(crate) fn search(
        &self,
        asked: &Asked<'_>,
        weights: &Weights,
        words: Option<&WordScores>,
    ) -> Vec<Hit> {
        let compiled: Vec<Compiled<'_>> = asked.question.predicates.iter().map(Compiled::new).collect();
        let given_up = self.given_up(&compiled);
        let Some(deepest) = deepest_level(&given_up, asked.limit) else { return Vec::new() };
        let compass = asked.vector.as_ref().map(Compass::new);
        let reading = Reading { compiled: &compiled, compass: compass.as_ref(), words };
        let mut best = Best { index: self, limit: asked.limit, hits: Vec::new(), worst: None };
        for (slot, given_up) in given_up.into_iter().enumerate() {
            if given_up.level() > deepest {
                continue;
            }
            let evidence = self.evidence(slot, &reading);
            if weights.is_answer(&evidence, asked) {
                best.offer(Hit { slot, given_up, score: weights.score(&evidence, asked), evidence });
            }
        }
        let hits = best.into_hits();
        let strange = words.is_some_and(|words| words.strange);
        let any = !strange || hits.iter().any(|hit| weights.stands_out(&hit.evidence, asked));
        if any { hits } else { Vec::new() }
    }

    /// What must be given up for each document to be an answer.
    fn given_up(&self, compiled: &[Compiled<'_>]) -> Vec<GivenUp> {
        let mut given_up = vec![GivenUp::default(); self.len()];
        for (given_up, _) in given_up.iter_mut().zip(&self.gone).filter(|(_, gone)| **gone) {
            *given_up = GivenUp::NEVER;
        }
        for predicate in compiled {
            let bit = predicate.relaxed_at().map(|at| GivenUp(1 << at));
            predicate.refuse(&self.columns, &self.texts, |slot| {
                let relaxed = bit.filter(|_| predicate.accepts_relaxed(self.columns.slot(slot)));
                given_up[slot].0 |= relaxed.unwrap_or(GivenUp::NEVER).0;
            });
        }
        given_up
    }

    fn evidence(&self, slot: usize, reading: &Reading<'_>) -> Evidence {
        let facets = self.columns.slot(slot);
        let near =
            reading.compiled.iter().filter_map(|predicate| predicate.nearness(facets)).reduce(f64::min);
        Evidence {
            meaning: reading.compass.and_then(|compass| self.vectors.cosine(slot, compass)),
            words: reading.words.map_or(0.0, |words| f64::from(words.scores[slot])),
            nearness: near,
            at: facets.at(),
        }
    }
}

/// A question made ready for one search.
struct Reading<'a> {
    compiled: &'a [Compiled<'a>],
    compass: Option<&'a Compass>,
    words: Option<&'a WordScores>,
}

/// The best hits so far.
struct Best<'a> {
    index: &'a Index,
    limit: usize,
    hits: Vec<Hit>,
    /// The last of the best, once there are as many as wanted.
    worst: Option<Hit>,
}

impl Best<'_> {
    fn offer(&mut self, hit: Hit) {
        if self.worst.is_some_and(|worst| self.order(&hit, &worst).is_gt()) {
            return;
        }
        self.hits.push(hit);
        // Now and then what is too much goes, so that most are turned away at the door.
        if self.hits.len() >= 2 * self.limit + 64 {
            self.prune();
        }
    }

    fn prune(&mut self) {
        let mut hits = std::mem::take(&mut self.hits);
        hits.sort_unstable_by(|left, right| self.order(left, right));
        hits.truncate(self.limit);
        self.worst = hits.last().copied();
        self.hits = hits;
    }

    /// By level, then by score, then by key, so that every store orders equals alike.
    fn order(&self, left: &Hit, right: &Hit) -> std::cmp::Ordering {
        let key = |hit: &Hit| self.index.columns.key(hit.slot);
        let level = left.given_up.level().cmp(&right.given_up.level());
        let score = level.then_with(|| right.score.total_cmp(&left.score));
        score.then_with(|| key(left).cmp(&key(right)))
    }

    fn into_hits(mut self) -> Vec<Hit> {
        self.prune();
        self.hits
    }
}

/// The first level at which there are as many documents as asked for; the last one there is where
/// there never are; none where there is no document at all.
fn deepest_level(given_up: &[GivenUp], limit: usize) -> Option<usize> {
    // One more for those that never are an answer.
    let mut counts = [0usize; RELAXED.len() + 2];
    given_up.iter().for_each(|given_up| counts[given_up.level()] += 1);
    let counts = &counts[..=RELAXED.len()];
    let mut total = 0;
    let enough = counts.iter().position(|count| {
        total += count;
        total >= limit
    });
    enough.or_else(|| counts.iter().rposition(|count| *count > 0))
}
