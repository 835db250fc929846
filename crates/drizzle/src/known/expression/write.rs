//! Conditions as the server deparses them.

use std::collections::BTreeSet;

use model::{Ident, Name};

use super::parse::{Condition, Operand, Value};
use crate::known::defaults::{fraction, whole_number};
use crate::known::ident_text;
use crate::known::kinds::{Base, Kind};

/// Writes conditions, and notes what they use.
pub(super) struct Writer<'w, 'k> {
    kind: &'w dyn Fn(&Ident) -> Option<&'k Kind>,
    pub(super) columns: BTreeSet<Ident>,
    pub(super) enums: BTreeSet<Name>,
}

/// One side of a comparison: its text and what it is.
struct Side {
    text: String,
    base: Base,
}

impl<'w, 'k> Writer<'w, 'k> {
    pub(super) fn new(kind: &'w dyn Fn(&Ident) -> Option<&'k Kind>) -> Self {
        Self { kind, columns: BTreeSet::new(), enums: BTreeSet::new() }
    }

    pub(super) fn condition(&mut self, condition: &Condition) -> Option<String> {
        match condition {
            Condition::And(list) => self.joined(list, " AND "),
            Condition::Or(list) => self.joined(list, " OR "),
            Condition::Not(inner) => Some(["(NOT ", &self.condition(inner)?, ")"].concat()),
            Condition::Column(column) => {
                let side = self.operand(&Operand { function: None, column: column.clone() })?;
                (side.base == Base::Boolean).then_some(side.text)
            }
            Condition::Null { of, not } => {
                let of = self.any(of)?;
                Some(["(", &of, if *not { " IS NOT NULL)" } else { " IS NULL)" }].concat())
            }
            Condition::Compare { left, operator, right } => self.compare(left, operator, right),
            Condition::In { left, not, list } => self.within(left, *not, list),
            Condition::Between { left, not: false, low, high } => {
                let (low, high) = (self.compare(left, ">=", low)?, self.compare(left, "<=", high)?);
                Some(["(", &low, " AND ", &high, ")"].concat())
            }
            Condition::Between { left, not: true, low, high } => {
                let (low, high) = (self.compare(left, "<", low)?, self.compare(left, ">", high)?);
                Some(["(", &low, " OR ", &high, ")"].concat())
            }
        }
    }

    fn joined(&mut self, list: &[Condition], word: &str) -> Option<String> {
        let parts: Option<Vec<String>> = list.iter().map(|each| self.condition(each)).collect();
        Some(["(", &parts?.join(word), ")"].concat())
    }

    /// A column of any type, as it is.
    fn any(&mut self, operand: &Operand) -> Option<String> {
        if operand.function.is_some() {
            return self.operand(operand).map(|side| side.text);
        }
        (self.kind)(&operand.column)?;
        self.column(&operand.column)
    }

    fn column(&mut self, column: &Ident) -> Option<String> {
        self.columns.insert(column.clone());
        ident_text(column)
    }

    fn operand(&mut self, operand: &Operand) -> Option<Side> {
        let kind = (self.kind)(&operand.column)?;
        let text = self.column(&operand.column)?;
        if kind.is_array {
            return None;
        }
        let base = kind.base.clone();
        let Some(function) = operand.function else { return Some(Side { text, base }) };
        if !base.is_text() {
            return None;
        }
        let text = [function, "(", &as_text(text, &base), ")"].concat();
        let base = if matches!(function, "lower" | "upper") { Base::Text } else { Base::Integer };
        Some(Side { text, base })
    }

    fn compare(&mut self, left: &Operand, operator: &str, right: &Value) -> Option<String> {
        let left = self.operand(left)?;
        let is_pattern = operator.contains('~');
        if is_pattern && !left.base.is_text() {
            return None;
        }
        let (left, right) = match right {
            Value::Column(right) => self.columns(left, right)?,
            constant => self.with_constant(left, constant)?,
        };
        Some(["(", &left, " ", operator, " ", &right, ")"].concat())
    }

