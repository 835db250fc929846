use super::object::view_definition;
use super::when;
use crate::{
    Change, Column, ColumnOption, Constraint, Expr, Ident, Identity, Literal, Name, Object, ObjectRef, Sql,
    TableOption, sql,
};

impl Change {
    /// The statements of a plain push, in order; each is one message to the server.
    pub fn sql(&self) -> Vec<Sql> {
        match self {
            Self::Create { object } => object.create(),
            Self::Drop { object } => vec![object.drop()],
            Self::Replace { from, to } => replace(from, to),
            Self::RenameTable { from, to } => rename_table(from, to),
            Self::AddColumn { table, column } => {
                vec![sql!("ALTER TABLE {} ADD COLUMN {}", table, column.definition())]
            }
            Self::DropColumn { table, column } => {
                vec![sql!("ALTER TABLE {} DROP COLUMN {}", table, column.name)]
            }
            Self::RenameColumn { table, from, to } => {
                vec![sql!("ALTER TABLE {} RENAME COLUMN {} TO {}", table, from, to)]
            }
            Self::AlterColumnType { table, to, using, .. } => vec![alter_type(table, to, using.as_ref())],
            Self::SetNotNull { table, column, not_null } => {
                let verb = Sql::verbatim(if *not_null { "SET" } else { "DROP" });
                vec![sql!("ALTER TABLE {} ALTER COLUMN {} {} NOT NULL", table, column, verb)]
            }
            Self::SetDefault { table, column, to, .. } => vec![set_default(table, column, to.as_ref())],
            Self::SetIdentity { table, column, from, to } => {
                vec![set_identity(table, column, from.as_ref(), to.as_ref())]
            }
            Self::SetGenerated { table, from, to } => set_generated(table, from, to),
            Self::SetColumnOption { table, column, option, to, .. } => {
                vec![set_column_option(table, column, *option, to.as_deref())]
            }
            Self::AddConstraint { table, constraint } => vec![add_constraint(table, constraint)],
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
            Self::CreateIndex { table, index } => vec![index.create(table, false)],
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
        out.push(alter_type(table, column, Some(&Expr::new(using.to_string()))));
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

fn set_default(table: &Name, column: &Ident, to: Option<&Expr>) -> Sql {
    match to {
        Some(default) => sql!("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}", table, column, default),
        None => sql!("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT", table, column),
    }
}

fn set_identity(table: &Name, column: &Ident, from: Option<&Identity>, to: Option<&Identity>) -> Sql {
    match (from, to) {
        (_, None) => sql!("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", table, column),
        (None, Some(to)) => sql!("ALTER TABLE {} ALTER COLUMN {} ADD {}", table, column, to.definition()),
        (Some(_), Some(to)) => {
            let s = &to.sequence;
            sql!(
                "ALTER TABLE {} ALTER COLUMN {} SET GENERATED {} SET INCREMENT BY {} SET MINVALUE {} \
                 SET MAXVALUE {} SET START WITH {} SET CACHE {} SET {}",
                table,
                column,
                Sql::verbatim(if to.always { "ALWAYS" } else { "BY DEFAULT" }),
                s.increment,
                s.min,
                s.max,
                s.start,
                s.cache,
                Sql::verbatim(if s.cycle { "CYCLE" } else { "NO CYCLE" })
            )
        }
    }
}

/// A generated column cannot be altered into another before 17; it holds nothing that its expression
/// does not give again, so it is dropped and added. Dropping the expression keeps the values.
fn set_generated(table: &Name, from: &Column, to: &Column) -> Vec<Sql> {
    match (&from.generated, &to.generated) {
        (Some(old), None) if old.stored => {
            vec![sql!("ALTER TABLE {} ALTER COLUMN {} DROP EXPRESSION", table, to.name)]
        }
        _ => vec![sql!("ALTER TABLE {} DROP COLUMN {}, ADD COLUMN {}", table, from.name, to.definition())],
    }
}

fn set_column_option(table: &Name, column: &Ident, option: ColumnOption, to: Option<&str>) -> Sql {
    let setting = match option {
        ColumnOption::Storage => sql!("STORAGE {}", Sql::verbatim(to.unwrap_or("DEFAULT"))),
        ColumnOption::Compression => sql!("COMPRESSION {}", Sql::verbatim(to.unwrap_or("DEFAULT"))),
        ColumnOption::Statistics => sql!("STATISTICS {}", Sql::verbatim(to.unwrap_or("-1"))),
    };
    sql!("ALTER TABLE {} ALTER COLUMN {} SET {}", table, column, setting)
}

fn add_constraint(table: &Name, constraint: &Constraint) -> Sql {
    sql!("ALTER TABLE {} ADD {}", table, constraint.definition())
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

fn comment(on: &ObjectRef, text: Option<&str>) -> Sql {
    let target = match on {
        ObjectRef::Namespace(name) => sql!("SCHEMA {}", name),
        ObjectRef::Extension(name) => sql!("EXTENSION {}", name),
        ObjectRef::Collation(name) => sql!("COLLATION {}", name),
        ObjectRef::Type(name) => sql!("TYPE {}", name),
        ObjectRef::Sequence(name) => sql!("SEQUENCE {}", name),
        ObjectRef::Table(name) => sql!("TABLE {}", name),
        ObjectRef::View(name) => sql!("VIEW {}", name),
        ObjectRef::Column(table, column) => sql!("COLUMN {}.{}", table, column),
        ObjectRef::Constraint(table, name) => sql!("CONSTRAINT {} ON {}", name, table),
        ObjectRef::Index(table, name) => sql!("INDEX {}", table.sibling(name)),
        ObjectRef::Routine(identity) => sql!("ROUTINE {}", Sql::verbatim(identity.clone())),
        ObjectRef::Trigger(table, name) => sql!("TRIGGER {} ON {}", name, table),
        ObjectRef::Rule(table, name) => sql!("RULE {} ON {}", name, table),
        ObjectRef::Policy(table, name) => sql!("POLICY {} ON {}", name, table),
    };
    let text = text.map_or(sql!("NULL"), |text| sql!("{}", Literal::new(text)));
    sql!("COMMENT ON {} IS {}", target, text)
}

/// What can be altered in place is; the rest is dropped and created again.
fn replace(from: &Object, to: &Object) -> Vec<Sql> {
    match (from, to) {
        (Object::View { view: old, .. }, Object::View { name, view: new })
            if !old.materialized && !new.materialized && new.columns.starts_with(&old.columns) =>
        {
            vec![view_definition(name, new, true)]
        }
        (Object::Routine { routine: old }, Object::Routine { routine: new })
            if old.returns == new.returns && old.kind == new.kind =>
        {
            vec![sql!("{}", new.definition)]
        }
        (Object::Sequence { .. }, Object::Sequence { name, sequence }) => {
            let owner = match &sequence.owned_by {
                Some((table, column)) => sql!("{}.{}", table, column),
                None => sql!("NONE"),
            };
            vec![sql!("ALTER SEQUENCE {} {} OWNED BY {}", name, sequence.options.definition(true), owner)]
        }
        (Object::Policy { policy: old, .. }, Object::Policy { table, name, policy: new })
            if old.permissive == new.permissive
                && old.command == new.command
                && old.using.is_some() == new.using.is_some()
                && old.check.is_some() == new.check.is_some()
                && old.roles == new.roles =>
        {
            let using = new.using.as_ref().map_or(sql!(""), |using| sql!(" USING ({})", using));
            let check = new.check.as_ref().map_or(sql!(""), |check| sql!(" WITH CHECK ({})", check));
            vec![sql!("ALTER POLICY {} ON {}{}{}", name, table, using, check)]
        }
        (Object::Namespace { .. }, Object::Namespace { .. }) => Vec::new(),
        _ => std::iter::once(from.drop()).chain(to.create()).collect(),
    }
}
