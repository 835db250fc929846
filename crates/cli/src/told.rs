//! What a person told in `lockkeeper.toml` about a change: transformations, fills and gates.

use std::collections::BTreeMap;
use std::path::Path;

use connect::{Session, Target};
use model::{Expr, Fault, Ident, Name, NameError, PhaseName, ident_path, sql};
use plan::{Distribution, Fill, MappedLabels, Rule, Told, ToldGate, Transform};
use serde::Deserialize;

use crate::config::Config;

/// How many values and spellings are shown.
const NAMED_MAX: usize = 30;

/// A `[[transform]]` table: a column whose values become those of another one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformConfig {
    /// The column that is there: `public.investments.stage`.
    pub column: String,
    /// The column that is wanted, of the same table: `stage_normalized` or its whole path.
    pub into: String,
    /// Spellings with their values.
    pub mapping: MappingConfig,
    /// What is done to both sides before they are compared: `trim`, `lower`; nothing by default.
    #[serde(default, rename = "match")]
    pub rules: Vec<String>,
    /// The value for NULL.
    pub null: Option<String>,
}

/// Where the spellings and their values are.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum MappingConfig {
    /// A file `….csv`, relative to lockkeeper.toml, with a spelling and its value in each line; or a table
    /// of the database whose first two columns are these.
    Place(String),
    /// Written here: `{ seed = "SEED" }`.
    Here(BTreeMap<String, String>),
}

/// A `[[fill]]` table: what existing rows of a new column get instead of its default, or what null becomes in a column
/// that becomes NOT NULL.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FillConfig {
    /// The column: `public.funds.archived`.
    pub column: String,
    /// An SQL expression over the row.
    pub with: String,
}

/// A `[[labels]]` table: labels of an enum that go, with those that take their place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelsConfig {
    /// The enum: `public.status`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Each label that goes with one that is wanted: `{ lost = "closed" }`.
    pub map: BTreeMap<String, String>,
}

/// A `[[gate]]` table: what has to happen outside the database before a phase.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateConfig {
    /// The phase that waits: `switch`, `contract`.
    pub before: PhaseName,
    /// What it waits for, in a sentence.
    pub waits_for: String,
    /// A table from which nothing may be deleted while it is watched, counted by the server.
    pub no_deletes_from: Option<String>,
    /// How long it is watched at least: `24h`, `30s`. One minute by default.
    pub watched_for: Option<String>,
}

/// Reads what was told. Where there is a live database, every column that is to be transformed is counted
/// in it: each is read once.
///
/// # Errors
/// `config.transform`, `config.fill`, `config.labels` and `config.gate` for what cannot be read; `connect.…`.
pub async fn load(config: &Config, folder: &Path, live: Option<&Target>) -> Result<Told, Fault> {
    let mut told = Told::default();
    for fill in &config.fill {
        let (table, column) = column(&fill.column, "config.fill")?;
        told.fills.push(Fill { table, column, with: Expr::new(fill.with.clone()) });
    }
    told.labels = config.labels.iter().map(labels).collect::<Result<_, _>>()?;
    told.gates = config.gate.iter().map(gate).collect::<Result<_, _>>()?;
    if config.transform.is_empty() {
        return Ok(told);
    }
    let session = match live {
        Some(target) => Some(connect::connect(target, "lockkeeper plan").await?),
        None => None,
    };
    for transform in &config.transform {
        told.transforms.push(self::transform(transform, folder, session.as_ref()).await?);
    }
    if let Some(session) = session {
        session.close().await;
    }
    Ok(told)
}

/// The columns that are transformed: they are dropped, and not renamed.
pub fn transformed(config: &Config) -> Vec<String> {
    let path = |transform: &TransformConfig| column(&transform.column, "config.transform").ok();
    config.transform.iter().filter_map(path).map(|(table, column)| format!("{table}.{column}")).collect()
}

