//! The tables a project declares, under the names its code knows them by.

use std::collections::{BTreeMap, BTreeSet};

use model::{Ident, Name, Schema};

use super::define::{Declared, DeclaredTable, Key, declared};
use crate::files::File;
use crate::{Search, Sought, history};

/// All tables of a project.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    tables: Vec<Table>,
    /// The tables a constant's name stands for; more than one where files share names.
    by_constant: BTreeMap<String, Vec<usize>>,
    /// A constant and a relation's name lead to a constant.
    relations: BTreeMap<(String, String), String>,
}

/// One table.
#[derive(Debug)]
struct Table {
    /// By its name so far.
    name: Name,
    constant: String,
    /// The file that declares it, relative to the project's folder.
    file: String,
    /// The columns each key stands for now, and stood for in the last commit.
    keys: BTreeMap<String, BTreeSet<Ident>>,
}

impl Tables {
    /// Reads what the scripts declare now, and what the last commit declared of what is gone from them.
    pub(crate) fn of(files: &[&File], search: &Search<'_>, sought: &[Sought]) -> Self {
        let now: Vec<(String, Declared)> =
            files.iter().map(|file| (file.name.clone(), declared(&file.name, &file.text))).collect();
        let names = sought.iter().map(|sought| ["\"", sought.table.name.as_str(), "\""].concat());
        let single = sought.iter().map(|sought| ["'", sought.table.name.as_str(), "'"].concat());
        let texts: BTreeSet<String> = names.chain(single).collect();
        let before = history::scripts(search.folder, &texts.into_iter().collect::<Vec<_>>());
        let before: Vec<(String, Declared)> = before
            .into_iter()
            .map(|(name, text)| {
                let told = declared(&name, &text);
                (name, told)
            })
            .collect();
        let all: Vec<&(String, Declared)> = now.iter().chain(&before).collect();
        let known = Known::new(search, sought, &all);
        let mut tables = Self::default();
        for (file, declared) in &all {
            for table in &declared.tables {
                tables.add(file, table, &known);
            }
            for (table, relation, other) in &declared.relations {
                tables.relations.insert((table.clone(), relation.clone()), other.clone());
            }
        }
        tables.guess(sought);
        tables
    }

    fn add(&mut self, file: &str, declared: &DeclaredTable, known: &Known<'_>) {
        let Some(name) = known.table(declared) else { return };
        let same = |table: &Table| table.name == name && table.constant == declared.constant;
        let at = self.tables.iter().position(same).unwrap_or_else(|| {
            self.tables.push(Table {
                name: name.clone(),
                constant: declared.constant.clone(),
                file: file.to_owned(),
                keys: BTreeMap::new(),
            });
            let at = self.tables.len() - 1;
            self.by_constant.entry(declared.constant.clone()).or_default().push(at);
            at
        });
        let parts = declared.spreads.iter().filter_map(|spread| known.parts.get(spread)).copied().flatten();
        for key in declared.keys.iter().chain(parts) {
            if let Some(column) = known.column(&name, key) {
                self.tables[at].keys.entry(key.key.clone()).or_default().insert(column);
            }
        }
    }

    /// A column that no declaration has any more is looked for under the keys that it most likely had.
    fn guess(&mut self, sought: &[Sought]) {
        for sought in sought {
            let Some(column) = &sought.column else { continue };
            for table in self.tables.iter_mut().filter(|table| table.name == sought.table) {
                if table.keys.values().any(|columns| columns.contains(column)) {
                    continue;
                }
                for key in [camel(column.as_str()), column.as_str().to_owned()] {
                    table.keys.entry(key).or_insert_with(|| BTreeSet::from([column.clone()]));
                }
            }
        }
    }

    /// The table that a constant of this name stands for; `from` is what the import names, if anything.
    pub(crate) fn find(&self, constant: &str, from: Option<&str>) -> Option<usize> {
        let all = self.by_constant.get(constant)?;
        let one = |list: &[usize]| {
            let first = *list.first()?;
            let same = list.iter().all(|at| self.tables[*at].name == self.tables[first].name);
            same.then_some(first)
        };
        one(all).or_else(|| {
            let stem = stem(from?);
            let near: Vec<usize> = all.iter().copied().filter(|at| self.tables[*at].file_is(stem)).collect();
            one(&near)
        })
    }

