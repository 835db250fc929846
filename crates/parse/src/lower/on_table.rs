//! Triggers, rules, policies, statistics: what belongs to a table.

use model::Ident;
use squawk_syntax::ast::{self, AstNode};

use super::Sink;
use super::object::broken;
use super::query::query_of;
use crate::action::{AlterOnTable, CreateOnTable, OnTableKind, Verb};
use crate::names::{Reference, ident, ident_of, new_name, reference};

/// Triggers, rules, policies, statistics.
pub(super) fn on_table(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let verb = match stmt {
        ast::Stmt::CreateTrigger(it) => trigger(it),
        ast::Stmt::CreateRule(it) => rule(it),
        ast::Stmt::CreatePolicy(it) => policy(it),
        ast::Stmt::CreateStatistics(it) => statistics(it),
        ast::Stmt::AlterTrigger(it) => alter_trigger(it),
        ast::Stmt::AlterRule(it) => alter_rule(it),
        ast::Stmt::AlterPolicy(it) => alter_policy(it),
        ast::Stmt::AlterStatistics(it) => alter_statistics(it),
        _ => return false,
    };
    sink.push(stmt.syntax(), verb.unwrap_or_else(|| broken(stmt)));
    true
}

fn table_name(table: Option<ast::OnTable>) -> Option<Reference> {
    reference(table?.table_name_ref()?.path_ref())
}

fn relation_name(relation: Option<ast::OnRelation>) -> Option<Reference> {
    reference(relation?.relation_name_ref()?.path_ref())
}

fn created(kind: OnTableKind, name: Option<Ident>, table: Reference) -> CreateOnTable {
    let name = name.map(Reference::bare);
    CreateOnTable { kind, name, table, from: None, tolerant: false, function: None, reads: Vec::new() }
}

fn trigger(it: &ast::CreateTrigger) -> Option<Verb> {
    let calls = it.call_expr().map(|call| query_of(call.syntax())).unwrap_or_default();
    let function = it.call_expr().and_then(|call| match call.expr()? {
        ast::Expr::NameRef(name) => Some(Reference::bare(ident(name.syntax()))),
        ast::Expr::FieldExpr(field) => Some(Reference {
            schema: field.base().map(|base| ident(base.syntax())),
            name: ident_of(field.field())?,
        }),
        _ => None,
    });
    let from = it.from_table().and_then(|it| it.table_name_ref()).and_then(|it| reference(it.path_ref()));
    Some(Verb::CreateOnTable(Box::new(CreateOnTable {
        from,
        function,
        tolerant: it.or_replace().is_some(),
        reads: calls.reads,
        ..created(OnTableKind::Trigger, ident_of(it.trigger()), relation_name(it.on_relation())?)
    })))
}

fn rule(it: &ast::CreateRule) -> Option<Verb> {
    let on = it.rule_on()?;
    let query = it.rule_do().map(|it| query_of(it.syntax())).unwrap_or_default();
    let mut reads = query.reads;
    reads.extend(query.writes.into_iter().map(|write| write.table));
    Some(Verb::CreateOnTable(Box::new(CreateOnTable {
        reads,
        tolerant: it.or_replace().is_some(),
        ..created(OnTableKind::Rule, ident_of(it.rule()), reference(on.relation_name_ref()?.path_ref())?)
    })))
}

fn policy(it: &ast::CreatePolicy) -> Option<Verb> {
    let reads = query_of(it.syntax()).reads;
    let policy = created(OnTableKind::Policy, ident_of(it.policy()), table_name(it.on_table())?);
    Some(Verb::CreateOnTable(Box::new(CreateOnTable { reads, ..policy })))
}

fn statistics(it: &ast::CreateStatistics) -> Option<Verb> {
    let table = reference(it.from_table()?.table_name_ref()?.path_ref())?;
    Some(Verb::CreateOnTable(Box::new(CreateOnTable {
        name: it.statistics().and_then(|it| new_name(it.path())),
        tolerant: it.if_not_exists().is_some(),
        ..created(OnTableKind::Statistics, None, table)
    })))
}

fn altered(kind: OnTableKind, name: Option<Ident>, table: Option<Reference>) -> Option<AlterOnTable> {
    let name = Reference::bare(name?);
    Some(AlterOnTable { kind, name, table, rename_to: None, depends_on_extension: false })
}

fn alter_trigger(it: &ast::AlterTrigger) -> Option<Verb> {
    let rename_to = match it.action() {
        Some(ast::AlterTriggerAction::TriggerRenameTo(it)) => ident_of(it.trigger()),
        _ => None,
    };
    let depends_on_extension = rename_to.is_none();
    let alter = altered(OnTableKind::Trigger, ident_of(it.trigger_ref()), relation_name(it.on_relation()))?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { rename_to, depends_on_extension, ..alter })))
}

fn alter_rule(it: &ast::AlterRule) -> Option<Verb> {
    let rename_to = it.rule_rename_to().and_then(|it| ident_of(it.rule()));
    let alter = altered(OnTableKind::Rule, ident_of(it.rule_ref()), relation_name(it.on_relation()))?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { rename_to, ..alter })))
}

fn alter_policy(it: &ast::AlterPolicy) -> Option<Verb> {
    let rename_to = match it.action() {
        Some(ast::AlterPolicyAction::PolicyRenameTo(it)) => ident_of(it.policy()),
        _ => None,
    };
    let alter = altered(OnTableKind::Policy, ident_of(it.policy_ref()), table_name(it.on_table()))?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { rename_to, ..alter })))
}

fn alter_statistics(it: &ast::AlterStatistics) -> Option<Verb> {
    let name = reference(it.statistics_ref()?.path_ref())?;
    let alter = altered(OnTableKind::Statistics, Some(name.name.clone()), None)?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { name, ..alter })))
}
