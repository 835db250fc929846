//! Tables, views and sequences, without what hangs on them.

use std::collections::{BTreeMap, BTreeSet};

use model::{Expr, Fault, Ident, Name, ObjectRef, Schema, Sequence, SequenceOptions, Table, TypeName, View};
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::{Catalog, IGNORED_TABLES, code_at, ident_at, idents_at, name_at, name_opt, options_at};

pub(super) const QUERIES: [&str; 3] = [RELATIONS, PARENTS, SEQUENCES];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    let mut parents = read_parents(catalog).await?;
    for row in catalog.rows(RELATIONS).await? {
        let name = name_at(&row, "schema", "name");
        if IGNORED_TABLES.contains(&name.name.as_str()) {
            continue;
        }
        match code_at(&row, "kind") {
            'v' | 'm' => {
                note(oids, &row, &ObjectRef::View(name.clone()));
                schema.views.insert(name, view(&row));
            }
            'f' => _ = schema.unmodelled.insert(format!("foreign table {name}")),
            _ => {
                note(oids, &row, &ObjectRef::Table(name.clone()));
                let parents = parents.remove(&row.get("oid")).unwrap_or_default();
                schema.tables.insert(name, table(&row, parents));
            }
        }
    }
    for row in catalog.rows(SEQUENCES).await? {
        let name = name_at(&row, "schema", "name");
        let sequence = sequence(&row);
        // One that a foreign table owns, or a migration runner's own table, is its owner's business.
        match &sequence.owned_by {
            Some((owner, _)) if IGNORED_TABLES.contains(&owner.name.as_str()) => {}
            Some((owner, _)) if !schema.tables.contains_key(owner) => {
                schema.unmodelled.insert(format!("sequence {name}"));
            }
            _ => {
                oids.note(Class::Relation, &row, "oid", &ObjectRef::Sequence(name.clone()));
                schema.sequences.insert(name, sequence);
            }
        }
    }
    Ok(())
}

/// A relation's oid means it, and so do those of its row type, of that type's array, and of the rule that
/// makes it a view.
fn note(oids: &mut Oids, row: &Row, object: &ObjectRef) {
    oids.note(Class::Relation, row, "oid", object);
    oids.note(Class::Type, row, "row_type", object);
    oids.note(Class::Type, row, "row_array", object);
    oids.note(Class::Rewrite, row, "rewrite", object);
}

