//! What goes along.

use model::{Category, LockMode, Name};
use parse::{AlterChange, DropKind, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;
use crate::state::{Known, Link};

pub(crate) static RULE: Rule = Rule {
    title: "`DROP … CASCADE`",
    why: "Whatever depends on the object goes with it: foreign keys of other tables, views, defaults, columns. The statement \
          does not say what, and it is different in every database.",
    instead: "Drop what depends on it by name, each in its own statement, so that a reviewer sees it:\n\n```sql\n\
              ALTER TABLE investments DROP CONSTRAINT investments_fund_id_fkey;\nDROP TABLE funds;\n```",
    bad: &[
        Example::after(
            "CREATE TABLE funds (id int PRIMARY KEY); CREATE TABLE investments (fund_id int REFERENCES funds);",
            "DROP TABLE funds CASCADE;",
        ),
        Example::new("DROP TYPE mood CASCADE;"),
        Example::new("ALTER TABLE funds DROP COLUMN id CASCADE;"),
    ],
    good: &[
        Example::new("DROP TYPE mood;"),
        Example::new("CREATE TABLE a (b int); DROP TABLE a CASCADE;"),
        Example::after("CREATE TABLE lonely (id int);", "DROP TABLE lonely CASCADE;"),
    ],
    danger: Danger::Reaches(LockMode::AccessExclusiveLock),
    ..rule("drop-cascade", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let (what, dependents, known) = match &seen.action.verb {
        Verb::Drop(it) if it.cascade => match dependents(seen, it) {
            Some(found) => found,
            None => return Vec::new(),
        },
        Verb::Alter(it) => match &it.change {
            AlterChange::DropColumn { column, cascade: true, .. } => {
                let Some(table) = seen.used(&it.relation) else { return Vec::new() };
                let mut found: Vec<Name> = seen.catalog.referencing_keys(&table, column).cloned().collect();
                found.extend(seen.catalog.reader_of(&table, column));
                let known = seen.relation(&table).is_some_and(|it| it.column(column) != Known::Unknown);
                (format!("{table}.{column}"), found, known)
            }
            AlterChange::DropConstraint { name, cascade: true, .. } => {
                let Some(table) = seen.used(&it.relation) else { return Vec::new() };
                match seen.relation(&table).map(|it| it.constraint(name)) {
                    Some(Known::Yes(key)) => (format!("{name} of {table}"), seen.catalog.keys_needing(&table, key), true),
                    _ => (format!("{name} of {table}"), Vec::new(), false),
                }
            }
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    if dependents.is_empty() && known {
        return Vec::new();
    }
    let names: Vec<String> = dependents.iter().map(ToString::to_string).collect();
    let text = match names.is_empty() {
        true => format!("whatever depends on {what} goes with it, and what that is, is not known here"),
        false => format!("with {what} goes what depends on it in {}", names.join(", ")),
    };
    seen.hit(text, "drop what depends on it by name first, and leave CASCADE out")
}

/// The object, what depends on it, and whether that is all; none for one that nobody uses.
fn dependents(seen: &Seen<'_>, it: &parse::Drop) -> Option<(String, Vec<Name>, bool)> {
    match it.kind {
        DropKind::Type | DropKind::Domain => {
            let name = seen.catalog.resolve_type(&it.name);
            let users = seen.catalog.pointing_at(Link::Uses, &name).cloned().collect();
            let fresh = seen.catalog.type_state(&name).is_some_and(|it| it.fresh);
            (!fresh).then(|| (name.to_string(), users, seen.catalog.complete))
        }
        DropKind::Table | DropKind::View | DropKind::MaterializedView | DropKind::Sequence | DropKind::ForeignTable => {
            let name = seen.used(&it.name)?;
            let whole = seen.relation(&name).is_some_and(|it| it.whole);
            Some((name.to_string(), seen.catalog.dependents(&name), whole))
        }
        DropKind::Schema | DropKind::Index => None,
        _ => Some((it.name.to_string(), Vec::new(), false)),
    }
}
