//! How well free text is answered: questions about real incidents, by words, by meaning and by both.
//! The data is in `tests/incidents`. `LOCKKEEPER_TEST_REPORT=1` prints what was measured.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Asked, Collected, Indexed, Weights, parse};
use crate::describe::document_of;
use crate::meaning::{Packed, tried};
use crate::search::words::terms;
use crate::{Kind, Memory, Options, Selection};

#[derive(Deserialize)]
struct Question {
    question: String,
    answers: Vec<String>,
    tune: bool,
}

struct Corpus {
    /// In the order of `names`.
    documents: Collected,
    /// The incidents' ids.
    names: Vec<String>,
    questions: Vec<Question>,
}

fn lines(name: &str) -> impl Iterator<Item = String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incidents").join(name);
    BufReader::new(File::open(path).unwrap()).lines().map(Result::unwrap)
}

fn embed(text: &str) -> Option<Packed> {
    tried(text).and_then(|vector| Packed::new(&vector))
}

/// Tells every incident to a memory, as a person would, and indexes what it made of them.
fn corpus() -> Corpus {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::open(&Options::project(folder.path())).unwrap();
    let mut names = BTreeMap::new();
    for line in lines("incidents.jsonl") {
        let mut record: serde_json::Value = serde_json::from_str(&line).unwrap();
        let fields = record.as_object_mut().unwrap();
        let (id, _source) = (fields.remove("id").unwrap(), fields.remove("source").unwrap());
        let added = memory.add(&mut record.to_string().as_bytes()).unwrap();
        names.insert(added.ids[0].clone(), id.as_str().unwrap().to_owned());
    }
    let lessons = Selection { kind: Some(Kind::Lesson), ..Selection::default() };
    let entries = memory.entries(&lessons).unwrap();
    let told = entries.iter().map(|entry| (document_of(entry, None).unwrap(), &names[&entry.id]));
    // Of two versions of one lesson the latest counts.
    let told: BTreeMap<_, _> =
        told.map(|(document, name)| (document.key.clone(), (document, name))).collect();
    let (mut documents, mut names) = (Collected::default(), Vec::new());
    for (document, name) in told.into_values() {
        let vector = embed(&document.text);
        names.push(name.clone());
        documents.insert(Indexed { terms: terms(&document.text), document, vector });
    }
    let questions = lines("questions.jsonl").map(|line| serde_json::from_str(&line).unwrap()).collect();
    Corpus { documents, names, questions }
}

/// What one way of ranking is worth.
#[derive(Debug, Clone, Copy, Default)]
struct Worth {
    recall_5: f64,
    ndcg_10: f64,
    /// Questions without an answer that were answered.
    false_recall: f64,
}

impl Corpus {
    fn answers(&self, text: &str, weights: &Weights, with_meaning: bool) -> Vec<&str> {
        let question = parse(text, Timestamp::UNIX_EPOCH).unwrap();
        let mut asked = Asked::new(&question, 10);
        asked.vector = embed(text).filter(|_| with_meaning);
        if weights.words == 0.0 {
            asked.terms.clear();
        }
        let hits = self.documents.search(&asked, weights, &self.documents.corpus(&asked));
        hits.iter().map(|hit| self.names[hit.slot].as_str()).collect()
    }

    fn worth(&self, weights: &Weights, with_meaning: bool, tune: bool) -> Worth {
        let asked = self.questions.iter().filter(|question| question.tune == tune);
        let (real, other): (Vec<_>, Vec<_>) = asked.partition(|question| !question.answers.is_empty());
        let answers = |question: &Question| self.answers(&question.question, weights, with_meaning);
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        Worth {
            recall_5: mean(real.iter().map(|one| f64::from(recalls(one, &answers(one)))).collect()),
            ndcg_10: mean(real.iter().map(|one| ndcg(one, &answers(one))).collect()),
            false_recall: mean(other.iter().map(|one| f64::from(!answers(one).is_empty())).collect()),
        }
    }
}

/// Whether an incident that helps is among the first five.
fn recalls(question: &Question, answers: &[&str]) -> bool {
    answers.iter().take(5).any(|answer| is_right(question, answer))
}

fn is_right(question: &Question, answer: &str) -> bool {
    question.answers.iter().any(|right| right == answer)
}

/// Normalised discounted cumulative gain of the first ten, each right answer gaining 1.
fn ndcg(question: &Question, answers: &[&str]) -> f64 {
    let gain = |at: usize| 1.0 / (at as f64 + 2.0).log2();
    let right = answers.iter().enumerate().filter(|(_, answer)| is_right(question, answer));
    let best: f64 = (0..question.answers.len().min(10)).map(gain).sum();
    right.map(|(at, _)| gain(at)).sum::<f64>() / best
}

const MEANING: Weights =
    Weights { words: 0.0, words_of_names: 0.0, words_min: f64::INFINITY, best_min: 0.35, ..Weights::TUNED };

#[test]
fn questions_about_incidents_find_them() {
    let corpus = corpus();
    assert!(corpus.names.len() >= 100 && corpus.questions.len() >= 150);
    let ways = [
        ("words", Weights::TUNED, false),
        ("meaning", MEANING, true),
        ("words+meaning", Weights::TUNED, true),
    ];
    let worth =
        |tune: bool| ways.map(|(name, weights, meaning)| (name, corpus.worth(&weights, meaning, tune)));
    let held_out = worth(false);
    if std::env::var_os("LOCKKEEPER_TEST_REPORT").is_some() {
        println!("tuned on: {:#?}\nheld out: {held_out:#?}", worth(true));
        missed(&corpus);
        grid(&corpus);
    }
    let [(_, words), (_, meaning), (_, both)] = held_out;
    assert!(both.recall_5 >= words.recall_5 && both.recall_5 >= meaning.recall_5, "{held_out:?}");
    assert!(both.recall_5 >= 0.83 && both.ndcg_10 >= 0.74 && both.false_recall <= 0.1, "{held_out:?}");
}

fn missed(corpus: &Corpus) {
    for question in corpus.questions.iter().filter(|question| question.tune) {
        let answers = corpus.answers(&question.question, &Weights::TUNED, true);
        let wrong =
            if question.answers.is_empty() { !answers.is_empty() } else { !recalls(question, &answers) };
        if wrong {
            println!("missed: {} -> {answers:?}", question.question);
        }
    }
}

/// What other weights would have done on the questions that may be tuned on.
fn grid(corpus: &Corpus) {
    for words in [0.5, 0.75, 1.0] {
        for words_of_names in [1.5, 3.0] {
            for best_min in [0.42, 0.44] {
                for (meaning_min, words_min) in [
                    (0.1, 0.1),
                    (0.2, 0.1),
                    (0.2, 0.15),
                    (0.25, 0.15),
                    (0.28, 0.15),
                    (0.3, 0.15),
                    (0.35, 0.15),
                ] {
                    let weights =
                        Weights { words, words_of_names, meaning_min, words_min, best_min, ..Weights::TUNED };
                    let worth = corpus.worth(&weights, true, true);
                    println!("{words} {words_of_names} {best_min} {meaning_min} {words_min}: {worth:.3?}");
                }
            }
        }
    }
}
