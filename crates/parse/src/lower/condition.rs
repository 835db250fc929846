//! What a `WHERE` says of the rows it lets through.

use std::collections::BTreeSet;

use model::Ident;
use squawk_syntax::SyntaxKind;
use squawk_syntax::ast::{self, AstNode, BinOp};

use crate::expression::has_token;
use crate::names::{ident, ident_of};

/// Whether a condition is more than `WHERE true`.
pub(super) fn limits(condition: Option<&ast::WhereClauseOrCurrentOf>) -> bool {
    match condition {
        Some(ast::WhereClauseOrCurrentOf::WhereClause(it)) => match it.expr() {
            Some(ast::Expr::Literal(literal)) => !has_token(literal.syntax(), SyntaxKind::TRUE_KW),
            Some(ast::Expr::BinExpr(it)) => !is_same_constant(&it),
            other => other.is_some(),
        },
        Some(ast::WhereClauseOrCurrentOf::WhereCurrentOf(_)) => true,
        None => false,
    }
}

/// `1 = 1`
fn is_same_constant(it: &ast::BinExpr) -> bool {
    match (it.lhs(), it.op(), it.rhs()) {
        (Some(ast::Expr::Literal(a)), Some(BinOp::Eq(_)), Some(ast::Expr::Literal(b))) => {
            a.syntax().text() == b.syntax().text()
        }
        _ => false,
    }
}

/// The columns a condition compares with constants by `=` or `IN`, in every row it lets through.
pub(super) fn pinned(condition: Option<&ast::WhereClauseOrCurrentOf>) -> Vec<Ident> {
    let mut columns = Vec::new();
    if let Some(ast::WhereClauseOrCurrentOf::WhereClause(it)) = condition
        && let Some(expr) = it.expr()
    {
        pin(&expr, &mut columns);
    }
    columns
}

/// Whether a condition bounds a column from below and above.
pub(super) fn ranged(condition: Option<&ast::WhereClauseOrCurrentOf>) -> bool {
    let Some(ast::WhereClauseOrCurrentOf::WhereClause(it)) = condition else { return false };
    let mut bounds = BTreeSet::new();
    for node in it.syntax().descendants() {
        if node.kind() == SyntaxKind::BETWEEN_EXPR {
            return true;
        }
        let Some(binary) = ast::BinExpr::cast(node) else { continue };
        let Some(ast::Expr::NameRef(name)) = binary.lhs() else { continue };
        let below = match binary.op() {
            Some(BinOp::LAngle(_) | BinOp::Lteq(_)) => false,
            Some(BinOp::RAngle(_) | BinOp::Gteq(_)) => true,
            _ => continue,
        };
        bounds.insert((ident(name.syntax()), below));
    }
    bounds.iter().any(|(name, below)| *below && bounds.contains(&(name.clone(), false)))
}

pub(super) fn pin(expr: &ast::Expr, columns: &mut Vec<Ident>) {
    match expr {
        ast::Expr::ParenExpr(it) => {
            if let Some(inner) = it.expr() {
                pin(&inner, columns);
            }
        }
        ast::Expr::BinExpr(it) => match it.op() {
            Some(BinOp::And(_)) => {
                for side in [it.lhs(), it.rhs()].into_iter().flatten() {
                    pin(&side, columns);
                }
            }
            Some(BinOp::Eq(_) | BinOp::In(_)) => columns.extend(pinned_column(it)),
            _ => {}
        },
        _ => {}
    }
}

fn pinned_column(it: &ast::BinExpr) -> Option<Ident> {
    let constant = it.rhs()?;
    let names = constant
        .syntax()
        .descendants()
        .any(|node| matches!(node.kind(), SyntaxKind::NAME_REF | SyntaxKind::SELECT | SyntaxKind::CALL_EXPR));
    match it.lhs()? {
        ast::Expr::NameRef(name) if !names => Some(ident(name.syntax())),
        ast::Expr::FieldExpr(field) if !names => ident_of(field.field()),
        _ => None,
    }
}
