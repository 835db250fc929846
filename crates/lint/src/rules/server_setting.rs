//! Settings of more than the migration.

use parse::Verb;

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ALTER SYSTEM`, `ALTER DATABASE … SET`, `ALTER ROLE … SET`",
    why: "They change the setting of every session to come, of everybody: not of this migration, and not in the schema that a test \
          or another database is made from.",
    instead: "For the migration alone:\n\n```sql\nSET lock_timeout = '50ms';\n```",
    bad: &[
        Example::new("ALTER SYSTEM SET work_mem = '1GB';"),
        Example::new("ALTER DATABASE app SET timezone = 'UTC';"),
        Example::new("ALTER ROLE app SET statement_timeout = '5s';"),
    ],
    good: &[Example::new("SET statement_timeout = '5s';"), Example::new("ALTER ROLE app NOLOGIN;")],
    ..advice("server-setting", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Other(..) = &seen.action.verb else { return Vec::new() };
    let words = seen.action.span.of(seen.script.text).split_ascii_whitespace();
    let words: Vec<String> = words.take(8).map(str::to_ascii_lowercase).collect();
    let sets = words.iter().skip(3).any(|word| word == "set" || word == "reset");
    let who = match (words.first().map(String::as_str), words.get(1).map(String::as_str)) {
        (Some("alter"), Some("system")) => "the whole server",
        (Some("alter"), Some("database")) if sets => "everybody in the database",
        (Some("alter"), Some("role" | "user")) if sets => "every session of the role",
        _ => return Vec::new(),
    };
    seen.hit(format!("this changes a setting of {who}, not of this migration"), "set it for the session, or outside of migrations")
}
