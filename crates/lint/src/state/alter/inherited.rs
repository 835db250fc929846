//! What parents, partitions and partition keys forbid.

use model::{ConstraintKind, Ident, Name};
use parse::{Alter, AlterChange};

use crate::effect::partition_columns;
use crate::failure::Failure;
use crate::state::{Catalog, Known, Relation};
type Applied = Result<(), Failure>;

impl Catalog {
    /// Fails for a clause that belongs to the parent, or that the table's children need too.
    pub(super) fn expect_own(&self, name: &Name, it: &Alter) -> Applied {
        let Some(relation) = self.relation(name).filter(|it| it.whole) else { return Ok(()) };
        match &it.change {
            AlterChange::AddColumn { .. } if relation.table.partition_of.is_some() => {
                Err(refused("cannot add column to a partition".to_owned()))
            }
            AlterChange::AddColumn { .. } if it.only && !self.descendants(name).is_empty() => {
                Err(refused("column must be added to child tables too".to_owned()))
            }
            AlterChange::RenameColumn { from, .. } if inherits(relation, from) => {
                Err(refused(format!("cannot rename inherited column \"{}\"", from.as_str())))
            }
            AlterChange::AlterType { column, .. } if inherits(relation, column) => {
                Err(refused(format!("cannot alter inherited column \"{}\"", column.as_str())))
            }
            AlterChange::AlterType { column, .. } => self.expect_no_partition_key(name, column, "alter"),
            AlterChange::DropColumn { column, .. } => self.expect_no_partition_key(name, column, "drop"),
            AlterChange::DropIdentity { .. } if relation.table.partition_of.is_some() && self.major >= 17 => {
                Err(refused("cannot drop identity from a column of a partition".to_owned()))
            }
            AlterChange::DropNotNull(column) => self.expect_nullable_parent(relation, column),
            _ => Ok(()),
        }
    }

    fn expect_no_partition_key(&self, name: &Name, column: &Ident, verb: &str) -> Applied {
        let keyed =
            |table: &Name| self.relation(table).is_some_and(|it| partition_columns(it).contains(column));
        let family = std::iter::once(name.clone()).chain(self.descendants(name));
        let Some(table) = family.into_iter().find(keyed) else { return Ok(()) };
        let (column, table) = (column.as_str(), table.name.as_str());
        Err(refused(format!(
            "cannot {verb} column \"{column}\" because it is part of the partition key of relation \"{table}\""
        )))
    }

    fn expect_nullable_parent(&self, relation: &Relation, column: &Ident) -> Applied {
        let not_null = |parent: &Name| self.has(parent, column, |it| it.not_null) == Some(true);
        // From 18 on a NOT NULL is a constraint that heirs inherit as partitions do.
        if self.major >= 18
            && let Some(parent) = relation.table.inherits.iter().find(|parent| not_null(parent))
        {
            return Err(refused(format!("cannot drop a constraint inherited from {parent}")));
        }
        let Some((parent, _)) = &relation.table.partition_of else { return Ok(()) };
        if !not_null(parent) {
            return Ok(());
        }
        Err(refused(format!("column \"{}\" is marked NOT NULL in parent table", column.as_str())))
    }

    /// Fails where a key of a partitioned table leaves out a column of its partition key, or of that of a partition
    /// which gets the key too.
    pub(crate) fn expect_partitioning_columns(
        &self,
        relation: &Relation,
        partitions: &[Name],
        columns: &[Ident],
    ) -> Applied {
        let has_all =
            |relation: &Relation| partition_columns(relation).iter().all(|key| columns.contains(key));
        let mut partitions = partitions.iter().filter_map(|partition| self.relation(partition));
        if has_all(relation) && partitions.all(|partition| has_all(partition)) {
            return Ok(());
        }
        let text = "unique constraint on partitioned table must include all partitioning columns";
        Err(Failure::new("0A000", text))
    }

    /// Fails where a table lacks what it is to inherit.
    pub(super) fn expect_to_fit(&self, child: &Name, parent: &Name) -> Applied {
        let (Some(child), Some(parent)) = (self.relation(child), self.relation(parent)) else {
            return Ok(());
        };
        if !(child.whole && parent.whole && parent.lists_columns) {
            return Ok(());
        }
        for column in &parent.table.columns {
            match child.column(&column.name) {
                Known::Yes(own) if column.not_null && !own.not_null => {
                    let text =
                        format!("column \"{}\" in child table must be marked NOT NULL", column.name.as_str());
                    return Err(Failure::new("42804", text));
                }
                Known::No => {
                    let text = format!("child table is missing column \"{}\"", column.name.as_str());
                    return Err(Failure::new("42804", text));
                }
                _ => {}
            }
        }
        let checks = parent
            .table
            .constraints
            .values()
            .filter(|it| matches!(it.kind, ConstraintKind::Check { no_inherit: false, .. }));
        let lacks = |name: &Ident| child.constraint(name) == Known::No;
        match checks.map(|it| &it.name).find(|name| lacks(name)) {
            Some(name) => {
                let text = format!("child table is missing constraint \"{}\"", name.as_str());
                Err(Failure::new("42804", text))
            }
            None => Ok(()),
        }
    }
}

fn inherits(relation: &Relation, column: &Ident) -> bool {
    let attached = relation.table.partition_of.is_some();
    matches!(relation.column(column), Known::Yes(known) if known.inherited || attached)
}

fn refused(text: String) -> Failure {
    Failure::new("42P16", text)
}
