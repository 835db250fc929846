//! What `CREATE` statements do to the state, and when they are certain to fail.

mod column;
mod constraint;
mod foreign_key;
mod index;
mod object;

use model::{Column, Constraint, ConstraintKind, Expr, Ident, Index, Name};
use parse::{CreateTable, Persistence, RelationKind};

use crate::failure::{Failure, exists, missing};
use crate::state::Catalog;
use crate::state::Relation;
type Applied = Result<(), Failure>;

impl Catalog {
    /// The name of a relation to be made, in its namespace.
    pub(crate) fn new_relation_name(&self, name: &parse::Reference, persistence: Persistence) -> Name {
        match (&name.schema, persistence) {
            (None, Persistence::Temporary) => name.in_schema(&Ident::new("pg_temp")),
            _ => name.in_schema(&self.default_namespace()),
        }
    }

    /// Fails where a relation cannot be made; false where `IF NOT EXISTS` makes the statement do nothing.
    pub(super) fn may_create(&self, name: &Name, if_not_exists: bool) -> Result<bool, Failure> {
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
            column.type_reference.iter().try_for_each(|it| self.expect_type(it))?;
            self.new_column(&name, &mut relation, column)?;
        }
        // A foreign key may point at the table itself, so the table is there before its constraints.
        self.set_relation(name.clone(), Some(relation));
        for column in &it.columns {
            self.own_sequence(&name, column);
        }
        for like in &it.like {
            self.copy_like(&name, like);
        }
        let inside = it.columns.iter().flat_map(|column| &column.constraints);
        for constraint in inside.chain(&it.constraints) {
            self.add_constraint(&name, constraint, true)?;
        }
        Ok(())
    }

    /// The columns that come from elsewhere: a partitioned parent, heirs' parents, `LIKE`.
    pub(super) fn copy_parents(&self, it: &CreateTable, relation: &mut Relation) -> Applied {
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

    /// The constraints and indexes that `LIKE` copies.
    fn copy_like(&mut self, name: &Name, like: &parse::LikeClause) {
        let source = self.resolve(&like.table);
        let Some(known) = self.relation(&source).cloned() else { return };
        for constraint in known.table.constraints.values() {
            let label = match &constraint.kind {
                ConstraintKind::Check { .. } if like.constraints => {
                    let copied = Constraint { inherited: false, ..constraint.clone() };
                    self.store_constraint(name, copied, None);
                    continue;
                }
                ConstraintKind::PrimaryKey { .. } if like.indexes => "pkey",
                ConstraintKind::Unique { .. } if like.indexes => "key",
                ConstraintKind::Exclusion { .. } if like.indexes => "excl",
                _ => continue,
            };
            let columns: Vec<&Ident> = constraint.columns().iter().filter(|_| label != "pkey").collect();
            let chosen = self.unused(name, &chosen_name(&name.name, &columns, label));
            let copied = Constraint { name: chosen, inherited: false, ..constraint.clone() };
            self.store_constraint(name, copied, None);
        }
        let indexes = known.table.indexes.values().filter(|_| like.indexes);
        for index in indexes {
            let expr = Ident::new("expr");
            let columns: Vec<&Ident> =
                index.keys.iter().map(|key| key.column.as_ref().unwrap_or(&expr)).collect();
            let chosen = self.unused(name, &chosen_name(&name.name, &columns, "idx"));
            let Some(made) = self.relation(name).cloned() else { return };
            let copied = Index { name: chosen, inherited: false, ..index.clone() };
            self.store_index(name, &made, copied, false);
        }
    }

    /// Takes over columns and constraints; a partition also gets indexes like its parent's.
    pub(super) fn inherit(&self, parent: &Name, relation: &mut Relation, partition: bool) {
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

    /// A name that no relation of the namespace has: the chosen one, with a number where it is taken.
    pub(super) fn unused(&self, beside: &Name, chosen: &Ident) -> Ident {
        let mut name = chosen.clone();
        let mut number = 0u32;
        while self.relation(&beside.sibling(&name)).is_some() {
            number += 1;
            name = Ident::new(format!("{}{number}", chosen.as_str()));
        }
        name
    }
}

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
