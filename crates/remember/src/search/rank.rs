//! What makes one document a better answer than another.

use super::Asked;

/// What speaks for a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    /// The cosine of question and document; none where one of them has no vector.
    pub(crate) meaning: Option<f64>,
    /// How much the question's words say of it, 0 to 1.
    pub(crate) words: f64,
    /// How near its numbers are to those that were named, 0 to 1; none where none were.
    pub(crate) nearness: Option<f64>,
    /// When it happened, in seconds since 1970.
    pub(crate) at: i64,
}

/// How much each kind of evidence counts, and from where on something is an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights {
    /// Words beside meaning, for a question that names nothing.
    pub(crate) words: f64,
    /// Words beside meaning, for a question that names things.
    pub(crate) words_of_names: f64,
    /// Numbers beside all of it.
    pub(crate) nearness: f64,
    /// The least that meaning and words together make an answer with.
    pub(crate) meaning_min: f64,
    /// The least words that make an answer by themselves.
    pub(crate) words_min: f64,
    /// The least that meaning and words together must come to in one document at least, for a question with
    /// a word that no document has: where nothing stands out then, what lies nearest is near by chance.
    pub(crate) best_min: f64,
}

impl Weights {
    /// Found on the third of the questions that may be tuned on; see `trial.rs`.
    ///
    /// Of the best documents for those questions the worst that is right comes to 0.46, the best for a
    /// question that has no answer to 0.41; `best_min` lies between, nearer to those: a
    /// question that is not answered costs more than an answer too many.
    pub(crate) const TUNED: Self = Self {
        words: 0.75,
        words_of_names: 1.5,
        nearness: 0.5,
        meaning_min: 0.28,
        words_min: 0.15,
        best_min: 0.42,
    };

    /// Whether there is anything to it. Predicates make an answer; text alone must be met by words or
    /// by meaning.
    pub(crate) fn is_answer(&self, evidence: &Evidence, asked: &Asked<'_>) -> bool {
        !asked.is_text_alone()
            || evidence.words >= self.words_min
            || evidence.meaning.is_some_and(|meaning| meaning + evidence.words >= self.meaning_min)
    }

    /// Whether a document shows that a question with strange words has an answer here. A name that is met
    /// letter by letter does.
    pub(crate) fn stands_out(&self, evidence: &Evidence, asked: &Asked<'_>) -> bool {
        let named = asked.names_things && evidence.words >= self.words_min;
        !asked.is_text_alone()
            || named
            || evidence.meaning.is_none_or(|meaning| meaning + evidence.words >= self.best_min)
    }

    /// The score within a level. Meaning leads where there is any; the latest is first among equals.
    pub(crate) fn score(&self, evidence: &Evidence, asked: &Asked<'_>) -> f64 {
        let words = if asked.names_things { self.words_of_names } else { self.words };
        let text = match evidence.meaning {
            Some(meaning) => meaning + words * evidence.words,
            None => words * evidence.words,
        };
        // At most a hundredth: a second counts 1e-12 of it.
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
        let latest = evidence.at as f64 * 1e-12;
        text + self.nearness * evidence.nearness.unwrap_or(0.0) + latest
    }
}
