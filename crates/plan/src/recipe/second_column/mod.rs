//! A column whose new type rewrites every row: a second column of that type is filled beside it, and takes over.
//!
//! A trigger keeps the second column equal while rows are filled in small transactions; indexes, keys, checks and
//! foreign keys are made on it without blocking; then all columns of the plan change places in one short
//! transaction, in which what stands on them (views, policies) goes and comes again. The first column is kept, and
//! follows the second until cleanup, so that the way back has what came in since.

mod parts;
mod swap;
mod sync;
mod twin;
mod way_back;

use assess::effect::Act;
use facts::Form;
use model::{
    Action, Backfill, COMING_PREFIX, Change, Column, ConstraintKind, Ident, Literal, Name, ObjectRef,
    PhaseName, Schema, Sql, sql,
};

use self::parts::Parts;
use self::twin::Twin;
use super::{add_check, add_key, create_index, fill_column, set_not_null};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

/// How the names begin of what is made for the swap back.
const BACK_PREFIX: &str = "_lockkeeper_back_";

/// All columns of a plan that change their type this way, with what stands on them.
struct Group<'a> {
    twins: &'a [Twin<'a>],
    /// The schema as it is and as it is wanted.
    schemas: [&'a Schema; 2],
    old: Parts,
    new: Parts,
    /// Changes of views and the like that go and come again.
    carried: Vec<&'a Change>,
    major: u32,
}

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let twins = twin::twins(situation);
    let first = twins.first()?;
    let carried: Vec<&Change> = situation.changes.iter().filter(|it| situation.steps_aside(it)).collect();
    let group = Group {
        twins: &twins,
        schemas: [situation.from, situation.to],
        old: Parts::of(situation.from, &twins),
        new: Parts::of(situation.to, &twins),
        carried,
        major: situation.server_major,
    };
    match change {
        Change::AlterColumnType { table, to, .. } if first.table == table && first.name() == &to.name => {
            Some(whole(&group, situation))
        }
        _ if group.absorbs(change) => {
            Some(Drafted::new("changes together with the type of the column", Vec::new()))
        }
        _ => None,
    }
}

impl Group<'_> {
    /// Whether the swap makes this change as well.
    fn absorbs(&self, change: &Change) -> bool {
        let is_twin = |table: &Name, column: &Ident| {
            self.twins.iter().any(|twin| twin.table == table && twin.name() == column)
        };
        let has_constraint = |table: &Name, name: &Ident| {
            self.old.has_constraint(table, name) || self.new.has_constraint(table, name)
        };
        let has_index =
            |table: &Name, name: &Ident| self.old.has_index(table, name) || self.new.has_index(table, name);
        match change {
            Change::AlterColumnType { table, to: Column { name, .. }, .. } => is_twin(table, name),
            Change::SetDefault { table, column, .. }
            | Change::SetIdentity { table, column, .. }
            | Change::SetNotNull { table, column, .. }
            | Change::SetColumnOption { table, column, .. }
            | Change::Comment { on: ObjectRef::Column(table, column), .. } => is_twin(table, column),
            Change::AddConstraint { table, constraint }
            | Change::DropConstraint { table, constraint }
            | Change::ValidateConstraint { table, constraint }
            | Change::AlterForeignKey { table, from: constraint, .. } => {
                has_constraint(table, &constraint.name)
            }
            Change::RenameConstraint { table, from, .. } => has_constraint(table, from),
            Change::CreateIndex { table, index } | Change::DropIndex { table, index } => {
                has_index(table, &index.name)
            }
            Change::RenameIndex { table, from, .. } => has_index(table, from),
            other => self.carried.contains(&other),
        }
    }

    fn titles(&self) -> String {
        let each: Vec<String> =
            self.twins.iter().map(|twin| format!("{}.{}", twin.table, twin.name())).collect();
        each.join(", ")
    }
}

