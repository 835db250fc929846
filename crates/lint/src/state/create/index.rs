//! New indexes.

use model::{Expr, Ident, Index, IndexKey, Name};
use parse::{CreateIndex, RelationKind};

use crate::failure::Failure;
use crate::state::Catalog;
use crate::state::Relation;
use crate::state::chosen_name;
type Applied = Result<(), Failure>;

impl Catalog {
    pub(crate) fn create_index(&mut self, it: &CreateIndex) -> Applied {
        let table = self.expect_relation(&it.table)?;
        let relation = self.relation(&table).cloned().unwrap_or_default();
        if relation.kind == RelationKind::View {
            let text = format!("cannot create index on relation \"{}\"", table.name.as_str());
            return Err(Failure::new("42809", text));
        }
        let keys: Vec<&Ident> = it.keys.iter().filter_map(|key| key.column.as_ref()).collect();
        self.expect_columns(&relation, keys.into_iter().chain(&it.include))?;
        if it.unique {
            let keys: Vec<Ident> = it.keys.iter().filter_map(|key| key.column.clone()).collect();
            let partitions = if it.only { Vec::new() } else { self.descendants(&table) };
            self.expect_partitioning_columns(&relation, &partitions, &keys)?;
        }
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

    pub(super) fn store_index(&mut self, table: &Name, relation: &Relation, index: Index, only: bool) {
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
    pub(super) fn index_name(&self, table: &Name, it: &CreateIndex) -> Ident {
        let expr = Ident::new("expr");
        let columns: Vec<&Ident> = it.keys.iter().map(|key| key.column.as_ref().unwrap_or(&expr)).collect();
        self.unused(table, &chosen_name(&table.name, &columns, "idx"))
    }
}

pub(super) fn index_key(key: &parse::IndexKeyDefinition) -> IndexKey {
    match &key.column {
        Some(column) => IndexKey { descending: key.descending, ..IndexKey::column(column.as_str()) },
        None => {
            IndexKey { expression: Expr::new(&key.expression.text), column: None, ..IndexKey::column("") }
        }
    }
}
