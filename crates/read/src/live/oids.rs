//! Which object an oid means.

use std::collections::BTreeMap;

use model::{Ident, Name, ObjectRef};
use tokio_postgres::Row;

/// The catalogs whose rows are objects, by the oid that `pg_depend.classid` has for each; the same in
/// every version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Type = 1247,
    Routine = 1255,
    Relation = 1259,
    Default = 2604,
    Constraint = 2606,
    Rewrite = 2618,
    Trigger = 2620,
    Policy = 3256,
    Collation = 3456,
}

/// The objects of one reading by catalog and oid.
#[derive(Debug, Default)]
pub(super) struct Oids {
    objects: BTreeMap<(u32, u32), ObjectRef>,
    columns: BTreeMap<(u32, i16), (Ident, u32)>,
}

impl Oids {
    /// Notes what the oid in a row's column means; a null oid means nothing.
    pub(super) fn note(&mut self, class: Class, row: &Row, column: &str, object: &ObjectRef) {
        if let Some(oid) = row.get::<_, Option<u32>>(column) {
            self.objects.insert((class as u32, oid), object.clone());
        }
    }

    /// Notes a column of a table by its number, with the oid of its collation.
    pub(super) fn note_column(&mut self, relation: u32, number: i16, name: &Ident, collation: u32) {
        self.columns.insert((relation, number), (name.clone(), collation));
    }

    /// The name of a table's column by its number.
    pub(super) fn column(&self, relation: u32, number: i16) -> Option<&Ident> {
        self.columns.get(&(relation, number)).map(|(name, _)| name)
    }

    /// The oid of the collation of a table's column; 0 where its type has none.
    pub(super) fn column_collation(&self, relation: u32, number: i16) -> u32 {
        self.columns.get(&(relation, number)).map_or(0, |(_, collation)| *collation)
    }

    /// The name of a table or view.
    pub(super) fn relation(&self, oid: u32) -> Option<&Name> {
        match self.objects.get(&(Class::Relation as u32, oid))? {
            ObjectRef::Table(name) | ObjectRef::View(name) => Some(name),
            _ => None,
        }
    }

    /// What an address of `pg_depend` means: a column where a table's column is meant.
    pub(super) fn object(&self, class: u32, oid: u32, part: i32) -> Option<ObjectRef> {
        let object = self.objects.get(&(class, oid))?;
        let number = i16::try_from(part).ok().filter(|number| *number > 0);
        let column = number.and_then(|number| self.column(oid, number));
        match (object, column) {
            (ObjectRef::Table(table), Some(column)) if class == Class::Relation as u32 => {
                Some(ObjectRef::Column(table.clone(), column.clone()))
            }
            _ => Some(object.clone()),
        }
    }

    /// Notes that a member of an extension means the extension.
    pub(super) fn note_member(&mut self, class: u32, oid: u32, extension: &Ident) {
        self.objects.entry((class, oid)).or_insert_with(|| ObjectRef::Extension(extension.clone()));
    }
}
