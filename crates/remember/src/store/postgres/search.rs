//! Searching: the database finds candidates, and they are ranked as every store ranks.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{Fault, Ident};
use tokio_postgres::Row;

use super::filter::{Filter, distance, levels};
use super::link::{Open, fault};
use super::read::{Values, references};
use super::vectors::halfvec_text;
use crate::meaning::Packed;
use crate::search::words::Term;
use crate::search::{Asked, Collected, Corpus, Hit, Indexed, Weights};
use crate::{Document, Measures, Outcome, TableName, Tenant};

/// The candidates that each way of finding contributes.
const CANDIDATES: i64 = 200;

/// The documents that hold a word are counted up to here; beyond, it is a common word.
const HOLDERS_MAX: u64 = 2_000;

/// The latest documents, that what is common is told from.
const LATEST: i64 = 1_000;

/// What is read of a document, in the order [`indexed_of`] takes it.
const COLUMNS: &str = "key, entry, type, operation, recipe, table_schema, table_name, outcome, environment,
    server_major, run, rehearsal, claimed, rows, heap_bytes, index_bytes, total_bytes, ms, lock_hold_ms,
    lock_wait_ms, stall_ms, remarks, successes, failures, happened_ns, text, terms, model, vector";

/// The best documents, best first.
pub(super) async fn search(
    open: &mut Open,
    tenant: &Tenant,
    asked: &Asked<'_>,
) -> Result<Vec<(Hit, Document)>, Fault> {
    let found = candidates(open, tenant, asked).await;
    let (rows, corpus) = found.map_err(|error| fault(&open.session, "read", &error))?;
    let (mut collected, mut documents, mut keys) = (Collected::default(), Vec::new(), BTreeSet::new());
    for row in &rows {
        if keys.insert(row.get::<_, &str>(0)) {
            let indexed = indexed_of(row, asked.model.filter(|_| open.offer.vectors_in.is_some()));
            documents.push(indexed.document.clone());
            collected.insert(indexed);
        }
    }
    let hits = collected.search(asked, &Weights::TUNED, &corpus);
    Ok(hits.into_iter().map(|hit| (hit, documents[hit.slot].clone())).collect())
}

async fn candidates(
    open: &Open,
    tenant: &Tenant,
    asked: &Asked<'_>,
) -> Result<(Vec<Row>, Corpus), tokio_postgres::Error> {
    let corpus = corpus(open, tenant, asked).await?;
    let most = CANDIDATES.max(asked.limit_i64());
    let mut rows = Vec::new();
    for level in levels(asked.question) {
        let filter = || Filter::new(tenant, asked.question, level).into_parts();
        let latest = best_by(open, filter(), "happened_ns DESC", most).await?;
        let (found, limit) = (latest.len(), asked.limit);
        rows.extend(latest);
        // Fewer than asked for: all of them are candidates, and more has to be given up.
        if found >= limit {
            if i64::try_from(found).is_ok_and(|found| found >= most) {
                rows.extend(deepest(open, asked, &corpus, &filter).await?);
            }
            break;
        }
    }
    Ok((rows, corpus))
}

/// More candidates of the level at which there are more than could be looked at: by meaning, by words, by
/// numbers.
async fn deepest(
    open: &Open,
    asked: &Asked<'_>,
    corpus: &Corpus,
    filter: &dyn Fn() -> (String, Values),
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let mut rows = Vec::new();
    if let Some(vector) = asked.vector.as_ref().filter(|_| open.offer.vectors_in.is_some()) {
        rows.extend(by_meaning(open, asked, filter(), vector).await?);
    }
    // Words that many documents hold tell none of them from the others.
    let rare = |term: &&Term| corpus.holders.get(term).is_some_and(|holders| *holders < HOLDERS_MAX);
    let rare: Vec<Term> = asked.terms.iter().filter(rare).copied().collect();
    if !rare.is_empty() {
        let (mut condition, mut values) = filter();
        values.push(Box::new(signed(&rare)));
        let place = format!("${}", values.len());
        condition.push_str(&[" AND terms && ", &place].concat());
        let common = ["cardinality(ARRAY (SELECT unnest(terms) INTERSECT SELECT unnest(", &place, "))) DESC"];
        rows.extend(best_by(open, (condition, values), &common.concat(), CANDIDATES).await?);
    }
    let (condition, mut values) = filter();
    if let Some(distance) = distance(asked.question, &mut values) {
        let order = [&distance, " ASC NULLS LAST, happened_ns DESC"].concat();
        rows.extend(best_by(open, (condition, values), &order, CANDIDATES).await?);
    }
    Ok(rows)
}

/// By the index where there is one, which then is searched on until enough pass the filter.
async fn by_meaning(
    open: &Open,
    asked: &Asked<'_>,
    (mut condition, mut values): (String, Values),
    vector: &Packed,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    values.push(Box::new(asked.model.map(str::to_owned)));
    condition.push_str(&format!(" AND model = ${}", values.len()));
    values.push(Box::new(halfvec_text(vector)));
    let dimensions = vector.unpack().len();
    // The same expression as the index of this model has.
    let order =
        format!("(meaning::halfvec({dimensions})) <=> (${}::text)::halfvec({dimensions})", values.len());
    best_by(open, (condition, values), &order, CANDIDATES).await
}

