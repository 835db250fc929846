//! New names, and everything that knows a thing by its old one.

use model::{Ident, Name};
use parse::RelationKind;

use crate::failure::{Failure, exists, missing};
use crate::state::Catalog;
use crate::state::{Known, Link, Relation, TypeState};
type Applied = Result<(), Failure>;

impl Catalog {
    /// Gives a relation another name, and everything that points at it.
    pub(super) fn rename_relation(&mut self, from: &Name, to: Name) -> Applied {
        if self.relation(&to).is_some() {
            return Err(exists("relation", &to.name));
        }
        let Some(relation) = self.relation(from).cloned() else { return Ok(()) };
        if relation.kind != RelationKind::Index && self.type_state(&to).is_some() {
            return Err(exists("type", &to.name));
        }
        self.drop_relation(from);
        self.set_relation(to.clone(), Some(Relation::clone(&relation)));
        for link in [Link::References, Link::Child, Link::Reads, Link::Belongs, Link::Draws] {
            let sources: Vec<Name> = self.pointing_at(link, from).cloned().collect();
            for source in sources {
                self.change(&source, |it| it.repoint(from, &to));
            }
        }
        if relation.kind == RelationKind::Index
            && let Some((owner, _)) = &relation.owner
        {
            self.change(owner, |table| table.rename_index(&from.name, &to.name));
        }
        Ok(())
    }

    pub(super) fn set_schema(&mut self, name: &Name, schema: &Ident) -> Applied {
        if self.complete && !self.has_namespace(schema) {
            return Err(missing("schema", schema));
        }
        let moved = |name: &Name| Name { schema: schema.clone(), name: name.name.clone() };
        let belonging: Vec<Name> = self.pointing_at(Link::Belongs, name).cloned().collect();
        self.rename_relation(name, moved(name))?;
        for relation in belonging {
            self.rename_relation(&relation, moved(&relation))?;
        }
        Ok(())
    }

    pub(super) fn rename_constraint(&mut self, name: &Name, from: &Ident, to: &Ident) -> Applied {
        self.expect_constraint(name, from)?;
        let behind = self
            .relation(name)
            .is_some_and(|it| matches!(it.constraint(from), Known::Yes(known) if known.has_index()));
        if matches!(self.relation(name).map(|it| it.constraint(to)), Some(Known::Yes(_))) {
            let text = format!(
                "constraint \"{}\" for relation \"{}\" already exists",
                to.as_str(),
                name.name.as_str()
            );
            return Err(Failure::new("42710", text));
        }
        if behind {
            return self.rename_relation(&name.sibling(from), name.sibling(to));
        }
        for table in std::iter::once(name.clone()).chain(self.descendants(name)) {
            self.change(&table, |it| it.rename_constraint(from, to));
        }
        Ok(())
    }

    pub(super) fn rename_type(&mut self, from: &Name, to: Name) -> Applied {
        let row_type = self.relation(&to).is_some_and(|it| it.kind != RelationKind::Index);
        if row_type || self.type_state(&to).is_some() {
            return Err(exists("type", &to.name));
        }
        let Some(state) = self.type_state(from).cloned() else { return Ok(()) };
        self.set_type(from.clone(), None);
        let users: Vec<Name> = self.pointing_at(Link::Uses, from).cloned().collect();
        for user in users {
            let (old, new) = (from.to_string(), to.to_string());
            self.change(&user, |relation| {
                for column in &mut relation.table.columns {
                    if crate::state::named_type(&column.type_name.0).as_ref() == Some(from) {
                        column.type_name.0 = column.type_name.0.replacen(&old, &new, 1);
                    }
                }
            });
        }
        self.set_type(to, Some(TypeState::clone(&state)));
        Ok(())
    }

    pub(crate) fn rename_schema(&mut self, from: &Ident, to: &Ident) -> Applied {
        if self.complete && !self.has_namespace(from) {
            return Err(missing("schema", from));
        }
        let names: Vec<Name> = self.relations_in(from).map(|(name, _)| name.clone()).collect();
        self.set_namespace(from.clone(), false);
        self.set_namespace(to.clone(), true);
        for name in names {
            self.rename_relation(&name, Name { schema: to.clone(), name: name.name.clone() })?;
        }
        Ok(())
    }
}
