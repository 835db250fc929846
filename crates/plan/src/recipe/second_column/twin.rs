//! The columns that change their type by way of a second column, and their names on the way.

use std::collections::BTreeSet;

use facts::{ConversionContext, Storage, Using};
use model::{
    COMING_PREFIX, Change, Column, Constraint, ConstraintKind, Expr, Fingerprint, Ident, Index, KEPT_PREFIX,
    Name, Schema, Sql, Table, TypeName, sql,
};

use super::labels::Labels;
use super::parts::{Side, prefixed};
use crate::situation::Situation;

/// So many rows are written anew within the budget for a stall: a second column would be more trouble.
pub(in crate::recipe) const FEW_ROWS: f64 = 5_000.0;

/// A column of which there are two for a while.
#[derive(Debug, Clone)]
pub(super) struct Twin<'a> {
    pub(super) table: &'a Name,
    /// The column as it is.
    pub(super) from: &'a Column,
    /// The column as it is wanted when it takes over.
    pub(super) to: Column,
    /// Whether it gains or loses an identity, by a step of its own after it took over.
    pub(super) turns: bool,
    /// The conversion, where assigning the one to the other is not enough.
    pub(super) using: Option<Expr>,
    /// What takes the new type back to the old one, where assigning is not enough.
    pub(super) back_using: Option<Expr>,
    /// The enum that is replaced, where the column is of one.
    pub(super) labels: Option<Labels<'a>>,
    /// The name of the second column until it takes over.
    pub(super) coming: Ident,
    /// The name of the first one from then on.
    pub(super) kept: Ident,
    /// Whether there are values with which the conversion fails.
    pub(super) may_fail: bool,
}

impl<'a> Twin<'a> {
    /// The column's own name.
    pub(super) fn name(&self) -> &'a Ident {
        &self.from.name
    }

    /// Whether this change is the one that gives the column its new type.
    pub(super) fn is_retyped_by(&self, change: &Change) -> bool {
        match (change, &self.labels) {
            (Change::AlterColumnType { table, to, .. }, None) => {
                self.table == table && self.name() == &to.name
            }
            (Change::ReplaceEnum { name, .. }, Some(labels)) => labels.name == name,
            _ => false,
        }
    }

    /// The check that rows meet without the schema saying so, because the plan stops where they do not.
    pub(super) fn demand(&self) -> Option<(Name, Constraint)> {
        let labels = self.labels.as_ref().filter(|_| self.may_fail)?;
        let lost = labels.lost();
        let stays = labels.from.iter().filter(|label| !lost.contains(label));
        let stays = Sql::join(stays.map(|label| sql!("{}::text", model::Literal::new(label))), ", ");
        if self.from.type_name.0.ends_with("[]") {
            return None;
        }
        let listed = sql!("({}::text = ANY (ARRAY[{}]))", self.name(), stays);
        let kind = ConstraintKind::Check { expression: Expr::new(listed.as_str()), no_inherit: false };
        let name = prefixed("_lockkeeper_demand_", self.name());
        Some((self.table.clone(), Constraint::new(name.as_str(), kind)))
    }

    /// The type of the second column until it takes over.
    pub(super) fn coming_type(&self) -> TypeName {
        match &self.labels {
            Some(labels) => labels.type_on(&self.to.type_name, Side::Coming),
            None => self.to.type_name.clone(),
        }
    }

    /// The new type in words.
    pub(super) fn described(&self) -> String {
        match &self.labels {
            Some(_) => format!("the type {} as it is wanted", self.to.type_name),
            None => format!("type {}", self.to.type_name),
        }
    }

    /// Whether a value of the new type may have no place in the old one.
    pub(super) fn may_fail_back(&self) -> bool {
        let convert =
            || convert(&self.to.type_name, &self.from.type_name, self.back_using.as_ref(), facts::MAJOR_MAX);
        self.labels.is_none() && convert().may_fail
    }

    /// The function that keeps both equal.
    pub(super) fn function(&self) -> Name {
        let place = format!("{}.{}", self.table, self.name());
        Name::new("lockkeeper", format!("sync_{}", Fingerprint::of_bytes(place.as_bytes()).short()))
    }

    /// The trigger that calls it. Triggers fire in the order of their names, and this one has the last word.
    pub(super) fn trigger(&self) -> Ident {
        Ident::new(format!("~lockkeeper_sync_{}", self.name().as_str())).truncated()
    }
}

/// The twins of a plan, in the order of its changes; none where all their tables are small. What cannot have one keeps
/// what hangs together with it from having one.
pub(super) fn twins<'a>(situation: &'a Situation<'a>) -> Vec<Twin<'a>> {
    let candidates: Vec<Vec<Candidate<'a>>> =
        situation.changes.iter().map(|change| candidates(change, situation)).collect();
    let barred = barred(&candidates, situation);
    let free = candidates.into_iter().flatten().filter(|it| !barred.contains(it.table));
    let twins: Vec<Twin<'a>> = free
        .filter_map(|candidate| match candidate.found {
            Found::Yes(twin) => Some(*twin),
            Found::New | Found::No => None,
        })
        .collect();
    let is_small = |twin: &Twin<'_>| {
        let few = situation.table_statistics(twin.table).is_some_and(|it| it.rows_or_guess() < FEW_ROWS);
        // What a label that goes meant is not lost this way, and it is this way that says where it is used.
        few && twin.labels.as_ref().is_none_or(|labels| !labels.loses())
    };
    if twins.iter().all(is_small) { Vec::new() } else { twins }
}

