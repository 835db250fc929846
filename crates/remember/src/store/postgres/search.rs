//! Searching: the database finds candidates, and they are ranked as every store ranks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Fault, Ident};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

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

/// The same for a question without a text: the first of them are the answers.
const CANDIDATES_WITHOUT_TEXT: i64 = 50;

/// Documents that hold rare words are looked at up to here; beyond, those words are common ones.
const HOLDERS_MAX: i64 = 2_000;

/// The latest documents, that what is common is told from.
const LATEST: i64 = 400;

/// A word that one in so many of the latest documents holds is common: who else holds it need not be looked up.
const COMMON_SHARE: i64 = 50;

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
    open: &mut Open,
    tenant: &Tenant,
    asked: &Asked<'_>,
) -> Result<(Vec<Row>, Corpus), tokio_postgres::Error> {
    let (corpus, rare) = corpus(open, tenant, asked).await?;
    let has_text = !asked.terms.is_empty() || asked.vector.is_some();
    let most = if has_text { CANDIDATES } else { CANDIDATES_WITHOUT_TEXT }.max(asked.limit_i64());
    let mut rows = Vec::new();
    for level in levels(asked.question) {
        let filter = || Filter::new(tenant, asked.question, level).into_parts();
        let (condition, mut values) = filter();
        let order = match distance(asked.question, &mut values) {
            Some(distance) => [&distance, " ASC NULLS LAST, happened_ns DESC"].concat(),
            None => "happened_ns DESC".to_owned(),
        };
        let first = best_by(open, (condition, values), &order, most).await?;
        let (found, limit) = (first.len(), asked.limit);
        rows.extend(first);
        // Fewer than asked for: all of them are candidates, and more has to be given up.
        if found >= limit {
            if has_text && i64::try_from(found).is_ok_and(|found| found >= most) {
                rows.extend(deepest(open, asked, &rare, &filter).await?);
            }
            break;
        }
    }
    Ok((rows, corpus))
}

/// More candidates of the level at which there are more than could be looked at: by meaning, and by the words
/// that not many documents hold.
async fn deepest(
    open: &Open,
    asked: &Asked<'_>,
    rare: &[Term],
    filter: &dyn Fn() -> (String, Values),
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let mut rows = Vec::new();
    if let Some(vector) = asked.vector.as_ref().filter(|_| open.offer.vectors_in.is_some()) {
        rows.extend(by_meaning(open, asked, filter(), vector).await?);
    }
    if !rare.is_empty() {
        let (mut condition, mut values) = filter();
        let mut holds = Vec::new();
        for term in signed(rare) {
            values.push(Box::new(term));
            holds.push(format!("(${} = ANY (terms))::integer", values.len()));
        }
        values.push(Box::new(signed(rare)));
        condition.push_str(&format!(" AND terms && ${}", values.len()));
        let most = [&holds.join(" + "), " DESC"].concat();
        rows.extend(best_by(open, (condition, values), &most, CANDIDATES).await?);
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

/// How common the question's words are among all documents of the tenant, and those that are rare. What is common is
/// told from the latest documents: to count who holds a common word, a good part of all would have to be looked at.
async fn corpus(
    open: &mut Open,
    tenant: &Tenant,
    asked: &Asked<'_>,
) -> Result<(Corpus, Vec<Term>), tokio_postgres::Error> {
    if asked.terms.is_empty() {
        return Ok((Corpus::default(), Vec::new()));
    }
    let latest = "WITH latest AS MATERIALIZED (SELECT terms FROM document WHERE tenant = $1
            ORDER BY happened_ns DESC LIMIT $3)
        SELECT count(*), coalesce(avg(cardinality(terms)), 1)::double precision,
            ARRAY (SELECT count(*) FILTER (WHERE t.term = ANY (l.terms)) FROM latest AS l, unnest($2::integer[])
                WITH ORDINALITY AS t (term, place) GROUP BY t.place ORDER BY t.place)
        FROM latest";
    let values: [&(dyn ToSql + Sync); 3] = [&tenant.as_str(), &signed(&asked.terms), &LATEST];
    let row = open.session.query_one(latest, &values).await?;
    let (sampled, mean_words, among): (i64, f64, Vec<i64>) = (row.get(0), row.get(1), row.get(2));
    let among = asked.terms.iter().copied().zip(among.into_iter().chain(std::iter::repeat(0)));
    let among: BTreeMap<Term, i64> = among.collect();
    if sampled < LATEST {
        // These are all there are.
        let holders = among.iter().map(|(term, count)| (*term, count.cast_unsigned())).collect();
        return Ok((Corpus { documents: sampled.cast_unsigned(), mean_words, holders }, asked.terms.clone()));
    }
    let documents = open.documents(tenant).await?;
    let told = |count: i64| documents.saturating_mul(count.cast_unsigned()) / sampled.cast_unsigned();
    let (seldom, common): (Vec<_>, Vec<_>) =
        among.iter().partition(|(_, count)| **count * COMMON_SHARE < sampled);
    let mut holders: BTreeMap<Term, u64> =
        common.iter().map(|(term, count)| (**term, told(**count))).collect();
    let seldom: Vec<Term> = seldom.into_iter().map(|(term, _)| *term).collect();
    let counted = holders_of(open, tenant, &seldom).await?;
    let rare = if counted.is_some() { seldom.clone() } else { Vec::new() };
    for term in seldom {
        let count = counted.as_ref().map(|counted| counted.get(&term).copied().unwrap_or(0));
        holders.insert(term, count.unwrap_or_else(|| told(among[&term]).max(1)));
    }
    Ok((Corpus { documents, mean_words, holders }, rare))
}

/// How many documents hold each of some words; none where so many do that they are no rare words.
async fn holders_of(
    open: &Open,
    tenant: &Tenant,
    terms: &[Term],
) -> Result<Option<BTreeMap<Term, u64>>, tokio_postgres::Error> {
    if terms.is_empty() {
        return Ok(Some(BTreeMap::new()));
    }
    let query = "WITH held AS MATERIALIZED (SELECT terms FROM document WHERE tenant = $1 AND terms && $2::integer[]
            LIMIT $3)
        SELECT NULL::integer, count(*) FROM held UNION ALL
        SELECT t.term, count(*) FROM held, unnest($2::integer[]) AS t (term) WHERE t.term = ANY (held.terms) GROUP BY 1";
    let rows = open.session.query(query, &[&tenant.as_str(), &signed(terms), &HOLDERS_MAX]).await?;
    let mut counted = BTreeMap::new();
    for row in &rows {
        let (term, count): (Option<i32>, i64) = (row.get(0), row.get(1));
        match term {
            None if count >= HOLDERS_MAX => return Ok(None),
            None => {}
            Some(term) => drop(counted.insert(term.cast_unsigned(), count.cast_unsigned())),
        }
    }
    Ok(Some(counted))
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
