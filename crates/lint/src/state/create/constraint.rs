//! New constraints.

use model::{Constraint, ConstraintKind, Expr, Ident, IndexKey, Name};
use parse::{ConstraintDefinition, Demand, RelationKind};

use crate::failure::{Failure, missing, missing_column};
use crate::state::Catalog;
use crate::state::chosen_name;
use crate::state::{Known, Relation};
type Applied = Result<(), Failure>;

impl Catalog {
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

    pub(super) fn store_constraint(&mut self, table: &Name, constraint: Constraint, index: Option<&Ident>) {
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

    pub(super) fn add_not_null(
        &mut self,
        table: &Name,
        it: &ConstraintDefinition,
        column: &Ident,
    ) -> Applied {
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

    pub(super) fn constraint_kind(
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
                if it.no_inherit && relation.is_partitioned() {
                    let table = table.name.as_str();
                    let text = format!("cannot add NO INHERIT constraint to partitioned table \"{table}\"");
                    return Err(Failure::new("42P16", text));
                }
                ConstraintKind::Check { expression: Expr::new(&expression.text), no_inherit: it.no_inherit }
            }
            Demand::PrimaryKey { columns, using_index } => {
                let primary = relation.table.primary_key().is_some_and(|key| !key.inherited || !new);
                if primary {
                    let text = format!(
                        "multiple primary keys for table \"{}\" are not allowed",
                        table.name.as_str()
                    );
                    return Err(Failure::new("42P16", text));
                }
                let columns = self.key_columns(relation, columns, using_index.as_ref())?;
                self.expect_partitioning_columns(relation, &self.descendants(table), &columns)?;
                ConstraintKind::PrimaryKey { columns, include: Vec::new(), without_overlaps: false }
            }
            Demand::Unique { columns, using_index, nulls_not_distinct } => {
                let columns = self.key_columns(relation, columns, using_index.as_ref())?;
                self.expect_partitioning_columns(relation, &self.descendants(table), &columns)?;
                ConstraintKind::Unique {
                    columns,
                    include: Vec::new(),
                    nulls_not_distinct: *nulls_not_distinct,
                    without_overlaps: false,
                }
            }
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
    pub(super) fn key_columns(
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

    pub(super) fn expect_columns<'n>(
        &self,
        relation: &Relation,
        columns: impl Iterator<Item = &'n Ident>,
    ) -> Applied {
        for column in columns {
            if relation.column(column) == Known::No && column.as_str() != "value" && !is_system_column(column)
            {
                return Err(Failure::new("42703", format!("column \"{}\" does not exist", column.as_str())));
            }
        }
        Ok(())
    }

    pub(super) fn constraint_name(&self, table: &Name, demand: &Demand) -> Ident {
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
}

pub(super) fn using_index(demand: &Demand) -> Option<&Ident> {
    match demand {
        Demand::PrimaryKey { using_index, .. } | Demand::Unique { using_index, .. } => using_index.as_ref(),
        _ => None,
    }
}

pub(super) fn is_system_column(name: &Ident) -> bool {
    matches!(name.as_str(), "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "oid")
}
