//! The steps, in order.

use assess::effect::Act;
use facts::Form;
use model::{
    Action, Change, Constraint, ConstraintKind, Copying, Index, Literal, Name, ObjectRef, PhaseName, Sql, sql,
};

use super::group::Group;
use super::subject::{Subject, Way};
use super::{catch_up, explanation, make, note, swap};
use crate::Cost;
use crate::demand::demand;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::recipe::{add_check, direct};
use crate::situation::Situation;

/// The time a batch should take, in ms. Nobody waits for one: it is short so that little is done twice after a
/// crash, and a pause is heard soon.
const BATCH_TARGET_MS: u32 = 200;

/// The rows of a batch before there is a measurement.
const BATCH_ROWS: u32 = 50_000;

pub(super) fn whole(group: &Group<'_>, situation: &Situation<'_>) -> Drafted {
    let subjects = &group.subjects;
    let mut drafts = Vec::new();
    for subject in subjects {
        drafts.extend([begin(subject, group), note_keys(subject), fill(subject), key(subject)]);
        drafts.extend(subject.other_keys().map(|key| constraint(subject, key)));
        drafts.extend(subject.to.indexes.values().map(|it| index(subject, it)));
        drafts.push(learn(subject));
    }
    drafts.extend(group.foreign_from().into_iter().map(prove_back));
    drafts.extend(subjects.iter().map(compare));
    drafts.push(take_place(group, situation));
    let proofs = group.foreign_to().into_iter();
    drafts.extend(proofs.map(|(on, key)| add_check::validate(on, key, PhaseName::Switch)));
    drafts.extend(subjects.iter().map(come_back));
    drafts.extend(subjects.iter().map(clean_up));
    let mut drafted = Drafted::new(explanation::why(group), drafts);
    drafted.notes.extend(subjects.iter().flat_map(explanation::notes));
    drafted.notes.extend(explanation::read_again(group));
    let lasting = group.carried.iter().filter(|change| !situation.steps_aside(change));
    drafted.notes.extend(lasting.filter_map(|change| direct::lost(change)));
    drafted
}

/// A step on the copy: nobody else knows it.
fn on_copy(subject: &Subject<'_>, phase: PhaseName, title: String, sql: Vec<Sql>, done: Sql) -> Draft {
    Draft {
        phase,
        title,
        table: Some(subject.table.clone()),
        action: Action::Transaction { sql },
        acts: Vec::new(),
        verification: done.clone(),
        probe: done,
        undo: Action::Nothing { why: "the copy itself goes when the expand phase is taken back".to_owned() },
        cost: Cost::Catalog,
        undo_acts: Some(Vec::new()),
        late: false,
    }
}

fn begin(subject: &Subject<'_>, group: &Group<'_>) -> Draft {
    let title = format!("make an empty copy of {}", subject.table);
    let there = probe::relation(&subject.notes(Way::Forth));
    let mut draft = on_copy(subject, PhaseName::Expand, title, make::make(subject, group), there);
    draft.acts = vec![Act::new(Form::Select, subject.table)];
    draft.undo = Action::Transaction { sql: make::unmake(subject) };
    draft
}

/// All that needs a lock on the table, and so by itself.
fn note_keys(subject: &Subject<'_>) -> Draft {
    let title = format!("note the keys of what is written into {} from now on", subject.table);
    let there = probe::object(&ObjectRef::Trigger(subject.table.clone(), note::on_truncate()));
    let sql = note::begin(subject, Way::Forth);
    let mut draft = on_copy(subject, PhaseName::Expand, title, sql, there);
    draft.acts = vec![Act::new(Form::CreateTrigger, subject.table)];
    draft.undo = Action::Transaction { sql: note::end(subject.table) };
    draft.undo_acts = Some(vec![Act::new(Form::DropTrigger, subject.table)]);
    draft
}

/// What a comment on something of the plan's own says.
fn said(kind: &'static str, on: &Sql, text: &str) -> Sql {
    sql!("COMMENT ON {} {} IS {}", Sql::verbatim(kind), *on, Literal::new(text))
}

