//! The function that keeps two columns equal, and how it tells what follows what.

use model::{ConstraintKind, Expr, ForeignKeyAction, Ident, Literal, Schema, Sql, sql};

use super::twin::Twin;

/// Stands for a value in a conversion until it is known where that comes from.
const VALUE: &str = "_lockkeeper_value";

/// The conversion of a value: the column's own name in it replaced.
fn conversion(using: Option<&Expr>, column: &Ident, value: &Sql) -> Sql {
    let Some(using) = using else { return value.clone() };
    let text = diff::rename_in_expression(&using.0, column, &Ident::new(VALUE));
    Sql::verbatim(text.replace(VALUE, value.as_str()))
}

/// The new value by the old one, as an expression of the table's row.
pub(super) fn forward(twin: &Twin<'_>) -> Sql {
    conversion(twin.using.as_ref(), twin.name(), &sql!("{}", twin.name()))
}

/// The function as it is until the columns change places: the second follows the first.
pub(super) fn before(twin: &Twin<'_>, schemas: [&Schema; 2]) -> Sql {
    let value = conversion(twin.using.as_ref(), twin.name(), &sql!("NEW.{}", twin.name()));
    let nulls = nulls_itself(twin, schemas[1]);
    function(
        twin,
        &Follows {
            leader: twin.name(),
            follower: &twin.coming,
            value,
            guarded: twin.may_fail,
            nulls,
            always: true,
        },
    )
}

/// The function from then on: the first follows the second, for the way back. A value that the old type cannot
/// hold becomes null there, and is no reason to refuse the write.
pub(super) fn after(twin: &Twin<'_>, schemas: [&Schema; 2]) -> Sql {
    let value = conversion(twin.back_using.as_ref(), twin.name(), &sql!("NEW.{}", twin.name()));
    let nulls = nulls_itself(twin, schemas[0]);
    let (leader, follower) = (twin.name(), &twin.kept);
    // What another column's UPDATE does not touch stays as it was, where the conversion there lost something.
    function(twin, &Follows { leader, follower, value, guarded: true, nulls, always: false })
}

struct Follows<'a> {
    leader: &'a Ident,
    follower: &'a Ident,
    value: Sql,
    /// Whether a value that cannot be converted becomes null.
    guarded: bool,
    /// Whether a foreign key can set the follower to null by itself.
    nulls: bool,
    /// Whether it follows at every write, and not only where the leader changes: it may not be filled yet.
    always: bool,
}

fn function(twin: &Twin<'_>, follows: &Follows<'_>) -> Sql {
    let Follows { leader, follower, value, guarded, nulls, always } = follows;
    let assign = sql!("NEW.{} := {};", follower, value);
    let assign = if *guarded {
        sql!(
            "BEGIN\n    {}\n  EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN\n    NEW.{} := NULL;\n  END;",
            assign,
            follower
        )
    } else {
        assign
    };
    let assign = if *always {
        assign
    } else {
        // As text: not every type has an equality.
        sql!(
            "IF TG_OP = 'INSERT' OR NEW.{}::text IS DISTINCT FROM OLD.{}::text THEN\n  {}\n  END IF;",
            leader,
            leader,
            assign
        )
    };
    let nulled = if *nulls {
        sql!(
            "  IF TG_OP = 'UPDATE' AND NEW.{} IS NULL AND OLD.{} IS NOT NULL AND NEW.{} IS NOT DISTINCT FROM OLD.{} THEN\n    \
             NEW.{} := NULL;\n  END IF;\n",
            follower,
            follower,
            leader,
            leader,
            leader
        )
    } else {
        sql!("")
    };
    let body = sql!("BEGIN\n{}  {}\n  RETURN NEW;\nEND", nulled, assign);
    sql!(
        "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS {}",
        twin.function(),
        Literal::new(body.to_string())
    )
}

/// Whether a foreign key of the column sets it to null when the row it points at goes.
fn nulls_itself(twin: &Twin<'_>, schema: &Schema) -> bool {
    let Some(table) = schema.table(twin.table) else { return false };
    table.constraints.values().any(|constraint| {
        let ConstraintKind::ForeignKey(key) = &constraint.kind else { return false };
        let nulls = [key.on_delete, key.on_update].contains(&ForeignKeyAction::SetNull);
        nulls && key.columns.contains(twin.name())
    })
}

/// Fails where a value cannot be converted, and says where one is; it changes nothing.
pub(super) fn check(twin: &Twin<'_>) -> Sql {
    let body = sql!(
        "DECLARE
  row_ record;
  value_ {};
  bad bigint := 0;
  place tid;
BEGIN
  FOR row_ IN SELECT {} AS value, ctid FROM {} WHERE {} IS NOT NULL LOOP
    BEGIN
      value_ := {};
    EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
      bad := bad + 1;
      place := coalesce(place, row_.ctid);
    END;
  END LOOP;
  IF bad > 0 THEN
    RAISE EXCEPTION USING ERRCODE = {}, MESSAGE = format('%s values of %s cannot become %s', bad, {}, {}),
      HINT = format('the first is in the row with ctid %s; correct them and apply again; nothing was changed', place);
  END IF;
END",
        twin.to.type_name,
        twin.name(),
        twin.table,
        twin.name(),
        conversion(twin.using.as_ref(), twin.name(), &sql!("row_.value")),
        Literal::new(model::DEMAND_SQLSTATE),
        Literal::new(format!("{}.{}", twin.table, twin.name())),
        Literal::new(twin.to.type_name.to_string())
    );
    sql!("DO {}", Literal::new(body.to_string()))
}
