//! drizzle-kit's snapshots: what it wrote down of a schema when it made a migration.

mod history;
mod one;
mod ordered;
mod state;
mod types;
mod zero;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::{Fault, Literal};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ddl::{Builder, Generation, ident, qualified, view_name};
use crate::described::{ColumnText, Described, SequenceOptions, TableText};
use crate::files::Files;
use crate::filter::Filter;
use crate::origin::Origin;
use crate::project::{Column, Project, Table};
use crate::seen::Seen;

/// What every snapshot begins with.
#[derive(Debug, Deserialize)]
struct Head {
    version: String,
    dialect: String,
}

/// Reads a snapshot of drizzle-kit: `meta/0007_snapshot.json` of 0.x (versions 3 to 7) or the
/// `snapshot.json` beside a migration of 1.0 (versions 8 and 9). One that only holds the differences to an
/// earlier one is put together from those beside it.
///
/// # Errors
/// `read.file` when a file cannot be read; `drizzle.snapshot` with line and column when it is no snapshot,
/// is of a version or a database system that is not known, or when one it builds on is missing.
pub fn snapshot(path: &Path) -> Result<Project, Fault> {
    let text = text_of(path)?;
    let head: Head = parsed(path, &text)?;
    if !["pg", "postgres", "postgresql"].contains(&head.dialect.as_str()) {
        let what = format!("the snapshot is of a {} schema, not of a PostgreSQL one", head.dialect);
        return Err(fault(path, what));
    }
    let mut files = vec![path.to_owned()];
    let (described, generation) = match head.version.as_str() {
        "3" | "4" | "5" | "6" | "7" => (zero::described(parsed(path, &text)?), Generation::Zero),
        "8" | "9" => (one::described(history::state(path, &text, &mut files)?), Generation::One),
        old if old.parse().is_ok_and(|version: u32| version < 3) => {
            let what = format!("snapshots of version {old} are older than any this reads");
            return Err(fault(path, what)
                .help("drizzle-kit up of the version that wrote them brings them up to date"));
        }
        other => return Err(fault(path, format!("snapshots of version {other} are not known"))),
    };
    project(&described, generation, files)
}

fn text_of(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|error| {
        Fault::new("read.file", "the file could not be read").at(path.display().to_string()).cause(error)
    })
}

fn parsed<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("{}:{}:{}", path.display(), error.line(), error.column());
        Fault::new("drizzle.snapshot", "not a snapshot of drizzle-kit").at(place).cause(error)
    })
}

fn fault(path: &Path, what: String) -> Fault {
    Fault::new("drizzle.snapshot", what).at(path.display().to_string())
}

fn project(described: &Described, generation: Generation, files: Vec<PathBuf>) -> Result<Project, Fault> {
    let scripts = BTreeMap::new();
    let origin = Origin::new(&scripts, &Files::new(PathBuf::new()));
    let mut builder = Builder::new(described, generation, &origin);
    builder.build()?;
    let version = match generation {
        Generation::Zero => "0",
        Generation::One => "1",
    };
    Ok(Project {
        extensions: builder.extensions(),
        schemas: builder.managed_schemas().map(ident).collect(),
        statements: std::mem::take(&mut builder.statements),
        known: std::mem::take(&mut builder.known.known),
        tables: described.tables.iter().map(named).collect(),
        views: described.views.iter().filter(|view| !view.existing).map(view_name).collect(),
        roles: described.roles.iter().map(|role| ident(&role.name)).collect(),
        external: std::mem::take(&mut builder.external).into_iter().collect(),
        filter: Filter::default(),
        out: None,
        books: None,
        casing: None,
        drizzle_version: version.to_owned(),
        notes: std::mem::take(&mut builder.notes),
        files,
        seen: Seen::default(),
    })
}

fn named(table: &TableText) -> Table {
    let columns = table.columns.iter().map(|column| Column {
        key: column.key.clone(),
        name: ident(&column.name),
        line: 0,
        column: 0,
    });
    Table {
        name: qualified(table.schema.as_deref(), &table.name),
        exports: Vec::new(),
        columns: columns.collect(),
    }
}

