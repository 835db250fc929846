//! Was a change made? One question to the catalog for every kind of change.

use model::{
    Change, Column, ColumnOption, ConstraintKind, Expr, ForeignKeyAction, Ident, Identity, Literal, Name,
    Sql, TableOption, sql,
};

use super::replaced::replaced;
use crate::probe;

/// A query that answers false before the change and true after.
pub(in crate::recipe) fn done(change: &Change) -> Sql {
    match change {
        Change::Create { object } => probe::object(&object.reference()),
        Change::Drop { object } => probe::not(&probe::object(&object.reference())),
        Change::Replace { to, .. } => replaced(to),
        Change::RenameTable { from, to } => {
            probe::both(&probe::relation(to), &probe::not(&probe::relation(from)))
        }
        Change::AddColumn { table, column } => probe::column(table, &column.name),
        Change::DropColumn { table, column } => probe::not(&probe::column(table, &column.name)),
        Change::RenameColumn { table, from, to } => {
            probe::both(&probe::column(table, to), &probe::not(&probe::column(table, from)))
        }
        Change::AlterColumnType { table, from, to, .. } if from.collation != to.collation => {
            let there = attribute_where(table, &to.name, &collation_is(to.collation.as_ref()));
            probe::both(&probe::type_is(table, &to.name, &to.type_name), &there)
        }
        Change::AlterColumnType { table, to, .. } => probe::type_is(table, &to.name, &to.type_name),
        Change::SetNotNull { table, column, not_null: true } => probe::not_null(table, column),
        Change::SetNotNull { table, column, .. } => probe::not(&probe::not_null(table, column)),
        Change::SetDefault { table, column, to: Some(to), .. } => probe::default_is(table, column, to),
        Change::SetDefault { table, column, .. } => probe::not(&probe::has_default(table, column)),
        Change::SetIdentity { table, column, to, .. } => identity_is(table, column, to.as_ref()),
        Change::SetGenerated { table, to, .. } => generated_is(table, to),
        Change::SetColumnOption { table, column, option, to, .. } => {
            column_option_is(table, column, *option, to.as_deref())
        }
        Change::AddConstraint { table, constraint } => probe::constraint(table, &constraint.name),
        Change::DropConstraint { table, constraint } => {
            probe::not(&probe::constraint(table, &constraint.name))
        }
        Change::AlterForeignKey { table, to, .. } => foreign_key_is(table, &to.name, &to.kind),
        Change::ValidateConstraint { table, constraint } => probe::constraint_valid(table, &constraint.name),
        Change::RenameConstraint { table, from, to } => {
            probe::both(&probe::constraint(table, to), &probe::not(&probe::constraint(table, from)))
        }
        Change::CreateIndex { table, index } => probe::index_valid(table, &index.name),
        Change::DropIndex { table, index } => {
            probe::not(&probe::object(&model::ObjectRef::Index(table.clone(), index.name.clone())))
        }
        Change::RenameIndex { table, from, to } => probe::both(
            &probe::relation(&table.sibling(to)),
            &probe::not(&probe::relation(&table.sibling(from))),
        ),
        Change::AddEnumValue { name, label, .. } => sql!(
            "SELECT EXISTS (SELECT FROM pg_enum e WHERE e.enumtypid = to_regtype({}) AND e.enumlabel = {})",
            Literal::new(name.to_string()),
            Literal::new(label.clone())
        ),
        Change::ReplaceEnum { name, to, .. } => labels_are(name, to),
        Change::SetTableOption { table, option, to, .. } => table_option_is(table, option, to.as_deref()),
        Change::SetPartition { table, to, .. } => partition_is(table, to.as_ref()),
        Change::Comment { on, to, .. } => {
            probe::comment_is(on, to.as_deref()).unwrap_or_else(|| probe::object(on))
        }
    }
}

pub(super) fn text(of: impl ToString) -> Literal {
    Literal::new(of.to_string())
}

fn identity_is(table: &Name, column: &Ident, to: Option<&Identity>) -> Sql {
    let code = match to {
        None => "",
        Some(identity) if identity.always => "a",
        Some(_) => "d",
    };
    attribute_where(table, column, &sql!("a.attidentity = {}", Literal::new(code)))
}

pub(in crate::recipe) fn generated_is(table: &Name, to: &Column) -> Sql {
    let condition = match &to.generated {
        None => sql!("a.attgenerated = ''"),
        Some(generated) => sql!(
            "a.attgenerated = {} AND (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d \
             WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) = {}",
            Literal::new(if generated.stored { "s" } else { "v" }),
            text(&generated.expression)
        ),
    };
    attribute_where(table, &to.name, &condition)
}

