//! The types of a snapshot's columns, which a description keeps in one list.

use std::collections::BTreeMap;

use crate::described::{QualifiedText, TypeText};

/// Collects types and gives each its number.
#[derive(Default)]
pub(super) struct Types {
    list: Vec<TypeText>,
    numbers: BTreeMap<(Option<QualifiedText>, String, usize), usize>,
}

impl Types {
    /// The number of a type: `text`, `varchar(20)`, an enum, or an array of one.
    pub(super) fn number(
        &mut self,
        text: &str,
        dimensions: usize,
        enumeration: Option<QualifiedText>,
    ) -> usize {
        let key = (enumeration, text.to_owned(), dimensions);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.list.len();
        let (enumeration, text, dimensions) = key.clone();
        // What PostgreSQL does not know by itself may need quotes; see `ddl::types`.
        self.list.push(TypeText { text, dimensions, enumeration, custom: true });
        self.numbers.insert(key, number);
        number
    }

    pub(super) fn list(self) -> Vec<TypeText> {
        self.list
    }
}

/// A type's text without its brackets, and how many pairs there were.
pub(super) fn element(text: &str) -> (&str, usize) {
    let mut rest = text;
    let mut dimensions = 0;
    while let Some((before, _)) = rest.strip_suffix(']').and_then(|inner| inner.rsplit_once('[')) {
        rest = before;
        dimensions += 1;
    }
    (rest, dimensions)
}

#[cfg(test)]
mod tests {
    use super::element;

    #[test]
    fn arrays_have_dimensions() {
        assert_eq!(element("varchar(20)[][3]"), ("varchar(20)", 2));
        assert_eq!(element("text"), ("text", 0));
    }
}
