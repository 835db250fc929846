//! What is not SQL.

use model::Category;

use super::words::{Check, Danger, Example, Rule, rule};

pub(crate) static RULE: Rule = Rule {
    title: "A statement that is not SQL",
    why: "PostgreSQL refuses it, and a runner without a transaction leaves what came before it in place.",
    instead: "Correct the statement at the place named. Where a tool fills in placeholders first, lint what it makes of them.",
    bad: &[Example::new("ALTER TABEL funds ADD COLUMN a int;"), Example::new("SELECT 'open;")],
    good: &[Example::new("ALTER TABLE funds ADD COLUMN a int;")],
    danger: Danger::Fails,
    ..rule("syntax-error", Category::Dangerous, Check::Run)
};
