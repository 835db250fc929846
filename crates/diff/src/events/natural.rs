//! What happens to objects because they themselves differ.

use model::{Column, Name, ObjectRef, Schema, Table};

use super::{Event, Events};
use crate::{column, constraint, find, index, inherit, types};

/// Everything that goes, or cannot be altered in place.
pub(super) fn events(from: &Schema, to: &Schema) -> Events {
    let mut events = Events::default();
    for (name, current) in &from.collations {
        let object = ObjectRef::Collation(name.clone());
        events.differs(&object, to.collations.get(name).map(|wanted| wanted == current));
    }
    for name in find::type_names(from) {
        let object = ObjectRef::Type(name.clone());
        match types::fate(from, to, name) {
            types::Fate::Goes => events.raise(&object, Event::Gone),
            types::Fate::IsRenewed => events.raise(&object, Event::Renewed),
            types::Fate::LosesAttributes => events.raise(&object, Event::Altered),
            types::Fate::Stays => false,
        };
    }
    for (identity, current) in &from.routines {
        let object = ObjectRef::Routine(identity.clone());
        let wanted = to.routines.get(identity);
        events.differs(&object, wanted.map(|wanted| current.is_replaceable_by(wanted)));
    }
    for name in from.sequences.keys() {
        let object = ObjectRef::Sequence(name.clone());
        events.differs(&object, to.sequences.get(name).map(|_| true));
    }
    for (name, current) in &from.views {
        events.view(name, current, to);
    }
    for (name, current) in &from.tables {
        events.table(name, current, to.tables.get(name));
        if let Some(wanted) = to.tables.get(name) {
            events.columns(name, current, wanted, &[from, to]);
        }
    }
    for (name, table) in &from.tables {
        for (constraint, key) in table.foreign_keys() {
            let switch = |table: &Name| switches_persistence(from, to, table);
            if switch(name) && switch(&key.references) && *name != key.references {
                events.raise(&ObjectRef::Constraint(name.clone(), constraint.name.clone()), Event::Renewed);
            }
        }
    }
    events
}

/// Whether a table becomes unlogged, or logged: between two that do, a foreign key would meanwhile lead from
/// one kind to the other, which PostgreSQL refuses.
fn switches_persistence(from: &Schema, to: &Schema, table: &Name) -> bool {
    let pair = from.tables.get(table).zip(to.tables.get(table));
    pair.is_some_and(|(current, wanted)| current.unlogged != wanted.unlogged)
}

impl Events {
    /// Notes an object that goes (`None`), or is there and cannot be altered in place (`Some(false)`).
    fn differs(&mut self, object: &ObjectRef, alterable: Option<bool>) {
        match alterable {
            None => _ = self.raise(object, Event::Gone),
            Some(false) => _ = self.raise(object, Event::Renewed),
            Some(true) => {}
        }
    }

    fn view(&mut self, name: &Name, current: &model::View, to: &Schema) {
        let object = ObjectRef::View(name.clone());
        let Some(wanted) = to.views.get(name) else {
            return self.all(find::view_parts(name, current), Event::Gone);
        };
        let alterable = crate::view::is_same(current, wanted) || current.is_replaceable_by(wanted);
        self.differs(&object, Some(alterable));
        for pair in index::pairs(&current.indexes, &wanted.indexes) {
            self.index(name, &pair);
        }
        let hangings = find::view_parts(name, current).into_iter().skip(1);
        for part in hangings.filter(|part| !matches!(part, ObjectRef::Index(..)) && !find::exists(to, part)) {
            self.raise(&part, Event::Gone);
        }
    }

    fn table(&mut self, name: &Name, current: &Table, wanted: Option<&Table>) {
        let Some(wanted) = wanted else { return self.all(find::parts(name, current), Event::Gone) };
        if current.partition_by != wanted.partition_by {
            self.raise(&ObjectRef::Table(name.clone()), Event::Renewed);
        }
        for pair in constraint::pairs(name, current, wanted) {
            self.constraint(name, &pair);
        }
        for pair in index::pairs(&current.indexes, &wanted.indexes) {
            self.index(name, &pair);
        }
        self.hangings(name, current, wanted);
    }

    fn columns(&mut self, name: &Name, current: &Table, wanted: &Table, schemas: &[&Schema; 2]) {
        let is_deep = || schemas.iter().any(|schema| inherit::has_grandchildren(schema, name));
        for column in &current.columns {
            let object = ObjectRef::Column(name.clone(), column.name.clone());
            let event = match wanted.column(&column.name) {
                None => Some(Event::Gone),
                Some(wanted) if column::takes_type_again(schemas[1], column, wanted) => Some(Event::Retyped),
                Some(wanted) => column_event(column, wanted, is_deep),
            };
            event.map(|event| self.raise(&object, event));
        }
    }

