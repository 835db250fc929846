//! Segments: documents in the shape a search runs through, written beside the documents they are made of.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::rows::{self, Placed};
use crate::Tenant;
use crate::meaning::{Packed, Vectors};
use crate::search::words::Term;
use crate::search::{Columns, Facets};

/// The documents of a segment. Those that are not yet as many are read one by one.
pub(super) const SEGMENT: usize = 1_024;

/// The buckets that words are kept in.
const BUCKETS: u32 = 64;

/// A word and the place of a document within its segment.
pub(super) type Posting = (Term, u16);

/// The bytes of a posting.
const POSTING_BYTES: usize = 6;

/// The bucket of a word.
pub(super) fn bucket_of(term: Term) -> u32 {
    term % BUCKETS
}

/// Puts documents into segments as soon as there are enough for one.
pub(super) fn seal(connection: &Connection, tenant: &Tenant) -> rusqlite::Result<()> {
    loop {
        let last: Option<i64> = connection
            .prepare_cached("SELECT max(last_seq) FROM segment WHERE tenant = ?")?
            .query_row([tenant.as_str()], |row| row.get(0))?;
        let waiting: i64 = connection
            .prepare_cached("SELECT count(*) FROM document WHERE tenant = ? AND seq > ?")?
            .query_row(params![tenant.as_str(), last.unwrap_or(0)], |row| row.get(0))?;
        if usize::try_from(waiting).unwrap_or(0) < SEGMENT {
            return Ok(());
        }
        write(connection, tenant, &rows::after(connection, tenant, last.unwrap_or(0), Some(SEGMENT))?)?;
    }
}

/// Puts the documents of every tenant into segments.
pub(super) fn seal_all(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT DISTINCT tenant FROM document")?;
    let tenants: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    tenants.iter().filter_map(|tenant| tenant.parse().ok()).try_for_each(|tenant| seal(connection, &tenant))
}

/// Removes every segment of a tenant, and makes them anew of the documents there are.
pub(super) fn make_anew(connection: &Connection, tenant: &Tenant) -> rusqlite::Result<()> {
    for delete in [
        "DELETE FROM segment WHERE tenant = ?",
        "DELETE FROM segment_vectors WHERE tenant = ?",
        "DELETE FROM segment_texts WHERE tenant = ?",
        "DELETE FROM segment_words WHERE tenant = ?",
        "DELETE FROM gone WHERE tenant = ?",
    ] {
        connection.execute(delete, [tenant.as_str()])?;
    }
    seal(connection, tenant)
}

