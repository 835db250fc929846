//! Values that are gone.

use model::Category;
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::rule::Seen;
use crate::state::Known;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP COLUMN` on a table that may hold rows",
    why: "The values are gone, and nothing brings them back but a backup. Code that still names the column, and ORMs that \
          list all columns, fail at once.",
    instead: "First deploy code that no longer uses it. Then keep the values out of the way until nobody misses them:\n\n\
              ```sql\nALTER TABLE funds ALTER COLUMN legacy DROP NOT NULL;\n-- a release later, with the values archived:\n\
              ALTER TABLE funds DROP COLUMN legacy;\n```",
    bad: &[
        Example::new("ALTER TABLE funds DROP COLUMN legacy;"),
        Example::new("ALTER TABLE funds DROP COLUMN IF EXISTS legacy;"),
        Example::new("DO $$ BEGIN EXECUTE 'ALTER TABLE funds DROP COLUMN legacy'; END $$;"),
    ],
    good: &[
        Example::new("CREATE TABLE funds (id int, legacy int); ALTER TABLE funds DROP COLUMN legacy;"),
        Example::after("CREATE TABLE funds (id int);", "ALTER TABLE funds DROP COLUMN IF EXISTS legacy;"),
        Example::new("ALTER TABLE funds ADD COLUMN a int;\nALTER TABLE funds DROP CONSTRAINT funds_check;"),
    ],
    danger: Danger::Loses,
    ..rule("drop-column", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::DropColumn { column, .. } = &it.change else { return Vec::new() };
    if seen.relation(table).is_some_and(|it| it.column(column) == Known::No) {
        return Vec::new();
    }
    let text = format!("the values of {table}.{column} are lost, and code that names it fails");
    seen.hit(text, "deploy code that no longer uses it first, and archive the values before the column goes")
}