async fn best_by(
    open: &Open,
    (condition, mut values): (String, Values),
    order: &str,
    limit: i64,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    values.push(Box::new(limit));
    let place = format!(" LIMIT ${}", values.len());
    let query =
        ["SELECT ", COLUMNS, " FROM document WHERE ", &condition, " ORDER BY ", order, &place].concat();
    open.session.query(&query, &references(&values)).await
}

/// How common the question's words are among all documents of the tenant. Words of many documents are
/// counted among the latest, and told from those.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts"
)]
async fn corpus(open: &Open, tenant: &Tenant, asked: &Asked<'_>) -> Result<Corpus, tokio_postgres::Error> {
    if asked.terms.is_empty() {
        return Ok(Corpus::default());
    }
    let terms = signed(&asked.terms);
    let all = "SELECT count(*) FROM document WHERE tenant = $1";
    let all: i64 = open.session.query_one(all, &[&tenant.as_str()]).await?.get(0);
    let latest = "SELECT count(*), coalesce(avg(cardinality(terms)), 1)::double precision,
            ARRAY (SELECT count(*) FILTER (WHERE l.terms @> ARRAY[t.term]) FROM latest AS l, unnest($2::integer[])
                WITH ORDINALITY AS t (term, place) GROUP BY t.place ORDER BY t.place)
        FROM latest";
    let latest = [
        "WITH latest AS MATERIALIZED (SELECT terms FROM document WHERE tenant = $1
            ORDER BY happened_ns DESC LIMIT $3) ",
        latest,
    ];
    let row = open.session.query_one(&latest.concat(), &[&tenant.as_str(), &terms, &LATEST]).await?;
    let (sampled, mean_words, among): (i64, f64, Vec<i64>) = (row.get(0), row.get(1), row.get(2));
    let mut corpus = Corpus { documents: all.cast_unsigned(), mean_words, ..Corpus::default() };
    let exact = "SELECT (SELECT count(*) FROM (SELECT FROM document AS d
            WHERE d.tenant = $1 AND d.terms @> ARRAY[t.term] LIMIT $3) AS held)
        FROM unnest($2::integer[]) WITH ORDINALITY AS t (term, place) ORDER BY t.place";
    let most = HOLDERS_MAX.cast_signed();
    let rows = match all > sampled {
        true => open.session.query(exact, &[&tenant.as_str(), &terms, &most]).await?,
        false => Vec::new(),
    };
    for (at, term) in asked.terms.iter().enumerate() {
        let among = among.get(at).copied().unwrap_or(0);
        let told = (among as f64 / sampled.max(1) as f64 * all as f64) as u64;
        let counted = rows.get(at).map_or(among.cast_unsigned(), |row| row.get::<_, i64>(0).cast_unsigned());
        let holders = if counted < HOLDERS_MAX { counted } else { told.max(HOLDERS_MAX) };
        corpus.holders.insert(*term, holders);
    }
    Ok(corpus)
}

/// PostgreSQL has no unsigned integers; the bits are the same.
fn signed(terms: &[Term]) -> Vec<i32> {
    terms.iter().map(|term| term.cast_signed()).collect()
}

fn indexed_of(row: &Row, model: Option<&str>) -> Indexed {
    let own_model: Option<&str> = row.get(27);
    let bytes: Option<&[u8]> = row.get(28);
    let vector = bytes.filter(|_| own_model.is_some() && own_model == model).and_then(Packed::from_bytes);
    let terms: Vec<i32> = row.get(26);
    let terms = terms.into_iter().map(i32::cast_unsigned).collect();
    Indexed { document: document_of(row), terms, vector }
}

fn document_of(row: &Row) -> Document {
    let (schema, name): (Option<String>, Option<String>) = (row.get(5), row.get(6));
    let outcome: Option<&str> = row.get(7);
    let counts: (Option<i64>, Option<i64>) = (row.get(22), row.get(23));
    let remarks: Option<&str> = row.get(21);
    Document {
        key: row.get(0),
        entry: row.get(1),
        kind: row.get(2),
        operation: row.get(3),
        recipe: row.get(4),
        table: name.map(|name| TableName { schema: schema.map(Ident::new), name: Ident::new(name) }),
        outcome: outcome.and_then(Outcome::from_name),
        environment: row.get(8),
        server_major: row.get::<_, Option<i32>>(9).map(i32::cast_unsigned),
        run: row.get(10),
        rehearsal: row.get(11),
        claimed: row.get(12),
        counts: counts.0.zip(counts.1).map(|(good, bad)| (good.cast_unsigned(), bad.cast_unsigned())),
        remarks: remarks.map_or_else(Vec::new, |lines| lines.lines().map(str::to_owned).collect()),
        measures: Measures {
            rows: row.get(13),
            heap_bytes: row.get(14),
            index_bytes: row.get(15),
            total_bytes: row.get(16),
            ms: row.get(17),
            lock_hold_ms: row.get(18),
            lock_wait_ms: row.get(19),
            stall_ms: row.get(20),
        },
        happened_at: Timestamp::from_nanosecond(i128::from(row.get::<_, i64>(24))).unwrap_or(Timestamp::MAX),
        text: row.get(25),
    }
}
