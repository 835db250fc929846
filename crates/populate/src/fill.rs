//! Fills tables on a server, one after the other.

use std::collections::BTreeMap;
use std::time::Instant;

use connect::Session;
use model::{Fault, Ident, Name, Progress, Schema, Sql, count_text, ms_text, sql};

use crate::Profile;
use crate::design::design;
use crate::layout::{Layouts, foreign_keys};
use crate::order::{Order, order, root};
use crate::parallel::prepare_for_filling;
use crate::rows::{Rows, Wanted};
use crate::statement::{Keys, Maker};

/// Rows that one statement makes.
const CHUNK_ROWS: u64 = 100_000;

/// Candidates that are looked at for one row, where rows have to be picked.
const CANDIDATES_A_ROW: u64 = 20;

/// What was filled, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// Rows in each table that was filled.
    pub tables: BTreeMap<Name, u64>,
    /// Tables that stayed empty, with the reason.
    pub unfilled: BTreeMap<Name, String>,
    /// What else is worth knowing: tables with fewer rows than asked for, columns without values.
    pub notes: Vec<String>,
}

/// Fills the tables of a schema with rows that are made up and meet its constraints. The schema is that
/// of the session's database, which is on a throwaway server; tables that have rows already keep them
/// and get no others. A table that cannot be filled is reported, and the others go on. At the end
/// sequences stand behind the rows, and the tables are analysed.
///
/// For a superuser triggers do not fire, and foreign keys hold by construction.
///
/// # Errors
/// `populate.filling` when the server cannot be asked; `populate.settings`.
pub async fn populate(
    session: &Session,
    schema: &Schema,
    rows: &Rows,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Filled, Fault> {
    populate_as(session, schema, &Wanted { rows, profile: None }, seed, progress).await
}

/// The same with rows like those of a live database: as many nulls and different values, its common values,
/// the others spread as its histograms say, references as uneven as there. What must differ differs, and
/// what the profile does not know is made up.
///
/// # Errors
/// As [`populate`].
pub async fn populate_like(
    session: &Session,
    schema: &Schema,
    rows: &Rows,
    profile: &Profile,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Filled, Fault> {
    populate_as(session, schema, &Wanted { rows, profile: Some(profile) }, seed, progress).await
}

async fn populate_as(
    session: &Session,
    schema: &Schema,
    wanted: &Wanted<'_>,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Filled, Fault> {
    let began = Instant::now();
    prepare_for_filling(session).await?;
    let order = order(schema);
    let layouts = design(schema, wanted, seed, &order, !session.server().is_superuser);
    let total = layouts.values().map(|layout| layout.rows).sum();
    progress.begin("making up rows", Some(total));
    let filling = Filling {
        session,
        schema,
        order: &order,
        layouts: &layouts,
        progress,
        keys: BTreeMap::new(),
        filled: Filled::default(),
        reached: 0,
    };
    let filled = filling.all().await?;
    let made = filled.tables.values().sum();
    let ms = began.elapsed().as_secs_f64() * 1_000.0;
    progress.end(&format!("{} rows in {}", count_text(made), ms_text(ms)));
    Ok(filled)
}

pub(crate) struct Filling<'a> {
    pub(crate) session: &'a Session,
    pub(crate) schema: &'a Schema,
    pub(crate) order: &'a Order,
    pub(crate) layouts: &'a Layouts,
    progress: &'a dyn Progress,
    /// The tables that have been filled, for others to refer to.
    pub(crate) keys: BTreeMap<Name, Keys>,
    pub(crate) filled: Filled,
    reached: u64,
}

/// Why a table got no rows: the server's word, or our own.
type Failure = String;

impl Filling<'_> {
    async fn all(mut self) -> Result<Filled, Fault> {
        for name in &self.order.tables {
            let name = name.clone();
            let Some(layout) = self.layouts.get(&name) else { continue };
            self.filled.notes.extend(layout.notes.iter().map(|note| format!("{name}: {note}")));
            if self.has_rows(&name).await? {
                self.filled.notes.push(format!("{name}: has rows already, and keeps them"));
                self.number(&name).await?;
            } else if layout.rows > 0 {
                self.fill(&name).await?;
            }
        }
        self.mend().await?;
        self.settle().await?;
        Ok(self.filled)
    }

    async fn fill(&mut self, name: &Name) -> Result<(), Fault> {
        let wanted = self.layouts.get(name).map_or(0, |layout| layout.rows);
        match self.attempt(name).await {
            Ok((rows, as_designed)) => {
                if rows < wanted {
                    let (rows, wanted) = (count_text(rows), count_text(wanted));
                    self.filled
                        .notes
                        .push(format!("{name}: only {rows} of {wanted} rows meet its constraints"));
                }
                self.filled.tables.insert(name.clone(), rows);
                if as_designed {
                    self.keys.insert(name.clone(), Keys::AsDesigned(rows));
                } else {
                    self.number(name).await?;
                }
            }
            Err(why) => {
                self.keys.insert(name.clone(), Keys::AsDesigned(0));
                self.progress.note(&format!("{name} stays empty: {why}"));
                self.filled.unfilled.insert(name.clone(), why);
            }
        }
        Ok(())
    }

    /// All rows as they are designed, or else those that the server takes: how many, and whether all of
    /// them are as designed.
    async fn attempt(&mut self, name: &Name) -> Result<(u64, bool), Failure> {
        let layout = self.layouts.get(name).ok_or("it has no layout")?;
        if let Some(why) = &layout.hopeless {
            return Err(why.clone());
        }
        let before = self.reached;
        let first = if layout.entangled {
            Err("foreign keys share columns".to_owned())
        } else {
            self.in_transaction(name, layout.rows, false).await
        };
        match first {
            Ok(rows) => Ok((rows, true)),
            Err(first) => {
                self.reached = before;
                let rows = self.in_transaction(name, layout.rows, true).await;
                // The first reason is the one that tells; the second may be a consequence.
                match rows {
                    Ok(0) | Err(_) => Err(first),
                    Ok(rows) => Ok((rows, false)),
                }
            }
        }
    }

    /// Makes the rows of a table in one transaction, so that a failure leaves none.
    async fn in_transaction(&mut self, name: &Name, rows: u64, picked: bool) -> Result<u64, Failure> {
        self.send(&sql!("BEGIN")).await?;
        let made = self.chunks(name, rows, picked).await;
        let end = if made.is_ok() { sql!("COMMIT") } else { sql!("ROLLBACK") };
        self.send(&end).await?;
        made
    }

    async fn chunks(&mut self, name: &Name, rows: u64, picked: bool) -> Result<u64, Failure> {
        let last = if picked { rows.saturating_mul(CANDIDATES_A_ROW) } else { rows };
        let (mut made, mut from) = (0, 1);
        while made < rows && from <= last {
            let to = (from + CHUNK_ROWS - 1).min(last);
            let maker = Maker { schema: self.schema, layouts: self.layouts, keys: &self.keys };
            let insert = if picked {
                maker.insert_picked(name, from, to, rows - made)?
            } else {
                maker.insert(name, from, to)?
            };
            let now = self.send(&insert).await?;
            made += now;
            self.reached += now;
            self.progress.reached(self.reached);
            from = to + 1;
        }
        Ok(made)
    }

    async fn send(&self, statement: &Sql) -> Result<u64, Failure> {
        self.session.execute_typed(statement.as_str(), &[]).await.map_err(|error| connect::describe(&error))
    }

    pub(crate) async fn run(&self, statement: &Sql) -> Result<(), Fault> {
        self.session.batch_execute(statement.as_str()).await.map_err(|error| not_asked(&error))
    }

    async fn has_rows(&self, name: &Name) -> Result<bool, Fault> {
        let query = sql!("SELECT EXISTS (SELECT FROM {})", name);
        let row = self.session.query_one(query.as_str(), &[]).await.map_err(|error| not_asked(&error))?;
        Ok(row.get(0))
    }

    /// Numbers the rows of a table for others to refer to.
    async fn number(&mut self, name: &Name) -> Result<(), Fault> {
        let mut columns: Vec<&Ident> = Vec::new();
        for key in self.schema.tables.values().flat_map(foreign_keys) {
            if root(self.schema, &key.references) == *name {
                columns.extend(&key.referenced_columns);
            }
        }
        columns.sort();
        columns.dedup();
        let numbered = Ident::new(format!("lockkeeper_keys_{}", self.keys.len()));
        let list = Sql::join(columns.iter().map(|column| sql!(", {}", *column)), "");
        self.run(&sql!(
            "CREATE TEMPORARY TABLE {} AS SELECT row_number() OVER () AS lockkeeper_row{} FROM {}; \
             CREATE UNIQUE INDEX ON pg_temp.{} (lockkeeper_row); ANALYZE pg_temp.{}",
            numbered,
            list,
            name,
            numbered,
            numbered
        ))
        .await?;
        let query = sql!("SELECT count(*) FROM pg_temp.{}", numbered);
        let row = self.session.query_one(query.as_str(), &[]).await.map_err(|error| not_asked(&error))?;
        let count = u64::try_from(row.get::<_, i64>(0)).unwrap_or_default();
        self.keys.insert(name.clone(), Keys::Numbered(numbered, count));
        Ok(())
    }
}

pub(crate) fn not_asked(error: &tokio_postgres::Error) -> Fault {
    connect::fault("populate.filling", "the database could not be filled", error)
}
