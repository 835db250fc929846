//! Columns with their defaults, identity and generation expressions.

use model::{Column, Expr, Fault, Generated, Ident, Identity, ObjectRef, Schema, TypeName, Volatility};
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::relation::sequence_options;
use super::{Catalog, code_at, name_opt};

pub(super) const QUERIES: [&str; 2] = [COLUMNS, IDENTITIES];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(COLUMNS).await? {
        let relation: u32 = row.get("relation");
        let column = column(&row);
        oids.note_column(relation, row.get("number"), &column.name, row.get("collation_oid"));
        let Some(name) = oids.relation(relation).cloned() else { continue };
        if column.type_name.0 == GONE {
            let what = format!("column {name}.{} lost its type while the schema was read", column.name);
            return Err(Fault::new("read.changed", what).help("run it again when nobody changes the schema"));
        }
        oids.note(Class::Default, &row, "default_oid", &ObjectRef::Column(name.clone(), column.name.clone()));
        if let Some(table) = schema.tables.get_mut(&name) {
            table.columns.push(column);
        }
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

/// The volatility of a default is that of the most volatile function its parsed tree calls; `adbin`
/// names them by oid, built-in ones included, which `pg_depend` leaves out. Of the most frequent ones their text
/// tells. Only what is generated names columns: for the rest the server need not open the table, which costs more than
/// everything else here.
const COLUMNS: &str = "
SELECT a.attrelid AS relation, a.attnum AS number, d.oid AS default_oid,
       a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull {since 18: AND (a.attrelid, a.attnum) NOT IN (SELECT nn.conrelid, nn.conkey[1] FROM pg_constraint nn
         WHERE nn.contype = 'n' AND NOT nn.convalidated AND nn.conrelid <> 0)} AS not_null,
       a.attgenerated AS generated, d.expression,
       CASE WHEN d.oid IS NULL THEN NULL
            WHEN d.adbin::text LIKE '{CONST %' THEN 'i'
            WHEN d.expression IN ('now()', 'CURRENT_TIMESTAMP', 'CURRENT_DATE') THEN 's'
            WHEN d.expression LIKE 'nextval(%' OR d.expression = 'gen_random_uuid()' THEN 'v'
            WHEN d.adbin::text LIKE '%{NEXTVALUEEXPR%' THEN 'v'
            ELSE coalesce((SELECT CASE max(CASE p.provolatile WHEN 'v' THEN 2 WHEN 's' THEN 1 ELSE 0 END)
                             WHEN 2 THEN 'v' WHEN 1 THEN 's' END
                           FROM regexp_matches(d.adbin::text, ':(?:funcid|opfuncid) (\\d+)', 'g') f(oid)
                           JOIN pg_proc p ON p.oid = f.oid[1]::oid),
                          CASE WHEN d.adbin::text LIKE '%{SQLVALUEFUNCTION%' THEN 's' ELSE 'i' END) END AS volatility,
       a.attcollation AS collation_oid, cn.nspname AS collation_schema, co.collname AS collation,
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
LEFT JOIN (SELECT ad.oid, ad.adrelid, ad.adnum, ad.adbin,
                  pg_get_expr(ad.adbin, CASE WHEN ga.attgenerated = '' THEN 0 ELSE ad.adrelid END) AS expression
           FROM pg_attrdef ad JOIN pg_attribute ga ON ga.attrelid = ad.adrelid AND ga.attnum = ad.adnum
           OFFSET 0) d
  ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_description de ON de.objoid = a.attrelid AND de.classoid = 'pg_class'::regclass
                           AND de.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped AND {ignored}
ORDER BY a.attrelid, a.attnum";

fn column(row: &Row) -> Column {
    let expression = row.get::<_, Option<String>>("expression").map(Expr::new);
    let (default, generated) = match (code_at(row, "generated"), expression) {
        ('s', Some(expression)) => (None, Some(Generated { expression, stored: true })),
        ('v', Some(expression)) => (None, Some(Generated { expression, stored: false })),
        (_, expression) => (expression, None),
    };
    Column {
        name: Ident::new(row.get::<_, String>("name")),
        type_name: TypeName::new(row.get::<_, String>("type")),
        not_null: row.get("not_null"),
        default_volatility: default.as_ref().and_then(|_| volatility(row)),
        default,
        identity: None,
        generated,
        collation: name_opt(row, "collation_schema", "collation"),
        storage: row.get("storage"),
        compression: row.get("compression"),
        statistics: row.get("statistics"),
        inherited: row.get("inherited"),
        comment: row.get("comment"),
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
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
                AND d.refobjsubid = a.attnum AND d.deptype = 'i' AND d.classid = 'pg_class'::regclass
JOIN pg_sequence s ON s.seqrelid = d.objid
WHERE a.attidentity <> '' AND {ignored}";
