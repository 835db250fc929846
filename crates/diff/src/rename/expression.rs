//! A column's new name inside an expression the server deparsed.

use model::Ident;

/// Replaces the identifier where it stands alone or as the last part of a path; string constants,
/// function names and types keep theirs.
pub fn rename(text: &str, old: &Ident, new: &Ident) -> String {
    let mut out = String::with_capacity(text.len());
    let written = old.to_string();
    for (token, after) in tokens(text) {
        let is_call = after.trim_start().starts_with('(') || out.ends_with("::");
        if token == written && !is_call {
            out.push_str(&new.to_string());
        } else {
            out.push_str(token);
        }
    }
    out
}

/// Whether an expression names the identifier, as a column or as anything else.
pub fn mentions(text: &str, name: &Ident) -> bool {
    let written = name.to_string();
    tokens(text).any(|(token, _)| token == written)
}

/// The words, quoted names, string constants and other characters of a text, each with what follows it.
fn tokens(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = match rest.chars().next()? {
            '\'' => quoted(rest, '\''),
            '"' => quoted(rest, '"'),
            c if c.is_alphabetic() || c == '_' => word(rest),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        Some((token, after))
    })
}

fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

fn word(text: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_column_is_renamed() {
        let (old, new) = (Ident::new("year"), Ident::new("Vintage"));
        assert_eq!(
            rename("((year > 2000) AND (years < 3))", &old, &new),
            "((\"Vintage\" > 2000) AND (years < 3))"
        );
        assert_eq!(rename("year(year) = 'year'", &old, &new), "year(\"Vintage\") = 'year'");
        assert_eq!(rename("(\"year\" = 1)", &Ident::new("Year"), &new), "(\"year\" = 1)");
    }
}
