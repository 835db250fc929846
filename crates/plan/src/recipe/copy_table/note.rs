//! Noting the keys of rows that are written while there are two tables.
//!
//! The function runs as its owner, so that an application's role needs no privilege on what it does not know of;
//! the triggers fire for replication's writes as well. A key is noted as often as its row is written, without an
//! index, so that no writer ever waits for another here.

use model::{Ident, Name, Sql, sql};

use super::subject::{Subject, Way};
use crate::demand::dollar_quoted;

/// The trigger for rows. Triggers fire in the order of their names, and this one sees what the others made.
fn on_rows() -> Ident {
    Ident::new("~lockkeeper_note")
}

/// The trigger for `TRUNCATE`, which no row tells of.
pub(super) fn on_truncate() -> Ident {
    Ident::new("~lockkeeper_note_truncate")
}

/// The tables for the keys, and the functions that note them, in both ways.
pub(super) fn prepare(subject: &Subject<'_>) -> Vec<Sql> {
    [Way::Forth, Way::Back]
        .into_iter()
        .flat_map(|way| [notes(subject, way), function(subject, way)])
        .collect()
}

/// Takes both away again.
pub(super) fn forget(subject: &Subject<'_>) -> Vec<Sql> {
    let each = [Way::Forth, Way::Back].into_iter();
    each.flat_map(|way| {
        [sql!("DROP FUNCTION {}()", subject.noting(way)), sql!("DROP TABLE {}", subject.notes(way))]
    })
    .collect()
}

fn notes(subject: &Subject<'_>, way: Way) -> Sql {
    let columns = subject.key().iter().filter_map(|name| {
        let column = subject.column(way, name)?;
        let collation =
            column.collation.as_ref().map_or(sql!(""), |collation| sql!(" COLLATE {}", collation));
        Some(sql!("{} {}{}", name, column.type_name, collation))
    });
    sql!("CREATE TABLE {} ({})", subject.notes(way), Sql::join(columns, ", "))
}

fn function(subject: &Subject<'_>, way: Way) -> Sql {
    let values = |row: &'static str| {
        let each = subject.key().iter().map(|name| sql!("{}.{}", Sql::verbatim(row), name));
        sql!("({})", Sql::join(each, ", "))
    };
    let notes = subject.notes(way);
    let body = sql!(
        "
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE ONLY {}, {};
  ELSIF TG_OP = 'INSERT' THEN
    INSERT INTO {} VALUES {};
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO {} VALUES {};
  ELSE
    INSERT INTO {} VALUES {}, {};
  END IF;
  RETURN NULL;
END
",
        subject.follower(way),
        notes,
        notes,
        values("NEW"),
        notes,
        values("OLD"),
        notes,
        values("OLD"),
        values("NEW")
    );
    sql!(
        "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {}",
        subject.noting(way),
        dollar_quoted(&body)
    )
}

/// From here on the keys of rows written into the table, which leads, are noted.
pub(super) fn begin(subject: &Subject<'_>, way: Way) -> Vec<Sql> {
    let (table, function) = (subject.table, subject.noting(way));
    let always = |trigger: &Ident| sql!("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}", table, trigger);
    vec![
        sql!(
            "CREATE TRIGGER {} AFTER INSERT OR UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION {}()",
            on_rows(),
            table,
            function
        ),
        sql!(
            "CREATE TRIGGER {} AFTER TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION {}()",
            on_truncate(),
            table,
            function
        ),
        always(&on_rows()),
        always(&on_truncate()),
    ]
}

/// Nothing is noted of writes into this table any more.
pub(super) fn end(table: &Name) -> Vec<Sql> {
    [on_rows(), on_truncate()].iter().map(|trigger| sql!("DROP TRIGGER {} ON {}", trigger, table)).collect()
}
