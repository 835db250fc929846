//! Defaults that are values or well-known functions.

use model::{Expr, Volatility};

use super::kinds::{Base, Kind};

/// What a column's default becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Default {
    /// No default at all.
    None,
    /// This one.
    Expression(Expr, Volatility),
}

/// The default as the server writes it back, if that is known.
pub(super) fn known(text: &str, kind: &Kind) -> Option<Default> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("null") {
        // With a length the server keeps a cast of it.
        return (!kind.is_limited && kind.base != Base::Char).then_some(Default::None);
    }
    let literal = || literal(text, kind).map(|text| (text, Volatility::Immutable));
    let (text, volatility) = function(text, kind).or_else(literal)?;
    Some(Default::Expression(Expr::new(text), volatility))
}

fn function(text: &str, kind: &Kind) -> Option<(String, Volatility)> {
    if kind.is_array {
        return None;
    }
    let is_moment = matches!(kind.base, Base::TimestampTz | Base::Timestamp);
    match text.to_ascii_lowercase().as_str() {
        "now()" if is_moment || kind.base == Base::Date => Some(("now()".to_owned(), Volatility::Stable)),
        "current_timestamp" if is_moment => Some(("CURRENT_TIMESTAMP".to_owned(), Volatility::Stable)),
        "current_date" if kind.base == Base::Date => Some(("CURRENT_DATE".to_owned(), Volatility::Stable)),
        "gen_random_uuid()" if kind.base == Base::Uuid => {
            Some(("gen_random_uuid()".to_owned(), Volatility::Volatile))
        }
        _ => None,
    }
}

fn literal(text: &str, kind: &Kind) -> Option<String> {
    if let Some(value) = quoted(without_cast(text, kind)) {
        return string(&value, kind);
    }
    if kind.is_array {
        return None;
    }
    match kind.base {
        Base::Boolean if matches!(text, "true" | "false") => Some(text.to_owned()),
        Base::Smallint | Base::Integer | Base::Bigint => whole_number(text, kind.base == Base::Bigint),
        Base::Numeric | Base::Real | Base::Double => whole_number(text, false).or_else(|| fraction(text)),
        _ => None,
    }
}

/// The text without a cast to the column's own type, which changes nothing.
fn without_cast<'t>(text: &'t str, kind: &Kind) -> &'t str {
    let Some((value, cast)) = text.rsplit_once("'::") else { return text };
    let cast = match &kind.base {
        // The name is written with or without its schema and its quotes.
        Base::Enum(name, _) => {
            let element = cast.strip_suffix("[]").filter(|_| kind.is_array).unwrap_or(cast);
            let path = model::ident_path(element).unwrap_or_default();
            let is_public = name.schema.as_str() == "public";
            path == [name.schema.clone(), name.name.clone()] || is_public && path == [name.name.clone()]
        }
        _ => !kind.is_limited && cast == kind.bare,
    };
    if cast { &text[..value.len() + 1] } else { text }
}

/// The value of `'…'`, if that is the whole text and nothing in it is written in a special way.
pub(super) fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let value = inner.replace("''", "'");
    let quotes = value.matches('\'').count();
    let is_whole = inner.matches('\'').count() == 2 * quotes && !inner.contains(['\\', '\0']);
    is_whole.then_some(value)
}

/// A string as a constant of a type, where the type takes it as it is.
fn string(value: &str, kind: &Kind) -> Option<String> {
    let cast = |value: &str| format!("'{}'::{}", value.replace('\'', "''"), kind.bare);
    if kind.is_array {
        return (value == "{}" && !kind.is_limited && kind.base != Base::Char).then(|| cast(value));
    }
    match &kind.base {
        Base::Text | Base::Varchar | Base::Char => Some(cast(value)),
        Base::Enum(_, labels) => labels.iter().any(|label| label == value).then(|| cast(value)),
        Base::Jsonb => matches!(value, "{}" | "[]").then(|| cast(value)),
        Base::Json => serde_json::from_str::<serde_json::Value>(value).is_ok().then(|| cast(value)),
        Base::Uuid => is_uuid(value).then(|| cast(value)),
        Base::Integer => whole_number(value, false),
        Base::Smallint | Base::Bigint => {
            let number: i64 = value.parse().ok().filter(|number: &i64| number.to_string() == value)?;
            let fits = kind.base == Base::Bigint || i16::try_from(number).is_ok();
            fits.then(|| cast(value))
        }
        Base::Numeric if whole_number(value, false).is_some() => Some(cast(value)),
        Base::Numeric => fraction(value),
        _ => None,
    }
}

fn is_uuid(value: &str) -> bool {
    let parts: Vec<usize> = value.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

/// A whole number as the server writes it: one below zero, or too big for an integer, as a cast of its text.
pub(super) fn whole_number(text: &str, is_big: bool) -> Option<String> {
    let number: i64 = text.parse().ok().filter(|number: &i64| number.to_string() == text)?;
    match i32::try_from(number) {
        Ok(0..) => Some(text.to_owned()),
        Ok(_) => Some(format!("'{text}'::integer")),
        // The lowest number of all is not read as one.
        Err(_) => (is_big && number > i64::MIN).then(|| format!("'{text}'::bigint")),
    }
}

/// A number with a decimal point as the server writes it.
pub(super) fn fraction(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.')?;
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = all_digits(whole) && all_digits(rest) && (whole == "0" || !whole.starts_with('0'));
    let is_negative = digits.len() < text.len();
    let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match is_negative {
        _ if !is_plain || digits.len() > 30 || is_negative && is_zero => None,
        true => Some(format!("'{text}'::numeric")),
        false => Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_literals_only() {
        assert_eq!(quoted("'it''s'").as_deref(), Some("it's"));
        assert_eq!(quoted("'a' || 'b'"), None);
        assert_eq!(quoted("'a\\b'"), None);
        assert_eq!(quoted("''").as_deref(), Some(""));
        assert_eq!(quoted("'"), None);
        assert_eq!(whole_number("-5", false).as_deref(), Some("'-5'::integer"));
        assert_eq!(whole_number("007", false), None);
        assert_eq!(whole_number("3000000000", true).as_deref(), Some("'3000000000'::bigint"));
        assert_eq!(fraction("1.50").as_deref(), Some("1.50"));
    }
}
