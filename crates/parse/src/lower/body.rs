//! `DO` blocks: the statements a plpgsql body holds, and the strings it executes where they are constant.

use model::{Ident, Literal};
use squawk_syntax::ast::{self, AstNode, BinOp};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::query::query_of;
use super::{BODY_DEPTH_MAX, Place, Sink};
use crate::action::Verb;
use crate::names::{ident, ident_of, reference};
use crate::script;

/// Collects a `DO` block, a `CALL` or an `EXECUTE`; says whether it was one of them.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    match stmt {
        ast::Stmt::Do(it) => block(it, sink),
        ast::Stmt::Call(it) => call(it, sink),
        ast::Stmt::Execute(it) => {
            let name = ident_of(it.prepared_statement_ref()).map(|it| it.to_string()).unwrap_or_default();
            sink.push(
                it.syntax(),
                Verb::Unknown(format!("what the prepared statement {name} does is not followed")),
            );
        }
        _ => return false,
    }
    true
}

fn call(it: &ast::Call, sink: &mut Sink<'_>) {
    let name = it.procedure_name_ref().and_then(|it| reference(it.path_ref()));
    let name = name.map(|it| it.to_string()).unwrap_or_default();
    sink.push(it.syntax(), Verb::Unknown(format!("what the procedure {name} does is not followed")));
}

fn block(it: &ast::Do, sink: &mut Sink<'_>) {
    sink.push(it.syntax(), Verb::Do);
    if sink.depth >= BODY_DEPTH_MAX {
        sink.push(it.syntax(), Verb::Unknown("blocks nested this deep are not followed".to_owned()));
        return;
    }
    let Some(body) = it.plpgsql() else {
        let language = it.do_language().and_then(|it| it.language_name()).map(|it| it.name);
        let language = language.unwrap_or_else(|| "another language".to_owned());
        sink.push(it.syntax(), Verb::Unknown(format!("a block in {language} cannot be read")));
        return;
    };
    let place = match sink.place {
        Place::At(offset) => Place::Body(&body, offset),
        Place::Body(..) | Place::Within(_) => Place::Within(sink.span(it.syntax())),
    };
    let mut inner = sink.within(place);
    if let Some(block) = body.tree().block() {
        read_by_expressions(block.syntax(), &mut inner);
        plpgsql_block(&block, &mut inner);
    }
    let mut found = inner.into_actions();
    sink.actions.append(&mut found);
    if let Some(error) = body.errors().first() {
        let text = format!("a part of the block could not be read: {}", error.message());
        sink.push(it.syntax(), Verb::Unknown(text));
    }
}

/// Conditions and assignments read relations too.
fn read_by_expressions(block: &SyntaxNode, sink: &mut Sink<'_>) {
    for node in block.descendants().filter(|node| node.kind() == SyntaxKind::PLPGSQL_EXPR) {
        let query = query_of(&node);
        if !query.reads.is_empty() {
            sink.push(&node, Verb::Query(Box::new(query)));
        }
    }
}

fn plpgsql_block(block: &ast::PlpgsqlBlock, sink: &mut Sink<'_>) {
    let Some(exception) = block.exception() else { return plpgsql_body(block.body(), sink) };
    sink.conditionally(|sink| {
        plpgsql_body(block.body(), sink);
        for handler in exception.handlers() {
            plpgsql_body(handler.body(), sink);
        }
    });
}

fn plpgsql_body(body: Option<ast::PlpgsqlBody>, sink: &mut Sink<'_>) {
    for stmt in body.into_iter().flat_map(|body| body.stmts()) {
        plpgsql_statement(&stmt, sink);
    }
}

fn plpgsql_statement(stmt: &ast::PlpgsqlStmt, sink: &mut Sink<'_>) {
    use ast::PlpgsqlStmt as Stmt;
    match stmt {
        Stmt::PlpgsqlBlock(it) => plpgsql_block(it, sink),
        Stmt::PlpgsqlExecSqlStmt(it) => {
            if let Some(stmt) = it.stmt() {
                super::statement(&stmt, sink);
            }
        }
        Stmt::PlpgsqlDynExecuteStmt(it) => execute(it.syntax(), it.query(), sink),
        Stmt::PlpgsqlDoStmt(it) => it.do_().iter().for_each(|it| block(it, sink)),
        Stmt::PlpgsqlCallStmt(it) => it.call().iter().for_each(|it| call(it, sink)),
        Stmt::PlpgsqlPerformStmt(it) => sink.push(it.syntax(), Verb::Query(Box::new(query_of(it.syntax())))),
        Stmt::PlpgsqlCommitStmt(_) | Stmt::PlpgsqlRollbackStmt(_) => {
            let text = "the block ends transactions on its way, so that its locks are not held to the end";
            sink.push(stmt.syntax(), Verb::Unknown(text.to_owned()));
        }
        _ => branches(stmt, sink),
    }
}