fn whole(group: &Group<'_>, situation: &Situation<'_>) -> Drafted {
    let mut drafts = Vec::new();
    for twin in group.twins {
        drafts.extend([prepare(twin, group), begin(twin), fill(twin), learn(twin)]);
    }
    drafts.extend(stand(group));
    for twin in group.twins.iter().filter(|twin| twin.to.not_null) {
        drafts.extend(set_not_null::steps(twin.table, &twin.coming, situation));
    }
    drafts.push(switch(group));
    drafts.extend(way_back::steps(group));
    drafts.extend(group.twins.iter().map(clean_up));
    let why = "converting in place would rewrite every row under ACCESS EXCLUSIVE: a second column is filled in small \
               transactions, kept equal by a trigger, and takes over in a short one";
    let mut drafted = Drafted::new(why, drafts);
    for twin in group.twins {
        drafted.notes.extend(notes(twin));
        if twin.may_fail {
            drafted = drafted.gate(
                PhaseName::Validate,
                format!(
                    "deployed code writes no value into {}.{} that {} does not take",
                    twin.table,
                    twin.name(),
                    twin.to.type_name
                ),
            );
        }
    }
    drafted
}

fn notes(twin: &Twin<'_>) -> Vec<String> {
    let place = format!("{}.{}", twin.table, twin.name());
    let mut notes = vec![format!(
        "{place} comes last among the columns of its table: an INSERT without a list of columns and SELECT * see \
         another order; the column as it was is kept as {} until cleanup",
        twin.kept
    )];
    if twin.may_fail {
        notes.push(format!(
            "not every value of type {} can become {}: all values of {place} are checked before anything is changed",
            twin.from.type_name, twin.to.type_name
        ));
    }
    let back = twin.back_using();
    if twin::convert(&twin.to.type_name, &twin.from.type_name, back.as_ref(), facts::MAJOR_MAX).may_fail {
        notes.push(format!(
            "a value that {} cannot hold, written into {place} after the switch, is null after a rollback; where the \
             column is NOT NULL the rollback then refuses",
            twin.from.type_name
        ));
    }
    notes
}

/// The values are checked, where some may not convert, in the transaction that makes the function: where it fails
/// nothing is there.
fn prepare(twin: &Twin<'_>, group: &Group<'_>) -> Draft {
    let there = probe::object(&ObjectRef::Routine(format!("{}()", twin.function())));
    let mut sql: Vec<Sql> = twin.may_fail.then(|| sync::check(twin)).into_iter().collect();
    sql.push(sync::before(twin, group.schemas));
    let checks = if twin.may_fail { "check that every value converts, and " } else { "" };
    Draft {
        phase: PhaseName::Expand,
        title: format!("{checks}prepare to keep two columns {} equal", twin.name()),
        table: Some(twin.table.clone()),
        action: Action::Transaction { sql },
        acts: Vec::new(),
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: vec![sql!("DROP FUNCTION {}()", twin.function())] },
        cost: if twin.may_fail { Cost::Scan } else { Cost::Catalog },
        undo_acts: None,
        late: false,
    }
}