/// A description without anything in it.
fn empty() -> Described {
    Described {
        types: Vec::new(),
        tables: Vec::new(),
        views: Vec::new(),
        linked: Vec::new(),
        outside: Vec::new(),
        passed_over: Vec::new(),
        enums: Vec::new(),
        hidden_enums: Vec::new(),
        sequences: Vec::new(),
        schemas: Vec::new(),
        roles: Vec::new(),
    }
}

/// A table without anything in it. A snapshot says `""` or `public` for the default schema.
fn table(schema: &str, name: &str, row_security: bool) -> TableText {
    TableText {
        schema: named_schema(schema),
        name: name.to_owned(),
        columns: Vec::new(),
        primary_keys: Vec::new(),
        uniques: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        foreign_keys: Vec::new(),
        policies: Vec::new(),
        row_security,
        origins: Vec::new(),
    }
}

/// A schema's name; none for the default one.
fn named_schema(schema: &str) -> Option<String> {
    (!schema.is_empty() && schema != "public").then(|| schema.to_owned())
}

/// Tables that keys point at and that the snapshot does not hold, with the columns that are pointed at.
fn outside(tables: &[TableText]) -> Vec<TableText> {
    let place = |schema: Option<&str>, name: &str| qualified(schema, name);
    let held: BTreeSet<_> = tables.iter().map(|table| place(table.schema.as_deref(), &table.name)).collect();
    let mut found: BTreeMap<_, TableText> = BTreeMap::new();
    for (from, key) in tables.iter().flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)))
    {
        let name = place(key.foreign.schema.as_deref(), &key.foreign.name);
        if held.contains(&name) {
            continue;
        }
        let schema = key.foreign.schema.as_deref().unwrap_or_default();
        let stub = found.entry(name).or_insert_with(|| table(schema, &key.foreign.name, false));
        for (column, foreign) in key.columns.iter().zip(&key.foreign_columns) {
            let here = from.columns.iter().find(|each| each.name == *column);
            let is_new = !stub.columns.iter().any(|each| each.name == *foreign);
            if let (Some(here), true) = (here, is_new) {
                stub.columns.push(plain_column(foreign, here.kind));
            }
        }
    }
    found.into_values().collect()
}

fn plain_column(name: &str, kind: usize) -> ColumnText {
    ColumnText {
        key: name.to_owned(),
        name: name.to_owned(),
        kind,
        not_null: false,
        primary: false,
        unique: None,
        default: None,
        generated: None,
        identity: None,
    }
}

/// A sequence's settings, with what PostgreSQL takes where nothing is said.
fn sequence_options(said: Said) -> SequenceOptions {
    let increment = said.increment.unwrap_or_else(|| "1".to_owned());
    let descends = increment.starts_with('-');
    let (low, high) = if descends { (said.lowest.as_str(), "-1") } else { ("1", said.highest.as_str()) };
    let min = said.min.unwrap_or_else(|| low.to_owned());
    let max = said.max.unwrap_or_else(|| high.to_owned());
    let start = said.start.unwrap_or_else(|| if descends { max.clone() } else { min.clone() });
    let cache = said.cache.unwrap_or_else(|| "1".to_owned());
    SequenceOptions { increment, min, max, start, cache, cycle: said.cycle }
}

/// What a snapshot says of a sequence, and the bounds of its type.
struct Said {
    increment: Option<String>,
    min: Option<String>,
    max: Option<String>,
    start: Option<String>,
    cache: Option<String>,
    cycle: bool,
    lowest: String,
    highest: String,
}

impl Said {
    fn of_type(type_name: &str) -> Self {
        let (lowest, highest) = match type_name {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (lowest, highest) = (lowest.to_string(), highest.to_string());
        Self {
            increment: None,
            min: None,
            max: None,
            start: None,
            cache: None,
            cycle: false,
            lowest,
            highest,
        }
    }
}

/// A value of JSON as SQL has it: a text is SQL already.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // drizzle-kit before 0.22 kept an array's default as it stood in the code.
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            Literal::new(format!("{{{}}}", values.join(","))).to_string()
        }
        other => other.to_string(),
    }
}
