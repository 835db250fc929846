//! An index built while writes wait.

use facts::Form;
use model::{Category, LockMode};
use parse::Verb;

use super::words::{Check, Danger, Example, Hit, Hits, Rule, concurrently_after, outside, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`CREATE INDEX` without CONCURRENTLY on a table that may hold rows",
    why: "The table is read and the index built under SHARE: every INSERT, UPDATE and DELETE waits until it is done, minutes \
          on a large table.",
    instead: "Build it concurrently, outside a transaction. If that fails it leaves an invalid index: drop it and try again.\n\n\
              ```sql\nCREATE INDEX CONCURRENTLY funds_name_idx ON funds (name);\n```\n\n\
              On a partitioned table: `CREATE INDEX … ON ONLY parent`, then CONCURRENTLY on each partition, then `ALTER INDEX … ATTACH \
              PARTITION`.",
    bad: &[
        Example::new("CREATE INDEX funds_code_idx ON funds (code);"),
        Example::new("CREATE UNIQUE INDEX ON funds (name);"),
        Example::new("CREATE TABLE drafts (b int);\nCREATE INDEX ON funds (name);"),
    ],
    good: &[
        Example::new("CREATE INDEX CONCURRENTLY funds_name_idx ON funds (name);"),
        Example::new("CREATE TABLE funds (name text); CREATE INDEX ON funds (name);"),
    ],
    danger: Danger::Works(LockMode::ShareLock),
    ..rule("create-index", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::CreateIndex(it) = &seen.action.verb else { return Vec::new() };
    let Some(table) = seen.busy(&it.table).filter(|_| seen.has_form(Form::CreateIndex)) else { return Vec::new() };
    let partitioned = seen.relation(&table).is_some_and(|it| it.is_partitioned());
    let text = format!("writes to {table} wait while the index is built");
    if partitioned {
        let help = "create it with ON ONLY, build it CONCURRENTLY on each partition, then attach each index to it";
        return seen.hit(text, help);
    }
    let help = format!("build it with CREATE INDEX CONCURRENTLY{}", outside(seen));
    vec![Hit::new(seen.action.span, text, help).fixed_by(concurrently_after(seen, "index"))]
}
