//! Uses in SQL.

mod find;
mod token;

use std::collections::BTreeMap;

use model::{Ident, Name, Schema};

use crate::{Hit, Sought};

pub(crate) use find::Setting;

/// Which tables there are, and which of them have a column of a name.
pub(crate) struct Catalog {
    columns: BTreeMap<Ident, Vec<Name>>,
    names: BTreeMap<Ident, Vec<Name>>,
}

impl Catalog {
    pub(crate) fn new(schema: &Schema) -> Self {
        let mut catalog = Self { columns: BTreeMap::new(), names: BTreeMap::new() };
        for (name, table) in &schema.tables {
            catalog.add(name, table.columns.iter().map(|column| &column.name));
        }
        for (name, view) in &schema.views {
            catalog.add(name, view.columns.iter());
        }
        catalog
    }

    fn add<'a>(&mut self, relation: &Name, columns: impl Iterator<Item = &'a Ident>) {
        self.names.entry(relation.name.clone()).or_default().push(relation.clone());
        for column in columns {
            self.columns.entry(column.clone()).or_default().push(relation.clone());
        }
    }

    /// The relations with a column of this name.
    pub(crate) fn with_column(&self, column: &Ident) -> &[Name] {
        self.columns.get(column).map_or(&[], Vec::as_slice)
    }

    /// The relations of this name, in whatever schema.
    pub(crate) fn named(&self, name: &Ident) -> &[Name] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Uses in a file of SQL.
pub(crate) fn in_file(text: &str, catalog: &Catalog, sought: &[Sought]) -> Vec<Hit> {
    find::find(text, &Setting::Statements, catalog, sought)
}

/// Uses in a piece of SQL.
pub(crate) fn in_text(text: &str, setting: &Setting, catalog: &Catalog, sought: &[Sought]) -> Vec<Hit> {
    find::find(text, setting, catalog, sought)
}

/// Whether a string looks like a statement rather than like prose.
pub(crate) fn is_statement(text: &str) -> bool {
    let mut words = token::tokens(text).into_iter().take(24).filter_map(|token| token.word);
    let Some(first) = words.next() else { return false };
    let needs: &[&str] = match first.as_str() {
        "select" => &["from"],
        "with" => &["as"],
        "insert" | "merge" => &["into"],
        "delete" => &["from"],
        "update" => &["set"],
        "truncate" | "copy" | "refresh" => return true,
        _ => return false,
    };
    let rest: Vec<Ident> = words.collect();
    needs.iter().all(|need| rest.iter().any(|word| word.as_str() == *need))
        || first.as_str() == "select" && token::tokens(text).iter().any(|token| token.is("from"))
}
