//! A type that does not hold every value.

use model::Category;
use parse::AlterChange;

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::convert;
use crate::rule::Seen;
use crate::state::Known;

pub(crate) static RULE: Rule = Rule {
    title: "`ALTER COLUMN … TYPE` to a type that does not hold every value of the old one",
    why: "Values that are too long or too large make the statement fail; digits behind the point, the time of a timestamp, \
          or what a USING leaves out are gone without a word.",
    instead: "Look for values that would not survive, and decide about them first:\n\n```sql\n\
              SELECT count(*) FROM funds WHERE length(name) > 20;\n```",
    bad: &[
        Example::after("CREATE TABLE funds (name varchar(200));", "ALTER TABLE funds ALTER COLUMN name TYPE varchar(2);"),
        Example::after("CREATE TABLE funds (n numeric(15,4));", "ALTER TABLE funds ALTER COLUMN n TYPE numeric(15,0);"),
        Example::after("CREATE TABLE funds (at timestamptz);", "ALTER TABLE funds ALTER COLUMN at TYPE date;"),
        Example::after("CREATE TABLE funds (id bigint); INSERT INTO funds VALUES (3000000000);", "ALTER TABLE funds ALTER COLUMN id TYPE integer;"),
        Example::after("CREATE TABLE funds (a text);", "ALTER TABLE funds ALTER COLUMN a TYPE integer USING length(a);"),
    ],
    good: &[
        Example::after("CREATE TABLE funds (id integer);", "ALTER TABLE funds ALTER COLUMN id TYPE bigint;"),
        Example::after("CREATE TABLE funds (name varchar(10));", "ALTER TABLE funds ALTER COLUMN name TYPE text;"),
        Example::new("CREATE TABLE funds (name text); ALTER TABLE funds ALTER COLUMN name TYPE varchar(2);"),
    ],
    danger: Danger::LosesOrFails,
    ..rule("alter-column-type-narrows", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::AlterType { column, type_reference, using, .. } = &it.change else { return Vec::new() };
    let Some(Known::Yes(known)) = seen.relation(table).map(|it| it.column(column)) else { return Vec::new() };
    let to = type_reference.type_name(|name| seen.catalog.resolve_type(name));
    let context = facts::ConversionContext {
        using: convert::using(using.as_ref(), column, &to),
        indexed: false,
        utc: true,
    };
    if !convert::converted(&known.type_name, &to, context, seen.catalog).narrows {
        return Vec::new();
    }
    let text = format!(
        "{} does not hold every value of {}: values of {table}.{column} may be cut, or make the statement fail",
        to.0, known.type_name.0
    );
    seen.hit(text, format!("count the values that would not come back first: SELECT count(*) FROM {table} WHERE …"))
}