    /// The table that the relation of a table leads to.
    pub(crate) fn related(&self, table: usize, relation: &str) -> Option<usize> {
        let key = (self.tables[table].constant.clone(), relation.to_owned());
        self.find(self.relations.get(&key)?, None)
    }

    /// The table's name in the database, as it is so far.
    pub(crate) fn name(&self, table: usize) -> &Name {
        &self.tables[table].name
    }

    /// Whether a key of a table stands for what is sought.
    pub(crate) fn is_sought(&self, table: usize, key: &str, sought: &Sought) -> bool {
        let table = &self.tables[table];
        let Some(column) = sought.column.as_ref().filter(|_| table.name == sought.table) else {
            return false;
        };
        let columns = table.keys.get(key);
        columns.is_some_and(|columns| {
            columns.contains(column) || sought.renamed_to.as_ref().is_some_and(|new| columns.contains(new))
        })
    }
}

impl Table {
    /// Whether an import of something called like this can mean its file.
    fn file_is(&self, wanted: &str) -> bool {
        let own = stem(&self.file);
        own == wanted || own == "index" && self.file.rsplit('/').nth(1) == Some(wanted)
    }
}

/// `../db/schema.js` is `schema`.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rfind('.').filter(|at| *at > 0).unwrap_or(name.len());
    &name[..ending]
}

/// `vintage_year` is `vintageYear`.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out
}

/// `vintageYear` is `vintage_year`.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// What the database says of names that a script uses.
struct Known<'a> {
    schemas: [&'a Schema; 2],
    sought: &'a [Sought],
    parts: BTreeMap<&'a String, &'a Vec<Key>>,
    namespaces: BTreeMap<&'a String, &'a String>,
}

impl<'a> Known<'a> {
    fn new(search: &'a Search<'_>, sought: &'a [Sought], all: &[&'a (String, Declared)]) -> Self {
        Self {
            schemas: [search.from, search.to],
            sought,
            parts: all.iter().flat_map(|(_, declared)| &declared.parts).collect(),
            namespaces: all.iter().flat_map(|(_, declared)| &declared.schemas).collect(),
        }
    }

    /// The table in the database, by its name so far.
    fn table(&self, declared: &DeclaredTable) -> Option<Name> {
        let names =
            || self.schemas.into_iter().flat_map(|schema| schema.tables.keys().chain(schema.views.keys()));
        let namespace = declared.schema.as_ref().and_then(|constant| self.namespaces.get(constant));
        let is_there = |name: &&Name| namespace.is_none_or(|namespace| name.schema.as_str() == *namespace);
        let exact: BTreeSet<&Name> =
            names().filter(is_there).filter(|name| name.name.as_str() == declared.name).collect();
        let public = exact.iter().copied().find(|name| name.schema.as_str() == "public");
        // A table creator puts something before the name.
        let ending = ["_", declared.name.as_str()].concat();
        let found = public.or(exact.first().copied()).or_else(|| {
            let longer: BTreeSet<&Name> =
                names().filter(|name| name.name.as_str().ends_with(&ending)).collect();
            longer.first().copied().filter(|_| longer.len() == 1)
        })?;
        let renamed = self.sought.iter().find(|sought| {
            sought.column.is_none()
                && sought.table.schema == found.schema
                && sought.renamed_to.as_ref() == Some(&found.name)
        });
        Some(renamed.map_or_else(|| found.clone(), |sought| sought.table.clone()))
    }

    /// The column a key stands for: as it is told, or by what the configuration makes of keys.
    fn column(&self, table: &Name, key: &Key) -> Option<Ident> {
        if let Some(column) = &key.column {
            return Some(Ident::new(column.as_str()));
        }
        let candidates = [Ident::new(key.key.as_str()), Ident::new(snake(&key.key))];
        let has = |column: &&Ident| {
            let is_there =
                |schema: &&Schema| schema.table(table).is_some_and(|table| table.column(column).is_some());
            self.schemas.iter().any(is_there)
        };
        candidates.iter().find(has).cloned()
    }
}
