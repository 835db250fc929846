//! A transaction that never ends.

use model::Category;

use super::words::{Check, Danger, Example, Rule, rule};

pub(crate) static RULE: Rule = Rule {
    title: "`BEGIN` without `COMMIT`",
    why: "Run by itself, the file ends with its session and everything in it is rolled back; run before other files, its locks are \
          held while they run.",
    instead: "End the transaction in the file that begins it:\n\n```sql\nCOMMIT;\n```",
    bad: &[Example::new("BEGIN;\nALTER TABLE a ADD b int;")],
    good: &[Example::new("BEGIN;\nALTER TABLE a ADD b int;\nCOMMIT;"), Example::new("BEGIN;\nALTER TABLE a ADD b int;\nROLLBACK;")],
    danger: Danger::Exempt("a trace rolls back what a file leaves open, and so does psql"),
    ..rule("uncommitted-transaction", Category::Risky, Check::Run)
};
