//! Questions to the catalog that answer one boolean: is a step's effect there?
//!
//! Every name goes in as a quoted text that `to_regclass` and its like resolve, so that an object that
//! is not there answers false and not an error.

use model::{Expr, Ident, Literal, Name, ObjectRef, Sql, TypeName, sql};

fn text(of: impl ToString) -> Literal {
    Literal::new(of.to_string())
}

fn bare(name: &Ident) -> Literal {
    Literal::new(name.as_str())
}

/// Both hold.
pub(crate) fn both(a: &Sql, b: &Sql) -> Sql {
    sql!("SELECT ({}) AND ({})", a, b)
}

/// It does not hold.
pub(crate) fn not(a: &Sql) -> Sql {
    sql!("SELECT NOT ({})", a)
}

/// A relation of this name exists.
pub(crate) fn relation(name: &Name) -> Sql {
    sql!("SELECT to_regclass({}) IS NOT NULL", text(name))
}

/// A plain view of this name exists.
pub(crate) fn view(name: &Name) -> Sql {
    of_kind(name, "'v'")
}

/// A table of this name exists, partitioned or not.
pub(crate) fn table(name: &Name) -> Sql {
    of_kind(name, "'r', 'p'")
}

fn of_kind(name: &Name, kinds: &'static str) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass({}) AND c.relkind IN ({}))",
        text(name),
        Sql::verbatim(kinds)
    )
}

/// A view of this name exists through which rows can be inserted, updated and deleted.
pub(crate) fn writable_view(name: &Name) -> Sql {
    // 4, 8 and 16 are CMD_UPDATE, CMD_INSERT and CMD_DELETE as bits.
    sql!(
        "SELECT coalesce((pg_relation_is_updatable(to_regclass({}), false) & 28) = 28, false) AND ({})",
        text(name),
        view(name)
    )
}

/// The column exists.
pub(crate) fn column(table: &Name, column: &Ident) -> Sql {
    attribute(table, column, "true")
}

/// The column exists and refuses nulls, proved (18 knows NOT NULL constraints that are not).
pub(crate) fn not_null(table: &Name, column: &Ident) -> Sql {
    attribute(
        table,
        column,
        "a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conrelid = a.attrelid \
         AND n.contype = 'n' AND n.conkey[1] = a.attnum AND NOT n.convalidated)",
    )
}

/// The column has a default.
pub(crate) fn has_default(table: &Name, column: &Ident) -> Sql {
    attribute(table, column, "a.atthasdef")
}

/// The column's default is this expression, as the server deparses it.
pub(crate) fn default_is(table: &Name, column: &Ident, expression: &Expr) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
         WHERE a.attrelid = to_regclass({}) AND a.attname = {} AND pg_get_expr(d.adbin, d.adrelid) = {})",
        text(table),
        bare(column),
        text(expression)
    )
}

/// The column has this type.
pub(crate) fn type_is(table: &Name, column: &Ident, type_name: &TypeName) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass({}) AND a.attname = {} \
         AND NOT a.attisdropped AND format_type(a.atttypid, a.atttypmod) = {})",
        text(table),
        bare(column),
        text(type_name)
    )
}

fn attribute(table: &Name, column: &Ident, condition: &'static str) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass({}) AND a.attname = {} \
         AND NOT a.attisdropped AND {})",
        text(table),
        bare(column),
        Sql::verbatim(condition)
    )
}

/// A constraint of this name exists on the table.
pub(crate) fn constraint(table: &Name, name: &Ident) -> Sql {
    constraint_where(table, name, "true")
}

/// The constraint exists and is proved on every row.
pub(crate) fn constraint_valid(table: &Name, name: &Ident) -> Sql {
    constraint_where(table, name, "c.convalidated")
}

fn constraint_where(table: &Name, name: &Ident, condition: &'static str) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = to_regclass({}) AND c.conname = {} AND {})",
        text(table),
        bare(name),
        Sql::verbatim(condition)
    )
}

/// The index exists on the table and can be used.
pub(crate) fn index_valid(table: &Name, index: &Ident) -> Sql {
    index_where(table, index, "x.indisvalid AND x.indisready")
}

/// The index exists on the table but an interrupted build left it invalid.
pub(crate) fn index_invalid(table: &Name, index: &Ident) -> Sql {
    index_where(table, index, "NOT x.indisvalid")
}

