//! A column whose values become those of another one by a mapping: `"series-a"` into `SERIES_A`.
//!
//! The mapping is kept as a table in schema `lockkeeper` and checked against every row in the transaction
//! that makes it, so that nothing is changed where it lacks a spelling. Triggers keep both columns in step
//! until cleanup: from the old one to the new one from expand to contract, and back from the switch on, so
//! that the way back has what new code wrote.

mod mapping;
mod sync;

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Column, Ident, KEPT_PREFIX, ObjectRef, PhaseName, Sql, sql};

use self::mapping::Mapping;
use super::{add_column, drop_column, filling, set_not_null};
use crate::Cost;
use crate::demand::demand;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    match change {
        Change::AddColumn { table, column } => {
            let told = situation
                .told
                .transforms
                .iter()
                .find(|told| told.table == *table && told.into == column.name)?;
            let source = situation.from.table(table)?.column(&told.column)?;
            Some(whole(&Mapping { told, source, wanted: column }, situation))
        }
        Change::DropColumn { table, column } => {
            let told = situation
                .told
                .transforms
                .iter()
                .find(|told| told.table == *table && told.column == column.name)?;
            let wanted = situation.wanted_column(table, &told.into)?;
            let is_added = situation.from.table(table)?.column(&told.into).is_none();
            is_added.then(|| end(&Mapping { told, source: column, wanted }))
        }
        _ => None,
    }
}

/// Everything up to the gate.
fn whole(mapping: &Mapping<'_>, situation: &Situation<'_>) -> Drafted {
    let (table, into) = (&mapping.told.table, &mapping.told.into);
    let bare = Column { default: None, default_volatility: None, not_null: false, ..mapping.wanted.clone() };
    let mut drafts =
        vec![keep(mapping), add_column::add(table, &bare), follow(mapping), fill(mapping, situation)];
    drafts.push(check(mapping, PhaseName::Validate, "check that every row has its value"));
    if mapping.wanted.not_null {
        drafts.extend(set_not_null::steps(table, into, situation));
    }
    drafts.push(follow_back(mapping));
    drafts.extend(set_default(mapping));
    let stays = situation.wanted_column(table, &mapping.told.column).is_some();
    if stays {
        drafts.push(clean_up(mapping));
    }
    let why = "the mapping is checked against every row before anything is changed; triggers keep both columns in \
               step while rows are filled in small transactions and while code is deployed";
    let mut drafted = Drafted::new(why, drafts);
    drafted.notes.extend(mapping.told.notes(mapping.wanted.not_null));
    drafted.demanded.push((table.clone(), mapping.demand()));
    drafted
}

/// Puts the old column out of reach.
fn end(mapping: &Mapping<'_>) -> Drafted {
    let (table, column, into) = (&mapping.told.table, &mapping.told.column, &mapping.told.into);
    let kept = Ident::new(format!("{KEPT_PREFIX}{}", column.as_str())).truncated();
    let mut away = drop_column::put_away(table, mapping.source, &kept);
    if let (Action::Transaction { sql: forward }, Action::Transaction { sql: back }) =
        (&mut away.action, &mut away.undo)
    {
        let renames = std::mem::replace(forward, sync::drop_forward_triggers(mapping).to_vec());
        forward.extend(renames);
        forward.push(sync::back_function(mapping, &kept));
        back.push(sync::back_function(mapping, column));
        back.extend(sync::forward_triggers(mapping));
    }
    away.acts.extend([Act::new(Form::DropTrigger, table), Act::new(Form::CreateTrigger, table)]);
    let mut gone = drop_column::clean_up(table, mapping.source, &kept);
    if let Action::Transaction { sql } = &mut gone.action {
        let drops = std::mem::replace(sql, leave(mapping));
        sql.extend(drops);
    }
    gone.acts.push(Act::new(Form::DropTrigger, table));
    let check = check(mapping, PhaseName::Contract, "check that nothing new came in that the mapping lacks");
    Drafted::new(
        "the column is renamed out of reach and kept in step by a trigger, so that the way back has its data and \
         what came in since; cleanup drops it",
        vec![check, away, gone],
    )
    .gate(PhaseName::Contract, format!("the code that reads and writes {table}.{into} is deployed, and none that knows {column} runs any more"))
    .note(format!("{table}.{column} is kept as {kept} until cleanup; after cleanup there is no way back"))
}

/// Keeps the mapping and checks it in one transaction: where it lacks a spelling nothing is changed.
fn keep(mapping: &Mapping<'_>) -> Draft {
    let mut sql = mapping.create();
    sql.push(demand(
        &mapping.uncovered(),
        "add what is missing to the mapping and make the plan again; nothing was changed",
    ));
    let there = probe::relation(&mapping.table());
    Draft {
        phase: PhaseName::Expand,
        title: format!("keep the mapping of {}, checked against every row", mapping.told.column),
        table: Some(mapping.told.table.clone()),
        action: Action::Transaction { sql },
        acts: Vec::new(),
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: vec![sql!("DROP TABLE {}", mapping.table())] },
        cost: Cost::Scan,
        undo_acts: None,
        late: false,
    }
}

