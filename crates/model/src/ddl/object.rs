use std::collections::BTreeMap;

use super::{columns, when};
use crate::{
    Attribute, ConstraintKind, Ident, Literal, Name, Object, Policy, RoutineKind, Sequence, Sql, Table, View,
    sql,
};

impl Object {
    /// The statements that create it.
    pub fn create(&self) -> Vec<Sql> {
        match self {
            Self::Namespace { name } => vec![sql!("CREATE SCHEMA {}", name)],
            Self::Extension { name, extension } => {
                vec![sql!("CREATE EXTENSION {} WITH SCHEMA {}", name, extension.schema)]
            }
            Self::Collation { name, collation } => vec![sql!(
                "CREATE COLLATION {} (provider = {}, locale = {}, deterministic = {})",
                name,
                Sql::verbatim(collation.provider.clone()),
                Literal::new(collation.locale.clone()),
                Sql::verbatim(collation.deterministic.to_string())
            )],
            Self::Enum { name, enum_type } => {
                let labels = Sql::join(enum_type.labels.iter().map(Literal::new), ", ");
                vec![sql!("CREATE TYPE {} AS ENUM ({})", name, labels)]
            }
            Self::Domain { name, domain } => vec![domain_definition(name, domain)],
            Self::Composite { name, composite } => {
                let attributes = Sql::join(composite.attributes.iter().map(attribute), ", ");
                vec![sql!("CREATE TYPE {} AS ({})", name, attributes)]
            }
            Self::Range { name, range } => {
                let options = range
                    .options
                    .iter()
                    .map(|(option, value)| sql!(", {} = {}", Sql::verbatim(option.clone()), value));
                vec![sql!(
                    "CREATE TYPE {} AS RANGE (subtype = {}{})",
                    name,
                    range.subtype,
                    Sql::join(options, "")
                )]
            }
            Self::Sequence { name, sequence } => vec![sequence_definition(name, sequence)],
            Self::Table { name, table } => vec![table_definition(name, table)],
            Self::View { name, view } => vec![view_definition(name, view, false)],
            Self::Routine { routine } => vec![sql!("{}", routine.definition)],
            Self::Trigger { trigger, .. } => vec![sql!("{}", trigger.definition)],
            Self::Rule { definition, .. } => vec![sql!("{}", definition)],
            Self::Policy { table, name, policy } => vec![policy_definition(table, name, policy)],
        }
    }

    /// The statement that drops it; what depends on it must be gone.
    pub fn drop(&self) -> Sql {
        match self {
            Self::Namespace { name } => sql!("DROP SCHEMA {}", name),
            Self::Extension { name, .. } => sql!("DROP EXTENSION {}", name),
            Self::Collation { name, .. } => sql!("DROP COLLATION {}", name),
            Self::Enum { name, .. } | Self::Composite { name, .. } | Self::Range { name, .. } => {
                sql!("DROP TYPE {}", name)
            }
            Self::Domain { name, .. } => sql!("DROP DOMAIN {}", name),
            Self::Sequence { name, .. } => sql!("DROP SEQUENCE {}", name),
            Self::Table { name, .. } => sql!("DROP TABLE {}", name),
            Self::View { name, view } if view.materialized => sql!("DROP MATERIALIZED VIEW {}", name),
            Self::View { name, .. } => sql!("DROP VIEW {}", name),
            Self::Routine { routine } => {
                let kind = Sql::verbatim(match routine.kind {
                    RoutineKind::Function => "FUNCTION",
                    RoutineKind::Procedure => "PROCEDURE",
                    RoutineKind::Aggregate => "AGGREGATE",
                });
                let arguments = match routine.kind {
                    // An aggregate without arguments is dropped as agg(*).
                    RoutineKind::Aggregate if routine.arguments.is_empty() => "*".to_owned(),
                    _ => routine.arguments.clone(),
                };
                sql!("DROP {} {}({})", kind, routine.name, Sql::verbatim(arguments))
            }
            Self::Trigger { table, name, .. } => sql!("DROP TRIGGER {} ON {}", name, table),
            Self::Rule { table, name, .. } => sql!("DROP RULE {} ON {}", name, table),
            Self::Policy { table, name, .. } => sql!("DROP POLICY {} ON {}", name, table),
        }
    }
}

