//! A domain's constraint proved on every table that uses it.

use facts::Form;
use model::{Category, LockMode};
use parse::{TypeChange, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;
use crate::state::Link;

pub(crate) static RULE: Rule = Rule {
    title: "`ALTER DOMAIN` that adds or proves a constraint",
    why: "Every table with a column of the domain is read, all of them under SHARE: writes to all of them wait until the last \
          one is done. VALIDATE takes the same locks.",
    instead: "Put the CHECK on the tables themselves, NOT VALID first and validated one by one:\n\n```sql\n\
              ALTER TABLE funds ADD CONSTRAINT funds_share_check CHECK (share >= 0) NOT VALID;\n\
              ALTER TABLE funds VALIDATE CONSTRAINT funds_share_check;\n```",
    bad: &[
        Example::new("ALTER DOMAIN share ADD CONSTRAINT c CHECK (VALUE >= 0);"),
        Example::after("CREATE DOMAIN share AS int; CREATE TABLE a (b share NOT NULL);", "ALTER DOMAIN share SET NOT NULL;"),
    ],
    good: &[
        Example::new("ALTER DOMAIN share ADD CONSTRAINT c CHECK (VALUE >= 0) NOT VALID;"),
        Example::new("CREATE DOMAIN share AS int; ALTER DOMAIN share SET NOT NULL;"),
    ],
    danger: Danger::Works(LockMode::ShareLock),
    ..rule("alter-domain-constraint", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let scans = [Form::DomainAddCheck, Form::DomainSetNotNull, Form::DomainValidate];
    let Verb::AlterType(it) = &seen.action.verb else { return Vec::new() };
    if !scans.into_iter().any(|form| seen.has_form(form)) || matches!(it.change, TypeChange::SetOwner) {
        return Vec::new();
    }
    let name = seen.catalog.resolve_type(&it.name);
    let users: Vec<String> = seen
        .catalog
        .pointing_at(Link::Uses, &name)
        .filter(|table| seen.is_used(table))
        .map(ToString::to_string)
        .collect();
    let known = seen.catalog.type_state(&name).is_some_and(|it| it.fresh) || seen.catalog.complete;
    if users.is_empty() && known {
        return Vec::new();
    }
    let tables = if users.is_empty() { "every table with a column of it".to_owned() } else { users.join(", ") };
    let text = format!("{tables}: all rows are read while writes wait");
    seen.hit(text, "put a CHECK on each table instead, NOT VALID first, and validate them one by one")
}
