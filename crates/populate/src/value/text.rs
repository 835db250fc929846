//! Texts.

use model::{Ident, Literal, Sql, sql};

use super::PLENTY;
use crate::check::Hints;

/// Digits in the longest number that is written into a text.
const DIGITS_MAX: u32 = 15;

/// Texts up to this length are codes of capital letters, as of currencies and countries.
const CODE_LENGTH_MAX: u32 = 5;

/// Texts within lengths.
pub(super) struct Texts {
    min: u32,
    max: Option<u32>,
}

impl Texts {
    pub(super) fn of(type_max: Option<u32>, hints: &Hints) -> Self {
        let max = [type_max, hints.length_max].into_iter().flatten().min();
        Self { min: hints.length_min.unwrap_or(0), max }
    }

    pub(super) fn capacity(&self) -> u64 {
        match self.max {
            Some(max) if max <= CODE_LENGTH_MAX => 26u64.pow(max),
            Some(max) if max < DIGITS_MAX => 10u64.pow(max),
            _ => PLENTY,
        }
    }

    pub(super) fn value(&self, column: &Ident, n: &Sql) -> Sql {
        let max = self.max.unwrap_or(u32::MAX);
        if max <= CODE_LENGTH_MAX {
            return code(max, n);
        }
        let (before, after) = self.phrase(column);
        let length = (before.chars().count() + after.chars().count()) as u32;
        if length + DIGITS_MAX <= max {
            return sql!("{} || {} || {}", Literal::new(before), n, Literal::new(after));
        }
        let digits = max.min(DIGITS_MAX);
        sql!("lpad(({} % {})::text, {}, '0')", n, 10u64.pow(digits), digits.max(self.min))
    }

    /// What stands before and behind the number, long enough.
    fn phrase(&self, column: &Ident) -> (String, String) {
        let name = column.as_str().to_lowercase();
        let (mut before, after) = match name.as_str() {
            name if name.contains("mail") => ("user".to_owned(), "@example.com".to_owned()),
            name if name.contains("url") || name.contains("website") => {
                ("https://example.com/".to_owned(), String::new())
            }
            name if name.contains("slug") => (format!("{name}-"), String::new()),
            name => (format!("{} ", name.replace('_', " ")), String::new()),
        };
        while ((before.len() + after.len()) as u32) < self.min {
            before.push('x');
        }
        (before, after)
    }
}

/// So many capital letters.
fn code(length: u32, n: &Sql) -> Sql {
    let letter = |at: u32| sql!("chr((65 + {} / {} % 26)::integer)", n, 26u64.pow(at));
    Sql::join((0..length.max(1)).rev().map(letter), " || ")
}
