//! What views, routines and tables use, from `pg_depend`.

use std::collections::BTreeMap;

use model::{Fault, Ident, Name, ObjectRef, Schema};
use tokio_postgres::Row;

use super::{Catalog, Relations};

pub(super) async fn read(
    catalog: &Catalog<'_>,
    relations: &Relations,
    schema: &mut Schema,
) -> Result<(), Fault> {
    let routines = routines_by_oid(catalog).await?;
    for row in catalog.rows(DEPENDENCIES).await? {
        let Some(used) = used(&row, relations, schema, &routines) else { continue };
        let user: u32 = row.get("object");
        if row.get::<_, &str>("class") == "routine" {
            let routine = routines.get(&user).and_then(|identity| schema.routines.get_mut(identity));
            if let Some(routine) = routine {
                routine.depends_on.insert(used);
            }
        } else if let Some(name) = relations.name(user) {
            if let Some(view) = schema.views.get_mut(name) {
                view.depends_on.insert(used);
            } else if let Some(table) = schema.tables.get_mut(name) {
                table.depends_on.insert(used);
            }
        }
    }
    Ok(())
}

async fn routines_by_oid(catalog: &Catalog<'_>) -> Result<BTreeMap<u32, String>, Fault> {
    let rows = catalog.rows(ROUTINES).await?;
    let identity = |row: &Row| {
        let name = super::name_at(row, "schema", "name");
        format!("{name}({})", row.get::<_, &str>("arguments"))
    };
    Ok(rows.iter().map(|row| (row.get("oid"), identity(row))).collect())
}

const ROUTINES: &str = "
SELECT p.oid, n.nspname AS schema, p.proname AS name, pg_get_function_identity_arguments(p.oid) AS arguments
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind <> 'a' AND {ignored}";

/// Who uses (`object` of `class`) what (`used` of `used_class`): views through their rewrite rule,
/// tables through their own row, defaults, constraints, indexes, triggers and policies.
const DEPENDENCIES: &str = "
SELECT DISTINCT u.class, u.object, u.used_class, u.used, u.used_column, u.used_schema, u.used_name, u.row_of
FROM (
  SELECT CASE d.classid WHEN 'pg_proc'::regclass THEN 'routine' ELSE 'relation' END AS class,
         CASE d.classid
           WHEN 'pg_rewrite'::regclass THEN (SELECT r.ev_class FROM pg_rewrite r WHERE r.oid = d.objid)
           WHEN 'pg_attrdef'::regclass THEN (SELECT a.adrelid FROM pg_attrdef a WHERE a.oid = d.objid)
           WHEN 'pg_constraint'::regclass THEN (SELECT c.conrelid FROM pg_constraint c WHERE c.oid = d.objid)
           WHEN 'pg_trigger'::regclass THEN (SELECT t.tgrelid FROM pg_trigger t WHERE t.oid = d.objid)
           WHEN 'pg_policy'::regclass THEN (SELECT p.polrelid FROM pg_policy p WHERE p.oid = d.objid)
           WHEN 'pg_class'::regclass THEN coalesce((SELECT x.indrelid FROM pg_index x WHERE x.indexrelid = d.objid), d.objid)
           ELSE d.objid END AS object,
         CASE d.refclassid WHEN 'pg_class'::regclass THEN 'relation' WHEN 'pg_proc'::regclass THEN 'routine'
           WHEN 'pg_type'::regclass THEN 'type' ELSE 'other' END AS used_class,
         d.refobjid AS used,
         (SELECT a.attname FROM pg_attribute a
          WHERE d.refclassid = 'pg_class'::regclass AND a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            AND d.refobjsubid > 0) AS used_column,
         tn.nspname AS used_schema, coalesce(te.typname, t.typname) AS used_name,
         nullif(coalesce(te.typrelid, t.typrelid), 0) AS row_of
  FROM pg_depend d
  LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
  LEFT JOIN pg_type te ON te.oid = t.typelem AND t.typcategory = 'A'
  LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
  WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass,
                      'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_class'::regclass, 'pg_proc'::regclass)
    AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
    AND d.deptype IN ('n', 'a')
) u
WHERE u.object IS NOT NULL AND NOT (u.used_class = 'relation' AND u.object = u.used)";

fn used(
    row: &Row,
    relations: &Relations,
    schema: &Schema,
    routines: &BTreeMap<u32, String>,
) -> Option<ObjectRef> {
    let oid: u32 = row.get("used");
    match row.get("used_class") {
        "routine" => routines.get(&oid).cloned().map(ObjectRef::Routine),
        "type" => {
            // A table's row type is the table.
            let row_of = row.get::<_, Option<u32>>("row_of").and_then(|oid| relations.name(oid));
            if let Some(table) = row_of.filter(|name| schema.tables.contains_key(name)) {
                return Some(ObjectRef::Table(table.clone()));
            }
            let name = Name::new(
                row.get::<_, Option<String>>("used_schema")?,
                row.get::<_, Option<String>>("used_name")?,
            );
            let known = schema.enums.contains_key(&name)
                || schema.domains.contains_key(&name)
                || schema.composites.contains_key(&name)
                || schema.ranges.contains_key(&name);
            known.then_some(ObjectRef::Type(name))
        }
        "relation" => {
            let name = relations.name(oid)?;
            let column: Option<String> = row.get("used_column");
            Some(match (schema.views.contains_key(name), column) {
                (true, _) => ObjectRef::View(name.clone()),
                (false, Some(column)) => ObjectRef::Column(name.clone(), Ident::new(column)),
                (false, None) => ObjectRef::Table(name.clone()),
            })
        }
        _ => None,
    }
}
