//! Which document holds which word, and how much that says (BM25).

use std::collections::BTreeMap;

use super::words::Term;

/// How soon a word that is repeated says nothing more.
const SATURATION: f32 = 1.2;

/// How much long documents are held back.
const LENGTH: f32 = 0.6;

/// The share of new postings from which all are sorted anew.
const TAIL_MAX: usize = 4;

/// How common words are among all documents, where an index holds only some of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Corpus {
    /// All documents.
    pub(crate) documents: u64,
    /// The words of a document in the mean.
    pub(crate) mean_words: f64,
    /// The documents that hold a term.
    pub(crate) holders: BTreeMap<Term, u64>,
}

/// Which document holds which word.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    /// Term and slot, sorted; a term that occurs twice stands twice.
    sorted: Vec<(Term, u32)>,
    /// The latest, in any order.
    tail: Vec<(Term, u32)>,
    /// The words of each slot.
    lengths: Vec<u16>,
    /// The words of all slots.
    words: usize,
    /// How common words are beyond these documents.
    corpus: Option<Corpus>,
}

impl Postings {
    /// Adds the words of the next slot.
    pub(crate) fn push(&mut self, terms: &[Term]) {
        let slot = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        self.tail.extend(terms.iter().map(|term| (*term, slot)));
        self.words += terms.len();
        self.lengths.push(u16::try_from(terms.len()).unwrap_or(u16::MAX));
    }

    /// Sorts what was added, where it has become much.
    pub(crate) fn settle(&mut self) {
        if self.tail.len() * TAIL_MAX > self.sorted.len() {
            self.sorted.append(&mut self.tail);
            self.sorted.sort_unstable();
        }
    }

    /// Takes how common words are from all documents, of which these are some.
    pub(crate) fn of_corpus(&mut self, corpus: Corpus) {
        self.corpus = Some(corpus);
    }

    /// How much the words of a question say of each slot, 0 to 1: 1 where all of them are repeated.
    pub(crate) fn scores(&self, question: &[Term], alive: &impl Fn(usize) -> bool) -> Vec<f32> {
        let mut scores = vec![0.0f32; self.lengths.len()];
        let mean_words = self.mean_words();
        let mut best = 0.0;
        for term in question {
            let counts = self.counts(*term, alive);
            let rarity = self.rarity(*term, counts.len());
            best += rarity * (SATURATION + 1.0);
            for (slot, count) in counts {
                let length = f32::from(self.lengths[slot]) / mean_words;
                let damped = SATURATION * (1.0 - LENGTH + LENGTH * length);
                scores[slot] += rarity * count * (SATURATION + 1.0) / (count + damped);
            }
        }
        if best > 0.0 {
            scores.iter_mut().for_each(|score| *score /= best);
        }
        scores
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean")]
    fn mean_words(&self) -> f32 {
        let own = || self.words as f64 / self.lengths.len().max(1) as f64;
        let mean = self.corpus.as_ref().map_or_else(own, |corpus| corpus.mean_words);
        mean.max(1.0) as f32
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of documents")]
    fn rarity(&self, term: Term, own_holders: usize) -> f32 {
        let own = (self.lengths.len() as u64, own_holders as u64);
        let of = |corpus: &Corpus| (corpus.documents, corpus.holders.get(&term).copied().unwrap_or(0));
        let (all, holders) = self.corpus.as_ref().map_or(own, of);
        let (all, holders) = (all.max(holders) as f32, holders as f32);
        (1.0 + (all - holders + 0.5) / (holders + 0.5)).ln()
    }

    /// The slots that hold a term, and how often.
    fn counts(&self, term: Term, alive: &impl Fn(usize) -> bool) -> Vec<(usize, f32)> {
        let start = self.sorted.partition_point(|(other, _)| *other < term);
        let sorted = self.sorted[start..].iter().take_while(|(other, _)| *other == term);
        let tail = self.tail.iter().filter(|(other, _)| *other == term);
        let mut counts: Vec<(usize, f32)> = Vec::new();
        for (_, slot) in sorted.chain(tail) {
            let slot = *slot as usize;
            match counts.last_mut() {
                Some((last, count)) if *last == slot => *count += 1.0,
                _ if alive(slot) => counts.push((slot, 1.0)),
                _ => {}
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::words::{question_terms, terms};

    #[test]
    fn rare_words_say_more_than_common_ones() {
        let mut postings = Postings::default();
        for text in ["lock on funds", "lock on events", "lock on users", "deadlock of two locks"] {
            postings.push(&terms(text));
            postings.settle();
        }
        let ask = |question: &str| postings.scores(&question_terms(question), &|_| true);
        let scores = ask("lock on events");
        assert!(scores[1] > scores[0] && scores[0] > 0.0 && scores[3] > 0.0);
        assert!(ask("lock")[3] > 0.0 && ask("nothing of this").iter().all(|score| *score == 0.0));
        assert!(ask("lock on users").iter().all(|score| (0.0..=1.0).contains(score)));
        let gone = postings.scores(&question_terms("events"), &|slot| slot != 1);
        assert_eq!(gone[1], 0.0);
    }
}
