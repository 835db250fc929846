//! Clauses about constraints and settings.

use model::{Ident, Name};
use parse::{Alter, AlterChange, ConstraintChange};

use crate::failure::{Failure, missing_constraint};
use crate::state::Catalog;
use crate::state::{Known, Link, Relation};
type Applied = Result<(), Failure>;

impl Catalog {
    /// Clauses about constraints and settings.
    pub(super) fn alter_constraint(&mut self, name: &Name, it: &Alter) -> Applied {
        match &it.change {
            AlterChange::AddConstraint(constraint) => self.add_constraint(name, constraint, false),
            AlterChange::ValidateConstraint(constraint) => self.validate(name, constraint),
            AlterChange::DropConstraint { name: constraint, if_exists, cascade } => {
                self.drop_constraint(name, constraint, *if_exists, *cascade)
            }
            AlterChange::RenameConstraint { from, to } => self.rename_constraint(name, from, to),
            AlterChange::AlterConstraint { name: constraint, change } => {
                self.expect_constraint(name, constraint)?;
                let change = *change;
                let constraint = constraint.clone();
                self.change(name, |relation| {
                    if let Some(known) = relation.table.constraints.get_mut(&constraint) {
                        match change {
                            ConstraintChange::Enforced => {
                                (known.not_enforced, known.not_valid) = (false, false)
                            }
                            ConstraintChange::NotEnforced => {
                                (known.not_enforced, known.not_valid) = (true, true)
                            }
                            ConstraintChange::Deferrability => known.deferrable = true,
                            ConstraintChange::Inheritance => {}
                        }
                    }
                });
                Ok(())
            }
            AlterChange::SetLogged | AlterChange::SetUnlogged => {
                let logged = it.change == AlterChange::SetLogged;
                self.expect_same_persistence(name, logged)?;
                self.set(name, |relation| relation.table.unlogged = !logged)
            }
            AlterChange::SetRowSecurity(on) => self.set(name, |relation| relation.table.row_security = *on),
            AlterChange::ReplicaIdentity { using_index: Some(index) }
            | AlterChange::ClusterOn(Some(index)) => self.expect_index(name, index),
            AlterChange::EnableTrigger { trigger: Some(trigger), .. } => {
                let relation = self.relation(name);
                let known = relation.is_some_and(|it| it.table.triggers.contains_key(trigger) || !it.whole);
                if known {
                    return Ok(());
                }
                let text = format!(
                    "trigger \"{}\" for table \"{}\" does not exist",
                    trigger.as_str(),
                    name.name.as_str()
                );
                Err(Failure::new("42704", text))
            }
            AlterChange::SequenceOptions { owned_by: Some((table, column)) } => {
                let table = self.expect_relation(table)?;
                self.expect_column(&table, column)?;
                let owner = Some((table, Some(column.clone())));
                self.set(name, |relation| relation.owner = owner)
            }
            _ => Ok(()),
        }
    }

    /// Fails where a table and one that it references, or that references it, would not both be logged.
    fn expect_same_persistence(&self, name: &Name, logged: bool) -> Applied {
        let Some(relation) = self.relation(name) else { return Ok(()) };
        let unlogged = |other: &Name| self.relation(other).is_some_and(|it| it.table.unlogged);
        if relation.table.unlogged != logged {
            return Ok(());
        }
        let mut referenced = relation.table.foreign_keys().map(|(_, key)| &key.references);
        let other = match logged {
            true => referenced.find(|other| *other != name && unlogged(other)),
            false => {
                self.pointing_at(Link::References, name).find(|other| *other != name && !unlogged(other))
            }
        };
        let Some(other) = other else { return Ok(()) };
        let (now, of) = if logged { ("logged", "unlogged") } else { ("unlogged", "logged") };
        let text = format!(
            "could not change table \"{}\" to {now} because it references {of} table \"{}\"",
            name.name.as_str(),
            other.name.as_str()
        );
        Err(Failure::new("42P16", text))
    }

    pub(super) fn set(&mut self, name: &Name, change: impl FnOnce(&mut Relation)) -> Applied {
        self.change(name, change);
        Ok(())
    }

    pub(super) fn expect_index(&self, table: &Name, index: &Ident) -> Applied {
        match self.relation(table) {
            Some(known) if known.whole => {
                let exists = known.table.indexes.contains_key(index)
                    || known.table.constraints.get(index).is_some_and(model::Constraint::has_index);
                let text = format!(
                    "index \"{}\" for table \"{}\" does not exist",
                    index.as_str(),
                    table.name.as_str()
                );
                if exists { Ok(()) } else { Err(Failure::new("42704", text)) }
            }
            _ => Ok(()),
        }
    }

    /// Fails where a constraint is known not to exist.
    pub(crate) fn expect_constraint(&self, table: &Name, name: &Ident) -> Applied {
        match self.relation(table).map(|it| it.constraint(name)) {
            // A NOT NULL has a constraint of its own on 18, whose name the state does not keep.
            Some(Known::No) if !name.as_str().ends_with("not_null") => Err(missing_constraint(name, table)),
            _ => Ok(()),
        }
    }

    pub(super) fn validate(&mut self, name: &Name, constraint: &Ident) -> Applied {
        self.expect_constraint(name, constraint)?;
        let Some(relation) = self.relation(name).cloned() else { return Ok(()) };
        if let Known::Yes(known) = relation.constraint(constraint) {
            if known.has_index() {
                let what =
                    if self.major < 18 { "foreign key or check" } else { "foreign key, check, or not-null" };
                let text = format!(
                    "constraint \"{}\" of relation \"{}\" is not a {what} constraint",
                    constraint.as_str(),
                    name.name.as_str()
                );
                return Err(Failure::new("42809", text));
            }
            if known.not_enforced {
                let text = format!("cannot validate NOT ENFORCED constraint \"{}\"", constraint.as_str());
                return Err(Failure::new("42809", text));
            }
            let column = match &known.kind {
                model::ConstraintKind::NotNull { column } => Some(column.clone()),
                _ => None,
            };
            for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
                self.change(&table, |it| it.mark_valid(constraint, column.as_ref()));
            }
        } else if !relation.whole {
            // A constraint that is validated here exists, and is valid from now on.
            self.change(name, |it| {
                it.validated.insert(constraint.clone());
            });
        }
        Ok(())
    }
}
