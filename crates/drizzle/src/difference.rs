//! The first place where two descriptions differ, in words.

use serde_json::Value;

/// Names the first part that differs, for instance `tables funds, columns vintage_year, default`.
pub(crate) fn first(a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        _ if a == b => None,
        (Value::Object(left), Value::Object(right)) => {
            let differing =
                || left.keys().chain(right.keys()).filter(|key| left.get(*key) != right.get(*key));
            // Types are listed apart; the column that has another one says more.
            let key = differing().find(|key| *key != "types").or_else(|| differing().next())?;
            let below = first(left.get(key).unwrap_or(&Value::Null), right.get(key).unwrap_or(&Value::Null));
            Some(joined(key, below))
        }
        (Value::Array(left), Value::Array(right)) => {
            let (a, b) = left.iter().zip(right).find(|(a, b)| a != b)?;
            let named = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
            match (named(a), named(b)) {
                (Some(name), Some(other)) if name == other => Some(joined(&name, first(a, b))),
                (Some(name), _) => Some(name),
                _ => first(a, b),
            }
        }
        _ => None,
    }
}

/// A key and what is below it: lists and their member are set apart by a space, the rest by commas.
fn joined(key: &str, below: Option<String>) -> String {
    match below {
        None => key.to_owned(),
        Some(below) if LISTS.contains(&key) => [key, " ", &below].concat(),
        Some(below) if key == "described" || key == "config" => below,
        Some(below) => [key, ", ", &below].concat(),
    }
}

const LISTS: &[&str] = &[
    "checks",
    "columns",
    "enums",
    "foreignKeys",
    "indexes",
    "policies",
    "roles",
    "schemas",
    "sequences",
    "tables",
    "uniques",
    "views",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_the_part() {
        let table = |default: &str| json!({"described": {"tables": [{"name": "a", "columns": [{"name": "x", "default": default}]}]}});
        assert_eq!(first(&table("1"), &table("2")).as_deref(), Some("tables a, columns x, default"));
        assert_eq!(first(&table("1"), &table("1")), None);
        assert_eq!(first(&json!({"tables": []}), &json!({"tables": [1]})).as_deref(), Some("tables"));
        assert_eq!(first(&json!([{"name": "a"}]), &json!([{"name": "b"}])).as_deref(), Some("a"));
    }
}
