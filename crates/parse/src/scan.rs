//! Finds where statements end, as psql does, without understanding them.
//!
//! Knows quotes, dollar quotes, nested comments, `BEGIN ATOMIC` bodies, the parentheses of `CREATE
//! RULE`, psql's meta-commands and the data lines after `COPY … FROM STDIN`. One pass, linear time.

use crate::nesting::{Nesting, body_too_deep};
use crate::span::Span;

/// How often a quote that is never closed is taken for a slip rather than for the rest of the text.
const RECOVERIES_MAX: u32 = 16;

/// What a text falls into.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pub(crate) statements: Vec<Piece>,
    pub(crate) comments: Vec<Span>,
    pub(crate) meta_commands: Vec<Span>,
}

/// One statement, from its first token to its last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    pub(crate) span: Span,
    /// The quote or comment that is never closed.
    pub(crate) unclosed: Option<Span>,
    /// Words longer than PostgreSQL keeps.
    pub(crate) long_names: Vec<Span>,
    /// Whether its nesting passes what the parser can take.
    pub(crate) too_deep: bool,
    /// Whether it ends with a semicolon, a marker or a meta-command, and not just with the text.
    pub(crate) ended: bool,
}

/// Splits a text into statements.
pub(crate) fn pieces(text: &str) -> Pieces {
    let mut scanner = Scanner::new(text);
    while scanner.at < scanner.bytes.len() {
        scanner.step();
    }
    scanner.finish(false);
    scanner.out
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    out: Pieces,
    piece: Option<Piece>,
    /// The words a statement starts with, in lower case: enough to know a function, a rule, a copy.
    first_words: Vec<String>,
    /// Whether the statement that ended last is a `COPY`.
    ended_copy: bool,
    previous_word: Span,
    parens: usize,
    nesting: Nesting,
    /// Depth of `BEGIN … END` and `CASE … END` in a function's SQL body.
    body: u32,
    recoveries: u32,
    no_copy_end: bool,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            out: Pieces::default(),
            piece: None,
            first_words: Vec::new(),
            ended_copy: false,
            previous_word: Span::default(),
            parens: 0,
            nesting: Nesting::new(),
            body: 0,
            recoveries: 0,
            no_copy_end: false,
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        match self.bytes[self.at] {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'\x0b' => self.at += 1,
            // A byte order mark at the start of a file is no token.
            0xEF if self.at == 0 && self.text.starts_with('\u{feff}') => self.at = 3,
            b'-' if self.peek(1) == b'-' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'\'' => self.quoted(b'\'', self.escapes_follow()),
            b'"' => self.quoted(b'"', false),
            b'$' => self.dollar(),
            b'\\' => self.meta_command(),
            b';' if self.ends_here() => {
                self.finish(true);
                self.at += 1;
                self.skip_copy_data();
            }
            byte if is_word_start(byte) => self.word(),
            byte if byte.is_ascii_digit() => self.number(),
            byte => self.symbol(byte),
        }
    }

    fn ends_here(&self) -> bool {
        let in_rule = self.parens > 0 && self.is_create(&["rule"]);
        self.body == 0 && !in_rule
    }

    fn is_create(&self, kinds: &[&str]) -> bool {
        let words: Vec<&str> = self.first_words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["create", "or", "replace", kind, ..] | ["create", kind, ..] => kinds.contains(kind),
            _ => false,
        }
    }

    /// Notes a token, the statement's first one included.
    fn token(&mut self, start: usize, end: usize) {
        let piece = self.piece.get_or_insert_with(|| Piece {
            span: Span::new(start, end),
            ended: true,
            ..Piece::default()
        });
        piece.span.end = end;
        self.at = end;
    }

    fn symbol(&mut self, byte: u8) {
        self.token(self.at, self.at + 1);
        self.nesting.symbol(byte);
        match byte {
            b'(' => self.parens += 1,
            b')' => self.parens = self.parens.saturating_sub(1),
            _ => {}
        }
    }

    /// A string: where it is the body of a routine, what is in it counts.
    fn string(&mut self, start: usize, end: usize) {
        self.token(start, end);
        self.nesting.other();
        let first = self.first_words.first().map(String::as_str);
        if first == Some("do") || self.is_create(&["function", "procedure"]) {
            let too_deep = body_too_deep(self.text[start..end].trim_matches('\''));
            if let Some(piece) = &mut self.piece {
                piece.too_deep |= too_deep;
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let mut end = start;
        while end < self.bytes.len() && is_word(self.bytes[end]) {
            end += 1;
        }
        self.token(start, end);
        self.note_length(start, end, end - start);
        self.previous_word = Span::new(start, end);
        let word = &self.text[start..end];
        self.nesting.word(word);
        if self.first_words.len() < 4 {
            self.first_words.push(word.to_ascii_lowercase());
        }
        if word.len() <= 5 {
            self.track_body(word);
        }
    }

    fn number(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|byte| is_word(**byte) || **byte == b'.').count();
        self.token(self.at, self.at + length);
        self.nesting.other();
    }

    fn track_body(&mut self, word: &str) {
        let begins = word.eq_ignore_ascii_case("begin") || word.eq_ignore_ascii_case("case");
        if begins && (self.body > 0 || (word.len() == 5 && self.is_create(&["function", "procedure"]))) {
            self.body += 1;
        } else if self.body > 0 && word.eq_ignore_ascii_case("end") {
            self.body -= 1;
        }
    }

    fn note_length(&mut self, start: usize, end: usize, length: usize) {
        if length > model::IDENT_BYTES_MAX
            && let Some(piece) = &mut self.piece
        {
            piece.long_names.push(Span::new(start, end));
        }
    }

    /// Whether the word just before this quote is `E`.
    fn escapes_follow(&self) -> bool {
        let word = self.previous_word;
        word.end == self.at && matches!(word.of(self.text), "e" | "E")
    }

    fn quoted(&mut self, quote: u8, escapes: bool) {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.bytes.get(end) {
                None => return self.unclosed(start),
                Some(b'\\') if escapes => end += 2,
                Some(byte) if *byte == quote && self.bytes.get(end + 1) == Some(&quote) => end += 2,
                Some(byte) if *byte == quote => break,
                Some(_) => end += 1,
            }
        }
        self.string(start, end + 1);
        if quote == b'"' {
            let doubled = self.text[start + 1..end].matches("\"\"").count();
            self.note_length(start, end + 1, end - start - 1 - doubled);
        }
    }

    fn dollar(&mut self) {
        let start = self.at;
        let Some(tag) = dollar_tag(&self.text[start..]) else {
            return self.symbol(b'$');
        };
        match self.text[start + tag.len()..].find(tag) {
            Some(found) => self.string(start, start + found + 2 * tag.len()),
            None => self.unclosed(start),
        }
    }

    /// A quote is never closed. It is taken to end with its statement's line, so that the rest of the
    /// text is still read, unless that happens too often.
    fn unclosed(&mut self, start: usize) {
        self.recoveries += 1;
        let rest = &self.text[start..];
        let end = match rest.find(";\n").or_else(|| rest.find(";\r\n")) {
            Some(found) if self.recoveries <= RECOVERIES_MAX => start + found,
            _ => self.text.len(),
        };
        self.token(start, end);
        if let Some(piece) = &mut self.piece {
            piece.unclosed = Some(Span::new(start, end));
        }
        self.body = 0;
        self.parens = 0;
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let end = self.text[start..].find('\n').map_or(self.text.len(), |found| start + found);
        let span = Span::new(start, end);
        self.out.comments.push(span);
        self.at = end;
        // Drizzle splits its files at this marker and at nothing else.
        if span.of(self.text).starts_with("--> statement-breakpoint") && self.body == 0 {
            self.finish(true);
        }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 1usize;
        let mut end = start + 2;
        while depth > 0 {
            match (self.bytes.get(end), self.bytes.get(end + 1)) {
                (None, _) => return self.unclosed(start),
                (Some(b'*'), Some(b'/')) => (depth, end) = (depth - 1, end + 2),
                (Some(b'/'), Some(b'*')) => (depth, end) = (depth + 1, end + 2),
                (Some(_), _) => end += 1,
            }
        }
        self.out.comments.push(Span::new(start, end));
        self.at = end;
    }

    fn meta_command(&mut self) {
        let start = self.at;
        // `\;` keeps statements together in one message; they are statements all the same.
        if self.peek(1) == b';' {
            self.finish(true);
            self.at += 2;
            return;
        }
        self.finish(true);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |found| start + found);
        self.out.meta_commands.push(Span::new(start, end));
        self.at = end;
    }

    fn finish(&mut self, ended: bool) {
        self.parens = 0;
        self.body = 0;
        self.ended_copy = self.first_words.first().is_some_and(|word| word == "copy");
        self.first_words.clear();
        if let Some(mut piece) = self.piece.take() {
            piece.ended = ended;
            piece.too_deep |= self.nesting.too_deep();
            self.nesting = Nesting::new();
            self.out.statements.push(piece);
        }
    }

    /// After `COPY … FROM STDIN;` psql takes the lines up to `\.` for data.
    fn skip_copy_data(&mut self) {
        if !self.ended_copy || self.no_copy_end {
            return;
        }
        let statement = self.out.statements.last().map(|piece| piece.span.of(self.text)).unwrap_or_default();
        if !reads_stdin(statement) {
            return;
        }
        match self.text[self.at..].find("\n\\.") {
            Some(found) => self.at += found + 3,
            None => self.no_copy_end = true,
        }
    }
}

fn reads_stdin(copy: &str) -> bool {
    let lower = copy.to_ascii_lowercase();
    let mut words = lower.split_ascii_whitespace();
    words.any(|word| word == "from") && words.next().is_some_and(|word| word.starts_with("stdin"))
}

/// The opening tag of a dollar quote, `$$` or `$tag$`.
fn dollar_tag(text: &str) -> Option<&str> {
    let body = &text[1..];
    let end = body.find('$')?;
    let tag = &body[..end];
    let starts_well = tag.bytes().next().is_none_or(is_word_start);
    let is_tag = starts_well && tag.bytes().all(|byte| is_word(byte) && byte != b'$');
    is_tag.then(|| &text[..end + 2])
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}
