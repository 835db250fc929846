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
mod load;
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
pub(crate) use relation::{Known, Link, Relation, TypeKind, TypeState, named_type};
pub(crate) use volatility::volatility_of;

/// The catalog as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    relations: BTreeMap<Name, Rc<Relation>>,
    types: BTreeMap<Name, Rc<TypeState>>,
    routines: BTreeMap<Name, Volatility>,
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
}

/// How to take one change back.
#[derive(Debug)]
enum Undo {
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
    /// Nothing is known.
    pub(crate) fn empty() -> Self {
        let mut catalog = Self { search_path: vec![Ident::new("public")], major: 17, ..Self::default() };
        catalog.namespaces.insert(Ident::new("public"));
        catalog
    }

    /// This moment.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.journal.len())
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
    }

    /// Whether a relation existed at a moment.
    pub(crate) fn existed_at(&self, mark: Mark, name: &Name) -> bool {
        let first = self.journal[mark.0.min(self.journal.len())..].iter().find_map(|undo| match undo {
            Undo::Relation(changed, before) if changed == name => Some(before.is_some()),
            _ => None,
        });
        first.unwrap_or_else(|| self.relations.contains_key(name))
    }

    /// The relation of this name.
    pub(crate) fn relation(&self, name: &Name) -> Option<&Rc<Relation>> {
        self.relations.get(name)
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
        for link in before.iter().flat_map(|it| it.links()) {
            if let Some(sources) = self.links.get_mut(&link) {
                sources.remove(&name);
                if sources.is_empty() {
                    self.links.remove(&link);
                }
            }
        }
        for link in after {
            self.links.entry(link).or_default().insert(name.clone());
        }
        before
    }

    /// Changes a relation that exists.
    pub(crate) fn change(&mut self, name: &Name, change: impl FnOnce(&mut Relation)) {
        if let Some(relation) = self.relations.get(name) {
            let mut changed = Relation::clone(relation);
            change(&mut changed);
            self.set_relation(name.clone(), Some(changed));
        }
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
        self.has_temporary |= name.schema.as_str() == "pg_temp";
        let before = put(&mut self.routines, name.clone(), volatility);
        self.journal.push(Undo::Routine(name, before));
    }

    /// The volatility of a routine that is known.
    pub(crate) fn routine(&self, name: &Reference) -> Option<Volatility> {
        self.candidates(name).find_map(|name| self.routines.get(&name).copied())
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

    /// The namespace that new objects go to.
    pub(crate) fn default_namespace(&self) -> Ident {
        self.search_path.first().cloned().unwrap_or_else(|| Ident::new("public"))
    }

    fn candidates(&self, name: &Reference) -> impl Iterator<Item = Name> {
        let path = match &name.schema {
            Some(schema) => vec![schema.clone()],
            None => {
                let temporary = self.has_temporary.then(|| Ident::new("pg_temp"));
                temporary.into_iter().chain(self.search_path.iter().cloned()).collect()
            }
        };
        let name = name.name.clone();
        path.into_iter().map(move |schema| Name { schema, name: name.clone() })
    }

    /// The full name of a relation: the one the search path finds, else where it would be made.
    pub(crate) fn resolve(&self, name: &Reference) -> Name {
        if let Some(schema) = &name.schema {
            return Name { schema: schema.clone(), name: name.name.clone() };
        }
        let found = self.candidates(name).find(|candidate| self.relations.contains_key(candidate));
        found.unwrap_or_else(|| name.in_schema(&self.default_namespace()))
    }

    /// The full name of a type; see [`Catalog::resolve`].
    pub(crate) fn resolve_type(&self, name: &Reference) -> Name {
        let found = self.candidates(name).find(|candidate| self.types.contains_key(candidate));
        found.unwrap_or_else(|| name.in_schema(&self.default_namespace()))
    }

    /// Fails where a type is known not to exist.
    ///
    /// # Errors
    /// `type "…" does not exist`.
    pub(crate) fn expect_type(&self, it: &parse::TypeReference) -> Result<(), crate::failure::Failure> {
        let parse::BaseType::Named { name, .. } = &it.base else { return Ok(()) };
        self.expect_type_named(name)
    }

    /// Fails where a type of this name is known not to exist.
    ///
    /// # Errors
    /// `type "…" does not exist`.
    pub(crate) fn expect_type_named(&self, name: &Reference) -> Result<(), crate::failure::Failure> {
        let of_system = |name: &Reference| match &name.schema {
            Some(schema) => matches!(schema.as_str(), "pg_catalog" | "information_schema"),
            None => volatility::is_system_type(name.name.as_str()),
        };
        let known =
            self.candidates(name).any(|it| self.types.contains_key(&it) || self.relations.contains_key(&it));
        if known || !self.complete || self.extended || of_system(name) {
            return Ok(());
        }
        if let Some(schema) = name.schema.as_ref().filter(|it| !self.has_namespace(it)) {
            return Err(crate::failure::missing("schema", schema));
        }
        let dotted = name.schema.as_ref().map(|it| [it.as_str(), ".", name.name.as_str()].concat());
        let shown = dotted.map_or_else(|| name.name.clone(), Ident::new);
        Err(crate::failure::missing("type", &shown))
    }

    /// Whether a name is of the system's catalog, which no statement of a migration competes for.
    pub(crate) fn is_system(&self, name: &Reference) -> bool {
        match &name.schema {
            Some(schema) => matches!(schema.as_str(), "pg_catalog" | "information_schema" | "pg_toast"),
            None => {
                let bare = name.name.as_str();
                bare.starts_with("pg_") && !self.relations.contains_key(&self.resolve(name))
            }
        }
    }
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) -> Option<V> {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    }
}
