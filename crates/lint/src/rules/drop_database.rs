//! A database, or all that a role owns.

use model::Category;
use parse::Verb;

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP DATABASE` and `DROP OWNED`",
    why: "Everything in the database, or everything a role owns in it, is lost. No migration of a schema has a use for that.",
    instead: "Drop what is meant by name, for instance `DROP TABLE legacy`, and a database by hand, never by a migration.",
    bad: &[Example::new("DROP DATABASE app;"), Example::new("DROP OWNED BY app;")],
    good: &[Example::new("CREATE TABLE a (b int);")],
    danger: Danger::Exempt("a trace does not drop the database it runs in"),
    ..rule("drop-database", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    match &seen.action.verb {
        Verb::Other(_, property) if property.destroys => {
            seen.hit("everything in it is lost", "drop what is meant by name, and a database only by hand")
        }
        _ => Vec::new(),
    }
}
