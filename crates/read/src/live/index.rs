//! Indexes, and the exclusion constraints whose demand only their index tells.

use model::{Constraint, ConstraintKind, Expr, Fault, Ident, Index, IndexKey, Name, Schema};
use serde::Deserialize;
use tokio_postgres::Row;

use super::{Catalog, Relations, ident_at, idents_at, options_at};

pub(super) async fn read(
    catalog: &Catalog<'_>,
    relations: &Relations,
    schema: &mut Schema,
) -> Result<(), Fault> {
    for row in catalog.rows(INDEXES).await? {
        let Some(name) = relations.name(row.get("relation")) else { continue };
        let keys = keys(&row)?;
        let operators: Option<Vec<String>> = row.get("exclusion");
        if let Some(table) = schema.tables.get_mut(name) {
            if let Some(operators) = operators {
                let constraint = exclusion(&row, keys, operators);
                table.constraints.insert(constraint.name.clone(), constraint);
            } else {
                table.indexes.insert(ident_at(&row, "name"), index(&row, keys));
            }
        } else if let Some(view) = schema.views.get_mut(name) {
            view.indexes.insert(ident_at(&row, "name"), index(&row, keys));
        }
    }
    Ok(())
}

const INDEXES: &str = "
SELECT x.indrelid AS relation, i.relname AS name, am.amname AS method, x.indisunique AS unique,
       {since 15: x.indnullsnotdistinct | false} AS nulls_not_distinct, NOT x.indisvalid AS invalid,
       i.relispartition AS inherited, pg_get_expr(x.indpred, x.indrelid) AS predicate, i.reloptions AS options,
       obj_description(i.oid, 'pg_class') AS comment,
       (SELECT jsonb_agg(jsonb_build_object(
            'expression', pg_get_indexdef(i.oid, k.at::int, false),
            'column', a.attname,
            'descending', x.indoption[k.at - 1] & 1 = 1,
            'nulls_first', x.indoption[k.at - 1] & 2 = 2,
            'opclass', CASE WHEN NOT oc.opcdefault OR ia.attoptions IS NOT NULL
                THEN jsonb_build_array(ocn.nspname, oc.opcname, ia.attoptions) END,
            'collation', CASE WHEN x.indcollation[k.at - 1] <> coalesce(
                  CASE WHEN a.attnum IS NULL THEN x.indcollation[k.at - 1] ELSE a.attcollation END, 0)
                THEN jsonb_build_array(cn.nspname, co.collname) END)
          ORDER BY k.at)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(num, at)
        JOIN pg_attribute ia ON ia.attrelid = i.oid AND ia.attnum = k.at
        JOIN pg_opclass oc ON oc.oid = x.indclass[k.at - 1]
        JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num AND k.num <> 0
        LEFT JOIN pg_collation co ON co.oid = x.indcollation[k.at - 1]
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
        WHERE k.at <= x.indnkeyatts)::text AS keys,
       (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(num, at)
        JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num
        WHERE k.at > x.indnkeyatts) AS include,
       (SELECT array_agg(format('OPERATOR(%I.%s)', opn.nspname, op.oprname) ORDER BY o.at)
        FROM unnest(con.conexclop) WITH ORDINALITY o(oid, at)
        JOIN pg_operator op ON op.oid = o.oid
        JOIN pg_namespace opn ON opn.oid = op.oprnamespace) AS exclusion,
       coalesce(con.condeferrable, false) AS deferrable, coalesce(con.condeferred, false) AS deferred
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = i.relam
LEFT JOIN pg_constraint con ON con.conindid = x.indexrelid AND con.contype IN ('p', 'u', 'x')
WHERE (con.oid IS NULL OR con.contype = 'x') AND c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
  AND {ignored}";

/// A key as the query above puts it into JSON.
#[derive(Deserialize)]
struct KeyRow {
    expression: String,
    column: Option<String>,
    descending: bool,
    nulls_first: bool,
    opclass: Option<(String, String, Option<Vec<String>>)>,
    collation: Option<(String, String)>,
}

fn keys(row: &Row) -> Result<Vec<IndexKey>, Fault> {
    let rows: Option<String> = row.get("keys");
    let rows: Vec<KeyRow> = serde_json::from_str(rows.as_deref().unwrap_or("[]"))
        .map_err(|error| Fault::new("read.catalog", "the keys of an index could not be read").cause(error))?;
    Ok(rows.into_iter().map(key).collect())
}

fn key(row: KeyRow) -> IndexKey {
    let column = row.column.map(Ident::new);
    IndexKey {
        expression: match &column {
            Some(column) => Expr::new(column.to_string()),
            None => Expr::new(row.expression),
        },
        column,
        collation: row.collation.map(|(schema, name)| Name::new(schema, name)),
        opclass: row.opclass.map(opclass),
        descending: row.descending,
        nulls_first: row.nulls_first,
    }
}

/// The operator class with its parameters: `public.gist_trgm_ops (siglen='32')`.
fn opclass((schema, name, options): (String, String, Option<Vec<String>>)) -> Expr {
    let options = options.unwrap_or_default().into_iter().map(|option| {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        model::sql!("{} = {}", Ident::new(name), model::Literal::new(value))
    });
    let options = model::Sql::join(options, ", ");
    let class = model::sql!("{}", Name::new(schema, name));
    let class = if options.is_empty() { class } else { model::sql!("{} ({})", class, options) };
    Expr::new(class.to_string())
}

fn index(row: &Row, keys: Vec<IndexKey>) -> Index {
    Index {
        name: ident_at(row, "name"),
        method: ident_at(row, "method"),
        unique: row.get("unique"),
        nulls_not_distinct: row.get("nulls_not_distinct"),
        keys,
        include: idents_at(row, "include"),
        predicate: row.get::<_, Option<String>>("predicate").map(Expr::new),
        options: options_at(row, "options"),
        invalid: row.get("invalid"),
        inherited: row.get("inherited"),
        comment: row.get("comment"),
    }
}

fn exclusion(row: &Row, keys: Vec<IndexKey>, operators: Vec<String>) -> Constraint {
    let kind = ConstraintKind::Exclusion {
        method: ident_at(row, "method"),
        keys: keys.into_iter().zip(operators).collect(),
        predicate: row.get::<_, Option<String>>("predicate").map(Expr::new),
    };
    Constraint {
        deferrable: row.get("deferrable"),
        initially_deferred: row.get("deferred"),
        inherited: row.get("inherited"),
        comment: row.get("comment"),
        ..Constraint::new(row.get::<_, String>("name"), kind)
    }
}
