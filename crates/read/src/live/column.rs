//! Columns with their defaults, identity and generation expressions.

use std::collections::BTreeMap;

use model::{Column, Expr, Fault, Generated, Ident, Identity, Name, ObjectRef, Schema, TypeName, Volatility};
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::relation::sequence_options;
use super::{Catalog, code_at};

pub(super) const QUERIES: [&str; 3] = [COLUMNS, DEFAULTS, IDENTITIES];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    let mut generated = BTreeMap::new();
    for row in catalog.rows(COLUMNS).await? {
        let relation: u32 = row.get("relation");
        let number: i16 = row.get("number");
        let column = column(&row);
        oids.note_column(relation, number, &column.name, row.get("collation_oid"));
        let Some(name) = oids.relation(relation).cloned() else { continue };
        if column.type_name.0 == GONE {
            let what = format!("column {name}.{} lost its type while the schema was read", column.name);
            return Err(Fault::new("read.changed", what).help("run it again when nobody changes the schema"));
        }
        match code_at(&row, "generated") {
            's' => _ = generated.insert((relation, number), true),
            'v' => _ = generated.insert((relation, number), false),
            _ => {}
        }
        if let Some(table) = schema.tables.get_mut(&name) {
            table.columns.push(column);
        }
    }
    for row in catalog.rows(DEFAULTS).await? {
        let (relation, number) = (row.get("relation"), row.get("number"));
        let (Some(table), Some(name)) = (oids.relation(relation), oids.column(relation, number)) else {
            continue;
        };
        let column = schema
            .tables
            .get_mut(table)
            .and_then(|table| table.columns.iter_mut().find(|column| column.name == *name));
        if let Some(column) = column {
            set_default(column, &row, generated.get(&(relation, number)).copied());
        }
        let object = ObjectRef::Column(table.clone(), name.clone());
        oids.note(Class::Default, &row, "oid", &object);
    }
    for row in catalog.rows(IDENTITIES).await? {
        let table = oids.relation(row.get("relation")).and_then(|name| schema.tables.get_mut(name));
        let name = Ident::new(row.get::<_, String>("column"));
        let column = table.and_then(|table| table.columns.iter_mut().find(|column| column.name == name));
        if let Some(column) = column {
            let always = code_at(&row, "identity") == 'a';
            column.identity = Some(Identity { always, sequence: sequence_options(&row) });
        }
    }
    Ok(())
}

/// What `format_type` answers for a type that another session has just dropped: it sees further than the snapshot.
const GONE: &str = "???";

/// Collations are looked up only where a column has another one than its type.
const COLUMNS: &str = "
SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull {since 18: AND (a.attrelid, a.attnum) NOT IN (SELECT nn.conrelid, nn.conkey[1] FROM pg_constraint nn
         WHERE nn.contype = 'n' AND NOT nn.convalidated AND nn.conrelid <> 0)} AS not_null,
       a.attgenerated AS generated, a.attcollation AS collation_oid,
       CASE WHEN a.attcollation <> t.typcollation THEN
         (SELECT ARRAY[cn.nspname::text, co.collname::text] FROM pg_collation co
          JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN
         CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END
       END AS storage,
       {since 14: CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END | NULL::text} AS compression,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::int END AS statistics,
       NOT a.attislocal OR c.relispartition AS inherited, de.description AS comment
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_description de ON de.objoid = a.attrelid AND de.classoid = 'pg_class'::regclass
                           AND de.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped AND {ignored}
ORDER BY a.attrelid, a.attnum";

fn column(row: &Row) -> Column {
    let collation: Option<Vec<String>> = row.get("collation");
    Column {
        name: Ident::new(row.get::<_, String>("name")),
        type_name: TypeName::new(row.get::<_, String>("type")),
        not_null: row.get("not_null"),
        default: None,
        default_volatility: None,
        identity: None,
        generated: None,
        collation: collation
            .and_then(|path| <[String; 2]>::try_from(path).ok())
            .map(|[schema, name]| Name::new(schema, name)),
        storage: row.get("storage"),
        compression: row.get("compression"),
        statistics: row.get("statistics"),
        inherited: row.get("inherited"),
        comment: row.get("comment"),
    }
}

/// The volatility of a default is that of the most volatile function its parsed tree calls; `adbin`
/// names them by oid, built-in ones included, which `pg_depend` leaves out. Of the most frequent ones their text
/// tells. Only what is generated names columns (`VAR`): for the rest the server need not open the table, which costs
/// more than everything else here.
const DEFAULTS: &str = "
SELECT d.oid, d.adrelid AS relation, d.adnum AS number, d.expression,
       CASE WHEN d.tree LIKE '{CONST %' THEN 'i'
            WHEN d.expression IN ('now()', 'CURRENT_TIMESTAMP', 'CURRENT_DATE') THEN 's'
            WHEN d.expression LIKE 'nextval(%' OR d.expression = 'gen_random_uuid()' THEN 'v'
            WHEN d.tree LIKE '%{NEXTVALUEEXPR%' THEN 'v'
            ELSE coalesce((SELECT CASE max(CASE p.provolatile WHEN 'v' THEN 2 WHEN 's' THEN 1 ELSE 0 END)
                             WHEN 2 THEN 'v' WHEN 1 THEN 's' END
                           FROM unnest((string_to_array(d.tree, 'funcid '))[2:]) f(rest)
                           JOIN pg_proc p ON p.oid = split_part(f.rest, ' ', 1)::oid),
                          CASE WHEN d.tree LIKE '%{SQLVALUEFUNCTION%' THEN 's' ELSE 'i' END) END AS volatility
FROM (SELECT oid, adrelid, adnum, adbin::text AS tree,
             pg_get_expr(adbin, CASE WHEN adbin::text LIKE '%{VAR %' THEN adrelid ELSE 0 END) AS expression
      FROM pg_attrdef
      OFFSET 0) d";

/// The default of a column, or what generates it, stored or not.
fn set_default(column: &mut Column, row: &Row, stored: Option<bool>) {
    let expression = row.get::<_, Option<String>>("expression").map(Expr::new);
    match (expression, stored) {
        (Some(expression), Some(stored)) => column.generated = Some(Generated { expression, stored }),
        (Some(expression), None) => {
            column.default_volatility = volatility(row);
            column.default = Some(expression);
        }
        (None, _) => {}
    }
}

fn volatility(row: &Row) -> Option<Volatility> {
    match row.get::<_, Option<&str>>("volatility")? {
        "v" => Some(Volatility::Volatile),
        "s" => Some(Volatility::Stable),
        _ => Some(Volatility::Immutable),
    }
}

/// The type is the column's: `LIKE … INCLUDING IDENTITY` gives the sequence another, which nobody sees and nobody can
/// change.
const IDENTITIES: &str = "
SELECT a.attrelid AS relation, a.attname AS column, a.attidentity AS identity,
       format_type(a.atttypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment,
       s.seqmin AS min, s.seqmax AS max, s.seqcache AS cache, s.seqcycle AS cycle
FROM pg_sequence s
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0
                AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE a.attidentity <> ''";
