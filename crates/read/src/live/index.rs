//! Indexes, and the exclusion constraints whose demand only their index tells.

use model::{Constraint, ConstraintKind, Expr, Fault, Ident, Index, IndexKey, Name, ObjectRef, Schema};
use serde::Deserialize;
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::{Catalog, ident_at, idents_at, options_at};

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(INDEXES).await? {
        let Some(relation) = oids.relation(row.get("relation")).cloned() else { continue };
        let keys = keys(&row)?;
        let name = ident_at(&row, "name");
        let table = schema.tables.get_mut(&relation);
        let operators: Option<Vec<String>> = row.get("exclusion");
        if let Some(operators) = operators {
            let constraint = exclusion(&row, keys, operators);
            table.map(|table| table.constraints.insert(constraint.name.clone(), constraint));
            continue;
        }
        oids.note(Class::Relation, &row, "oid", &ObjectRef::Index(relation.clone(), name.clone()));
        match table {
            Some(table) => _ = table.indexes.insert(name, index(&row, keys)),
            None => {
                schema.views.get_mut(&relation).map(|view| view.indexes.insert(name, index(&row, keys)));
            }
        }
    }
    Ok(())
}

const INDEXES: &str = "
SELECT i.oid, x.indrelid AS relation, i.relname AS name,
       CASE WHEN x.indexprs IS NOT NULL THEN pg_get_indexdef(i.oid) END AS definition,
       am.amname AS method, x.indisunique AS unique,
       {since 15: x.indnullsnotdistinct | false} AS nulls_not_distinct, NOT x.indisvalid AS invalid,
       i.relispartition AS inherited, pg_get_expr(x.indpred, x.indrelid) AS predicate, i.reloptions AS options,
       de.description AS comment,
       (SELECT jsonb_agg(jsonb_build_object(
            'expression', CASE WHEN k.num = 0 THEN pg_get_indexdef(i.oid, k.at::int, false) ELSE '' END,
            'column', a.attname,
            'descending', x.indoption[k.at - 1] & 1 = 1,
            'nulls_first', x.indoption[k.at - 1] & 2 = 2,
            'opclass', CASE WHEN NOT oc.opcdefault OR ia.attoptions IS NOT NULL
                THEN jsonb_build_array((SELECT nspname FROM pg_namespace ns WHERE ns.oid = oc.opcnamespace), oc.opcname,
                                       ia.attoptions) END,
            'collation', CASE WHEN k.num <> 0 AND x.indcollation[k.at - 1] <> a.attcollation
                THEN (SELECT jsonb_build_array(cn.nspname, co.collname) FROM pg_collation co
                      JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = x.indcollation[k.at - 1]) END)
          ORDER BY k.at)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(num, at)
        JOIN pg_attribute ia ON ia.attrelid = i.oid AND ia.attnum = k.at
        JOIN pg_opclass oc ON oc.oid = x.indclass[k.at - 1]
        LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num AND k.num <> 0
        WHERE k.at <= x.indnkeyatts)::text AS keys,
       CASE WHEN x.indnatts > x.indnkeyatts THEN
         (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(num, at)
          JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num
          WHERE k.at > x.indnkeyatts) END AS include,
       CASE WHEN con.oid IS NOT NULL THEN
         (SELECT array_agg(format('OPERATOR(%I.%s)', opn.nspname, op.oprname) ORDER BY o.at)
          FROM unnest(con.conexclop) WITH ORDINALITY o(oid, at)
          JOIN pg_operator op ON op.oid = o.oid
          JOIN pg_namespace opn ON opn.oid = op.oprnamespace) END AS exclusion,
       coalesce(con.condeferrable, false) AS deferrable, coalesce(con.condeferred, false) AS deferred
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = i.relam
LEFT JOIN pg_constraint con ON con.conindid = x.indexrelid AND con.contype IN ('p', 'u', 'x')
LEFT JOIN pg_description de ON de.objoid = i.oid AND de.classoid = 'pg_class'::regclass AND de.objsubid = 0
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
    let mut keys: Vec<IndexKey> = rows.into_iter().map(key).collect();
    if let Some(definition) = row.get::<_, Option<&str>>("definition") {
        collate_expressions(definition, &mut keys);
    }
    Ok(keys)
}

/// The collations of keys that are expressions. The catalog does not tell an expression's own collation,
/// but the index's definition writes only one that is not: behind the key, which `keys` have in order.
fn collate_expressions(definition: &str, keys: &mut [IndexKey]) {
    let Some((_, mut rest)) = definition.split_once(" USING ") else { return };
    for key in keys {
        let Some((_, after)) = rest.split_once(key.expression.0.as_str()) else { return };
        rest = after;
        let collation = after.strip_prefix(" COLLATE ").filter(|_| key.column.is_none());
        key.collation = match collation {
            Some(text) => leading_name(text),
            None => key.collation.take().filter(|_| key.column.is_some()),
        };
    }
}

/// The name at the beginning of a text; one without a schema is the system's.
fn leading_name(text: &str) -> Option<Name> {
    let mut quoted = false;
    let end = text.find(|c: char| {
        quoted ^= c == '"';
        !quoted && matches!(c, ' ' | ',' | ')')
    });
    let mut path = model::ident_path(&text[..end.unwrap_or(text.len())]).ok()?;
    let name = path.pop()?;
    Some(Name { schema: path.pop().unwrap_or_else(|| Ident::new("pg_catalog")), name })
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
        include: idents_at(row, "include"),
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
