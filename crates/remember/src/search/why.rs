//! Why a result is one, in words.

use model::{bytes_text, ms_text, rows_text};

use super::Asked;
use super::compiled::Compiled;
use super::facets::{Facets, Filed};
use super::field::{Field, Unit};
use super::index::Hit;
use super::predicate::{Predicate, Test};
use super::words::{Term, terms};
use crate::Document;

/// The words a reason names.
const WORDS_NAMED: usize = 6;

/// A reason for each predicate, for words, for meaning, and for its confidence.
pub(crate) fn why(asked: &Asked<'_>, hit: &Hit, document: &Document, counts: (u64, u64)) -> Vec<String> {
    let facets = Facets::of(document);
    let text = document.text.to_lowercase();
    let mut reasons: Vec<String> = asked
        .question
        .predicates
        .iter()
        .map(|predicate| {
            let met = Compiled::new(predicate).accepts(&facets, &text);
            of_predicate(predicate, met, &facets, document)
        })
        .collect();
    reasons.extend(of_words(asked, document));
    reasons.extend(hit.evidence.meaning.map(|meaning| format!("means something alike ({meaning:.2})")));
    reasons.extend(of_counts(counts, document));
    reasons.extend(document.remarks.iter().cloned());
    reasons
}

fn of_predicate(predicate: &Predicate, met: bool, facets: &Facets, document: &Document) -> String {
    let written = &predicate.written;
    let given_up = if met { "" } else { " given up" };
    match actual(&predicate.test, facets, document) {
        Some(actual) => format!("{written}{given_up}: {actual}"),
        None if met => format!("{written} holds"),
        None => format!("{written} given up: not known"),
    }
}

/// What the document has where a predicate asks.
fn actual(test: &Test, facets: &Facets, document: &Document) -> Option<String> {
    match test {
        Test::Words(Field::Operation, _) => document.operation.clone(),
        Test::Words(Field::Type, _) => Some(document.kind.clone()),
        Test::Words(Field::Recipe, _) => document.recipe.clone(),
        Test::Words(Field::Env, _) => document.environment.clone(),
        Test::Words(..) => document.run.clone(),
        Test::Tables(_) => document.table.as_ref().map(ToString::to_string),
        Test::Outcomes(_) => document.outcome.map(|outcome| outcome.to_string()),
        Test::Ranges(field, _) => number_text(facets.number(*field), *field),
        Test::Since(_) | Test::Until(_) => Some(document.happened_at.strftime("%Y-%m-%d").to_string()),
        Test::Flag(..) | Test::Phrase(_) => None,
    }
}

fn number_text(value: f64, field: Field) -> Option<String> {
    let text = match field.unit() {
        _ if value.is_nan() => return None,
        Unit::Bytes => bytes_text(value),
        Unit::Time => ms_text(value),
        _ if field == Field::Version => format!("PostgreSQL {value}"),
        _ => format!("{} rows", rows_text(value)),
    };
    Some(text)
}

/// The question's words that the document has, as the question writes them.
fn of_words(asked: &Asked<'_>, document: &Document) -> Option<String> {
    let has = terms(&document.text);
    let is_had = |term: &Term| asked.terms.contains(term) && has.binary_search(term).is_ok();
    let mut common: Vec<&str> = Vec::new();
    for word in asked.question.text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if terms(word).iter().any(is_had) && !common.contains(&word) {
            common.push(word);
        }
    }
    common.truncate(WORDS_NAMED);
    (!common.is_empty()).then(|| format!("has the words: {}", common.join(", ")))
}

fn of_counts((successes, failures): (u64, u64), document: &Document) -> Option<String> {
    let claimed = if document.claimed { ", as told by a person" } else { "" };
    match (successes, failures) {
        (0, 0) => None,
        (successes, 0) => Some(format!("went well {}, never failed{claimed}", times(successes))),
        (0, failures) => Some(format!("failed {}, never went well{claimed}", times(failures))),
        (good, bad) => Some(format!("went well {}, failed {}{claimed}", times(good), times(bad))),
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}