const RELATIONS: &str = "
SELECT c.oid, c.reltype AS row_type, rt.typarray AS row_array, rw.oid AS rewrite,
       n.nspname AS schema, c.relname AS name, c.relkind AS kind,
       c.relpersistence = 'u' AS unlogged, c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security, c.relispartition AS is_partition,
       CASE c.relreplident WHEN 'd' THEN NULL WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL'
         ELSE 'USING INDEX ' || (SELECT quote_ident(i.relname) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                                 WHERE x.indrelid = c.oid AND x.indisreplident) END AS replica_identity,
       CASE WHEN tt.reloptions IS NULL THEN c.reloptions
         ELSE c.reloptions || (SELECT array_agg('toast.' || o) FROM unnest(tt.reloptions) o) END AS options,
       CASE WHEN am.amname <> 'heap' THEN am.amname END AS access_method,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS query,
       CASE WHEN c.relkind IN ('v', 'm') THEN
         (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END AS columns,
       CASE WHEN c.relkind IN ('v', 'm') THEN
         (SELECT array_agg(format_type(a.atttypid, a.atttypmod)
                           || coalesce(' COLLATE ' || nullif(a.attcollation, at.typcollation)::regcollation, '')
                           ORDER BY a.attnum)
          FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END AS types,
       CASE WHEN c.relkind IN ('v', 'm') THEN
         (SELECT jsonb_object_agg(a.attname, d.description)::text
          FROM pg_description d JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
          WHERE d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid > 0) END AS column_comments,
       c.relispopulated AS populated, de.description AS comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_type rt ON rt.oid = c.reltype
LEFT JOIN pg_class tt ON tt.oid = c.reltoastrelid
LEFT JOIN pg_rewrite rw ON rw.ev_class = c.oid AND rw.rulename = '_RETURN'
LEFT JOIN pg_description de ON de.objoid = c.oid AND de.classoid = 'pg_class'::regclass AND de.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

/// The tables that tables inherit from or are partitions of, in order.
const PARENTS: &str = "
SELECT i.inhrelid AS relation, pn.nspname AS schema, p.relname AS name
FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE p.relkind IN ('r', 'p', 'f')
ORDER BY i.inhrelid, i.inhseqno";

async fn read_parents(catalog: &Catalog<'_>) -> Result<BTreeMap<u32, Vec<Name>>, Fault> {
    let mut parents: BTreeMap<u32, Vec<Name>> = BTreeMap::new();
    for row in catalog.rows(PARENTS).await? {
        parents.entry(row.get("relation")).or_default().push(name_at(&row, "schema", "name"));
    }
    Ok(parents)
}

fn table(row: &Row, parents: Vec<Name>) -> Table {
    let bound: Option<String> = row.get("bound");
    let (partition_of, inherits) = match (row.get::<_, bool>("is_partition"), bound) {
        (true, Some(bound)) => {
            (parents.into_iter().next().map(|parent| (parent, Expr::new(bound))), Vec::new())
        }
        _ => (None, parents),
    };
    Table {
        row_security: row.get("row_security"),
        force_row_security: row.get("force_row_security"),
        partition_by: row.get::<_, Option<String>>("partition_by").map(Expr::new),
        partition_of,
        inherits,
        unlogged: row.get("unlogged"),
        replica_identity: row.get("replica_identity"),
        options: options_at(row, "options"),
        access_method: row.get::<_, Option<String>>("access_method").map(Ident::new),
        comment: row.get("comment"),
        ..Table::default()
    }
}

fn view(row: &Row) -> View {
    let query: String = row.get("query");
    let types: Option<Vec<String>> = row.get("types");
    let comments: Option<String> = row.get("column_comments");
    View {
        materialized: code_at(row, "kind") == 'm',
        query: Expr::new(query.trim().trim_end_matches(';')),
        columns: idents_at(row, "columns"),
        types: types.unwrap_or_default().into_iter().map(TypeName::new).collect(),
        column_comments: comments.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
        options: options_at(row, "options"),
        indexes: Default::default(),
        triggers: Default::default(),
        rules: Default::default(),
        no_data: code_at(row, "kind") == 'm' && !row.get::<_, bool>("populated"),
        depends_on: BTreeSet::new(),
        comment: row.get("comment"),
    }
}

/// Sequences of identity columns (`deptype` i) belong to their column; mostly they are all there are, and go first.
const SEQUENCES: &str = "
SELECT c.oid, n.nspname AS schema, c.relname AS name, format_type(s.seqtypid, NULL) AS type,
       s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS min, s.seqmax AS max,
       s.seqcache AS cache, s.seqcycle AS cycle, de.description AS comment,
       tn.nspname AS owner_schema, t.relname AS owner, a.attname AS owner_column
FROM (SELECT * FROM pg_sequence s
      WHERE NOT EXISTS (SELECT FROM pg_depend x
                        WHERE x.classid = 'pg_class'::regclass AND x.objid = s.seqrelid AND x.deptype IN ('e', 'i'))
      OFFSET 0) s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'a'
                     AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
LEFT JOIN pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
LEFT JOIN pg_description de ON de.objoid = c.oid AND de.classoid = 'pg_class'::regclass AND de.objsubid = 0
WHERE {ignored} AND c.relpersistence <> 't'";

fn sequence(row: &Row) -> Sequence {
    let owner = name_opt(row, "owner_schema", "owner");
    Sequence {
        options: sequence_options(row),
        owned_by: owner.map(|table| (table, ident_at(row, "owner_column"))),
        comment: row.get("comment"),
    }
}

/// The settings of a sequence in the columns `type`, `start`, `increment`, `min`, `max`, `cache`, `cycle`.
pub(super) fn sequence_options(row: &Row) -> SequenceOptions {
    SequenceOptions {
        type_name: TypeName::new(row.get::<_, String>("type")),
        start: row.get("start"),
        increment: row.get("increment"),
        min: row.get("min"),
        max: row.get("max"),
        cache: row.get("cache"),
        cycle: row.get("cycle"),
    }
}
