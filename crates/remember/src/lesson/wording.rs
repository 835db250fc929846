//! What people tell, in a sentence.

use serde_json::{Map, Value};

use super::Conditions;

/// Everything a record says, for people and for searching: what it is about, its own words, and what it
/// claims beside them.
pub(super) fn text_of(
    kind: &str,
    conditions: &Conditions,
    said: Option<String>,
    claims: &Map<String, Value>,
) -> String {
    let operation = conditions.operation.as_deref().map(|word| word.to_lowercase().replace('_', " "));
    let table = conditions.table.as_ref().map(|table| format!("on {table}"));
    let subject: Vec<String> =
        [Some(kind.replace('-', " ")), operation, table].into_iter().flatten().collect();
    let mut parts = vec![subject.join(" ")];
    parts.extend(conditions.recipe.clone());
    parts.extend(said.map(|said| said.trim_end_matches('.').to_owned()));
    parts.extend(fields_text(claims).map(|claims| format!("claimed: {claims}")));
    format!("{}.", parts.join("; "))
}

/// `risk MEDIUM, phases expand (12s) and backfill, rollback verified yes`; none where nothing is said.
fn fields_text(fields: &Map<String, Value>) -> Option<String> {
    let field = |(name, value): (&String, &Value)| Some(format!("{} {}", words_of(name), value_text(value)?));
    let fields: Vec<String> = fields.iter().filter_map(field).collect();
    (!fields.is_empty()).then(|| fields.join(", "))
}

/// A value as people read it; none where it says nothing.
fn value_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim_end_matches('.').to_owned(),
        Value::Array(values) => values.iter().filter_map(value_text).collect::<Vec<_>>().join(" and "),
        Value::Object(fields) => {
            let mut rest = fields.clone();
            let name = rest.shift_remove("name").as_ref().and_then(value_text);
            match (name, fields_text(&rest)) {
                (Some(name), Some(rest)) => format!("{name} ({rest})"),
                (name, rest) => name.or(rest)?,
            }
        }
    };
    Some(text).filter(|text| !text.is_empty())
}

/// A field's name in words: `rollbackVerified` and `rollback_verified` are `rollback verified`.
fn words_of(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() || c == '_' || c == '-' {
            words.push(' ');
        }
        if c != '_' && c != '-' {
            words.push(c.to_ascii_lowercase());
        }
    }
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_reads_as_a_sentence() {
        let claims = serde_json::json!({
            "risk": "MEDIUM", "phases": [{"name": "expand", "duration": "12s"}, "backfill"], "downtime": "0s",
            "rollbackVerified": true, "confidence": 100, "by_hand": null,
        });
        let Value::Object(claims) = claims else { panic!("it is one") };
        let conditions = Conditions {
            operation: Some("ADD_COLUMN_WITH_DEFAULT".to_owned()),
            table: Some("funds".parse().unwrap()),
            recipe: Some("constant default, no backfill".to_owned()),
            ..Conditions::default()
        };
        assert_eq!(
            text_of("migration-strategy", &conditions, Some("it went well.".to_owned()), &claims),
            "migration strategy add column with default on funds; constant default, no backfill; it went well; \
             claimed: risk MEDIUM, phases expand (duration 12s) and backfill, downtime 0s, rollback verified yes, \
             confidence 100."
        );
    }
}