/// New writes of old code fill the new column.
fn follow(mapping: &Mapping<'_>) -> Draft {
    let there = has_trigger(mapping, "2_update");
    let mut undo = sync::drop_forward_triggers(mapping).to_vec();
    undo.push(sync::drop_function(mapping, "forward"));
    Draft {
        phase: PhaseName::Expand,
        title: format!("let {} follow {}", mapping.told.into, mapping.told.column),
        table: Some(mapping.told.table.clone()),
        action: Action::Transaction { sql: sync::forward(mapping) },
        acts: vec![Act::new(Form::CreateTrigger, &mapping.told.table)],
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: undo },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// From here on the way back has what new code writes.
fn follow_back(mapping: &Mapping<'_>) -> Draft {
    let there = has_trigger(mapping, "4_update_back");
    let mut sql = vec![sync::back_function(mapping, &mapping.told.column)];
    sql.extend(sync::back_triggers(mapping));
    let mut undo = sync::drop_back_triggers(mapping).to_vec();
    undo.push(sync::drop_function(mapping, "back"));
    Draft {
        phase: PhaseName::Switch,
        title: format!("let {} follow {}", mapping.told.column, mapping.told.into),
        table: Some(mapping.told.table.clone()),
        action: Action::Transaction { sql },
        acts: vec![Act::new(Form::CreateTrigger, &mapping.told.table)],
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: undo },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

fn has_trigger(mapping: &Mapping<'_>, what: &str) -> Sql {
    probe::object(&ObjectRef::Trigger(mapping.told.table.clone(), mapping.trigger(what)))
}

fn fill(mapping: &Mapping<'_>, situation: &Situation<'_>) -> Draft {
    let (table, into) = (&mapping.told.table, &mapping.told.into);
    let pending = mapping.pending();
    let set = sql!("{} = {}", into, mapping.value(&sql!("{}", mapping.told.column)));
    let filled = probe::no_row(table, &pending);
    Draft {
        phase: PhaseName::Backfill,
        title: format!("fill {into} from {}", mapping.told.column),
        table: Some(table.clone()),
        action: Action::Backfill(filling::of((table, &[into]), set, pending, situation)),
        acts: vec![Act::new(Form::Update, table)],
        verification: filled.clone(),
        probe: filled,
        undo: Action::Nothing {
            why: "the column itself goes when the expand phase is taken back".to_owned(),
        },
        cost: Cost::Fill,
        undo_acts: None,
        late: false,
    }
}

/// Stops where a row has another value than the mapping says; it changes nothing.
fn check(mapping: &Mapping<'_>, phase: PhaseName, title: &str) -> Draft {
    let help = format!(
        "correct those rows (an UPDATE of {} is mapped at once) and apply again, or roll back, add what is missing to \
         the mapping and plan again",
        mapping.told.column
    );
    let equal = mapping.is_equal();
    Draft {
        phase,
        title: title.to_owned(),
        table: Some(mapping.told.table.clone()),
        action: Action::Transaction { sql: vec![demand(&mapping.unequal(), &help)] },
        acts: Vec::new(),
        verification: equal.clone(),
        probe: equal,
        undo: Action::Nothing { why: "a check changes nothing".to_owned() },
        cost: Cost::Scan,
        undo_acts: None,
        late: false,
    }
}

/// The wanted default comes when old code, whose inserts it would fill, is gone.
fn set_default(mapping: &Mapping<'_>) -> Option<Draft> {
    let (table, into) = (&mapping.told.table, &mapping.told.into);
    let default = mapping.wanted.default.as_ref()?;
    let set = |from: Option<&model::Expr>, to: Option<&model::Expr>| {
        let change = Change::SetDefault {
            table: table.clone(),
            column: into.clone(),
            from: from.cloned(),
            to: to.cloned(),
        };
        Action::Transaction { sql: change.sql() }
    };
    Some(Draft {
        phase: PhaseName::Contract,
        title: format!("set the default of {into}"),
        table: Some(table.clone()),
        action: set(None, Some(default)),
        acts: vec![Act::new(Form::SetDefault, table)],
        verification: probe::default_is(table, into, default),
        probe: probe::has_default(table, into),
        undo: set(Some(default), None),
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    })
}

/// The old column stays, but nothing follows it any more.
fn clean_up(mapping: &Mapping<'_>) -> Draft {
    let gone = probe::not(&probe::relation(&mapping.table()));
    Draft {
        phase: PhaseName::Cleanup,
        title: format!("let {} and {} go their own ways", mapping.told.column, mapping.told.into),
        table: Some(mapping.told.table.clone()),
        action: Action::Transaction { sql: leave(mapping) },
        acts: vec![Act::new(Form::DropTrigger, &mapping.told.table)],
        verification: gone.clone(),
        probe: gone,
        undo: Action::Nothing { why: "what cleanup removed is gone for good".to_owned() },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// Takes away triggers, functions and the mapping.
fn leave(mapping: &Mapping<'_>) -> Vec<Sql> {
    let mut sql = sync::drop_forward_triggers(mapping).to_vec();
    sql.extend(sync::drop_back_triggers(mapping));
    sql.extend(["forward", "back"].map(|what| sync::drop_function(mapping, what)));
    sql.push(sql!("DROP TABLE {}", mapping.table()));
    sql
}