    fn columns(&mut self, left: Side, right: &Operand) -> Option<(String, String)> {
        let right = self.operand(right)?;
        let is_known = match (&left.base, &right.base) {
            (a, b) if a.is_integer() && b.is_integer() => true,
            (Base::Enum(..) | Base::Char | Base::Json | Base::Geometry | Base::Address, _) => false,
            (a, b) => a == b || a.is_text() && b.is_text(),
        };
        is_known.then(|| (as_text(left.text, &left.base), as_text(right.text, &right.base)))
    }

    fn with_constant(&mut self, left: Side, constant: &Value) -> Option<(String, String)> {
        let Side { text, base } = left;
        if let (Value::Number(number), true) = (constant, base.is_integer() && is_fraction(constant)) {
            return Some((["(", &text, ")::numeric"].concat(), fraction(number)?));
        }
        let right = self.constant(&base, constant)?;
        Some((as_text(text, &base), right))
    }

    /// A constant beside something of this type.
    fn constant(&mut self, base: &Base, constant: &Value) -> Option<String> {
        let cast = |value: &str, to: &str| format!("'{}'::{to}", value.replace('\'', "''"));
        match (base, constant) {
            (Base::Text | Base::Varchar, Value::Text(value)) => Some(cast(value, "text")),
            (Base::Enum(name, labels), Value::Text(value)) if labels.contains(value) => {
                self.enums.insert(name.clone());
                Some(cast(value, &crate::known::name_text(name)?))
            }
            (Base::Boolean, Value::Truth(value)) => Some(value.to_string()),
            (Base::Smallint | Base::Integer | Base::Bigint, Value::Number(number)) => {
                whole_number(number, true)
            }
            (Base::Numeric, Value::Number(number)) => whole_number(number, false)
                .map(|number| ["(", &number, ")::numeric"].concat())
                .or_else(|| fraction(number)),
            (Base::Real | Base::Double, Value::Number(number)) => {
                let number = whole_number(number, false).or_else(|| fraction(number))?;
                Some(["(", &number, ")::double precision"].concat())
            }
            _ => None,
        }
    }

    fn within(&mut self, left: &Operand, not: bool, list: &[Value]) -> Option<String> {
        // A list of one is a comparison to the server.
        if let [only] = list {
            return match only {
                Value::Column(_) => None,
                only => self.compare(left, if not { "<>" } else { "=" }, only),
            };
        }
        let left = self.operand(left)?;
        let items: Option<Vec<String>> = list.iter().map(|item| self.item(&left.base, item)).collect();
        let array = ["ARRAY[", &items?.join(", "), "]"].concat();
        let array = if left.base == Base::Varchar { ["(", &array, ")::text[]"].concat() } else { array };
        let word = if not { " <> ALL (" } else { " = ANY (" };
        Some(["(", &as_text(left.text, &left.base), word, &array, "))"].concat())
    }

    /// A constant in a list, whose items all get one type.
    fn item(&mut self, base: &Base, item: &Value) -> Option<String> {
        match (base, item) {
            (Base::Varchar, Value::Text(value)) => {
                Some(format!("'{}'::character varying", value.replace('\'', "''")))
            }
            (Base::Bigint, Value::Number(number)) => {
                Some(["(", &whole_number(number, false)?, ")::bigint"].concat())
            }
            (Base::Smallint | Base::Integer, Value::Number(number)) => whole_number(number, false),
            (Base::Numeric, Value::Number(_)) if is_fraction(item) => None,
            (Base::Text | Base::Enum(..) | Base::Numeric, _) => self.constant(base, item),
            _ => None,
        }
    }
}

fn is_fraction(value: &Value) -> bool {
    matches!(value, Value::Number(number) if number.contains('.'))
}

/// What is compared as text.
fn as_text(text: String, base: &Base) -> String {
    if *base == Base::Varchar { ["(", &text, ")::text"].concat() } else { text }
}
