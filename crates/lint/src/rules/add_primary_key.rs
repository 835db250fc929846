//! A key whose index is built while others wait.

use facts::Form;
use model::{Category, LockMode, Sql, sql};
use parse::{AlterChange, Demand};

use super::words::{Check, Danger, Example, Hit, Hits, Rule, altered_busy, constraint_name, instead, lines, may_split, outside, rule};
use crate::rule::Seen;

pub(crate) static RULE: Rule = Rule {
    title: "`ADD PRIMARY KEY` that builds its index or reads the table, on a table that may hold rows",
    why: "The index behind the constraint is built while ACCESS EXCLUSIVE is held: reads and writes wait until it is done. \
          CREATE INDEX CONCURRENTLY blocks nobody, and making the constraint from it takes a moment.",
    instead: "Build the index first, outside a transaction:\n\n```sql\n\
              CREATE UNIQUE INDEX CONCURRENTLY funds_pkey ON funds (code);\n\
              ALTER TABLE funds ADD CONSTRAINT funds_pkey PRIMARY KEY USING INDEX funds_pkey;\n```",
    bad: &[
        Example::new("ALTER TABLE tags ADD CONSTRAINT tags_pkey PRIMARY KEY (code);"),
        Example::new("ALTER TABLE tags ADD PRIMARY KEY (code);"),
        Example::after(
            "CREATE TABLE funds (code text); CREATE UNIQUE INDEX i ON funds (code);",
            "ALTER TABLE funds ADD PRIMARY KEY USING INDEX i;",
        ),
    ],
    good: &[
        Example::after(
            "CREATE TABLE funds (code text NOT NULL);",
            "CREATE UNIQUE INDEX CONCURRENTLY i ON funds (code);\nALTER TABLE funds ADD CONSTRAINT i PRIMARY KEY USING INDEX i;",
        ),
        Example::new("CREATE TABLE funds (code text); ALTER TABLE funds ADD PRIMARY KEY (code);"),
    ],
    danger: Danger::Works(LockMode::AccessExclusiveLock),
    ..rule("add-primary-key", Category::Risky, Check::Action(check))
};

fn check(seen: &Seen<'_>) -> Hits {
    let forms = [Form::AddPrimaryKey, Form::AddPrimaryKeyNullable, Form::AddPrimaryKeyUsingIndexNullable];
    let Some((it, table)) = altered_busy(seen).filter(|_| forms.into_iter().any(|form| seen.has_form(form))) else { return Vec::new() };
    let AlterChange::AddConstraint(constraint) = &it.change else { return Vec::new() };
    let Demand::PrimaryKey { columns, using_index } = &constraint.demand else { return Vec::new() };
    if using_index.is_some() {
        let text = format!("a column of the key may be null so far, so all rows of {table} are read under ACCESS EXCLUSIVE");
        return seen.hit(text, "make the columns NOT NULL first, proved by a validated CHECK (column IS NOT NULL)");
    }
    let names: Vec<_> = columns.iter().collect();
    let label = "pkey";
    let name = constraint_name(constraint.name.as_ref(), table, &[], label);
    let steps = [
        sql!("CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({})", name, table, Sql::join(names.iter().copied(), ", ")),
        sql!("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY USING INDEX {}", table, name, name),
    ];
    let help = format!("build the index concurrently and make the constraint from it{}:\n{}", outside(seen), lines(&steps));
    let text = format!("an index is built on {table} under ACCESS EXCLUSIVE: reads and writes wait");
    let partitioned = seen.relation(table).is_some_and(|it| it.is_partitioned());
    let fix = if may_split(seen) && !constraint.deferrable && !partitioned { instead(seen, &steps) } else { Vec::new() };
    vec![Hit::new(seen.action.span, text, help).fixed_by(fix)]
}
