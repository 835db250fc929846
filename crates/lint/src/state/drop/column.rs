//! Columns and constraints that go.

use std::collections::BTreeSet;

use model::{ConstraintKind, Ident, Name};

use super::shown;
use crate::failure::{Failure, missing_column, missing_constraint};
use crate::state::Catalog;
use crate::state::{Known, Link, Relation};
type Applied = Result<(), Failure>;

impl Catalog {
    pub(crate) fn drop_column(
        &mut self,
        name: &Name,
        column: &Ident,
        if_exists: bool,
        cascade: bool,
    ) -> Applied {
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        match relation.column(column) {
            Known::No if if_exists => return Ok(()),
            Known::No => return Err(missing_column(column, name)),
            Known::Yes(known) if known.inherited && relation.whole => {
                let text = format!("cannot drop inherited column \"{}\"", column.as_str());
                return Err(Failure::new("42P16", text));
            }
            _ => {}
        }
        if !cascade {
            self.expect_column_free(name, column)?;
        }
        for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
            self.take_column(&table, column);
        }
        Ok(())
    }

    /// Fails where something of another object stands on a column.
    pub(super) fn expect_column_free(&self, name: &Name, column: &Ident) -> Applied {
        let referenced = self.referencing_keys(name, column).next().is_some();
        // Before 15 a generated column went along.
        let generated = self.major >= 15 && self.feeds_generated(name, column);
        if self.reader_of(name, column).is_some() || referenced || generated {
            let text = format!(
                "cannot drop column {column} of table {} because other objects depend on it",
                shown(name)
            );
            return Err(Failure::new("2BP01", text));
        }
        Ok(())
    }

    /// Tables whose foreign keys reference a column.
    pub(crate) fn referencing_keys<'c>(
        &'c self,
        name: &'c Name,
        column: &'c Ident,
    ) -> impl Iterator<Item = &'c Name> {
        self.pointing_at(Link::References, name).filter(move |source| {
            self.relation(source).is_some_and(|relation| {
                relation
                    .table
                    .foreign_keys()
                    .any(|(_, key)| key.references == *name && key.referenced_columns.contains(column))
            })
        })
    }

    /// Removes a column with the constraints and indexes on it, and foreign keys and views elsewhere.
    pub(super) fn take_column(&mut self, name: &Name, column: &Ident) {
        let referencing: Vec<Name> = self.referencing_keys(name, column).cloned().collect();
        for source in referencing {
            self.change(&source, |relation| {
                relation.table.constraints.retain(|_, it| {
                    !matches!(&it.kind, ConstraintKind::ForeignKey(key)
                        if key.references == *name && key.referenced_columns.contains(column))
                });
            });
        }
        if let Some(reader) = self.reader_of(name, column) {
            self.remove_with_dependents(&reader);
        }
        let Some(relation) = self.relation(name).cloned() else { return };
        let belonging: Vec<Name> = self.pointing_at(Link::Belongs, name).cloned().collect();
        let mut changed = Relation::clone(&relation);
        let gone = changed.take_column(column);
        self.set_relation(name.clone(), Some(changed));
        for relation in belonging {
            let owned = self.relation(&relation).and_then(|it| it.owner.clone());
            let by_column = owned.is_some_and(|(_, owner)| owner.as_ref() == Some(column));
            if by_column || gone.contains(&relation.name) {
                self.drop_relation(&relation);
            }
        }
    }

    pub(crate) fn drop_constraint(
        &mut self,
        name: &Name,
        constraint: &Ident,
        if_exists: bool,
        cascade: bool,
    ) -> Applied {
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        let known = match relation.constraint(constraint) {
            Known::Yes(known) => known.clone(),
            Known::No if if_exists || constraint.as_str().ends_with("not_null") => return Ok(()),
            Known::No => return Err(missing_constraint(constraint, name)),
            Known::Unknown => return Ok(()),
        };
        if known.inherited {
            let text = format!(
                "cannot drop inherited constraint \"{}\" of relation \"{}\"",
                constraint.as_str(),
                name.name.as_str()
            );
            return Err(Failure::new("42P16", text));
        }
        let needed = self.keys_needing(name, &known);
        if !needed.is_empty() && !cascade {
            let text = format!(
                "cannot drop constraint {constraint} on table {} because other objects depend on it",
                shown(name)
            );
            return Err(Failure::new("2BP01", text));
        }
        for source in needed {
            self.change(&source, |relation| {
                relation.table.constraints.retain(
                    |_, it| !matches!(&it.kind, ConstraintKind::ForeignKey(key) if key.references == *name),
                );
            });
        }
        if known.has_index() {
            self.drop_relation(&name.sibling(constraint));
        }
        for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
            self.change(&table, |relation| drop(relation.table.constraints.remove(constraint)));
        }
        Ok(())
    }

    /// Tables whose foreign keys need a key of this one.
    pub(crate) fn keys_needing(&self, name: &Name, key: &model::Constraint) -> Vec<Name> {
        let unique = matches!(key.kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. });
        if !unique {
            return Vec::new();
        }
        let wanted: BTreeSet<&Ident> = key.columns().iter().collect();
        let needs = |source: &&Name| {
            self.relation(source).is_some_and(|relation| {
                relation.table.foreign_keys().any(|(_, it)| {
                    it.references == *name && it.referenced_columns.iter().collect::<BTreeSet<_>>() == wanted
                })
            })
        };
        self.pointing_at(Link::References, name).filter(needs).cloned().collect()
    }
}
