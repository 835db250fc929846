//! Indexes, and the exclusion constraints whose demand only their index tells.

use std::collections::BTreeMap;

use model::{Constraint, ConstraintKind, Expr, Fault, Ident, Index, IndexKey, Name, ObjectRef, Schema};
use serde::Deserialize;
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::{Catalog, ident_at, idents_at, name_at, options_at};

pub(super) const QUERIES: [&str; 4] = [INDEXES, OPCLASSES, COLLATIONS, PARAMETERS];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    let words = Words::read(catalog).await?;
    for row in catalog.rows(INDEXES).await? {
        let Some(relation) = oids.relation(row.get("relation")).cloned() else { continue };
        let keys = keys(&row, oids, &words)?;
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

/// The names of what keys refer to by oid.
struct Words {
    /// Operator classes, and whether each is its type's default.
    opclasses: BTreeMap<u32, (Name, bool)>,
    collations: BTreeMap<u32, Name>,
    /// The parameters of operator classes, by index and key.
    parameters: BTreeMap<(u32, i16), Vec<String>>,
}

impl Words {
    async fn read(catalog: &Catalog<'_>) -> Result<Self, Fault> {
        let named = |row: &Row| (row.get("oid"), name_at(row, "schema", "name"));
        let opclass = |row: &Row| {
            let (oid, name) = named(row);
            (oid, (name, row.get("default")))
        };
        let parameter = |row: &Row| ((row.get("index"), row.get("number")), row.get("parameters"));
        Ok(Self {
            opclasses: catalog.rows(OPCLASSES).await?.iter().map(opclass).collect(),
            collations: catalog.rows(COLLATIONS).await?.iter().map(named).collect(),
            parameters: catalog.rows(PARAMETERS).await?.iter().map(parameter).collect(),
        })
    }
}

const OPCLASSES: &str = "
SELECT oc.oid, n.nspname AS schema, oc.opcname AS name, oc.opcdefault AS default
FROM pg_opclass oc JOIN pg_namespace n ON n.oid = oc.opcnamespace";

/// The collations that some index has; a column of another may have the default one (100) in its index.
const COLLATIONS: &str = "
SELECT co.oid, cn.nspname AS schema, co.collname AS name
FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE co.oid = 100 OR co.oid IN (SELECT unnest(x.indcollation::oid[]) FROM pg_index x WHERE x.indexrelid >= 16384)";

const PARAMETERS: &str = "
SELECT a.attrelid AS index, a.attnum AS number, a.attoptions AS parameters
FROM pg_attribute a JOIN pg_class i ON i.oid = a.attrelid
WHERE a.attoptions IS NOT NULL AND i.relkind IN ('i', 'I')";

/// Keys that are columns of tables are put together from numbers, for the server takes its time over definitions;
/// others come as JSON.
const INDEXES: &str = "
SELECT i.oid, x.indrelid AS relation, i.relname AS name,
       CASE WHEN x.indexprs IS NOT NULL THEN pg_get_indexdef(i.oid) END AS definition,
       am.amname AS method, x.indisunique AS unique,
       {since 15: x.indnullsnotdistinct | false} AS nulls_not_distinct, NOT x.indisvalid AS invalid,
       i.relispartition AS inherited, pg_get_expr(x.indpred, x.indrelid) AS predicate, i.reloptions AS options,
       de.description AS comment,
       x.indnkeyatts AS key_count, x.indkey::int2[] AS columns, x.indoption::int2[] AS orders,
       x.indclass::oid[] AS opclasses, x.indcollation::oid[] AS collations,
       CASE WHEN x.indexprs IS NOT NULL OR c.relkind = 'm' THEN
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
        WHERE k.at <= x.indnkeyatts)::text END AS keys,
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
LEFT JOIN pg_constraint con ON con.conindid = x.indexrelid AND con.contype = 'x'
LEFT JOIN pg_description de ON de.objoid = i.oid AND de.classoid = 'pg_class'::regclass AND de.objsubid = 0
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u'))
  AND c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
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

fn keys(row: &Row, oids: &Oids, words: &Words) -> Result<Vec<IndexKey>, Fault> {
    let Some(json) = row.get::<_, Option<&str>>("keys") else { return column_keys(row, oids, words) };
    let rows: Vec<KeyRow> = serde_json::from_str(json).map_err(|error| unread().cause(error))?;
    let mut keys: Vec<IndexKey> = rows.into_iter().map(key).collect();
    if let Some(definition) = row.get::<_, Option<&str>>("definition") {
        collate_expressions(definition, &mut keys);
    }
    Ok(keys)
}

fn unread() -> Fault {
    Fault::new("read.catalog", "the keys of an index could not be read")
}

/// The keys of an index on a table that has columns alone.
fn column_keys(row: &Row, oids: &Oids, words: &Words) -> Result<Vec<IndexKey>, Fault> {
    let (relation, index): (u32, u32) = (row.get("relation"), row.get("oid"));
    let (columns, orders): (Vec<i16>, Vec<i16>) = (row.get("columns"), row.get("orders"));
    let (opclasses, collations): (Vec<u32>, Vec<u32>) = (row.get("opclasses"), row.get("collations"));
    let key = |at: i16| -> Option<IndexKey> {
        let nth = usize::try_from(at - 1).ok()?;
        let (number, order, collation) = (*columns.get(nth)?, orders.get(nth)?, collations.get(nth)?);
        let parameters = words.parameters.get(&(index, at)).cloned();
        let (class, is_default) = words.opclasses.get(opclasses.get(nth)?)?;
        let collates = oids.column_collation(relation, number) != *collation;
        Some(IndexKey {
            descending: order & 1 == 1,
            nulls_first: order & 2 == 2,
            opclass: (!is_default || parameters.is_some()).then(|| opclass(class, parameters)),
            collation: words.collations.get(collation).filter(|_| collates).cloned(),
            ..IndexKey::column(oids.column(relation, number)?.as_str())
        })
    };
    (1..=row.get::<_, i16>("key_count")).map(key).collect::<Option<_>>().ok_or_else(unread)
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
        opclass: row.opclass.map(|(schema, name, parameters)| opclass(&Name::new(schema, name), parameters)),
        descending: row.descending,
        nulls_first: row.nulls_first,
    }
}

/// The operator class with its parameters: `public.gist_trgm_ops (siglen='32')`.
fn opclass(name: &Name, parameters: Option<Vec<String>>) -> Expr {
    let options = parameters.unwrap_or_default().into_iter().map(|option| {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        model::sql!("{} = {}", Ident::new(name), model::Literal::new(value))
    });
    let options = model::Sql::join(options, ", ");
    let class = model::sql!("{}", name);
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
