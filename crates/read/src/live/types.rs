//! Namespaces, extensions, collations, enums, domains, composite and range types.

use model::{
    Attribute, Collation, CompositeType, Constraint, ConstraintKind, Domain, EnumType, Expr, Extension,
    Fault, Ident, Name, Namespace, ObjectRef, RangeType, Schema, TypeName,
};
use tokio_postgres::Row;

use super::oids::{Class, Oids};
use super::{Catalog, ident_at, name_at, name_opt};

pub(super) const QUERIES: [&str; 8] =
    [NAMESPACES, EXTENSIONS, COLLATIONS, ENUMS, DOMAINS, DOMAIN_CHECKS, COMPOSITES, RANGES];

pub(super) async fn read(catalog: &Catalog<'_>, oids: &mut Oids, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(NAMESPACES).await? {
        schema.namespaces.insert(ident_at(&row, "name"), Namespace { comment: row.get("comment") });
    }
    for row in catalog.rows(EXTENSIONS).await? {
        let extension = Extension { schema: ident_at(&row, "schema"), version: row.get("version") };
        schema.extensions.insert(ident_at(&row, "name"), extension);
    }
    for row in catalog.rows(COLLATIONS).await? {
        let name = name_at(&row, "schema", "name");
        oids.note(Class::Collation, &row, "oid", &ObjectRef::Collation(name.clone()));
        schema.collations.insert(name, collation(&row));
    }
    for row in catalog.rows(ENUMS).await? {
        let enum_type = EnumType { labels: row.get("labels"), comment: row.get("comment") };
        schema.enums.insert(type_name(oids, &row), enum_type);
    }
    for row in catalog.rows(DOMAINS).await? {
        schema.domains.insert(type_name(oids, &row), domain(&row));
    }
    for row in catalog.rows(DOMAIN_CHECKS).await? {
        let name = name_at(&row, "schema", "domain");
        oids.note(Class::Constraint, &row, "oid", &ObjectRef::Type(name.clone()));
        if let Some(domain) = schema.domains.get_mut(&name) {
            domain.constraints.push(domain_check(&row));
        }
    }
    for row in catalog.rows(COMPOSITES).await? {
        let name = type_name(oids, &row);
        oids.note(Class::Relation, &row, "relation", &ObjectRef::Type(name.clone()));
        let composite = schema
            .composites
            .entry(name)
            .or_insert_with(|| CompositeType { attributes: Vec::new(), comment: row.get("comment") });
        composite.attributes.extend(attribute(&row));
    }
    for row in catalog.rows(RANGES).await? {
        let name = type_name(oids, &row);
        for multirange in ["multirange_oid", "multirange_array"] {
            oids.note(Class::Type, &row, multirange, &ObjectRef::Type(name.clone()));
        }
        schema.ranges.insert(name, range(&row));
    }
    Ok(())
}

/// The name of a type, which its oid and that of its array mean.
fn type_name(oids: &mut Oids, row: &Row) -> Name {
    let name = name_at(row, "schema", "name");
    for oid in ["oid", "array"] {
        oids.note(Class::Type, row, oid, &ObjectRef::Type(name.clone()));
    }
    name
}

const NAMESPACES: &str = "
SELECT n.nspname AS name, obj_description(n.oid, 'pg_namespace') AS comment
FROM pg_namespace n
WHERE {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')";

const EXTENSIONS: &str = "
SELECT e.extname AS name, n.nspname AS schema, e.extversion AS version
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql' AND n.nspname <> 'lockkeeper_memory'";

const COLLATIONS: &str = "
SELECT c.oid, n.nspname AS schema, c.collname AS name, c.collprovider AS provider,
       coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate) AS locale,
       c.collisdeterministic AS deterministic
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_collation'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

fn collation(row: &Row) -> Collation {
    let provider = match super::code_at(row, "provider") {
        'i' => "icu",
        'b' => "builtin",
        _ => "libc",
    };
    Collation {
        provider: provider.to_owned(),
        locale: row.get::<_, Option<String>>("locale").unwrap_or_default(),
        deterministic: row.get("deterministic"),
    }
}

const ENUMS: &str = "
SELECT t.oid, t.typarray AS array, n.nspname AS schema, t.typname AS name,
       obj_description(t.oid, 'pg_type') AS comment,
       coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
                 FROM pg_enum e WHERE e.enumtypid = t.oid), '{}') AS labels
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')";

