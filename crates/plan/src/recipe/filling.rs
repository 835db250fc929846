//! Rows that are filled in small transactions, and the application's triggers, which have no business with that: a
//! plain push fires none either.

use model::{Backfill, ConstraintKind, Ident, Name, Schema, Sql, Table, Trigger};

use crate::situation::Situation;

/// The time a batch should take, in ms; a writer on one of its rows waits no longer.
const BATCH_TARGET_MS: u32 = 50;

/// The rows of a batch before there is a measurement.
const BATCH_ROWS: u32 = 10_000;

/// Fills these columns of the rows that are pending.
pub(super) fn of(
    (table, columns): (&Name, &[&Ident]),
    set: Sql,
    pending: Sql,
    situation: &Situation<'_>,
) -> Backfill {
    Backfill {
        table: table.clone(),
        set,
        pending,
        batch_target_ms: BATCH_TARGET_MS,
        batch_rows: BATCH_ROWS,
        silences: silenced(table, columns, situation),
    }
}

/// The triggers that filling these columns would fire. None where a foreign key stands on one of them: what checks
/// it is a trigger as well.
fn silenced(table: &Name, columns: &[&Ident], situation: &Situation<'_>) -> Vec<Ident> {
    if columns.iter().any(|column| has_foreign_key(&situation.now, table, column)) {
        return Vec::new();
    }
    let fires = |(name, trigger): &(&Ident, &Trigger)| fires_on_update(name, trigger, columns);
    let mut names: Vec<Ident> = family(&situation.now, table)
        .flat_map(|table| table.triggers.iter())
        .filter(fires)
        .map(|(name, _)| name.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The table with its partitions and children, all of which are filled.
fn family<'s>(schema: &'s Schema, root: &'s Name) -> impl Iterator<Item = &'s Table> {
    let mut names = vec![root];
    let mut at = 0;
    while let Some(parent) = names.get(at).copied() {
        let is_child = |table: &Table| {
            table.inherits.contains(parent) || table.partition_of.as_ref().is_some_and(|(of, _)| of == parent)
        };
        let children = schema.tables.iter().filter(|(_, table)| is_child(table)).map(|(name, _)| name);
        names.extend(children.filter(|name| !names.contains(name)).collect::<Vec<_>>());
        at += 1;
    }
    names.into_iter().filter_map(|name| schema.table(name))
}

/// Whether an UPDATE of these columns fires the trigger in a session like any other.
fn fires_on_update(name: &Ident, trigger: &Trigger, columns: &[&Ident]) -> bool {
    if trigger.enabled != 'O' || trigger.definition.0.contains(model::FILLING) {
        return false;
    }
    // `CREATE [CONSTRAINT] TRIGGER name BEFORE INSERT OR UPDATE OF a, b ON …`, as pg_get_triggerdef writes it.
    let after_name = trigger.definition.0.split_once(&format!(" TRIGGER {name} ")).map(|(_, rest)| rest);
    let events = after_name.and_then(|rest| rest.split_once(" ON ")).map(|(events, _)| events);
    let Some(events) = events else { return true };
    match events.split_once("UPDATE OF ") {
        Some((_, of)) => columns.iter().any(|column| diff::mentions(of, column)),
        None => events.contains("UPDATE"),
    }
}

/// Whether a foreign key of the table, or one to it, stands on the column.
fn has_foreign_key(schema: &Schema, name: &Name, column: &Ident) -> bool {
    schema.tables.iter().any(|(of, table)| {
        table.constraints.values().any(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => {
                of == name && key.columns.contains(column)
                    || key.references == *name && key.referenced_columns.contains(column)
            }
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fires(definition: &str, columns: &[&str]) -> bool {
        let columns: Vec<Ident> = columns.iter().copied().map(Ident::new).collect();
        let trigger = Trigger {
            definition: model::Expr::new(definition),
            enabled: 'O',
            function: "f".to_owned(),
            comment: None,
        };
        fires_on_update(&Ident::new("touch ON"), &trigger, &columns.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_trigger_fires_for_its_events_and_columns() {
        let of = |events: &str| {
            format!(
                "CREATE TRIGGER \"touch ON\" {events} ON public.t FOR EACH ROW EXECUTE FUNCTION public.f()"
            )
        };
        assert!(fires(&of("BEFORE INSERT OR UPDATE"), &["a"]));
        assert!(fires(&of("AFTER UPDATE OF a, b"), &["a"]));
        assert!(!fires(&of("AFTER UPDATE OF b"), &["a"]));
        assert!(!fires(&of("BEFORE INSERT OR DELETE"), &["a"]));
        assert!(fires("something else", &["a"]), "what is not understood may fire");
        let asks = of("BEFORE UPDATE").replace(
            "EXECUTE",
            "WHEN (current_setting('lockkeeper.filling'::text, true) IS DISTINCT FROM 'on'::text) EXECUTE",
        );
        assert!(!fires(&asks, &["a"]));
    }
}
