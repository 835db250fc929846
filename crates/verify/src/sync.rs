//! Two schemas compared, the changes between them sorted by object.

use std::collections::BTreeMap;

use diff::Rename;
use model::{Change, Fault, Name, Object, ObjectRef, Schema};

use crate::evidence::of_object;
use crate::{Difference, Verification};

/// Compares the schema that is there with the one that is wanted. Renames that a person told count as
/// differences of the renamed object, not as a missing and an unexpected one.
///
/// # Errors
/// `diff.rename` when a rename names something that is not there.
pub fn sync(found: &Schema, wanted: &Schema, renames: &[Rename]) -> Result<Verification, Fault> {
    let diff = diff::diff(found, wanted, renames)?;
    let mut verification = Verification {
        equal: true,
        found: found.fingerprint(),
        wanted: wanted.fingerprint(),
        missing: Vec::new(),
        different: Vec::new(),
        unexpected: Vec::new(),
        ambiguities: diff.ambiguities,
        unmodelled: found.unmodelled.clone(),
    };
    for (object, changes) in by_object(diff.changes) {
        if diff.aside.contains(&object) {
            continue;
        }
        verification.equal = false;
        let difference = difference(&object, &changes);
        match (changes.iter().any(adds), changes.iter().any(removes)) {
            (true, false) => verification.missing.push(difference),
            (false, true) => verification.unexpected.push(difference),
            _ => verification.different.push(difference),
        }
    }
    Ok(verification)
}

fn difference(object: &ObjectRef, changes: &[Change]) -> Difference {
    let mut operations: Vec<_> = changes.iter().map(Change::operation).collect();
    operations.dedup();
    Difference {
        object: object.to_string(),
        operations,
        what: of_object(changes),
        sql: changes.iter().flat_map(Change::sql).collect(),
    }
}

/// The changes of each object. What hangs on a table or view that comes or goes as a whole is part of it.
fn by_object(changes: Vec<Change>) -> BTreeMap<ObjectRef, Vec<Change>> {
    let whole: BTreeMap<Name, ObjectRef> = changes.iter().filter_map(whole_relation).collect();
    let mut sorted: BTreeMap<ObjectRef, Vec<Change>> = BTreeMap::new();
    for change in changes {
        let object = change.object();
        let part_of = object.relation().and_then(|name| whole.get(name)).cloned();
        sorted.entry(part_of.unwrap_or(object)).or_default().push(change);
    }
    sorted
}

fn whole_relation(change: &Change) -> Option<(Name, ObjectRef)> {
    match change {
        Change::Create { object } | Change::Drop { object } => match object {
            Object::Table { name, .. } | Object::View { name, .. } => {
                Some((name.clone(), object.reference()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn adds(change: &Change) -> bool {
    matches!(
        change,
        Change::Create { .. }
            | Change::AddColumn { .. }
            | Change::AddConstraint { .. }
            | Change::CreateIndex { .. }
            | Change::AddEnumValue { .. }
    )
}

fn removes(change: &Change) -> bool {
    matches!(
        change,
        Change::Drop { .. }
            | Change::DropColumn { .. }
            | Change::DropConstraint { .. }
            | Change::DropIndex { .. }
    )
}