/// A column that a change gives another type, and whether there can be two of it.
struct Candidate<'a> {
    table: &'a Name,
    found: Found<'a>,
}

/// The columns that a change writes anew.
fn candidates<'a>(change: &'a Change, situation: &'a Situation<'a>) -> Vec<Candidate<'a>> {
    match change {
        Change::AlterColumnType { table, from, to, using } => {
            let conversion = convert(&from.type_name, &to.type_name, using.as_ref(), situation.server_major);
            if matches!(conversion.storage, Storage::Free | Storage::RebuildsIndexes) {
                return Vec::new();
            }
            if passes_replaced(from, to, situation) {
                return vec![Candidate { table, found: Found::No }];
            }
            let twin = Retyped { table, column: &to.name, labels: None, may_fail: conversion.may_fail };
            vec![Candidate { table, found: twin.twin(using.clone(), situation) }]
        }
        Change::ReplaceEnum { columns, .. } => {
            let Some(labels) = Labels::of(change, situation) else { return Vec::new() };
            let found = |(table, column): &'a (Name, Column)| Candidate {
                table,
                found: of_enum(table, &column.name, &labels, situation),
            };
            columns.iter().map(found).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether the column comes to an enum whose other columns move to a new type of that name, or leaves one that is
/// replaced: the first column, which is kept, would still have the old type.
fn passes_replaced(from: &Column, to: &Column, situation: &Situation<'_>) -> bool {
    situation.changes.iter().any(|change| match change {
        Change::ReplaceEnum { name, columns, .. } => {
            from.type_name.is_or_holds(name) || !columns.is_empty() && to.type_name.is_or_holds(name)
        }
        _ => false,
    })
}

/// Tables of which no column can have a second one: because one cannot, or because a foreign key or an enum ties them
/// to such a table.
fn barred<'a>(candidates: &[Vec<Candidate<'a>>], situation: &Situation<'_>) -> BTreeSet<&'a Name> {
    let all = || candidates.iter().flatten();
    let mut barred: BTreeSet<&Name> =
        all().filter(|it| matches!(it.found, Found::No)).map(|it| it.table).collect();
    loop {
        let is_tied = |one: &Candidate<'a>| {
            let mut others =
                candidates.iter().filter(|change| change.iter().any(|it| it.table == one.table)).flatten();
            others.any(|other| barred.contains(other.table))
                || barred.iter().any(|other| has_key_between(situation, one.table, other))
        };
        let tied: Vec<&Name> =
            all().filter(|it| !barred.contains(it.table) && is_tied(it)).map(|it| it.table).collect();
        if tied.is_empty() {
            return barred;
        }
        barred.extend(tied);
    }
}

/// Whether a foreign key goes from one table to the other, now or then.
fn has_key_between(situation: &Situation<'_>, one: &Name, other: &Name) -> bool {
    let refers = |schema: &Schema, from: &Name, to: &Name| {
        let constraints = schema.table(from).into_iter().flat_map(|table| table.constraints.values());
        constraints
            .into_iter()
            .any(|it| matches!(&it.kind, ConstraintKind::ForeignKey(key) if key.references == *to))
    };
    let schemas = [&situation.now, situation.to];
    schemas.into_iter().any(|schema| refers(schema, one, other) || refers(schema, other, one))
}

/// What becomes of a column that changes its type.
enum Found<'a> {
    /// Its table is new: nobody is in the way.
    New,
    /// There cannot be two of it.
    No,
    Yes(Box<Twin<'a>>),
}

/// A column that changes its type.
struct Retyped<'a> {
    table: &'a Name,
    column: &'a Ident,
    labels: Option<Labels<'a>>,
    may_fail: bool,
}

fn of_enum<'a>(
    table: &'a Name,
    column: &'a Ident,
    labels: &Labels<'a>,
    situation: &'a Situation<'a>,
) -> Found<'a> {
    let wanted = situation.to.table(table).and_then(|then| then.column(column));
    let Some(wanted) = wanted else { return Found::No };
    let using = labels.using(column, &wanted.type_name, Side::Coming);
    let may_fail = !labels.lost().is_empty();
    Retyped { table, column, labels: Some(labels.clone()), may_fail }.twin(Some(using), situation)
}

