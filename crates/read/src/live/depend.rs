//! What stands on what, from `pg_depend`.

use model::{Fault, Ident, ObjectRef, Schema};

use super::oids::Oids;
use super::{Catalog, ident_at};

pub(super) const QUERIES: [&str; 2] = [MEMBERS, DEPENDENCIES];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(MEMBERS).await? {
        let extension: Ident = ident_at(&row, "extension");
        oids.note_member(row.get("class"), row.get("object"), &extension);
    }
    for row in catalog.rows(DEPENDENCIES).await? {
        let object = oids.object(row.get("class"), row.get("object"), row.get("part"));
        let used = oids.object(row.get("used_class"), row.get("used"), row.get("used_part"));
        if let (Some(object), Some(used)) = (object, used) {
            note(schema, object, used);
        }
    }
    Ok(())
}

fn note(schema: &mut Schema, object: ObjectRef, used: ObjectRef) {
    let of_itself = object == used
        // A sequence goes with its owner; it does not need it.
        || matches!(object, ObjectRef::Sequence(_) | ObjectRef::Extension(_))
        || matches!((&object, &used), (ObjectRef::View(a), used) if used.relation() == Some(a));
    if of_itself {
        return;
    }
    if let ObjectRef::View(name) = &object
        && let Some(view) = schema.views.get_mut(name)
    {
        view.depends_on.insert(used.clone());
    }
    schema.uses.insert(object, used);
}

/// Members of extensions; the extension stands for them.
const MEMBERS: &str = "
SELECT d.classid AS class, d.objid AS object, e.extname AS extension
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'";

/// Oids below 16384 are the system's own.
const DEPENDENCIES: &str = "
SELECT classid AS class, objid AS object, objsubid AS part,
       refclassid AS used_class, refobjid AS used, refobjsubid AS used_part
FROM pg_depend
WHERE deptype IN ('n', 'a') AND objid >= 16384 AND refobjid >= 16384";
