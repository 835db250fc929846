use super::object::parameters;
use super::{comment, when};
use crate::{
    Change, Column, ColumnOption, Constraint, ConstraintKind, Name, Object, ObjectRef, Sql, Table,
    TableOption, sql,
};

/// `CREATE TABLE`, then everything the table holds that has no place in it. Foreign keys are changes of their
/// own, made when all tables exist.
pub(super) fn create(name: &Name, table: &Table) -> Vec<Sql> {
    let mut out = vec![definition(name, table)];
    let apart = table.constraints.values();
    let apart = apart.filter(|constraint| !constraint.inherited && table.is_apart(constraint));
    let constraints = apart.map(|constraint| Change::AddConstraint {
        table: name.clone(),
        constraint: Constraint { comment: None, ..constraint.clone() },
    });
    let indexes = table.indexes.values().filter(|index| !index.inherited);
    let indexes = indexes.map(|index| Change::CreateIndex { table: name.clone(), index: index.clone() });
    let changes = constraints.chain(indexes).chain(hangings(name, table)).chain(settings(name, table));
    out.extend(changes.flat_map(|change| change.sql()));
    out.extend(table.columns.iter().filter(|column| column.inherited).filter_map(|column| {
        let identity = column.identity.as_ref()?;
        // A parent's column comes without identity.
        Some(sql!("ALTER TABLE {} ALTER COLUMN {} ADD {}", name, column.name, identity.definition()))
    }));
    out.extend(table.columns.iter().flat_map(|column| column_settings(name, column)));
    out.extend(comments(name, table));
    out
}

impl Table {
    /// Whether `CREATE TABLE` cannot make the constraint as it is to be: not valid, or the second of two keys on the
    /// same columns, of which it makes one.
    pub fn is_apart(&self, constraint: &Constraint) -> bool {
        match &constraint.kind {
            ConstraintKind::ForeignKey(_) => false,
            ConstraintKind::Unique { columns, .. } => {
                self.constraints.values().any(|other| match &other.kind {
                    ConstraintKind::PrimaryKey { columns: key, .. } => key == columns,
                    ConstraintKind::Unique { columns: key, .. } => {
                        key == columns && other.name < constraint.name
                    }
                    _ => false,
                })
            }
            _ => constraint.not_valid,
        }
    }
}

fn definition(name: &Name, table: &Table) -> Sql {
    let unlogged = when(table.unlogged, "UNLOGGED ");
    let columns = table.columns.iter().filter(|column| !column.inherited).map(Column::definition);
    let constraints = table.constraints.values().filter(|constraint| {
        !constraint.inherited
            && !table.is_apart(constraint)
            && !matches!(constraint.kind, ConstraintKind::ForeignKey(_))
    });
    let parts = Sql::join(columns.chain(constraints.map(Constraint::definition)), ",\n  ");
    let mut out = if let Some((parent, bound)) = &table.partition_of {
        let parts = if parts.is_empty() { sql!("") } else { sql!(" (\n  {}\n)", parts) };
        sql!("CREATE {}TABLE {} PARTITION OF {}{} {}", unlogged, name, parent, parts, bound)
    } else {
        let body = if parts.is_empty() { sql!("()") } else { sql!("(\n  {}\n)", parts) };
        sql!("CREATE {}TABLE {} {}", unlogged, name, body)
    };
    if !table.inherits.is_empty() {
        out = out.then(&sql!(" INHERITS ({})", Sql::join(&table.inherits, ", ")));
    }
    if let Some(key) = &table.partition_by {
        out = out.then(&sql!(" PARTITION BY {}", key));
    }
    if let Some(method) = &table.access_method {
        out = out.then(&sql!(" USING {}", method));
    }
    if !table.options.is_empty() {
        out = out.then(&sql!(" WITH ({})", parameters(&table.options)));
    }
    out
}

fn hangings(name: &Name, table: &Table) -> impl Iterator<Item = Change> {
    let on = || name.clone();
    let triggers = table.triggers.iter().map(move |(name, trigger)| Object::Trigger {
        table: on(),
        name: name.clone(),
        trigger: trigger.clone(),
    });
    let rules = table.rules.iter().map(move |(name, definition)| Object::Rule {
        table: on(),
        name: name.clone(),
        definition: definition.clone(),
    });
    let policies = table.policies.iter().map(move |(name, policy)| Object::Policy {
        table: on(),
        name: name.clone(),
        policy: policy.clone(),
    });
    triggers.chain(rules).chain(policies).map(|object| Change::Create { object })
}

fn settings(name: &Name, table: &Table) -> impl Iterator<Item = Change> {
    let on = |value: bool| value.then(|| "on".to_owned());
    let settings = [
        (TableOption::RowSecurity, on(table.row_security)),
        (TableOption::ForceRowSecurity, on(table.force_row_security)),
        (TableOption::ReplicaIdentity, table.replica_identity.clone()),
    ];
    settings.into_iter().filter(|(_, to)| to.is_some()).map(|(option, to)| Change::SetTableOption {
        table: name.clone(),
        option,
        from: None,
        to,
    })
}

/// What a column has that its definition has no place for, without its comment.
pub(super) fn column_settings(table: &Name, column: &Column) -> Vec<Sql> {
    let settings = [
        (ColumnOption::Storage, column.storage.clone()),
        (ColumnOption::Compression, column.compression.clone()),
        (ColumnOption::Statistics, column.statistics.map(|target| target.to_string())),
    ];
    let set = settings.into_iter().filter(|(_, to)| to.is_some()).map(|(option, to)| {
        Change::SetColumnOption { table: table.clone(), column: column.name.clone(), option, from: None, to }
    });
    set.flat_map(|change| change.sql()).collect()
}

fn comments(name: &Name, table: &Table) -> Vec<Sql> {
    let columns = table
        .columns
        .iter()
        .map(|column| (ObjectRef::Column(name.clone(), column.name.clone()), column.comment.as_deref()));
    let constraints = table.constraints.values().map(|constraint| {
        (ObjectRef::Constraint(name.clone(), constraint.name.clone()), constraint.comment.as_deref())
    });
    let whole = std::iter::once((ObjectRef::Table(name.clone()), table.comment.as_deref()));
    let all = whole.chain(columns).chain(constraints);
    all.filter_map(|(on, text)| text.map(|text| comment(&on, Some(text)))).collect()
}
