//! The moment in which the copy takes the table's place, and the way back from it.

use model::{Change, Constraint, Ident, Literal, Name, Object, ObjectRef, Sql, Table, TableOption, sql};

use super::subject::{Subject, Way};
use super::{catch_up, note};

/// The statements of the swap, in one transaction.
pub(super) fn forward(subject: &Subject<'_>) -> Vec<Sql> {
    let (table, copy, kept) = (subject.table, subject.copy(), subject.kept());
    let mut out = vec![catch_up::catch_up(subject, Way::Forth)];
    out.extend(let_go(subject, subject.from, &subject.foreign_from));
    out.push(sql!("ALTER TABLE {} RENAME TO {}", table, kept.name));
    out.push(sql!("ALTER TABLE {} SET SCHEMA {}", table.sibling(&kept.name), kept.schema));
    out.push(sql!("ALTER TABLE {} SET SCHEMA {}", copy, table.schema));
    out.push(vacuumed(subject));
    out.extend(identities(subject, &kept, true));
    out.extend(take_on(subject, subject.to, &subject.foreign_to));
    out.push(row_security(table, subject.to));
    out.extend(policies(subject).flat_map(|policy| policy.create()));
    out.extend(note::begin(subject, Way::Back));
    out.push(sql!("COMMENT ON FUNCTION {}() IS NULL", subject.noting(Way::Back)));
    out
}

/// The statements of the way back: both tables are then as they were before the swap, with what was written since.
pub(super) fn back(subject: &Subject<'_>) -> Vec<Sql> {
    let (table, copy, kept) = (subject.table, subject.copy(), subject.kept());
    let mut out = vec![catch_up::catch_up(subject, Way::Back)];
    out.extend(let_go(subject, subject.to, &subject.foreign_to));
    out.extend(policies(subject).map(|policy| policy.drop()));
    out.push(sql!("ALTER TABLE {} SET SCHEMA {}", table, copy.schema));
    out.push(sql!("ALTER TABLE {} SET SCHEMA {}", kept, table.schema));
    out.push(sql!("ALTER TABLE {} RENAME TO {}", table.sibling(&kept.name), table.name));
    out.extend(identities(subject, &copy, false));
    out.push(sql!("ALTER TABLE {} SET ({})", copy, Sql::verbatim(super::make::UNVACUUMED)));
    out.extend(take_on(subject, subject.from, &subject.foreign_from));
    out.extend(note::begin(subject, Way::Forth));
    out
}

/// The table loses what only one table can have, and what would act on rows that are only copies.
fn let_go(subject: &Subject<'_>, side: &Table, foreign: &[(Name, Constraint)]) -> Vec<Sql> {
    let table = subject.table;
    let mut out = note::end(table);
    out.extend(triggers(table, side).map(|trigger| trigger.drop()));
    out.extend(foreign.iter().map(|(on, key)| sql!("ALTER TABLE {} DROP CONSTRAINT {}", on, key.name)));
    out.extend(
        subject.sequences.iter().map(|(sequence, _)| sql!("ALTER SEQUENCE {} OWNED BY NONE", sequence)),
    );
    out
}

/// The table that has the name now takes it on. Its rows met the foreign keys of the other; that is proved afterwards.
fn take_on(subject: &Subject<'_>, side: &Table, foreign: &[(Name, Constraint)]) -> Vec<Sql> {
    let table = subject.table;
    let owned = subject.sequences.iter();
    let mut out: Vec<Sql> = owned
        .map(|(sequence, column)| sql!("ALTER SEQUENCE {} OWNED BY {}.{}", sequence, table, column))
        .collect();
    for (on, key) in foreign {
        out.push(sql!("ALTER TABLE {} ADD {}", on, key.as_not_valid().definition()));
        let of = ObjectRef::Constraint(on.clone(), key.name.clone());
        let to = key.comment.clone();
        if to.is_some() {
            out.extend(Change::Comment { on: of, from: None, to }.sql());
        }
    }
    out.extend(triggers(table, side).flat_map(|trigger| trigger.create()));
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