fn index_where(table: &Name, index: &Ident, condition: &'static str) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = to_regclass({}) AND x.indrelid = to_regclass({}) AND {})",
        text(table.sibling(index)),
        text(table),
        Sql::verbatim(condition)
    )
}

/// No row meets the condition.
pub(crate) fn no_row(table: &Name, condition: &Sql) -> Sql {
    sql!("SELECT NOT EXISTS (SELECT FROM {} WHERE {})", table, condition)
}

/// The comment on an object is this one.
pub(crate) fn comment_is(on: &ObjectRef, comment: Option<&str>) -> Option<Sql> {
    let found = match on {
        ObjectRef::Table(name) | ObjectRef::View(name) | ObjectRef::Sequence(name) => {
            sql!("obj_description(to_regclass({}), 'pg_class')", text(name))
        }
        ObjectRef::Index(table, name) => {
            sql!("obj_description(to_regclass({}), 'pg_class')", text(table.sibling(name)))
        }
        ObjectRef::Column(table, column) => sql!(
            "(SELECT col_description(a.attrelid, a.attnum) FROM pg_attribute a \
             WHERE a.attrelid = to_regclass({}) AND a.attname = {})",
            text(table),
            bare(column)
        ),
        ObjectRef::Type(name) => sql!("obj_description(to_regtype({}), 'pg_type')", text(name)),
        ObjectRef::Routine(identity) => sql!(
            "(SELECT obj_description(p.oid, 'pg_proc') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
             WHERE format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) = {})",
            Literal::new(identity.clone())
        ),
        ObjectRef::Namespace(name) => sql!(
            "(SELECT obj_description(n.oid, 'pg_namespace') FROM pg_namespace n WHERE n.nspname = {})",
            bare(name)
        ),
        ObjectRef::Constraint(table, name) => sql!(
            "(SELECT obj_description(c.oid, 'pg_constraint') FROM pg_constraint c \
             WHERE c.conrelid = to_regclass({}) AND c.conname = {})",
            text(table),
            bare(name)
        ),
        _ => return None,
    };
    Some(match comment {
        Some(comment) => sql!("SELECT coalesce({} = {}, false)", found, Literal::new(comment)),
        None => sql!("SELECT {} IS NULL", found),
    })
}

/// A routine of this identity exists and meets a condition on `pg_proc p`, which is asked of no other:
/// `pg_get_functiondef` refuses aggregates.
pub(crate) fn routine_where(identity: &str, condition: &Sql) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE CASE WHEN \
         format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) = {} \
         THEN {} ELSE false END)",
        Literal::new(identity),
        condition
    )
}

/// An object of this reference exists.
pub(crate) fn object(reference: &ObjectRef) -> Sql {
    match reference {
        ObjectRef::Namespace(name) => {
            sql!("SELECT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = {})", bare(name))
        }
        ObjectRef::Extension(name) => {
            sql!("SELECT EXISTS (SELECT FROM pg_extension e WHERE e.extname = {})", bare(name))
        }
        ObjectRef::Collation(name) => sql!(
            "SELECT EXISTS (SELECT FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace \
             WHERE n.nspname = {} AND c.collname = {})",
            bare(&name.schema),
            bare(&name.name)
        ),
        ObjectRef::Type(name) => sql!("SELECT to_regtype({}) IS NOT NULL", text(name)),
        ObjectRef::Sequence(name)
        | ObjectRef::Table(name)
        | ObjectRef::View(name)
        | ObjectRef::MaterializedView(name) => relation(name),
        ObjectRef::Column(table, name) => column(table, name),
        ObjectRef::Constraint(table, name) => constraint(table, name),
        ObjectRef::Index(table, name) => index_where(table, name, "true"),
        ObjectRef::Routine(identity) => routine_where(identity, &sql!("true")),
        ObjectRef::Trigger(table, name) => sql!(
            "SELECT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass({}) AND t.tgname = {})",
            text(table),
            bare(name)
        ),
        ObjectRef::Rule(table, name) => sql!(
            "SELECT EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = to_regclass({}) AND r.rulename = {})",
            text(table),
            bare(name)
        ),
        ObjectRef::Policy(table, name) => sql!(
            "SELECT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = to_regclass({}) AND p.polname = {})",
            text(table),
            bare(name)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text() {
        let probe = column(&Name::new("public", "We\"ird"), &Ident::new("it's"));
        assert!(probe.as_str().contains("to_regclass('public.\"We\"\"ird\"')"), "{probe}");
        assert!(probe.as_str().contains("a.attname = 'it''s'"), "{probe}");
    }
}
