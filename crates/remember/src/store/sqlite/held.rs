//! A tenant's documents as a search holds them in memory: segments as they lie in the file, and the few
//! documents that are in none yet. Of each segment only what questions need is read, once.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::rows::{self, Placed};
use super::segments::{
    Posting, SEGMENT, bucket_of, length_of, postings_from_bytes, seqs_from_bytes, texts_from_bytes,
};
use crate::meaning::{Packed, Vectors};
use crate::search::words::Term;
use crate::search::{
    Asked, Corpus, Facets, Filed, Hit, Index, Postings, Test, Weights, Word, WordScores, count_runs,
    postings_of, symbol,
};
use crate::{Outcome, Tenant};

/// The documents outside of segments from which on it is worth reading anew what others have put into some.
const TAIL_MAX: usize = 4 * SEGMENT;

/// A tenant's documents in memory.
#[derive(Debug, Default)]
pub(super) struct Held {
    generation: i64,
    /// The last place that was read, and the last that is in a segment.
    seq: i64,
    sealed: i64,
    /// The last that went away.
    gone: i64,
    /// The place in the file of each document.
    seqs: Vec<i64>,
    lengths: Vec<u16>,
    index: Index,
    segments: Vec<Segment>,
    /// Buckets of words that were asked for, by segment.
    buckets: BTreeMap<u32, Vec<Vec<Posting>>>,
    /// How many documents of segments hold a word that was asked for.
    holders: BTreeMap<Term, u64>,
    /// The words of all documents.
    words: u64,
    /// The words of documents in no segment.
    tail: Postings,
    /// Whether it holds texts.
    has_texts: bool,
    /// The model whose vectors it holds.
    model: Option<String>,
}

/// A part of the documents.
#[derive(Debug)]
struct Segment {
    last: i64,
    first_slot: usize,
    documents: usize,
}

impl Held {
    /// Reads what other processes or this one wrote since.
    pub(super) fn refresh(&mut self, connection: &Connection, tenant: &Tenant) -> rusqlite::Result<()> {
        let generation =
            connection.prepare_cached("SELECT value FROM generation")?.query_row([], |row| row.get(0))?;
        if generation != self.generation || self.tail_len() > TAIL_MAX {
            *self = Self { generation, ..Self::default() };
        }
        if self.seq == 0 {
            self.read_segments(connection, tenant)?;
        }
        for placed in rows::after(connection, tenant, self.seq, None)? {
            self.add(placed);
        }
        self.tail.settle();
        self.read_gone(connection, tenant)
    }

    fn tail_len(&self) -> usize {
        self.tail.lengths().len()
    }

    fn sealed_slots(&self) -> usize {
        self.segments.last().map_or(0, |last| last.first_slot + last.documents)
    }