fn says(name: &Name, text: &str) -> Sql {
    sql!(
        "SELECT coalesce(obj_description(to_regclass({}), 'pg_class') = {}, false)",
        Literal::new(name.to_string()),
        Literal::new(text)
    )
}

const COPIED: &str = "lockkeeper: every page is copied";
const COMPARED: &str = "lockkeeper: the copy holds what the table holds";
const CAUGHT_UP: &str = "lockkeeper: the table as it was holds what the table holds";

fn fill(subject: &Subject<'_>) -> Draft {
    let notes = subject.notes(Way::Forth);
    let title = format!("copy the rows of {}", subject.table);
    let mut draft = on_copy(subject, PhaseName::Backfill, title, Vec::new(), says(&notes, COPIED));
    draft.action = Action::Copy(Copying {
        table: subject.table.clone(),
        insert: catch_up::insert(subject, Way::Forth, subject.table),
        begin: vec![sql!("TRUNCATE {}", subject.copy())],
        end: vec![said("TABLE", &sql!("{}", notes), COPIED)],
        batch_target_ms: BATCH_TARGET_MS,
        batch_rows: BATCH_ROWS,
    });
    draft.cost = Cost::Copy;
    draft
}

/// A row that moved while pages were copied is there twice, or not at all; its key was noted, and so it is taken over
/// again before the primary key is made.
fn key(subject: &Subject<'_>) -> Draft {
    let Some(key) = subject.to.primary_key() else { return fill(subject) };
    let mut draft = constraint(subject, key);
    if let Action::Transaction { sql } = &mut draft.action {
        sql.insert(0, catch_up::catch_up(subject, Way::Forth));
    }
    draft.title = format!("take over what was written meanwhile, and make {} on the copy", key.name);
    draft
}

fn constraint(subject: &Subject<'_>, constraint: &Constraint) -> Draft {
    let copy = subject.copy();
    let sql = Change::AddConstraint { table: copy.clone(), constraint: constraint.clone() }.sql();
    let done = probe::constraint(&copy, &constraint.name);
    let mut draft =
        on_copy(subject, PhaseName::Backfill, format!("make {} on the copy", constraint.name), sql, done);
    draft.undo =
        Action::Transaction { sql: vec![sql!("ALTER TABLE {} DROP CONSTRAINT {}", copy, constraint.name)] };
    draft.cost = Cost::IndexBuild;
    draft
}

fn index(subject: &Subject<'_>, index: &Index) -> Draft {
    let copy = subject.copy();
    let sql = Change::CreateIndex { table: copy.clone(), index: index.clone() }.sql();
    let done = probe::index_valid(&copy, &index.name);
    let mut draft =
        on_copy(subject, PhaseName::Backfill, format!("build {} on the copy", index.name), sql, done);
    draft.undo = Action::Transaction { sql: vec![index.drop(&copy, false)] };
    draft.cost = Cost::IndexBuild;
    draft
}

/// Without statistics the application's queries would be planned badly after the switch.
fn learn(subject: &Subject<'_>) -> Draft {
    let copy = subject.copy();
    let done = sql!(
        "SELECT EXISTS (SELECT FROM pg_statistic s WHERE s.starelid = to_regclass({}))",
        Literal::new(copy.to_string())
    );
    let title = format!("analyse the copy of {}", subject.table);
    on_copy(subject, PhaseName::Validate, title, vec![sql!("ANALYZE {}", copy)], done)
}

/// The gate before the switch. What was written while both were compared is taken over again twice, so that little
/// is left for the swap itself.
fn compare(subject: &Subject<'_>) -> Draft {
    let notes = subject.notes(Way::Back);
    let again = catch_up::catch_up(subject, Way::Forth);
    let help = "apply again from the expand phase (roll back to its start first); if it stays so, report it";
    let sql = vec![
        again.clone(),
        demand(&catch_up::differences(subject), help),
        again.clone(),
        again,
        said("TABLE", &sql!("{}", notes), COMPARED),
    ];
    let title = format!("compare every row of {} with its copy", subject.table);
    let mut draft = on_copy(subject, PhaseName::Switch, title, sql, says(&notes, COMPARED));
    draft.undo = Action::Transaction { sql: vec![sql!("COMMENT ON TABLE {} IS NULL", notes)] };
    draft.acts = vec![Act::new(Form::Select, subject.table)];
    draft.cost = Cost::Scan;
    draft
}

