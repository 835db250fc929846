//! BEGIN and COMMIT where there is a transaction already.

use model::Category;

use super::words::{Check, Danger, Example, Rule, rule};

pub(crate) static RULE: Rule = Rule {
    title: "`BEGIN` inside a transaction, or `COMMIT` of one that the runner opened",
    why: "PostgreSQL has no nested transactions: the inner BEGIN does nothing, and the inner COMMIT ends the runner's own \
          transaction, so that the rest of the file, and the record that it ran, are no longer one with it.",
    instead: "Leave both to the runner, or tell it not to open one; within a transaction use SAVEPOINT:\n\n```sql\n\
              SAVEPOINT before_try;\n```",
    bad: &[
        Example::new("BEGIN;\nBEGIN;\nCOMMIT;"),
        Example::new("ALTER TABLE a ADD b int;--> statement-breakpoint\nCOMMIT;"),
    ],
    good: &[Example::new("BEGIN;\nALTER TABLE a ADD b int;\nCOMMIT;"), Example::new("ALTER TABLE a ADD b int;")],
    danger: Danger::Exempt("a second BEGIN is a warning; what it does to the runner depends on the runner"),
    ..rule("nested-transaction", Category::Risky, Check::Run)
};
