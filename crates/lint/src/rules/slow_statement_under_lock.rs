//! Work done while others wait for an earlier statement's lock.

use model::{Category, Operation};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, Whole, rule};

pub(crate) static RULE: Rule = Rule {
    title: "A slow statement after one that took a strong lock, in the same transaction",
    why: "Locks are held to the end of the transaction. While this statement reads, writes or indexes a table, everybody waits \
          for the lock an earlier statement took, even if that one was over in a moment.",
    instead: "End the transaction after the statement that takes the lock, or put the slow one into a migration of its own:\n\n\
              ```sql\nALTER TABLE funds ADD COLUMN slug text;\n-- COMMIT, or the next migration\n\
              UPDATE funds SET slug = lower(name) WHERE slug IS NULL AND id BETWEEN 1 AND 10000;\n```",
    bad: &[
        Example::new("BEGIN;\nALTER TABLE funds ADD COLUMN title text;\nUPDATE funds SET title = lower(name);\nCOMMIT;"),
        Example::new("BEGIN;\nALTER TABLE funds ADD COLUMN title text;\nCREATE INDEX ON investments (fund_id);\nCOMMIT;"),
    ],
    good: &[
        Example::new("BEGIN;\nALTER TABLE funds ADD COLUMN slug text;\nALTER TABLE funds ADD COLUMN stage text;\nCOMMIT;"),
        Example::new("ALTER TABLE funds ADD COLUMN slug text;\nCREATE INDEX ON investments (fund_id);"),
        Example::new("BEGIN;\nCREATE TABLE a (b int);\nINSERT INTO a SELECT 1;\nCREATE INDEX ON a (b);\nCOMMIT;"),
    ],
    danger: Danger::WorksWhileHeld,
    ..rule("slow-statement-under-lock", Category::Risky, Check::Statement(check))
};

fn check(whole: &Whole<'_>) -> Hits {
    let Some((locked, mode, place)) = whole.transaction.and_then(|it| it.blocking()) else { return Vec::new() };
    let Some(table) = whole.works_long_on() else { return Vec::new() };
    // A rule of its own says more of this one.
    let validates = whole.statement.operations().contains(&Operation::ValidateConstraint);
    if validates && table == locked {
        return Vec::new();
    }
    let who = if mode.blocks_reads() { "reads and writes" } else { "writes" };
    let text = format!("{who} of {locked} wait since {place}, and go on waiting while this works on all of {table}");
    let help = "end the transaction before it, or put it into a migration of its own";
    vec![Hit::new(whole.statement.span, text, help)]
}