fn take_place(group: &Group<'_>, situation: &Situation<'_>) -> Draft {
    let mut acts = Vec::new();
    for subject in &group.subjects {
        acts.extend([Act::new(Form::RenameTable, subject.table), Act::new(Form::SetSchema, subject.table)]);
    }
    for (on, constraint) in group.foreign_from().into_iter().chain(group.foreign_to()) {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            acts.push(Act::new(Form::DropForeignKey, on).with(&key.references));
        }
    }
    for change in group.readers.iter().chain(group.carried.iter().copied()) {
        acts.extend(assess::effect::acts(change, situation.from));
    }
    let done = group.subjects.iter().fold(sql!("SELECT true"), |all, subject| {
        probe::both(&all, &probe::both(&probe::relation(&subject.kept()), &probe::table(subject.table)))
    });
    let title = if group.subjects.len() == 1 {
        format!("let the copy take the place of {}", group.titles())
    } else {
        format!("let the copies take the places of {}", group.titles())
    };
    Draft {
        phase: PhaseName::Switch,
        title,
        table: group.subjects.first().map(|subject| subject.table.clone()),
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

/// On the way back the foreign keys come NOT VALID with the swap, and are proved after it.
fn prove_back((on, key): &(Name, Constraint)) -> Draft {
    let not_proved =
        probe::both(&probe::constraint(on, &key.name), &probe::not(&probe::constraint_valid(on, &key.name)));
    Draft {
        phase: PhaseName::Switch,
        title: format!("keep the proof of {} for the way back", key.name),
        table: Some(on.clone()),
        action: Action::Nothing {
            why: "only the way back has work here: it proves the foreign key again".to_owned(),
        },
        acts: Vec::new(),
        verification: sql!("SELECT true"),
        probe: not_proved,
        undo: Action::Transaction { sql: vec![sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", on, key.name)] },
        cost: Cost::Nothing,
        undo_acts: Some(add_check::proved(on, key)),
        late: false,
    }
}

/// On the way back most of what was written since is taken over before the swap, which holds everybody up.
fn come_back(subject: &Subject<'_>) -> Draft {
    let noting = subject.noting(Way::Back);
    let there = sql!(
        "SELECT obj_description(to_regprocedure({}), 'pg_proc') IS DISTINCT FROM {}",
        Literal::new(format!("{noting}()")),
        Literal::new(CAUGHT_UP)
    );
    let again = catch_up::catch_up(subject, Way::Back);
    let undo = vec![again.clone(), again, said("FUNCTION", &sql!("{}()", noting), CAUGHT_UP)];
    let title = format!("keep {} as it was in step", subject.table);
    let mut draft = on_copy(subject, PhaseName::Switch, title, Vec::new(), there);
    draft.action = Action::Nothing {
        why: "only the way back has work here: it takes over what was written since the swap".to_owned(),
    };
    draft.undo = Action::Transaction { sql: undo };
    draft.cost = Cost::Nothing;
    draft
}

fn clean_up(subject: &Subject<'_>) -> Draft {
    let kept = subject.kept();
    let gone = probe::not(&probe::relation(&kept));
    let mut sql = note::end(subject.table);
    sql.extend(note::forget(subject));
    sql.push(sql!("DROP TABLE {}", kept));
    sql.push(make::drop_namespace());
    let title = format!("drop {} as it was for good", subject.table);
    let mut draft = on_copy(subject, PhaseName::Cleanup, title, sql, gone);
    draft.acts = vec![Act::new(Form::DropTrigger, subject.table)];
    draft.undo = Action::Nothing { why: "what cleanup removed is gone for good".to_owned() };
    draft
}
