//! The words of an expression.

/// One word of an expression in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word without quotes, in lower case.
    Word(String),
    /// An identifier in quotes, as it is.
    Quoted(String),
    /// A string's value.
    Text(String),
    /// A number as it is written.
    Number(String),
    /// An operator or a mark.
    Mark(&'static str),
}

/// Every operator and mark that is understood; longer ones first.
const MARKS: [&str; 18] =
    ["!~*", "!~", "~*", "<>", "!=", "<=", ">=", "::", "~", "=", "<", ">", "(", ")", ",", ".", "-", "+"];

/// What operators are made of: a run of these is one operator, but for a sign at its end.
const OPERATOR_CHARACTERS: &str = "+-*/<>=~!@#%^&|`?";

/// The words of a text; nothing where one of them is of no kind that is understood, such as a comment.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '\'' => quoted(rest, '\'').map(|(value, after)| (Token::Text(value), after))?,
            '"' => quoted(rest, '"').map(|(value, after)| (Token::Quoted(value), after))?,
            'a'..='z' | 'A'..='Z' | '_' => word(rest)?,
            '0'..='9' => number(rest)?,
            _ => mark(rest)?,
        };
        found.push(token);
        rest = after.trim_start();
    }
    Some(found)
}

fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let end = rest.find(quote)?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(quote) {
            Some(more) => {
                value.push(quote);
                rest = more;
            }
            None => return (!value.contains(['\\', '\0'])).then_some((value, rest)),
        }
    }
}

fn word(text: &str) -> Option<(Token, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    // `E'…'`, `$1` and letters beyond ASCII have rules of their own.
    let is_whole = !rest.starts_with(['\'', '"', '$']) && !rest.starts_with(|c: char| !c.is_ascii());
    is_whole.then(|| (Token::Word(word.to_ascii_lowercase()), rest))
}

fn number(text: &str) -> Option<(Token, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let is_whole = !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '$'));
    is_whole.then(|| (Token::Number(number.to_owned()), rest))
}

fn mark(text: &str) -> Option<(Token, &str)> {
    let found = MARKS.into_iter().find(|mark| text.starts_with(mark))?;
    let rest = &text[found.len()..];
    let is_operator = found.starts_with(|c| OPERATOR_CHARACTERS.contains(c));
    // The server would take a longer run as one operator, but for a sign after a comparison.
    let is_cut = is_operator && rest.starts_with(|c| OPERATOR_CHARACTERS.contains(c));
    let is_sign_after = rest.starts_with('-') && matches!(found, "<>" | "<=" | ">=" | "=" | "<" | ">");
    let is_comment = rest.starts_with("--") || text.starts_with("--");
    (!is_comment && (!is_cut || is_sign_after)).then_some((Token::Mark(found), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_nothing() {
        for text in ["a -- b", "a @> b", "E'a'", "$1", "a || b", "1e5", "'a\\'", "a/b", "ä = 1", "x>--1"] {
            assert_eq!(tokens(text), None, "{text}");
        }
        let minus = tokens("x>-1");
        let expected = ["x", ">", "-", "1"];
        assert_eq!(minus.map(|tokens| tokens.len()), Some(expected.len()));
    }
}
