//! What a statement does, from its actions, the state before them and the measured facts.
//!
//! Every action becomes forms that facts know, each with the relations that play its parts. What no
//! form describes is said to be unknown, never taken for harmless.

mod column;
mod constraint;
mod dropped;
mod index;
mod judge;
mod object;
mod partition;
mod query;
mod reading;
mod retyped;
mod roles;
mod table;

use std::collections::BTreeSet;

use facts::{Form, Role, Roles, Shape};
use model::{Ident, LockMode, Name, RelationLock};
use parse::{Action, Verb};

pub(crate) use judge::{Judged, judge};
pub(crate) use query::{cascade, is_pinned};
pub(crate) use reading::partition_columns;
pub(crate) use roles::default_partition;

use crate::state::Catalog;

/// What is known of the session that runs the statements.
#[derive(Debug, Clone, Default)]
pub(crate) struct Session {
    /// `lock_timeout` in force: set, and not to zero.
    pub(crate) lock_timeout: bool,
    /// `statement_timeout` in force.
    pub(crate) statement_timeout: bool,
    /// `TimeZone`, where a statement set it.
    pub(crate) time_zone: Option<String>,
}

/// One form with the relations that play its parts.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    form: Form,
    shape: Shape,
    roles: Roles,
    /// Relations that the form's fact would scan, but this statement does not.
    unscanned: BTreeSet<Name>,
    /// Whether there can be rows to lose.
    rows: bool,
    /// Whether it is planned and not run.
    planned: bool,
    /// Whether values are lost that the form's fact, measured on others, keeps.
    loses: bool,
}

/// What an action does, before facts are asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    parts: Vec<Part>,
    /// Locks that follow from the statement itself, such as those of a view's own query.
    locks: Vec<RelationLock>,
    /// What could not be known, each a sentence.
    unknown: Vec<String>,
    /// How many clauses of an `ALTER TABLE` they are of.
    clauses: usize,
}

impl Parts {
    /// One form on a relation, and its roles.
    fn add(&mut self, form: Form, shape: Shape, roles: Roles) {
        self.parts.push(Part {
            form,
            shape,
            roles,
            unscanned: BTreeSet::new(),
            rows: true,
            planned: false,
            loses: false,
        });
    }

    /// The last form added does not scan these relations.
    fn without_scans(&mut self, names: impl IntoIterator<Item = Name>) {
        if let Some(part) = self.parts.last_mut() {
            part.unscanned.extend(names);
        }
    }

    /// The forms added since `before` do not scan these relations.
    fn without_scans_since(&mut self, before: usize, names: &[Name]) {
        for part in &mut self.parts[before..] {
            part.unscanned.extend(names.iter().cloned());
        }
    }

    fn len(&self) -> usize {
        self.parts.len()
    }

    /// The last form added is only planned: no row goes.
    fn only_plans(&mut self) {
        if let Some(part) = self.parts.last_mut() {
            part.planned = true;
        }
    }

    /// The last form added makes other values of some.
    fn loses_values(&mut self) {
        if let Some(part) = self.parts.last_mut() {
            part.loses = true;
        }
    }

    /// The last form added takes what is no stored value.
    fn loses_nothing(&mut self) {
        self.only_plans();
    }

    fn lock(&mut self, relation: Name, mode: LockMode) {
        self.locks.push(RelationLock { relation, mode });
    }

    fn unknown(&mut self, text: impl Into<String>) {
        self.unknown.push(text.into());
    }

    /// The parts of several actions of one statement.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.parts.append(&mut other.parts);
        self.locks.append(&mut other.locks);
        self.unknown.append(&mut other.unknown);
        self.clauses += other.clauses;
    }

    /// How many indexes use the column that a form is about, on the relations in a role.
    pub(crate) fn indexes_of_column(&self, role: Role) -> u32 {
        let counts = self.parts.iter().flat_map(|part| {
            part.roles.named(role).iter().map(|name| part.roles.index_counts(name).of_column)
        });
        counts.max().unwrap_or(0)
    }

    /// The forms, for rules that go by them.
    pub(crate) fn forms(&self) -> impl Iterator<Item = Form> {
        self.parts.iter().map(|part| part.form)
    }
}

/// The parts of one action, from the state before it.
pub(crate) fn of_action(action: &Action, catalog: &Catalog, session: &Session) -> Parts {
    let mut parts = Parts { clauses: usize::from(matches!(action.verb, Verb::Alter(_))), ..Parts::default() };
    match &action.verb {
        Verb::CreateTable(it) => table::create(it, catalog, &mut parts),
        Verb::CreateFromQuery(it) => table::create_from_query(it, catalog, &mut parts),
        Verb::CreateIndex(it) => index::create(it, catalog, &mut parts),
        Verb::Drop(it) => table::drop_object(it, catalog, &mut parts),
        Verb::Alter(it) => alter(it, catalog, session, &mut parts),
        Verb::Query(it) => query::query(it, catalog, &mut parts),
        Verb::Copy(it) => query::copy(it, catalog, &mut parts),
        Verb::Truncate(it) => query::truncate(it, catalog, &mut parts),
        Verb::Lock { tables, mode, .. } => query::lock(tables, *mode, catalog, &mut parts),
        Verb::Maintain(it) => index::maintain(it, catalog, &mut parts),
        Verb::Unknown(text) => parts.unknown(text.clone()),
        _ => object::action(&action.verb, catalog, &mut parts),
    }
    for part in &mut parts.parts {
        part.rows = !part.planned && has_rows(part, catalog);
    }
    parts
}

/// Whether a table that the form concerns can hold rows: one made in this run, into which nothing was
/// put, cannot.
fn has_rows(part: &Part, catalog: &Catalog) -> bool {
    let holders = [Role::Table, Role::Child, Role::Referencing, Role::User];
    let mut tables = holders.into_iter().flat_map(|role| part.roles.named(role));
    tables.any(|table| {
        let temporary = table.schema.as_str() == "pg_temp";
        !temporary && catalog.relation(table).is_none_or(|relation| !relation.empty)
    })
}

fn alter(it: &parse::Alter, catalog: &Catalog, session: &Session, parts: &mut Parts) {
    let name = catalog.resolve(&it.relation);
    if catalog.is_absent(&name) {
        return;
    }
    let known = column::alter(it, &name, catalog, session, parts)
        || constraint::alter(it, &name, catalog, parts)
        || partition::alter(it, &name, catalog, parts)
        || table::alter(it, &name, catalog, parts);
    if !known {
        parts.unknown(format!("what this ALTER of {name} does was not measured"));
    }
}

/// The subject of a clause: with `ONLY`, the table without its children.
fn subject_of(it: &parse::Alter, catalog: &Catalog, name: &Name, column: Option<&Ident>) -> (Shape, Roles) {
    let (shape, roles) = subject(catalog, name, column);
    if !it.only {
        return (shape, roles);
    }
    let counts = roles.index_counts(name);
    (shape, Roles::of(name.clone()).indexed(name.clone(), counts))
}

/// `table` in a form's roles, with everything about its family that any form may ask.
fn subject(catalog: &Catalog, name: &Name, column: Option<&Ident>) -> (Shape, Roles) {
    (roles::shape(catalog, name), roles::of(catalog, name, column))
}
