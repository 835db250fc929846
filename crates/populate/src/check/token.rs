//! Words of an expression.

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name or keyword; folded to lower case unless it was quoted.
    Word(String),
    /// A number, as written.
    Number(String),
    /// A string constant, without its quotes.
    Text(String),
    /// An operator or a punctuation mark.
    Mark(String),
}

/// Characters that operators are made of.
const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

/// Splits an expression into words; nothing where a quote is left open.
pub(crate) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '"' => quoted(&rest[1..], '"').map(|(word, after)| (Token::Word(word), after))?,
            '\'' => quoted(&rest[1..], '\'').map(|(text, after)| (Token::Text(text), after))?,
            // A constant with backslashes is passed over as something that is not understood.
            'E' | 'e' if rest[1..].starts_with('\'') => return None,
            c if c.is_ascii_digit() => take(rest, |c| c.is_ascii_digit() || c == '.', Token::Number),
            c if c.is_alphabetic() || c == '_' => {
                let (word, after) = take(rest, |c| c.is_alphanumeric() || c == '_' || c == '$', Token::Word);
                (lowered(word), after)
            }
            _ if rest.starts_with("::") => (Token::Mark("::".to_owned()), &rest[2..]),
            c if OPERATOR.contains(c) => take(rest, |c| OPERATOR.contains(c), Token::Mark),
            c => (Token::Mark(c.to_string()), &rest[c.len_utf8()..]),
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

fn take(text: &str, within: impl Fn(char) -> bool, kind: fn(String) -> Token) -> (Token, &str) {
    let end = text.find(|c| !within(c)).unwrap_or(text.len());
    (kind(text[..end].to_owned()), &text[end..])
}

fn lowered(token: Token) -> Token {
    match token {
        Token::Word(word) => Token::Word(word.to_lowercase()),
        other => other,
    }
}

fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            out.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            out.push(quote);
        } else {
            return Some((out, &text[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_what_a_server_writes() {
        let tokens =
            tokens("((\"Kind\")::text = ANY (ARRAY['it''s'::text, 'b'::text])) AND (a >= 1.5)").unwrap();
        assert_eq!(tokens[2], Token::Word("Kind".into()));
        assert!(tokens.contains(&Token::Text("it's".into())));
        assert!(tokens.contains(&Token::Mark(">=".into())));
        assert!(tokens.contains(&Token::Number("1.5".into())));
        assert!(super::tokens("'open").is_none());
    }
}
