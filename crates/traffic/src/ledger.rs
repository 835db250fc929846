//! What the server acknowledged, write by write.

use std::collections::{BTreeMap, BTreeSet};

use model::{Ident, Name};
use rand::rngs::SmallRng;

use crate::keys::Rows;
use crate::line::Outcome;
use crate::{Does, Statement};

/// The writes of one traffic, by table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) tables: BTreeMap<Name, Entries>,
}

/// The writes to one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// Rows that updates and deletes borrow.
    pub(crate) rows: Rows,
    /// Keys of acknowledged inserts, without those deleted again.
    pub(crate) inserted: BTreeSet<String>,
    /// Keys of acknowledged deletes.
    pub(crate) deleted: BTreeSet<String>,
    /// The value that each updated row must have, by column and key; none where an update was not
    /// answered and so either value may be there.
    pub(crate) values: BTreeMap<Ident, BTreeMap<String, Option<String>>>,
    /// Inserts that were not answered.
    pub(crate) unknown_inserts: u64,
    /// Keys of deletes that were not answered.
    pub(crate) unknown_deletes: BTreeSet<String>,
    /// Keys of rows that an update or delete did not find, though they must be there.
    pub(crate) vanished: BTreeSet<String>,
}

impl Ledger {
    /// Lends the row that the statement writes.
    pub(crate) fn lend(&mut self, does: &Does, rng: &mut SmallRng) -> Option<String> {
        self.tables.get_mut(does.table()?)?.rows.lend(does, rng)
    }

    /// Takes a row back that was lent and not used.
    pub(crate) fn take_back(&mut self, does: &Does, row: Option<String>) {
        let entries = does.table().and_then(|table| self.tables.get_mut(table));
        if let (Some(entries), Some(row)) = (entries, row) {
            entries.rows.take_back(does, row);
        }
    }

    /// Books how a statement ended, and takes its row back.
    pub(crate) fn book(&mut self, statement: &Statement, row: Option<String>, outcome: &Outcome) {
        let Some(entries) = statement.does.table().and_then(|table| self.tables.get_mut(table)) else {
            return;
        };
        match outcome {
            Outcome::Acknowledged(returned) => {
                entries.acknowledge(&statement.does, row, returned.as_deref());
            }
            Outcome::Unanswered { .. } => entries.doubt(&statement.does, row),
            Outcome::Refused { .. } | Outcome::Unsent { .. } => self.take_back(&statement.does, row),
        }
    }
}

impl Entries {
    fn acknowledge(&mut self, does: &Does, row: Option<String>, returned: Option<&str>) {
        match (does, row, returned) {
            (Does::Insert(_), _, Some(key)) => {
                self.inserted.insert(key.to_owned());
                self.rows.inserted.push(key.to_owned());
            }
            (Does::Update(_, column), Some(row), Some(value)) => {
                self.values.entry(column.clone()).or_default().insert(row.clone(), Some(value.to_owned()));
                self.rows.touched.push(row);
            }
            (Does::Delete(_), Some(row), Some(_)) => {
                self.inserted.remove(&row);
                self.deleted.insert(row);
            }
            // Acknowledged, and yet there was no such row.
            (Does::Update(..) | Does::Delete(_), Some(row), None) => {
                self.vanished.insert(row);
            }
            _ => {}
        }
    }

    fn doubt(&mut self, does: &Does, row: Option<String>) {
        match (does, row) {
            (Does::Insert(_), _) => self.unknown_inserts += 1,
            (Does::Update(_, column), Some(row)) => {
                self.values.entry(column.clone()).or_default().insert(row.clone(), None);
                self.rows.touched.push(row);
            }
            (Does::Delete(_), Some(row)) => {
                self.inserted.remove(&row);
                self.unknown_deletes.insert(row);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use model::sql;
    use rand::SeedableRng;

    use super::*;

    fn statement(does: Does) -> Statement {
        Statement { name: "s".into(), weight: 1, sql: sql!("SELECT"), parameters: Vec::new(), does }
    }

    fn acknowledged(text: &str) -> Outcome {
        Outcome::Acknowledged(Some(text.into()))
    }

    #[test]
    fn a_delete_takes_back_an_insert() {
        let table = Name::new("public", "t");
        let mut ledger = Ledger::default();
        ledger.tables.insert(table.clone(), Entries::default());
        ledger.book(&statement(Does::Insert(table.clone())), None, &acknowledged("7"));
        let delete = statement(Does::Delete(table.clone()));
        let row = ledger.lend(&delete.does, &mut SmallRng::seed_from_u64(0));
        assert_eq!(row.as_deref(), Some("7"));
        ledger.book(&delete, row, &acknowledged("7"));
        let entries = &ledger.tables[&table];
        assert!(entries.inserted.is_empty() && entries.deleted.contains("7"));
    }

    #[test]
    fn an_unanswered_update_leaves_the_value_open_until_the_next_one() {
        let (table, column) = (Name::new("public", "t"), Ident::new("v"));
        let mut ledger = Ledger::default();
        ledger.tables.insert(table.clone(), Entries::default());
        let update = statement(Does::Update(table.clone(), column.clone()));
        let value = |ledger: &Ledger| ledger.tables[&table].values[&column]["1"].clone();
        ledger.book(&update, Some("1".into()), &Outcome::Unanswered { message: String::new() });
        assert_eq!(value(&ledger), None);
        ledger.book(&update, Some("1".into()), &acknowledged("9"));
        assert_eq!(value(&ledger), Some("9".into()));
    }

    #[test]
    fn a_refused_statement_changes_nothing() {
        let table = Name::new("public", "t");
        let mut ledger = Ledger::default();
        ledger.tables.insert(table.clone(), Entries::default());
        let before = ledger.clone();
        let refused = Outcome::Refused { sqlstate: "23514".into(), message: String::new() };
        ledger.book(&statement(Does::Insert(table)), None, &refused);
        assert_eq!(ledger, before);
    }
}
