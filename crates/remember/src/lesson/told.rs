//! `memory add`: records that people and other programs tell.

use std::io::BufRead;

use jiff::Timestamp;
use model::Fault;
use serde::Serialize;
use serde_json::{Map, Value};

use super::learn::take_told;
use super::wording::text_of;
use super::{Conditions, Lesson, Origin, State};
use crate::redact::redact;
use crate::{Kind, Memory, Outcome, TableName};

/// The longest word for a type of memory.
const TYPE_BYTES_MAX: usize = 64;

/// What `memory add` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Added {
    /// The ids of the entries, in the order of the records.
    pub ids: Vec<String>,
}

impl Memory {
    /// Takes one JSON record, or one on each line. A record is taken as told by a person: it is
    /// believed, its claims are kept as claims, and its confidence is computed anew. The same record
    /// twice is one. One that `supersedes` another lesson, named by its id, takes its place.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// let memory = remember::Memory::open(&remember::Options::project(folder.path()))?;
    /// let record = br#"{"type":"migration-strategy","operation":"ADD_COLUMN_WITH_DEFAULT","table":"funds",
    ///     "rowCount":5000000,"strategy":"constant default, no backfill","success":true,"confidence":100}"#;
    /// let added = memory.add(&mut record.as_slice())?;
    /// assert_eq!(added.ids.len(), 1);
    /// let found = memory.search("table:funds rows:>1M", 5)?;
    /// assert_eq!(found.results[0].confidence, 22.0);
    /// # Ok::<(), model::Fault>(())
    /// ```
    ///
    /// # Errors
    /// When a record cannot be read, or supersedes no lesson that there is: then none of them is taken; or when
    /// the store cannot be written.
    pub fn add(&self, input: &mut dyn BufRead) -> Result<Added, Fault> {
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|error| wrong("the input cannot be read").cause(error))?;
        let now = Timestamp::now();
        let told = records(&text)?.into_iter().map(|record| told_of(record, now));
        let told: Vec<Told> = told.collect::<Result<_, Fault>>()?;
        if told.is_empty() {
            return Err(
                wrong("there is no record in the input").help("write one JSON object, or one on each line")
            );
        }
        let ids = self.with_store(|store| take_told(store, self.embedder(), self.tenant(), told))?;
        Ok(Added { ids })
    }
}

fn wrong(what: impl Into<String>) -> Fault {
    Fault::new("memory.add", what)
}

/// The JSON values in a text, one after the other; an array is taken apart.
fn records(text: &str) -> Result<Vec<Map<String, Value>>, Fault> {
    let mut records = Vec::new();
    for (at, value) in serde_json::Deserializer::from_str(text).into_iter::<Value>().enumerate() {
        let value = value.map_err(|error| {
            let place = format!("line {}, column {} of the input", error.line(), error.column());
            wrong("the input is no JSON").at(place).cause(error)
        })?;
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        for value in values {
            let Value::Object(record) = value else {
                return Err(wrong("a record is a JSON object").at(format!("value {} of the input", at + 1)));
            };
            records.push(record);
        }
    }
    Ok(records)
}

/// Takes what it knows out of a record; the rest stays as claims.
struct Record {
    fields: Map<String, Value>,
}

impl Record {
    /// A field by any of its names; empty and null ones are not there.
    fn take(&mut self, names: &[&str]) -> Option<(String, Value)> {
        let name = names.iter().find(|name| self.fields.contains_key(**name))?;
        let value = self.fields.shift_remove(*name).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value))
    }

    fn text(&mut self, names: &[&str]) -> Result<Option<String>, Fault> {
        match self.take(names) {
            Some((_, Value::String(text))) => Ok(Some(redact(text.trim())).filter(|text| !text.is_empty())),
            Some((name, other)) => Err(wrong(format!("\"{name}\" is to be a text, and is {other}"))),
            None => Ok(None),
        }
    }

    fn number(&mut self, names: &[&str]) -> Result<Option<f64>, Fault> {
        match self.take(names) {
            Some((name, value)) => match value.as_f64().filter(|number| *number >= 0.0) {
                Some(number) => Ok(Some(number)),
                None => Err(wrong(format!("\"{name}\" is to be a number from 0, and is {value}"))),
            },
            None => Ok(None),
        }
    }

    fn outcome(&mut self) -> Result<Option<Outcome>, Fault> {
        if let Some((_, value)) = self.take(&["success"]) {
            let success = value.as_bool();
            let outcome = success.map(|good| if good { Outcome::Done } else { Outcome::Failed });
            return outcome
                .map(Some)
                .ok_or_else(|| wrong(format!("\"success\" is to be true or false, and is {value}")));
        }
        let Some(word) = self.text(&["outcome"])? else { return Ok(None) };
        Outcome::from_name(&word).map(Some).ok_or_else(|| {
            let known = Outcome::ALL.map(Outcome::name).join(", ");
            wrong(format!("\"{word}\" is no outcome")).help(format!("outcomes are {known}"))
        })
    }

    fn table(&mut self) -> Result<Option<TableName>, Fault> {
        let Some(name) = self.text(&["table"])? else { return Ok(None) };
        name.parse().map(Some).map_err(|error: model::NameError| wrong(error.to_string()))
    }

    fn moment(&mut self, names: &[&str]) -> Result<Option<Timestamp>, Fault> {
        let Some(text) = self.text(names)? else { return Ok(None) };
        let midnight = format!("{text}T00:00:00Z");
        let read = text.parse().or_else(|_| midnight.parse());
        read.map(Some).map_err(|_| {
            wrong(format!("\"{text}\" is no time")).help("write 2026-11-02 or 2026-11-02T14:00:00Z")
        })
    }
}

