//! What is known of the database while statements go by.
//!
//! Knowledge comes from a schema that was given and from the statements of the run, and may be partial:
//! without a schema a table exists if a statement says so, and of its columns only those are known that
//! statements named. Everything is journalled, so that a failed statement or a `ROLLBACK` takes it back.
//! Each step costs time in proportion to what it changes, never to the size of the schema.

mod alter;
mod belongings;
mod changes;
mod create;
mod drop;
mod journal;
mod load;
mod names;
mod readers;
mod refresh;
mod relation;
mod volatility;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use model::{Ident, Name, Volatility};
use parse::{Reference, RelationKind};

pub(crate) use changes::{constrains, uses_column};
pub(crate) use create::chosen_name;
pub(crate) use journal::Mark;
use journal::Undo;
pub(crate) use relation::{Known, Link, Relation, TypeKind, TypeState, named_type};
pub(crate) use volatility::volatility_of;

/// The catalog as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    relations: BTreeMap<Name, Rc<Relation>>,
    types: BTreeMap<Name, Rc<TypeState>>,
    routines: BTreeMap<Name, Volatility>,
    /// The routines that were there at some time: dropping one may leave another of its name.
    routines_ever: BTreeSet<Name>,
    namespaces: BTreeSet<Ident>,
    /// From what is pointed at to what points at it.
    links: BTreeMap<(Link, Name), BTreeSet<Name>>,
    search_path: Vec<Ident>,
    /// Whether something temporary was ever made: only then is it looked for before everything else.
    has_temporary: bool,
    /// Relations that this run dropped, which therefore do not exist.
    dropped: BTreeSet<Name>,
    /// Whether a schema was given: what is not in here does not exist then.
    pub(crate) complete: bool,
    /// Whether statements are of the past: what they make is used by others, and may hold rows.
    pub(crate) applying: bool,
    /// Whether there may be types, functions and operator classes of an extension, of which no schema tells.
    pub(crate) extended: bool,
    /// The server's major, for errors that only some majors give.
    pub(crate) major: u32,
    journal: Vec<Undo>,
    /// The length of the journal at the newest moment that somebody may go back to.
    newest_mark: usize,
}

impl Catalog {
    /// Nothing is known.
    pub(crate) fn empty() -> Self {
        let mut catalog = Self { search_path: vec![Ident::new("public")], major: 17, ..Self::default() };
        catalog.namespaces.insert(Ident::new("public"));
        catalog
    }

    /// The relation of this name.
    pub(crate) fn relation(&self, name: &Name) -> Option<&Rc<Relation>> {
        self.relations.get(name)
    }

    /// Sets or removes a relation, and everything that is known by its pointing at others.
    pub(crate) fn set_relation(&mut self, name: Name, relation: Option<Relation>) {
        let relation = relation.map(|it| match self.applying {
            true => Relation { fresh: false, empty: false, ..it },
            false => it,
        });
        let before = self.place(name.clone(), relation.map(Rc::new));
        self.journal.push(Undo::Relation(name, before));
    }

    /// Removes a relation that a statement dropped.
    pub(crate) fn drop_relation(&mut self, name: &Name) {
        let before = !self.dropped.insert(name.clone());
        self.journal.push(Undo::Dropped(name.clone(), before));
        self.set_relation(name.clone(), None);
    }

    /// Whether a relation is known not to exist.
    pub(crate) fn is_absent(&self, name: &Name) -> bool {
        !self.relations.contains_key(name) && (self.complete || self.dropped.contains(name))
    }

    /// Takes note of a relation that a statement needs, where nothing tells otherwise: it exists, and
    /// nothing else is known of it.
    pub(crate) fn notice(&mut self, name: &Reference, kind: RelationKind) {
        let full = self.resolve(name);
        if !self.complete
            && !self.relations.contains_key(&full)
            && !self.is_absent(&full)
            && !self.is_system(name)
        {
            // Knowledge of what was there all along is not taken back with the statement.
            self.place(full, Some(Rc::new(Relation::new(kind))));
        }
    }

    fn place(&mut self, name: Name, relation: Option<Rc<Relation>>) -> Option<Rc<Relation>> {
        self.has_temporary |= name.schema.as_str() == "pg_temp";
        let after: Vec<(Link, Name)> = relation.iter().flat_map(|it| it.links()).collect();
        let before = put(&mut self.relations, name.clone(), relation);
        let links = before.iter().flat_map(|it| it.links()).collect();
        self.point(&name, links, after);
        before
    }