fn attribute(attribute: &Attribute) -> Sql {
    let collation = attribute.collation.as_ref().map_or(sql!(""), |name| sql!(" COLLATE {}", name));
    sql!("{} {}{}", attribute.name, attribute.type_name, collation)
}

fn domain_definition(name: &Name, domain: &crate::Domain) -> Sql {
    let mut out = sql!("CREATE DOMAIN {} AS {}", name, domain.type_name);
    if let Some(collation) = &domain.collation {
        out = out.then(&sql!(" COLLATE {}", collation));
    }
    if let Some(default) = &domain.default {
        out = out.then(&sql!(" DEFAULT {}", default));
    }
    out = out.then(&when(domain.not_null, " NOT NULL"));
    for constraint in &domain.constraints {
        out = out.then(&sql!(" {}", constraint.definition()));
    }
    out
}

fn sequence_definition(name: &Name, sequence: &Sequence) -> Sql {
    // OWNED BY waits until the owning table exists; see the changes of a sequence.
    sql!("CREATE SEQUENCE {} {}", name, sequence.options.definition(true))
}

/// Storage parameters as `name=value`, quoted as PostgreSQL wants them.
pub(super) fn parameters(options: &BTreeMap<String, String>) -> Sql {
    let parts = options.iter().map(|(name, value)| {
        let name = name.split('.').map(Ident::from);
        sql!("{}={}", Sql::join(name, "."), Literal::new(value.clone()))
    });
    Sql::join(parts, ", ")
}

fn table_definition(name: &Name, table: &Table) -> Sql {
    let unlogged = when(table.unlogged, "UNLOGGED ");
    let mut out = if let Some((parent, bound)) = &table.partition_of {
        sql!("CREATE {}TABLE {} PARTITION OF {} {}", unlogged, name, parent, bound)
    } else {
        let columns = table.columns.iter().filter(|column| !column.inherited).map(crate::Column::definition);
        // Foreign keys are added when all tables exist; a constraint that is not valid has no place here.
        let constraints = table
            .constraints
            .values()
            .filter(|c| !c.inherited && !c.not_valid && !matches!(c.kind, ConstraintKind::ForeignKey(_)))
            .map(crate::Constraint::definition);
        let parts = Sql::join(columns.chain(constraints), ",\n  ");
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

/// `CREATE VIEW`, `CREATE OR REPLACE VIEW` or `CREATE MATERIALIZED VIEW`.
pub(super) fn view_definition(name: &Name, view: &View, replace: bool) -> Sql {
    let kind = match (view.materialized, replace) {
        (true, _) => sql!("CREATE MATERIALIZED VIEW"),
        (false, true) => sql!("CREATE OR REPLACE VIEW"),
        (false, false) => sql!("CREATE VIEW"),
    };
    let options =
        if view.options.is_empty() { sql!("") } else { sql!(" WITH ({})", parameters(&view.options)) };
    let data = when(view.materialized && view.no_data, "\nWITH NO DATA");
    sql!("{} {} {}{} AS\n{}{}", kind, name, columns(&view.columns), options, view.query, data)
}

fn policy_definition(table: &Name, name: &Ident, policy: &Policy) -> Sql {
    let mut out = sql!(
        "CREATE POLICY {} ON {} AS {} FOR {} TO {}",
        name,
        table,
        Sql::verbatim(if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" }),
        Sql::verbatim(policy.command.clone()),
        Sql::join(policy.roles.iter().map(role), ", ")
    );
    if let Some(using) = &policy.using {
        out = out.then(&sql!(" USING ({})", using));
    }
    if let Some(check) = &policy.check {
        out = out.then(&sql!(" WITH CHECK ({})", check));
    }
    out
}

/// A role of a policy: `public` is the keyword, not a role of that name.
fn role(name: &Ident) -> Sql {
    if name.as_str() == "public" { sql!("PUBLIC") } else { sql!("{}", name) }
}
