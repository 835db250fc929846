//! Routines, triggers, rules and policies.

use model::{Expr, Fault, ObjectRef, Policy, Routine, RoutineKind, Schema, Trigger};
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::{Catalog, code_at, ident_at, idents_at, name_at};

pub(super) const QUERIES: [&str; 5] = [ROUTINES, AGGREGATES, TRIGGERS, RULES, POLICIES];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(ROUTINES).await? {
        let routine = routine(&row);
        let identity = routine.identity();
        oids.note(Class::Routine, &row, "oid", &ObjectRef::Routine(identity.clone()));
        schema.routines.insert(identity, routine);
    }
    for row in catalog.rows(AGGREGATES).await? {
        let name = name_at(&row, "schema", "name");
        schema.unmodelled.insert(format!("aggregate {name}({})", row.get::<_, &str>("arguments")));
    }
    read_triggers(catalog, oids, schema).await?;
    read_rules(catalog, oids, schema).await?;
    read_policies(catalog, oids, schema).await
}

async fn read_triggers(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(TRIGGERS).await? {
        let Some(relation) = oids.relation(row.get("relation")).cloned() else { continue };
        let name = ident_at(&row, "name");
        oids.note(Class::Trigger, &row, "oid", &ObjectRef::Trigger(relation.clone(), name.clone()));
        if let Some(table) = schema.tables.get_mut(&relation) {
            table.triggers.insert(name, trigger(&row));
        } else if let Some(view) = schema.views.get_mut(&relation) {
            view.triggers.insert(name, trigger(&row));
        }
    }
    Ok(())
}

async fn read_rules(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(RULES).await? {
        let Some(relation) = oids.relation(row.get("relation")).cloned() else { continue };
        let name = ident_at(&row, "name");
        oids.note(Class::Rewrite, &row, "oid", &ObjectRef::Rule(relation.clone(), name.clone()));
        let definition: String = row.get("definition");
        let definition = Expr::new(definition.trim_end_matches(';'));
        if let Some(table) = schema.tables.get_mut(&relation) {
            table.rules.insert(name, definition);
        } else if let Some(view) = schema.views.get_mut(&relation) {
            view.rules.insert(name, definition);
        }
    }
    Ok(())
}

async fn read_policies(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(POLICIES).await? {
        let Some(relation) = oids.relation(row.get("relation")).cloned() else { continue };
        let name = ident_at(&row, "name");
        oids.note(Class::Policy, &row, "oid", &ObjectRef::Policy(relation.clone(), name.clone()));
        if let Some(table) = schema.tables.get_mut(&relation) {
            table.policies.insert(name, policy(&row));
        }
    }
    Ok(())
}

const ROUTINES: &str = "
SELECT p.oid, n.nspname AS schema, p.proname AS name, oidvectortypes(p.proargtypes) AS arguments,
       pg_get_function_arguments(p.oid) AS signature, p.prokind AS kind, pg_get_functiondef(p.oid) AS definition,
       coalesce(pg_get_function_result(p.oid), '') AS returns, de.description AS comment
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_description de ON de.objoid = p.oid AND de.classoid = 'pg_proc'::regclass
WHERE p.prokind <> 'a' AND {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype IN ('e', 'i'))";

const AGGREGATES: &str = "
SELECT n.nspname AS schema, p.proname AS name, oidvectortypes(p.proargtypes) AS arguments
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind = 'a' AND {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype = 'e')";

fn routine(row: &Row) -> Routine {
    let kind = if code_at(row, "kind") == 'p' { RoutineKind::Procedure } else { RoutineKind::Function };
    let definition: String = row.get("definition");
    Routine {
        name: name_at(row, "schema", "name"),
        arguments: row.get("arguments"),
        signature: row.get("signature"),
        kind,
        definition: Expr::new(definition.trim_end()),
        returns: row.get("returns"),
        comment: row.get("comment"),
    }
}

/// Triggers that a partition has from its parent (`tgparentid`) are the parent's.
const TRIGGERS: &str = "
SELECT t.oid, t.tgrelid AS relation, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition,
       t.tgenabled AS enabled, fn.nspname AS function_schema, f.proname AS function_name,
       de.description AS comment
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc f ON f.oid = t.tgfoid
JOIN pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_description de ON de.objoid = t.oid AND de.classoid = 'pg_trigger'::regclass
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid
                  AND d.deptype = 'e')";

fn trigger(row: &Row) -> Trigger {
    Trigger {
        definition: Expr::new(row.get::<_, String>("definition")),
        enabled: code_at(row, "enabled"),
        function: format!("{}()", name_at(row, "function_schema", "function_name")),
        comment: row.get("comment"),
    }
}

const RULES: &str = "
SELECT r.oid, r.ev_class AS relation, r.rulename AS name, pg_get_ruledef(r.oid) AS definition
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND {ignored}";

const POLICIES: &str = "
SELECT p.oid, p.polrelid AS relation, p.polname AS name, p.polpermissive AS permissive,
       CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                     WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS command,
       CASE WHEN p.polroles = '{0}' THEN '{public}' ELSE
         (SELECT array_agg(r.rolname::text ORDER BY r.rolname) FROM pg_roles r WHERE r.oid = ANY (p.polroles))
       END AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using_expression,
       pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression,
       obj_description(p.oid, 'pg_policy') AS comment
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {ignored}";

fn policy(row: &Row) -> Policy {
    Policy {
        permissive: row.get("permissive"),
        command: row.get("command"),
        roles: idents_at(row, "roles"),
        using: row.get::<_, Option<String>>("using_expression").map(Expr::new),
        check: row.get::<_, Option<String>>("check_expression").map(Expr::new),
        comment: row.get("comment"),
    }
}
