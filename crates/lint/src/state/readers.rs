//! What stands on a relation without being part of it: views, and defaults that draw from sequences.

use std::collections::BTreeSet;

use model::{Ident, Name, ObjectRef};
use parse::{Drop, DropKind, Reference};

use super::{Catalog, Link, named_type};

impl Catalog {
    /// The views that read a relation, through any number of others.
    pub(crate) fn readers(&self, name: &Name) -> BTreeSet<Name> {
        self.with_readers(self.pointing_at(Link::Reads, name).cloned().collect())
    }

    /// The views that read a column, through any number of others.
    pub(crate) fn readers_of(&self, name: &Name, column: &Ident) -> BTreeSet<Name> {
        let reference = ObjectRef::Column(name.clone(), column.clone());
        let reads = |view: &&Name| self.relation(view).is_some_and(|it| it.reads.contains(&reference));
        self.with_readers(self.pointing_at(Link::Reads, name).filter(reads).cloned().collect())
    }

    /// The views that read a table's columns of a type.
    pub(crate) fn readers_of_type(&self, table: &Name, type_name: &Name) -> BTreeSet<Name> {
        let Some(relation) = self.relation(table) else { return BTreeSet::new() };
        let columns = relation.table.columns.iter();
        let of_type = columns.filter(|it| named_type(&it.type_name.0).as_ref() == Some(type_name));
        of_type.flat_map(|it| self.readers_of(table, &it.name)).collect()
    }

    fn with_readers(&self, mut open: Vec<Name>) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        while let Some(next) = open.pop() {
            if found.insert(next.clone()) {
                open.extend(self.pointing_at(Link::Reads, &next).cloned());
            }
        }
        found
    }

    /// The sequence that a default takes its values from.
    pub(crate) fn drawn_from(&self, default: &str) -> Option<Name> {
        sequence_in(default).map(|sequence| self.resolve(&sequence))
    }

    /// Whether the table is known not to have the trigger, policy or rule to be dropped.
    pub(crate) fn lacks_on_table(&self, it: &Drop, table: &Name) -> bool {
        let Some(relation) = self.relation(table).filter(|it| it.whole) else { return false };
        let (name, table) = (&it.name.name, &relation.table);
        match it.kind {
            DropKind::Trigger => !table.triggers.contains_key(name),
            DropKind::Policy => !table.policies.contains_key(name),
            DropKind::Rule => !table.rules.contains_key(name),
            _ => false,
        }
    }
}

/// The sequence in a `nextval('…')`, as it is written there.
pub(crate) fn sequence_in(default: &str) -> Option<Reference> {
    let (_, after) = default.split_once("nextval('")?;
    let (name, _) = after.split_once('\'')?;
    Some(match name.parse::<Name>() {
        Ok(full) if name.contains('.') => Reference { schema: Some(full.schema), name: full.name },
        _ => Reference::bare(Ident::new(name.trim_matches('"'))),
    })
}