const DOMAINS: &str = "
SELECT t.oid, t.typarray AS array, n.nspname AS schema, t.typname AS name,
       format_type(t.typbasetype, t.typtypmod) AS type, t.typnotnull AS not_null,
       -- Its text is as its author's search path wrote it.
       pg_get_expr(t.typdefaultbin, 0) AS default, obj_description(t.oid, 'pg_type') AS comment,
       cn.nspname AS collation_schema, c.collname AS collation
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_collation c ON c.oid = t.typcollation AND t.typcollation <> b.typcollation
LEFT JOIN pg_namespace cn ON cn.oid = c.collnamespace
WHERE t.typtype = 'd' AND {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')";

fn domain(row: &Row) -> Domain {
    Domain {
        type_name: TypeName::new(row.get::<_, String>("type")),
        not_null: row.get("not_null"),
        default: row.get::<_, Option<String>>("default").map(Expr::new),
        collation: name_opt(row, "collation_schema", "collation"),
        constraints: Vec::new(),
        comment: row.get("comment"),
    }
}

const DOMAIN_CHECKS: &str = "
SELECT con.oid, n.nspname AS schema, t.typname AS domain, con.conname AS name,
       pg_get_expr(con.conbin, 0) AS expression, con.convalidated AS valid
FROM pg_constraint con
JOIN pg_type t ON t.oid = con.contypid
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE con.contype = 'c' AND {ignored}
ORDER BY con.conname";

fn domain_check(row: &Row) -> Constraint {
    let expression = Expr::new(row.get::<_, String>("expression"));
    let kind = ConstraintKind::Check { expression, no_inherit: false };
    let not_valid = !row.get::<_, bool>("valid");
    Constraint { not_valid, ..Constraint::new(row.get::<_, String>("name"), kind) }
}

const COMPOSITES: &str = "
SELECT t.oid, t.typarray AS array, c.oid AS relation, n.nspname AS schema, c.relname AS name,
       obj_description(t.oid, 'pg_type') AS comment, a.attname AS attribute, format_type(a.atttypid, a.atttypmod) AS type,
       cn.nspname AS collation_schema, co.collname AS collation
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = c.reltype
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type ty ON ty.oid = a.atttypid
LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> ty.typcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE c.relkind = 'c' AND {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY c.oid, a.attnum";

fn attribute(row: &Row) -> Option<Attribute> {
    Some(Attribute {
        name: Ident::new(row.get::<_, Option<String>>("attribute")?),
        type_name: TypeName::new(row.get::<_, Option<String>>("type")?),
        collation: name_opt(row, "collation_schema", "collation"),
    })
}

const RANGES: &str = "
SELECT t.oid, t.typarray AS array, n.nspname AS schema, t.typname AS name,
       format_type(r.rngsubtype, NULL) AS subtype,
       CASE WHEN NOT oc.opcdefault THEN ocn.nspname END AS opclass_schema, oc.opcname AS opclass,
       CASE WHEN r.rngcollation <> st.typcollation THEN cn.nspname END AS collation_schema,
       c.collname AS collation,
       nullif(r.rngcanonical::oid, 0)::regproc::text AS canonical,
       nullif(r.rngsubdiff::oid, 0)::regproc::text AS subtype_diff,
       {since 14: mn.nspname | NULL::name} AS multirange_schema,
       {since 14: mt.typname | NULL::name} AS multirange, {since 14: mt.oid | NULL::oid} AS multirange_oid,
       {since 14: mt.typarray | NULL::oid} AS multirange_array
FROM pg_range r
JOIN pg_type t ON t.oid = r.rngtypid
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type st ON st.oid = r.rngsubtype
JOIN pg_opclass oc ON oc.oid = r.rngsubopc
JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
{since 14: LEFT JOIN pg_type mt ON mt.oid = r.rngmultitypid LEFT JOIN pg_namespace mn ON mn.oid = mt.typnamespace}
LEFT JOIN pg_collation c ON c.oid = r.rngcollation
LEFT JOIN pg_namespace cn ON cn.oid = c.collnamespace
WHERE {ignored}
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')";

fn range(row: &Row) -> RangeType {
    let mut options = Vec::new();
    let mut name_option = |option: &str, name: Option<Name>| {
        options.extend(name.map(|name| (option.to_owned(), Expr::new(name.to_string()))));
    };
    name_option("subtype_opclass", name_opt(row, "opclass_schema", "opclass"));
    name_option("collation", name_opt(row, "collation_schema", "collation"));
    for option in ["canonical", "subtype_diff"] {
        let function: Option<String> = row.get(option);
        options.extend(function.map(|function| (option.to_owned(), Expr::new(function))));
    }
    let multirange = name_opt(row, "multirange_schema", "multirange");
    options.extend(multirange.map(|name| ("multirange_type_name".to_owned(), Expr::new(name.to_string()))));
    RangeType { subtype: TypeName::new(row.get::<_, String>("subtype")), options }
}
