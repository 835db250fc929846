//! A column that gains or loses its identity: default, identity and sequence change in one transaction, in which the
//! new sequence goes on where the old one was. Nobody finds the column without one, and no number comes twice.

use model::{Action, Change, Ident, Name, Object, PhaseName, Schema, Sql, sql};

use super::position::Sequence;
use super::{direct, second_column};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let turn =
        situation.changes.iter().filter_map(|it| Turn::of(it, situation)).find(|it| it.makes(change))?;
    if turn.members.first() != Some(&change) {
        return Some(Drafted::new("changes together with the identity of the column", Vec::new()));
    }
    let why = if turn.old_sequence(situation).is_some() || turn.loses {
        "default, identity and sequence change in one transaction, and the new sequence goes on where the old one was"
    } else {
        "the sequence of an identity begins at its start, whatever the rows hold: it goes on behind them"
    };
    Some(Drafted::new(why, vec![turn.step(situation)]))
}

/// A column with the changes that turn it from the one into the other.
struct Turn<'a> {
    table: &'a Name,
    column: &'a Ident,
    /// Whether it loses its identity, and does not gain one.
    loses: bool,
    /// Whether its numbers go down.
    descending: bool,
    /// Whether the column has to have its new type before.
    is_late: bool,
    /// In their order.
    members: Vec<&'a Change>,
}

impl<'a> Turn<'a> {
    fn of(change: &'a Change, situation: &Situation<'a>) -> Option<Self> {
        let Change::SetIdentity { table, column, from, to } = change else { return None };
        let there = situation.from.table(table)?;
        there.column(column)?;
        let is_retyped = situation.changes.iter().any(
            |it| matches!(it, Change::AlterColumnType { table: on, to, .. } if on == table && to.name == *column),
        );
        let is_family =
            there.partition_by.is_some() || there.partition_of.is_some() || !there.inherits.is_empty();
        // The type of a column that is converted in place changes between what comes and what goes.
        let is_late = is_retyped && second_column::turns_after(table, column, situation);
        if from.is_some() == to.is_some() || situation.is_new(table) || is_family || is_retyped && !is_late {
            return None;
        }
        let descending = from.as_ref().or(to.as_ref()).is_some_and(|it| it.sequence.increment < 0);
        let belongs = |it: &&'a Change| match *it {
            Change::SetIdentity { table: on, column: of, .. }
            | Change::SetDefault { table: on, column: of, .. } => on == table && of == column,
            Change::Create { object: Object::Sequence { name, .. } }
            | Change::Replace { to: Object::Sequence { name, .. }, .. } => {
                to.is_none() && owned(situation.to, table, column) == Some(name)
            }
            _ => false,
        };
        let members = situation.changes.iter().filter(belongs).collect();
        Some(Self { table, column, loses: to.is_none(), descending, is_late, members })
    }

    fn makes(&self, change: &Change) -> bool {
        self.members.contains(&change)
    }

    /// The sequence of a serial column, before or after.
    fn old_sequence<'s>(&self, situation: &'s Situation<'_>) -> Option<&'s Name> {
        let schema = if self.loses { situation.to } else { situation.from };
        owned(schema, self.table, self.column)
    }

    fn step(&self, situation: &Situation<'_>) -> Draft {
        let done = self.members.iter().filter(|it| !matches!(it, Change::Replace { .. }));
        let done = done.fold(sql!("SELECT true"), |all, it| probe::both(&all, &direct::done(it)));
        let acts = |it: &&Change| assess::effect::acts(it, situation.from);
        let word = if self.loses { "drop" } else { "add" };
        Draft {
            phase: PhaseName::Switch,
            title: format!("{word} the identity of {}", self.column),
            table: Some(self.table.clone()),
            action: Action::Transaction { sql: self.forward(situation) },
            acts: self.members.iter().flat_map(acts).collect(),
            verification: done.clone(),
            probe: done,
            undo: Action::Transaction { sql: self.back(situation) },
            cost: if self.reads_all(situation) { Cost::Scan } else { Cost::Catalog },
            undo_acts: None,
            late: self.is_late,
        }
    }

    fn forward(&self, situation: &Situation<'_>) -> Vec<Sql> {
        let changes = self.members.iter().flat_map(|it| it.sql()).collect();
        self.carried(changes, !self.loses, situation)
    }

    fn back(&self, situation: &Situation<'_>) -> Vec<Sql> {
        let inverses = self.members.iter().rev().filter_map(|it| self.inverse(it, situation));
        self.carried(inverses.flat_map(|it| it.sql()).collect(), self.loses, situation)
    }

    /// An identity that comes back to a column with another type has that type's bounds.
    fn inverse(&self, change: &Change, situation: &Situation<'_>) -> Option<Change> {
        let inverse = change.inverse()?;
        let Change::SetIdentity { table, column, from, to: Some(identity) } = inverse else {
            return Some(inverse);
        };
        let types = situation.now.table(&table).zip(situation.to.table(&table));
        let columns = types.and_then(|(now, then)| now.column(&column).zip(then.column(&column)));
        let of_type =
            columns.filter(|_| self.is_late).map(|(now, then)| diff::retyped_identity(&identity, now, then));
        Some(Change::SetIdentity { table, column, from, to: Some(of_type.unwrap_or(identity)) })
    }

    /// Statements, after which the sequence that is then in use goes on where the one before was.
    fn carried(&self, statements: Vec<Sql>, to_identity: bool, situation: &Situation<'_>) -> Vec<Sql> {
        let identity = Sequence::Of(self.table, self.column);
        let mut out = Vec::new();
        match self.old_sequence(situation).map(Sequence::Named) {
            Some(serial) if to_identity => {
                out.push(serial.remember(0));
                out.extend(statements);
                out.push(identity.go_on_from(0));
            }
            Some(serial) => {
                out.push(identity.remember(0));
                out.extend(statements);
                out.push(serial.go_on_from(0));
            }
            None => {
                out.extend(statements);
                out.extend(
                    to_identity.then(|| identity.go_on_after(self.table, self.column, self.descending)),
                );
            }
        }
        out
    }

    /// Whether the furthest number is looked for in every row, because no index begins with the column.
    fn reads_all(&self, situation: &Situation<'_>) -> bool {
        let by_index = situation.from.table(self.table).is_some_and(|table| {
            let keys = table.constraints.values().filter(|it| it.has_index());
            let first_of_key = keys.filter_map(|it| it.columns().first());
            let first_of_index = table
                .indexes
                .values()
                .filter(|it| it.predicate.is_none())
                .filter_map(|it| it.keys.first()?.column.as_ref());
            first_of_key.chain(first_of_index).any(|column| column == self.column)
        });
        !self.loses && self.old_sequence(situation).is_none() && !by_index
    }
}

/// The sequence that a column owns.
fn owned<'s>(schema: &'s Schema, table: &Name, column: &Ident) -> Option<&'s Name> {
    let is_it = |owner: &(Name, Ident)| owner.0 == *table && owner.1 == *column;
    schema.sequences.iter().find(|(_, it)| it.owned_by.as_ref().is_some_and(is_it)).map(|(name, _)| name)
}
