//! Taking over again the rows whose keys were noted, and comparing both tables.

use model::{Column, Ident, Literal, Name, Sql, TypeName, sql};

use super::subject::{Subject, Way};

/// The first version that hashes a row of any types at once.
const HASHES_RECORDS: u32 = 14;

/// Types whose values are hashed as they are; those of others by their text.
const HASHED: [&str; 23] = [
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "numeric",
    "text",
    "character varying",
    "character",
    "boolean",
    "uuid",
    "date",
    "timestamp without time zone",
    "timestamp with time zone",
    "time without time zone",
    "time with time zone",
    "interval",
    "bytea",
    "jsonb",
    "inet",
    "cidr",
    "macaddr",
    "oid",
];

/// The rows themselves, to which a condition is added.
pub(super) fn insert(subject: &Subject<'_>, way: Way, leader: &Name) -> Sql {
    let names = subject.columns(way);
    let values = names.iter().map(|name| subject.value(way, name));
    sql!(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM ONLY {}",
        subject.follower(way),
        Subject::list(names.iter().copied()),
        Sql::join(values, ", "),
        leader
    )
}

/// Takes over again what was noted. It is one statement, so that the follower holds what the leader held at one
/// moment: rows that exchanged a unique value, say, are never met half way.
pub(super) fn catch_up(subject: &Subject<'_>, way: Way) -> Sql {
    let key = Subject::list(subject.key());
    let into = subject.key().iter().map(|name| subject.typed(way, name));
    sql!(
        "WITH noted AS (DELETE FROM {} RETURNING {}), keys AS MATERIALIZED (SELECT DISTINCT {} FROM noted),
  gone AS (DELETE FROM ONLY {} WHERE ({}) IN (SELECT {} FROM keys) RETURNING 1)
{} WHERE ({}) IN (SELECT {} FROM keys) AND (SELECT count(*) FROM gone) >= 0",
        subject.notes(way),
        key,
        key,
        subject.follower(way),
        key,
        Sql::join(into, ", "),
        insert(subject, way, subject.table),
        key,
        key
    )
}

/// One line where the copy and the table differ in rows that nobody has written since both were brought in step.
///
/// Rows whose keys are noted are few: taking their part away again is much cheaper than asking of each row whether
/// it is one of them.
pub(super) fn differences(subject: &Subject<'_>) -> Sql {
    let way = Way::Forth;
    let as_copied = |name: &Ident| subject.typed(way, name);
    let as_is = |name: &Ident| sql!("{}", name);
    let key = Subject::list(subject.key());
    let into = Sql::join(subject.key().iter().map(as_copied), ", ");
    let side = |value: &dyn Fn(&Ident) -> Sql, table: &Name, noted: &Sql| {
        let sums = sql!(
            "SELECT count(*) AS rows, coalesce(sum({}), 0) AS hash FROM ONLY {}",
            hash(subject, value),
            table
        );
        sql!(
            "SELECT w.rows - n.rows AS rows, w.hash - n.hash AS hash FROM ({}) AS w, ({} WHERE ({}) IN (SELECT {} FROM {})) AS n",
            sums,
            sums,
            key,
            *noted,
            subject.notes(way)
        )
    };
    sql!(
        "SELECT format('%s has %s rows and its copy %s, and they are to be the same', {}, a.rows, b.rows) \
         FROM ({}) AS a, ({}) AS b WHERE a.rows <> b.rows OR a.hash <> b.hash",
        Literal::new(subject.table.to_string()),
        side(&as_copied, subject.table, &key),
        side(&as_is, &subject.copy(), &into)
    )
}

/// A hash of a row, which can be added up.
fn hash(subject: &Subject<'_>, value: &dyn Fn(&Ident) -> Sql) -> Sql {
    let each = subject.columns(Way::Forth).into_iter().filter_map(|name| {
        let column: &Column = subject.to.column(name)?;
        let value = value(name);
        Some(if is_hashed(&column.type_name) { value } else { sql!("({})::text", value) })
    });
    let row = Sql::join(each, ", ");
    if subject.major >= HASHES_RECORDS {
        sql!("hash_record_extended(ROW({}), 0)", row)
    } else {
        sql!("hashtextextended(ROW({})::text, 0)", row)
    }
}

fn is_hashed(type_name: &TypeName) -> bool {
    HASHED.iter().any(|known| {
        type_name.0.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('('))
            || type_name.0.starts_with("timestamp(")
    })
}
