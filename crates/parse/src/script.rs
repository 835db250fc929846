//! A file of SQL as statements.

use model::Operation;
use squawk_syntax::SourceFile;
use squawk_syntax::ast;

use crate::action::Action;
use crate::lower::{Place, Sink, statement};
use crate::scan::{Piece, pieces};
use crate::span::{Lines, Position, Span};

/// The statements of a text, with what stands between them.
#[derive(Debug, Clone)]
pub struct Script<'t> {
    /// The text.
    pub text: &'t str,
    /// Its lines.
    pub lines: Lines,
    /// Its statements, in order.
    pub statements: Vec<Statement<'t>>,
    /// Its comments outside of statements and in them, in order.
    pub comments: Vec<Span>,
    /// The commands of psql in it, such as `\set`; what they do is not followed.
    pub meta_commands: Vec<Span>,
}

impl Script<'_> {
    /// Where a byte of the text stands.
    pub fn position(&self, offset: usize) -> Position {
        self.lines.position(self.text, offset)
    }
}

/// One statement of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'t> {
    /// The statement as written, from its first token to its last, without semicolon.
    pub sql: &'t str,
    /// Where it stands.
    pub span: Span,
    /// Where it starts.
    pub position: Position,
    /// What it does, in its own order.
    pub actions: Vec<Action>,
    /// Why it is not SQL, where it is not.
    pub errors: Vec<SyntaxError>,
    /// Identifiers longer than the server keeps.
    pub long_names: Vec<Span>,
}

impl Statement<'_> {
    /// The kinds of change it makes, each once, in its own order.
    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for operation in self.actions.iter().flat_map(Action::operations) {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
        operations
    }
}

/// A place where a text is not SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// Where, in lines and columns.
    pub position: Position,
    /// What is wrong, as a fragment.
    pub message: String,
}

/// Reads a text. What is not SQL is reported with its statement, and reading goes on with the next.
pub fn parse(text: &str) -> Script<'_> {
    let found = pieces(text);
    let lines = Lines::new(text);
    let statements = found.statements.into_iter().map(|piece| read(text, &lines, piece)).collect();
    Script { text, lines, statements, comments: found.comments, meta_commands: found.meta_commands }
}

/// Splits a text into statements without looking into them; cheaper than [`parse`].
pub fn split(text: &str) -> Vec<Span> {
    pieces(text).statements.into_iter().map(|piece| piece.span).collect()
}

fn read<'t>(text: &'t str, lines: &Lines, piece: Piece) -> Statement<'t> {
    let span = piece.span;
    let sql = span.of(text);
    let (actions, mut errors) = if piece.too_deep {
        (Vec::new(), vec![(span, "nested too deeply to be read".to_owned())])
    } else {
        tree(sql, span.start)
    };
    if let Some(unclosed) = piece.unclosed {
        errors.insert(0, (unclosed, format!("{} is not closed", quote_kind(unclosed.of(text)))));
    }
    let errors = errors.into_iter().map(|(span, message)| {
        let position = lines.position(text, span.start);
        SyntaxError { span, position, message }
    });
    let position = lines.position(text, span.start);
    Statement { sql, span, position, actions, errors: errors.collect(), long_names: piece.long_names }
}

fn quote_kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'"') => "a quoted identifier",
        Some(b'$') => "a dollar-quoted string",
        Some(b'/') => "a comment",
        _ => "a string",
    }
}

type Found = (Vec<Action>, Vec<(Span, String)>);

fn tree(sql: &str, offset: usize) -> Found {
    let parsed = SourceFile::parse(sql);
    let mut sink = Sink::new(Place::At(offset));
    for stmt in parsed.tree().stmts() {
        if !matches!(stmt, ast::Stmt::EmptyStmt(_)) {
            statement(&stmt, &mut sink);
        }
    }
    let errors = parsed.errors().into_iter().map(|error| {
        let range = error.range();
        let span = Span::new(range.start().into(), range.end().into()).shifted(offset);
        (span, plain_words(error.message()))
    });
    (sink.into_actions(), errors.collect())
}

/// The parser's message without its own names of tokens: `SELECT_KW` is `SELECT`.
fn plain_words(message: &str) -> String {
    let is_word = |c: char| c.is_ascii_uppercase() || c == '_';
    let mut out = String::new();
    for part in message.split_inclusive(|c: char| !is_word(c)) {
        let word = part.trim_end_matches(|c: char| !is_word(c));
        out.push_str(word.strip_suffix("_KW").unwrap_or(word));
        out.push_str(&part[word.len()..]);
    }
    out
}

/// Collects the actions of a text that a block executes; says whether all of it could be read.
pub(crate) fn lower_text(text: &str, sink: &mut Sink<'_>) -> bool {
    let found = pieces(text).statements;
    let mut whole = !found.is_empty();
    for piece in found {
        if piece.too_deep || piece.unclosed.is_some() {
            whole = false;
            continue;
        }
        let parsed = SourceFile::parse(piece.span.of(text));
        whole &= parsed.errors().is_empty();
        for stmt in parsed.tree().stmts() {
            statement(&stmt, sink);
        }
    }
    whole
}
