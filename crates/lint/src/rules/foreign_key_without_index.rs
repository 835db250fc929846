//! A foreign key that every delete of the parent has to scan for.

use model::{Category, Ident, LockMode, Sql, sql};
use parse::{AlterChange, Demand};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, Unless, altered_busy, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "A foreign key on columns that no index begins with",
    why: "Each delete of a referenced row, and each change of its key, looks for referencing rows: without an index that is a \
          scan of the whole table, once for every row deleted.",
    instead: "Build the index, before the foreign key or after it:\n\n```sql\n\
              CREATE INDEX CONCURRENTLY investments_fund_id_idx ON investments (fund_id);\n```",
    bad: &[Example::after(
        "CREATE TABLE funds (id bigint PRIMARY KEY); CREATE TABLE investments (fund_id bigint);",
        "ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;",
    )],
    good: &[
        Example::after(
            "CREATE TABLE funds (id bigint PRIMARY KEY); CREATE TABLE investments (fund_id bigint); CREATE INDEX i ON investments (fund_id);",
            "ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;",
        ),
        Example::after(
            "CREATE TABLE funds (id bigint PRIMARY KEY); CREATE TABLE investments (fund_id bigint);",
            "ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;\n\
             CREATE INDEX CONCURRENTLY i ON investments (fund_id);",
        ),
        Example::new("ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds (id) NOT VALID;"),
    ],
    danger: Danger::Afterwards("DELETE FROM funds WHERE id = 60", &Danger::Works(LockMode::RowShareLock)),
    ..rule("foreign-key-without-index", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let Some((it, table)) = altered_busy(seen) else { return Vec::new() };
    let demands: Vec<&Demand> = match &it.change {
        AlterChange::AddConstraint(constraint) => vec![&constraint.demand],
        AlterChange::AddColumn { column, .. } => column.constraints.iter().map(|it| &it.demand).collect(),
        _ => return Vec::new(),
    };
    // Of a table that is not known whole it cannot be said that it lacks an index.
    let new_column = matches!(it.change, AlterChange::AddColumn { .. });
    let whole = seen.relation(table).is_some_and(|it| it.whole);
    let keys = demands.into_iter().filter_map(|demand| match demand {
        Demand::ForeignKey(key) if whole || new_column => Some(&key.columns),
        _ => None,
    });
    keys.map(|columns| {
        let names: Vec<&Ident> = columns.iter().collect();
        let index = crate::state::chosen_name(&table.name, &names, "idx");
        let create = sql!("CREATE INDEX CONCURRENTLY {} ON {} ({})", index, table, Sql::join(names, ", "));
        let text = format!("no index of {table} begins with the foreign key: each delete of a referenced row scans it");
        Hit::new(seen.action.span, text, format!("build one:\n{create};"))
            .unless(Unless::Indexed(table.clone(), columns.clone()))
    })
    .collect()
}
