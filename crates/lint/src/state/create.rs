//! What `CREATE` statements do to the state, and when they are certain to fail.

use std::collections::BTreeSet;

use model::{
    Column, Constraint, ConstraintKind, Expr, ForeignKey, Generated, Ident, Identity, Index, IndexKey, Name,
    ObjectRef, SequenceOptions, TypeName, Volatility,
};
use parse::{
    ColumnDefinition, ConstraintDefinition, CreateFromQuery, CreateIndex, CreateOnTable, CreateRoutine,
    CreateSequence, CreateTable, CreateType, Demand, OnTableKind, Persistence, RelationKind, TypeBody,
};

use super::relation::{Known, Relation, TypeKind, TypeState};
use super::{Catalog, volatility_of};
use crate::failure::{Failure, exists, missing, missing_column};

type Applied = Result<(), Failure>;

/// The name the server chooses for an index, constraint or sequence that has none.
pub(crate) fn chosen_name(table: &Ident, columns: &[&Ident], label: &str) -> Ident {
    let mut first = table.as_str().to_owned();
    let mut second = columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join("_");
    let separators = 1 + usize::from(!second.is_empty());
    // The server shortens the longer of the two parts until the whole fits.
    while first.len() + second.len() + label.len() + separators > model::IDENT_BYTES_MAX {
        if first.len() >= second.len() {
            first.pop()
        } else {
            second.pop()
        };
    }
    let parts = [first.as_str(), second.as_str(), label];
    Ident::new(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_"))
}

impl Catalog {
    /// The name of a relation to be made, in its namespace.
    pub(crate) fn new_relation_name(&self, name: &parse::Reference, persistence: Persistence) -> Name {
        match (&name.schema, persistence) {
            (None, Persistence::Temporary) => name.in_schema(&Ident::new("pg_temp")),
            _ => name.in_schema(&self.default_namespace()),
        }
    }

    /// Fails where a relation cannot be made; false where `IF NOT EXISTS` makes the statement do nothing.
    fn may_create(&self, name: &Name, if_not_exists: bool) -> Result<bool, Failure> {
        if self.relation(name).is_some() {
            return if if_not_exists { Ok(false) } else { Err(exists("relation", &name.name)) };
        }
        if self.complete && !self.has_namespace(&name.schema) {
            return Err(missing("schema", &name.schema));
        }
        Ok(true)
    }

    pub(crate) fn create_table(&mut self, it: &CreateTable) -> Applied {
        let Some(reference) = &it.name else { return Ok(()) };
        let name = self.new_relation_name(reference, it.persistence);
        if !self.may_create(&name, it.if_not_exists)? {
            return Ok(());
        }
        let kind = if it.foreign { RelationKind::ForeignTable } else { RelationKind::Table };
        let mut relation = Relation { lists_columns: it.of_type.is_none(), ..Relation::made(kind) };
        relation.table.unlogged = it.persistence == Persistence::Unlogged;
        relation.table.partition_by = it.partition_by.as_ref().map(Expr::new);
        self.copy_parents(it, &mut relation)?;
        for column in &it.columns {
            self.new_column(&name, &mut relation, column)?;
        }
        // A foreign key may point at the table itself, so the table is there before its constraints.
        self.set_relation(name.clone(), Some(relation));
        for column in &it.columns {
            self.own_sequence(&name, column);
        }
        let inside = it.columns.iter().flat_map(|column| &column.constraints);
        for constraint in inside.chain(&it.constraints) {
            self.add_constraint(&name, constraint, true)?;
        }
        Ok(())
    }

    /// The columns that come from elsewhere: a partitioned parent, heirs' parents, `LIKE`.
    fn copy_parents(&self, it: &CreateTable, relation: &mut Relation) -> Applied {
        if let Some((parent, bound)) = &it.partition_of {
            let parent = self.expect_relation(parent)?;
            let partitioned =
                self.relation(&parent).is_none_or(|known| !known.whole || known.is_partitioned());
            if !partitioned {
                return Err(Failure::new(
                    "42P17",
                    format!("\"{}\" is not partitioned", parent.name.as_str()),
                ));
            }
            relation.table.partition_of = Some((parent.clone(), Expr::new(&bound.text)));
            self.inherit(&parent, relation, true);
        }
        for parent in &it.inherits {
            let parent = self.expect_relation(parent)?;
            relation.table.inherits.push(parent.clone());
            self.inherit(&parent, relation, false);
        }
        for like in &it.like {
            let source = self.expect_relation(&like.table)?;
            let Some(known) = self.relation(&source) else {
                relation.whole = false;
                continue;
            };
            relation.whole &= known.whole;
            relation.lists_columns &= known.lists_columns;
            let columns = known.table.columns.iter().map(|column| Column {
                default: column.default.clone().filter(|_| like.defaults),
                identity: column.identity.clone().filter(|_| like.identity),
                ..Column::new(column.name.as_str(), column.type_name.0.clone())
            });
            let nullness = known.table.columns.iter().map(|column| column.not_null);
            relation
                .table
                .columns
                .extend(columns.zip(nullness).map(|(column, not_null)| Column { not_null, ..column }));
        }
        Ok(())
    }

    /// Takes over columns and constraints; a partition also gets indexes like its parent's.
    fn inherit(&self, parent: &Name, relation: &mut Relation, partition: bool) {
        let Some(known) = self.relation(parent) else {
            relation.whole = false;
            return;
        };
        relation.whole &= known.whole;
        relation.lists_columns &= known.lists_columns;
        for column in &known.table.columns {
            if relation.table.column(&column.name).is_none() {
                relation.table.columns.push(Column { inherited: true, ..column.clone() });
            }
        }
        for constraint in known.table.constraints.values() {
            let check = matches!(constraint.kind, ConstraintKind::Check { no_inherit: false, .. });
            if partition || check {
                let inherited = Constraint { inherited: true, ..constraint.clone() };
                relation.table.constraints.insert(constraint.name.clone(), inherited);
            }
        }
        if partition {
            for index in known.table.indexes.values() {
                let inherited = Index { inherited: true, ..index.clone() };
                relation.table.indexes.insert(index.name.clone(), inherited);
            }
        }
    }

    /// Adds a column without its constraints.
    pub(crate) fn new_column(&self, table: &Name, relation: &mut Relation, it: &ColumnDefinition) -> Applied {
        match relation.table.columns.iter_mut().find(|column| column.name == it.name) {
            // A column of a parent may be said again.
            Some(column) if column.inherited => {
                column.not_null |= it.not_null();
                return Ok(());
            }
            Some(_) => {
                let text = format!(
                    "column \"{}\" of relation \"{}\" already exists",
                    it.name.as_str(),
                    table.name.as_str()
                );
                return Err(Failure::new("42701", text));
            }
            None => {}
        }
        relation.gone.remove(&it.name);
        relation.table.columns.push(self.column(it));
        Ok(())
    }

    /// A column as a definition describes it.
    pub(crate) fn column(&self, it: &ColumnDefinition) -> Column {
        let type_name =
            it.type_reference.as_ref().map(|found| found.type_name(|name| self.resolve_type(name)));
        let mut column = Column::new(it.name.as_str(), type_name.map_or("unknown".to_owned(), |name| name.0));
        column.not_null = it.not_null();
        if let Some(default) = it.default.as_ref().filter(|default| !default.is_null) {
            column.default = Some(Expr::new(&default.text));
            column.default_volatility = Some(volatility_of(default, self).0);
        }
        if it.is_serial() {
            column.default = Some(Expr::new("nextval"));
            column.default_volatility = Some(Volatility::Volatile);
        }
        column.identity =
            it.identity.map(|always| Identity { always, sequence: sequence_of(&column.type_name) });
        column.generated = it.generated.as_ref().map(|generated| Generated {
            expression: Expr::new(&generated.expression.text),
            stored: generated.stored.unwrap_or(false),
        });
        column
    }

    /// The sequence behind a serial or identity column.
    pub(crate) fn own_sequence(&mut self, table: &Name, it: &ColumnDefinition) {
        if it.identity.is_some() || it.is_serial() {
            self.add_sequence(table, &it.name);
        }
    }

    pub(crate) fn add_sequence(&mut self, table: &Name, column: &Ident) {
        let chosen = chosen_name(&table.name, &[column], "seq");
        let name = table.sibling(&self.unused(table, &chosen));
        let owner = Some((table.clone(), Some(column.clone())));
        self.set_relation(name, Some(Relation { owner, ..Relation::made(RelationKind::Sequence) }));
    }

    /// A name that no relation of the namespace has: the chosen one, with a number where it is taken.
    fn unused(&self, beside: &Name, chosen: &Ident) -> Ident {
        let mut name = chosen.clone();
        let mut number = 0u32;
        while self.relation(&beside.sibling(&name)).is_some() {
            number += 1;
            name = Ident::new(format!("{}{number}", chosen.as_str()));
        }
        name
    }

    /// Adds a constraint to a table. `new` tables have no rows that could be in the way.
    pub(crate) fn add_constraint(&mut self, table: &Name, it: &ConstraintDefinition, new: bool) -> Applied {
        if let Demand::NotNull { column } = &it.demand {
            return self.add_not_null(table, it, column);
        }
        let Some(relation) = self.relation(table).cloned() else { return Ok(()) };
        let name = it.name.clone().unwrap_or_else(|| self.constraint_name(table, &it.demand));
        if it.name.is_some() && relation.table.constraints.contains_key(&name) {
            let text = format!(
                "constraint \"{}\" for relation \"{}\" already exists",
                name.as_str(),
                table.name.as_str()
            );
            return Err(Failure::new("42710", text));
        }
        let kind = self.constraint_kind(table, &relation, it, new)?;
        let mut constraint = Constraint::new(name.as_str(), kind);
        constraint.not_valid = it.not_valid || it.not_enforced;
        constraint.not_enforced = it.not_enforced;
        constraint.deferrable = it.deferrable;
        self.store_constraint(table, constraint, using_index(&it.demand));
        Ok(())
    }

    fn store_constraint(&mut self, table: &Name, constraint: Constraint, index: Option<&Ident>) {
        if constraint.has_index() {
            // USING INDEX renames the index to the constraint's name.
            if let Some(index) = index {
                self.set_relation(table.sibling(index), None);
            }
            let owner = Some((table.clone(), None));
            let made = Relation { owner, ..Relation::made(RelationKind::Index) };
            self.set_relation(table.sibling(&constraint.name), Some(made));
        }
        let key = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } => columns.clone(),
            _ => Vec::new(),
        };
        for name in std::iter::once(table.clone()).chain(self.descendants(table)) {
            let inherited = name != *table;
            let constraint = Constraint { inherited, ..constraint.clone() };
            self.change(&name, |relation| {
                if let Some(index) = index {
                    relation.table.indexes.remove(index);
                }
                for column in relation.table.columns.iter_mut().filter(|column| key.contains(&column.name)) {
                    column.not_null = true;
                }
                relation.table.constraints.insert(constraint.name.clone(), constraint);
            });
        }
    }

    fn add_not_null(&mut self, table: &Name, it: &ConstraintDefinition, column: &Ident) -> Applied {
        let Some(relation) = self.relation(table) else { return Ok(()) };
        if relation.column(column) == Known::No {
            return Err(missing_column(column, table));
        }
        let name = it.name.clone().unwrap_or_else(|| chosen_name(&table.name, &[column], "not_null"));
        let (column, not_valid) = (column.clone(), it.not_valid);
        self.change(table, |relation| {
            if not_valid {
                let kind = ConstraintKind::NotNull { column };
                let constraint = Constraint { not_valid, ..Constraint::new(name.as_str(), kind) };
                relation.table.constraints.insert(name, constraint);
            } else if let Some(known) = relation.table.columns.iter_mut().find(|known| known.name == column) {
                known.not_null = true;
            }
        });
        Ok(())
    }

    fn constraint_kind(
        &self,
        table: &Name,
        relation: &Relation,
        it: &ConstraintDefinition,
        new: bool,
    ) -> Result<ConstraintKind, Failure> {
        Ok(match &it.demand {
            Demand::NotNull { column } => ConstraintKind::NotNull { column: column.clone() },
            Demand::Check { expression } => {
                self.expect_columns(relation, expression.columns.iter())?;
                ConstraintKind::Check { expression: Expr::new(&expression.text), no_inherit: it.no_inherit }
            }
            Demand::PrimaryKey { columns, using_index } => {
                let primary = relation.table.primary_key().is_some_and(|key| !key.inherited);
                if primary {
                    let text = format!(
                        "multiple primary keys for table \"{}\" are not allowed",
                        table.name.as_str()
                    );
                    return Err(Failure::new("42P16", text));
                }
                let columns = self.key_columns(relation, columns, using_index.as_ref())?;
                ConstraintKind::PrimaryKey { columns, include: Vec::new(), without_overlaps: false }
            }
            Demand::Unique { columns, using_index, nulls_not_distinct } => ConstraintKind::Unique {
                columns: self.key_columns(relation, columns, using_index.as_ref())?,
                include: Vec::new(),
                nulls_not_distinct: *nulls_not_distinct,
                without_overlaps: false,
            },
            Demand::ForeignKey(key) => {
                ConstraintKind::ForeignKey(self.foreign_key(table, relation, key, it, new)?)
            }
            Demand::Exclusion { columns } => ConstraintKind::Exclusion {
                method: Ident::new("gist"),
                keys: columns.iter().map(|name| (IndexKey::column(name.as_str()), "=".to_owned())).collect(),
                include: Vec::new(),
                predicate: None,
            },
        })
    }

    /// The columns of a key: those listed, or those of the index it is made from.
    fn key_columns(
        &self,
        relation: &Relation,
        columns: &[Ident],
        using_index: Option<&Ident>,
    ) -> Result<Vec<Ident>, Failure> {
        let Some(index) = using_index else {
            self.expect_columns(relation, columns.iter())?;
            return Ok(columns.to_vec());
        };
        match relation.table.indexes.get(index) {
            Some(known) if known.invalid => {
                Err(Failure::new("55000", format!("index \"{}\" is not valid", index.as_str())))
            }
            Some(known) if !known.unique => {
                Err(Failure::new("42809", format!("\"{}\" is not a unique index", index.as_str())))
            }
            Some(known) => Ok(known.keys.iter().filter_map(|key| key.column.clone()).collect()),
            None if relation.whole => Err(missing("index", index)),
            None => Ok(Vec::new()),
        }
    }

    fn foreign_key(
        &self,
        table: &Name,
        relation: &Relation,
        it: &parse::ForeignKeyDefinition,
        constraint: &ConstraintDefinition,
        new: bool,
    ) -> Result<ForeignKey, Failure> {
        let target = self.expect_relation(&it.references)?;
        self.expect_key_columns(relation, &it.columns)?;
        let referenced = self.relation(&target);
        let listed = (!it.referenced_columns.is_empty()).then(|| it.referenced_columns.clone());
        let primary =
            referenced.and_then(|known| known.table.primary_key()).map(|key| key.columns().to_vec());
        let columns = listed.or(primary).unwrap_or_default();
        if let Some(known) = referenced.filter(|known| known.whole) {
            expect_unique(&target, known, &columns, it.referenced_columns.is_empty())?;
            comparable(relation, known, &it.columns, &columns, constraint, table)?;
        }
        let partitioned = relation.is_partitioned() && !new;
        if constraint.not_valid && partitioned && self.major < 18 {
            let text = format!(
                "cannot add NOT VALID foreign key on partitioned table \"{}\" referencing relation \"{}\"",
                table.name.as_str(),
                target.name.as_str()
            );
            return Err(Failure::new("42809", text));
        }
        Ok(ForeignKey {
            columns: it.columns.clone(),
            references: target,
            referenced_columns: columns,
            on_update: it.on_update,
            on_delete: it.on_delete,
            on_delete_columns: Vec::new(),
            match_full: false,
            period: false,
        })
    }

    fn expect_columns<'n>(&self, relation: &Relation, columns: impl Iterator<Item = &'n Ident>) -> Applied {
        for column in columns {
            if relation.column(column) == Known::No && column.as_str() != "value" && !is_system_column(column)
            {
                return Err(Failure::new("42703", format!("column \"{}\" does not exist", column.as_str())));
            }
        }
        Ok(())
    }

    fn expect_key_columns(&self, relation: &Relation, columns: &[Ident]) -> Applied {
        let absent = columns.iter().find(|column| relation.column(column) == Known::No);
        let text = |column: &Ident| {
            format!("column \"{}\" referenced in foreign key constraint does not exist", column.as_str())
        };
        absent.map_or(Ok(()), |column| Err(Failure::new("42703", text(column))))
    }

    fn constraint_name(&self, table: &Name, demand: &Demand) -> Ident {
        let (columns, label): (Vec<&Ident>, &str) = match demand {
            Demand::NotNull { column } => (vec![column], "not_null"),
            Demand::Check { expression } if expression.columns.len() == 1 => {
                (expression.columns.iter().collect(), "check")
            }
            Demand::Check { .. } => (Vec::new(), "check"),
            Demand::PrimaryKey { .. } => (Vec::new(), "pkey"),
            Demand::Unique { columns, .. } => (columns.iter().collect(), "key"),
            Demand::ForeignKey(key) => (key.columns.iter().collect(), "fkey"),
            Demand::Exclusion { columns } => (columns.iter().collect(), "excl"),
        };
        let chosen =
            using_index(demand).cloned().unwrap_or_else(|| chosen_name(&table.name, &columns, label));
        let taken = |name: &Ident| {
            let known = self.relation(table).is_some_and(|it| it.table.constraints.contains_key(name));
            known || (using_index(demand).is_none() && self.relation(&table.sibling(name)).is_some())
        };
        let mut name = chosen.clone();
        let mut number = 0u32;
        while taken(&name) {
            number += 1;
            name = Ident::new(format!("{}{number}", chosen.as_str()));
        }
        name
    }

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
    fn reads_of(&self, it: &CreateFromQuery) -> BTreeSet<ObjectRef> {
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

    pub(crate) fn create_index(&mut self, it: &CreateIndex) -> Applied {
        let table = self.expect_relation(&it.table)?;
        let relation = self.relation(&table).cloned().unwrap_or_default();
        if relation.kind == RelationKind::View {
            let text = format!("cannot create index on relation \"{}\"", table.name.as_str());
            return Err(Failure::new("42809", text));
        }
        let keys: Vec<&Ident> = it.keys.iter().filter_map(|key| key.column.as_ref()).collect();
        self.expect_columns(&relation, keys.into_iter().chain(&it.include))?;
        let name = it.name.clone().unwrap_or_else(|| self.index_name(&table, it));
        if !self.may_create(&table.sibling(&name), it.if_not_exists)? {
            return Ok(());
        }
        if it.concurrently && relation.is_partitioned() {
            let text =
                format!("cannot create index on partitioned table \"{}\" concurrently", table.name.as_str());
            return Err(Failure::new("0A000", text));
        }
        let mut index = Index::btree(name.as_str(), &[]);
        index.unique = it.unique;
        index.method = it.method.clone();
        index.keys = it.keys.iter().map(index_key).collect();
        index.include.clone_from(&it.include);
        index.predicate = it.predicate.as_ref().map(|predicate| Expr::new(&predicate.text));
        index.invalid = it.only && relation.is_partitioned() && !self.descendants(&table).is_empty();
        self.store_index(&table, &relation, index, it.only);
        Ok(())
    }

    fn store_index(&mut self, table: &Name, relation: &Relation, index: Index, only: bool) {
        let mut tables = vec![(table.clone(), index.name.clone())];
        if relation.is_partitioned() && !only {
            for child in self.descendants(table) {
                let columns: Vec<&Ident> = index.keys.iter().filter_map(|key| key.column.as_ref()).collect();
                let chosen = chosen_name(&child.name, &columns, "idx");
                let unused = self.unused(&child, &chosen);
                tables.push((child, unused));
            }
        }
        for (owner, name) in tables {
            let index = Index { name: name.clone(), inherited: owner != *table, ..index.clone() };
            let made = Relation { owner: Some((owner.clone(), None)), ..Relation::made(RelationKind::Index) };
            self.set_relation(owner.sibling(&name), Some(made));
            self.change(&owner, |relation| drop(relation.table.indexes.insert(name, index)));
        }
    }

    /// The name the server gives an index that has none.
    fn index_name(&self, table: &Name, it: &CreateIndex) -> Ident {
        let expr = Ident::new("expr");
        let columns: Vec<&Ident> = it.keys.iter().map(|key| key.column.as_ref().unwrap_or(&expr)).collect();
        self.unused(table, &chosen_name(&table.name, &columns, "idx"))
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

    fn domain_checks(&self, name: &Name, constraints: &[ConstraintDefinition]) -> Vec<(Ident, bool)> {
        let checks = constraints.iter().filter(|it| matches!(it.demand, Demand::Check { .. }));
        let named = |it: &ConstraintDefinition| {
            it.name.clone().unwrap_or_else(|| chosen_name(&name.name, &[], "check"))
        };
        checks.map(|it| (named(it), !it.not_valid)).collect()
    }

    pub(crate) fn create_routine(&mut self, it: &CreateRoutine) -> Applied {
        let name = it.name.in_schema(&self.default_namespace());
        self.set_routine(name, Some(it.volatility));
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
        self.change(&table, |relation| relation.store_on_table(it.kind, name, it.function.as_ref()));
        Ok(())
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

fn using_index(demand: &Demand) -> Option<&Ident> {
    match demand {
        Demand::PrimaryKey { using_index, .. } | Demand::Unique { using_index, .. } => using_index.as_ref(),
        _ => None,
    }
}

fn index_key(key: &parse::IndexKeyDefinition) -> IndexKey {
    match &key.column {
        Some(column) => IndexKey { descending: key.descending, ..IndexKey::column(column.as_str()) },
        None => {
            IndexKey { expression: Expr::new(&key.expression.text), column: None, ..IndexKey::column("") }
        }
    }
}

fn is_system_column(name: &Ident) -> bool {
    matches!(name.as_str(), "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "oid")
}

/// Fails where no unique index stands on the referenced columns.
fn expect_unique(target: &Name, known: &Relation, columns: &[Ident], defaulted: bool) -> Applied {
    if defaulted && columns.is_empty() {
        let text = format!("there is no primary key for referenced table \"{}\"", target.name.as_str());
        return Err(Failure::new("42704", text));
    }
    if let Some(column) = columns.iter().find(|column| known.column(column) == Known::No) {
        let text =
            format!("column \"{}\" referenced in foreign key constraint does not exist", column.as_str());
        return Err(Failure::new("42703", text));
    }
    let wanted: BTreeSet<&Ident> = columns.iter().collect();
    let keys =
        known.table.constraints.values().filter(|it| {
            matches!(it.kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. })
        });
    let by_constraint = keys.into_iter().any(|it| it.columns().iter().collect::<BTreeSet<_>>() == wanted);
    let unique = known.table.indexes.values().filter(|it| it.unique && it.predicate.is_none());
    let by_index = unique.into_iter().any(|index| {
        let keys: Option<BTreeSet<&Ident>> = index.keys.iter().map(|key| key.column.as_ref()).collect();
        keys.is_some_and(|keys| keys == wanted)
    });
    if by_constraint || by_index {
        return Ok(());
    }
    let text = format!(
        "there is no unique constraint matching given keys for referenced table \"{}\"",
        target.name.as_str()
    );
    Err(Failure::new("42830", text))
}

/// Fails where the columns of a foreign key are of families that no `=` compares.
fn comparable(
    relation: &Relation,
    referenced: &Relation,
    columns: &[Ident],
    referenced_columns: &[Ident],
    constraint: &ConstraintDefinition,
    table: &Name,
) -> Applied {
    if columns.len() != referenced_columns.len() {
        let text = "number of referencing and referenced columns for foreign key disagree".to_owned();
        return Err(Failure::new("42830", text));
    }
    for (from, to) in columns.iter().zip(referenced_columns) {
        let family = |relation: &Relation, name: &Ident| match relation.column(name) {
            Known::Yes(column) => family(&column.type_name),
            _ => None,
        };
        let (Some(a), Some(b)) = (family(relation, from), family(referenced, to)) else { continue };
        if a != b {
            let chosen = chosen_name(&table.name, &columns.iter().collect::<Vec<_>>(), "fkey");
            let name = constraint.name.clone().unwrap_or(chosen);
            let text = format!("foreign key constraint \"{}\" cannot be implemented", name.as_str());
            return Err(Failure::new("42804", text));
        }
    }
    Ok(())
}

/// A family of built-in types that compare with each other; none where that is not plain.
fn family(type_name: &TypeName) -> Option<&'static str> {
    let text = type_name.0.as_str();
    let base = text.split(['(', ' ']).next().unwrap_or_default();
    Some(match base {
        _ if text.ends_with("[]") => return None,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double" => "number",
        "text" | "character" | "bpchar" | "name" => "text",
        "uuid" => "uuid",
        "boolean" => "boolean",
        "date" | "timestamp" => "time",
        _ => return None,
    })
}

/// The sequence of an identity column with the server's defaults.
fn sequence_of(type_name: &TypeName) -> SequenceOptions {
    let max = match type_name.0.as_str() {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        _ => i64::MAX,
    };
    SequenceOptions {
        type_name: type_name.clone(),
        start: 1,
        increment: 1,
        min: 1,
        max,
        cache: 1,
        cycle: false,
    }
}
