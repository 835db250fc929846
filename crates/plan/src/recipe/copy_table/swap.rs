//! The moment in which the copies take the tables' places, and the way back from it.

use model::{Change, Constraint, Ident, Literal, Name, Object, ObjectRef, Sql, Table, TableOption, sql};

use super::bound::{self, Known, Readers};
use super::group::Group;
use super::subject::{Subject, Way};
use super::{catch_up, note};
use crate::demand::demand;
use crate::recipe::privileges::Remade;

/// The statements of the swap, in one transaction.
pub(super) fn forward(group: &Group<'_>) -> Vec<Sql> {
    let subjects = &group.subjects;
    let remade = Remade::among(&group.carried);
    let mut out: Vec<Sql> = subjects.iter().map(|it| catch_up::catch_up(it, Way::Forth)).collect();
    out.extend(remade.note());
    out.extend(carried(&group.carried, true));
    out.extend(subjects.iter().flat_map(|it| let_go(it, it.from)));
    out.extend(drop_keys(&group.foreign_from()));
    for subject in subjects {
        let (table, copy, kept) = (subject.table, subject.copy(), subject.kept());
        out.push(sql!("ALTER TABLE {} RENAME TO {}", table, kept.name));
        out.push(sql!("ALTER TABLE {} SET SCHEMA {}", table.sibling(&kept.name), kept.schema));
        out.push(sql!("ALTER TABLE {} SET SCHEMA {}", copy, table.schema));
        out.push(vacuumed(subject));
        out.extend(identities(subject, &kept, true));
    }
    out.extend(subjects.iter().flat_map(own_sequences));
    out.extend(add_keys(&group.foreign_to()));
    for subject in subjects {
        out.extend(triggers(subject.table, subject.to).flat_map(|trigger| trigger.create()));
        out.push(row_security(subject.table, subject.to));
        out.extend(policies(subject).flat_map(|policy| policy.create()));
    }
    out.extend(readers(group));
    out.extend(carried(&group.carried, false));
    out.extend(remade.give_back());
    for subject in subjects {
        out.extend(note::begin(subject, Way::Back));
        out.push(sql!("COMMENT ON FUNCTION {}() IS NULL", subject.noting(Way::Back)));
    }
    out.extend(nobody_left(subjects, |it| it.kept()));
    out
}

/// The statements of the way back: all tables are then as they were before the swap, with what was written since.
pub(super) fn back(group: &Group<'_>) -> Vec<Sql> {
    let subjects = &group.subjects;
    let inverses: Vec<Change> = group.carried.iter().rev().filter_map(|change| change.inverse()).collect();
    let inverses: Vec<&Change> = inverses.iter().collect();
    let remade = Remade::among(&inverses);
    let mut out: Vec<Sql> = subjects.iter().map(|it| catch_up::catch_up(it, Way::Back)).collect();
    out.extend(remade.note());
    out.extend(carried(&inverses, true));
    out.extend(subjects.iter().flat_map(|it| let_go(it, it.to)));
    out.extend(drop_keys(&group.foreign_to()));
    for subject in subjects {
        let (table, copy, kept) = (subject.table, subject.copy(), subject.kept());
        out.extend(policies(subject).map(|policy| policy.drop()));
        out.push(sql!("ALTER TABLE {} SET SCHEMA {}", table, copy.schema));
        out.push(sql!("ALTER TABLE {} SET SCHEMA {}", kept, table.schema));
        out.push(sql!("ALTER TABLE {} RENAME TO {}", table.sibling(&kept.name), table.name));
        out.extend(identities(subject, &copy, false));
        out.push(sql!("ALTER TABLE {} SET ({})", copy, Sql::verbatim(super::make::UNVACUUMED)));
    }
    out.extend(subjects.iter().flat_map(own_sequences));
    out.extend(add_keys(&group.foreign_from()));
    for subject in subjects {
        out.extend(triggers(subject.table, subject.from).flat_map(|trigger| trigger.create()));
    }
    out.extend(readers(group));
    out.extend(carried(&inverses, false));
    out.extend(remade.give_back());
    out.extend(subjects.iter().flat_map(|it| note::begin(it, Way::Forth)));
    out.extend(nobody_left(subjects, |it| it.copy()));
    out
}

/// Views and the like that go and come again: they go first, and come again last.
fn carried(changes: &[&Change], gone: bool) -> Vec<Sql> {
    let of = changes
        .iter()
        .filter(|change| matches!(change, Change::Drop { .. } | Change::DropIndex { .. }) == gone);
    of.flat_map(|change| change.sql()).collect()
}

/// What reads the tables is told again, and so reads those that have the names now.
fn readers(group: &Group<'_>) -> impl Iterator<Item = Sql> {
    group.readers.iter().flat_map(|change| change.sql())
}

