//! Functions that triggers call, read anew when a column of their table changes its type.
//!
//! A session keeps what PL/pgSQL made of a function, and with it the types of the columns. Once one of them has
//! another type, every write of that session that fires the trigger can fail ("type of parameter … does not match
//! that when preparing the plan"), until it connects again. A function that is replaced, be it by itself, is read
//! anew by every session.

use std::collections::BTreeSet;

use facts::Form;
use model::{Action, Change, Literal, Name, Operation, Schema, Sql, sql};

use crate::draft::Draft;
use crate::situation::Situation;

/// Lets the steps that give columns another type replace the functions of the triggers on their tables by themselves,
/// there and back.
pub(crate) fn after_types(
    situation: &Situation<'_>,
    drafts: &mut [(Operation, String, &'static str, Draft)],
) {
    let retyped = retyped(situation);
    for (.., draft) in drafts {
        let tables: BTreeSet<&Name> = draft
            .acts
            .iter()
            .filter(|act| changes_types(act.form))
            .filter_map(|act| retyped.get(&act.table))
            .collect();
        for table in tables {
            for action in [&mut draft.action, &mut draft.undo] {
                if let Action::Transaction { sql } = action {
                    sql.push(read_anew(table));
                }
            }
        }
    }
}

/// Tables with columns that change their type, and with triggers that call functions in PL/pgSQL.
fn retyped(situation: &Situation<'_>) -> BTreeSet<Name> {
    let of_change = |change: &Change| match change {
        Change::AlterColumnType { table, .. } => vec![table.clone()],
        Change::ReplaceEnum { columns, .. } => columns.iter().map(|(table, _)| table.clone()).collect(),
        _ => Vec::new(),
    };
    let has_triggers =
        |table: &Name| [&situation.now, situation.to].iter().any(|it| calls_plpgsql(it, table));
    situation.changes.iter().flat_map(of_change).filter(has_triggers).collect()
}

fn calls_plpgsql(schema: &Schema, table: &Name) -> bool {
    let of_table = schema.table(table).into_iter().flat_map(|table| table.triggers.values());
    let mut functions = of_table.filter_map(|trigger| schema.routines.get(&trigger.function));
    functions.any(|function| function.definition.0.contains("LANGUAGE plpgsql"))
}

/// In place, or by a second column that takes the first one's name.
fn changes_types(form: Form) -> bool {
    matches!(
        form,
        Form::AlterTypeFree
            | Form::AlterTypeFreeIndexed
            | Form::AlterTypeRebuildsIndexes
            | Form::AlterTypeRewrites
            | Form::RenameColumn
    )
}

/// Replaces the functions by themselves, where the role may: owner and privileges stay.
fn read_anew(table: &Name) -> Sql {
    let body = sql!(
        "DECLARE\n  told text;\nBEGIN\n  -- Sessions that fired these triggers before read their functions anew.\n  FOR told IN\n    \
         SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang\n      \
         WHERE l.lanname = 'plpgsql' AND p.pronamespace <> 'lockkeeper'::regnamespace AND pg_has_role(p.proowner, 'USAGE')\n        \
         AND p.oid IN (SELECT t.tgfoid FROM pg_trigger t WHERE t.tgrelid = {}::regclass AND NOT t.tgisinternal)\n  LOOP\n    \
         EXECUTE told;\n  END LOOP;\nEND",
        Literal::new(table.to_string())
    );
    sql!("DO {}", Literal::new(body.to_string()))
}
