//! `memory list` and `memory show`: entries as people look at them.

use jiff::Timestamp;
use model::Fault;
use serde::Serialize;

use crate::describe::listed;
use crate::store::Selection;
use crate::{Entry, Kind, Memory, Outcome, TableName};

/// The entries `memory list` shows where nobody says how many.
const LIST_LIMIT: u32 = 20;

/// Which entries `memory list` shows.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Entries of this kind.
    pub kind: Option<Kind>,
    /// Entries of this run.
    pub run: Option<String>,
    /// Entries about this table.
    pub table: Option<TableName>,
    /// Entries of what happened at or after this time.
    pub since: Option<Timestamp>,
    /// At most so many; 20 where none.
    pub limit: Option<u32>,
}

/// What `memory list` answers: the newest entries first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listing {
    /// The entries.
    pub entries: Vec<Summary>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// One entry in a list. What its kind does not know is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The entry's id.
    pub id: String,
    /// What kind of entry it is.
    pub kind: Kind,
    /// When it happened.
    pub happened_at: Timestamp,
    /// The run it belongs to.
    pub run: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// The recipe or strategy.
    pub recipe: Option<String>,
    /// The table.
    pub table: Option<TableName>,
    /// The table's estimated rows.
    pub row_count: Option<f64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The whole of it, in ms.
    pub ms: Option<f64>,
    /// The longest its locks were held at once, in ms.
    pub lock_hold_ms: Option<f64>,
    /// Time queued for locks, in ms.
    pub lock_wait_ms: Option<f64>,
    /// What it says, in words.
    pub text: String,
}

impl Memory {
    /// The newest entries, in short.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list(&self, query: &ListQuery) -> Result<Listing, Fault> {
        let limit = query.limit.unwrap_or(LIST_LIMIT);
        let mut entries = self.entries(&Selection {
            kind: query.kind,
            run: query.run.clone(),
            table: query.table.clone(),
            since: query.since,
            limit: Some(limit.saturating_add(1)),
            newest_first: true,
            ..Selection::default()
        })?;
        let more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        Ok(Listing { entries: entries.iter().map(summary_of).collect(), more })
    }

    /// One entry whole, by its id or the beginning of it.
    ///
    /// # Errors
    /// When the store cannot be read, no entry has the id, or several begin with it.
    pub fn show(&self, id: &str) -> Result<Entry, Fault> {
        let mut found = self.entries(&Selection {
            id_prefix: Some(id.to_owned()),
            limit: Some(2),
            ..Selection::default()
        })?;
        match (found.pop(), found.pop()) {
            (Some(entry), None) => Ok(entry),
            (Some(_), Some(first)) if first.id == id => Ok(first),
            (Some(_), Some(_)) => {
                Err(Fault::new("memory.ambiguous", format!("several entries begin with {id:?}"))
                    .help("write more of the id"))
            }
            (None, _) => Err(Fault::new("memory.unknown", format!("no entry has the id {id:?}"))
                .help("`lockkeeper memory list` shows the ids there are")),
        }
    }
}

pub(crate) fn summary_of(entry: &Entry) -> Summary {
    let document = listed(entry);
    Summary {
        id: entry.id.clone(),
        kind: entry.body.kind(),
        happened_at: entry.happened_at,
        run: entry.body.run().map(str::to_owned),
        operation: document.operation,
        recipe: document.recipe,
        table: document.table,
        row_count: document.measures.rows,
        outcome: document.outcome,
        ms: document.measures.ms,
        lock_hold_ms: document.measures.lock_hold_ms,
        lock_wait_ms: document.measures.lock_wait_ms,
        text: document.text,
    }
}
