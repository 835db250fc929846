//! Constraints of tables.

use model::{
    Constraint, ConstraintKind, Expr, Fault, ForeignKey, ForeignKeyAction, Ident, ObjectRef, Schema,
};
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::{Catalog, code_at, ident_at, idents_at, name_at};

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(CONSTRAINTS).await? {
        let Some(name) = oids.relation(row.get("relation")).cloned() else { continue };
        let object = ObjectRef::Constraint(name.clone(), ident_at(&row, "name"));
        oids.note(Class::Constraint, &row, "oid", &object);
        oids.note(Class::Relation, &row, "index", &object);
        let table = schema.tables.get_mut(&name);
        if let (Some(table), Some(constraint)) = (table, constraint(&row)) {
            table.constraints.insert(constraint.name.clone(), constraint);
        }
    }
    Ok(())
}

/// What an exclusion constraint demands is read with the index behind it. NOT NULL constraints (18) are columns'
/// business unless they are not yet valid.
const CONSTRAINTS: &str = "
SELECT con.oid, CASE WHEN con.contype IN ('p', 'u', 'x') THEN con.conindid END AS index,
       con.conrelid AS relation, con.conname AS name, con.contype AS kind, con.convalidated AS valid,
       con.condeferrable AS deferrable, con.condeferred AS deferred, con.connoinherit AS no_inherit,
       con.coninhcount > 0 AND (NOT con.conislocal OR c.relispartition) OR con.conparentid <> 0 AS inherited,
       {since 18: con.conenforced | true} AS enforced, {since 18: con.conperiod | false} AS period,
       pg_get_expr(con.conbin, con.conrelid) AS expression,
       (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(con.conkey) WITH ORDINALITY k(num, at)
        JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num) AS columns,
       rn.nspname AS referenced_schema, r.relname AS referenced,
       (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(con.confkey) WITH ORDINALITY k(num, at)
        JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.num) AS referenced_columns,
       con.confupdtype AS on_update, con.confdeltype AS on_delete, con.confmatchtype = 'f' AS match_full,
       {since 15: (SELECT array_agg(a.attname::text ORDER BY k.at)
        FROM unnest(con.confdelsetcols) WITH ORDINALITY k(num, at)
        JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num) | NULL::text[]} AS on_delete_columns,
       CASE WHEN con.contype IN ('p', 'u') THEN
         (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(num, at)
          JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num
          WHERE k.at > x.indnkeyatts) END AS include,
       {since 15: coalesce(x.indnullsnotdistinct, false) | false} AS nulls_not_distinct,
       obj_description(con.oid, 'pg_constraint') AS comment
FROM pg_constraint con
JOIN pg_class c ON c.oid = con.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class r ON r.oid = con.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_index x ON x.indexrelid = con.conindid AND con.contype IN ('p', 'u')
WHERE (con.contype IN ('p', 'u', 'c', 'f', 'x') OR con.contype = 'n' AND NOT con.convalidated) AND {ignored}";

fn constraint(row: &Row) -> Option<Constraint> {
    let columns = idents_at(row, "columns");
    let kind = match code_at(row, "kind") {
        'p' => ConstraintKind::PrimaryKey {
            columns,
            include: idents_at(row, "include"),
            without_overlaps: row.get("period"),
        },
        'u' => ConstraintKind::Unique {
            columns,
            include: idents_at(row, "include"),
            nulls_not_distinct: row.get("nulls_not_distinct"),
            without_overlaps: row.get("period"),
        },
        'c' => ConstraintKind::Check {
            expression: Expr::new(row.get::<_, Option<String>>("expression")?),
            no_inherit: row.get("no_inherit"),
        },
        'f' => ConstraintKind::ForeignKey(foreign_key(row, columns)?),
        'n' => ConstraintKind::NotNull { column: columns.into_iter().next()? },
        _ => return None,
    };
    Some(Constraint {
        name: ident_at(row, "name"),
        kind,
        not_valid: !row.get::<_, bool>("valid"),
        not_enforced: !row.get::<_, bool>("enforced"),
        deferrable: row.get("deferrable"),
        initially_deferred: row.get("deferred"),
        inherited: row.get("inherited"),
        comment: row.get("comment"),
    })
}

fn foreign_key(row: &Row, columns: Vec<Ident>) -> Option<ForeignKey> {
    Some(ForeignKey {
        columns,
        references: name_at(row, "referenced_schema", "referenced"),
        referenced_columns: idents_at(row, "referenced_columns"),
        on_update: ForeignKeyAction::from_code(code_at(row, "on_update"))?,
        on_delete: ForeignKeyAction::from_code(code_at(row, "on_delete"))?,
        on_delete_columns: idents_at(row, "on_delete_columns"),
        match_full: row.get("match_full"),
        period: row.get("period"),
    })
}
