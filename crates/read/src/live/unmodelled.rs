//! What a database has and the model does not: listed, so that nothing is dropped silently.

use model::{Fault, Schema};

use super::Catalog;

pub(super) async fn read(catalog: &Catalog<'_>, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(UNMODELLED).await? {
        schema.unmodelled.insert(row.get("description"));
    }
    Ok(())
}

const UNMODELLED: &str = "
SELECT format('%s %s', o.kind, o.name) AS description FROM (
  SELECT 'publication' AS kind, quote_ident(pubname) AS name FROM pg_publication
  UNION ALL SELECT 'event trigger', quote_ident(evtname) FROM pg_event_trigger t
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass
                      AND d.objid = t.oid AND d.deptype = 'e')
  UNION ALL SELECT 'foreign server', quote_ident(srvname) FROM pg_foreign_server
  UNION ALL SELECT 'foreign data wrapper', quote_ident(fdwname) FROM pg_foreign_data_wrapper w
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_data_wrapper'::regclass
                      AND d.objid = w.oid AND d.deptype = 'e')
  UNION ALL SELECT 'access method', quote_ident(amname) FROM pg_am a
    WHERE a.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_am'::regclass
                                         AND d.objid = a.oid AND d.deptype = 'e')
  UNION ALL SELECT 'language', quote_ident(lanname) FROM pg_language l
    WHERE l.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_language'::regclass
                                         AND d.objid = l.oid AND d.deptype = 'e')
  UNION ALL SELECT 'transform', format('%s in %s', format_type(t.trftype, NULL), l.lanname)
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_transform'::regclass
                      AND d.objid = t.oid AND d.deptype = 'e')
  UNION ALL SELECT 'conversion', format('%I.%I', n.nspname, c.conname)
    FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE {ignored}
  UNION ALL SELECT 'table of type', format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.reloftype <> 0 AND {ignored}
  UNION ALL SELECT 'comment on', pg_describe_object(d.classoid, d.objoid, d.objsubid)
    FROM pg_description d
    WHERE d.objoid >= 16384 AND d.classoid IN ('pg_rewrite'::regclass, 'pg_collation'::regclass,
      'pg_statistic_ext'::regclass)
      AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = d.classoid AND x.objid = d.objoid AND x.deptype = 'e')
  UNION ALL SELECT 'owner of', format('%I.%I (%I)', n.nspname, c.relname, r.rolname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
    JOIN pg_database b ON b.datname = current_database()
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND c.relowner <> b.datdba
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e') AND {ignored}
  UNION ALL SELECT 'statistics object', format('%I.%I', n.nspname, s.stxname)
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {ignored}
  UNION ALL SELECT 'operator', format('%I.%s', n.nspname, o.oprname)
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass
                                    AND d.objid = o.oid AND d.deptype = 'e')
  UNION ALL SELECT 'operator class', format('%I.%I', n.nspname, o.opcname)
    FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_opclass'::regclass
                                    AND d.objid = o.oid AND d.deptype = 'e')
  UNION ALL SELECT 'text search configuration', format('%I.%I', n.nspname, c.cfgname)
    FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_config'::regclass
                                    AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL SELECT 'text search dictionary', format('%I.%I', n.nspname, c.dictname)
    FROM pg_ts_dict c JOIN pg_namespace n ON n.oid = c.dictnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_dict'::regclass
                                    AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL SELECT 'cast', format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
    FROM pg_cast c
    WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass
                                         AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
  UNION ALL SELECT 'default privileges of', quote_ident(r.rolname)
    FROM pg_default_acl a JOIN pg_roles r ON r.oid = a.defaclrole
  UNION ALL SELECT 'privileges on', format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND {ignored}
  UNION ALL SELECT 'base type', format('%I.%I', n.nspname, t.typname)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'b' AND t.typelem = 0 AND {ignored}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass
                      AND d.objid = t.oid AND d.deptype = 'e')
) o";
