//! Snapshots of drizzle-kit 1.0 that hold differences, put together with those they build on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::Fault;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::one::Entity;
use super::state::{Delta, State};
use super::{fault, parsed, text_of};

/// The id of what is before the first snapshot.
const ORIGIN: &str = "00000000-0000-0000-0000-000000000000";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    id: String,
    #[serde(default)]
    prev_ids: Vec<String>,
    ddl: Option<Vec<Map<String, Value>>>,
    deltas: Option<Vec<Delta>>,
}

/// The entities of the schema that a snapshot stands for. The files it is put together from are added to
/// `files`.
pub(super) fn state(path: &Path, text: &str, files: &mut Vec<PathBuf>) -> Result<Vec<Entity>, Fault> {
    let last: Snapshot = parsed(path, text)?;
    let rows = match (&last.ddl, &last.deltas) {
        (Some(rows), _) => rows.clone(),
        (None, Some(_)) => {
            let earlier = beside(path)?;
            files.extend(earlier.iter().map(|(_, path)| path.clone()));
            let id = last.id.clone();
            let all = earlier.into_iter().map(|(snapshot, _)| snapshot).chain([last]);
            let history =
                History { all: all.map(|snapshot| (snapshot.id.clone(), snapshot)).collect(), path };
            history.state(&id)?.rows()
        }
        (None, None) => {
            return Err(fault(path, "the snapshot holds neither \"ddl\" nor \"deltas\"".to_owned()));
        }
    };
    let entity = |row| {
        serde_json::from_value(Value::Object(row)).map_err(|error| {
            fault(path, "the snapshot holds an entity that is not understood".to_owned()).cause(error)
        })
    };
    rows.into_iter().map(entity).collect()
}

/// The snapshots of the other migrations of the folder, in the order of their folders.
fn beside(path: &Path) -> Result<Vec<(Snapshot, PathBuf)>, Fault> {
    let own = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let Some(migrations) = own.parent().and_then(Path::parent) else { return Ok(Vec::new()) };
    let entries = std::fs::read_dir(migrations).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path().join("snapshot.json")).collect();
    paths.retain(|other| *other != own && other.is_file());
    paths.sort();
    paths.into_iter().map(|path| Ok((parsed(&path, &text_of(&path)?)?, path))).collect()
}

struct History<'a> {
    all: BTreeMap<String, Snapshot>,
    path: &'a Path,
}

impl History<'_> {
    fn of(&self, id: &str) -> Result<&Snapshot, Fault> {
        self.all.get(id).ok_or_else(|| {
            let what = format!("the snapshot builds on {id}, which is not in the folder of migrations");
            fault(self.path, what).help("point at a snapshot.json within the folder that drizzle-kit made")
        })
    }

    /// The base, and the differences from it in the order they were made.
    fn state(&self, id: &str) -> Result<State, Fault> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::new();
        let mut snapshot = self.of(id)?;
        while snapshot.ddl.is_none() {
            if !seen.insert(snapshot.id.as_str()) {
                return Err(fault(self.path, "the snapshots of the folder build on each other".to_owned()));
            }
            chain.push(snapshot);
            snapshot = self.of(snapshot.prev_ids.first().map_or(ORIGIN, String::as_str))?;
        }
        let mut state = State::of(snapshot.ddl.clone().unwrap_or_default());
        let mut made: BTreeSet<&str> = BTreeSet::from([snapshot.id.as_str()]);
        for each in chain.into_iter().rev() {
            self.apply(each, &mut made, &mut state)?;
        }
        Ok(state)
    }

    /// Applies a difference after those of the other branches it brings together.
    fn apply<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        made: &mut BTreeSet<&'a str>,
        state: &mut State,
    ) -> Result<(), Fault> {
        if !made.insert(&snapshot.id) {
            return Ok(());
        }
        for parent in snapshot.prev_ids.iter().filter(|id| *id != ORIGIN) {
            self.apply(self.of(parent)?, made, state)?;
        }
        for delta in snapshot.deltas.iter().flatten() {
            state.apply(delta);
        }
        Ok(())
    }
}