/// Statements whose parts may or may not run.
fn branches(stmt: &ast::PlpgsqlStmt, sink: &mut Sink<'_>) {
    use ast::PlpgsqlStmt as Stmt;
    if let Stmt::PlpgsqlForQueryStmt(it) = stmt {
        if let Some(query) = it.query() {
            super::statement(&query, sink);
        }
    } else if let Stmt::PlpgsqlForDynStmt(it) = stmt {
        execute(it.syntax(), it.query(), sink);
    }
    sink.conditionally(|sink| {
        for node in stmt.syntax().children() {
            if let Some(body) = ast::PlpgsqlBody::cast(node.clone()) {
                plpgsql_body(Some(body), sink);
            } else if is_branch(node.kind()) {
                let bodies = node.children().filter_map(ast::PlpgsqlBody::cast);
                bodies.for_each(|body| plpgsql_body(Some(body), sink));
            }
        }
    });
}

fn is_branch(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::PLPGSQL_ELSIF_CLAUSE | SyntaxKind::PLPGSQL_ELSE_CLAUSE | SyntaxKind::PLPGSQL_CASE_WHEN
    )
}

/// `EXECUTE`: the statements of its string where that is constant.
fn execute(node: &SyntaxNode, query: Option<ast::PlpgsqlExpr>, sink: &mut Sink<'_>) {
    let target = query.and_then(|it| it.target_list()).and_then(|list| list.targets().next());
    let text = target.and_then(|target| target.expr()).and_then(|expr| constant_text(&expr));
    let Some(text) = text else {
        let text = "it executes a string that is only put together when it runs";
        return sink.push(node, Verb::Unknown(text.to_owned()));
    };
    let mut inner = sink.within(Place::Within(sink.span(node)));
    if !script::lower_text(&text, &mut inner) {
        inner.push(node, Verb::Unknown("a string it executes could not be read".to_owned()));
    }
    let mut found = inner.into_actions();
    sink.actions.append(&mut found);
}

/// The text an expression has whatever happens: a string, several of them with `||`, `format` of strings.
fn constant_text(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::Literal(it) => it.string_value(),
        ast::Expr::ParenExpr(it) => constant_text(&it.expr()?),
        ast::Expr::CastExpr(it) => constant_text(&it.expr()?),
        ast::Expr::BinExpr(it) => match it.op()? {
            BinOp::CustomOp(op) if op.syntax().text() == "||" => {
                Some(constant_text(&it.lhs()?)? + &constant_text(&it.rhs()?)?)
            }
            _ => None,
        },
        ast::Expr::CallExpr(it) => constant_call(it),
        _ => None,
    }
}

fn constant_call(it: &ast::CallExpr) -> Option<String> {
    let name = it.expr().filter(|it| matches!(it, ast::Expr::NameRef(_)))?;
    let arguments = it.arg_list()?.args().map(|arg| constant_text(&arg.expr()?));
    let arguments = arguments.collect::<Option<Vec<String>>>()?;
    match (ident(name.syntax()).as_str(), arguments.as_slice()) {
        ("quote_ident", [name]) => Some(Ident::new(name).to_string()),
        ("quote_literal", [value]) => Some(Literal::new(value).to_string()),
        ("format", [template, values @ ..]) => format_of(template, values),
        _ => None,
    }
}

/// PostgreSQL's `format` with `%I`, `%L`, `%s` and `%%`, in order.
fn format_of(template: &str, values: &[String]) -> Option<String> {
    let mut values = values.iter();
    let mut out = String::new();
    let mut chars = template.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            '%' => out.push('%'),
            's' => out.push_str(values.next()?),
            'I' => out.push_str(&Ident::new(values.next()?).to_string()),
            'L' => out.push_str(&Literal::new(values.next()?).to_string()),
            _ => return None,
        }
    }
    Some(out)
}
