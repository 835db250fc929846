use super::{comment, domain, object, sequence, table, view, when};
use crate::{
    Change, Column, ColumnOption, CompositeType, Constraint, Expr, Ident, Identity, Index, Literal, Name,
    Object, ObjectRef, Policy, Sql, TableOption, sql,
};

impl Change {
    /// The statements of a plain push, in order; each is one message to the server.
    pub fn sql(&self) -> Vec<Sql> {
        match self {
            Self::Create { object } => object.create(),
            Self::Drop { object } => vec![object.drop()],
            Self::Replace { from, to } => replace(from, to),
            Self::RenameTable { from, to } => rename_table(from, to),
            Self::AddColumn { table, column } => add_column(table, column),
            Self::DropColumn { table, column } => {
                vec![sql!("ALTER TABLE {} DROP COLUMN {}", table, column.name)]
            }
            Self::RenameColumn { table, from, to } => {
                vec![sql!("ALTER TABLE {} RENAME COLUMN {} TO {}", table, from, to)]
            }
            Self::AlterColumnType { table, to, using, .. } => change_type(table, to, using.as_ref()),
            Self::SetNotNull { table, column, not_null } => {
                let verb = Sql::verbatim(if *not_null { "SET" } else { "DROP" });
                vec![sql!("ALTER TABLE {} ALTER COLUMN {} {} NOT NULL", table, column, verb)]
            }
            Self::SetDefault { table, column, to, .. } => vec![set_default(table, column, to.as_ref())],
            Self::SetIdentity { table, column, from, to } => {
                set_identity(table, column, from.as_ref(), to.as_ref())
            }
            Self::SetGenerated { table, from, to } => set_generated(table, from, to),
            Self::SetColumnOption { table, column, option, to, .. } => {
                vec![set_column_option(table, column, *option, to.as_deref())]
            }
            Self::AddConstraint { table, constraint } => add_constraint(table, constraint),
            Self::DropConstraint { table, constraint } => vec![drop_constraint(table, &constraint.name)],
            Self::AlterForeignKey { table, from, to } => {
                vec![sql!("ALTER TABLE {} DROP CONSTRAINT {}, ADD {}", table, from.name, to.definition())]
            }
            Self::ValidateConstraint { table, constraint } => {
                vec![sql!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, constraint.name)]
            }
            Self::RenameConstraint { table, from, to } => {
                vec![sql!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", table, from, to)]
            }
            Self::CreateIndex { table, index } => create_index(table, index),
            Self::DropIndex { table, index } => vec![index.drop(table, false)],
            Self::RenameIndex { table, from, to } => {
                vec![sql!("ALTER INDEX {} RENAME TO {}", table.sibling(from), to)]
            }
            Self::AddEnumValue { name, label, before } => {
                let place = before
                    .as_ref()
                    .map_or(sql!(""), |before| sql!(" BEFORE {}", Literal::new(before.clone())));
                vec![sql!("ALTER TYPE {} ADD VALUE {}{}", name, Literal::new(label.clone()), place)]
            }
            Self::ReplaceEnum { name, to, columns, .. } => replace_enum(name, to, columns),
            Self::SetTableOption { table, option, to, .. } => {
                vec![set_table_option(table, option, to.as_deref())]
            }
            Self::SetPartition { table, from, to } => set_partition(table, from.as_ref(), to.as_ref()),
            Self::Comment { on, to, .. } => vec![comment(on, to.as_deref())],
        }
    }
}

/// A label cannot be removed from an enum: a new type takes the old one's name, and its columns move.
fn replace_enum(name: &Name, labels: &[String], columns: &[(Name, Column)]) -> Vec<Sql> {
    let old = Ident::new(format!("{}__old", name.name.as_str())).truncated();
    let labels = Sql::join(labels.iter().map(Literal::new), ", ");
    let mut out = vec![
        sql!("ALTER TYPE {} RENAME TO {}", name, old),
        sql!("CREATE TYPE {} AS ENUM ({})", name, labels),
    ];
    for (table, column) in columns {
        if column.default.is_some() {
            out.push(set_default(table, &column.name, None));
        }
        // Through text: the two enums have no cast between them. Arrays go through text[].
        let text = Sql::verbatim(if column.type_name.0.ends_with("[]") { "text[]" } else { "text" });
        let using = sql!("{}::{}::{}", column.name, text, column.type_name);
        out.extend(change_type(table, column, Some(&Expr::new(using.to_string()))));
        out.extend(column.default.as_ref().map(|default| set_default(table, &column.name, Some(default))));
    }
    out.push(sql!("DROP TYPE {}", name.sibling(&old)));
    out
}