impl<'a> Retyped<'a> {
    fn twin(self, using: Option<Expr>, situation: &'a Situation<'a>) -> Found<'a> {
        let Self { table, column, labels, may_fail } = self;
        if situation.is_new(table) {
            return Found::New;
        }
        let whole = situation.now.table(table).and_then(|now| Some((now, now.column(column)?)));
        let wanted = situation.to.table(table).and_then(|then| Some((then, then.column(column)?)));
        let (Some((now, from)), Some((then, to))) = (whole, wanted) else { return Found::No };
        if obstacle(table, [now, then], column, situation) {
            return Found::No;
        }
        // Between an identity and a serial column the sequence changes hands, when the column has its type.
        let turns = from.identity.is_some() != to.identity.is_some();
        let mut to = to.clone();
        if turns {
            to.identity = from.identity.as_ref().map(|it| diff::retyped_identity(it, from, &to));
            to.default.clone_from(&from.default);
            to.default_volatility = from.default_volatility;
        }
        let named = |prefix: &str| prefixed(prefix, column);
        let back_using = match &labels {
            Some(labels) => Some(labels.using(column, &from.type_name, Side::Back)),
            None => to.type_name.using(column, &from.type_name),
        };
        let (coming, kept) = (named(COMING_PREFIX), named(KEPT_PREFIX));
        Found::Yes(Box::new(Twin {
            table,
            from,
            to,
            turns,
            using,
            back_using,
            labels,
            coming,
            kept,
            may_fail,
        }))
    }
}

/// What facts say of a conversion; of types that are not PostgreSQL's own nothing is known, and it may fail.
pub(in crate::recipe) fn convert(
    from: &TypeName,
    to: &TypeName,
    using: Option<&Expr>,
    major: u32,
) -> facts::Conversion {
    let using = if using.is_some() { Using::Cast } else { Using::None };
    facts::conversion(from, to, ConversionContext { using, indexed: true, utc: false }, major)
}

/// Whether something of the table cannot be made on a second column.
fn obstacle(name: &Name, sides: [&Table; 2], column: &Ident, situation: &Situation<'_>) -> bool {
    let is_family = |table: &Table| {
        table.partition_by.is_some() || table.partition_of.is_some() || !table.inherits.is_empty()
    };
    let has_children = |schema: &Schema| schema.tables.values().any(|table| table.inherits.contains(name));
    let moved =
        situation.changes.iter().any(|it| matches!(it, Change::SetPartition { table, .. } if table == name));
    let bound = |table: &&Table| {
        is_family(table)
            || table.replica_identity.as_deref().is_some_and(|identity| identity.starts_with("USING"))
            || table.rules.values().any(|rule| diff::mentions(&rule.0, column))
            || table
                .columns
                .iter()
                .filter_map(|column| column.generated.as_ref())
                .any(|generated| diff::mentions(&generated.expression.0, column))
            || table.column(column).is_some_and(|column| column.generated.is_some())
            || table.constraints.values().any(|it| constraint_stands_on(it, column) && !is_simple(it))
    };
    moved
        || has_children(&situation.now)
        || sides.iter().any(bound)
        || [&situation.now, situation.to].into_iter().any(|schema| strange_keys(schema, name, column))
}

/// Whether the constraint can be made beside another of its kind.
fn is_simple(constraint: &Constraint) -> bool {
    let is_plain = match &constraint.kind {
        ConstraintKind::PrimaryKey { without_overlaps, .. }
        | ConstraintKind::Unique { without_overlaps, .. } => !without_overlaps,
        ConstraintKind::ForeignKey(key) => !key.period && key.on_delete_columns.is_empty(),
        ConstraintKind::Check { .. } => true,
        ConstraintKind::Exclusion { .. } | ConstraintKind::NotNull { .. } => false,
    };
    is_plain && !constraint.not_valid && !constraint.not_enforced
}

/// Whether a foreign key that cannot come NOT VALID needs the column.
fn strange_keys(schema: &Schema, name: &Name, column: &Ident) -> bool {
    schema.tables.values().any(|table| {
        table.constraints.values().any(|constraint| {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else { return false };
            key.references == *name
                && key.referenced_columns.contains(column)
                && (table.partition_by.is_some() || table.partition_of.is_some() || !is_simple(constraint))
        })
    })
}

/// Whether a constraint, as one of the column's own table, stands on the column.
pub(super) fn constraint_stands_on(constraint: &Constraint, column: &Ident) -> bool {
    match &constraint.kind {
        ConstraintKind::Check { expression, .. } => diff::mentions(&expression.0, column),
        ConstraintKind::Exclusion { keys, include, .. } => {
            include.contains(column) || keys.iter().any(|(key, _)| diff::mentions(&key.expression.0, column))
        }
        ConstraintKind::PrimaryKey { columns, include, .. }
        | ConstraintKind::Unique { columns, include, .. } => {
            columns.contains(column) || include.contains(column)
        }
        ConstraintKind::ForeignKey(key) => key.columns.contains(column),
        ConstraintKind::NotNull { column: of } => of == column,
    }
}

/// Whether an index has the column.
pub(in crate::recipe) fn index_stands_on(index: &Index, column: &Ident) -> bool {
    index.include.contains(column)
        || index.keys.iter().any(|key| diff::mentions(&key.expression.0, column))
        || index.predicate.as_ref().is_some_and(|predicate| diff::mentions(&predicate.0, column))
}
