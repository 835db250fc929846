//! Secrets that people paste are taken out before anything is kept.

/// Names whose values are secrets.
const SECRET_NAMES: [&str; 8] =
    ["password", "passwd", "pwd", "pgpassword", "secret", "token", "api_key", "apikey"];

/// What stands where a secret was.
const REDACTED: &str = "[redacted]";

/// A text without the passwords in URLs and without values named as secrets.
pub(crate) fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, kept, after)) = next_secret(rest) {
        out.push_str(before);
        out.push_str(kept);
        out.push_str(REDACTED);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What stands before the next secret, the part of it that may stay, and what follows it.
fn next_secret(text: &str) -> Option<(&str, &str, &str)> {
    [in_url(text), by_name(text)]
        .into_iter()
        .flatten()
        .min_by_key(|(before, kept, _)| before.len() + kept.len())
}

/// `scheme://user:password@host`.
fn in_url(text: &str) -> Option<(&str, &str, &str)> {
    let mut start = 0;
    while let Some(found) = text[start..].find("://") {
        let authority = start + found + 3;
        let end = text[authority..]
            .find(|c: char| c.is_whitespace() || c == '/' || c == '"')
            .map_or(text.len(), |at| authority + at);
        if let Some(at) = text[authority..end].rfind('@')
            && let Some(colon) = text[authority..authority + at].find(':')
            && colon + 1 < at
            && !text[authority + colon + 1..].starts_with(REDACTED)
        {
            let secret = authority + colon + 1;
            return Some((&text[..authority], &text[authority..secret], &text[authority + at..]));
        }
        start = authority;
    }
    None
}

/// `password=…`, `"token": "…"`.
fn by_name(text: &str) -> Option<(&str, &str, &str)> {
    let lower = text.to_ascii_lowercase();
    let found =
        SECRET_NAMES.iter().flat_map(|name| lower.match_indices(name).map(|(at, _)| (at, at + name.len())));
    found
        .filter_map(|(start, end)| {
            let rest = text[end..].trim_start_matches(['"', '\'', ' ']);
            let value = rest.strip_prefix(['=', ':'])?.trim_start_matches(['"', '\'', ' ']);
            let length =
                value.find(|c: char| c.is_whitespace() || "\"'&,;".contains(c)).unwrap_or(value.len());
            if length == 0 || value.starts_with(REDACTED) {
                return None;
            }
            let at = text.len() - value.len();
            Some((&text[..start], &text[start..at], &text[at + length..]))
        })
        .min_by_key(|(before, ..)| before.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_stay() {
        for (text, safe) in [
            ("at postgres://app:s3cret@db/funds now", "at postgres://app:[redacted]@db/funds now"),
            ("PGPASSWORD=hunter2 psql", "PGPASSWORD=[redacted] psql"),
            ("{\"token\": \"abc\", \"rows\": 5}", "{\"token\": \"[redacted]\", \"rows\": 5}"),
            ("a:b@c://u:p@q@h/ and pwd: x", "a:b@c://u:[redacted]@h/ and pwd: [redacted]"),
            ("https://example.org/a?b=c", "https://example.org/a?b=c"),
            ("the token bucket was empty", "the token bucket was empty"),
            ("postgres://app@db/funds", "postgres://app@db/funds"),
        ] {
            assert_eq!(redact(text), safe);
            assert_eq!(redact(&redact(text)), safe);
        }
    }
}