/// Fails where anything is still bound to the tables that have no name of their own any more.
fn nobody_left(subjects: &[Subject<'_>], away: impl Fn(&Subject<'_>) -> Name) -> Vec<Sql> {
    let help = "what is named was made or changed since the plan was made, and would go on reading the table as it was: \
                plan again";
    let tables: Vec<Name> = subjects.iter().map(away).collect();
    let known = Known { tables: tables.clone(), readers: Readers::default() };
    let each = subjects.iter().zip(&tables);
    each.map(|(subject, away)| demand(&bound::to(away, &known, subject.major), help)).collect()
}

/// The table loses what only one table can have, and what would act on rows that are only copies.
fn let_go(subject: &Subject<'_>, side: &Table) -> Vec<Sql> {
    let table = subject.table;
    let mut out = note::end(table);
    out.extend(triggers(table, side).map(|trigger| trigger.drop()));
    let owned = subject.sequences.iter();
    out.extend(owned.map(|(sequence, _)| sql!("ALTER SEQUENCE {} OWNED BY NONE", sequence)));
    out
}

/// The table that has the name now owns the sequences.
fn own_sequences(subject: &Subject<'_>) -> impl Iterator<Item = Sql> {
    let own = |(sequence, column): &(Name, Ident)| {
        sql!("ALTER SEQUENCE {} OWNED BY {}.{}", sequence, subject.table, column)
    };
    subject.sequences.iter().map(own)
}

fn drop_keys(keys: &[&(Name, Constraint)]) -> Vec<Sql> {
    keys.iter().map(|(on, key)| sql!("ALTER TABLE {} DROP CONSTRAINT {}", on, key.name)).collect()
}

/// The rows met the foreign keys of the other tables; that is proved afterwards.
fn add_keys(keys: &[&(Name, Constraint)]) -> Vec<Sql> {
    let mut out = Vec::new();
    for (on, key) in keys {
        out.push(sql!("ALTER TABLE {} ADD {}", on, key.as_not_valid().definition()));
        let of = ObjectRef::Constraint(on.clone(), key.name.clone());
        let to = key.comment.clone();
        if to.is_some() {
            out.extend(Change::Comment { on: of, from: None, to }.sql());
        }
    }
    out
}

fn triggers<'s>(table: &'s Name, side: &'s Table) -> impl Iterator<Item = Object> + 's {
    side.triggers.iter().map(|(name, trigger)| Object::Trigger {
        table: table.clone(),
        name: name.clone(),
        trigger: trigger.clone(),
    })
}

fn policies<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = Object> + 's {
    subject.to.policies.iter().map(|(name, policy)| Object::Policy {
        table: subject.table.clone(),
        name: name.clone(),
        policy: policy.clone(),
    })
}

fn row_security(table: &Name, side: &Table) -> Sql {
    let to = side.row_security.then(|| "on".to_owned());
    let set =
        Change::SetTableOption { table: table.clone(), option: TableOption::RowSecurity, from: None, to };
    Sql::join(set.sql(), "; ")
}

/// Autovacuum comes back, as the table's own parameters say.
fn vacuumed(subject: &Subject<'_>) -> Sql {
    let table = subject.table;
    let own = subject.to.options.iter().filter(|(name, _)| name.ends_with("autovacuum_enabled"));
    let own: Vec<Sql> =
        own.map(|(name, value)| sql!("{} = {}", Sql::verbatim(name), Literal::new(value.clone()))).collect();
    let reset = sql!("ALTER TABLE {} RESET (autovacuum_enabled, toast.autovacuum_enabled)", table);
    if own.is_empty() {
        reset
    } else {
        reset.then(&sql!("; ALTER TABLE {} SET ({})", table, Sql::join(own, ", ")))
    }
}

/// The sequences of identities: the table that has the name now goes on where the other was. Only the copy's own
/// come and go.
fn identities(subject: &Subject<'_>, other: &Name, comes: bool) -> Vec<Sql> {
    let mut out = Vec::new();
    for column in &subject.to.columns {
        let Some(identity) = &column.identity else { continue };
        let name = &column.name;
        if comes {
            out.push(sql!(
                "ALTER TABLE {} ALTER COLUMN {} ADD {}",
                subject.table,
                name,
                identity.definition()
            ));
        }
        out.push(go_on(subject.table, other, name));
        if !comes {
            out.push(sql!("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", other, name));
        }
    }
    out
}

fn go_on(table: &Name, other: &Name, column: &Ident) -> Sql {
    let text = |name: &Name| Literal::new(name.to_string());
    let column = Literal::new(column.as_str());
    let body = sql!(
        "DECLARE\n  at_ bigint;\n  called_ boolean;\nBEGIN\n  \
         EXECUTE format('SELECT last_value, is_called FROM %s', pg_get_serial_sequence({}, {})) INTO at_, called_;\n  \
         PERFORM setval(pg_get_serial_sequence({}, {}), at_, called_);\nEND",
        text(other),
        column,
        text(table),
        column
    );
    sql!("DO {}", crate::demand::dollar_quoted(&body))
}
