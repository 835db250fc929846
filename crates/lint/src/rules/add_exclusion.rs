//! An exclusion constraint.

use facts::Form;
use model::{Category, LockMode};

use super::words::{Check, Danger, Example, Hits, Rule, altered_busy, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD CONSTRAINT … EXCLUDE` on a table that may hold rows",
    why: "Its index is built and every pair of rows proved while ACCESS EXCLUSIVE is held: reads and writes wait. There is \
          no NOT VALID and no USING INDEX for it.",
    instead: "Create a new table with the constraint, copy the rows over in batches with a trigger for new ones, and swap \
              the two; or accept the wait at a quiet hour, with `lock_timeout` set.",
    bad: &[Example::new("ALTER TABLE bookings ADD CONSTRAINT b EXCLUDE USING gist (room WITH =, during WITH &&);")],
    good: &[Example::new("CREATE TABLE bookings (room int, during tsrange, EXCLUDE USING gist (during WITH &&));")],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("add-exclusion", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((_, table)) = altered_busy(seen).filter(|_| seen.has_form(Form::AddExclusion)) else { return Vec::new() };
    let text = format!("an index is built on {table}, and its rows compared, under ACCESS EXCLUSIVE");
    seen.hit(text, "PostgreSQL has no way to do it without the wait: fill a new table that has it, and swap the two")
}
