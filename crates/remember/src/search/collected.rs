//! A few documents, collected in memory to be ranked.

use super::facets::Facets;
use super::index::{Hit, Index};
use super::postings::{Corpus, Postings};
use super::rank::Weights;
use super::{Asked, Indexed};

/// Documents with their words: what a store has found, or all there are.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    index: Index,
    postings: Postings,
}

impl Collected {
    /// Adds a document; nobody adds one twice.
    pub(crate) fn insert(&mut self, indexed: Indexed) {
        let Indexed { document, terms, vector } = indexed;
        self.index.push(&Facets::of(&document));
        self.index.texts.push(document.text.to_lowercase().into());
        self.index.vectors.push(vector);
        self.postings.push(&terms);
        self.postings.settle();
    }

    /// The best of them; `corpus` is how common words are among all documents, of which these are some.
    pub(crate) fn search(&self, asked: &Asked<'_>, weights: &Weights, corpus: &Corpus) -> Vec<Hit> {
        let look_up = |term, found: &mut dyn FnMut(usize, f32)| self.postings.look_up(term, found);
        let words =
            (!asked.terms.is_empty()).then(|| corpus.scores(&asked.terms, self.postings.lengths(), look_up));
        self.index.search(asked, weights, words.as_ref())
    }

    /// How common the words of a question are among these.
    #[cfg(test)]
    pub(crate) fn corpus(&self, asked: &Asked<'_>) -> Corpus {
        self.postings.corpus(&asked.terms)
    }
}
