//! A plan as a folder: `plan.json`, both schemas, one SQL file a step, and `REVIEW.md`.

use std::path::{Path, PathBuf};

use model::{Fault, Fingerprint, PLAN_FORMAT, Plan, Schema};
use serde::{Deserialize, Serialize};

use crate::evidence;

const PLAN: &str = "plan.json";
const FROM: &str = "from.json";
const TO: &str = "to.json";
const REVIEW: &str = "REVIEW.md";

/// `plan.json`: the plan and its own hash.
#[derive(Serialize, Deserialize)]
struct Document {
    hash: Fingerprint,
    plan: Plan,
}

/// A plan read back from its folder.
#[derive(Debug)]
pub struct Folder {
    /// The plan.
    pub plan: Plan,
    /// The schema it starts from.
    pub from: Schema,
    /// The schema it arrives at.
    pub to: Schema,
}

/// Writes a plan's folder, which must not hold another plan.
///
/// # Errors
/// `plan.folder` when the folder holds something else already, or cannot be written.
pub fn write(folder: &Path, plan: &Plan, from: &Schema, to: &Schema) -> Result<(), Fault> {
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !folder.join(PLAN).is_file() {
        return Err(Fault::new("plan.folder", "the folder is not empty, and holds no plan")
            .at(folder.display().to_string())
            .help("name a folder that does not exist yet"));
    }
    std::fs::create_dir_all(folder).map_err(|error| unwritten(folder, error))?;
    remove_old_steps(folder)?;
    evidence::forget(folder)?;
    let document = Document { hash: plan.hash(), plan: plan.clone() };
    put(&folder.join(PLAN), &json(&document))?;
    put(&folder.join(FROM), &read::save(from))?;
    put(&folder.join(TO), &read::save(to))?;
    put(&folder.join(REVIEW), &plan::review::review(plan))?;
    for step in &plan.steps {
        let lines = plan::review::action_sql(&step.action).join("\n");
        let undo = plan::review::action_sql(&step.undo).join("\n-- ");
        let text = format!("-- {}\n{lines}\n\n-- way back:\n-- {undo}\n", step.title);
        put(&folder.join(format!("{}.sql", step.id)), &text)?;
    }
    Ok(())
}

fn remove_old_steps(folder: &Path) -> Result<(), Fault> {
    let entries = std::fs::read_dir(folder).map_err(|error| unwritten(folder, error))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == "sql") {
            std::fs::remove_file(&path).map_err(|error| unwritten(&path, error))?;
        }
    }
    Ok(())
}

fn json<T: Serialize>(data: &T) -> String {
    // Plain data with string keys always serialises.
    serde_json::to_string_pretty(data).unwrap_or_default() + "\n"
}

fn put(path: &PathBuf, text: &str) -> Result<(), Fault> {
    std::fs::write(path, text).map_err(|error| unwritten(path, error))
}

fn unwritten(path: &Path, error: std::io::Error) -> Fault {
    Fault::new("plan.folder", "the plan could not be written").at(path.display().to_string()).cause(error)
}

/// Reads a plan's folder, and makes sure that nobody changed the plan since it was made.
///
/// # Errors
/// `plan.folder` when it is none, `plan.edited` when its content does not have its hash, `plan.format`
/// when another version wrote it.
pub fn load(folder: &Path) -> Result<Folder, Fault> {
    let path = if folder.is_dir() { folder.join(PLAN) } else { folder.to_owned() };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Fault::new("plan.folder", "there is no plan here")
            .at(path.display().to_string())
            .help("make one with lockkeeper plan -o DIR")
            .cause(error)
    })?;
    let document: Document = serde_json::from_str(&text).map_err(|error| {
        let place = format!("{}:{}:{}", path.display(), error.line(), error.column());
        Fault::new("plan.edited", "plan.json is not a plan as it was written")
            .at(place)
            .help(REMAKE)
            .cause(error)
    })?;
    if document.plan.format != PLAN_FORMAT {
        let what =
            format!("the plan has format {}, this version carries out {PLAN_FORMAT}", document.plan.format);
        return Err(Fault::new("plan.format", what).at(path.display().to_string()).help(REMAKE));
    }
    if document.plan.hash() != document.hash {
        return Err(Fault::new(
            "plan.edited",
            "the plan was changed after it was made: its content does not have its hash",
        )
        .at(path.display().to_string())
        .help(REMAKE));
    }
    let home = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let from = schema(&home.join(FROM), &document.plan.from)?;
    let to = schema(&home.join(TO), &document.plan.to)?;
    Ok(Folder { plan: document.plan, from, to })
}

const REMAKE: &str =
    "change the schema and make the plan again with lockkeeper plan; plans are not edited by hand";

fn schema(path: &Path, expected: &Fingerprint) -> Result<Schema, Fault> {
    let schema = read::load(path)?;
    if schema.fingerprint() == *expected {
        return Ok(schema);
    }
    Err(Fault::new("plan.edited", "a schema of the plan was changed after it was made")
        .at(path.display().to_string())
        .help(REMAKE))
}
