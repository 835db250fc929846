//! Foreign keys between columns of equal types, onto the one key that these are.

use std::collections::BTreeMap;

use model::{Constraint, ConstraintKind, ForeignKey, ForeignKeyAction, Ident, Name, ObjectRef};

use super::table::Draft;
use crate::ddl::{ident, qualified_text};
use crate::described::ForeignKeyText;

/// The foreign keys that count: of two with one name the later, as drizzle-kit has it.
pub(crate) fn counting(keys: &[ForeignKeyText]) -> impl Iterator<Item = &ForeignKeyText> {
    let is_last =
        |at: usize, key: &ForeignKeyText| !keys[at + 1..].iter().any(|other| other.name == key.name);
    keys.iter().enumerate().filter(move |(at, key)| is_last(*at, key)).map(|(_, key)| key)
}

/// The key and what it uses, if the server certainly takes it.
pub(super) fn known(
    key: &ForeignKeyText,
    from: &Name,
    drafts: &BTreeMap<Name, Draft>,
) -> Option<(Constraint, Vec<ObjectRef>)> {
    let to = qualified_text(&key.foreign);
    let (source, target) = (drafts.get(from)?, drafts.get(&to)?);
    let columns: Vec<Ident> = key.columns.iter().map(|column| ident(column)).collect();
    let referenced: Vec<Ident> = key.foreign_columns.iter().map(|column| ident(column)).collect();
    let name = ident(&key.name);
    let is_new = !source.table.constraints.contains_key(&name) && !name.as_str().ends_with("_not_null");
    let is_listed = !columns.is_empty() && columns.len() == referenced.len();
    let mut distinct = columns.clone();
    distinct.sort();
    distinct.dedup();
    if !is_new || !is_listed || distinct.len() != columns.len() || !source.has_shape || !target.has_shape {
        return None;
    }
    for (column, other) in columns.iter().zip(&referenced) {
        if !source.kinds.get(column)?.is_same(target.kinds.get(other)?) {
            return None;
        }
    }
    let index = target.only_key(&referenced)?;
    let on = |table: &Name, columns: &[Ident]| -> Vec<ObjectRef> {
        columns.iter().map(|column| ObjectRef::Column(table.clone(), column.clone())).collect()
    };
    let used = [on(from, &columns), on(&to, &referenced), vec![index]].concat();
    let foreign = ForeignKey {
        columns,
        references: to,
        referenced_columns: referenced,
        on_update: action(key.on_update.as_deref()),
        on_delete: action(key.on_delete.as_deref()),
        on_delete_columns: Vec::new(),
        match_full: false,
        period: false,
    };
    Some((Constraint::new(name.as_str(), ConstraintKind::ForeignKey(foreign)), used))
}

fn action(text: Option<&str>) -> ForeignKeyAction {
    match text.map(str::to_ascii_lowercase).as_deref() {
        Some("cascade") => ForeignKeyAction::Cascade,
        Some("restrict") => ForeignKeyAction::Restrict,
        Some("set null") => ForeignKeyAction::SetNull,
        Some("set default") => ForeignKeyAction::SetDefault,
        _ => ForeignKeyAction::NoAction,
    }
}
