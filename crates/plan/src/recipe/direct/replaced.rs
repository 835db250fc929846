//! Was an object altered in place? What it is now is compared with how the server deparses it.

use std::collections::BTreeMap;

use model::{
    CompositeType, ConstraintKind, Domain, Expr, Ident, Literal, Name, Object, Policy, Sequence, Sql,
    Trigger, View, sql,
};

use super::question::text;
use crate::probe;

/// A query that answers whether the object is as it is wanted: all that can be altered of it, for one part may be
/// another while the rest is the same.
pub(in crate::recipe) fn replaced(to: &Object) -> Sql {
    match to {
        Object::View { name, view } => view_is(name, view),
        Object::Routine { routine } => probe::routine_where(
            &format!("{}({})", routine.name, routine.arguments),
            &sql!("rtrim(pg_get_functiondef(p.oid), E' \\n') = {}", text(&routine.definition)),
        ),
        Object::Sequence { name, sequence } => sequence_is(name, sequence),
        Object::Trigger { table, name, trigger } => trigger_is(table, name, trigger),
        Object::Rule { table, name, definition } => sql!(
            "SELECT EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = to_regclass({}) AND r.rulename = {} \
             AND rtrim(pg_get_ruledef(r.oid), ';') = {})",
            text(table),
            Literal::new(name.as_str()),
            text(definition)
        ),
        Object::Policy { table, name, policy } => policy_is(table, name, policy),
        Object::Domain { name, domain } => domain_is(name, domain),
        Object::Composite { name, composite } => composite_is(name, composite),
        Object::Extension { name, extension } => sql!(
            "SELECT EXISTS (SELECT FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
             WHERE e.extname = {} AND n.nspname = {})",
            Literal::new(name.as_str()),
            Literal::new(extension.schema.as_str())
        ),
        other => probe::object(&other.reference()),
    }
}

fn view_is(name: &Name, view: &View) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass({}) AND rtrim(btrim(pg_get_viewdef(c.oid), E' \\n'), ';') = {} \
         AND ARRAY(SELECT o COLLATE \"C\" FROM unnest(c.reloptions) o ORDER BY 1) = {})",
        text(name),
        text(&view.query),
        options(&view.options)
    )
}

/// `WITH (…)` as the catalog has it, in the order of the names.
fn options(options: &BTreeMap<String, String>) -> Sql {
    let mut each: Vec<String> = options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    each.sort();
    texts(each)
}

fn texts(each: impl IntoIterator<Item = String>) -> Sql {
    sql!("ARRAY[{}]::text[]", Sql::join(each.into_iter().map(Literal::new), ", "))
}

fn boolean(value: bool) -> Sql {
    Sql::verbatim(if value { "true" } else { "false" })
}

/// An expression in SQL is what is wanted, or there is none where none is.
fn expression_is(found: &'static str, wanted: Option<&Expr>) -> Sql {
    match wanted {
        Some(expression) => sql!("{} = {}", Sql::verbatim(found), text(expression)),
        None => sql!("{} IS NULL", Sql::verbatim(found)),
    }
}

fn sequence_is(name: &Name, sequence: &Sequence) -> Sql {
    let o = &sequence.options;
    let owner = match &sequence.owned_by {
        Some((table, column)) => sql!(
            "EXISTS (SELECT FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
             WHERE d.objid = s.seqrelid AND d.deptype = 'a' AND a.attrelid = to_regclass({}) AND a.attname = {})",
            text(table),
            Literal::new(column.as_str())
        ),
        None => sql!("NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = s.seqrelid AND d.deptype = 'a')"),
    };
    sql!(
        "SELECT EXISTS (SELECT FROM pg_sequence s WHERE s.seqrelid = to_regclass({}) AND format_type(s.seqtypid, NULL) = {} \
         AND s.seqstart = {} AND s.seqincrement = {} AND s.seqmin = {} AND s.seqmax = {} AND s.seqcache = {} AND s.seqcycle = {} \
         AND {})",
        text(name),
        text(&o.type_name),
        o.start,
        o.increment,
        o.min,
        o.max,
        o.cache,
        boolean(o.cycle),
        owner
    )
}

fn trigger_is(table: &Name, name: &Ident, trigger: &Trigger) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass({}) AND t.tgname = {} \
         AND pg_get_triggerdef(t.oid) = {} AND t.tgenabled = {})",
        text(table),
        Literal::new(name.as_str()),
        text(&trigger.definition),
        text(trigger.enabled)
    )
}

fn policy_is(table: &Name, name: &Ident, policy: &Policy) -> Sql {
    let mut roles: Vec<String> = policy.roles.iter().map(|role| role.as_str().to_owned()).collect();
    roles.sort();
    sql!(
        "SELECT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = to_regclass({}) AND p.polname = {} \
         AND p.polpermissive = {} AND CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' \
         WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END = {} AND {} AND {} \
         AND ARRAY(SELECT CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r)::text END COLLATE \"C\" FROM unnest(p.polroles) r \
         ORDER BY 1) = {})",
        text(table),
        Literal::new(name.as_str()),
        boolean(policy.permissive),
        text(&policy.command),
        expression_is("pg_get_expr(p.polqual, p.polrelid)", policy.using.as_ref()),
        expression_is("pg_get_expr(p.polwithcheck, p.polrelid)", policy.check.as_ref()),
        texts(roles)
    )
}

fn domain_is(name: &Name, domain: &Domain) -> Sql {
    let checks = domain.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Check { expression, .. } => {
            let proved = if constraint.not_valid { "not valid" } else { "valid" };
            Some(format!("{} {proved} {expression}", constraint.name.as_str()))
        }
        _ => None,
    });
    let mut checks: Vec<String> = checks.collect();
    checks.sort();
    sql!(
        "SELECT EXISTS (SELECT FROM pg_type t WHERE t.oid = to_regtype({}) AND t.typnotnull = {} AND {} \
         AND ARRAY(SELECT (c.conname || CASE WHEN c.convalidated THEN ' valid ' ELSE ' not valid ' END || pg_get_expr(c.conbin, 0)) \
         COLLATE \"C\" FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c' ORDER BY 1) = {})",
        text(name),
        boolean(domain.not_null),
        expression_is("pg_get_expr(t.typdefaultbin, 0)", domain.default.as_ref()),
        texts(checks)
    )
}

fn composite_is(name: &Name, composite: &CompositeType) -> Sql {
    let attributes = composite.attributes.iter().map(|it| format!("{} {}", it.name.as_str(), it.type_name));
    sql!(
        "SELECT EXISTS (SELECT FROM pg_type t WHERE t.oid = to_regtype({}) AND ARRAY(SELECT a.attname || ' ' \
         || format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = t.typrelid \
         AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) = {})",
        text(name),
        texts(attributes)
    )
}
