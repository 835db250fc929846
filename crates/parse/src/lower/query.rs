//! Statements that read and write rows.

use std::collections::BTreeSet;

use model::{Ident, Operation};
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Sink;
use super::condition::{limits, pin, pinned, ranged};
use crate::action::{Call, Copy, Query, Truncate, Verb, Write, WriteKind};
use crate::expression::has_token;
use crate::names::{Reference, ident, ident_of, reference, references};

/// Collects a statement that reads or writes rows; says whether it was one.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let verb = match stmt {
        ast::Stmt::Select(_)
        | ast::Stmt::CompoundSelect(_)
        | ast::Stmt::ParenSelect(_)
        | ast::Stmt::Table(_)
        | ast::Stmt::Values(_)
        | ast::Stmt::Insert(_)
        | ast::Stmt::Update(_)
        | ast::Stmt::Delete(_)
        | ast::Stmt::Merge(_) => Verb::Query(Box::new(query_of(stmt.syntax()))),
        // Planned, and run by a later statement.
        ast::Stmt::Declare(_) => planned(stmt.syntax(), Operation::Select),
        ast::Stmt::Prepare(_) => planned(stmt.syntax(), Operation::Other),
        ast::Stmt::Explain(it) => return explain(it, sink),
        ast::Stmt::Copy(it) => copy(it),
        ast::Stmt::Truncate(it) => truncate(it),
        _ => return false,
    };
    sink.push(stmt.syntax(), verb);
    true
}

fn planned(node: &SyntaxNode, operation: Operation) -> Verb {
    Verb::Query(Box::new(Query { explained: true, operation: Some(operation), ..query_of(node) }))
}

fn explain(it: &ast::Explain, sink: &mut Sink<'_>) -> bool {
    let Some(explained) = it.explain_stmt() else { return false };
    if analyzes(it.explain_mode())
        && let Some(stmt) = ast::Stmt::cast(explained.syntax().clone())
    {
        super::statement(&stmt, sink);
        return true;
    }
    let query = Query { explained: true, operation: Some(Operation::Select), ..query_of(explained.syntax()) };
    sink.push(it.syntax(), Verb::Query(Box::new(query)));
    true
}

fn analyzes(mode: Option<ast::ExplainMode>) -> bool {
    match mode {
        Some(ast::ExplainMode::ExplainAnalyze(_)) => true,
        Some(ast::ExplainMode::ExplainOptionList(list)) => list.explain_options().any(|option| {
            let name = ident_of(option.explain_option_name());
            let value = option.explain_option_value().map(|value| value.syntax().text().to_string());
            let off = matches!(value.as_deref(), Some("false" | "off" | "0" | "FALSE" | "OFF"));
            name.is_some_and(|name| name.as_str() == "analyze") && !off
        }),
        _ => false,
    }
}

fn copy(it: &ast::Copy) -> Verb {
    let inner = it.copy_query().and_then(|it| it.preparable_stmt());
    Verb::Copy(Box::new(Copy {
        table: it.copy_table().and_then(|it| it.table_name_ref()).and_then(|it| reference(it.path_ref())),
        from: matches!(it.copy_direction(), Some(ast::CopyDirection::CopyFrom(_))),
        query: inner.map(|it| query_of(it.syntax())),
    }))
}

fn truncate(it: &ast::Truncate) -> Verb {
    let tables = it.table_list().into_iter().flat_map(|list| list.table_relation_names());
    let only = tables.clone().filter(|it| it.only_token().is_some());
    Verb::Truncate(Box::new(Truncate {
        only: references(only.filter_map(|it| it.table_name_ref())).into_iter().collect(),
        tables: references(tables.filter_map(|it| it.table_name_ref())),
        cascade: matches!(it.drop_behavior(), Some(ast::DropBehavior::Cascade(_))),
        restart_identity: matches!(it.identity_action(), Some(ast::IdentityAction::RestartIdentity(_))),
    }))
}

/// Everything a query names, found in one walk over its tree.
pub(super) fn query_of(node: &SyntaxNode) -> Query {
    let mut query = Query { operation: operation(node.kind()), ..Query::default() };
    let mut with_names = BTreeSet::new();
    let mut locks_rows = false;
    for node in node.descendants() {
        match node.kind() {
            SyntaxKind::CTE_NAME => {
                with_names.insert(ident(&node));
            }
            SyntaxKind::RELATION_FROM_ITEM | SyntaxKind::TABLE => {
                let named = named_relation(&node);
                query.only.extend(named.clone().filter(|_| has_token(&node, SyntaxKind::ONLY_KW)));
                query.reads.extend(named);
            }
            SyntaxKind::RELATION_NAME if has_token(&node, SyntaxKind::ONLY_KW) => {
                let path = node.descendants().find_map(ast::PathRef::cast);
                query.only.extend(path.and_then(|path| reference(Some(path))));
            }
            SyntaxKind::LOCKING_CLAUSE => locks_rows = true,
            SyntaxKind::WHERE_CLAUSE | SyntaxKind::ON_CLAUSE => {
                query.has_where = true;
                query.pinned =
                    ast::WhereClause::cast(node).and_then(|it| it.expr()).map_or_else(Vec::new, |it| {
                        let mut columns = Vec::new();
                        pin(&it, &mut columns);
                        columns
                    });
            }
            SyntaxKind::LIMIT_CLAUSE | SyntaxKind::FETCH_CLAUSE => query.limited = true,
            SyntaxKind::CALL_EXPR => query.functions.extend(call(&node)),
            SyntaxKind::NAME_REF => drop(query.columns.insert(ident(&node))),
            SyntaxKind::TARGET => query.star |= has_token(&node, SyntaxKind::STAR),
            kind => query.writes.extend(write(kind, &node)),
        }
    }
    let is_with = |name: &Reference| name.schema.is_none() && with_names.contains(&name.name);
    query.reads.retain(|name| !is_with(name));
    query.reads.sort();
    query.reads.dedup();
    if locks_rows {
        query.row_locks.clone_from(&query.reads);
    }
    query
}

