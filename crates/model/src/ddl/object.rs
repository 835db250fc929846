use std::collections::BTreeMap;

use super::{comment, domain, sequence, table, view};
use crate::{
    Attribute, Collation, Expr, Ident, Literal, Name, Object, ObjectRef, Policy, RangeType, RoutineKind,
    Sequence, Sql, Trigger, sql,
};

impl Object {
    /// The statements that create it, with its comment and with what it holds besides: a table its indexes,
    /// triggers, rules, policies and settings, where they are not changes of their own.
    pub fn create(&self) -> Vec<Sql> {
        match self {
            Self::Namespace { name } => vec![sql!("CREATE SCHEMA {}", name)],
            Self::Extension { name, extension } => {
                vec![sql!("CREATE EXTENSION {} WITH SCHEMA {}", name, extension.schema)]
            }
            Self::Collation { name, collation } => vec![collation_definition(name, collation)],
            Self::Enum { name, enum_type } => {
                let labels = Sql::join(enum_type.labels.iter().map(Literal::new), ", ");
                self.commented(sql!("CREATE TYPE {} AS ENUM ({})", name, labels), &enum_type.comment)
            }
            Self::Domain { name, domain } => domain::create(name, domain),
            Self::Composite { name, composite } => {
                let attributes = Sql::join(composite.attributes.iter().map(attribute), ", ");
                self.commented(sql!("CREATE TYPE {} AS ({})", name, attributes), &composite.comment)
            }
            Self::Range { name, range } => vec![range_definition(name, range)],
            Self::Sequence { name, sequence } => {
                let mut out = self.commented(sequence::create(name, sequence), &sequence.comment);
                let unowned = Sequence { owned_by: None, ..sequence.clone() };
                out.extend(sequence::alter(name, &unowned, sequence));
                out
            }
            Self::Table { name, table } => table::create(name, table),
            Self::View { name, view } => view::create(name, view),
            Self::Routine { routine } => self.commented(sql!("{}", routine.definition), &routine.comment),
            Self::Trigger { table, name, trigger } => trigger_definition(table, name, trigger),
            Self::Rule { definition, .. } => vec![sql!("{}", definition)],
            Self::Policy { table, name, policy } => {
                self.commented(policy_definition(table, name, policy), &policy.comment)
            }
        }
    }

    /// The statement followed by the object's comment, where it has one.
    fn commented(&self, create: Sql, text: &Option<String>) -> Vec<Sql> {
        let text = text.as_deref().map(|text| comment(&self.reference(), Some(text)));
        std::iter::once(create).chain(text).collect()
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

pub(super) fn attribute(attribute: &Attribute) -> Sql {
    let collation = attribute.collation.as_ref().map_or(sql!(""), |name| sql!(" COLLATE {}", name));
    sql!("{} {}{}", attribute.name, attribute.type_name, collation)
}

fn collation_definition(name: &Name, collation: &Collation) -> Sql {
    sql!(
        "CREATE COLLATION {} (provider = {}, locale = {}, deterministic = {})",
        name,
        Sql::verbatim(collation.provider.clone()),
        Literal::new(collation.locale.clone()),
        Sql::verbatim(collation.deterministic.to_string())
    )
}

fn range_definition(name: &Name, range: &RangeType) -> Sql {
    let option = |(option, value): &(String, Expr)| sql!(", {} = {}", Sql::verbatim(option.clone()), value);
    let options = Sql::join(range.options.iter().map(option), "");
    sql!("CREATE TYPE {} AS RANGE (subtype = {}{})", name, range.subtype, options)
}

fn trigger_definition(table: &Name, name: &Ident, trigger: &Trigger) -> Vec<Sql> {
    let on = ObjectRef::Trigger(table.clone(), name.clone());
    let mut out = vec![sql!("{}", trigger.definition)];
    if trigger.enabled != 'O' {
        out.push(set_trigger(table, name, trigger.enabled));
    }
    out.extend(trigger.comment.as_deref().map(|text| comment(&on, Some(text))));
    out
}

/// When a trigger fires, by `pg_trigger.tgenabled`.
pub(super) fn set_trigger(table: &Name, name: &Ident, enabled: char) -> Sql {
    let verb = Sql::verbatim(match enabled {
        'D' => "DISABLE",
        'R' => "ENABLE REPLICA",
        'A' => "ENABLE ALWAYS",
        _ => "ENABLE",
    });
    sql!("ALTER TABLE {} {} TRIGGER {}", table, verb, name)
}

/// Storage parameters as `name=value`, quoted as PostgreSQL wants them.
pub(super) fn parameters(options: &BTreeMap<String, String>) -> Sql {
    let parts = options.iter().map(|(name, value)| {
        let name = name.split('.').map(Ident::from);
        sql!("{}={}", Sql::join(name, "."), Literal::new(value.clone()))
    });
    Sql::join(parts, ", ")
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
pub(super) fn role(name: &Ident) -> Sql {
    if name.as_str() == "public" { sql!("PUBLIC") } else { sql!("{}", name) }
}
