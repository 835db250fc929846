//! What a way back leaves behind, because PostgreSQL cannot take it back.

use model::{Change, Fingerprint, Schema};

use crate::{Input, recipe};

/// The schemas a way back may arrive at besides the start: `ALTER TYPE … ADD VALUE` has no inverse, so
/// the labels added so far stay.
pub(crate) fn of(input: &Input<'_>) -> Vec<Fingerprint> {
    let mut left = input.from.clone();
    let mut remains = Vec::new();
    let added = input.changes.iter().flat_map(|change| match change {
        Change::AddEnumValue { .. } => vec![change.clone()],
        // Its new labels come to the type as it is first.
        Change::ReplaceEnum { name, from, to, .. } => recipe::added_labels(name, from, to),
        _ => Vec::new(),
    });
    for change in added {
        if let Change::AddEnumValue { name, label, before } = change {
            add_label(&mut left, &name, &label, before.as_deref());
            remains.push(left.fingerprint());
        }
    }
    remains
}

fn add_label(schema: &mut Schema, name: &model::Name, label: &str, before: Option<&str>) {
    let Some(labels) = schema.enums.get_mut(name).map(|found| &mut found.labels) else { return };
    let at = before.and_then(|before| labels.iter().position(|label| label == before));
    labels.insert(at.unwrap_or(labels.len()), label.to_owned());
}