    fn constraint(&mut self, table: &Name, pair: &constraint::Pair<'_>) {
        let Some(current) = pair.current else { return };
        let object = ObjectRef::Constraint(table.clone(), current.name.clone());
        let Some(wanted) = pair.wanted else {
            self.raise(&object, Event::Gone);
            return;
        };
        let there = ObjectRef::Constraint(table.clone(), wanted.name.clone());
        self.matched.insert(object.clone(), there);
        if constraint::is_replaced(current, wanted) {
            self.raise(&object, Event::Renewed);
        }
    }

    fn index(&mut self, table: &Name, pair: &index::Pair<'_>) {
        let Some(current) = pair.current else { return };
        let object = ObjectRef::Index(table.clone(), current.name.clone());
        let Some(wanted) = pair.wanted else {
            self.raise(&object, Event::Gone);
            return;
        };
        self.matched.insert(object.clone(), ObjectRef::Index(table.clone(), wanted.name.clone()));
        if !index::is_same(current, wanted) {
            self.raise(&object, Event::Renewed);
        }
    }

    /// Triggers, rules and policies. Nothing stands on them, so only their going counts.
    fn hangings(&mut self, name: &Name, current: &Table, wanted: &Table) {
        let on = || name.clone();
        let triggers = current.triggers.keys().filter(|name| !wanted.triggers.contains_key(name));
        let rules = current.rules.keys().filter(|name| !wanted.rules.contains_key(name));
        let policies = current.policies.keys().filter(|name| !wanted.policies.contains_key(name));
        let gone = triggers.map(|name| ObjectRef::Trigger(on(), name.clone()));
        let gone = gone.chain(rules.map(|name| ObjectRef::Rule(on(), name.clone())));
        let gone = gone.chain(policies.map(|name| ObjectRef::Policy(on(), name.clone())));
        self.all(gone.collect(), Event::Gone);
    }

    fn all(&mut self, objects: Vec<ObjectRef>, event: Event) {
        for object in objects {
            self.raise(&object, event);
        }
    }

    /// Whether an object is the same on both sides, its name and comment apart.
    pub(super) fn is_same(&self, from: &Schema, to: &Schema, object: &ObjectRef) -> bool {
        let table = |name: &Name| Some((from.tables.get(name)?, to.tables.get(name)?));
        let view = |name: &Name| Some((from.views.get(name)?, to.views.get(name)?));
        let same = match object {
            ObjectRef::View(name) => view(name).map(|(a, b)| crate::view::is_same(a, b)),
            ObjectRef::Routine(identity) => {
                let pair = from.routines.get(identity).zip(to.routines.get(identity));
                pair.map(|(a, b)| a.definition == b.definition)
            }
            ObjectRef::Type(name) => Some(find::type_object(from, name) == find::type_object(to, name)),
            ObjectRef::Column(of, name) => table(of).and_then(|(a, b)| {
                let (a, b) = (a.column(name)?, b.column(name)?);
                Some(a.default == b.default && a.generated == b.generated && a.type_name == b.type_name)
            }),
            ObjectRef::Constraint(of, name) => table(of).and_then(|(a, b)| {
                let ObjectRef::Constraint(_, there) = self.matched.get(object)? else { return None };
                Some(a.constraints.get(name)?.same_demand(b.constraints.get(there)?))
            }),
            ObjectRef::Index(of, name) => {
                let Some(ObjectRef::Index(_, there)) = self.matched.get(object) else { return false };
                let tables = table(of).map(|(a, b)| (&a.indexes, &b.indexes));
                let both = tables.or_else(|| view(of).map(|(a, b)| (&a.indexes, &b.indexes)));
                both.and_then(|(a, b)| Some(index::is_same(a.get(name)?, b.get(there)?)))
            }
            ObjectRef::Trigger(of, name) => {
                let tables = table(of).map(|(a, b)| (&a.triggers, &b.triggers));
                let both = tables.or_else(|| view(of).map(|(a, b)| (&a.triggers, &b.triggers)));
                both.and_then(|(a, b)| Some(a.get(name)?.definition == b.get(name)?.definition))
            }
            ObjectRef::Rule(of, name) => {
                let tables = table(of).map(|(a, b)| (&a.rules, &b.rules));
                let both = tables.or_else(|| view(of).map(|(a, b)| (&a.rules, &b.rules)));
                both.map(|(a, b)| a.get(name) == b.get(name))
            }
            ObjectRef::Policy(of, name) => {
                table(of).map(|(a, b)| a.policies.get(name) == b.policies.get(name))
            }
            _ => Some(find::exists(from, object) && find::exists(to, object)),
        };
        same.unwrap_or(false)
    }
}

/// What happens to a column that differs. PostgreSQL drops an expression in place, but not where children of the table
/// have children themselves.
fn column_event(current: &Column, wanted: &Column, is_deep: impl Fn() -> bool) -> Option<Event> {
    if current.generated != wanted.generated {
        let is_stored = current.generated.as_ref().is_some_and(|generated| generated.stored);
        if !is_stored || wanted.generated.is_some() || is_deep() {
            return Some(Event::Renewed);
        }
    }
    let retyped = current.type_name != wanted.type_name || current.collation != wanted.collation;
    retyped.then_some(Event::Retyped)
}