fn operation(kind: SyntaxKind) -> Option<Operation> {
    Some(match kind {
        SyntaxKind::INSERT => Operation::Insert,
        SyntaxKind::UPDATE => Operation::Update,
        SyntaxKind::DELETE => Operation::Delete,
        SyntaxKind::MERGE => Operation::Merge,
        _ => Operation::Select,
    })
}

fn named_relation(node: &SyntaxNode) -> Option<Reference> {
    let name = node.children().find(|child| {
        matches!(
            child.kind(),
            SyntaxKind::RELATION_NAME | SyntaxKind::RELATION_NAME_REF | SyntaxKind::TABLE_NAME_REF
        )
    })?;
    let path = name.descendants().find_map(ast::PathRef::cast)?;
    reference(Some(path))
}

fn call(node: &SyntaxNode) -> Option<Call> {
    let call = ast::CallExpr::cast(node.clone())?;
    let function = match call.expr()? {
        ast::Expr::NameRef(name) => Reference::bare(ident(name.syntax())),
        ast::Expr::FieldExpr(field) => {
            let schema = field.base().map(|base| ident(base.syntax()));
            Reference { schema, name: ident_of(field.field())? }
        }
        _ => return None,
    };
    let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
    let arguments = arguments.map(|argument| match argument.expr() {
        Some(ast::Expr::Literal(literal)) => literal.string_value(),
        Some(ast::Expr::CastExpr(cast)) => match cast.expr() {
            Some(ast::Expr::Literal(literal)) => literal.string_value(),
            _ => None,
        },
        _ => None,
    });
    Some(Call { function, arguments: arguments.collect() })
}

fn write(kind: SyntaxKind, node: &SyntaxNode) -> Option<Write> {
    match kind {
        SyntaxKind::INSERT => insert(&ast::Insert::cast(node.clone())?),
        SyntaxKind::UPDATE => update(&ast::Update::cast(node.clone())?),
        SyntaxKind::DELETE => delete(&ast::Delete::cast(node.clone())?),
        SyntaxKind::MERGE => merge(&ast::Merge::cast(node.clone())?),
        _ => None,
    }
}

fn insert(it: &ast::Insert) -> Option<Write> {
    let conflict = it.on_conflict_clause().and_then(|it| it.conflict_action());
    let updates = matches!(conflict, Some(ast::ConflictAction::ConflictDoUpdateSet(_)));
    let columns = it.column_target_list().into_iter().flat_map(|list| list.column_targets());
    let selects = match it.insert_source() {
        Some(ast::InsertSource::SelectVariant(source)) => !matches!(source, ast::SelectVariant::Values(_)),
        _ => false,
    };
    Some(Write {
        table: reference(it.relation_name_ref()?.path_ref())?,
        kind: if updates { WriteKind::InsertOnConflict } else { WriteKind::Insert },
        columns: columns.filter_map(|column| ident_of(column.name())).collect(),
        twice: None,
        has_where: false,
        pinned: Vec::new(),
        ranged: false,
        from_others: selects,
    })
}

fn update(it: &ast::Update) -> Option<Write> {
    let condition = it.where_clause_or_current_of();
    let targets = set_targets(it.set_clause());
    Some(Write {
        table: reference(it.relation_name()?.relation_name_ref()?.path_ref())?,
        kind: WriteKind::Update,
        columns: targets.iter().filter_map(|it| ident_of(it.name())).collect(),
        twice: set_twice(&targets),
        has_where: limits(condition.as_ref()),
        pinned: pinned(condition.as_ref()),
        ranged: ranged(condition.as_ref()),
        from_others: it.from_clause().is_some(),
    })
}

fn delete(it: &ast::Delete) -> Option<Write> {
    let condition = it.where_clause_or_current_of();
    Some(Write {
        table: reference(it.relation_name()?.relation_name_ref()?.path_ref())?,
        kind: WriteKind::Delete,
        columns: Vec::new(),
        twice: None,
        has_where: limits(condition.as_ref()),
        pinned: pinned(condition.as_ref()),
        ranged: ranged(condition.as_ref()),
        from_others: it.using_clause().is_some(),
    })
}

fn merge(it: &ast::Merge) -> Option<Write> {
    Some(Write {
        table: reference(it.table_relation_name()?.table_name_ref()?.path_ref())?,
        kind: WriteKind::Merge,
        columns: Vec::new(),
        twice: None,
        has_where: true,
        pinned: Vec::new(),
        ranged: false,
        from_others: true,
    })
}

fn set_targets(clause: Option<ast::SetClause>) -> Vec<ast::ColumnTarget> {
    let mut targets = Vec::new();
    for column in clause.and_then(|it| it.set_column_list()).into_iter().flat_map(|it| it.set_columns()) {
        match column {
            ast::SetColumn::SetSingleColumn(it) => targets.extend(it.column_target()),
            ast::SetColumn::SetMultipleColumns(it) => {
                targets.extend(it.column_target_list().into_iter().flat_map(|it| it.column_targets()));
            }
        }
    }
    targets
}

/// A column that is set as a whole and once more. Parts of one, as in `a[1] = …, a[2] = …`, may be set apart.
fn set_twice(targets: &[ast::ColumnTarget]) -> Option<Ident> {
    let mut seen = BTreeSet::new();
    let whole = targets.iter().filter(|it| it.accessors().next().is_none());
    whole.filter_map(|it| ident_of(it.name())).find(|name| !seen.insert(name.clone()))
}
