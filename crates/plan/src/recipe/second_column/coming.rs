//! The second column before it takes over: made, kept equal, filled, analysed, and everything that is to stand on it.

use assess::effect::Act;
use facts::Form;
use model::{
    Action, Change, Column, Constraint, ConstraintKind, Expr, Ident, Literal, Name, ObjectRef, PhaseName,
    Schema, Sql, sql,
};

use super::parts::{self, Side, prefixed};
use super::twin::Twin;
use super::{Group, sync};
use crate::Cost;
use crate::draft::Draft;
use crate::probe;
use crate::recipe::{add_check, add_key, create_index, filling, set_not_null};
use crate::situation::Situation;

/// All steps before the columns change places.
pub(super) fn steps(group: &Group<'_>, situation: &Situation<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for twin in group.twins {
        drafts.extend([prepare(twin, group), begin(twin, group)]);
        drafts.extend(fill(twin, group, situation));
        drafts.push(learn(twin));
    }
    drafts.extend(stand(group));
    for twin in group.twins {
        if twin.to.not_null {
            drafts.extend(set_not_null::steps(twin.table, &twin.coming, situation));
        } else if twin.may_fail {
            drafts.extend(add_check::not_valid_then_validate(twin.table, &held(twin), PhaseName::Validate));
        }
    }
    drafts
}

/// Where a value may not convert, none may have been lost on the way when the columns change places. A NOT NULL
/// says so by itself.
pub(super) fn held(twin: &Twin<'_>) -> Constraint {
    let expression = Expr::new(sql!("{} IS NOT NULL OR {} IS NULL", twin.coming, twin.name()).to_string());
    let name = prefixed("_lockkeeper_held_", twin.name());
    Constraint::new(name.as_str(), ConstraintKind::Check { expression, no_inherit: false })
}

/// The values are checked, where some may not convert, in the transaction that makes the function: where it fails
/// nothing is there.
fn prepare(twin: &Twin<'_>, group: &Group<'_>) -> Draft {
    let there = probe::object(&ObjectRef::Routine(format!("{}()", twin.function())));
    // The labels of an enum are checked before, for all its columns at once.
    let is_checked = twin.may_fail && twin.labels.is_none();
    let mut sql: Vec<Sql> = is_checked.then(|| sync::check(twin)).into_iter().collect();
    sql.push(sync::before(twin, group.schemas));
    let checks = if is_checked { "check that every value converts, and " } else { "" };
    Draft {
        phase: PhaseName::Expand,
        title: format!("{checks}prepare to keep two columns {} equal", twin.name()),
        table: Some(twin.table.clone()),
        action: Action::Transaction { sql },
        acts: Vec::new(),
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: vec![sql!("DROP FUNCTION {}()", twin.function())] },
        cost: if is_checked { Cost::Scan } else { Cost::Catalog },
        undo_acts: None,
        late: false,
    }
}

