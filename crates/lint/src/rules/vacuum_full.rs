//! Tables packed while nobody may use them.

use facts::Form;
use model::Category;
use parse::{MaintainTarget, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`VACUUM FULL` and `CLUSTER`",
    why: "The table is written anew with all its indexes under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.",
    instead: "Plain VACUUM frees the room for new rows without blocking anybody; `pg_repack` or `pg_squeeze` give it back to \
              the disk while the table is in use:\n\n```sql\nVACUUM (ANALYZE) funds;\n```",
    bad: &[Example::new("VACUUM FULL funds;"), Example::new("CLUSTER funds USING funds_pkey;"), Example::new("VACUUM (FULL);")],
    good: &[Example::new("VACUUM ANALYZE funds;"), Example::new("CREATE TABLE funds (a int); VACUUM FULL funds;")],
    danger: Danger::Rewrites,
    ..rule("vacuum-full", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Maintain(it) = &seen.action.verb else { return Vec::new() };
    if !seen.has_form(Form::VacuumFull) && !seen.has_form(Form::Cluster) && it.task != parse::Task::Repack {
        return Vec::new();
    }
    let what = match &it.target {
        MaintainTarget::Relations(tables) => match tables.iter().find_map(|table| seen.busy(table)) {
            Some(table) => table.to_string(),
            None => return Vec::new(),
        },
        _ => "every table".to_owned(),
    };
    let text = format!("{what} is written anew under ACCESS EXCLUSIVE: reads and writes wait");
    seen.hit(text, "use plain VACUUM, or pg_repack where the room has to go back to the disk")
}
