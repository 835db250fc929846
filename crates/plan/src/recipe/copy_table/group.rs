//! The tables of a plan that are copied together, and what else changes in the moment in which the copies take their
//! places: what reads the tables knows them by a number, which a copy does not have.

use model::{Change, Constraint, ConstraintKind, Name, Object, ObjectRef};

use super::bound::Readers;
use super::subject::Subject;
use crate::recipe::together;
use crate::situation::Situation;

/// The tables that are copied. Their copies take their places in one transaction, so that two keys and the foreign key
/// between them never disagree.
pub(super) struct Group<'a> {
    pub(super) subjects: Vec<Subject<'a>>,
    /// Changes of views and the like that go and come again, and what can only change while they are away.
    pub(super) carried: Vec<&'a Change>,
    /// What reads a table and stays as it is: told again, so that it reads the table that then has the name.
    pub(super) readers: Vec<Change>,
    /// What reads a table and cannot be told again, with why.
    pub(super) pinned: Option<String>,
}

impl<'a> Group<'a> {
    pub(super) fn of(subjects: Vec<Subject<'a>>, situation: &Situation<'a>) -> Self {
        let mut group = Self { subjects, carried: Vec::new(), readers: Vec::new(), pinned: None };
        let along = together::along(situation).into_iter();
        group.carried = along.filter(|change| !group.subjects.iter().any(|it| it.absorbs(change))).collect();
        for (reader, used) in situation.from.uses.iter() {
            if group.is_apart(reader) || !used.iter().any(|used| group.is_subject(used)) {
                continue;
            }
            let has_row_type =
                used.iter().any(|used| matches!(used, ObjectRef::Type(_)) && group.is_subject(used));
            match again(reader, has_row_type, situation) {
                Ok(change) => group.readers.push(change),
                Err(why) => _ = group.pinned.get_or_insert(why),
            }
        }
        group
    }

    /// Whether the copies, or the moment in which they take their places, make this change.
    pub(super) fn absorbs(&self, change: &Change) -> bool {
        self.subjects.iter().any(|subject| subject.absorbs(change)) || self.carried.contains(&change)
    }

    /// Foreign keys from and to the tables as they are, each once, with the tables they belong to.
    pub(super) fn foreign_from(&self) -> Vec<&(Name, Constraint)> {
        once(self.subjects.iter().flat_map(|subject| &subject.foreign_from))
    }

    /// The same as they are wanted.
    pub(super) fn foreign_to(&self) -> Vec<&(Name, Constraint)> {
        once(self.subjects.iter().flat_map(|subject| &subject.foreign_to))
    }

    /// The names of the tables.
    pub(super) fn tables(&self) -> Vec<Name> {
        self.subjects.iter().map(|subject| subject.table.clone()).collect()
    }

    /// What reads the tables until the copies take their places, and then reads those.
    pub(super) fn known_readers(&self) -> Readers<'_> {
        let mut known = Readers::default();
        for change in self.readers.iter().chain(self.carried.iter().copied()) {
            let (Change::Drop { object } | Change::Replace { from: object, .. }) = change else { continue };
            match object {
                Object::View { name, .. } => known.views.push(name),
                Object::Routine { routine } => known.routines.push(routine.identity()),
                Object::Policy { table, name, .. } => known.policies.push((table, name)),
                Object::Rule { table, name, .. } => known.rules.push((table, name)),
                _ => {}
            }
        }
        known
    }

    /// The tables in a sentence.
    pub(super) fn titles(&self) -> String {
        let each: Vec<String> = self.subjects.iter().map(|subject| subject.table.to_string()).collect();
        each.join(" and ")
    }

    fn has(&self, table: &Name) -> bool {
        self.subjects.iter().any(|subject| subject.table == table)
    }

    /// A table that is copied, a part of one, or its row type.
    fn is_subject(&self, used: &ObjectRef) -> bool {
        let row_type = if let ObjectRef::Type(name) = used { Some(name) } else { None };
        used.relation().or(row_type).is_some_and(|table| self.has(table))
    }

    /// What is made with the copies anyway, or goes and comes again.
    fn is_apart(&self, reader: &ObjectRef) -> bool {
        let is_foreign_key = |on: &Name, name: &model::Ident| {
            self.foreign_from().iter().any(|(table, key)| table == on && key.name == *name)
        };
        let goes = |change: &&Change| matches!(change, Change::Drop { object } | Change::Replace { from: object, .. } if object.reference() == *reader);
        reader.relation().is_some_and(|table| self.has(table))
            || matches!(reader, ObjectRef::Constraint(on, name) if is_foreign_key(on, name))
            || self.carried.iter().any(goes)
    }
}

/// The change that tells a reader again what it is; why there is none, where there is none.
fn again(reader: &ObjectRef, has_row_type: bool, situation: &Situation<'_>) -> Result<Change, String> {
    let from = situation.from;
    if has_row_type {
        return Err(format!("{reader} has the type of its rows, which the copy does not have"));
    }
    if situation.changes.iter().any(|change| change.object() == *reader) {
        return Err(format!("{reader} reads it, and the plan changes that as well"));
    }
    let object = match reader {
        ObjectRef::View(name) => {
            let view = from.views.get(name).filter(|view| view.is_replaceable_by(view));
            view.map(|view| Object::View { name: name.clone(), view: view.clone() })
        }
        ObjectRef::Routine(identity) => {
            let routine = from.routines.get(identity);
            routine.map(|routine| Object::Routine { routine: routine.clone() })
        }
        ObjectRef::Policy(table, name) => {
            let policy = from.table(table).and_then(|table| table.policies.get(name));
            policy.map(|it| Object::Policy { table: table.clone(), name: name.clone(), policy: it.clone() })
        }
        ObjectRef::Rule(table, name) => {
            let rule = from.table(table).and_then(|table| table.rules.get(name));
            rule.map(|it| Object::Rule { table: table.clone(), name: name.clone(), definition: it.clone() })
        }
        _ => None,
    };
    match object {
        Some(object) => Ok(Change::Replace { from: object.clone(), to: object }),
        None if matches!(reader, ObjectRef::View(_) | ObjectRef::MaterializedView(_)) => Err(format!(
            "materialized view {reader} reads it, and would have to be filled anew while everybody waits for the table \
             (drop it before and create it after, where that can be)"
        )),
        None => Err(format!("{reader} stands on it, and would go on reading the table as it was")),
    }
}

fn once<'k>(keys: impl Iterator<Item = &'k (Name, Constraint)>) -> Vec<&'k (Name, Constraint)> {
    let mut out: Vec<&(Name, Constraint)> = Vec::new();
    for key in keys {
        let is_key = matches!(key.1.kind, ConstraintKind::ForeignKey(_));
        if is_key && !out.iter().any(|it| it.0 == key.0 && it.1.name == key.1.name) {
            out.push(key);
        }
    }
    out
}
