//! Constraints of tables.

use model::{
    Constraint, ConstraintKind, Expr, Fault, ForeignKey, ForeignKeyAction, Ident, ObjectRef, Schema,
};
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::{Catalog, code_at, ident_at, name_at};

pub(super) const QUERIES: [&str; 1] = [CONSTRAINTS];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(CONSTRAINTS).await? {
        let Some(name) = oids.relation(row.get("relation")).cloned() else { continue };
        let object = ObjectRef::Constraint(name.clone(), ident_at(&row, "name"));
        oids.note(Class::Constraint, &row, "oid", &object);
        oids.note(Class::Relation, &row, "index", &object);
        let Some(table) = schema.tables.get_mut(&name) else { continue };
        let is_exclusion = code_at(&row, "kind") == 'x';
        match constraint(&row, oids) {
            Some(constraint) => _ = table.constraints.insert(constraint.name.clone(), constraint),
            None if is_exclusion => {}
            // It points into a namespace that is not read.
            None => _ = schema.unmodelled.insert(format!("constraint {object}")),
        }
    }
    Ok(())
}

/// Columns come as numbers, which the columns read before have names for. What an exclusion constraint demands is read with the index behind it. NOT NULL constraints (18) are columns'
/// business unless they are not yet valid.
const CONSTRAINTS: &str = "
SELECT con.oid, CASE WHEN con.contype IN ('p', 'u', 'x') THEN con.conindid END AS index,
       con.conrelid AS relation, con.conname AS name, con.contype AS kind, con.convalidated AS valid,
       con.condeferrable AS deferrable, con.condeferred AS deferred, con.connoinherit AS no_inherit,
       con.coninhcount > 0 AND (NOT con.conislocal OR c.relispartition) OR con.conparentid <> 0 AS inherited,
       {since 18: con.conenforced | true} AS enforced, {since 18: con.conperiod | false} AS period,
       pg_get_expr(con.conbin, con.conrelid) AS expression,
       con.conkey AS columns, con.confrelid AS referenced_oid,
       rn.nspname AS referenced_schema, r.relname AS referenced,
       con.confkey AS referenced_columns,
       con.confupdtype AS on_update, con.confdeltype AS on_delete, con.confmatchtype = 'f' AS match_full,
       {since 15: con.confdelsetcols | NULL::int2[]} AS on_delete_columns,
       (x.indkey::int2[])[x.indnkeyatts:] AS include,
       {since 15: coalesce(x.indnullsnotdistinct, false) | false} AS nulls_not_distinct,
       de.description AS comment
FROM pg_constraint con
JOIN pg_class c ON c.oid = con.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class r ON r.oid = con.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_index x ON x.indexrelid = con.conindid AND con.contype IN ('p', 'u')
LEFT JOIN pg_description de ON de.objoid = con.oid AND de.classoid = 'pg_constraint'::regclass
WHERE (con.contype IN ('p', 'u', 'c', 'f', 'x') OR con.contype = 'n' AND NOT con.convalidated) AND {ignored}";

fn constraint(row: &Row, oids: &Oids) -> Option<Constraint> {
    let relation = row.get("relation");
    let named = |column| columns_at(row, column, oids, relation);
    let code = code_at(row, "kind");
    // A check can be on a system's column.
    let columns = if code == 'c' { Vec::new() } else { named("columns")? };
    let kind = match code {
        'p' => ConstraintKind::PrimaryKey {
            columns,
            include: named("include")?,
            without_overlaps: row.get("period"),
        },
        'u' => ConstraintKind::Unique {
            columns,
            include: named("include")?,
            nulls_not_distinct: row.get("nulls_not_distinct"),
            without_overlaps: row.get("period"),
        },
        'c' => ConstraintKind::Check {
            expression: Expr::new(row.get::<_, Option<String>>("expression")?),
            no_inherit: row.get("no_inherit"),
        },
        'f' => ConstraintKind::ForeignKey(foreign_key(row, oids, columns)?),
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

/// The columns of a relation whose numbers are in a row's column.
fn columns_at(row: &Row, column: &str, oids: &Oids, relation: u32) -> Option<Vec<Ident>> {
    let numbers: Option<Vec<i16>> = row.get(column);
    numbers.unwrap_or_default().into_iter().map(|number| oids.column(relation, number).cloned()).collect()
}

fn foreign_key(row: &Row, oids: &Oids, columns: Vec<Ident>) -> Option<ForeignKey> {
    Some(ForeignKey {
        columns,
        references: name_at(row, "referenced_schema", "referenced"),
        referenced_columns: columns_at(row, "referenced_columns", oids, row.get("referenced_oid"))?,
        on_update: ForeignKeyAction::from_code(code_at(row, "on_update"))?,
        on_delete: ForeignKeyAction::from_code(code_at(row, "on_delete"))?,
        on_delete_columns: columns_at(row, "on_delete_columns", oids, row.get("relation"))?,
        match_full: row.get("match_full"),
        period: row.get("period"),
    })
}