/// The second column, which follows the first from here on.
fn begin(twin: &Twin<'_>, group: &Group<'_>) -> Draft {
    let (table, coming) = (twin.table, &twin.coming);
    let column = Column {
        name: coming.clone(),
        type_name: twin.coming_type(),
        not_null: false,
        default: None,
        default_volatility: None,
        identity: None,
        ..twin.to.clone()
    };
    let mut sql = Change::AddColumn { table: table.clone(), column }.sql();
    sql.push(copy_privileges(twin));
    sql.push(sql!(
        "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW{} EXECUTE FUNCTION {}()",
        twin.trigger(),
        table,
        unless_filling(table, group.schemas[0]),
        twin.function()
    ));
    let trigger = probe::object(&ObjectRef::Trigger(table.clone(), twin.trigger()));
    let there = probe::both(&probe::column(table, coming), &trigger);
    Draft {
        phase: PhaseName::Expand,
        title: format!("add a second column {} of {}", twin.name(), twin.described()),
        table: Some(table.clone()),
        action: Action::Transaction { sql },
        acts: vec![Act::new(Form::AddColumn, table), Act::new(Form::CreateTrigger, table)],
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction {
            sql: vec![
                sql!("DROP TRIGGER {} ON {}", twin.trigger(), table),
                sql!("ALTER TABLE {} DROP COLUMN {}", table, coming),
            ],
        },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// The backfill writes what the trigger would, and need not wait for it, unless a trigger of the application's own
/// makes something else of the row.
fn unless_filling(table: &Name, schema: &Schema) -> Sql {
    if schema.table(table).is_none_or(|table| !table.triggers.is_empty()) {
        return sql!("");
    }
    sql!(" WHEN (current_setting({}, true) IS DISTINCT FROM 'on')", Literal::new(model::FILLING))
}

/// Privileges on the column alone.
fn copy_privileges(twin: &Twin<'_>) -> Sql {
    let body = sql!(
        "DECLARE\n  told text;\nBEGIN\n  FOR told IN\n    SELECT format('GRANT %s (%I) ON %s TO %s%s', a.privilege_type, {}, {},\n        \
         CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,\n        \
         CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)\n      \
         FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = {}::regclass AND t.attname = {}\n  LOOP\n    \
         EXECUTE told;\n  END LOOP;\nEND",
        Literal::new(twin.coming.as_str()),
        Literal::new(twin.table.to_string()),
        Literal::new(twin.table.to_string()),
        Literal::new(twin.name().as_str())
    );
    sql!("DO {}", Literal::new(body.to_string()))
}

/// One pass fills all second columns of a table; it is the first one's step.
fn fill(twin: &Twin<'_>, group: &Group<'_>, situation: &Situation<'_>) -> Option<Draft> {
    let table = twin.table;
    let all: Vec<&Twin<'_>> = group.twins.iter().filter(|other| other.table == table).collect();
    if all.first().is_none_or(|first| first.name() != twin.name()) {
        return None;
    }
    let names: Vec<String> = all.iter().map(|twin| twin.name().to_string()).collect();
    let of_each = all.iter().map(|twin| sql!("{} IS NULL AND {} IS NOT NULL", twin.coming, twin.name()));
    let pending = Sql::join(of_each, " OR ");
    let columns: Vec<&Ident> = all.iter().map(|twin| &twin.coming).collect();
    let set = all.iter().map(|twin| sql!("{} = {}", twin.coming, sync::forward(twin)));
    let filled = probe::no_row(table, &pending);
    Some(Draft {
        phase: PhaseName::Backfill,
        title: format!(
            "fill the second column{} {}",
            if all.len() == 1 { "" } else { "s" },
            names.join(", ")
        ),
        table: Some(table.clone()),
        action: Action::Backfill(filling::of((table, &columns), Sql::join(set, ", "), pending, situation)),
        acts: vec![Act::new(Form::Update, table)],
        verification: filled.clone(),
        probe: filled,
        undo: Action::Nothing {
            why: "the second column itself goes when the expand phase is taken back".to_owned(),
        },
        cost: Cost::Fill,
        undo_acts: None,
        late: false,
    })
}

/// Without statistics of the second column the application's queries would be planned badly after the switch.
fn learn(twin: &Twin<'_>) -> Draft {
    let said = Literal::new("lockkeeper: the second column is analysed");
    let trigger = Literal::new(twin.trigger().as_str());
    let there = sql!(
        "SELECT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass({}) AND t.tgname = {} \
         AND obj_description(t.oid, 'pg_trigger') = {})",
        Literal::new(twin.table.to_string()),
        trigger,
        said
    );
    let comment = |what: &Sql| sql!("COMMENT ON TRIGGER {} ON {} IS {}", twin.trigger(), twin.table, what);
    Draft {
        phase: PhaseName::Validate,
        title: format!("analyse the second column {}", twin.name()),
        table: Some(twin.table.clone()),
        action: Action::Transaction {
            sql: vec![sql!("ANALYZE {} ({})", twin.table, twin.coming), comment(&sql!("{}", said))],
        },
        acts: vec![Act::new(Form::Analyze, twin.table)],
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: vec![comment(&sql!("NULL"))] },
        cost: Cost::Scan,
        undo_acts: Some(Vec::new()),
        late: false,
    }
}

/// What is to stand on the second columns. It belongs to the switch, because it goes when that is taken back.
fn stand(group: &Group<'_>) -> Vec<Draft> {
    let of_key = group.new.keys.iter().filter_map(|part| {
        let index = add_key::index_of(&parts::constraint(part, group.twins, Side::Coming))?;
        Some((&part.0, index))
    });
    let plain = group.new.indexes.iter();
    let plain = plain.map(|part| (&part.0, parts::index(part, group.twins, Side::Coming)));
    let indexes =
        of_key.chain(plain).map(|(table, index)| create_index::build(table, &index, PhaseName::Switch));
    let constraints = group.new.checks.iter().chain(&group.new.foreign).flat_map(|part| {
        let constraint = parts::constraint(part, group.twins, Side::Coming);
        add_check::not_valid_then_validate(&part.0, &constraint, PhaseName::Switch)
    });
    indexes.chain(constraints).collect()
}
