//! The copy as it is made, empty, with what the table has and no schema tells: owner, privileges, statistics targets.

use model::{COPY_NAMESPACE, Change, Column, Ident, Literal, Sql, sql};

use super::group::Group;
use super::subject::{Retyped, Subject};
use super::{bound, note};
use crate::demand::demand;

/// Autovacuum has nothing to do in a table that is filled once, and would be in the way of the swap.
pub(super) const UNVACUUMED: &str = "autovacuum_enabled = off, toast.autovacuum_enabled = off";

/// The statements that make it, and what notes the keys of rows that are written.
pub(super) fn make(subject: &Subject<'_>, group: &Group<'_>) -> Vec<Sql> {
    let copy = subject.copy();
    let known = bound::Known { tables: group.tables(), readers: group.known_readers() };
    let mut out = vec![
        demand(
            &bound::to(subject.table, &known, subject.major),
            "the table cannot be copied as long as this is so; nothing was changed",
        ),
        sql!("CREATE SCHEMA IF NOT EXISTS {}", Ident::new(COPY_NAMESPACE)),
        sql!(
            "CREATE TABLE {} (LIKE {} INCLUDING ALL EXCLUDING CONSTRAINTS EXCLUDING IDENTITY EXCLUDING INDEXES EXCLUDING STATISTICS) \
             WITH ({})",
            copy,
            subject.table,
            Sql::verbatim(UNVACUUMED)
        ),
    ];
    // What is generated from a column pins its type.
    let is_there = |column: &&&Column| subject.from.column(&column.name).is_some();
    let goes = subject.generated.iter().filter(is_there);
    out.extend(goes.map(|column| sql!("ALTER TABLE {} DROP COLUMN {}", copy, column.name)));
    out.extend(subject.retyped.iter().flat_map(|retyped| retype(subject, retyped)));
    out.extend(
        subject
            .generated
            .iter()
            .flat_map(|column| Change::AddColumn { table: copy.clone(), column: (*column).clone() }.sql()),
    );
    out.extend(subject.checks().flat_map(|constraint| {
        Change::AddConstraint { table: copy.clone(), constraint: constraint.clone() }.sql()
    }));
    out.push(likeness(subject));
    out.extend(note::prepare(subject));
    out
}

/// Takes it away again.
pub(super) fn unmake(subject: &Subject<'_>) -> Vec<Sql> {
    let mut out = note::forget(subject);
    out.push(sql!("DROP TABLE {}", subject.copy()));
    out.push(drop_namespace());
    out
}

/// The schema of the copies goes with the last of them.
pub(super) fn drop_namespace() -> Sql {
    let name = Ident::new(COPY_NAMESPACE);
    let body = sql!(
        "BEGIN\n  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = to_regnamespace({})) THEN\n    \
         DROP SCHEMA IF EXISTS {};\n  END IF;\nEND",
        Literal::new(COPY_NAMESPACE),
        name
    );
    sql!("DO {}", crate::demand::dollar_quoted(&body))
}

/// The column's new type and default, on a table without rows.
fn retype(subject: &Subject<'_>, Retyped { change, from, to }: &Retyped<'_>) -> Vec<Sql> {
    let Change::AlterColumnType { using, .. } = change else { return Vec::new() };
    let table = subject.copy();
    let set = |from: Option<&model::Expr>, to: Option<&model::Expr>| {
        let (from, to) = (from.cloned(), to.cloned());
        Change::SetDefault { table: table.clone(), column: change_name(change), from, to }.sql()
    };
    let mut out = Vec::new();
    if from.default.is_some() {
        out.extend(set(from.default.as_ref(), None));
    }
    let alter = Change::AlterColumnType {
        table: table.clone(),
        from: (*from).clone(),
        to: (*to).clone(),
        using: using.clone(),
    };
    out.extend(alter.sql());
    if to.default.is_some() {
        out.extend(set(None, to.default.as_ref()));
    }
    out
}

fn change_name(change: &Change) -> Ident {
    match change {
        Change::AlterColumnType { to, .. } => to.name.clone(),
        other => Ident::new(other.object().to_string()),
    }
}

/// A program that gives the copy the table's owner, privileges, storage parameters and settings of columns.
fn likeness(subject: &Subject<'_>) -> Sql {
    let (table, copy) = (Literal::new(subject.table.to_string()), Literal::new(subject.copy().to_string()));
    let body = sql!(
        "DECLARE
  told text;
  old_ regclass := {};
  new_ regclass := {};
BEGIN
  FOR told IN
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', new_, attname, attstattarget)
      FROM pg_attribute WHERE attrelid = old_ AND attnum > 0 AND NOT attisdropped AND attstattarget >= 0
    UNION ALL SELECT format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', new_, attname, array_to_string(attoptions, ', '))
      FROM pg_attribute WHERE attrelid = old_ AND attnum > 0 AND NOT attisdropped AND attoptions IS NOT NULL
    UNION ALL SELECT format('ALTER TABLE %s SET (%s)', new_, option) FROM pg_class, unnest(reloptions) AS option
      WHERE oid = old_ AND option NOT LIKE 'autovacuum_enabled=%'
    UNION ALL SELECT format('ALTER TABLE %s SET (toast.%s)', new_, option)
      FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid, unnest(t.reloptions) AS option
      WHERE c.oid = old_ AND option NOT LIKE 'autovacuum_enabled=%'
    UNION ALL SELECT format('COMMENT ON TABLE %s IS %L', new_, obj_description(old_, 'pg_class'))
      WHERE obj_description(old_, 'pg_class') IS NOT NULL
    UNION ALL SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', n.nspname, pg_get_userbyid(o.relowner))
      FROM pg_class o, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE o.oid = old_ AND c.oid = new_ AND o.relowner <> c.relowner
    UNION ALL SELECT format('ALTER TABLE %s OWNER TO %I', new_, pg_get_userbyid(o.relowner))
      FROM pg_class o, pg_class c WHERE o.oid = old_ AND c.oid = new_ AND o.relowner <> c.relowner
  LOOP
    EXECUTE told;
  END LOOP;
  FOR told IN
    SELECT format('REVOKE ALL ON %s FROM %s', new_, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
      FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = new_ AND a.grantee <> c.relowner
    UNION ALL SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, new_,
        CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = old_
    UNION ALL SELECT format('GRANT %s (%I) ON %s TO %s%s', a.privilege_type, t.attname, new_,
        CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = old_ AND NOT t.attisdropped
  LOOP
    EXECUTE told;
  END LOOP;
END",
        table,
        copy
    );
    sql!("DO {}", crate::demand::dollar_quoted(&body))
}
