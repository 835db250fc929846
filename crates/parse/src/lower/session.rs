//! Transactions, settings and locks.

use model::LockMode;
use squawk_syntax::ast::{self, AstNode};

use super::Sink;
use crate::action::{Setting, TransactionStep, Verb};
use crate::names::{ident, ident_of, parts_of, reference};

/// Collects transaction control, settings and explicit locks; says whether it was one of them.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let verb = match stmt {
        ast::Stmt::Lock(it) => lock(it),
        ast::Stmt::Set(it) => Verb::Set(set(it)),
        ast::Stmt::Reset(it) => Verb::Set(reset(it)),
        _ => match step(stmt) {
            Some(step) => Verb::Transaction(step),
            None => return false,
        },
    };
    sink.push(stmt.syntax(), verb);
    true
}

fn step(stmt: &ast::Stmt) -> Option<TransactionStep> {
    Some(match stmt {
        ast::Stmt::Begin(_) => TransactionStep::Begin,
        ast::Stmt::Commit(ast::Commit::CommitTransaction(_)) => TransactionStep::Commit,
        ast::Stmt::Rollback(ast::Rollback::RollbackTransaction(_)) => TransactionStep::Rollback,
        ast::Stmt::Rollback(ast::Rollback::RollbackToSavepoint(it)) => {
            TransactionStep::RollbackTo(ident_of(it.savepoint_ref())?)
        }
        ast::Stmt::SavepointCreate(it) => TransactionStep::Savepoint(ident_of(it.savepoint())?),
        ast::Stmt::ReleaseSavepoint(it) => TransactionStep::Release(ident_of(it.savepoint_ref())?),
        ast::Stmt::PrepareTransaction(_) => TransactionStep::Prepare,
        ast::Stmt::Commit(ast::Commit::CommitPrepared(_))
        | ast::Stmt::Rollback(ast::Rollback::RollbackPrepared(_))
        | ast::Stmt::SetTransaction(_) => TransactionStep::Other,
        _ => return None,
    })
}

fn lock(it: &ast::Lock) -> Verb {
    let relations = it.relation_list().into_iter().flat_map(|list| list.relation_names());
    Verb::Lock {
        tables: relations.filter_map(|it| reference(it.relation_name_ref()?.path_ref())).collect(),
        mode: lock_mode(it.lock_mode_clause().and_then(|it| it.lock_mode())),
        nowait: it.nowait().is_some(),
    }
}

fn lock_mode(mode: Option<ast::LockMode>) -> LockMode {
    match mode {
        Some(ast::LockMode::AccessShare(_)) => LockMode::AccessShareLock,
        Some(ast::LockMode::RowShare(_)) => LockMode::RowShareLock,
        Some(ast::LockMode::RowExclusive(_)) => LockMode::RowExclusiveLock,
        Some(ast::LockMode::ShareUpdateExclusive(_)) => LockMode::ShareUpdateExclusiveLock,
        Some(ast::LockMode::Share(_)) => LockMode::ShareLock,
        Some(ast::LockMode::ShareRowExclusive(_)) => LockMode::ShareRowExclusiveLock,
        Some(ast::LockMode::Exclusive(_)) => LockMode::ExclusiveLock,
        Some(ast::LockMode::AccessExclusive(_)) | None => LockMode::AccessExclusiveLock,
    }
}

fn set(it: &ast::Set) -> Setting {
    let (name, values) = match it.set_target() {
        Some(ast::SetTarget::SetConfig(it)) => {
            (parameter(it.config_parameter_ref()), it.config_assignment().map(values).unwrap_or_default())
        }
        Some(ast::SetTarget::SetTimeZone(it)) => {
            let literal = it.syntax().descendants().find_map(ast::Literal::cast);
            ("timezone".to_owned(), literal.and_then(|it| it.string_value()).into_iter().collect())
        }
        Some(ast::SetTarget::SetSchemaValue(it)) => {
            ("search_path".to_owned(), it.literal().and_then(|it| it.string_value()).into_iter().collect())
        }
        _ => (String::new(), Vec::new()),
    };
    Setting { name, values, local: matches!(it.set_scope(), Some(ast::SetScope::LocalScope(_))) }
}

fn parameter(name: Option<ast::ConfigParameterRef>) -> String {
    let parts = parts_of(name.and_then(|it| it.path_ref()));
    parts.iter().map(|part| part.as_str().to_lowercase()).collect::<Vec<_>>().join(".")
}

fn values(assignment: ast::ConfigAssignment) -> Vec<String> {
    let children = assignment.syntax().children();
    let values = children.filter_map(|child| match ast::ConfigValue::cast(child)? {
        ast::ConfigValue::ConfigValueName(it) => Some(ident(it.syntax()).as_str().to_owned()),
        ast::ConfigValue::Literal(it) => {
            let text = it.syntax().text().to_string();
            let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            if number { Some(text) } else { it.string_value().or(Some(text)) }
        }
        ast::ConfigValue::PrefixExpr(it) => Some(it.syntax().text().to_string()),
    });
    // `TO DEFAULT` is no value.
    values.filter(|value| !value.eq_ignore_ascii_case("default")).collect()
}

fn reset(it: &ast::Reset) -> Setting {
    let name = match it.reset_target() {
        Some(ast::ResetTarget::ConfigParameterRef(it)) => parameter(Some(it)),
        Some(ast::ResetTarget::ResetTimeZone(_)) => "timezone".to_owned(),
        Some(ast::ResetTarget::All(_)) => "all".to_owned(),
        _ => String::new(),
    };
    Setting { name, values: Vec::new(), local: false }
}
