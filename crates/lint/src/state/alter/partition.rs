//! Partitions and parents.

use model::{Expr, Ident, Name};
use parse::AlterChange;

use crate::failure::Failure;
use crate::state::Catalog;
type Applied = Result<(), Failure>;

impl Catalog {
    pub(super) fn alter_inheritance(&mut self, name: &Name, change: &AlterChange) -> Applied {
        match change {
            AlterChange::AttachPartition { partition, bound } => {
                let partition = self.expect_relation(partition)?;
                let whole = self.relation(name).is_some_and(|known| known.whole);
                if whole && !self.relation(name).is_some_and(|known| known.is_partitioned()) {
                    let text = format!(
                        "ALTER action ATTACH PARTITION cannot be performed on relation \"{}\"",
                        name.name.as_str()
                    );
                    return Err(Failure::new("42809", text));
                }
                if self.relation(&partition).is_some_and(|known| known.table.partition_of.is_some()) {
                    return Err(Failure::new(
                        "42809",
                        format!("\"{}\" is already a partition", partition.name.as_str()),
                    ));
                }
                self.expect_to_fit(&partition, name)?;
                self.attach(name, &partition, &bound.text);
            }
            AlterChange::DetachPartition { partition, concurrently, .. } => {
                let partition = self.expect_relation(partition)?;
                let of = self.relation(&partition).and_then(|known| known.table.partition_of.clone());
                let whole = self.relation(&partition).is_some_and(|known| known.whole);
                if whole && of.is_none_or(|(parent, _)| parent != *name) {
                    let text = format!(
                        "relation \"{}\" is not a partition of relation \"{}\"",
                        partition.name.as_str(),
                        name.name.as_str()
                    );
                    return Err(Failure::new("42P01", text));
                }
                self.change(&partition, |relation| {
                    let bound = relation.table.partition_of.take().map(|(_, bound)| bound.0);
                    relation.bound_kept = bound.filter(|_| *concurrently);
                });
            }
            AlterChange::Inherit(parent) => {
                let parent = self.expect_relation(parent)?;
                self.expect_to_fit(name, &parent)?;
                self.change(name, |relation| relation.table.inherits.push(parent));
            }
            AlterChange::NoInherit(parent) => {
                let parent = self.expect_relation(parent)?;
                self.change(name, |relation| relation.table.inherits.retain(|known| *known != parent));
            }
            _ => {}
        }
        Ok(())
    }

    /// A table becomes a partition: it gets the indexes of its parent that it lacks.
    pub(super) fn attach(&mut self, parent: &Name, partition: &Name, bound: &str) {
        let missing = self.missing_indexes(parent, partition);
        let parent_name = parent.clone();
        self.change(partition, |relation| {
            relation.table.partition_of = Some((parent_name, Expr::new(bound)));
        });
        for index in missing {
            let name = crate::state::chosen_name(
                &partition.name,
                &index.keys.iter().filter_map(|key| key.column.as_ref()).collect::<Vec<_>>(),
                "idx",
            );
            let index = model::Index { name: name.clone(), inherited: true, ..index };
            self.change(partition, |relation| drop(relation.table.indexes.insert(name, index)));
        }
    }

    /// The parent's indexes that a table to be attached has no equal of.
    pub(crate) fn missing_indexes(&self, parent: &Name, partition: &Name) -> Vec<model::Index> {
        let (Some(parent), Some(partition)) = (self.relation(parent), self.relation(partition)) else {
            return Vec::new();
        };
        let has = |keys: &[&Ident], unique: bool| {
            let plain = partition.table.indexes.values().any(|known| {
                let known_keys: Vec<&Ident> =
                    known.keys.iter().filter_map(|key| key.column.as_ref()).collect();
                known_keys == keys && known.unique == unique && known.predicate.is_none()
            });
            let behind = partition.table.constraints.values().filter(|it| it.has_index());
            plain || (unique && behind.into_iter().any(|it| it.columns().iter().collect::<Vec<_>>() == keys))
        };
        let mut missing = Vec::new();
        for index in parent.table.indexes.values() {
            let keys: Vec<&Ident> = index.keys.iter().filter_map(|key| key.column.as_ref()).collect();
            if !has(&keys, index.unique) {
                missing.push(index.clone());
            }
        }
        for constraint in parent.table.constraints.values().filter(|it| it.has_index()) {
            let keys: Vec<&Ident> = constraint.columns().iter().collect();
            if !has(&keys, true) {
                let names: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
                missing.push(model::Index {
                    unique: true,
                    ..model::Index::btree(constraint.name.as_str(), &names)
                });
            }
        }
        missing
    }
}
