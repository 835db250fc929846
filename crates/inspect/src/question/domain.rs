//! Values that a domain refuses: one that asks more than before, or one that a column becomes.

use model::{Column, ConstraintKind, Domain, Ident, Name, Schema, Sql, TypeName, sql};

use super::constraint::fails;
use super::{Draft, Scene, Search};

/// What an altered domain asks anew of every column that is of it.
pub(super) fn altered(scene: &Scene<'_>, name: &Name, from: &Domain, to: &Domain) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (table, column) in columns(scene.from, name) {
        if to.not_null && !from.not_null {
            let search =
                Search::Filter { relation: sql!("{}", table), filter: Some(sql!("{} IS NULL", column.name)) };
            drafts.push(fails("null-values", format!("hold null in {}", column.name), search).of(table));
        }
        let place = Place {
            relation: sql!("{}", table),
            shows: show(scene.from, table),
            value: sql!("{}::{}", column.name, to.type_name),
            of: Some(table.to_string()),
            column: &column.name,
        };
        drafts.extend(place.refused(name, to, |check| !from.constraints.contains(check)));
    }
    drafts
}

/// What a domain asks of values that become of it.
pub(super) fn becomes(
    scene: &Scene<'_>,
    table: &Name,
    relation: Sql,
    (column, value): (&Ident, Sql),
    to: &TypeName,
) -> Vec<Draft> {
    let Some((name, domain)) = of(scene.to, to) else { return Vec::new() };
    let mut drafts = Vec::new();
    if domain.not_null {
        let filter = Some(sql!("{} IS NULL", column));
        let search = Search::Filter { relation: relation.clone(), filter };
        drafts.push(fails("null-values", format!("hold null in {column}, which {name} refuses"), search));
    }
    let place = Place { relation, shows: show(scene.from, table), value, of: None, column };
    drafts.extend(place.refused(&name, domain, |_| true));
    drafts
}

/// The domain that a type is, if it is one.
pub(super) fn of<'s>(schema: &'s Schema, type_name: &TypeName) -> Option<(Name, &'s Domain)> {
    let name: Name = type_name.0.parse().ok()?;
    let domain = schema.domains.get(&name)?;
    Some((name, domain))
}

/// Values of one column that are held against a domain.
struct Place<'a> {
    relation: Sql,
    shows: Sql,
    /// The value as the type beneath the domain.
    value: Sql,
    /// Whose rows they are, where it is not the object's.
    of: Option<String>,
    column: &'a Ident,
}

impl Place<'_> {
    /// One question for each check that is asked for. The domain's own word for a value is `VALUE`: as a column
    /// of that name its checks read it.
    fn refused(
        &self,
        name: &Name,
        domain: &Domain,
        is_asked: impl Fn(&model::Constraint) -> bool,
    ) -> Vec<Draft> {
        let checks = domain.constraints.iter().filter(|check| !check.not_valid && is_asked(check));
        let question = |check: &model::Constraint| {
            let ConstraintKind::Check { expression, .. } = &check.kind else { return None };
            let relation =
                sql!("(SELECT {}{} AS value FROM {}) AS shown", self.shows, self.value, self.relation);
            let search = Search::Filter { relation, filter: Some(sql!("NOT ({})", expression)) };
            let what = format!("hold a value in {} that {name} refuses ({})", self.column, check.name);
            Some(Draft { of: self.of.clone(), ..fails("check-violations", what, search) })
        };
        checks.filter_map(question).collect()
    }
}

/// All columns beside the value, where none of them has its name.
fn show(schema: &Schema, table: &Name) -> Sql {
    let is_free = |table: &model::Table| table.column(&Ident::new("value")).is_none();
    if schema.table(table).is_some_and(is_free) { sql!("*, ") } else { sql!("") }
}

/// Columns of a domain; those that partitions and children inherit are read with their parents'.
fn columns<'s>(schema: &'s Schema, domain: &Name) -> Vec<(&'s Name, &'s Column)> {
    let written = domain.to_string();
    let of = |(name, table): (&'s Name, &'s model::Table)| {
        let own = table.columns.iter().filter(|column| !column.inherited && column.type_name.0 == written);
        own.map(move |column| (name, column)).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of).collect()
}