/// A lesson, and the id of the one whose place it takes.
pub(super) struct Told {
    pub(super) lesson: Lesson,
    pub(super) supersedes: Option<String>,
}

fn told_of(fields: Map<String, Value>, now: Timestamp) -> Result<Told, Fault> {
    let mut record = Record { fields };
    let supersedes = record.text(&["supersedes"])?;
    Ok(Told { lesson: lesson_of(record, now)?, supersedes })
}

fn lesson_of(mut record: Record, now: Timestamp) -> Result<Lesson, Fault> {
    let kind = kind_of(record.text(&["type"])?)?;
    let operation = record.text(&["operation"])?.map(|word| operation_of(&word)).transpose()?;
    let recipe = record.text(&["strategy", "recipe"])?;
    let conditions = Conditions {
        operation,
        table: record.table()?,
        recipe,
        rows_from: record.number(&["rowsFrom", "rows_from"])?,
        rows_to: record.number(&["rowsTo", "rows_to"])?,
        ..Conditions::default()
    };
    let rows = record.number(&["rowCount", "row_count", "rows"])?;
    let remedy = record.text(&["remedy"])?;
    let outcome = record.outcome()?;
    let environment = record.text(&["environment", "env"])?;
    let valid_from = record.moment(&["date", "at", "happenedAt", "validFrom", "valid_from"])?;
    let valid_until = record.moment(&["validUntil", "valid_until"])?;
    let said = record.text(&["text", "lesson", "description", "notes", "summary"])?;
    let claims = redacted(record.fields);
    let about = (&kind, &conditions, rows, outcome, &environment, &said, valid_from, &claims);
    Ok(Lesson {
        lesson: Lesson::id_of(&about),
        text: text_of(&kind, &conditions, said, &claims),
        kind,
        conditions,
        remedy,
        outcome,
        rows,
        environment,
        origin: Origin::Person,
        for_runs: Default::default(),
        against_runs: Default::default(),
        contradicts: Default::default(),
        valid_from: valid_from.unwrap_or(now),
        valid_until,
        superseded_by: None,
        state: State::Active,
        claims,
        learned_at: valid_from.unwrap_or(now),
    })
}

/// A type is a word of a-z, 0-9 and hyphens that names none of the ledger's own kinds.
fn kind_of(word: Option<String>) -> Result<String, Fault> {
    let help = "types are migration-strategy, safety-pattern, risk-assessment, rollback-procedure, or a word of your own";
    let Some(word) = word else { return Err(wrong("a record has no \"type\"").help(help)) };
    let is_word = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_own = Kind::from_name(&word).is_some();
    if is_word && !is_own && word.len() <= TYPE_BYTES_MAX {
        Ok(word)
    } else {
        Err(wrong(format!("\"{word}\" cannot be the type of a record")).help(help))
    }
}

/// Other programs know operations that Lockkeeper does not; a word of capitals will do.
fn operation_of(word: &str) -> Result<String, Fault> {
    let upper = word.to_uppercase().replace([' ', '-'], "_");
    let is_word = upper.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_word {
        Ok(upper)
    } else {
        Err(wrong(format!("\"{word}\" is no operation")).help("operations are words such as ADD_COLUMN"))
    }
}

fn redacted(fields: Map<String, Value>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name, redacted_value(value))).collect()
}

fn redacted_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redact(&text)),
        Value::Array(values) => Value::Array(values.into_iter().map(redacted_value).collect()),
        Value::Object(fields) => Value::Object(redacted(fields)),
        other => other,
    }
}
