//! Texts as words: what a question and a document have in common, letter by letter.

use rust_stemmers::{Algorithm, Stemmer};

/// A word, stemmed and hashed: equal for `locks`, `locked` and `LOCK`.
pub(crate) type Term = u32;

/// The terms of a text in order of their value, each as often as it occurs.
///
/// An identifier is itself and its parts: `vintage_year` is found by `vintage_year`, `vintage` and `year`.
pub(crate) fn terms(text: &str) -> Vec<Term> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut terms = Vec::new();
    for word in words(text) {
        let word = word.to_lowercase();
        terms.push(term(&stemmer, &word));
        if word.contains('_') {
            terms.extend(word.split('_').filter(|part| !part.is_empty()).map(|part| term(&stemmer, part)));
        }
    }
    terms.sort_unstable();
    terms
}

/// The terms of a question: each once, without words that say nothing by themselves.
pub(crate) fn question_terms(text: &str) -> Vec<Term> {
    let told: Vec<&str> =
        words(text).filter(|word| !SILENT.contains(&word.to_lowercase().as_str())).collect();
    let mut terms = terms(&told.join(" "));
    terms.dedup();
    terms
}

/// Whether a question names things: a word with an underscore, a digit or capitals only. Of such
/// words the letters count, not the meaning.
pub(crate) fn names_things(text: &str) -> bool {
    let is_name = |word: &str| {
        let capitals = word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase());
        capitals || word.chars().any(|c| c == '_' || c.is_ascii_digit())
    };
    words(text).any(is_name)
}

/// Runs of letters, digits and underscores.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.trim_matches('_').is_empty())
}

fn term(stemmer: &Stemmer, word: &str) -> Term {
    let letters = word.len() > 3 && word.chars().all(|c| c.is_ascii_lowercase());
    let stem = if letters { stemmer.stem(word) } else { word.into() };
    fnv1a(stem.as_bytes())
}

/// FNV-1a: the same on every machine, for stores that are shared.
fn fnv1a(bytes: &[u8]) -> Term {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Words of a question that say nothing by themselves.
const SILENT: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "during", "for", "from", "had", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its",
    "me", "my", "of", "on", "or", "our", "should", "so", "that", "the", "their", "them", "then", "there",
    "this", "to", "us", "was", "we", "were", "what", "when", "where", "which", "while", "who", "why", "will",
    "with", "would", "you",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_stem_are_one_term() {
        assert_eq!(terms("Locks"), terms("locked"));
        assert_ne!(terms("lock"), terms("log"));
        assert_eq!(terms("a lock, a lock").len(), 4);
    }

    #[test]
    fn an_identifier_is_found_by_its_parts() {
        let identifier = terms("public.funds_vintage_year_check");
        for part in ["vintage", "funds", "YEAR", "funds_vintage_year_check"] {
            assert!(identifier.contains(&terms(part)[0]), "{part}");
        }
    }

    #[test]
    fn questions_are_told_apart() {
        assert!(names_things("why did funds_vintage_check fail") && names_things("error 23514"));
        assert!(names_things("VALIDATE took long") && !names_things("the report held us up"));
        assert_eq!(question_terms("why did the lock of the lock fail").len(), 2);
    }
}
