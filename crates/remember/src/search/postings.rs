//! Which document holds which word, and how much that says (BM25).

use super::words::Term;

/// How soon a word that is repeated says nothing more.
const SATURATION: f32 = 1.2;

/// How much long documents are held back.
const LENGTH: f32 = 0.6;

/// The share of new postings from which all are sorted anew.
const TAIL_MAX: usize = 4;

/// Which document holds which word.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    /// Term and slot, sorted; a term that occurs twice stands twice.
    sorted: Vec<(Term, u32)>,
    /// The latest, in any order.
    tail: Vec<(Term, u32)>,
    /// The words of each slot.
    lengths: Vec<u16>,
}

impl Postings {
    /// Adds the words of the next slot.
    pub(crate) fn push(&mut self, terms: &[Term]) {
        let slot = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        self.tail.extend(terms.iter().map(|term| (*term, slot)));
        self.lengths.push(u16::try_from(terms.len()).unwrap_or(u16::MAX));
    }

    /// Sorts what was added, where it has become much.
    pub(crate) fn settle(&mut self) {
        if self.tail.len() * TAIL_MAX > self.sorted.len() {
            self.sorted.append(&mut self.tail);
            self.sorted.sort_unstable();
        }
    }

    /// How much the words of a question say of each slot, 0 to 1: 1 where all of them are repeated.
    #[expect(clippy::cast_precision_loss, reason = "counts of documents")]
    pub(crate) fn scores(&self, question: &[Term], alive: &dyn Fn(usize) -> bool) -> Vec<f32> {
        let mut scores = vec![0.0f32; self.lengths.len()];
        let words: usize = self.lengths.iter().map(|length| usize::from(*length)).sum();
        let mean_length = (words as f32 / self.lengths.len().max(1) as f32).max(1.0);
        let mut best = 0.0;
        for term in question {
            let counts = self.counts(*term, alive);
            let (holders, all) = (counts.len() as f32, self.lengths.len() as f32);
            let rarity = (1.0 + (all - holders + 0.5) / (holders + 0.5)).ln();
            best += rarity * (SATURATION + 1.0);
            for (slot, count) in counts {
                let length = f32::from(self.lengths[slot]) / mean_length;
                let damped = SATURATION * (1.0 - LENGTH + LENGTH * length);
                scores[slot] += rarity * count * (SATURATION + 1.0) / (count + damped);
            }
        }
        if best > 0.0 {
            scores.iter_mut().for_each(|score| *score /= best);
        }
        scores
    }

    /// The slots that hold a term, and how often.
    fn counts(&self, term: Term, alive: &dyn Fn(usize) -> bool) -> Vec<(usize, f32)> {
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
