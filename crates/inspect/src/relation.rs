//! The rows a question is about: a table as it is, or with what this push does to its columns.

use std::collections::BTreeMap;

use model::{Change, Column, Ident, Name, Schema, Sql, TypeName, sql};

use crate::question::Scene;

/// Rows to ask about, in SQL that runs on the database as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    source: Sql,
    /// The name that a derived relation goes by.
    alias: Option<Ident>,
}

impl Relation {
    /// After `FROM`.
    pub(crate) fn plain(&self) -> Sql {
        match &self.alias {
            Some(alias) => sql!("{} AS {}", self.source, alias),
            None => self.source.clone(),
        }
    }

    /// Whether its rows have places of their own (`ctid`): it is a table as it is.
    pub(crate) fn has_places(&self) -> bool {
        self.alias.is_none()
    }

    /// After `FROM`, under another name.
    pub(crate) fn named(&self, alias: &Ident) -> Sql {
        sql!("{} AS {}", self.source, alias)
    }
}

/// Whether columns have their wanted types already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Types {
    /// As they are.
    Now,
    /// As they are wanted.
    Wanted,
}

impl Scene<'_> {
    /// The name a table has now, by the one it has among the changes; none for a table that is new.
    pub(crate) fn name_now(&self, name: &Name) -> Option<Name> {
        let renamed = self.changes.iter().find_map(|change| match change {
            Change::RenameTable { from, to } if to == name => Some(from.clone()),
            _ => None,
        });
        let now = renamed.unwrap_or_else(|| name.clone());
        self.from.table(&now).is_some().then_some(now)
    }

    /// The rows of a table with the columns that matter as the changes before a constraint leave them; none
    /// for a table that is new.
    pub(crate) fn relation(
        &self,
        name: &Name,
        types: Types,
        matters: impl Fn(&Ident) -> bool,
    ) -> Option<Relation> {
        let now = self.name_now(name)?;
        let edits = Edits::of(self.changes, name, types, matters);
        if edits.is_empty() {
            return Some(Relation { source: sql!("{}", now), alias: None });
        }
        let columns = edits.columns(self.from, &now);
        let source = sql!("(SELECT {} FROM {})", Sql::join(columns, ", "), now);
        Some(Relation { source, alias: Some(name.name.clone()) })
    }
}

/// What the changes do to the columns of one table.
struct Edits<'a> {
    renamed: BTreeMap<&'a Ident, &'a Ident>,
    added: Vec<&'a Column>,
    converted: BTreeMap<&'a Ident, Sql>,
}

impl<'a> Edits<'a> {
    fn of(changes: &'a [Change], name: &Name, types: Types, matters: impl Fn(&Ident) -> bool) -> Self {
        let mut edits = Self { renamed: BTreeMap::new(), added: Vec::new(), converted: BTreeMap::new() };
        for change in changes.iter().filter(|change| change.table().as_ref() == Some(name)) {
            match change {
                Change::RenameColumn { from, to, .. } if matters(to) => _ = edits.renamed.insert(from, to),
                Change::AddColumn { column, .. } if types == Types::Wanted && matters(&column.name) => {
                    edits.added.push(column);
                }
                Change::AlterColumnType { to, using, .. } if types == Types::Wanted && matters(&to.name) => {
                    let value = match using {
                        Some(using) => sql!("({})", using),
                        None => sql!("{}::{}", to.name, to.type_name),
                    };
                    edits.converted.insert(&to.name, value);
                }
                _ => {}
            }
        }
        edits
    }

    fn is_empty(&self) -> bool {
        self.renamed.is_empty() && self.added.is_empty() && self.converted.is_empty()
    }

    fn columns(&self, from: &Schema, now: &Name) -> Vec<Sql> {
        let mut columns = Vec::new();
        for column in from.table(now).into_iter().flat_map(|table| &table.columns) {
            let name = self.renamed.get(&column.name).copied().unwrap_or(&column.name);
            columns.push(match (self.converted.get(name), *name == column.name) {
                (Some(value), true) => sql!("{} AS {}", value, name),
                (_, true) => sql!("{}", name),
                // A column that is renamed and converted at once is asked about under its old type.
                (_, false) => sql!("{} AS {}", column.name, name),
            });
        }
        let taken = |name: &Ident| from.table(now).is_some_and(|table| table.column(name).is_some());
        let new = self.added.iter().filter(|column| !taken(&column.name));
        columns.extend(new.map(|column| sql!("{} AS {}", value_of(column), column.name)));
        columns
    }
}

/// What a row that is there would get in a column that is added. What a sequence will give is not asked
/// for, since asking takes it: any distinct numbers say the same.
fn value_of(column: &Column) -> Sql {
    let numbers = |type_name: &TypeName| sql!("(row_number() OVER ())::{}", type_name);
    match (&column.default, &column.generated) {
        _ if column.identity.is_some() => numbers(&column.type_name),
        (Some(default), _) if default.0.contains("nextval(") => numbers(&column.type_name),
        (Some(default), _) => sql!("({})::{}", default, column.type_name),
        (None, Some(generated)) => sql!("({})::{}", generated.expression, column.type_name),
        (None, None) => sql!("NULL::{}", column.type_name),
    }
}
