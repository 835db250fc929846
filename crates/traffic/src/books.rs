//! The books: what the tables held before the traffic, and what the traffic did to them since.

use std::collections::{BTreeMap, BTreeSet};

use connect::Session;
use model::{Fault, Ident, Name, Sql, TypeName, sql};

use crate::keys::{Rows, Values};
use crate::ledger::{Entries, Ledger};
use crate::{Watched, Workload};

/// How many rows of a table are sampled for statements to name.
const SAMPLE_ROWS: u64 = 20_000;

/// How many of the sampled rows updates may write; all others must keep their values.
const TOUCHED_ROWS: usize = 5_000;

/// What tables held when the books were opened, and every write the server acknowledged since.
///
/// While the books are open nobody but the traffic may change rows of these tables; what a migration
/// does to their columns is fine.
#[derive(Debug, Clone)]
pub struct Books {
    pub(crate) opened: BTreeMap<Name, Opening>,
    pub(crate) values: Values,
    pub(crate) ledger: Ledger,
}

/// One table as it was when the books were opened.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) key: Ident,
    pub(crate) key_type: TypeName,
    /// What to hash of each row; see [`contents`].
    pub(crate) hashed: Sql,
    /// Keys of the rows that updates may write.
    pub(crate) touched: Vec<String>,
    /// The rows that nobody may change.
    pub(crate) untouched: Contents,
}

/// Rows in any order: how many they are, and a sum over their hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) rows: u64,
    pub(crate) sum: Option<String>,
}

impl Books {
    /// Opens the books on what the tables of a workload hold now. Reads each of them once or twice.
    ///
    /// # Errors
    /// `traffic.books` when a table cannot be read.
    pub async fn open(session: &Session, workload: &Workload) -> Result<Self, Fault> {
        let mut books = Self { opened: BTreeMap::new(), values: Values::new(), ledger: Ledger::default() };
        for watched in &workload.tables {
            books.open_table(session, workload, watched).await?;
        }
        Ok(books)
    }

    /// How many rows of the table there were when the books were opened.
    pub fn rows(&self, table: &Name) -> Option<u64> {
        self.opened.get(table).map(|opening| opening.untouched.rows + opening.touched.len() as u64)
    }

    /// Which rows and columns of a table the traffic wrote; none for a table that is not in the books.
    pub fn written(&self, table: &Name) -> Option<Written> {
        let (opening, entries) = (self.opened.get(table)?, self.ledger.tables.get(table)?);
        Some(Written {
            key: opening.key.clone(),
            key_type: opening.key_type.clone(),
            inserted: entries.inserted.iter().cloned().collect(),
            touched: opening.touched.clone(),
            columns: entries.values.keys().cloned().collect(),
            is_known: entries.unknown_inserts == 0,
        })
    }

    /// The last value of a column that the server acknowledged for each row that updates wrote, by key; none
    /// where the last update was not answered.
    pub fn acknowledged(&self, table: &Name, column: &Ident) -> BTreeMap<String, Option<String>> {
        let entries = self.ledger.tables.get(table);
        entries.and_then(|entries| entries.values.get(column)).cloned().unwrap_or_default()
    }

    async fn open_table(
        &mut self,
        session: &Session,
        workload: &Workload,
        watched: &Watched,
    ) -> Result<(), Fault> {
        let columns = columns(session, &watched.table).await?;
        let key_type = columns.get(&watched.key).cloned().ok_or_else(|| missing_column(watched))?;
        let hashed = hashed(session, watched, &columns);
        self.sample(session, workload, watched).await?;
        let touched = if workload.writes_to(&watched.table) { self.touched(watched) } else { Vec::new() };
        let mut opening =
            Opening { key: watched.key.clone(), key_type, hashed, touched, untouched: Contents::none() };
        opening.untouched = contents(session, &watched.table, &opening, &opening.touched).await?;
        let rows = Rows { touched: opening.touched.clone(), inserted: Vec::new() };
        self.ledger.tables.insert(watched.table.clone(), Entries { rows, ..Entries::default() });
        self.opened.insert(watched.table.clone(), opening);
        Ok(())
    }

    fn touched(&self, watched: &Watched) -> Vec<String> {
        let keys = self.values.get(&(watched.table.clone(), watched.key.clone()));
        let sampled = keys.map(Vec::as_slice).unwrap_or_default();
        // The sample is in physical order: every nth of it lies all over the table.
        sampled.iter().step_by(sampled.len().div_ceil(TOUCHED_ROWS).max(1)).cloned().collect()
    }