fn column_option_is(table: &Name, column: &Ident, option: ColumnOption, to: Option<&str>) -> Sql {
    let condition = match (option, to) {
        (ColumnOption::Statistics, Some(target)) => sql!("a.attstattarget = {}", Sql::verbatim(target)),
        (ColumnOption::Statistics, None) => sql!("coalesce(a.attstattarget, -1) < 0"),
        (ColumnOption::Compression, Some(method)) => {
            sql!("a.attcompression = {}", Literal::new(if method == "lz4" { "l" } else { "p" }))
        }
        (ColumnOption::Compression, None) => sql!("a.attcompression = ''"),
        (ColumnOption::Storage, Some(storage)) => sql!(
            "a.attstorage = {}",
            Literal::new(match storage {
                "PLAIN" => "p",
                "EXTERNAL" => "e",
                "MAIN" => "m",
                _ => "x",
            })
        ),
        (ColumnOption::Storage, None) => {
            sql!("a.attstorage = (SELECT t.typstorage FROM pg_type t WHERE t.oid = a.atttypid)")
        }
    };
    attribute_where(table, column, &condition)
}

/// The column of `pg_attribute a` has this collation, or its type's own.
fn collation_is(collation: Option<&Name>) -> Sql {
    match collation {
        None => sql!("a.attcollation = (SELECT t.typcollation FROM pg_type t WHERE t.oid = a.atttypid)"),
        Some(name) => sql!(
            "a.attcollation IN (SELECT c.oid FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace \
             WHERE n.nspname = {} AND c.collname = {})",
            Literal::new(name.schema.as_str()),
            Literal::new(name.name.as_str())
        ),
    }
}

fn attribute_where(table: &Name, column: &Ident, condition: &Sql) -> Sql {
    sql!(
        "SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass({}) AND a.attname = {} \
         AND NOT a.attisdropped AND {})",
        text(table),
        Literal::new(column.as_str()),
        condition
    )
}

fn foreign_key_is(table: &Name, name: &Ident, kind: &ConstraintKind) -> Sql {
    let code = |action: ForeignKeyAction| {
        Literal::new(match action {
            ForeignKeyAction::NoAction => "a",
            ForeignKeyAction::Restrict => "r",
            ForeignKeyAction::Cascade => "c",
            ForeignKeyAction::SetNull => "n",
            ForeignKeyAction::SetDefault => "d",
        })
    };
    match kind {
        ConstraintKind::ForeignKey(key) => sql!(
            "SELECT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = to_regclass({}) AND c.conname = {} \
             AND c.confrelid = to_regclass({}) AND c.confdeltype = {} AND c.confupdtype = {})",
            text(table),
            Literal::new(name.as_str()),
            text(&key.references),
            code(key.on_delete),
            code(key.on_update)
        ),
        _ => probe::constraint(table, name),
    }
}

fn labels_are(name: &Name, labels: &[String]) -> Sql {
    let labels = Sql::join(labels.iter().map(Literal::new), ", ");
    sql!(
        "SELECT coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e \
         WHERE e.enumtypid = to_regtype({})) = ARRAY[{}]::text[], false)",
        text(name),
        labels
    )
}

fn table_option_is(table: &Name, option: &TableOption, to: Option<&str>) -> Sql {
    let on = Sql::verbatim(if to.is_some() { "" } else { "NOT " });
    let condition = match (option, to) {
        (TableOption::RowSecurity, _) => sql!("{}c.relrowsecurity", on),
        (TableOption::ForceRowSecurity, _) => sql!("{}c.relforcerowsecurity", on),
        (TableOption::Unlogged, _) => sql!("{}c.relpersistence = 'u'", on),
        (TableOption::ReplicaIdentity, to) => sql!(
            "c.relreplident = {}",
            Literal::new(match to {
                None => "d",
                Some("FULL") => "f",
                Some("NOTHING") => "n",
                Some(_) => "i",
            })
        ),
        (TableOption::Inherit(parent), _) => sql!(
            "{}EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = to_regclass({}))",
            on,
            text(parent)
        ),
        (TableOption::Parameter(name), Some(value)) => {
            sql!("{} = ANY (c.reloptions)", Literal::new(format!("{name}={value}")))
        }
        (TableOption::Parameter(name), None) => sql!(
            "NOT EXISTS (SELECT FROM unnest(c.reloptions) o WHERE starts_with(o, {}))",
            Literal::new(format!("{name}="))
        ),
    };
    sql!(
        "SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass({}) AND {})",
        text(table),
        condition
    )
}

fn partition_is(table: &Name, to: Option<&(Name, Expr)>) -> Sql {
    let found = |parent: Sql| {
        sql!(
            "SELECT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
             WHERE c.oid = to_regclass({}) AND c.relispartition AND {})",
            text(table),
            parent
        )
    };
    match to {
        Some((parent, bound)) => found(sql!(
            "i.inhparent = to_regclass({}) AND pg_get_expr(c.relpartbound, c.oid) = {}",
            text(parent),
            text(bound)
        )),
        None => probe::not(&found(sql!("true"))),
    }
}
