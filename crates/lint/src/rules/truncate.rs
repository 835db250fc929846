//! Tables emptied.

use model::Category;
use parse::Verb;

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::effect::cascade;
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`TRUNCATE` of a table that may hold rows",
    why: "All rows are gone, under ACCESS EXCLUSIVE, and with CASCADE the rows of every table that references it, and of those \
          that reference those. Triggers for DELETE do not run.",
    instead: "Delete what is meant, in batches, with a condition:\n\n```sql\n\
              DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < now() LIMIT 1000);\n```",
    bad: &[
        Example::new("TRUNCATE sessions;"),
        Example::after(
            "CREATE TABLE funds (id int PRIMARY KEY); CREATE TABLE investments (fund_id int REFERENCES funds);",
            "TRUNCATE funds CASCADE;",
        ),
    ],
    good: &[
        Example::new("CREATE TABLE sessions (id int); TRUNCATE sessions;"),
        Example::new("DELETE FROM sessions WHERE id = 1;"),
    ],
    danger: Danger::Loses,
    ..rule("truncate", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Truncate(it) = &seen.action.verb else { return Vec::new() };
    let tables: Vec<_> = it.tables.iter().filter_map(|table| seen.used(table)).collect();
    if tables.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<String> = tables.iter().map(ToString::to_string).collect();
    let mut more = "";
    if it.cascade {
        names.extend(tables.iter().flat_map(|table| cascade(table, seen.catalog)).map(|name| name.to_string()));
        let whole = tables.iter().all(|table| seen.relation(table).is_some_and(|it| it.whole));
        more = if whole { "" } else { ", and of every table that references them," };
    }
    names.dedup();
    let text = format!("all rows of {}{more} are lost", names.join(", "));
    seen.hit(text, "delete what is meant, in batches and with a condition")
}
