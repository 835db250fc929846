//! A CHECK or a key that is defined anew under its name: the new one is made and proved beside the old one, which then
//! goes, and on the way back the old one beside the new one. There is no moment without either.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Constraint, ConstraintKind, Ident, Index, Name, ObjectRef, PhaseName, Sql, sql};

use super::prove_again::{self, only_back};
use super::{add_check, add_key, alter_foreign_key, create_index};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let (table, name, is_drop) = match change {
        Change::DropConstraint { table, constraint } => (table, &constraint.name, true),
        Change::AddConstraint { table, constraint } => (table, &constraint.name, false),
        _ => return None,
    };
    let [from, to] = replaced(table, name, situation)?;
    let (why, drafts) = match (&from.kind, &to.kind) {
        (ConstraintKind::Check { .. }, ConstraintKind::Check { .. }) => (
            "the new CHECK is proved beside the old one before the old one goes: there is no moment without one, and no \
             scan under a strong lock",
            checks(table, from, to),
        ),
        _ => (
            "the new key's index is built beside the old one without blocking; then they change places: there is no \
             moment without a key",
            keys(table, from, to)?,
        ),
    };
    if is_drop {
        return Some(Drafted::new("the constraint of the same name takes its place first", Vec::new()));
    }
    let drafted = Drafted::new(why, drafts);
    Some(match from.kind {
        ConstraintKind::Check { .. } => drafted.note(format!(
            "from expand to switch rows have to meet both the old and the new {} of {table}",
            from.name
        )),
        _ => drafted,
    })
}

/// Both shapes of a constraint that goes and comes again, on a table where both can stand side by side.
fn replaced<'s>(table: &Name, name: &Ident, situation: &'s Situation<'_>) -> Option<[&'s Constraint; 2]> {
    let sides = [situation.now.table(table)?, situation.to.table(table)?];
    let object = ObjectRef::Constraint(table.clone(), name.clone());
    let [from, to] = sides.map(|side| side.constraints.get(name));
    let (from, to) = (from?, to?);
    let retyped = [(&situation.now, &object), (situation.to, &object)].into_iter().any(|(schema, object)| {
        schema.uses.of(object).iter().filter_map(ObjectRef::column).any(|(of, column)| {
            let [before, after] = sides.map(|side| side.column(column).map(|it| &it.type_name));
            of == table && before != after
        })
    });
    let has_family = |it: &&model::Table| {
        it.partition_by.is_some() || it.partition_of.is_some() || !it.inherits.is_empty()
    };
    let is_simple = |it: &Constraint| !it.not_valid && !it.not_enforced && !it.inherited;
    let referenced =
        [&situation.now, situation.to].iter().any(|schema| is_referenced(table, from, to, schema));
    let whole = situation.is_replaced(&object) && !sides.iter().any(has_family);
    (whole && is_simple(from) && is_simple(to) && !retyped && !referenced).then_some([from, to])
}

/// Whether a foreign key needs the one or the other.
fn is_referenced(table: &Name, from: &Constraint, to: &Constraint, schema: &model::Schema) -> bool {
    let mut keys = schema.tables.values().flat_map(model::Table::foreign_keys);
    keys.any(|(_, key)| {
        key.references == *table && [from, to].iter().any(|it| it.columns() == key.referenced_columns)
    })
}

fn checks(table: &Name, from: &Constraint, to: &Constraint) -> Vec<Draft> {
    let beside = alter_foreign_key::beside(from, to);
    let mut drafts = add_check::not_valid_then_validate(table, &beside, PhaseName::Expand);
    drafts.extend(prove_again::step(table, from, from.name.as_str(), PhaseName::Switch));
    let acts = vec![Act::new(Form::DropCheck, table), Act::new(Form::RenameConstraint, table)];
    drafts.push(alter_foreign_key::switch(table, from, to, &beside, acts));
    drafts
}

fn keys(table: &Name, from: &Constraint, to: &Constraint) -> Option<Vec<Draft>> {
    if from.columns() == to.columns() {
        // Nothing in the catalog would tell a probe the one from the other by its columns.
        return None;
    }
    let (old, new) = (add_key::index_of(from)?, add_key::index_of(to)?);
    let under = |index: Index, prefix: &str| {
        let name = Ident::new(format!("{prefix}{}", index.name.as_str())).truncated();
        Index { name, ..index }
    };
    // Two primary keys need the same columns NOT NULL; what the new one lacks is a change of its own.
    let [coming, back] = [under(new, "_lockkeeper_new_"), under(old, "_lockkeeper_back_")];
    let drop = sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, to.name);
    let take = |it: &Constraint, index: &Index| add_key::using_index(table, it, &index.name);
    let there = |index: &Index| probe::index_valid(table, &index.name);
    let done = probe::both(&probe::constraint(table, &to.name), &probe::not(&there(&coming)));
    let form = match to.kind {
        ConstraintKind::PrimaryKey { .. } => Form::AddPrimaryKeyUsingIndex,
        _ => Form::AddUniqueUsingIndex,
    };
    let swap = Draft {
        phase: PhaseName::Switch,
        title: format!("let the new {} take over", to.name),
        table: Some(table.clone()),
        action: Action::Transaction { sql: vec![drop.clone(), take(to, &coming)] },
        acts: vec![Act::new(Form::DropUnique, table), Act::new(form, table)],
        verification: is_on(table, to),
        probe: probe::both(&done, &is_on(table, to)),
        undo: Action::Transaction { sql: vec![drop, take(from, &back)] },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    };
    let gone = probe::not(&there(&back));
    let keep = Draft {
        phase: PhaseName::Switch,
        title: format!("keep the index of {} for the way back", from.name),
        table: Some(table.clone()),
        action: only_back("it builds the old index again"),
        acts: Vec::new(),
        verification: gone.clone(),
        probe: gone,
        undo: create_index::concurrently(table, &back),
        cost: Cost::Nothing,
        undo_acts: Some(vec![Act::new(Form::CreateIndexConcurrently, table)]),
        late: false,
    };
    Some(vec![create_index::build(table, &coming, PhaseName::Expand), swap, keep])
}

/// The constraint has these columns.
fn is_on(table: &Name, constraint: &Constraint) -> Sql {
    let columns = Sql::join(constraint.columns().iter().map(|it| model::Literal::new(it.as_str())), ", ");
    sql!(
        "SELECT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = to_regclass({}) AND c.conname = {} AND \
         (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(c.conkey) WITH ORDINALITY AS k (number, at) \
         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) = ARRAY[{}]::text[])",
        model::Literal::new(table.to_string()),
        model::Literal::new(constraint.name.as_str()),
        columns
    )
}
