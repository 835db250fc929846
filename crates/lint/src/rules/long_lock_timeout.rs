//! A bound that is none.

use parse::Verb;

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

/// In ms: as long as a `lock_timeout` lets everybody wait at most.
const LOCK_TIMEOUT_MS_MAX: u64 = 5_000;

pub(crate) static RULE: Rule = Rule {
    title: "A `lock_timeout` of more than five seconds",
    why: "For so long everybody who comes later waits behind the statement that waits for its lock.",
    instead: "Wait for short, and try again:\n\n```sql\nSET lock_timeout = '50ms';\n```",
    bad: &[Example::new("SET lock_timeout = '1min';"), Example::new("SET lock_timeout = 60000;")],
    good: &[Example::new("SET lock_timeout = '2s';"), Example::new("SET lock_timeout = 500;"), Example::new("RESET lock_timeout;")],
    ..advice("long-lock-timeout", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Set(it) = &seen.action.verb else { return Vec::new() };
    let value = it.values.first().filter(|_| it.name == "lock_timeout");
    let Some((value, ms)) = value.and_then(|value| Some((value, milliseconds(value)?))) else { return Vec::new() };
    if ms <= LOCK_TIMEOUT_MS_MAX {
        return Vec::new();
    }
    seen.hit(format!("for {value} everybody who comes later waits behind the statement"), "wait for short, and try again")
}

/// A setting's time in ms: a plain number is in ms.
fn milliseconds(value: &str) -> Option<u64> {
    let value = value.trim();
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let number: u64 = value[..digits].parse().ok()?;
    let unit = match value[digits..].trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(unit)
}
