//! What `ALTER` statements do to the state, and when they are certain to fail.

mod column;
mod constraint;
mod inherited;
mod partition;
mod rename;
mod types;

use model::{Ident, Name};
use parse::{Alter, AlterChange, AlterOnTable, OnTableKind, Reference, RelationKind};

use crate::failure::{Failure, missing};
use crate::state::Catalog;
use crate::state::Relation;
type Applied = Result<(), Failure>;

impl Catalog {
    pub(crate) fn alter(&mut self, it: &Alter) -> Applied {
        let name = self.resolve(&it.relation);
        if it.if_exists && self.is_absent(&name) {
            return Ok(());
        }
        self.expect_relation(&it.relation)?;
        self.expect_kind(it, &name)?;
        self.expect_own(&name, it)?;
        match &it.change {
            AlterChange::Rename(to) => self.rename_relation(&name, name.sibling(to)),
            AlterChange::SetSchema(schema) => self.set_schema(&name, schema),
            AlterChange::AttachPartition { .. }
            | AlterChange::DetachPartition { .. }
            | AlterChange::Inherit(_)
            | AlterChange::NoInherit(_) => self.alter_inheritance(&name, &it.change),
            _ if self.alter_column(&name, it)? => Ok(()),
            _ => self.alter_constraint(&name, it),
        }
    }

    /// Fails where the statement's kind of relation is not the relation's.
    pub(super) fn expect_kind(&self, it: &Alter, name: &Name) -> Applied {
        let Some(known) = self.relation(name) else { return Ok(()) };
        let word = match it.kind {
            RelationKind::View => "a view",
            RelationKind::MaterializedView => "a materialized view",
            RelationKind::Sequence => "a sequence",
            RelationKind::Index => "an index",
            RelationKind::Table | RelationKind::ForeignTable => return self.expect_table(it, known, name),
        };
        if it.kind != known.kind && known.whole {
            return Err(Failure::new("42809", format!("\"{}\" is not {word}", name.name.as_str())));
        }
        Ok(())
    }

    pub(super) fn expect_table(&self, it: &Alter, known: &Relation, name: &Name) -> Applied {
        let anything = matches!(
            it.change,
            AlterChange::Rename(_)
                | AlterChange::SetSchema(_)
                | AlterChange::SetOwner
                | AlterChange::RenameColumn { .. }
        );
        let table = known.is_table() || known.kind == RelationKind::MaterializedView || !known.whole;
        if anything
            || table
            || known.kind == RelationKind::View && matches!(it.change, AlterChange::SetDefault(..))
        {
            return Ok(());
        }
        let text = format!("ALTER action cannot be performed on relation \"{}\"", name.name.as_str());
        Err(Failure::new("42809", text))
    }

    pub(crate) fn alter_on_table(&mut self, it: &AlterOnTable) -> Applied {
        let Some(table) = &it.table else { return Ok(()) };
        let table = self.expect_relation(table)?;
        self.expect_on_table(it.kind, &it.name.name, &table)?;
        if let Some(to) = it.rename_to.clone() {
            self.change(&table, |relation| relation.rename_on_table(it.kind, &it.name.name, to));
        }
        Ok(())
    }

    /// Fails where a trigger, policy or rule is known not to exist.
    pub(crate) fn expect_on_table(&self, kind: OnTableKind, name: &Ident, table: &Name) -> Applied {
        let Some(relation) = self.relation(table).filter(|it| it.whole) else { return Ok(()) };
        let (exists, word, of) = match kind {
            OnTableKind::Trigger => (relation.table.triggers.contains_key(name), "trigger", "table"),
            OnTableKind::Policy => (relation.table.policies.contains_key(name), "policy", "table"),
            OnTableKind::Rule => (relation.table.rules.contains_key(name), "rule", "relation"),
            OnTableKind::Statistics => return Ok(()),
        };
        let text =
            format!("{word} \"{}\" for {of} \"{}\" does not exist", name.as_str(), table.name.as_str());
        if exists || relation.kind == RelationKind::View { Ok(()) } else { Err(Failure::new("42704", text)) }
    }

    /// The full name of a relation that a statement needs.
    ///
    /// # Errors
    /// Where it is known not to exist.
    pub(crate) fn expect_relation(&self, name: &Reference) -> Result<Name, Failure> {
        let full = self.resolve(name);
        if self.is_absent(&full) && !self.is_system(name) {
            return Err(match &name.schema {
                Some(schema) if self.complete && !self.has_namespace(schema) => missing("schema", schema),
                Some(schema) => {
                    let dotted = format!("{}.{}", schema.as_str(), name.name.as_str());
                    missing("relation", &Ident::new(dotted))
                }
                None => missing("relation", &full.name),
            });
        }
        Ok(full)
    }
}
