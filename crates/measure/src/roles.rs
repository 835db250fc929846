//! From the relations of a fixture to the parts they play.

use std::collections::BTreeMap;

use connect::Session;
use facts::{Builds, Role};
use model::{Fault, Name};

/// Which part each relation of a fixture plays, and how many indexes the tables have.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    roles: BTreeMap<Name, Role>,
    indexes: BTreeMap<Name, u32>,
}

/// Indexes that hold the statement's column, on each table of a fixture that has such a column.
const INDEXES_OF_COLUMN: u32 = 2;

const RELATIONS: &str = "SELECT n.nspname, c.relname, c.relkind IN ('i', 'I') AS is_index,
        (SELECT count(*) FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
            WHERE i.indrelid = c.oid AND x.relkind = 'i') AS indexes
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind <> 'c'";

impl Cast {
    /// Reads the relations that are there and casts them by their names.
    ///
    /// # Errors
    /// `measure.cast` for a name that is no part.
    pub(crate) async fn read(session: &Session) -> Result<Self, Fault> {
        let rows = session.query(RELATIONS, &[]).await;
        let rows =
            rows.map_err(|error| connect::fault("measure.cast", "the fixture cannot be read", &error))?;
        let mut cast = Self::default();
        for row in rows {
            let name = Name::new(row.get::<_, String>(0), row.get::<_, String>(1));
            let indexes: i64 = row.get(3);
            let role = role(name.name.as_str(), row.get(2)).ok_or_else(|| {
                Fault::new("measure.cast", format!("the fixture's relation {name} is called as no part"))
            })?;
            cast.indexes.insert(name.clone(), u32::try_from(indexes).unwrap_or(u32::MAX));
            cast.roles.insert(name, role);
        }
        Ok(cast)
    }

    /// The part a relation plays.
    ///
    /// # Errors
    /// `measure.cast` for a relation that was not there.
    pub(crate) fn role(&self, name: &Name) -> Result<Role, Fault> {
        let unknown = || Fault::new("measure.cast", format!("{name} was not in the fixture"));
        self.roles.get(name).copied().ok_or_else(unknown)
    }

    /// Which of a table's indexes were built, told by their number.
    ///
    /// # Errors
    /// `measure.cast` for a number that tells nothing.
    pub(crate) fn builds(&self, table: &Name, built: u32) -> Result<Builds, Fault> {
        let all = self.indexes.get(table).copied().unwrap_or_default();
        match built {
            _ if built == all && all > INDEXES_OF_COLUMN => Ok(Builds::All),
            _ if built == all + 1 && all > INDEXES_OF_COLUMN => Ok(Builds::AllAndOne),
            1 => Ok(Builds::One),
            INDEXES_OF_COLUMN => Ok(Builds::OfColumn),
            _ => Err(Fault::new("measure.cast", format!("{built} of {all} indexes of {table} were built"))),
        }
    }
}

/// The part a name says: `child_1` is a child; `t` is the table.
fn role(name: &str, is_index: bool) -> Option<Role> {
    if is_index {
        return Some(if name == "index" { Role::Index } else { Role::Indexes });
    }
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    Some(match base {
        "t" => Role::Table,
        "child" => Role::Child,
        "parent" => Role::Parent,
        "partition" => Role::Partition,
        "default_partition" => Role::DefaultPartition,
        "referenced" => Role::Referenced,
        "referencing" => Role::Referencing,
        "source" => Role::Source,
        "view" => Role::View,
        "user" => Role::User,
        "sequence" => Role::Sequence,
        _ => return None,
    })
}
