//! What happens to objects between two schemas, and who has to step aside for it.
//!
//! PostgreSQL refuses to change a column's type under a view, to drop a function that a default calls, and
//! so on. What stands on an object that goes is dropped before and made again after.

mod natural;
mod reaction;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::{Column, Name, ObjectRef, Schema};

use crate::find;

/// What happens to an object that is there, from the mildest to the harshest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A column's default is taken away and set again.
    Redefaulted,
    /// A composite type loses attributes.
    Altered,
    /// A column changes its type.
    Retyped,
    /// A column leaves its type, which goes and comes again, and returns to it.
    Moved,
    /// It is dropped and created.
    Renewed,
    /// It is dropped.
    Gone,
}

/// Everything that happens, by the object's reference in the schema as it is.
#[derive(Debug, Default)]
pub(crate) struct Events {
    events: BTreeMap<ObjectRef, Event>,
    /// Constraints and indexes that stay, under their wanted names.
    matched: BTreeMap<ObjectRef, ObjectRef>,
    /// Objects to which something happens only because of another.
    forced: BTreeSet<ObjectRef>,
}

impl Events {
    /// Finds what happens between two schemas.
    pub(crate) fn between(from: &Schema, to: &Schema) -> Self {
        let mut events = natural::events(from, to);
        events.spread(from, to);
        events
    }

    /// What happens to an object.
    pub(crate) fn of(&self, object: &ObjectRef) -> Option<Event> {
        self.events.get(object).copied()
    }

    /// Whether the object is dropped and created.
    pub(crate) fn renews(&self, object: &ObjectRef) -> bool {
        self.of(object) == Some(Event::Renewed)
    }

    /// Whether something happens to the object because of another.
    pub(crate) fn is_forced(&self, object: &ObjectRef) -> bool {
        self.forced.contains(object)
    }

    /// Objects to which something happens although they do not change.
    pub(crate) fn aside(&self, from: &Schema, to: &Schema) -> BTreeSet<ObjectRef> {
        let same = self.forced.iter().filter(|object| match object.column() {
            Some((table, name)) => {
                let column = |schema: &Schema| schema.tables.get(table)?.column(name).cloned();
                let bare = |column: Column| Column { inherited: false, default_volatility: None, ..column };
                column(from).map(bare) == column(to).map(bare)
            }
            None => self.is_same(from, to, object),
        });
        same.cloned().collect()
    }

    /// Notes an event unless a harsher one is known; tells whether it is news.
    fn raise(&mut self, object: &ObjectRef, event: Event) -> bool {
        let known = self.events.get(object).copied();
        let news = known.is_none_or(|known| known < event);
        if news {
            self.events.insert(object.clone(), event);
        }
        news
    }

    /// Whether an object stays, possibly under another name.
    fn stays(&self, to: &Schema, object: &ObjectRef) -> bool {
        match object {
            ObjectRef::Constraint(..) | ObjectRef::Index(..) => self.matched.contains_key(object),
            _ => find::exists(to, object),
        }
    }

    /// Lets everything that stands on an object react to what happens to it.
    fn spread(&mut self, from: &Schema, to: &Schema) {
        let mut users: BTreeMap<&ObjectRef, Vec<&ObjectRef>> = BTreeMap::new();
        for (user, used) in
            from.uses.iter().flat_map(|(user, uses)| uses.iter().map(move |used| (user, used)))
        {
            users.entry(used).or_default().push(user);
        }
        let mut queue: VecDeque<ObjectRef> = self.events.keys().cloned().collect();
        while let Some(used) = queue.pop_front() {
            let Some(event) = self.of(&used) else { continue };
            let direct = users.get(&used).into_iter().flatten().filter_map(|user| {
                let reaction = reaction::of(self, from, to, user, &used, event)?;
                Some(((*user).clone(), reaction))
            });
            let mut reactions: Vec<(ObjectRef, Event)> = direct.collect();
            reactions.extend(within(from, &used, event));
            for (object, reaction) in reactions {
                if self.stays(to, &object) && self.raise(&object, reaction) {
                    self.forced.insert(object.clone());
                    queue.push_back(object);
                }
            }
        }
    }
}

/// What happens to the parts of a table or view that is renewed, and to a table whose partition key
/// changes its type, which PostgreSQL cannot do.
fn within(from: &Schema, object: &ObjectRef, event: Event) -> Vec<(ObjectRef, Event)> {
    let renewed = |parts: Vec<ObjectRef>| parts.into_iter().map(|part| (part, Event::Renewed)).collect();
    match (object, event) {
        (ObjectRef::Table(name), Event::Renewed) => {
            renewed(from.tables.get(name).map(|table| find::parts(name, table)).unwrap_or_default())
        }
        (ObjectRef::View(name), Event::Renewed) => {
            renewed(from.views.get(name).map(|view| find::view_parts(name, view)).unwrap_or_default())
        }
        (ObjectRef::Column(name, column), Event::Retyped | Event::Moved | Event::Renewed) => {
            let key = from.tables.get(name).and_then(|table| table.partition_by.as_ref());
            let is_key = key.is_some_and(|key| crate::rename::mentions(&key.0, column));
            if is_key { vec![(ObjectRef::Table(Name::clone(name)), Event::Renewed)] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}
