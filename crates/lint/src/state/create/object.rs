//! New views, sequences, types, routines, triggers, schemas.

use std::collections::BTreeSet;

use model::{Column, Ident, Name, ObjectRef};
use parse::{
    ConstraintDefinition, CreateFromQuery, CreateOnTable, CreateRoutine, CreateSequence, CreateType, Demand,
    OnTableKind, RelationKind, TypeBody,
};

use crate::failure::{Failure, exists, missing};
use crate::state::Catalog;
use crate::state::chosen_name;
use crate::state::{Relation, TypeKind, TypeState};
type Applied = Result<(), Failure>;

impl Catalog {
    pub(crate) fn create_from_query(&mut self, it: &CreateFromQuery) -> Applied {
        let name = self.new_relation_name(&it.name, it.persistence);
        for read in it.query.reads.iter().filter(|read| !self.is_system(read)) {
            self.expect_relation(read)?;
        }
        if it.or_replace && self.relation(&name).is_some_and(|known| known.kind == RelationKind::View) {
            let reads = self.reads_of(it);
            self.change(&name, |relation| relation.reads = reads);
            return Ok(());
        }
        if !self.may_create(&name, it.if_not_exists)? {
            return Ok(());
        }
        let view = it.kind == RelationKind::View || it.kind == RelationKind::MaterializedView;
        let mut relation =
            Relation { lists_columns: false, populated: it.with_data, ..Relation::made(it.kind) };
        relation.empty = !it.with_data;
        if view {
            relation.reads = self.reads_of(it);
        }
        self.set_relation(name, Some(relation));
        Ok(())
    }

    /// What a view reads, by column where the statement names columns and not all of them.
    pub(super) fn reads_of(&self, it: &CreateFromQuery) -> BTreeSet<ObjectRef> {
        let mut reads = BTreeSet::new();
        for read in it.query.reads.iter().filter(|read| !self.is_system(read)) {
            let name = self.resolve(read);
            if let Some(known) = self.relation(&name) {
                let named = |column: &&Column| it.query.star || it.query.columns.contains(&column.name);
                let columns = known.table.columns.iter().filter(named);
                reads.extend(columns.map(|column| ObjectRef::Column(name.clone(), column.name.clone())));
            }
            reads.insert(ObjectRef::Table(name));
        }
        reads
    }

    pub(crate) fn create_sequence(&mut self, it: &CreateSequence) -> Applied {
        let name = self.new_relation_name(&it.name, it.persistence);
        if !self.may_create(&name, it.if_not_exists)? {
            return Ok(());
        }
        let owner = match &it.owned_by {
            Some((table, column)) => Some((self.expect_relation(table)?, Some(column.clone()))),
            None => None,
        };
        self.set_relation(name, Some(Relation { owner, ..Relation::made(RelationKind::Sequence) }));
        Ok(())
    }

    pub(crate) fn create_type(&mut self, it: &CreateType) -> Applied {
        let name = it.name.in_schema(&self.default_namespace());
        if self.type_state(&name).is_some() {
            return Err(exists("type", &name.name));
        }
        if self.complete && !self.has_namespace(&name.schema) {
            return Err(missing("schema", &name.schema));
        }
        let kind = match &it.body {
            TypeBody::Enum(labels) => TypeKind::Enum { labels: labels.clone(), uncommitted: BTreeSet::new() },
            TypeBody::Domain { base, constraints, .. } => TypeKind::Domain {
                base: base
                    .as_ref()
                    .map_or(String::new(), |base| base.type_name(|name| self.resolve_type(name)).0),
                checks: self.domain_checks(&name, constraints),
                not_null: constraints.iter().any(|it| matches!(it.demand, Demand::NotNull { .. })),
            },
            _ => TypeKind::Other,
        };
        self.set_type(name, Some(TypeState { kind, fresh: true }));
        Ok(())
    }

    pub(super) fn domain_checks(
        &self,
        name: &Name,
        constraints: &[ConstraintDefinition],
    ) -> Vec<(Ident, bool)> {
        let checks = constraints.iter().filter(|it| matches!(it.demand, Demand::Check { .. }));
        let named = |it: &ConstraintDefinition| {
            it.name.clone().unwrap_or_else(|| chosen_name(&name.name, &[], "check"))
        };
        checks.map(|it| (named(it), !it.not_valid)).collect()
    }

    pub(crate) fn create_routine(&mut self, it: &CreateRoutine) -> Applied {
        let name = it.name.in_schema(&self.default_namespace());
        let volatility = super::super::volatility::of_routine(it.volatility, it.sql_body.as_deref(), self);
        self.set_routine(name, Some(volatility));
        Ok(())
    }

    pub(crate) fn create_on_table(&mut self, it: &CreateOnTable) -> Applied {
        let table = self.expect_relation(&it.table)?;
        let Some(reference) = &it.name else { return Ok(()) };
        let name = reference.name.clone();
        if it.kind == OnTableKind::Statistics {
            return Ok(());
        }
        let relation = self.relation(&table).cloned().unwrap_or_default();
        let (taken, word) = match it.kind {
            OnTableKind::Trigger => (relation.table.triggers.contains_key(&name), "trigger"),
            OnTableKind::Policy => (relation.table.policies.contains_key(&name), "policy"),
            OnTableKind::Rule => (relation.table.rules.contains_key(&name), "rule"),
            OnTableKind::Statistics => return Ok(()),
        };
        if taken && !it.tolerant {
            let of = if it.kind == OnTableKind::Policy { "table" } else { "relation" };
            let of = format!("for {of} \"{}\"", table.name.as_str());
            return Err(Failure::new("42710", format!("{word} \"{}\" {of} already exists", name.as_str())));
        }
        if let Some(function) = it.function.as_ref().filter(|_| it.kind == OnTableKind::Trigger) {
            self.expect_trigger_function(function)?;
        }
        self.change(&table, |relation| relation.store_on_table(it.kind, name, it.function.as_ref()));
        Ok(())
    }

    /// Fails where all functions are known and this is none of them.
    fn expect_trigger_function(&self, function: &parse::Reference) -> Applied {
        let known = self.ever_had_routine(function) || crate::state::volatility::is_built_in(function);
        if known || !self.complete || self.extended {
            return Ok(());
        }
        let schema = function.schema.as_ref().map(|schema| [schema.as_str(), "."].concat());
        let text =
            format!("function {}{}() does not exist", schema.unwrap_or_default(), function.name.as_str());
        Err(Failure::new("42883", text))
    }

    pub(crate) fn create_schema(&mut self, name: &Ident, if_not_exists: bool) -> Applied {
        let known = self.namespaces.contains(name) && (self.complete || name.as_str() != "public");
        if known && !if_not_exists {
            return Err(exists("schema", name));
        }
        self.set_namespace(name.clone(), true);
        Ok(())
    }
}
