WITH spaces AS (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND nspname NOT LIKE 'pg_temp%' AND nspname NOT LIKE 'pg_toast%'
), relations AS (
    SELECT c.*, s.nspname FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace
)
SELECT format('schema %I', nspname) FROM spaces
UNION ALL
SELECT format('relation %I.%I %s rls=%s forced=%s options=%s method=%s', nspname, relname, relkind, relrowsecurity,
    relforcerowsecurity, (SELECT array_agg(o ORDER BY o) FROM unnest(reloptions) o), (SELECT amname FROM pg_am a WHERE a.oid = relam))
FROM relations WHERE relkind IN ('r', 'v', 'm', 'S', 'p')
UNION ALL
SELECT format('column %I.%I.%I %s notnull=%s identity=%s generated=%s default=%s', r.nspname, r.relname, a.attname,
    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('constraint %I.%I.%I %s', r.nspname, r.relname, c.conname, pg_get_constraintdef(c.oid))
FROM relations r JOIN pg_constraint c ON c.conrelid = r.oid
UNION ALL
SELECT format('index %s', pg_get_indexdef(i.indexrelid)) FROM pg_index i JOIN relations r ON r.oid = i.indexrelid
UNION ALL
SELECT format('enum %I.%I %s', s.nspname, t.typname,
    (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace WHERE t.typtype = 'e'
UNION ALL
SELECT format('sequence %I.%I %s start=%s by=%s min=%s max=%s cache=%s cycle=%s', r.nspname, r.relname, format_type(q.seqtypid, NULL),
    q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle)
FROM pg_sequence q JOIN relations r ON r.oid = q.seqrelid
UNION ALL
SELECT format('view %I.%I populated=%s %s', nspname, relname, relispopulated, pg_get_viewdef(oid)) FROM relations WHERE relkind IN ('v', 'm')
UNION ALL
SELECT format('policy %I.%I.%I permissive=%s command=%s roles=%s using=%s check=%s', r.nspname, r.relname, p.polname, p.polpermissive,
    p.polcmd, (SELECT array_agg(coalesce(a.rolname, 'public')::text ORDER BY a.rolname) FROM unnest(p.polroles) o LEFT JOIN pg_roles a ON a.oid = o),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
ORDER BY 1
