//! A namespace with all that is in it.

use model::Category;
use parse::{DropKind, Verb};

use super::words::{Check, Danger, Example, Hits, Rule, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`DROP SCHEMA … CASCADE`",
    why: "Every table in it is lost with its rows, under ACCESS EXCLUSIVE on all of them and on every table that their \
          foreign keys reference.",
    instead: "Drop the tables by name, so that a reviewer sees which, and then the schema without CASCADE:\n\n```sql\n\
              DROP SCHEMA legacy;\n```",
    bad: &[Example::new("DROP SCHEMA legacy CASCADE;")],
    good: &[Example::new("DROP SCHEMA legacy;"), Example::new("CREATE SCHEMA s; CREATE TABLE s.a (b int); DROP SCHEMA s CASCADE;")],
    danger: Danger::Loses,
    ..rule("drop-schema", Category::Dangerous, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Verb::Drop(it) = &seen.action.verb else { return Vec::new() };
    if it.kind != DropKind::Schema || !it.cascade {
        return Vec::new();
    }
    let tables = seen.catalog.relations_in(&it.name.name).filter(|(_, it)| it.is_table());
    let (mut names, mut new) = (Vec::new(), 0);
    for (name, relation) in tables {
        if relation.fresh {
            new += 1;
        } else {
            names.push(name.to_string());
        }
    }
    if names.is_empty() && (new > 0 || seen.catalog.complete) {
        return Vec::new();
    }
    let which = if names.is_empty() { "all tables in it".to_owned() } else { names.join(", ") };
    let text = format!("with the schema {} the rows of {which} are lost", it.name.name);
    seen.hit(text, "drop its tables by name first, and the schema without CASCADE")
}