fn rename_table(from: &Name, to: &Name) -> Vec<Sql> {
    let mut out = Vec::new();
    if from.schema != to.schema {
        out.push(sql!("ALTER TABLE {} SET SCHEMA {}", from, to.schema));
    }
    if from.name != to.name {
        let moved = Name { schema: to.schema.clone(), name: from.name.clone() };
        out.push(sql!("ALTER TABLE {} RENAME TO {}", moved, to.name));
    }
    out
}

fn alter_type(table: &Name, to: &Column, using: Option<&Expr>) -> Sql {
    let collation = to.collation.as_ref().map_or(sql!(""), |name| sql!(" COLLATE {}", name));
    let using = using.map_or(sql!(""), |using| sql!(" USING {}", using));
    sql!("ALTER TABLE {} ALTER COLUMN {} TYPE {}{}{}", table, to.name, to.type_name, collation, using)
}

/// A column with a new type stores its values as the type says; what it is to have of its own comes after.
fn change_type(table: &Name, to: &Column, using: Option<&Expr>) -> Vec<Sql> {
    let own = Column { statistics: None, ..to.clone() };
    std::iter::once(alter_type(table, to, using)).chain(table::column_settings(table, &own)).collect()
}

fn set_default(table: &Name, column: &Ident, to: Option<&Expr>) -> Sql {
    match to {
        Some(default) => sql!("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}", table, column, default),
        None => sql!("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT", table, column),
    }
}

fn set_identity(table: &Name, column: &Ident, from: Option<&Identity>, to: Option<&Identity>) -> Vec<Sql> {
    match (from, to) {
        (_, None) => vec![sql!("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", table, column)],
        (None, Some(to)) => {
            vec![sql!("ALTER TABLE {} ALTER COLUMN {} ADD {}", table, column, to.definition())]
        }
        (Some(from), Some(to)) => sequence::alter_identity(table, column, from, to),
    }
}

/// A generated column cannot be altered into another before 17; it holds nothing that its expression
/// does not give again, so it is dropped and added. Dropping the expression keeps the values.
fn set_generated(table: &Name, from: &Column, to: &Column) -> Vec<Sql> {
    if from.only_drops_expression(to) {
        return vec![sql!("ALTER TABLE {} ALTER COLUMN {} DROP EXPRESSION", table, to.name)];
    }
    let remake = sql!("ALTER TABLE {} DROP COLUMN {}, ADD COLUMN {}", table, from.name, to.definition());
    let mut out = vec![remake];
    out.extend(table::column_settings(table, to));
    out.extend(column_comment(table, to));
    out
}

fn column_comment(table: &Name, column: &Column) -> Option<Sql> {
    let on = ObjectRef::Column(table.clone(), column.name.clone());
    column.comment.as_deref().map(|text| comment(&on, Some(text)))
}

fn set_column_option(table: &Name, column: &Ident, option: ColumnOption, to: Option<&str>) -> Sql {
    let setting = match option {
        ColumnOption::Storage => sql!("STORAGE {}", Sql::verbatim(to.unwrap_or("DEFAULT"))),
        ColumnOption::Compression => sql!("COMPRESSION {}", Sql::verbatim(to.unwrap_or("DEFAULT"))),
        ColumnOption::Statistics => sql!("STATISTICS {}", Sql::verbatim(to.unwrap_or("-1"))),
    };
    sql!("ALTER TABLE {} ALTER COLUMN {} SET {}", table, column, setting)
}

/// A column with everything it holds; a change of a column that is new holds no more than its definition.
fn add_column(name: &Name, column: &Column) -> Vec<Sql> {
    let mut out = vec![sql!("ALTER TABLE {} ADD COLUMN {}", name, column.definition())];
    out.extend(table::column_settings(name, column));
    out.extend(column_comment(name, column));
    out
}

fn add_constraint(table: &Name, constraint: &Constraint) -> Vec<Sql> {
    let add = sql!("ALTER TABLE {} ADD {}", table, constraint.definition());
    let on = ObjectRef::Constraint(table.clone(), constraint.name.clone());
    std::iter::once(add).chain(constraint.comment.as_deref().map(|text| comment(&on, Some(text)))).collect()
}

fn create_index(table: &Name, index: &Index) -> Vec<Sql> {
    let on = ObjectRef::Index(table.clone(), index.name.clone());
    let create = index.create(table, false);
    std::iter::once(create).chain(index.comment.as_deref().map(|text| comment(&on, Some(text)))).collect()
}

fn drop_constraint(table: &Name, name: &Ident) -> Sql {
    sql!("ALTER TABLE {} DROP CONSTRAINT {}", table, name)
}

