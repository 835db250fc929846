-- What is there and has no place in the model: kind and name. Oids below 16384 are the system's own.
SELECT format('%s %s', o.kind, o.name) AS description FROM (

  -- Objects in namespaces.
  SELECT o.kind, format('%I.%s', n.nspname, o.name) AS name
    FROM (SELECT 'operator' AS kind, oprname::text AS name, oprnamespace AS namespace, oid, 'pg_operator'::regclass AS class
          FROM pg_operator WHERE oid >= 16384
          UNION ALL SELECT 'operator class', quote_ident(opcname), opcnamespace, oid, 'pg_opclass'
          FROM pg_opclass WHERE oid >= 16384
          UNION ALL SELECT 'operator family', quote_ident(opfname), opfnamespace, oid, 'pg_opfamily'
          FROM pg_opfamily WHERE oid >= 16384
          UNION ALL SELECT 'text search configuration', quote_ident(cfgname), cfgnamespace, oid, 'pg_ts_config'
          FROM pg_ts_config WHERE oid >= 16384
          UNION ALL SELECT 'text search dictionary', quote_ident(dictname), dictnamespace, oid, 'pg_ts_dict'
          FROM pg_ts_dict WHERE oid >= 16384
          UNION ALL SELECT 'text search parser', quote_ident(prsname), prsnamespace, oid, 'pg_ts_parser'
          FROM pg_ts_parser WHERE oid >= 16384
          UNION ALL SELECT 'text search template', quote_ident(tmplname), tmplnamespace, oid, 'pg_ts_template'
          FROM pg_ts_template WHERE oid >= 16384
          UNION ALL SELECT 'conversion', quote_ident(conname), connamespace, oid, 'pg_conversion'
          FROM pg_conversion WHERE oid >= 16384
          UNION ALL SELECT 'statistics object', quote_ident(stxname), stxnamespace, oid, 'pg_statistic_ext'
          FROM pg_statistic_ext
          -- Arrays of types are no types of their own.
          UNION ALL SELECT CASE WHEN typisdefined THEN 'base type' ELSE 'shell type' END, quote_ident(typname), typnamespace, oid,
                 'pg_type'
          FROM pg_type
          WHERE oid >= 16384 AND (typtype = 'b' AND typinput <> 'array_in'::regproc OR NOT typisdefined)) o
    JOIN pg_namespace n ON n.oid = o.namespace
    WHERE {ignored} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')

  -- Objects of the database.
  UNION ALL SELECT o.kind, o.name
    FROM (SELECT 'publication' AS kind, quote_ident(pubname) AS name, oid, 'pg_publication'::regclass AS class FROM pg_publication
          UNION ALL SELECT 'event trigger', quote_ident(evtname), oid, 'pg_event_trigger' FROM pg_event_trigger
          UNION ALL SELECT 'foreign server', quote_ident(srvname), oid, 'pg_foreign_server' FROM pg_foreign_server
          UNION ALL SELECT 'foreign data wrapper', quote_ident(fdwname), oid, 'pg_foreign_data_wrapper'
          FROM pg_foreign_data_wrapper
          UNION ALL SELECT 'access method', quote_ident(amname), oid, 'pg_am' FROM pg_am WHERE oid >= 16384
          UNION ALL SELECT 'language', quote_ident(lanname), oid, 'pg_language' FROM pg_language WHERE oid >= 16384
          UNION ALL SELECT 'transform',
                 format('%s in %s', format_type(t.trftype, NULL), (SELECT lanname FROM pg_language l WHERE l.oid = t.trflang)),
                 t.oid, 'pg_transform'
          FROM pg_transform t
          UNION ALL SELECT 'cast', format('%s AS %s', format_type(castsource, NULL), format_type(casttarget, NULL)), oid, 'pg_cast'
          FROM pg_cast WHERE oid >= 16384) o
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
  UNION ALL SELECT 'subscription', quote_ident(s.subname)
    FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid AND b.datname = current_database()
  UNION ALL SELECT 'user mapping', format('for %I on server %I', coalesce(usename, 'public'), srvname)
    FROM pg_user_mappings
  -- Data; there may be millions.
  UNION ALL SELECT 'large', 'objects' WHERE EXISTS (SELECT FROM pg_largeobject_metadata)

  -- Who owns what, and who may do what. Only of what is not the database's owner's is more looked at.
  UNION ALL SELECT 'owner of', format('%s (%I)', o.name, r.rolname)
    FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relowner AS owner, c.oid, 'pg_class'::regclass AS class
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relowner <> (SELECT datdba FROM pg_database WHERE datname = current_database())
            AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND {ignored}
          UNION ALL SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), p.proowner, p.oid, 'pg_proc'
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE p.oid >= 16384 AND p.proowner <> (SELECT datdba FROM pg_database WHERE datname = current_database()) AND {ignored}
          UNION ALL SELECT format('type %I.%I', n.nspname, t.typname), t.typowner, t.oid, 'pg_type'
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
          WHERE t.typtype IN ('e', 'd') AND t.typowner <> (SELECT datdba FROM pg_database WHERE datname = current_database())
            AND {ignored}
          UNION ALL SELECT format('schema %I', n.nspname), n.nspowner, n.oid, 'pg_namespace'
          FROM pg_namespace n
          WHERE n.nspowner <> (SELECT datdba FROM pg_database WHERE datname = current_database())
            AND n.nspname <> 'public' AND {ignored}) o
    JOIN pg_roles r ON r.oid = o.owner
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
  UNION ALL SELECT 'default privileges of', quote_ident(r.rolname)
    FROM pg_default_acl a JOIN pg_roles r ON r.oid = a.defaclrole
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

  -- What objects of the model have besides what is modelled of them. Few have any of it.
  UNION ALL SELECT x.kind, x.name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
      LATERAL (SELECT 'table of type' AS kind, format('%I.%I', n.nspname, c.relname) AS name WHERE c.reloftype <> 0
               UNION ALL SELECT 'privileges on', format('%I.%I', n.nspname, c.relname)
               WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
               UNION ALL SELECT 'tablespace of', format('%I.%I (%I)', n.nspname, c.relname, t.spcname)
               FROM pg_tablespace t WHERE t.oid = c.reltablespace
               UNION ALL SELECT 'unlogged sequence', format('%I.%I', n.nspname, c.relname)
               WHERE c.relkind = 'S' AND c.relpersistence = 'u'
                 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))) x
    WHERE (c.reloftype <> 0 OR c.relacl IS NOT NULL OR c.reltablespace <> 0 OR c.relkind = 'S' AND c.relpersistence = 'u')
      AND {ignored}
  UNION ALL SELECT DISTINCT
      CASE WHEN a.attacl IS NOT NULL THEN 'privileges on column'
           WHEN a.attoptions IS NOT NULL THEN 'options of column' ELSE 'statistics target of index column' END,
      format('%I.%I.%I', n.nspname, c.relname, a.attname)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND {ignored}
      AND (a.attacl IS NOT NULL OR a.attoptions IS NOT NULL OR a.attstattarget <> -1)
      AND (a.attacl IS NOT NULL OR a.attoptions IS NOT NULL AND c.relkind NOT IN ('i', 'I')
           OR c.relkind IN ('i', 'I') AND coalesce(a.attstattarget, -1) <> -1)
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
