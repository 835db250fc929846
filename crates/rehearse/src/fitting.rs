//! What made-up rows have to fit.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Column, Constraint, ConstraintKind, Ident, Index, Name, ObjectRef, Plan, Schema, Table, TypeName,
};

/// The schema a plan starts from, with what its wanted schema demands of columns that are there already:
/// NOT NULL, constraints and unique indexes. Rows that fit it can be carried there and back; whether the
/// rows of the live database fit is another question, asked before a plan is made.
#[must_use]
pub fn fitting(from: &Schema, to: &Schema) -> Schema {
    let mut fitting = from.clone();
    for (name, table) in &mut fitting.tables {
        let Some(wanted) = to.table(name) else { continue };
        let demands = Demands { name, table, wanted, from, to };
        let (constraints, indexes) = (demands.constraints(), demands.indexes());
        for column in &mut table.columns {
            column.not_null |= wanted.column(&column.name).is_some_and(|wanted| wanted.not_null);
        }
        table.constraints.extend(constraints.into_iter().map(|demand| (beside(&demand.name), demand)));
        table.indexes.extend(indexes.into_iter().map(|demand| (beside(&demand.name), demand)));
    }
    fitting
}

/// Texts that become values of another type, with that type: made-up ones have to be read as such. A type of an
/// extension that the change itself brings cannot be asked beforehand.
#[must_use]
pub fn conversions(from: &Schema, to: &Schema) -> BTreeMap<(Name, Ident), TypeName> {
    let mut conversions = BTreeMap::new();
    for (name, table) in &from.tables {
        let Some(wanted) = to.table(name) else { continue };
        for column in table.columns.iter().filter(|column| is_text(&column.type_name)) {
            let becomes = wanted.column(&column.name).map(|wanted| &wanted.type_name);
            let is_there = |becomes: &&TypeName| is_there(from, to, becomes);
            if let Some(becomes) = becomes.filter(|becomes| **becomes != column.type_name).filter(is_there) {
                conversions.insert((name.clone(), column.name.clone()), becomes.clone());
            }
        }
    }
    conversions
}

/// Whether a server with the first schema knows the type. A schema's own types are named with their schema, as
/// those of an extension are; PostgreSQL's are not.
fn is_there(from: &Schema, to: &Schema, type_name: &TypeName) -> bool {
    if !type_name.0.contains('.') {
        return true;
    }
    let Ok(name) = type_name.0.trim_end_matches("[]").parse::<Name>() else { return false };
    let is_own = |schema: &Schema| {
        schema.enums.contains_key(&name)
            || schema.domains.contains_key(&name)
            || schema.composites.contains_key(&name)
            || schema.ranges.contains_key(&name)
    };
    let brings_extensions = to.extensions.keys().any(|extension| !from.extensions.contains_key(extension));
    is_own(from) || !is_own(to) && !brings_extensions
}

fn is_text(type_name: &TypeName) -> bool {
    type_name.0 == "text" || type_name.0.starts_with("character") && !type_name.0.ends_with("[]")
}

/// A key that what is there already does not have: both have to be fitted, also where one replaces the other.
fn beside(name: &Ident) -> Ident {
    Ident::new(format!("{} (wanted)", name.as_str()))
}

/// The schema with what a plan's own steps demand of the rows though the schema does not say so.
#[must_use]
pub fn demanding(schema: &Schema, plan: &Plan) -> Schema {
    let mut demanding = schema.clone();
    for (name, demand) in &plan.demanded {
        if let Some(table) = demanding.tables.get_mut(name) {
            table.constraints.insert(demand.name.clone(), demand.clone());
        }
    }
    demanding
}

struct Demands<'a> {
    name: &'a Name,
    table: &'a Table,
    wanted: &'a Table,
    from: &'a Schema,
    to: &'a Schema,
}

impl Demands<'_> {
    fn constraints(&self) -> Vec<Constraint> {
        let is_new = |constraint: &&Constraint| {
            !self.table.constraints.values().any(|known| known.same_demand(constraint))
        };
        let fits = |constraint: &&Constraint| {
            let uses = ObjectRef::Constraint(self.name.clone(), constraint.name.clone());
            !constraint.not_enforced
                && self.reaches(&constraint.kind)
                && constraint.columns().iter().all(|column| self.is_there(column))
                && (is_about_any_type(constraint) || self.columns_of(&uses).all(|column| self.stays(column)))
        };
        let wanted = self.wanted.constraints.values().filter(is_new).filter(fits);
        wanted.cloned().map(|constraint| self.second_key_is_unique(constraint)).collect()
    }

    fn indexes(&self) -> Vec<Index> {
        let fits = |index: &&Index| {
            let uses = ObjectRef::Index(self.name.clone(), index.name.clone());
            index.unique
                && self.table.indexes.get(&index.name) != Some(*index)
                && self.columns_of(&uses).all(|column| self.stays(column))
        };
        self.wanted.indexes.values().filter(fits).cloned().collect()
    }

    /// Whether a column is there before and after.
    fn is_there(&self, column: &Ident) -> bool {
        self.table.column(column).is_some() && self.wanted.column(column).is_some()
    }

    /// Whether a column is there before and after, with the same type.
    fn stays(&self, column: &Ident) -> bool {
        let type_of = |table: &Table| table.column(column).map(|column: &Column| column.type_name.clone());
        type_of(self.table).is_some() && type_of(self.table) == type_of(self.wanted)
    }

    /// Whether a foreign key points at columns that are there already.
    fn reaches(&self, kind: &ConstraintKind) -> bool {
        let ConstraintKind::ForeignKey(key) = kind else { return true };
        let referenced = self.from.table(&key.references);
        referenced.is_some_and(|table| key.referenced_columns.iter().all(|name| table.column(name).is_some()))
    }

    /// A table has one primary key; the wanted one beside it demands what a unique constraint does.
    fn second_key_is_unique(&self, mut constraint: Constraint) -> Constraint {
        if let ConstraintKind::PrimaryKey { columns, include, without_overlaps } = &constraint.kind
            && self.table.primary_key().is_some()
        {
            constraint.kind = ConstraintKind::Unique {
                columns: columns.clone(),
                include: include.clone(),
                nulls_not_distinct: false,
                without_overlaps: *without_overlaps,
            };
        }
        constraint
    }

    fn columns_of(&self, user: &ObjectRef) -> impl Iterator<Item = &Ident> {
        let uses: &BTreeSet<ObjectRef> = self.to.uses.of(user);
        uses.iter().filter_map(|used| match used {
            ObjectRef::Column(of, column) if of == self.name => Some(column),
            _ => None,
        })
    }
}

/// Whether values meet the constraint whatever their type is: an expression is only known to hold for its own.
fn is_about_any_type(constraint: &Constraint) -> bool {
    !matches!(constraint.kind, ConstraintKind::Check { .. } | ConstraintKind::Exclusion { .. })
}