/// The second column, which follows the first from here on.
fn begin(twin: &Twin<'_>) -> Draft {
    let (table, coming) = (twin.table, &twin.coming);
    let column = Column {
        name: coming.clone(),
        not_null: false,
        default: None,
        default_volatility: None,
        identity: None,
        ..twin.to.clone()
    };
    let mut sql = Change::AddColumn { table: table.clone(), column }.sql();
    sql.push(copy_privileges(twin));
    sql.push(sql!(
        "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION {}()",
        twin.trigger(),
        table,
        twin.function()
    ));
    let trigger = probe::object(&ObjectRef::Trigger(table.clone(), twin.trigger()));
    let there = probe::both(&probe::column(table, coming), &trigger);
    Draft {
        phase: PhaseName::Expand,
        title: format!("add a second column {} of type {}", twin.name(), twin.to.type_name),
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

fn fill(twin: &Twin<'_>) -> Draft {
    let (table, coming) = (twin.table, &twin.coming);
    let pending = sql!("{} IS NULL AND {} IS NOT NULL", coming, twin.name());
    let filled = probe::no_row(table, &pending);
    Draft {
        phase: PhaseName::Backfill,
        title: format!("fill the second column {}", twin.name()),
        table: Some(table.clone()),
        action: Action::Backfill(Backfill {
            table: table.clone(),
            set: sql!("{} = {}", coming, sync::forward(twin)),
            pending,
            batch_target_ms: fill_column::BATCH_TARGET_MS,
            batch_rows: fill_column::BATCH_ROWS,
        }),
        acts: vec![Act::new(Form::Update, table)],
        verification: filled.clone(),
        probe: filled,
        undo: Action::Nothing {
            why: "the second column itself goes when the expand phase is taken back".to_owned(),
        },
        cost: Cost::Fill,
        undo_acts: None,
        late: false,
    }
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
    let called = |twin: &Twin<'_>| twin.coming.clone();
    let of_key = group.new.keys.iter().filter_map(|part| {
        let index = add_key::index_of(&parts::constraint(part, group.twins, &called, COMING_PREFIX))?;
        Some((&part.0, index))
    });
    let plain = group.new.indexes.iter();
    let plain = plain.map(|part| (&part.0, parts::index(part, group.twins, &called, COMING_PREFIX)));
    let indexes =
        of_key.chain(plain).map(|(table, index)| create_index::build(table, &index, PhaseName::Switch));
    let constraints = group.new.checks.iter().chain(&group.new.foreign).flat_map(|part| {
        let constraint = parts::constraint(part, group.twins, &called, COMING_PREFIX);
        add_check::not_valid_then_validate(&part.0, &constraint, PhaseName::Switch)
    });
    indexes.chain(constraints).collect()
}

fn switch(group: &Group<'_>) -> Draft {
    let done = group.twins.iter().fold(sql!("SELECT true"), |all, twin| {
        let there = probe::type_is(twin.table, twin.name(), &twin.to.type_name);
        probe::both(&all, &probe::both(&there, &probe::column(twin.table, &twin.kept)))
    });
    let mut acts: Vec<Act> =
        group.twins.iter().map(|twin| Act::new(Form::RenameColumn, twin.table).on(twin.name())).collect();
    for (table, constraint) in group.old.foreign.iter().chain(&group.new.foreign) {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            acts.push(Act::new(Form::DropForeignKey, table).with(&key.references));
        }
    }
    for change in &group.carried {
        acts.extend(assess::effect::acts(change, group.schemas[0]));
    }
    Draft {
        phase: PhaseName::Switch,
        title: format!("let the second columns of {} take over", group.titles()),
        table: group.twins.first().map(|twin| twin.table.clone()),
        action: Action::Transaction { sql: swap::forward(group) },
        undo_acts: Some(acts.clone()),
        acts,
        verification: done.clone(),
        probe: done,
        undo: Action::Transaction { sql: swap::back(group) },
        cost: Cost::Catalog,
        late: false,
    }
}

fn clean_up(twin: &Twin<'_>) -> Draft {
    let gone = probe::not(&probe::column(twin.table, &twin.kept));
    Draft {
        phase: PhaseName::Cleanup,
        title: format!("drop the first column {} for good", twin.name()),
        table: Some(twin.table.clone()),
        action: Action::Transaction {
            sql: vec![
                sql!("DROP TRIGGER {} ON {}", twin.trigger(), twin.table),
                sql!("DROP FUNCTION {}()", twin.function()),
                sql!("ALTER TABLE {} DROP COLUMN {}", twin.table, twin.kept),
            ],
        },
        acts: vec![Act::new(Form::DropColumn, twin.table), Act::new(Form::DropTrigger, twin.table)],
        verification: gone.clone(),
        probe: gone,
        undo: Action::Nothing { why: "what cleanup removed is gone for good".to_owned() },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// The name that a NOT NULL gets from 18 on.
fn not_null_constraint(table: &Name, column: &Ident) -> Ident {
    Ident::new(format!("{}_{}_not_null", table.name.as_str(), column.as_str())).truncated()
}
