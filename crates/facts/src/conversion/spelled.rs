//! A type's name taken apart.

/// A type as `format_type` writes it, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// The name without sizes: `timestamp without time zone`; `citext` without its namespace.
    pub base: String,
    /// The sizes in parentheses, with those filled in that the server implies: `numeric(5)` has a
    /// scale of 0, `character` a length of 1.
    pub sizes: Vec<i32>,
    /// The fields an interval is restricted to: `day to second`.
    pub fields: Option<String>,
    /// Whether it is an array of such; the number of dimensions does not count.
    pub array: bool,
}

/// Takes a type's name apart; none where it is no such name.
pub fn spell(text: &str) -> Option<Spelled> {
    let text = text.trim();
    let element = text.trim_end_matches("[]");
    let array = element.len() < text.len();
    let (before, sizes, after) = match (element.find('('), element.find(')')) {
        (Some(open), Some(close)) if open < close => {
            (&element[..open], &element[open + 1..close], &element[close + 1..])
        }
        (None, None) => (element, "", ""),
        _ => return None,
    };
    let sizes: Option<Vec<i32>> = sizes
        .split(',')
        .map(str::trim)
        .filter(|size| !size.is_empty())
        .map(|size| size.parse().ok())
        .collect();
    let name = [before.trim(), after.trim()].join(" ");
    let (base, fields) = split_fields(name.trim());
    Some(complete(Spelled { base: unqualified(base), sizes: sizes?, fields, array }))
}

/// `interval day to second` is an interval with fields.
fn split_fields(name: &str) -> (&str, Option<String>) {
    match name.split_once(' ') {
        Some(("interval", fields)) => ("interval", Some(fields.to_owned())),
        _ => (name, None),
    }
}

/// Drops the namespace of the one type known here that is not PostgreSQL's own.
fn unqualified(base: &str) -> String {
    let name = base.rsplit_once('.').map_or(base, |(_, name)| name);
    if name == "citext" { name.to_owned() } else { base.to_owned() }
}

fn complete(mut spelled: Spelled) -> Spelled {
    match (spelled.base.as_str(), spelled.sizes.as_slice()) {
        ("numeric", [_]) => spelled.sizes.push(0),
        ("character" | "bit", []) => spelled.sizes.push(1),
        // A character type of no length at all.
        ("bpchar", []) => spelled.base = "character".to_owned(),
        _ => {}
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_apart() {
        for (text, base, sizes, fields, array) in [
            ("character varying(20)", "character varying", vec![20], None, false),
            ("numeric(10,2)[]", "numeric", vec![10, 2], None, true),
            ("timestamp(3) without time zone", "timestamp without time zone", vec![3], None, false),
            ("interval day to second(3)", "interval", vec![3], Some("day to second"), false),
            ("public.citext", "citext", vec![], None, false),
            ("character", "character", vec![1], None, false),
        ] {
            let fields = fields.map(str::to_owned);
            assert_eq!(spell(text), Some(Spelled { base: base.to_owned(), sizes, fields, array }), "{text}");
        }
        assert_eq!(spell("numeric(a)"), None);
        assert_eq!(spell("numeric(1"), None);
    }
}
