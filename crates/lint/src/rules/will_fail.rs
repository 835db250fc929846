//! What is certain to fail.

use model::Category;

use super::words::{Check, Danger, Example, Rule, rule};
use crate::failure::Failure;

pub(crate) static RULE: Rule = Rule {
    title: "A statement that is certain to fail",
    why: "From what earlier statements and the schema say, or from the server's version, the server refuses it: a column that is not \
          there, a name that is taken, a conversion that needs a USING, something that another object depends on.",
    instead: "Correct the statement, or the order of statements; for a version, see `--pg-version`.",
    bad: &[
        Example::after("CREATE TABLE funds (id int);", "ALTER TABLE funds DROP COLUMN name;"),
        Example::new("CREATE TABLE a (b int); CREATE TABLE a (b int);"),
        Example::after("CREATE TABLE funds (name text);", "ALTER TABLE funds ALTER COLUMN name TYPE integer;"),
        Example::after("CREATE TABLE funds (id int); CREATE VIEW v AS SELECT id FROM funds;", "DROP TABLE funds;"),
    ],
    good: &[
        Example::after("CREATE TABLE funds (id int);", "ALTER TABLE funds DROP COLUMN IF EXISTS name;"),
        Example::new("CREATE TABLE a (b int); CREATE TABLE IF NOT EXISTS a (b int);"),
    ],
    danger: Danger::Fails,
    ..rule("will-fail", Category::Dangerous, Check::Run)
};

/// What to do about an error.
pub(crate) fn help(failure: &Failure) -> &'static str {
    match failure.sqlstate {
        "42P01" | "42703" | "42704" | "3F000" => "correct the name, or create it in an earlier statement",
        "42P07" | "42701" | "42710" | "42P06" => "leave it out, or say IF NOT EXISTS where it may be there already",
        "42804" => "say how values convert, with USING",
        "2BP01" => "drop what depends on it first",
        "42601" => "correct it, or write it for the server's version, or set another one with --pg-version",
        _ => "correct the statement",
    }
}
