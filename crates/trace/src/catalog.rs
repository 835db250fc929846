//! The relations of a database as one session sees them, and the locks that it holds.

use std::collections::{BTreeMap, BTreeSet};

use connect::Session;
use model::{Fault, LockMode, Name};
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

/// What `pg_class.relkind` tells apart here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Table,
    Partitioned,
    MaterializedView,
    Index,
    Sequence,
    /// Views, partitioned indexes, foreign tables: nothing is stored in them.
    Other,
}

impl Kind {
    fn of(relkind: &str) -> Self {
        match relkind {
            "r" => Self::Table,
            "p" => Self::Partitioned,
            "m" => Self::MaterializedView,
            "i" => Self::Index,
            "S" => Self::Sequence,
            _ => Self::Other,
        }
    }
}

/// A relation of the user's.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    /// `pg_class.relfilenode`: another number means other storage.
    pub(crate) filenode: u32,
    pub(crate) tablespace: u32,
    pub(crate) populated: bool,
    /// The table of an index, the owning table of a sequence.
    pub(crate) owner: Option<u32>,
    /// Sequential scans that this session began and has not reported yet.
    pub(crate) scans: i64,
    /// Rows that this session inserted and has not reported yet.
    pub(crate) inserted: i64,
    /// Rows that this session deleted and has not reported yet.
    pub(crate) deleted: i64,
    columns: String,
}

/// A column that stores values, by what decides how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) type_oid: u32,
    pub(crate) typmod: i32,
}

impl Relation {
    /// The columns that store values of their own, by `attnum`.
    pub(crate) fn columns(&self) -> BTreeMap<i16, Stored> {
        let column = |text: &str| {
            let mut numbers = text.split(' ');
            let attnum = numbers.next()?.parse().ok()?;
            let type_oid = numbers.next()?.parse().ok()?;
            Some((attnum, Stored { type_oid, typmod: numbers.next()?.parse().ok()? }))
        };
        self.columns.split(',').filter_map(column).collect()
    }
}

/// A relation by its `pg_class.oid`, and a mode held on it.
pub(crate) type Held = BTreeSet<(u32, LockMode)>;

/// The user's relations and this session's locks at one moment, as the session itself sees them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    /// By `pg_class.oid`.
    pub(crate) relations: BTreeMap<u32, Relation>,
    pub(crate) held: Held,
}

/// Temporary, TOAST and system relations are left out by the names of their namespaces: nobody else
/// waits for the first, and the others follow the tables they belong to.
const RELATIONS: &str = "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, c.reltablespace,
        c.relispopulated, coalesce(i.indrelid, d.refobjid) AS owner,
        pg_catalog.pg_stat_get_xact_numscans(c.oid) AS scans,
        pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) AS inserted,
        pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS deleted,
        (SELECT pg_catalog.string_agg(a.attnum || ' ' || a.atttypid || ' ' || a.atttypmod, ',')
            FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0
            AND NOT a.attisdropped AND a.attgenerated = '' AND c.relkind IN ('r', 'p', 'm')) AS columns
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
    LEFT JOIN pg_catalog.pg_depend AS d ON c.relkind = 'S' AND d.objid = c.oid AND d.deptype IN ('a', 'i')
        AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind <> 'c'";

const HELD: &str = "SELECT l.relation, l.mode FROM pg_catalog.pg_locks AS l
    WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";

impl Catalog {
    /// Reads it in the session's current transaction.
    pub(crate) async fn read(session: &Session) -> Result<Self, Fault> {
        let mut catalog = Self::default();
        for row in ask(session, RELATIONS).await? {
            catalog.relations.insert(number(&row, "oid")?, relation(&row)?);
        }
        for row in ask(session, HELD).await? {
            catalog.held.extend(held(&row)?);
        }
        Ok(catalog)
    }

    /// The name of a relation.
    pub(crate) fn name(&self, oid: u32) -> Option<&Name> {
        self.relations.get(&oid).map(|relation| &relation.name)
    }
}

fn relation(row: &SimpleQueryRow) -> Result<Relation, Fault> {
    let text = |name: &str| row.get(name).unwrap_or_default();
    Ok(Relation {
        name: Name::new(text("nspname"), text("relname")),
        kind: Kind::of(text("relkind")),
        filenode: number(row, "relfilenode")?,
        tablespace: number(row, "reltablespace")?,
        populated: text("relispopulated") == "t",
        owner: row.get("owner").and_then(|owner| owner.parse().ok()),
        scans: number(row, "scans")?,
        inserted: number(row, "inserted")?,
        deleted: number(row, "deleted")?,
        columns: text("columns").to_owned(),
    })
}

/// The lock a row with `relation` and `mode` is about; none for a mode that tables do not have.
pub(crate) fn held(row: &SimpleQueryRow) -> Result<Option<(u32, LockMode)>, Fault> {
    let relation = number(row, "relation")?;
    Ok(LockMode::from_name(row.get("mode").unwrap_or_default()).map(|mode| (relation, mode)))
}

/// The rows of a question, in the simple protocol: nothing prepared that a traced `DISCARD` could take.
pub(crate) async fn ask(session: &Session, question: &str) -> Result<Vec<SimpleQueryRow>, Fault> {
    let answer = session.simple_query(question).await.map_err(|error| unmeasured(&error))?;
    let rows = answer.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows.collect())
}

/// Runs what measuring needs beside the traced statement.
pub(crate) async fn command(session: &Session, sql: &str) -> Result<(), Fault> {
    session.batch_execute(sql).await.map_err(|error| unmeasured(&error))
}

pub(crate) fn number<N: std::str::FromStr>(row: &SimpleQueryRow, name: &str) -> Result<N, Fault> {
    let parsed = row.get(name).unwrap_or("0").parse();
    parsed.map_err(|_| Fault::new("trace.measure", format!("the server's {name} is not a number")))
}

pub(crate) fn unmeasured(error: &tokio_postgres::Error) -> Fault {
    connect::fault("trace.measure", "what a statement does could not be measured", error)
}
