//! From the parser's syntax tree to actions.

mod alter;
mod alter_other;
mod body;
mod column;
mod condition;
mod create;
mod drop;
mod maintain;
mod object;
mod on_table;
mod query;
mod routine;
mod session;

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::plpgsql::Plpgsql;

use crate::action::{Action, Verb};
use crate::span::Span;

/// How deep `DO` blocks and constant `EXECUTE` strings may stand within each other.
const BODY_DEPTH_MAX: u8 = 4;

/// Where the ranges of a tree stand in the whole text.
#[derive(Clone, Copy)]
pub(crate) enum Place<'m> {
    /// The tree's text starts at this byte.
    At(usize),
    /// The tree is a body's; the statement it stands in starts at this byte.
    Body(&'m Plpgsql, usize),
    /// Anywhere within this range: the text was put together from constants.
    Within(Span),
}

/// Collects a statement's actions.
pub(crate) struct Sink<'m> {
    actions: Vec<Action>,
    place: Place<'m>,
    conditional: bool,
    depth: u8,
}

impl<'m> Sink<'m> {
    /// A sink for a tree that stands at this place.
    pub(crate) fn new(place: Place<'m>) -> Self {
        Self { actions: Vec::new(), place, conditional: false, depth: 0 }
    }

    /// A sink for a body within the statement of this one.
    fn within<'n>(&self, place: Place<'n>) -> Sink<'n> {
        Sink { actions: Vec::new(), place, conditional: self.conditional, depth: self.depth + 1 }
    }

    /// What was collected.
    pub(crate) fn into_actions(self) -> Vec<Action> {
        self.actions
    }

    fn span(&self, node: &SyntaxNode) -> Span {
        let range = node.text_range();
        match self.place {
            Place::At(offset) => Span::new(range.start().into(), range.end().into()).shifted(offset),
            Place::Body(body, offset) => {
                let range = body.source_range(range);
                Span::new(range.start().into(), range.end().into()).shifted(offset)
            }
            Place::Within(span) => span,
        }
    }

    fn push(&mut self, node: &SyntaxNode, verb: Verb) {
        let action = Action { span: self.span(node), conditional: self.conditional, verb };
        self.actions.push(action);
    }

    /// Runs a part of which it is not known whether it happens.
    fn conditionally(&mut self, part: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.conditional, true);
        part(self);
        self.conditional = before;
    }
}

/// Collects the actions of one statement.
pub(crate) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) {
    let known = create::statement(stmt, sink)
        || alter::statement(stmt, sink)
        || drop::statement(stmt, sink)
        || query::statement(stmt, sink)
        || maintain::statement(stmt, sink)
        || session::statement(stmt, sink)
        || body::statement(stmt, sink)
        || object::statement(stmt, sink);
    if !known {
        sink.push(stmt.syntax(), object::other(stmt));
    }
}