fn set_table_option(table: &Name, option: &TableOption, to: Option<&str>) -> Sql {
    let on = to.is_some();
    match option {
        TableOption::RowSecurity => {
            sql!("ALTER TABLE {} {} ROW LEVEL SECURITY", table, enable(on))
        }
        TableOption::ForceRowSecurity => {
            sql!("ALTER TABLE {} {}FORCE ROW LEVEL SECURITY", table, when(!on, "NO "))
        }
        TableOption::Unlogged => {
            sql!("ALTER TABLE {} SET {}", table, Sql::verbatim(if on { "UNLOGGED" } else { "LOGGED" }))
        }
        TableOption::ReplicaIdentity => {
            sql!("ALTER TABLE {} REPLICA IDENTITY {}", table, Sql::verbatim(to.unwrap_or("DEFAULT")))
        }
        TableOption::Inherit(parent) => {
            sql!("ALTER TABLE {} {}INHERIT {}", table, when(!on, "NO "), parent)
        }
        TableOption::Parameter(name) => {
            let name = Sql::join(name.split('.').map(Ident::from), ".");
            match to {
                Some(value) => sql!("ALTER TABLE {} SET ({}={})", table, name, Literal::new(value)),
                None => sql!("ALTER TABLE {} RESET ({})", table, name),
            }
        }
    }
}

fn enable(on: bool) -> Sql {
    Sql::verbatim(if on { "ENABLE" } else { "DISABLE" })
}

fn set_partition(table: &Name, from: Option<&(Name, Expr)>, to: Option<&(Name, Expr)>) -> Vec<Sql> {
    let detach = from.map(|(parent, _)| sql!("ALTER TABLE {} DETACH PARTITION {}", parent, table));
    let attach =
        to.map(|(parent, bound)| sql!("ALTER TABLE {} ATTACH PARTITION {} {}", parent, table, bound));
    detach.into_iter().chain(attach).collect()
}

/// What can be altered in place is; the rest is dropped and created again.
fn replace(from: &Object, to: &Object) -> Vec<Sql> {
    match (from, to) {
        (Object::View { view: old, .. }, Object::View { name, view: new }) if old.is_replaceable_by(new) => {
            vec![view::definition(name, new, true)]
        }
        (Object::Routine { routine: old }, Object::Routine { routine: new })
            if old.is_replaceable_by(new) =>
        {
            vec![sql!("{}", new.definition)]
        }
        (Object::Domain { domain: old, .. }, Object::Domain { name, domain: new })
            if old.is_alterable_to(new) =>
        {
            domain::alter(name, old, new)
        }
        (Object::Composite { composite: old, .. }, Object::Composite { name, composite: new })
            if old.is_alterable_to(new) =>
        {
            alter_composite(name, old, new)
        }
        (Object::Sequence { sequence: old, .. }, Object::Sequence { name, sequence: new }) => {
            sequence::alter(name, old, new)
        }
        (Object::Trigger { trigger: old, .. }, Object::Trigger { table, name, trigger: new })
            if old.is_alterable_to(new) =>
        {
            vec![object::set_trigger(table, name, new.enabled)]
        }
        (Object::Policy { policy: old, .. }, Object::Policy { table, name, policy: new })
            if old.is_alterable_to(new) =>
        {
            vec![alter_policy(table, name, new)]
        }
        (Object::Extension { .. }, Object::Extension { name, extension }) => {
            vec![sql!("ALTER EXTENSION {} SET SCHEMA {}", name, extension.schema)]
        }
        (Object::Namespace { .. }, Object::Namespace { .. }) => Vec::new(),
        _ => std::iter::once(from.drop()).chain(to.create()).collect(),
    }
}

fn alter_composite(name: &Name, from: &CompositeType, to: &CompositeType) -> Vec<Sql> {
    let gone = from.attributes.iter().filter(|attribute| !to.attributes.contains(attribute));
    let drop = gone.map(|attribute| sql!("ALTER TYPE {} DROP ATTRIBUTE {}", name, attribute.name));
    let new = to.attributes.iter().filter(|attribute| !from.attributes.contains(attribute));
    let add = new.map(|attribute| sql!("ALTER TYPE {} ADD ATTRIBUTE {}", name, object::attribute(attribute)));
    drop.chain(add).collect()
}

fn alter_policy(table: &Name, name: &Ident, policy: &Policy) -> Sql {
    let roles = Sql::join(policy.roles.iter().map(object::role), ", ");
    let using = policy.using.as_ref().map_or(sql!(""), |using| sql!(" USING ({})", using));
    let check = policy.check.as_ref().map_or(sql!(""), |check| sql!(" WITH CHECK ({})", check));
    sql!("ALTER POLICY {} ON {} TO {}{}{}", name, table, roles, using, check)
}