fn write(connection: &Connection, tenant: &Tenant, documents: &[Placed]) -> rusqlite::Result<()> {
    let Some(last) = documents.last().map(|last| last.seq) else { return Ok(()) };
    let mut columns = Columns::default();
    documents.iter().for_each(|placed| columns.push(&Facets::of(&placed.document)));
    let seqs: Vec<u8> = documents.iter().flat_map(|placed| placed.seq.to_le_bytes()).collect();
    let lengths: Vec<u8> =
        documents.iter().flat_map(|placed| length_of(&placed.terms).to_le_bytes()).collect();
    connection
        .prepare_cached(
            "INSERT INTO segment (tenant, last_seq, seqs, lengths, facets) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![tenant.as_str(), last, seqs, lengths, columns.to_bytes()])?;
    connection
        .prepare_cached("INSERT INTO segment_texts (tenant, last_seq, texts) VALUES (?, ?, ?)")?
        .execute(params![tenant.as_str(), last, texts_to_bytes(documents)])?;
    write_words(connection, tenant, last, documents)?;
    let models: Vec<Option<&str>> = documents.iter().map(|placed| placed.model.as_deref()).collect();
    let vectors = documents.iter().map(|placed| placed.vector.clone());
    write_vectors(connection, tenant, last, &models, vectors)
}

/// The words of a document, as many as are counted.
pub(super) fn length_of(terms: &[Term]) -> u16 {
    u16::try_from(terms.len()).unwrap_or(u16::MAX)
}

/// The length of each text in bytes, then all of them.
fn texts_to_bytes(documents: &[Placed]) -> Vec<u8> {
    let texts: Vec<String> = documents.iter().map(|placed| placed.document.text.to_lowercase()).collect();
    let length = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    texts.iter().flat_map(length).chain(texts.iter().flat_map(|text| text.bytes())).collect()
}

/// The texts of so many documents; empty ones where the bytes are something else.
pub(super) fn texts_from_bytes(bytes: &[u8], documents: usize) -> Vec<Box<str>> {
    let (lengths, mut rest) = bytes.split_at_checked(4 * documents).unwrap_or_default();
    let mut texts: Vec<Box<str>> = Vec::with_capacity(documents);
    for length in lengths.as_chunks().0 {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (text, after) = rest.split_at_checked(length).unwrap_or_default();
        texts.push(String::from_utf8_lossy(text).into());
        rest = after;
    }
    texts.resize(documents, Box::default());
    texts
}

fn write_words(
    connection: &Connection,
    tenant: &Tenant,
    last: i64,
    documents: &[Placed],
) -> rusqlite::Result<()> {
    let mut postings: Vec<(u32, Posting)> = Vec::new();
    for (place, placed) in (0u16..).zip(documents) {
        postings.extend(placed.terms.iter().map(|term| (bucket_of(*term), (*term, place))));
    }
    postings.sort_unstable();
    let mut insert = connection.prepare_cached(
        "INSERT INTO segment_words (tenant, bucket, last_seq, postings) VALUES (?, ?, ?, ?)",
    )?;
    for bucket in postings.chunk_by(|left, right| left.0 == right.0) {
        let bytes = |(_, (term, place)): &(u32, Posting)| {
            let (term, place) = (term.to_le_bytes(), place.to_le_bytes());
            [term[0], term[1], term[2], term[3], place[0], place[1]]
        };
        let bytes: Vec<u8> = bucket.iter().flat_map(bytes).collect();
        insert.execute(params![tenant.as_str(), bucket[0].0, last, bytes])?;
    }
    Ok(())
}

/// The postings of one bucket, sorted.
pub(super) fn postings_from_bytes(bytes: &[u8]) -> Vec<Posting> {
    let posting = |bytes: &[u8; POSTING_BYTES]| {
        let [a, b, c, d, e, f] = *bytes;
        (u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([e, f]))
    };
    bytes.as_chunks().0.iter().map(posting).collect()
}

/// Keeps the vectors of a segment together, where all are of one model.
fn write_vectors(
    connection: &Connection,
    tenant: &Tenant,
    last: i64,
    models: &[Option<&str>],
    vectors: impl Iterator<Item = Option<Packed>>,
) -> rusqlite::Result<()> {
    let first = models.first().copied().flatten();
    let Some(model) = first.filter(|first| models.iter().all(|model| *model == Some(*first))) else {
        return Ok(());
    };
    let mut together = Vectors::default();
    vectors.for_each(|vector| together.push(vector));
    connection
        .prepare_cached("INSERT INTO segment_vectors (tenant, last_seq, model, vectors) VALUES (?, ?, ?, ?)")?
        .execute(params![tenant.as_str(), last, model, together.to_bytes()])?;
    Ok(())
}

/// Follows a change of vectors at some places: the segments they are in keep theirs together again as soon
/// as all are of one model.
pub(super) fn follow_vectors(connection: &Connection, tenant: &Tenant, seqs: &[i64]) -> rusqlite::Result<()> {
    let mut segment = connection.prepare_cached(
        "SELECT last_seq, seqs FROM segment WHERE tenant = ? AND last_seq >= ? ORDER BY last_seq LIMIT 1",
    )?;
    let mut sorted = seqs.to_vec();
    sorted.sort_unstable();
    let mut done = i64::MIN;
    for seq in sorted {
        if seq <= done {
            continue;
        }
        let found = segment.query_row(params![tenant.as_str(), seq], |row| {
            Ok((row.get::<_, i64>(0)?, seqs_from_bytes(row.get_ref(1)?.as_blob()?)))
        });
        // What is in no segment yet has its vector in its row.
        let Some((last, seqs)) = found.optional()? else { return Ok(()) };
        vectors_anew(connection, tenant, last, &seqs)?;
        done = last;
    }
    Ok(())
}

fn vectors_anew(connection: &Connection, tenant: &Tenant, last: i64, seqs: &[i64]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM segment_vectors WHERE tenant = ? AND last_seq = ?")?
        .execute(params![tenant.as_str(), last])?;
    let first = seqs.first().copied().unwrap_or(last);
    let mut models: Vec<Option<String>> = Vec::new();
    let mut vectors = Vec::new();
    let mut statement = connection.prepare_cached(
        "SELECT seq, model, vector FROM document WHERE tenant = ? AND seq BETWEEN ? AND ? ORDER BY seq",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), first, last])?;
    let mut places = seqs.iter();
    while let Some(row) = rows.next()? {
        let (seq, model): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
        // Documents that went away meanwhile have a place, and no vector.
        vectors.extend(places.by_ref().take_while(|place| **place != seq).map(|_| None));
        vectors.push(row.get_ref(2)?.as_blob_or_null()?.and_then(Packed::from_bytes));
        if models.first().is_some_and(|first| *first != model) {
            return Ok(());
        }
        models.push(model);
    }
    vectors.extend(places.map(|_| None));
    let models: Vec<Option<&str>> = models.iter().map(Option::as_deref).collect();
    write_vectors(connection, tenant, last, &models, vectors.into_iter())
}

/// Places from the bytes of a segment.
pub(super) fn seqs_from_bytes(bytes: &[u8]) -> Vec<i64> {
    bytes.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect()
}
