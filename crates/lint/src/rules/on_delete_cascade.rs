//! A foreign key that deletes.

use model::{Category, ForeignKeyAction, LockMode};
use parse::{AlterChange, Demand};

use super::words::{Check, Danger, Example, Hits, Rule, altered, rule};
use crate::effect::cascade;
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ON DELETE CASCADE` added to a table that holds rows",
    why: "From then on, one DELETE in the referenced table takes rows here, and in every table that cascades from here, \
          without a word about them in the statement.",
    instead: "Keep the default (NO ACTION), and let the code delete what it means to delete:\n\n```sql\n\
              ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;\n```",
    bad: &[Example::new(
        "ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) ON DELETE CASCADE NOT VALID;",
    )],
    good: &[
        Example::new("ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;"),
        Example::new("CREATE TABLE investments (fund_id bigint REFERENCES funds (id) ON DELETE CASCADE);"),
    ],
    danger: Danger::Afterwards("DELETE FROM funds WHERE id = 1", &Danger::Reaches(LockMode::RowExclusiveLock)),
    ..rule("on-delete-cascade", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered(seen) else { return Vec::new() };
    let AlterChange::AddConstraint(constraint) = &it.change else { return Vec::new() };
    let Demand::ForeignKey(key) = &constraint.demand else { return Vec::new() };
    if key.on_delete != ForeignKeyAction::Cascade {
        return Vec::new();
    }
    let target = seen.catalog.resolve(&key.references);
    let further = cascade(table, seen.catalog);
    let names: Vec<String> = further.iter().map(ToString::to_string).collect();
    let chain = if names.is_empty() { String::new() } else { format!(", and from there on in {}", names.join(", ")) };
    let text = format!("each DELETE in {target} deletes rows of {table}{chain}");
    seen.hit(text, "keep NO ACTION, and let code delete what it means to delete")
}
