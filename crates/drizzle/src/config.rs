//! What a drizzle.config says of the schema.

use std::path::{Path, PathBuf};

use model::{Fault, Name};
use serde::Deserialize;
use serde_json::Value;

use crate::filter::Filter;
use crate::project::Casing;
use crate::resolve::joined;

/// The parts of a configuration that a schema depends on.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The paths of `schema`, as written.
    pub(crate) schema: Vec<String>,
    pub(crate) out: Option<PathBuf>,
    /// The table in which drizzle-orm notes the migrations it applied, where it is not the usual one.
    pub(crate) books: Option<Name>,
    pub(crate) casing: Option<Casing>,
    pub(crate) filter: Filter,
}

#[derive(Debug, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    schema: Option<OneOrMany>,
    out: Option<String>,
    casing: Option<String>,
    dialect: Option<String>,
    driver: Option<String>,
    schema_filter: Option<OneOrMany>,
    tables_filter: Option<OneOrMany>,
    extensions_filters: Option<OneOrMany>,
    migrations: Books,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Books {
    table: Option<String>,
    schema: Option<String>,
}

impl Books {
    fn name(self) -> Option<Name> {
        if self.table.is_none() && self.schema.is_none() {
            return None;
        }
        let table = self.table.unwrap_or_else(|| "__drizzle_migrations".to_owned());
        Some(Name::new(self.schema.unwrap_or_else(|| "drizzle".to_owned()), table))
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(list) => list,
        }
    }
}

fn list(written: Option<OneOrMany>) -> Vec<String> {
    written.map(OneOrMany::list).unwrap_or_default()
}

/// Makes sense of a configuration's object.
///
/// # Errors
/// When it is for another database, or a part has the wrong form.
pub(crate) fn understood(path: &Path, written: Value) -> Result<Config, Fault> {
    let wrong = |error: serde_json::Error| {
        Fault::new("drizzle.config", format!("{} has a part of the wrong form", path.display()))
            .at(path.display().to_string())
            .cause(error)
    };
    let written: Written = serde_json::from_value(written).map_err(wrong)?;
    refuse_other_databases(path, &written)?;
    let schema = list(written.schema);
    if schema.is_empty() {
        return Err(Fault::new("drizzle.config", format!("{} names no schema", path.display()))
            .at(path.display().to_string())
            .help("add `schema: \"./src/schema.ts\"`, or point at the schema file itself"));
    }
    let folder = path.parent().unwrap_or(path);
    let filter = Filter {
        schemas: list(written.schema_filter),
        tables: list(written.tables_filter),
        extensions: list(written.extensions_filters),
    };
    let casing = written.casing.map(|word| casing(path, &word)).transpose()?;
    let out = written.out.map(|out| joined(folder, &out));
    Ok(Config { schema, out, books: written.migrations.name(), casing, filter })
}

fn refuse_other_databases(path: &Path, written: &Written) -> Result<(), Fault> {
    let drivers = [
        "better-sqlite",
        "better-sqlite3",
        "d1",
        "d1-http",
        "durable-sqlite",
        "expo",
        "libsql",
        "mysql2",
        "turso",
    ];
    let other = match (&written.dialect, &written.driver) {
        (Some(dialect), _) if !["postgresql", "pg"].contains(&dialect.as_str()) => Some(dialect),
        (None, Some(driver)) if drivers.contains(&driver.as_str()) => Some(driver),
        _ => None,
    };
    match other {
        None => Ok(()),
        Some(other) => Err(Fault::new(
            "drizzle.dialect",
            format!("{} is for {other}, not for PostgreSQL", path.display()),
        )
        .at(path.display().to_string())
        .help("point at the configuration with `dialect: \"postgresql\"`")),
    }
}

fn casing(path: &Path, word: &str) -> Result<Casing, Fault> {
    let known = [Casing::Snake, Casing::Camel];
    known.into_iter().find(|casing| casing.name() == word).ok_or_else(|| {
        Fault::new(
            "drizzle.config",
            format!("\"{word}\" is not a casing; casings are snake_case and camelCase"),
        )
        .at(path.display().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config(written: Value) -> Result<Config, Fault> {
        understood(Path::new("/project/drizzle.config.ts"), written)
    }

    #[test]
    fn takes_one_or_many() {
        let found = config(
            json!({"dialect": "postgresql", "schema": "./a.ts", "schemaFilter": ["x"], "tablesFilter": "y_*",
            "out": "./drizzle", "casing": "snake_case"}),
        )
        .unwrap();
        assert_eq!(found.schema, ["./a.ts"]);
        assert_eq!(
            (found.filter.schemas, found.filter.tables),
            (vec!["x".to_owned()], vec!["y_*".to_owned()])
        );
        assert_eq!((found.out, found.casing), (Some(PathBuf::from("/project/drizzle")), Some(Casing::Snake)));
        assert_eq!(config(json!({"schema": ["a", "b"], "driver": "pg"})).unwrap().schema, ["a", "b"]);
        let books =
            |migrations: Value| config(json!({"schema": "a", "migrations": migrations})).unwrap().books;
        assert_eq!(books(json!({"table": "applied"})), Some(Name::new("drizzle", "applied")));
        assert_eq!(books(json!({"schema": "x"})), Some(Name::new("x", "__drizzle_migrations")));
        assert_eq!(books(json!({"prefix": "timestamp"})), None);
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for (written, kind) in [
            (json!({"dialect": "mysql", "schema": "a"}), "drizzle.dialect"),
            (json!({"driver": "mysql2", "schema": "a"}), "drizzle.dialect"),
            (json!({"dialect": "postgresql"}), "drizzle.config"),
            (json!({"schema": 3}), "drizzle.config"),
            (json!({"schema": "a", "casing": "kebab"}), "drizzle.config"),
        ] {
            assert_eq!(config(written).unwrap_err().kind, kind);
        }
    }
}