fn labels(config: &LabelsConfig) -> Result<MappedLabels, Fault> {
    let type_name = config.type_name.parse();
    let type_name = type_name.map_err(|error: NameError| {
        Fault::new("config.labels", error.to_string()).help("write schema.type")
    })?;
    Ok(MappedLabels { type_name, map: config.map.clone().into_iter().collect() })
}

fn gate(config: &GateConfig) -> Result<ToldGate, Fault> {
    let bad = |what: String| Fault::new("config.gate", what);
    let no_deletes_from = config.no_deletes_from.as_ref().map(|table| table.parse()).transpose();
    let no_deletes_from = no_deletes_from.map_err(|error: NameError| bad(error.to_string()))?;
    let watched_for = config.watched_for.as_deref().unwrap_or("1m");
    let watched_for: jiff::SignedDuration = watched_for
        .parse()
        .map_err(|_| bad(format!("\"{watched_for}\" is no length of time")).help("write 24h, 30m or 45s"))?;
    Ok(ToldGate {
        before: config.before,
        waits_for: config.waits_for.clone(),
        no_deletes_from,
        watched_for_ms: u64::try_from(watched_for.as_millis()).unwrap_or_default(),
    })
}

async fn transform(
    config: &TransformConfig,
    folder: &Path,
    session: Option<&Session>,
) -> Result<Transform, Fault> {
    let bad = |what: String| Fault::new("config.transform", what);
    let (table, column) = self::column(&config.column, "config.transform")?;
    let path = ident_path(&config.into).map_err(|error| bad(error.to_string()))?;
    let into = match path.as_slice() {
        [into] => into.clone(),
        [schema, of, into] if *schema == table.schema && *of == table.name => into.clone(),
        _ => return Err(bad(format!("\"{}\" is no column of {table}", config.into))),
    };
    let rules = config.rules.iter().map(|rule| rule.parse::<Rule>());
    let rules = rules.collect::<Result<_, _>>().map_err(bad)?;
    let mapping = match &config.mapping {
        MappingConfig::Here(mapping) => mapping.clone().into_iter().collect(),
        MappingConfig::Place(place) if place.to_lowercase().ends_with(".csv") => {
            from_file(&folder.join(place))?
        }
        MappingConfig::Place(place) => from_table(place, session).await?,
    };
    let mut transform =
        Transform { table, column, into, rules, mapping, null: config.null.clone(), seen: None };
    if let Some(session) = session {
        transform.seen = count(session, &transform).await?;
    }
    Ok(transform)
}

fn column(text: &str, kind: &'static str) -> Result<(Name, Ident), Fault> {
    let bad = || Fault::new(kind, format!("\"{text}\" is no column")).help("write schema.table.column");
    let mut path = ident_path(text).map_err(|_| bad())?;
    match (path.pop(), path.pop(), path.pop(), path.is_empty()) {
        (Some(column), Some(name), Some(schema), true) => Ok((Name { schema, name }, column)),
        _ => Err(bad()),
    }
}

/// The lines of a CSV file; a first line `spelling,value` is its header.
fn from_file(path: &Path) -> Result<Vec<(String, String)>, Fault> {
    let bad = |error: csv::Error| {
        Fault::new("config.transform", "the mapping cannot be read")
            .at(path.display().to_string())
            .cause(error)
    };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).map_err(bad)?;
    let mut mapping = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(bad)?;
        let (Some(spelling), Some(value), 2) = (record.get(0), record.get(1), record.len()) else {
            let what =
                format!("a line of the mapping has {} fields, not a spelling and a value", record.len());
            return Err(Fault::new("config.transform", what).at(format!("{}:{}", path.display(), at + 1)));
        };
        if at > 0 || (spelling, value) != ("spelling", "value") {
            mapping.push((spelling.to_owned(), value.to_owned()));
        }
    }
    Ok(mapping)
}

