//! Keys that do not fit what they point at.

use parse::{AlterChange, Demand, Verb};

use super::words::{Check, Example, Hits, Rule, advice};
use crate::rule::Seen;
use crate::state::Known;

pub(crate) static RULE: Rule = Rule {
    title: "A foreign key of another type than the key it points at",
    why: "Where it is narrower, INSERTs fail as soon as the key has grown past it; where it is of another type, each check and \
          join converts, and may not use an index.",
    instead: "Give the column the type of the key:\n\n```sql\nALTER TABLE investments ADD COLUMN fund_id bigint;\n```",
    bad: &[Example::after(
        "CREATE TABLE funds (id bigint PRIMARY KEY); CREATE TABLE investments (fund_id integer);",
        "ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;",
    )],
    good: &[Example::after(
        "CREATE TABLE funds (id bigint PRIMARY KEY); CREATE TABLE investments (fund_id bigint);",
        "ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;",
    )],
    ..advice("foreign-key-type", Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Alter(it) = &seen.action.verb else { return Vec::new() };
    let AlterChange::AddConstraint(constraint) = &it.change else { return Vec::new() };
    let Demand::ForeignKey(key) = &constraint.demand else { return Vec::new() };
    let (table, target) = (seen.catalog.resolve(&it.relation), seen.catalog.resolve(&key.references));
    let type_of = |name, column| match seen.relation(name).map(|it| it.column(column)) {
        Some(Known::Yes(column)) => Some(column.type_name.0.as_str()),
        _ => None,
    };
    let different = key.columns.iter().zip(&key.referenced_columns).find_map(|(own, other)| {
        let (a, b) = (type_of(&table, own)?, type_of(&target, other)?);
        let known = |text: &str| !text.is_empty() && text != "unknown";
        (a != b && known(a) && known(b)).then(|| format!("{own} is {a}, and {target}.{other} is {b}"))
    });
    different.map_or_else(Vec::new, |text| seen.hit(text, "give the column the type of the key"))
}