    /// What a relation pointed at, and what it points at now.
    fn point(&mut self, name: &Name, before: Vec<(Link, Name)>, after: Vec<(Link, Name)>) {
        if before == after {
            return;
        }
        for link in before {
            if let Some(sources) = self.links.get_mut(&link) {
                sources.remove(name);
                if sources.is_empty() {
                    self.links.remove(&link);
                }
            }
        }
        for link in after {
            self.links.entry(link).or_default().insert(name.clone());
        }
    }

    /// Changes a relation that exists.
    pub(crate) fn change(&mut self, name: &Name, change: impl FnOnce(&mut Relation)) {
        if !self.is_journalled(name) {
            if let Some(relation) = self.relations.get(name) {
                let mut changed = Relation::clone(relation);
                change(&mut changed);
                self.set_relation(name.clone(), Some(changed));
            }
            return;
        }
        let applying = self.applying;
        let Some(relation) = self.relations.get_mut(name).map(Rc::make_mut) else { return };
        let before = relation.links();
        change(relation);
        if applying {
            (relation.fresh, relation.empty) = (false, false);
        }
        let after = relation.links();
        self.point(name, before, after);
    }

    /// The names of what points at a relation or type.
    pub(crate) fn pointing_at(&self, link: Link, name: &Name) -> impl Iterator<Item = &Name> {
        self.links.get(&(link, name.clone())).into_iter().flatten()
    }

    /// All generations of partitions and heirs of a table, itself left out.
    pub(crate) fn descendants(&self, name: &Name) -> Vec<Name> {
        let mut found: Vec<Name> = Vec::new();
        let mut open = vec![name.clone()];
        while let Some(next) = open.pop() {
            for child in self.pointing_at(Link::Child, &next) {
                if !found.contains(child) && child != name {
                    found.push(child.clone());
                    open.push(child.clone());
                }
            }
        }
        found.sort();
        found
    }

    /// The type of this name.
    pub(crate) fn type_state(&self, name: &Name) -> Option<&Rc<TypeState>> {
        self.types.get(name)
    }

    /// Sets or removes a type.
    pub(crate) fn set_type(&mut self, name: Name, state: Option<TypeState>) {
        self.has_temporary |= name.schema.as_str() == "pg_temp";
        let applying = self.applying;
        let state = state.map(|it| Rc::new(TypeState { fresh: it.fresh && !applying, ..it }));
        let before = put(&mut self.types, name.clone(), state);
        self.journal.push(Undo::Type(name, before));
    }

    /// Sets or removes a routine by name; overloads share the most volatile.
    pub(crate) fn set_routine(&mut self, name: Name, volatility: Option<Volatility>) {
        if volatility.is_some() {
            self.routines_ever.insert(name.clone());
        }
        self.has_temporary |= name.schema.as_str() == "pg_temp";
        let before = put(&mut self.routines, name.clone(), volatility);
        self.journal.push(Undo::Routine(name, before));
    }

    /// The volatility of a routine that is known.
    pub(crate) fn routine(&self, name: &Reference) -> Option<Volatility> {
        self.candidates(name).find_map(|name| self.routines.get(&name).copied())
    }

    /// Whether there was a routine of this name at some time.
    pub(crate) fn ever_had_routine(&self, name: &Reference) -> bool {
        self.candidates(name).any(|name| self.routines_ever.contains(&name))
    }

    /// Adds or removes a namespace.
    pub(crate) fn set_namespace(&mut self, name: Ident, exists: bool) {
        let before =
            if exists { !self.namespaces.insert(name.clone()) } else { self.namespaces.remove(&name) };
        self.journal.push(Undo::Namespace(name, before));
    }

    /// Whether a namespace is known to exist.
    pub(crate) fn has_namespace(&self, name: &Ident) -> bool {
        self.namespaces.contains(name) || name.as_str() == "pg_temp" || name.as_str() == "pg_catalog"
    }

    /// The relations of a namespace.
    pub(crate) fn relations_in(&self, namespace: &Ident) -> impl Iterator<Item = (&Name, &Rc<Relation>)> {
        let first = Name { schema: namespace.clone(), name: Ident::new("") };
        let namespace = namespace.clone();
        self.relations.range(first..).take_while(move |(name, _)| name.schema == namespace)
    }

    /// The tables there are.
    pub(crate) fn tables(&self) -> Vec<Name> {
        self.relations.iter().filter(|(_, it)| it.is_table()).map(|(name, _)| name.clone()).collect()
    }

    /// Sets the search path.
    pub(crate) fn set_search_path(&mut self, path: Vec<Ident>) {
        let before = std::mem::replace(&mut self.search_path, path);
        self.journal.push(Undo::SearchPath(before));
    }
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) -> Option<V> {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    }
}
