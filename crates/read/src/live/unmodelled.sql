-- What is there and has no place in the model: kind and name.
SELECT format('%s %s', o.kind, o.name) AS description FROM (

  -- Objects.
  SELECT 'publication' AS kind, quote_ident(pubname) AS name FROM pg_publication
  UNION ALL SELECT 'subscription', quote_ident(s.subname)
    FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid AND b.datname = current_database()
  UNION ALL SELECT 'event trigger', quote_ident(evtname) FROM pg_event_trigger t
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass
                      AND d.objid = t.oid AND d.deptype = 'e')
  UNION ALL SELECT 'foreign server', quote_ident(srvname) FROM pg_foreign_server
  UNION ALL SELECT 'user mapping', format('for %I on server %I', coalesce(usename, 'public'), srvname)
    FROM pg_user_mappings
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
  UNION ALL SELECT 'operator family', format('%I.%I', n.nspname, o.opfname)
    FROM pg_opfamily o JOIN pg_namespace n ON n.oid = o.opfnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_opfamily'::regclass
                                    AND d.objid = o.oid AND d.deptype = 'e')
  UNION ALL SELECT 'text search configuration', format('%I.%I', n.nspname, c.cfgname)
    FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_config'::regclass
                                    AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL SELECT 'text search dictionary', format('%I.%I', n.nspname, c.dictname)
    FROM pg_ts_dict c JOIN pg_namespace n ON n.oid = c.dictnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_dict'::regclass
                                    AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL SELECT 'text search parser', format('%I.%I', n.nspname, p.prsname)
    FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_parser'::regclass
                                    AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL SELECT 'text search template', format('%I.%I', n.nspname, t.tmplname)
    FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_ts_template'::regclass
                                    AND d.objid = t.oid AND d.deptype = 'e')
  UNION ALL SELECT 'cast', format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
    FROM pg_cast c
    WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass
                                         AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
  UNION ALL SELECT CASE WHEN t.typisdefined THEN 'base type' ELSE 'shell type' END, format('%I.%I', n.nspname, t.typname)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE (t.typtype = 'b' OR NOT t.typisdefined) AND {ignored}
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass
                      AND d.objid = t.oid AND d.deptype = 'e')
  -- Data; there may be millions.
  UNION ALL SELECT 'large', 'objects' WHERE EXISTS (SELECT FROM pg_largeobject_metadata)

  -- Who owns what, and who may do what.
  UNION ALL SELECT 'owner of', format('%s (%I)', o.name, r.rolname)
    FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relowner AS owner, c.oid, 'pg_class'::regclass AS class
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND {ignored}
          UNION ALL SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), p.proowner, p.oid, 'pg_proc'
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {ignored}
          UNION ALL SELECT format('type %I.%I', n.nspname, t.typname), t.typowner, t.oid, 'pg_type'
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
          WHERE t.typtype IN ('e', 'd') AND {ignored}
          UNION ALL SELECT format('schema %I', n.nspname), n.nspowner, n.oid, 'pg_namespace'
          FROM pg_namespace n WHERE n.nspname <> 'public' AND {ignored}) o
    JOIN pg_roles r ON r.oid = o.owner
    JOIN pg_database b ON b.datname = current_database() AND b.datdba <> o.owner
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
  UNION ALL SELECT 'default privileges of', quote_ident(r.rolname)
    FROM pg_default_acl a JOIN pg_roles r ON r.oid = a.defaclrole
  UNION ALL SELECT 'privileges on', format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND {ignored}
  UNION ALL SELECT 'privileges on', format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proacl IS NOT NULL AND {ignored}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL SELECT 'privileges on', format('type %I.%I', n.nspname, t.typname)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typacl IS NOT NULL AND {ignored}
  UNION ALL SELECT 'privileges on', format('schema %I', n.nspname)
    FROM pg_namespace n LEFT JOIN pg_init_privs i ON i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid
    WHERE n.nspacl IS NOT NULL AND n.nspacl IS DISTINCT FROM i.initprivs AND {ignored}
  UNION ALL SELECT 'privileges on', 'the database'
    FROM pg_database b WHERE b.datname = current_database() AND b.datacl IS NOT NULL

  -- What objects of the model have besides what is modelled of them.
  UNION ALL SELECT DISTINCT
      CASE WHEN a.attacl IS NOT NULL THEN 'privileges on column'
           WHEN a.attoptions IS NOT NULL THEN 'options of column' ELSE 'statistics target of index column' END,
      format('%I.%I.%I', n.nspname, c.relname, a.attname)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND {ignored}
      AND (a.attacl IS NOT NULL OR a.attoptions IS NOT NULL AND c.relkind NOT IN ('i', 'I')
           OR c.relkind IN ('i', 'I') AND coalesce(a.attstattarget, -1) <> -1)
  UNION ALL SELECT 'tablespace of', format('%I.%I (%I)', n.nspname, c.relname, t.spcname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_tablespace t ON t.oid = c.reltablespace
    WHERE {ignored}
  UNION ALL SELECT 'unlogged sequence', format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence = 'u' AND {ignored}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))
  UNION ALL SELECT 'CLUSTER ON of', format('%I.%I (%I)', n.nspname, c.relname, i.relname)
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE x.indisclustered AND {ignored}
  UNION ALL SELECT 'firing of rule', format('%I on %I.%I', r.rulename, n.nspname, c.relname)
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.ev_enabled <> 'O' AND {ignored}
  UNION ALL SELECT 'NO INHERIT of', format('%I on %I.%I', x.conname, n.nspname, c.relname)
    FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE x.contype = 'n' AND x.connoinherit AND {ignored}
  UNION ALL SELECT 'extension dependency of', pg_describe_object(d.classid, d.objid, d.objsubid)
    FROM pg_extension e JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE d.deptype = 'x'
  -- A setting's value may be a secret.
  UNION ALL SELECT 'setting of the database', split_part(unnest(s.setconfig), '=', 1)
    FROM pg_db_role_setting s JOIN pg_database b ON b.oid = s.setdatabase AND b.datname = current_database()
  UNION ALL SELECT 'comment on', coalesce(
      (SELECT format('constraint %I on %s', x.conname, format_type(x.contypid, NULL)) FROM pg_constraint x
       WHERE d.classoid = 'pg_constraint'::regclass AND x.oid = d.objoid AND x.contypid <> 0),
      pg_describe_object(d.classoid, d.objoid, d.objsubid))
    FROM pg_description d
    WHERE d.objoid >= 16384
      AND CASE d.classoid
            WHEN 'pg_rewrite'::regclass THEN true
            WHEN 'pg_collation'::regclass THEN true
            WHEN 'pg_statistic_ext'::regclass THEN true
            WHEN 'pg_extension'::regclass THEN false
            WHEN 'pg_class'::regclass THEN EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objoid AND c.relkind = 'c')
            WHEN 'pg_type'::regclass THEN EXISTS (SELECT FROM pg_type t WHERE t.oid = d.objoid AND t.typtype IN ('r', 'm'))
            WHEN 'pg_constraint'::regclass
              THEN EXISTS (SELECT FROM pg_constraint x WHERE x.oid = d.objoid AND (x.contypid <> 0 OR x.contype = 'n'))
          END
      AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = d.classoid AND x.objid = d.objoid AND x.deptype = 'e')
  UNION ALL SELECT 'comment on', 'the database'
    FROM pg_shdescription d JOIN pg_database b ON b.oid = d.objoid AND b.datname = current_database()
    WHERE d.classoid = 'pg_database'::regclass
  UNION ALL SELECT 'security label on', pg_describe_object(s.classoid, s.objoid, s.objsubid) FROM pg_seclabel s
) o
