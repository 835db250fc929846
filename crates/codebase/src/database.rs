//! Uses in the database itself: views, functions, triggers and policies that stay.

use assess::CodeUse;
use model::{Name, ObjectRef, Schema};

use crate::sql::{self, Catalog, Setting};
use crate::{Search, Sought};

/// Each use with the place of what it uses among the sought.
pub(crate) fn uses(search: &Search<'_>, catalog: &Catalog, sought: &[Sought]) -> Vec<(usize, CodeUse)> {
    let mut uses = in_routines(search.to, catalog, sought);
    uses.extend(in_objects(search, sought));
    uses
}

/// The server keeps no record of what the text of a function's body names.
fn in_routines(schema: &Schema, catalog: &Catalog, sought: &[Sought]) -> Vec<(usize, CodeUse)> {
    let mut uses = Vec::new();
    for (identity, routine) in &schema.routines {
        let setting = match triggered(schema, &routine.name) {
            tables if tables.is_empty() => Setting::Statements,
            tables => Setting::Trigger(tables),
        };
        let text = &routine.definition.0;
        for hit in sql::in_text(text, &setting, catalog, sought) {
            let line = text[..hit.offset].matches('\n').count() + 1;
            let shown = text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let file = format!("function {identity}");
            uses.push((hit.sought, CodeUse { file, line, text: shown, in_database: true }));
        }
    }
    uses.dedup();
    uses
}

/// The tables whose triggers call a function.
fn triggered(schema: &Schema, function: &Name) -> Vec<Name> {
    let calls = |table: &model::Table| {
        table.triggers.values().any(|trigger| {
            let name = trigger.function.split('(').next().unwrap_or_default();
            name.parse::<Name>().is_ok_and(|name| name == *function)
        })
    };
    schema.tables.iter().filter(|(_, table)| calls(table)).map(|(name, _)| name.clone()).collect()
}

/// What the server does keep a record of, where the object stays as it is.
fn in_objects(search: &Search<'_>, sought: &[Sought]) -> Vec<(usize, CodeUse)> {
    let mut uses = Vec::new();
    for (at, sought) in sought.iter().enumerate() {
        let target = match &sought.column {
            Some(column) => ObjectRef::Column(sought.table.clone(), column.clone()),
            None => ObjectRef::Table(sought.table.clone()),
        };
        // PostgreSQL renames inside of views and policies by itself.
        if sought.renamed_to.is_some() {
            continue;
        }
        for (object, used) in search.from.uses.iter() {
            if let Some(words) = words(search.to, object).filter(|_| used.contains(&target)) {
                uses.push((at, place(words)));
            }
        }
    }
    uses
}

fn place(file: String) -> CodeUse {
    CodeUse { file, line: 0, text: String::new(), in_database: true }
}

/// What a user of a column is called, where it is there in the wanted schema.
fn words(wanted: &Schema, object: &ObjectRef) -> Option<String> {
    let table = |name: &Name| wanted.table(name);
    match object {
        ObjectRef::View(name) => wanted.views.get(name).map(|_| format!("view {name}")),
        ObjectRef::Policy(on, name) => {
            table(on)?.policies.get(name).map(|_| format!("policy {name} on {on}"))
        }
        ObjectRef::Trigger(on, name) => {
            table(on)?.triggers.get(name).map(|_| format!("trigger {name} on {on}"))
        }
        ObjectRef::Rule(on, name) => table(on)?.rules.get(name).map(|_| format!("rule {name} on {on}")),
        _ => None,
    }
}
