//! A table stored anew.

use facts::Form;
use model::Category;

use super::words::{Check, Danger, Example, Hits, Rule, altered_busy, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`SET LOGGED`, `SET UNLOGGED`, `SET TABLESPACE`, `SET ACCESS METHOD` on a table that may hold rows",
    why: "The whole table is written anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. An UNLOGGED table is \
          empty after a crash, and is not on any replica.",
    instead: "Create the table as it is wanted, copy the rows over in batches with a trigger for new ones, and swap the two; \
              `pg_repack` moves a table to another tablespace that way.",
    bad: &[
        Example::after("CREATE UNLOGGED TABLE funds (id int);", "ALTER TABLE funds SET LOGGED;"),
        Example::new("ALTER TABLE sessions SET UNLOGGED;"),
        Example::new("ALTER TABLE funds SET TABLESPACE fast;"),
    ],
    good: &[
        Example::new("CREATE UNLOGGED TABLE scratch (id int);"),
        Example::new("CREATE TABLE funds (id int); ALTER TABLE funds SET UNLOGGED;"),
        Example::new("ALTER TABLE funds SET (fillfactor = 80);"),
    ],
    danger: Danger::Rewrites,
    ..rule("table-rewrite", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let forms = [Form::SetLogged, Form::SetUnlogged, Form::SetTablespace, Form::SetAccessMethod];
    let rewrites = forms.into_iter().any(|form| seen.has_form(form));
    let Some((_, table)) = altered_busy(seen).filter(|_| rewrites) else { return Vec::new() };
    let text = format!("all of {table} is written anew under ACCESS EXCLUSIVE: reads and writes wait");
    seen.hit(text, "fill a new table that is stored as wanted, in batches, and swap the two")
}