    /// Takes a sample of rows: their keys, and what else statements want to name.
    async fn sample(
        &mut self,
        session: &Session,
        workload: &Workload,
        watched: &Watched,
    ) -> Result<(), Fault> {
        let mut columns = workload.value_columns(&watched.table);
        columns.insert(&watched.key);
        let texts = Sql::join(columns.iter().map(|column| sql!("{}::text", *column)), ", ");
        let query = sql!(
            "SELECT {} FROM {} TABLESAMPLE BERNOULLI ((SELECT least(100, 100.0 * {} / greatest(count(*), 1)) FROM {})) \
             REPEATABLE ({})",
            texts,
            watched.table,
            SAMPLE_ROWS,
            watched.table,
            // Any whole number that a real holds exactly.
            workload.seed & 0xffff
        );
        let rows = session.query(query.as_str(), &[]).await.map_err(|e| unreadable(&watched.table, &e))?;
        for (at, column) in columns.into_iter().enumerate() {
            let known = rows.iter().filter_map(|row| row.get::<_, Option<String>>(at)).collect();
            self.values.insert((watched.table.clone(), column.clone()), known);
        }
        Ok(())
    }
}

/// What a traffic wrote to a table, for telling what must be as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The column that names a row.
    pub key: Ident,
    /// Its type.
    pub key_type: TypeName,
    /// Keys of acknowledged inserts, as text, without those deleted again.
    pub inserted: Vec<String>,
    /// Keys of the rows that updates may have written.
    pub touched: Vec<String>,
    /// The columns that updates wrote.
    pub columns: BTreeSet<Ident>,
    /// Whether these are all: an insert that was not answered may have left a row that nobody can name.
    pub is_known: bool,
}

impl Contents {
    fn none() -> Self {
        Self { rows: 0, sum: None }
    }
}

/// The table's columns with their types, without generated ones.
async fn columns(session: &Session, table: &Name) -> Result<BTreeMap<Ident, TypeName>, Fault> {
    let query = "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
        WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''";
    let rows = session.query(query, &[&table.to_string()]).await.map_err(|e| unreadable(table, &e))?;
    let column = |row: &tokio_postgres::Row| {
        (Ident::new(row.get::<_, String>(0)), TypeName::new(row.get::<_, String>(1)))
    };
    Ok(rows.iter().map(column).collect())
}

/// Types that can be hashed as they are, which is several times faster than as text. Their hashes
/// survive a change from one type to another of the same row here.
const HASHABLE: [&str; 9] =
    ["smallint", "integer", "bigint", "numeric", "text", "character", "boolean", "date", "uuid"];

/// An expression that hashes the watched columns of a row.
fn hashed(session: &Session, watched: &Watched, columns: &BTreeMap<Ident, TypeName>) -> Sql {
    let chosen: Vec<&Ident> = match &watched.columns {
        Some(chosen) => chosen.iter().collect(),
        None => columns.keys().collect(),
    };
    let field = |column: &&Ident| {
        let type_name = columns.get(*column).map_or("", |type_name| type_name.0.as_str());
        let plain = HASHABLE.iter().any(|known| type_name.starts_with(known)) && !type_name.ends_with("[]");
        let by_itself = plain || type_name.starts_with("timestamp") || type_name == "jsonb";
        if by_itself { sql!("t.{}", *column) } else { sql!("t.{}::text", *column) }
    };
    let row = sql!("ROW({})", Sql::join(chosen.iter().map(field), ", "));
    // Records can be hashed since 14.
    if session.server().major >= 14 {
        sql!("hash_record_extended({}, 0)", row)
    } else {
        sql!("hashtextextended({}::text, 0)", row)
    }
}

/// Counts and hashes the rows of a table other than those with the given keys.
pub(crate) async fn contents(
    session: &Session,
    table: &Name,
    opening: &Opening,
    without: &[String],
) -> Result<Contents, Fault> {
    let query = sql!(
        "SELECT count(*), sum({})::text FROM {} AS t WHERE NOT EXISTS \
         (SELECT FROM unnest($1::text[]) AS known (key) WHERE known.key::{} = t.{})",
        opening.hashed,
        table,
        opening.key_type,
        opening.key
    );
    let row = session.query_one(query.as_str(), &[&without]).await.map_err(|e| unreadable(table, &e))?;
    Ok(Contents { rows: u64::try_from(row.get::<_, i64>(0)).unwrap_or_default(), sum: row.get(1) })
}

fn missing_column(watched: &Watched) -> Fault {
    Fault::new("traffic.books", format!("table {} has no column {}", watched.table, watched.key))
        .help("name a unique column of the table as the workload's key")
}

/// The fault for a table whose rows cannot be looked at.
pub(crate) fn unreadable(table: &Name, error: &tokio_postgres::Error) -> Fault {
    connect::fault("traffic.books", format!("the rows of {table} cannot be counted"), error)
}
