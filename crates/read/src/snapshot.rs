//! Lockkeeper's own snapshots: a canonical schema as JSON.

use std::path::Path;

use model::{Fault, Schema};
use serde::{Deserialize, Serialize};

/// The shape of a snapshot file; raised when a field changes its meaning.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Snapshot {
    lockkeeper: u32,
    schema: Schema,
}

/// The text of a snapshot of this schema.
pub fn save(schema: &Schema) -> String {
    let snapshot = Snapshot { lockkeeper: FORMAT, schema: schema.clone() };
    // Plain data with string keys always serialises.
    serde_json::to_string_pretty(&snapshot).unwrap_or_default() + "\n"
}

/// Whose snapshot a file is.
pub(crate) enum Kind {
    /// Lockkeeper's own.
    Own,
    /// drizzle-kit's.
    DrizzleKit,
}

/// Tells whose snapshot a file is by what it begins to say.
///
/// # Errors
/// `read.file` when there is none, `read.snapshot` with line and column when it is neither.
pub(crate) fn kind(path: &Path) -> Result<Kind, Fault> {
    #[derive(Deserialize)]
    struct Marks {
        lockkeeper: Option<serde::de::IgnoredAny>,
        version: Option<serde::de::IgnoredAny>,
        dialect: Option<serde::de::IgnoredAny>,
    }
    let text = text_of(path)?;
    let marks: Marks = serde_json::from_str(&text).map_err(|error| malformed(path, &error))?;
    match marks {
        Marks { lockkeeper: Some(_), .. } => Ok(Kind::Own),
        Marks { version: Some(_), dialect: Some(_), .. } => Ok(Kind::DrizzleKit),
        _ => Err(Fault::new("read.snapshot", "not a snapshot of a schema")
            .at(path.display().to_string())
            .help("give one that lockkeeper diff --save wrote, or one of drizzle-kit")),
    }
}

/// Reads a snapshot of Lockkeeper's own.
///
/// # Errors
/// `read.file` when there is none, `read.snapshot` with line and column when it is no snapshot that this
/// version knows.
pub fn load(path: &Path) -> Result<Schema, Fault> {
    parse(path, &text_of(path)?)
}

fn text_of(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|error| {
        Fault::new("read.file", "the file could not be read").at(path.display().to_string()).cause(error)
    })
}

fn malformed(path: &Path, error: &serde_json::Error) -> Fault {
    let place = format!("{}:{}:{}", path.display(), error.line(), error.column());
    Fault::new("read.snapshot", "not a snapshot of a schema").at(place).cause(error.to_string())
}

fn parse(path: &Path, text: &str) -> Result<Schema, Fault> {
    let snapshot: Snapshot = serde_json::from_str(text).map_err(|error| malformed(path, &error))?;
    if snapshot.lockkeeper != FORMAT {
        let what = format!("the snapshot has format {}, this version reads {FORMAT}", snapshot.lockkeeper);
        return Err(Fault::new("read.snapshot", what)
            .at(path.display().to_string())
            .help("write it again with lockkeeper diff --save"));
    }
    Ok(snapshot.schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_survives() {
        let schema = Schema::default();
        assert_eq!(parse(Path::new("s.json"), &save(&schema)).unwrap(), schema);
        let fault = parse(Path::new("s.json"), "{\"lockkeeper\": 1,\n \"schema\": 3}").unwrap_err();
        assert!(fault.to_string().contains("s.json:2:"), "{fault}");
    }
}
