//! Triggers that keep the old column and the new one in step, whichever the application writes.
//!
//! The functions belong to the role that applies the plan and run as it, so that the application needs no
//! privilege in schema `lockkeeper`.

use model::{Ident, Name, Sql, sql};

use super::mapping::Mapping;
use crate::demand::dollar_quoted;

/// What old code writes to the old column goes into the new one.
pub(super) fn forward(mapping: &Mapping<'_>) -> Vec<Sql> {
    let mut made = vec![forward_function(mapping)];
    made.extend(forward_triggers(mapping));
    made
}

fn forward_function(mapping: &Mapping<'_>) -> Sql {
    let (column, into) = (&mapping.told.column, &mapping.told.into);
    let body = sql!(
        "\nBEGIN\n    IF TG_OP = 'UPDATE' OR NEW.{} IS NULL THEN\n        NEW.{} := {};\n    END IF;\n    RETURN NEW;\nEND\n",
        into,
        into,
        mapping.value(&sql!("NEW.{}", column))
    );
    function(&mapping.function("forward"), &body)
}

pub(super) fn forward_triggers(mapping: &Mapping<'_>) -> [Sql; 2] {
    let (column, into) = (&mapping.told.column, &mapping.told.into);
    let changed = sql!(
        "NEW.{} IS DISTINCT FROM OLD.{} AND NEW.{} IS NOT DISTINCT FROM OLD.{}",
        column,
        column,
        into,
        into
    );
    let function = mapping.function("forward");
    [
        trigger(mapping, "1_insert", "INSERT", None, &function),
        trigger(mapping, "2_update", "UPDATE", Some(&changed), &function),
    ]
}

/// What new code writes to the new column goes into the old one, which has this name.
pub(super) fn back_function(mapping: &Mapping<'_>, old: &Ident) -> Sql {
    let into = &mapping.told.into;
    // A spelling that means the value already stays.
    let body = sql!(
        "\nBEGIN\n    IF {} IS DISTINCT FROM NEW.{} THEN\n        NEW.{} := {};\n    END IF;\n    RETURN NEW;\nEND\n",
        mapping.value(&sql!("NEW.{}", old)),
        into,
        old,
        mapping.spelling(&sql!("NEW.{}", into))
    );
    function(&mapping.function("back"), &body)
}

pub(super) fn back_triggers(mapping: &Mapping<'_>) -> [Sql; 2] {
    let (column, into) = (&mapping.told.column, &mapping.told.into);
    let inserted = sql!("NEW.{} IS NULL AND NEW.{} IS NOT NULL", column, into);
    let changed = sql!(
        "NEW.{} IS DISTINCT FROM OLD.{} AND NEW.{} IS NOT DISTINCT FROM OLD.{}",
        into,
        into,
        column,
        column
    );
    let function = mapping.function("back");
    [
        trigger(mapping, "3_insert_back", "INSERT", Some(&inserted), &function),
        trigger(mapping, "4_update_back", "UPDATE", Some(&changed), &function),
    ]
}

pub(super) fn drop_forward_triggers(mapping: &Mapping<'_>) -> [Sql; 2] {
    ["1_insert", "2_update"].map(|what| drop_trigger(mapping, what))
}

pub(super) fn drop_back_triggers(mapping: &Mapping<'_>) -> [Sql; 2] {
    ["3_insert_back", "4_update_back"].map(|what| drop_trigger(mapping, what))
}

pub(super) fn drop_function(mapping: &Mapping<'_>, what: &str) -> Sql {
    sql!("DROP FUNCTION IF EXISTS {}()", mapping.function(what))
}

fn drop_trigger(mapping: &Mapping<'_>, what: &str) -> Sql {
    sql!("DROP TRIGGER IF EXISTS {} ON {}", mapping.trigger(what), mapping.told.table)
}

fn trigger(
    mapping: &Mapping<'_>,
    what: &str,
    event: &'static str,
    condition: Option<&Sql>,
    function: &Name,
) -> Sql {
    let when = condition.map_or_else(|| sql!(""), |condition| sql!(" WHEN ({})", condition));
    sql!(
        "CREATE TRIGGER {} BEFORE {} ON {} FOR EACH ROW{} EXECUTE FUNCTION {}()",
        mapping.trigger(what),
        Sql::verbatim(event),
        mapping.told.table,
        when,
        function
    )
}

/// A function that runs as its owner, and finds nothing but the system's own without a schema.
fn function(name: &Name, body: &Sql) -> Sql {
    sql!(
        "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
         SET search_path = pg_catalog, pg_temp AS {}",
        name,
        dollar_quoted(body)
    )
}