/// The rows of a table of the live database.
async fn from_table(place: &str, session: Option<&Session>) -> Result<Vec<(String, String)>, Fault> {
    let bad = |what: String| Fault::new("config.transform", what);
    let table: Name = place.parse().map_err(|error: NameError| bad(error.to_string()))?;
    let Some(session) = session else {
        return Err(bad(format!(
            "the mapping is in table {table}, and no database was named to read it from"
        ))
        .help("name the live database, or write the mapping into a .csv file"));
    };
    let query = sql!("SELECT spelling::text, value::text FROM {} AS m (spelling, value) ORDER BY 1", table);
    let rows = session.query(query.as_str(), &[]).await.map_err(|error| {
        connect::fault("config.transform", format!("the mapping in {table} cannot be read"), &error)
    })?;
    let line = |row: &tokio_postgres::Row| {
        Some((row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?))
    };
    Ok(rows.iter().filter_map(line).collect())
}

/// Counts what the column holds; nothing where there is no such column.
async fn count(session: &Session, transform: &Transform) -> Result<Option<Distribution>, Fault> {
    let query = sql!(
        "WITH counted AS (SELECT {} AS spelling, count(*) AS rows FROM {} AS t GROUP BY 1), \
         known AS (SELECT DISTINCT {} AS spelling FROM unnest($1::text[]) AS k (text)) \
         SELECT c.spelling, c.rows, k.spelling IS NOT NULL AS mapped, \
         count(c.spelling) OVER () AS distinct_, sum(c.rows) OVER ()::bigint AS total, \
         count(c.spelling) FILTER (WHERE k.spelling IS NULL) OVER () AS unmapped, \
         coalesce(sum(c.rows) FILTER (WHERE k.spelling IS NULL AND c.spelling IS NOT NULL) OVER (), 0)::bigint AS unmapped_rows \
         FROM counted AS c LEFT JOIN known AS k USING (spelling) \
         ORDER BY c.spelling IS NULL DESC, k.spelling IS NULL DESC, c.rows DESC, c.spelling LIMIT 10000",
        transform.normal(&sql!("t.{}::text", transform.column)),
        transform.table,
        transform.normal(&sql!("k.text"))
    );
    let spellings: Vec<&str> = transform.mapping.iter().map(|(spelling, _)| spelling.as_str()).collect();
    let rows = match session.query(query.as_str(), &[&spellings]).await {
        Ok(rows) => rows,
        // It was transformed before, or is not there: what was told is held against the schemas later.
        Err(error) if ["42P01", "42703"].contains(&connect::sqlstate(&error).unwrap_or_default()) => {
            return Ok(None);
        }
        Err(error) => {
            let what = format!("the values of {} cannot be counted", transform.source());
            return Err(connect::fault("plan.transform", what, &error));
        }
    };
    Ok(Some(distribution(transform, &rows)))
}

fn distribution(transform: &Transform, rows: &[tokio_postgres::Row]) -> Distribution {
    let number = |row: &tokio_postgres::Row, column: &str| {
        u64::try_from(row.get::<_, i64>(column)).unwrap_or_default()
    };
    let Some(first) = rows.first() else { return Distribution::default() };
    let mut found = Distribution {
        rows: number(first, "total"),
        distinct: number(first, "distinct_"),
        unmapped_distinct: number(first, "unmapped"),
        unmapped_rows: number(first, "unmapped_rows"),
        ..Distribution::default()
    };
    let mapping: BTreeMap<String, &String> =
        transform.mapping.iter().map(|(spelling, value)| (transform.normalized(spelling), value)).collect();
    let mut values: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows {
        let count = number(row, "rows");
        match row.get::<_, Option<String>>("spelling") {
            None => {
                found.nulls = count;
                let value = transform.null.clone().unwrap_or_else(|| "NULL".to_owned());
                *values.entry(value).or_default() += count;
            }
            Some(spelling) if row.get("mapped") => {
                // What only the server's rules find equal is mapped all the same, and left out here.
                if let Some(value) = mapping.get(&spelling) {
                    *values.entry((*value).clone()).or_default() += count;
                }
            }
            Some(spelling) if found.unmapped.len() < NAMED_MAX => found.unmapped.push((spelling, count)),
            Some(_) => {}
        }
    }
    found.values = values.into_iter().collect();
    found.values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found.values.truncate(NAMED_MAX);
    found
}
