//! The way back: what failed, and what a `ROLLBACK` undoes, is taken back change by change.

use std::rc::Rc;

use model::{Ident, Name, Volatility};

use super::relation::{Relation, TypeState};
use super::{Catalog, put};

/// How to take one change back.
#[derive(Debug)]
pub(super) enum Undo {
    Relation(Name, Option<Rc<Relation>>),
    Type(Name, Option<Rc<TypeState>>),
    Routine(Name, Option<Volatility>),
    Namespace(Ident, bool),
    Dropped(Name, bool),
    SearchPath(Vec<Ident>),
}

/// A moment to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(usize);

impl Catalog {
    /// This moment.
    pub(crate) fn mark(&mut self) -> Mark {
        self.newest_mark = self.journal.len();
        Mark(self.newest_mark)
    }

    /// Takes back everything since a moment.
    pub(crate) fn undo_to(&mut self, mark: Mark) {
        while self.journal.len() > mark.0 {
            match self.journal.pop() {
                Some(Undo::Relation(name, before)) => drop(self.place(name, before)),
                Some(Undo::Type(name, before)) => drop(put(&mut self.types, name, before)),
                Some(Undo::Routine(name, before)) => drop(put(&mut self.routines, name, before)),
                Some(Undo::Namespace(name, true)) => drop(self.namespaces.insert(name)),
                Some(Undo::Namespace(name, false)) => drop(self.namespaces.remove(&name)),
                Some(Undo::Dropped(name, true)) => drop(self.dropped.insert(name)),
                Some(Undo::Dropped(name, false)) => drop(self.dropped.remove(&name)),
                Some(Undo::SearchPath(path)) => self.search_path = path,
                None => return,
            }
        }
    }

    /// Forgets how to go back: what was done is committed.
    pub(crate) fn commit(&mut self) {
        self.journal.clear();
        self.newest_mark = 0;
    }

    /// Whether a relation existed at a moment.
    pub(crate) fn existed_at(&self, mark: Mark, name: &Name) -> bool {
        let first = self.journal[mark.0.min(self.journal.len())..].iter().find_map(|undo| match undo {
            Undo::Relation(changed, before) if changed == name => Some(before.is_some()),
            _ => None,
        });
        first.unwrap_or_else(|| self.relations.contains_key(name))
    }

    /// The relation of this name, as it was before a statement removed it where it did.
    pub(crate) fn last_known(&self, name: &Name) -> Option<&Rc<Relation>> {
        let removed = || {
            self.journal.iter().rev().find_map(|undo| match undo {
                Undo::Relation(changed, Some(before)) if changed == name => Some(before),
                _ => None,
            })
        };
        self.relations.get(name).or_else(removed)
    }

    /// Whether a relation is journalled as it was at the newest mark, so that nothing more of it is to be kept.
    pub(super) fn is_journalled(&self, name: &Name) -> bool {
        let since = self.journal.get(self.newest_mark..).unwrap_or_default();
        since.iter().any(|undo| matches!(undo, Undo::Relation(changed, _) if changed == name))
    }
}
