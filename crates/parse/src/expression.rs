//! What can be told of an expression from its text.

use std::collections::BTreeSet;

use model::Ident;
use squawk_syntax::ast::{self, AstNode, BinOp, PrefixOp};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use crate::names::{Reference, ident};
use crate::types::{TypeReference, type_reference};

/// An expression with what it uses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expression {
    /// The text as written.
    pub text: String,
    /// The functions it calls; words such as `CURRENT_TIMESTAMP` are `now` and the like.
    pub functions: Vec<Reference>,
    /// The columns it names, without their tables.
    pub columns: BTreeSet<Ident>,
    /// Columns that cannot be null where it is true: `a IS NOT NULL AND …`.
    pub not_null_columns: BTreeSet<Ident>,
    /// The value of a plain string constant.
    pub string: Option<String>,
    /// Whether it is `NULL`, with or without a cast.
    pub is_null: bool,
    /// Whether it is a column's name and nothing more.
    pub is_column: bool,
    /// The type, where it is a column's name cast once and nothing more.
    pub cast_to: Option<TypeReference>,
    /// Whether there is a subquery in it.
    pub has_subquery: bool,
}

impl Expression {
    /// Reads an expression that stands alone, for instance one from a catalog. What does not parse
    /// names nothing.
    pub fn parse(text: &str) -> Self {
        if crate::nesting::body_too_deep(text) {
            return Self { text: text.to_owned(), ..Self::default() };
        }
        let file = SourceFile::parse(&["SELECT ", text].concat()).tree();
        let expr = file.syntax().descendants().find_map(ast::Target::cast).and_then(|target| target.expr());
        expression(expr).map_or_else(Self::default, |found| Self { text: text.to_owned(), ..found })
    }

    /// Whether it names neither a column nor a function.
    pub fn is_constant(&self) -> bool {
        self.functions.is_empty() && self.columns.is_empty() && !self.has_subquery
    }
}

/// An expression with one column under another name. What is quoted or only part of a word stays.
pub fn rename_column(text: &str, from: &Ident, to: &Ident) -> String {
    let file = SourceFile::parse(&["SELECT ", text].concat()).tree();
    let mut out = String::new();
    for token in file.syntax().descendants_with_tokens().filter_map(|it| it.into_token()) {
        let named = token.parent().filter(|parent| parent.kind() == SyntaxKind::NAME_REF);
        match named {
            Some(name) if ident(&name) == *from => out.push_str(&to.to_string()),
            _ => out.push_str(token.text()),
        }
    }
    out.strip_prefix("SELECT ").unwrap_or(text).to_owned()
}

/// Reads an expression of a statement.
pub(crate) fn expression(expr: Option<ast::Expr>) -> Option<Expression> {
    let expr = expr?;
    let mut found = Expression { text: expr.syntax().text().to_string(), ..Expression::default() };
    for node in expr.syntax().descendants() {
        match node.kind() {
            SyntaxKind::NAME_REF => note_name(&node, &mut found),
            SyntaxKind::SELECT | SyntaxKind::VALUES | SyntaxKind::COMPOUND_SELECT => {
                found.has_subquery = true
            }
            _ => {}
        }
    }
    prove(&expr, &mut found.not_null_columns);
    (found.string, found.is_null) = constant(&expr);
    found.is_column = is_column(&expr);
    found.cast_to = column_cast(&expr);
    Some(found)
}

fn note_name(node: &SyntaxNode, found: &mut Expression) {
    if let Some(function) = keyword_function(node) {
        found.functions.push(Reference::bare(Ident::new(function)));
        return;
    }
    let name = ident(node);
    let Some(parent) = node.parent() else { return };
    match parent.kind() {
        SyntaxKind::CALL_EXPR => found.functions.push(Reference::bare(name)),
        SyntaxKind::FIELD_EXPR => note_field(node, name, &parent, found),
        _ => {
            found.columns.insert(name);
        }
    }
}

/// `a.b` is a column `b`, and before parentheses a function `b` of the namespace `a`.
fn note_field(node: &SyntaxNode, name: Ident, field: &SyntaxNode, found: &mut Expression) {
    let is_base = field.first_child().is_some_and(|first| first == *node);
    if is_base {
        return;
    }
    if field.parent().is_some_and(|parent| parent.kind() == SyntaxKind::CALL_EXPR) {
        let schema = field.first_child().map(|base| ident(&base));
        found.functions.push(Reference { schema, name });
    } else {
        found.columns.insert(name);
    }
}

/// The function behind a word that SQL calls without parentheses.
fn keyword_function(node: &SyntaxNode) -> Option<&'static str> {
    Some(match node.first_token()?.kind() {
        SyntaxKind::CURRENT_TIMESTAMP_KW
        | SyntaxKind::CURRENT_DATE_KW
        | SyntaxKind::CURRENT_TIME_KW
        | SyntaxKind::LOCALTIME_KW
        | SyntaxKind::LOCALTIMESTAMP_KW => "now",
        SyntaxKind::CURRENT_USER_KW
        | SyntaxKind::SESSION_USER_KW
        | SyntaxKind::SYSTEM_USER_KW
        | SyntaxKind::CURRENT_ROLE_KW
        | SyntaxKind::USER_KW => "current_user",
        SyntaxKind::CURRENT_CATALOG_KW => "current_database",
        SyntaxKind::CURRENT_SCHEMA_KW => "current_schema",
        _ => return None,
    })
}