    fn read_segments(&mut self, connection: &Connection, tenant: &Tenant) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "SELECT last_seq, seqs, lengths, facets FROM segment WHERE tenant = ? ORDER BY last_seq",
        )?;
        let mut rows = statement.query([tenant.as_str()])?;
        while let Some(row) = rows.next()? {
            let (last, seqs) = (row.get(0)?, seqs_from_bytes(row.get_ref(1)?.as_blob()?));
            let documents = seqs.len();
            let first_slot = self.seqs.len();
            if !self.index.columns.extend_from_bytes(row.get_ref(3)?.as_blob()?, documents) {
                // What cannot be read is read from the documents themselves.
                break;
            }
            self.seqs.extend(seqs);
            let lengths = row.get_ref(2)?.as_blob()?.as_chunks().0;
            self.lengths.extend(lengths.iter().map(|bytes| u16::from_le_bytes(*bytes)));
            self.words += self.lengths[first_slot..].iter().map(|length| u64::from(*length)).sum::<u64>();
            self.segments.push(Segment { last, first_slot, documents });
            (self.seq, self.sealed) = (last, last);
        }
        Ok(())
    }

    /// Adds a document that is in no segment.
    fn add(&mut self, placed: Placed) {
        self.index.columns.push(&Facets::of(&placed.document));
        self.seqs.push(placed.seq);
        self.lengths.push(length_of(&placed.terms));
        self.words += u64::from(length_of(&placed.terms));
        self.tail.push(&placed.terms);
        if self.has_texts {
            self.index.texts.push(placed.document.text.to_lowercase().into());
        }
        if let Some(model) = &self.model {
            self.index.vectors.push(placed.vector.filter(|_| placed.model.as_ref() == Some(model)));
        }
        self.seq = placed.seq;
    }

    fn read_gone(&mut self, connection: &Connection, tenant: &Tenant) -> rusqlite::Result<()> {
        let mut statement =
            connection.prepare_cached("SELECT id, seq FROM gone WHERE tenant = ? AND id > ? ORDER BY id")?;
        let mut rows = statement.query(params![tenant.as_str(), self.gone])?;
        while let Some(row) = rows.next()? {
            self.gone = row.get(0)?;
            if let Ok(slot) = self.seqs.binary_search(&row.get(1)?) {
                self.index.remove(slot);
            }
        }
        Ok(())
    }

    /// The best documents, with their places in the file.
    pub(super) fn search(
        &mut self,
        connection: &Connection,
        tenant: &Tenant,
        asked: &Asked<'_>,
    ) -> rusqlite::Result<Vec<(i64, Hit)>> {
        let has_phrase = |test: &Test| matches!(test, Test::Phrase(_));
        if !self.has_texts && asked.question.predicates.iter().any(|predicate| has_phrase(&predicate.test)) {
            self.read_texts(connection, tenant)?;
        }
        if let Some(model) = asked.model.filter(|_| asked.vector.is_some())
            && self.model.as_deref() != Some(model)
        {
            self.read_vectors(connection, tenant, model)?;
        }
        self.read_words(connection, tenant, &asked.terms)?;
        let words = (!asked.terms.is_empty()).then(|| self.words(&asked.terms));
        let hits = self.index.search(asked, &Weights::TUNED, words.as_ref());
        Ok(hits.into_iter().map(|hit| (self.seqs[hit.slot], hit)).collect())
    }

    fn read_texts(&mut self, connection: &Connection, tenant: &Tenant) -> rusqlite::Result<()> {
        self.index.texts.clear();
        let mut statement = connection.prepare_cached(
            "SELECT texts FROM segment_texts WHERE tenant = ? AND last_seq <= ? ORDER BY last_seq",
        )?;
        let mut rows = statement.query(params![tenant.as_str(), self.sealed])?;
        let mut segments = self.segments.iter();
        while let (Some(row), Some(segment)) = (rows.next()?, segments.next()) {
            self.index.texts.extend(texts_from_bytes(row.get_ref(0)?.as_blob()?, segment.documents));
        }
        for placed in rows::after(connection, tenant, self.sealed, None)? {
            // One that went away meanwhile has a place, and no text.
            if let Ok(slot) = self.seqs.binary_search(&placed.seq) {
                self.index.texts.resize(slot, Box::default());
                self.index.texts.push(placed.document.text.to_lowercase().into());
            }
        }
        self.index.texts.resize(self.seqs.len(), Box::default());
        self.has_texts = true;
        Ok(())
    }

    fn read_vectors(
        &mut self,
        connection: &Connection,
        tenant: &Tenant,
        model: &str,
    ) -> rusqlite::Result<()> {
        let mut vectors = Vectors::default();
        let mut statement = connection.prepare_cached(
            "SELECT vectors FROM segment_vectors WHERE tenant = ? AND last_seq = ? AND model = ?",
        )?;
        for segment in &self.segments {
            let mut rows = statement.query(params![tenant.as_str(), segment.last, model])?;
            let together = match rows.next()? {
                Some(row) => vectors.extend_from_bytes(row.get_ref(0)?.as_blob()?, segment.documents),
                None => false,
            };
            if !together {
                let slots = segment.first_slot..segment.first_slot + segment.documents;
                vectors_of(connection, tenant, model, &self.seqs[slots], &mut vectors)?;
            }
        }
        vectors_of(connection, tenant, model, &self.seqs[self.sealed_slots()..], &mut vectors)?;
        self.index.vectors = vectors;
        self.model = Some(model.to_owned());
        Ok(())
    }

    fn read_words(
        &mut self,
        connection: &Connection,
        tenant: &Tenant,
        terms: &[Term],
    ) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "SELECT last_seq, postings FROM segment_words WHERE tenant = ? AND bucket = ? AND last_seq <= ?
             ORDER BY last_seq",
        )?;
        for term in terms {
            let bucket = bucket_of(*term);
            if self.buckets.contains_key(&bucket) {
                continue;
            }
            let mut by_segment = vec![Vec::new(); self.segments.len()];
            let mut rows = statement.query(params![tenant.as_str(), bucket, self.sealed])?;
            while let Some(row) = rows.next()? {
                let last: i64 = row.get(0)?;
                if let Ok(at) = self.segments.binary_search_by_key(&last, |segment| segment.last) {
                    by_segment[at] = postings_from_bytes(row.get_ref(1)?.as_blob()?);
                }
            }
            self.buckets.insert(bucket, by_segment);
        }
        for term in terms {
            if !self.holders.contains_key(term) {
                self.holders.insert(*term, self.holders_in_segments(*term));
            }
        }
        Ok(())
    }

    /// How much a question's words say of each document. Documents that gave place to later ones are among
    /// those that are counted, until their segment is made anew.
    fn words(&self, terms: &[Term]) -> WordScores {
        let mut corpus = Corpus { documents: self.seqs.len() as u64, ..Corpus::default() };
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let mean_words = self.words as f64 / self.seqs.len().max(1) as f64;
        corpus.mean_words = mean_words;
        for term in terms {
            let mut holders = self.holders.get(term).copied().unwrap_or(0);
            self.tail.look_up(*term, &mut |_, _| holders += 1);
            corpus.holders.insert(*term, holders);
        }
        corpus.scores(terms, &self.lengths, |term, found| self.look_up(term, found))
    }

    fn holders_in_segments(&self, term: Term) -> u64 {
        let bucket = self.buckets.get(&bucket_of(term)).map_or(&[][..], |bucket| bucket);
        let distinct = |postings: &Vec<Posting>| {
            let places = postings_of(postings, term);
            let again = places.windows(2).filter(|pair| pair[0].1 == pair[1].1).count();
            (places.len() - again) as u64
        };
        bucket.iter().map(distinct).sum()
    }

    /// The documents that hold a term, and how often.
    fn look_up(&self, term: Term, found: &mut dyn FnMut(usize, f32)) {
        let by_segment = self.buckets.get(&bucket_of(term)).map_or(&[][..], |bucket| bucket);
        for (segment, postings) in self.segments.iter().zip(by_segment) {
            let places = postings_of(postings, term).iter().map(|(_, place)| *place);
            count_runs(places, &mut |place, count| {
                self.found(segment.first_slot + place, count, found);
            });
        }
        let first = self.sealed_slots();
        self.tail.look_up(term, &mut |place, count| self.found(first + place, count, found));
    }

    fn found(&self, slot: usize, count: f32, found: &mut dyn FnMut(usize, f32)) {
        if self.index.is_alive(slot) {
            found(slot, count);
        }
    }

    /// How often a recipe went well and failed, rehearsals aside.
    pub(super) fn tally(&self, operation: &str, recipe: &str) -> (u64, u64) {
        let (operation, recipe) = (symbol(operation), symbol(recipe));
        let (mut good, mut bad) = (0, 0);
        for slot in (0..self.index.len()).filter(|slot| self.index.is_alive(*slot)) {
            let facets = self.index.columns.slot(slot);
            let is_it = facets.word(Word::Recipe) == recipe && facets.word(Word::Operation) == operation;
            if is_it && !facets.is_rehearsal() {
                good += u64::from(facets.outcome() == Some(Outcome::Done));
                bad += u64::from(facets.outcome() == Some(Outcome::Failed));
            }
        }
        (good, bad)
    }
}

/// The vectors of some documents from their rows; a place without one where there is none of this model.
fn vectors_of(
    connection: &Connection,
    tenant: &Tenant,
    model: &str,
    seqs: &[i64],
    vectors: &mut Vectors,
) -> rusqlite::Result<()> {
    let (Some(first), Some(last)) = (seqs.first(), seqs.last()) else { return Ok(()) };
    let mut statement = connection.prepare_cached(
        "SELECT seq, vector FROM document WHERE tenant = ? AND seq BETWEEN ? AND ? AND model = ? ORDER BY seq",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), first, last, model])?;
    let mut places = seqs.iter();
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        places.by_ref().take_while(|place| **place != seq).for_each(|_| vectors.push(None));
        vectors.push(row.get_ref(1)?.as_blob_or_null()?.and_then(Packed::from_bytes));
    }
    places.for_each(|_| vectors.push(None));
    Ok(())
}
