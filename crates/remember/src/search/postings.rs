//! Which document holds which word, and how much that says (BM25).

use std::collections::BTreeMap;

use super::words::Term;

/// How soon a word that is repeated says nothing more.
const SATURATION: f32 = 1.2;

/// How much long documents are held back.
const LENGTH: f32 = 0.6;

/// A word whose rarity is below this is held by all but a few: who holds it need not be looked up.
const RARITY_MIN: f32 = 0.01;

/// The share of new postings from which all are sorted anew.
const TAIL_MAX: usize = 4;

/// How common words are among all documents of a tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Corpus {
    /// All documents.
    pub(crate) documents: u64,
    /// The words of a document in the mean.
    pub(crate) mean_words: f64,
    /// The documents that hold a term.
    pub(crate) holders: BTreeMap<Term, u64>,
}

impl Corpus {
    /// How much a word says: nothing where every document holds it.
    #[expect(clippy::cast_precision_loss, reason = "counts of documents")]
    fn rarity(&self, term: Term) -> f32 {
        let holders = self.holders.get(&term).copied().unwrap_or(0);
        let (all, holders) = (self.documents.max(holders) as f32, holders as f32);
        (1.0 + (all - holders + 0.5) / (holders + 0.5)).ln()
    }

    /// How much the words of a question say of each slot, 0 to 1: 1 where all of them are repeated.
    /// `lengths` are the words of each slot; `look_up` tells who holds a term, and how often.
    pub(crate) fn scores(
        &self,
        question: &[Term],
        lengths: &[u16],
        look_up: impl Fn(Term, &mut dyn FnMut(usize, f32)),
    ) -> WordScores {
        let mut scores = vec![0.0f32; lengths.len()];
        #[expect(clippy::cast_possible_truncation, reason = "a mean")]
        let mean_words = self.mean_words.max(1.0) as f32;
        let mut best = 0.0;
        for term in question {
            let rarity = self.rarity(*term);
            best += rarity * (SATURATION + 1.0);
            if rarity < RARITY_MIN {
                continue;
            }
            look_up(*term, &mut |slot, count| {
                let length = f32::from(lengths[slot]) / mean_words;
                let damped = SATURATION * (1.0 - LENGTH + LENGTH * length);
                scores[slot] += rarity * count * (SATURATION + 1.0) / (count + damped);
            });
        }
        if best > 0.0 {
            scores.iter_mut().for_each(|score| *score /= best);
        }
        let strange = question.iter().any(|term| self.holders.get(term).copied().unwrap_or(0) == 0);
        WordScores { scores, strange }
    }
}

/// What the words of a question say of documents.
#[derive(Debug, Default)]
pub(crate) struct WordScores {
    /// Of each slot, 0 to 1.
    pub(crate) scores: Vec<f32>,
    /// Whether a word of the question is in no document at all.
    pub(crate) strange: bool,
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

    /// The words of each slot.
    pub(crate) fn lengths(&self) -> &[u16] {
        &self.lengths
    }

    /// The slots that hold a term, and how often.
    pub(crate) fn look_up(&self, term: Term, found: &mut dyn FnMut(usize, f32)) {
        count_runs(postings_of(&self.sorted, term).iter().map(|(_, slot)| *slot), found);
        count_runs(self.tail.iter().filter(|(other, _)| *other == term).map(|(_, slot)| *slot), found);
    }

    /// How common the words of a question are among these documents, where they are all there are.
    #[cfg(test)]
    pub(crate) fn corpus(&self, question: &[Term]) -> Corpus {
        let holders = |term: Term| {
            let mut count = 0;
            self.look_up(term, &mut |_, _| count += 1);
            count
        };
        let words: usize = self.lengths.iter().map(|length| usize::from(*length)).sum();
        Corpus {
            documents: self.lengths.len() as u64,
            mean_words: words as f64 / self.lengths.len().max(1) as f64,
            holders: question.iter().map(|term| (*term, holders(*term))).collect(),
        }
    }
}

/// The part of sorted pairs that begins with a term.
pub(crate) fn postings_of<P: Copy + Ord>(sorted: &[(Term, P)], term: Term) -> &[(Term, P)] {
    let start = sorted.partition_point(|(other, _)| *other < term);
    let end = start + sorted[start..].partition_point(|(other, _)| *other == term);
    &sorted[start..end]
}

/// Hands on each slot once, with how often it stands one after the other.
pub(crate) fn count_runs<S: Copy + PartialEq + Into<u32>>(
    slots: impl Iterator<Item = S>,
    found: &mut dyn FnMut(usize, f32),
) {
    let mut run: Option<(S, f32)> = None;
    for slot in slots {
        match &mut run {
            Some((last, count)) if *last == slot => *count += 1.0,
            _ => {
                if let Some((last, count)) = run.replace((slot, 1.0)) {
                    found(last.into() as usize, count);
                }
            }
        }
    }
    if let Some((last, count)) = run {
        found(last.into() as usize, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::words::{question_terms, terms};

    #[test]
    fn rare_words_say_more_than_common_ones() {
        let mut postings = Postings::default();
        for text in ["lock on funds", "lock on events", "lock on users", "deadlock of two locks, two"] {
            postings.push(&terms(text));
            postings.settle();
        }
        let ask = |question: &str| {
            let terms = question_terms(question);
            let look_up = |term, found: &mut dyn FnMut(usize, f32)| postings.look_up(term, found);
            postings.corpus(&terms).scores(&terms, postings.lengths(), look_up).scores
        };
        let scores = ask("lock on events");
        assert!(scores[1] > scores[0] && scores[0] > 0.0 && scores[3] > 0.0);
        assert!(ask("two")[3] > 0.0 && ask("nothing of this").iter().all(|score| *score == 0.0));
        assert!(ask("lock on users").iter().all(|score| (0.0..=1.0).contains(score)));
    }
}
