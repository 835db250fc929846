//! Triggers, types and namespaces that go; tables that are emptied.

use model::{Ident, Name};
use parse::{Drop, DropKind, OnTableKind, Truncate};

use super::shown;
use crate::failure::{Failure, missing};
use crate::state::Catalog;
use crate::state::Link;
type Applied = Result<(), Failure>;

impl Catalog {
    pub(super) fn drop_on_table(&mut self, it: &Drop) -> Applied {
        let Some(table) = &it.table else { return Ok(()) };
        let name = self.resolve(table);
        if it.if_exists && self.is_absent(&name) {
            return Ok(());
        }
        let name = self.expect_relation(table)?;
        let kind = match it.kind {
            DropKind::Trigger => OnTableKind::Trigger,
            DropKind::Policy => OnTableKind::Policy,
            _ => OnTableKind::Rule,
        };
        if !it.if_exists {
            self.expect_on_table(kind, &it.name.name, &name)?;
        }
        self.change(&name, |relation| relation.remove_on_table(kind, &it.name.name));
        Ok(())
    }

    pub(super) fn drop_type(&mut self, it: &Drop) -> Applied {
        let name = self.resolve_type(&it.name);
        if self.type_state(&name).is_none() {
            return if it.if_exists { Ok(()) } else { self.expect_type_named(&it.name) };
        }
        let users: Vec<Name> = self.pointing_at(Link::Uses, &name).cloned().collect();
        if !users.is_empty() && !it.cascade {
            let text = format!("cannot drop type {} because other objects depend on it", shown(&name));
            return Err(Failure::new("2BP01", text));
        }
        for user in users {
            // What stands on such a column goes with it.
            let Some(relation) = self.relation(&user) else { continue };
            let uses = |text: &str| crate::state::named_type(text).as_ref() == Some(&name);
            let columns = relation.table.columns.iter().filter(|column| uses(&column.type_name.0));
            let columns: Vec<Ident> = columns.map(|column| column.name.clone()).collect();
            for column in columns {
                self.take_column(&user, &column);
            }
        }
        self.set_type(name, None);
        Ok(())
    }

    /// Fails where a routine is known not to exist, or a trigger calls it.
    pub(super) fn expect_routine(&self, it: &Drop) -> Applied {
        let known = self.routine(&it.name).is_some();
        if !known {
            let absent = self.complete && !self.extended && !it.if_exists;
            return if absent { Err(missing("function", &it.name.name)) } else { Ok(()) };
        }
        let calls = |table: &Name| {
            self.relation(table).is_some_and(|relation| {
                let function = |text: &str| {
                    let name = text.split('(').next().unwrap_or_default();
                    name.rsplit('.').next() == Some(it.name.name.as_str())
                };
                relation.table.triggers.values().any(|trigger| function(&trigger.function))
            })
        };
        if !it.cascade && self.tables().iter().any(calls) {
            let text = format!("cannot drop function {} because other objects depend on it", it.name);
            return Err(Failure::new("2BP01", text));
        }
        Ok(())
    }

    pub(super) fn drop_schema(&mut self, it: &Drop) -> Applied {
        let schema = it.name.name.clone();
        if self.complete && !self.has_namespace(&schema) {
            return if it.if_exists { Ok(()) } else { Err(missing("schema", &schema)) };
        }
        let names: Vec<Name> = self.relations_in(&schema).map(|(name, _)| name.clone()).collect();
        if !names.is_empty() && !it.cascade {
            let text = format!("cannot drop schema {schema} because other objects depend on it");
            return Err(Failure::new("2BP01", text));
        }
        for name in names {
            self.remove_with_dependents(&name);
        }
        let types: Vec<Name> = self.types.keys().filter(|name| name.schema == schema).cloned().collect();
        for name in types {
            self.set_type(name, None);
        }
        self.set_namespace(schema, false);
        Ok(())
    }

    pub(crate) fn truncate(&mut self, it: &Truncate) -> Applied {
        let tables =
            it.tables.iter().map(|table| self.expect_relation(table)).collect::<Result<Vec<_>, _>>()?;
        for table in &tables {
            let is_table = self.relation(table).is_none_or(|it| it.is_table() || !it.whole);
            if !is_table {
                return Err(Failure::new("42809", format!("\"{}\" is not a table", table.name.as_str())));
            }
            let others = self.pointing_at(Link::References, table);
            let free = others.into_iter().all(|other| tables.contains(other));
            if !it.cascade && !free {
                let text = "cannot truncate a table referenced in a foreign key constraint".to_owned();
                return Err(Failure::new("0A000", text));
            }
        }
        Ok(())
    }
}