/// Collects columns that are not null wherever the expression is true, as the server's own proof of
/// a NOT NULL by a CHECK does: conjunctions of `IS NOT NULL`.
fn prove(expr: &ast::Expr, columns: &mut BTreeSet<Ident>) {
    match expr {
        ast::Expr::ParenExpr(paren) => {
            if let Some(inner) = paren.expr() {
                prove(&inner, columns);
            }
        }
        ast::Expr::BinExpr(binary) => prove_binary(binary, columns),
        ast::Expr::PostfixExpr(postfix) if has_token(postfix.syntax(), SyntaxKind::NOTNULL_KW) => {
            columns.extend(column_name(postfix.expr()));
        }
        ast::Expr::PrefixExpr(prefix) if matches!(prefix.op(), Some(PrefixOp::Not(_))) => {
            columns.extend(prefix.expr().and_then(|inner| null_tested(&inner)));
        }
        _ => {}
    }
}

fn prove_binary(binary: &ast::BinExpr, columns: &mut BTreeSet<Ident>) {
    match binary.op() {
        Some(BinOp::And(_)) => {
            for side in [binary.lhs(), binary.rhs()].into_iter().flatten() {
                prove(&side, columns);
            }
        }
        Some(BinOp::IsNot(_)) if is_null_literal(binary.rhs()) => columns.extend(column_name(binary.lhs())),
        _ => {}
    }
}

/// The column that `column IS NULL` tests.
fn null_tested(expr: &ast::Expr) -> Option<Ident> {
    match expr {
        ast::Expr::ParenExpr(paren) => null_tested(&paren.expr()?),
        ast::Expr::PostfixExpr(postfix) if has_token(postfix.syntax(), SyntaxKind::ISNULL_KW) => {
            column_name(postfix.expr())
        }
        ast::Expr::BinExpr(binary)
            if matches!(binary.op(), Some(BinOp::Is(_))) && is_null_literal(binary.rhs()) =>
        {
            column_name(binary.lhs())
        }
        _ => None,
    }
}

fn column_name(expr: Option<ast::Expr>) -> Option<Ident> {
    match expr? {
        ast::Expr::NameRef(name) => Some(ident(name.syntax())),
        ast::Expr::FieldExpr(field) => field.field().map(|name| ident(name.syntax())),
        ast::Expr::ParenExpr(paren) => column_name(paren.expr()),
        _ => None,
    }
}

fn is_null_literal(expr: Option<ast::Expr>) -> bool {
    matches!(expr, Some(ast::Expr::Literal(literal)) if has_token(literal.syntax(), SyntaxKind::NULL_KW))
}

pub(crate) fn has_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens().any(|child| child.kind() == kind)
}

fn is_column(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::NameRef(_) | ast::Expr::FieldExpr(_) => true,
        ast::Expr::ParenExpr(paren) => paren.expr().is_some_and(|inner| is_column(&inner)),
        _ => false,
    }
}

fn column_cast(expr: &ast::Expr) -> Option<TypeReference> {
    match expr {
        ast::Expr::ParenExpr(paren) => column_cast(&paren.expr()?),
        ast::Expr::CastExpr(cast) if cast.expr().is_some_and(|inner| is_column(&inner)) => {
            type_reference(cast.ty())
        }
        _ => None,
    }
}

/// The string value and nullness of a constant, through parentheses and casts.
fn constant(expr: &ast::Expr) -> (Option<String>, bool) {
    match expr {
        ast::Expr::Literal(literal) => {
            (literal.string_value(), has_token(literal.syntax(), SyntaxKind::NULL_KW))
        }
        ast::Expr::CastExpr(cast) => match (cast.expr(), cast.literal()) {
            (Some(inner), _) => constant(&inner),
            (None, Some(literal)) => (literal.string_value(), false),
            (None, None) => (None, false),
        },
        ast::Expr::ParenExpr(paren) => paren.expr().map_or((None, false), |inner| constant(&inner)),
        _ => (None, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, Vec<String>) {
        let found = Expression::parse(text);
        let functions = found.functions.iter().map(ToString::to_string).collect();
        (functions, found.columns.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn finds_functions_and_columns() {
        let (functions, columns) = names("lower(t.name) || pg_catalog.now()::text || CURRENT_DATE + a[1]");
        assert_eq!(functions, ["lower", "pg_catalog.now", "now"]);
        assert_eq!(columns, ["a", "name"]);
        assert!(Expression::parse("'{}'::jsonb").is_constant());
        assert!(Expression::parse("(-1)").is_constant());
        assert!(Expression::parse("NULL::text").is_null);
        assert_eq!(Expression::parse("E'a\\'b'").string.as_deref(), Some("a'b"));
    }

    #[test]
    fn proves_what_the_server_proves() {
        for (text, columns) in [
            ("(a IS NOT NULL)", vec!["a"]),
            ("((a IS NOT NULL) AND (b > 0) AND (c NOTNULL))", vec!["a", "c"]),
            ("NOT (a IS NULL)", vec!["a"]),
            ("a IS NOT NULL OR b IS NOT NULL", vec![]),
            ("a > 0", vec![]),
        ] {
            let found = Expression::parse(text);
            let found: Vec<&str> = found.not_null_columns.iter().map(Ident::as_str).collect();
            assert_eq!(found, columns, "{text}");
        }
    }
}
