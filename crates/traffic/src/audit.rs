//! Holds the tables against the books: which rows and values are lost.

use std::collections::{BTreeMap, BTreeSet};

use connect::Session;
use model::{Fault, Ident, Name, Sql, sql};
use serde::{Deserialize, Serialize};

use crate::Books;
use crate::books::{Opening, contents, unreadable};
use crate::ledger::Entries;

/// How many lost keys are named; the rest are counted.
const NAMED_MAX: usize = 20;

/// What became of every row of the tables in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Rows that must be there and are not, of all tables.
    pub rows_lost: u64,
    /// Acknowledged values that are not there, in rows that are, of all tables.
    pub values_lost: u64,
    /// Whether nothing is lost, nothing is too much and nothing is altered. Writes that were not
    /// answered may have happened or not; either is fine.
    pub intact: bool,
    /// Table by table.
    pub tables: BTreeMap<Name, TableAudit>,
}

/// What became of the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableAudit {
    /// Rows before the traffic.
    pub rows_before: u64,
    /// Acknowledged inserts, deleted ones included.
    pub inserted: u64,
    /// Rows with an acknowledged update.
    pub updated: u64,
    /// Acknowledged deletes.
    pub deleted: u64,
    /// Writes that were not answered: they may have happened or not.
    pub unanswered: u64,
    /// Rows that must be there: before, plus inserted, less deleted (and less unanswered deletes).
    pub rows_expected: u64,
    /// Rows that are there.
    pub rows_found: u64,
    /// Rows that must be there and are not.
    pub rows_lost: u64,
    /// Rows beyond those expected and those that unanswered writes explain.
    pub rows_surplus: u64,
    /// Keys of lost rows, as many as are named.
    pub lost_keys: Vec<String>,
    /// Acknowledged values that are not there, in rows that are.
    pub values_lost: u64,
    /// Updates and deletes that found no row though theirs must have been there.
    pub writes_missed: u64,
    /// Whether a row that nobody was to write has other values; not known where an insert was not
    /// answered, because its row cannot be told from the others, or where rows are lost or surplus.
    pub altered: Option<bool>,
}

impl TableAudit {
    /// Whether nothing is lost, nothing is too much and nothing is known to be altered.
    pub fn intact(&self) -> bool {
        let wrong = self.rows_lost + self.rows_surplus + self.values_lost + self.writes_missed;
        wrong == 0 && self.altered != Some(true)
    }
}

impl Books {
    /// Looks for every row that must be there and for every acknowledged value. The traffic must have
    /// been stopped. Reads each table once.
    ///
    /// # Errors
    /// `traffic.books` when a table cannot be read.
    pub async fn audit(&self, session: &Session) -> Result<Audit, Fault> {
        let mut tables = BTreeMap::new();
        for (table, opening) in &self.opened {
            let entries = self.ledger.tables.get(table).cloned().unwrap_or_default();
            tables.insert(table.clone(), audit_table(session, table, opening, &entries).await?);
        }
        Ok(Audit {
            rows_lost: tables.values().map(|audit| audit.rows_lost).sum(),
            values_lost: tables.values().map(|audit| audit.values_lost).sum(),
            intact: tables.values().all(TableAudit::intact),
            tables,
        })
    }
}

async fn audit_table(
    session: &Session,
    table: &Name,
    opening: &Opening,
    entries: &Entries,
) -> Result<TableAudit, Fault> {
    let known = known_keys(opening, entries);
    let others = contents(session, table, opening, &known).await?;
    let found = found_keys(session, table, opening, &known).await?;
    let must: BTreeSet<&String> = opening.touched.iter().chain(&entries.inserted).collect();
    let lost: Vec<&String> = must.into_iter().filter(|key| !found.contains(*key)).collect();
    let values_lost = values_lost(session, table, opening, entries, &found).await?;
    let undeleted = entries.deleted.iter().filter(|key| found.contains(*key)).count() as u64;
    let (lost_others, surplus_others) = (
        opening.untouched.rows.saturating_sub(others.rows),
        others.rows.saturating_sub(opening.untouched.rows),
    );
    let altered = (others.rows == opening.untouched.rows && entries.unknown_inserts == 0)
        .then(|| others.sum != opening.untouched.sum);
    let rows_before = opening.untouched.rows + opening.touched.len() as u64;
    Ok(TableAudit {
        rows_before,
        inserted: (entries.inserted.len() + entries.deleted.len() + entries.unknown_deletes.len()) as u64,
        updated: entries.values.values().flat_map(BTreeMap::keys).collect::<BTreeSet<_>>().len() as u64,
        deleted: entries.deleted.len() as u64,
        unanswered: unanswered(entries),
        rows_expected: rows_before + entries.inserted.len() as u64,
        rows_found: others.rows + found.len() as u64,
        rows_lost: lost.len() as u64 + lost_others,
        rows_surplus: undeleted + surplus_others.saturating_sub(entries.unknown_inserts),
        lost_keys: lost.into_iter().take(NAMED_MAX).cloned().collect(),
        values_lost,
        writes_missed: entries.vanished.len() as u64,
        altered,
    })
}

fn unanswered(entries: &Entries) -> u64 {
    let updates = entries.values.values().flat_map(BTreeMap::values).filter(|value| value.is_none()).count();
    entries.unknown_inserts + (entries.unknown_deletes.len() + updates) as u64
}

/// Keys of all rows that the traffic wrote or may have written.
fn known_keys(opening: &Opening, entries: &Entries) -> Vec<String> {
    let written = entries.inserted.iter().chain(&entries.deleted).chain(&entries.unknown_deletes);
    opening.touched.iter().chain(written).cloned().collect()
}

/// Which of the keys are in the table.
async fn found_keys(
    session: &Session,
    table: &Name,
    opening: &Opening,
    keys: &[String],
) -> Result<BTreeSet<String>, Fault> {
    let query = by_keys(table, opening, &sql!("t.{}::text", opening.key));
    let rows = session.query(query.as_str(), &[&keys]).await.map_err(|e| unreadable(table, &e))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// How many acknowledged values are not in their rows.
async fn values_lost(
    session: &Session,
    table: &Name,
    opening: &Opening,
    entries: &Entries,
    found: &BTreeSet<String>,
) -> Result<u64, Fault> {
    let mut lost = 0;
    for (column, values) in &entries.values {
        let sure = values.iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
        let (keys, expected): (Vec<&String>, Vec<&String>) =
            sure.filter(|(key, _)| found.contains(*key)).unzip();
        let there = held(session, table, opening, column, &keys).await?;
        let is_lost = |(key, value): (&&String, &&String)| there.get(*key) != Some(&Some((*value).clone()));
        lost += keys.iter().zip(&expected).filter(|pair| is_lost(*pair)).count() as u64;
    }
    Ok(lost)
}

/// What rows hold in a column, as text.
async fn held(
    session: &Session,
    table: &Name,
    opening: &Opening,
    column: &Ident,
    keys: &[&String],
) -> Result<BTreeMap<String, Option<String>>, Fault> {
    let query = by_keys(table, opening, &sql!("t.{}::text, t.{}::text", opening.key, column));
    let rows = session.query(query.as_str(), &[&keys]).await.map_err(|e| unreadable(table, &e))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn by_keys(table: &Name, opening: &Opening, wanted: &Sql) -> Sql {
    sql!(
        "SELECT {} FROM unnest($1::text[]) AS known (key) JOIN {} AS t ON t.{} = known.key::{}",
        wanted,
        table,
        opening.key,
        opening.key_type
    )
}
