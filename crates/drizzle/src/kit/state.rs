//! The entities of a schema while differences are applied to them.

use serde::Deserialize;
use serde_json::{Map, Value};

/// One difference.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(super) enum Delta {
    Create { row: Row },
    Drop { key: String },
    Alter { key: String, set: Row },
    Rename { key: String, set: Row },
}

type Row = Map<String, Value>;

/// Entities by what identifies them.
#[derive(Debug, Default)]
pub(super) struct State {
    rows: Vec<Row>,
}

impl State {
    pub(super) fn of(rows: Vec<Row>) -> Self {
        Self { rows }
    }

    pub(super) fn rows(self) -> Vec<Row> {
        self.rows
    }

    pub(super) fn apply(&mut self, delta: &Delta) {
        match delta {
            Delta::Create { row } => {
                if !self.rows.iter().any(|each| key(each) == key(row)) {
                    self.rows.push(row.clone());
                }
            }
            Delta::Drop { key: dropped } => self.rows.retain(|row| key(row) != *dropped),
            Delta::Alter { key, set } | Delta::Rename { key, set } => self.update(key, set),
        }
    }

    fn update(&mut self, updated: &str, set: &Row) {
        let Some(row) = self.rows.iter_mut().find(|row| key(row) == updated) else { return };
        let before = row.clone();
        row.extend(set.clone());
        let after = row.clone();
        if key(&before) != key(&after) {
            self.rows.iter_mut().for_each(|row| follow(row, &before, &after));
        }
    }
}

/// What identifies an entity, as drizzle-kit writes it in its deltas: the kind, a zero, the names as JSON.
fn key(row: &Row) -> String {
    let kind = text(row, "entityType");
    let names: &[&str] = match kind {
        "schemas" | "roles" => &["name"],
        "tables" | "enums" | "indexes" | "sequences" | "views" => &["schema", "name"],
        "privileges" => &["schema", "table", "grantor", "grantee", "type"],
        _ => &["schema", "table", "name"],
    };
    let names: Vec<&Value> = names.iter().map(|name| row.get(*name).unwrap_or(&Value::Null)).collect();
    // Values of JSON always serialise.
    let names = serde_json::to_string(&names).unwrap_or_default();
    [kind, "\0", &names].concat()
}

fn text<'a>(row: &'a Row, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Whether fields of a row hold what other fields of the renamed entity held.
fn points_at(row: &Row, before: &Row, pairs: &[(&str, &str)]) -> bool {
    pairs
        .iter()
        .all(|(field, renamed)| row.get(*field).is_some_and(|value| before.get(*renamed) == Some(value)))
}

/// Lets a row follow the entity it points at when that is renamed.
fn follow(row: &mut Row, before: &Row, after: &Row) {
    let kind = text(row, "entityType").to_owned();
    let mut moved = |pairs: &[(&str, &str)]| {
        if points_at(row, before, pairs) {
            for (field, renamed) in pairs {
                row.insert((*field).to_owned(), after.get(*renamed).cloned().unwrap_or(Value::Null));
            }
        }
    };
    match text(before, "entityType") {
        "schemas" => {
            moved(&[("schema", "name")]);
            moved(&[("schemaTo", "name")]);
            moved(&[("typeSchema", "name")]);
        }
        "tables" => {
            moved(&[("schema", "schema"), ("table", "name")]);
            moved(&[("schemaTo", "schema"), ("tableTo", "name")]);
        }
        "enums" if kind == "columns" => moved(&[("typeSchema", "schema"), ("type", "name")]),
        "roles" => {
            moved(&[("grantee", "name")]);
            moved(&[("grantor", "name")]);
            rename_in(row, "roles", before, after);
        }
        "columns" => follow_column(row, before, after),
        _ => {}
    }
}

fn follow_column(row: &mut Row, before: &Row, after: &Row) {
    if points_at(row, before, &[("schema", "schema"), ("table", "table")]) {
        rename_in(row, "columns", before, after);
    }
    if points_at(row, before, &[("schemaTo", "schema"), ("tableTo", "table")]) {
        rename_in(row, "columnsTo", before, after);
    }
}

/// Renames within a list of names, or of index columns.
fn rename_in(row: &mut Row, list: &str, before: &Row, after: &Row) {
    let (old, new) = (before.get("name"), after.get("name").cloned().unwrap_or(Value::Null));
    for each in row.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
        let is_expression = each.get("isExpression") == Some(&Value::Bool(true));
        let name = match each {
            Value::Object(column) if !is_expression => column.get_mut("value"),
            Value::String(_) => Some(each),
            _ => None,
        };
        if let Some(name) = name
            && Some(&*name) == old
        {
            *name = new.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_points_at_a_renamed_table_follows() {
        let mut state = State::of(vec![
            row(r#"{"entityType": "tables", "schema": "public", "name": "a"}"#),
            row(r#"{"entityType": "columns", "schema": "public", "table": "a", "name": "id"}"#),
            row(r#"{"entityType": "fks", "schema": "public", "table": "b", "name": "f", "columns": ["id"],
                    "schemaTo": "public", "tableTo": "a", "columnsTo": ["id"]}"#),
        ]);
        let rename = |key: &str, set: &str| Delta::Rename { key: key.to_owned(), set: row(set) };
        state.apply(&rename("tables\0[\"public\",\"a\"]", r#"{"name": "c"}"#));
        state.apply(&rename("columns\0[\"public\",\"c\",\"id\"]", r#"{"name": "key"}"#));
        let fk = &state.rows[2];
        assert_eq!((text(fk, "tableTo"), &fk["columnsTo"]), ("c", &serde_json::json!(["key"])));
        assert_eq!(fk["columns"], serde_json::json!(["id"]), "table b's own column keeps its name");
    }
}
