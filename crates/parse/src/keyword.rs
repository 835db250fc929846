//! Finds a word of a statement, for edits of its text.

use crate::span::Span;

/// The first place where a statement says a word outside of comments, strings and quoted names, in any case.
pub fn find_keyword(sql: &str, word: &str) -> Option<Span> {
    let mut at = 0;
    while at < sql.len() {
        let rest = &sql[at..];
        let length = skipped(rest).unwrap_or_else(|| word_length(rest));
        if length > 0 && rest[..length].eq_ignore_ascii_case(word) {
            return Some(Span::new(at, at + length));
        }
        at += length.max(rest.chars().next().map_or(1, char::len_utf8));
    }
    None
}

fn word_length(rest: &str) -> usize {
    rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80).count()
}

/// The length of a comment, string or quoted name that begins here; none where nothing of the kind does.
fn skipped(rest: &str) -> Option<usize> {
    let until =
        |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len());
    if rest.starts_with("--") {
        return Some(until(2, "\n"));
    }
    if rest.starts_with("/*") {
        return Some(until(2, "*/"));
    }
    match rest.bytes().next() {
        Some(b'\'') => Some(until(1, "'")),
        Some(b'"') => Some(until(1, "\"")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_outside_quotes_count() {
        let found = |sql: &str| find_keyword(sql, "index").map(|span| span.start);
        assert_eq!(found("REINDEX INDEX i"), Some(8));
        assert_eq!(found("CREATE /* index */ UNIQUE Index ON t"), Some(26));
        assert_eq!(found("DROP TABLE \"index\", 'index', index_2 -- index"), None);
        assert_eq!(found("é index"), Some(3));
    }
}
