//! A column of a domain that has something to check.

use facts::Form;
use model::Category;

use super::words::{Check, Danger, Example, Hits, Rule, added, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD COLUMN` of a domain with a CHECK or NOT NULL to a table that may hold rows",
    why: "PostgreSQL rewrites the table to check the domain's constraints on every row, under ACCESS EXCLUSIVE, even \
          where the column is nullable or has a constant default.",
    instead: "Use the type underneath with a CHECK of its own, added NOT VALID and validated afterwards:\n\n```sql\n\
              ALTER TABLE funds ADD COLUMN share numeric;\nALTER TABLE funds ADD CONSTRAINT funds_share_check CHECK (share >= 0) NOT VALID;\n\
              ALTER TABLE funds VALIDATE CONSTRAINT funds_share_check;\n```",
    bad: &[Example::after("CREATE DOMAIN share AS numeric CHECK (VALUE >= 0); CREATE TABLE funds (id int);", "ALTER TABLE funds ADD COLUMN gp share;")],
    good: &[
        Example::after("CREATE DOMAIN label AS text;", "ALTER TABLE funds ADD COLUMN gp label;"),
        Example::after("CREATE DOMAIN share AS numeric CHECK (VALUE >= 0); CREATE TABLE funds (id int);", "CREATE TABLE a (gp share);"),
    ],
    danger: Danger::Rewrites,
    ..rule("add-column-constrained-domain", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let checked = seen.has_form(Form::AddColumnDomainConstrained) || seen.has_form(Form::AddColumnDomainConstrainedDefault);
    let Some((_, table)) = added(seen).filter(|_| checked) else { return Vec::new() };
    let text = format!("the domain's constraints are checked on every row: {table} is rewritten under ACCESS EXCLUSIVE");
    seen.hit(text, "use the type underneath, with a CHECK added NOT VALID and validated afterwards")
}
