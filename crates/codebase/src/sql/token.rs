//! SQL into words and signs, with comments and string constants left out.
//!
//! The bodies between dollar quotes are SQL again, mostly; their tags are left out and their words kept.

use model::Ident;

/// A word or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The word, folded as the server folds it; none for a sign.
    pub(crate) word: Option<Ident>,
    /// Whether the word was quoted, and so is no keyword.
    pub(crate) quoted: bool,
    /// The sign, `'` for a string constant; a space for a word.
    pub(crate) sign: char,
    /// Where it begins.
    pub(crate) offset: usize,
}

impl Token {
    /// Whether it is this keyword.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        !self.quoted && self.word.as_ref().is_some_and(|word| word.as_str() == keyword)
    }
}

pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let sign = |sign| Token { word: None, quoted: false, sign, offset: at };
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if c == '\'' {
            out.push(sign('\''));
            constant(rest)
        } else if c == '"' {
            let (word, length) = quoted(rest);
            out.push(Token { word: Some(Ident::new(word)), quoted: true, sign: ' ', offset: at });
            length
        } else if c == '$' {
            dollar(rest)
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
            let word = &rest[..end.unwrap_or(rest.len())];
            let word_token = Ident::new(word.to_lowercase());
            out.push(Token { word: Some(word_token), quoted: false, sign: ' ', offset: at });
            word.len()
        } else {
            if !c.is_whitespace() {
                out.push(sign(c));
            }
            c.len_utf8()
        };
        at += length.max(1);
    }
    out
}

/// The length of a string constant, its quotes included.
fn constant(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
            return at + 1;
        }
    }
    text.len()
}

fn quoted(text: &str) -> (String, usize) {
    let mut word = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != '"' {
            word.push(c);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            word.push('"');
        } else {
            return (word, at + 1);
        }
    }
    (word, text.len())
}

/// The length of the tag of a dollar quote, or of a parameter's sign.
fn dollar(text: &str) -> usize {
    let tag = text[1..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(text.len(), |end| end + 1);
    if text[tag..].starts_with('$') { tag + 1 } else { tag }
}
