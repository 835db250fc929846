//! What cannot be known from the text.

use model::Category;
use parse::Verb;

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A statement whose effect cannot be known from its text",
    why: "A DO block that executes a string put together at run time, a procedure, a block in another language: what it locks and \
          changes is not in the file.",
    instead: "Write the statements out, or trace the file on a throwaway server: `lockkeeper trace FILE --schema SOURCE`.",
    bad: &[
        Example::new("DO $$ DECLARE t text; BEGIN EXECUTE format('DROP TABLE %I', t); END $$;"),
        Example::new("CALL migrate_everything();"),
    ],
    good: &[
        Example::new("DO $$ BEGIN EXECUTE 'SELECT 1'; END $$;"),
        Example::new("DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type) THEN CREATE TYPE m AS ENUM ('a'); END IF; END $$;"),
    ],
    danger: Danger::Exempt("nobody knows what it does"),
    ..rule("unknown-effect", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    match &seen.action.verb {
        Verb::Unknown(text) => seen.hit(text.clone(), "write the statements out, or see what it does with `lockkeeper trace`"),
        _ => Vec::new(),
    }
}
