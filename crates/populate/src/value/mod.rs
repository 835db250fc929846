//! Values as SQL expressions around a number: another number, another value.

mod calendar;
mod number;
mod text;

use calendar::{TEN_YEARS_S, days, seconds};
use model::{Literal, Sql, TypeName, sql};
use number::{Decimals, float, integers};
use text::Texts;

use crate::kind::{Kind, RangeKind, Values};

/// As many values as anybody asks for.
const PLENTY: u64 = 1_000_000_000_000_000;

/// The longest bit string that is made from a number.
const BITS_MAX: u32 = 48;

impl Values {
    /// How many different values there are.
    pub(crate) fn capacity(&self) -> u64 {
        match &self.hints.one_of {
            Some(values) => values.len() as u64,
            None => self.capacity_of_kind(),
        }
    }

    /// How many different values are made at random.
    pub(crate) fn spread(&self) -> u64 {
        let usual = match self.kind {
            Kind::Timestamp => TEN_YEARS_S,
            Kind::Date => TEN_YEARS_S / 86_400,
            _ => 1_000_000,
        };
        usual.min(self.capacity()).max(1)
    }

    /// The value for a number from 0 on; numbers below the capacity give different values.
    pub(crate) fn value(&self, number: &Sql) -> Sql {
        let made = match &self.hints.one_of {
            Some(values) => chosen(values, number),
            None => self.value_of_kind(number),
        };
        let value = sql!("({})::{}", made, self.type_name);
        match &self.held_as {
            Some(held_as) => sql!("({})::{}", value, *held_as),
            None => value,
        }
    }

    fn capacity_of_kind(&self) -> u64 {
        let hints = &self.hints;
        match &self.kind {
            Kind::Integer(max) => integers(*max, hints).1,
            Kind::Numeric(whole, scale) => Decimals::of(*whole, *scale, hints).count,
            Kind::Float => PLENTY,
            Kind::Boolean => 2,
            Kind::Text(max) => Texts::of(*max, hints).capacity(),
            Kind::Bits(length) => 1u64 << (*length).min(BITS_MAX),
            Kind::Date => days(hints).1,
            Kind::Timestamp => seconds(hints).1,
            Kind::Plain(_) => match self.type_name.0.as_str() {
                "\"char\"" => 26,
                "inet" | "cidr" => 1 << 24,
                name if name.starts_with("time") => 86_400_000,
                _ => 1_000_000_000,
            },
            Kind::Enum(labels) => labels.len() as u64,
            Kind::Vector(_) => 997,
            // Ranges do not overlap: ten numbers go into each.
            Kind::Range(range) => range.subtype.capacity() / 10,
            Kind::Array(element) => element.capacity(),
            Kind::Composite(attributes) => attributes.iter().map(Self::capacity).max().unwrap_or(1),
            Kind::Unknown => 0,
        }
    }

    fn value_of_kind(&self, n: &Sql) -> Sql {
        let hints = &self.hints;
        match &self.kind {
            Kind::Integer(max) => {
                let (low, count) = integers(*max, hints);
                sql!("{} + {} % {}", low, n, count)
            }
            Kind::Numeric(whole, scale) => Decimals::of(*whole, *scale, hints).value(*scale, n),
            Kind::Float => float(hints, n),
            Kind::Boolean => sql!("{} % 2 = 0", n),
            Kind::Text(max) => Texts::of(*max, hints).value(&self.word, n),
            Kind::Bits(length) => {
                let length = (*length).min(BITS_MAX);
                sql!("({} % {})::bit({})", n, 1u64 << length, length)
            }
            Kind::Date => {
                let (low, count) = days(hints);
                sql!("{}::date + ({} % {})::integer", Literal::new(low), n, count)
            }
            Kind::Timestamp => {
                let (low, count) = seconds(hints);
                sql!("{}::timestamp + ({} % {}) * interval '1 second'", Literal::new(low), n, count)
            }
            Kind::Plain(template) => Sql::build(template, &[n]),
            Kind::Enum(labels) => chosen(labels, n),
            Kind::Vector(dimensions) => {
                sql!("array_fill((({} % 997) / 997.0)::real, ARRAY[{}])", n, *dimensions)
            }
            Kind::Range(range) => range.value(n),
            Kind::Array(element) => {
                sql!("ARRAY[{}, {}]", element.value(n), element.value(&sql!("({} + 1)", n)))
            }
            Kind::Composite(attributes) => {
                sql!("ROW({})", Sql::join(attributes.iter().map(|values| values.value(n)), ", "))
            }
            // Nobody asks for values of a type that is not known, but as an attribute of another.
            Kind::Unknown => sql!("NULL"),
        }
    }
}

impl RangeKind {
    /// Ten numbers go into each range, so that no two overlap.
    fn value(&self, n: &Sql) -> Sql {
        let end = |more: i64| self.subtype.value(&sql!("({} * 10 + {})", n, more));
        let made = sql!("{}({}, {})", function(&self.range), end(0), end(5));
        match &self.multirange {
            Some(multirange) => sql!("{}({})", function(multirange), made),
            None => made,
        }
    }
}

/// A range type's name as the function that makes its values.
fn function(range: &TypeName) -> Sql {
    Sql::verbatim(range.0.clone())
}

fn chosen(values: &[String], n: &Sql) -> Sql {
    let literals = Sql::join(values.iter().map(|value| sql!("{}", Literal::new(value.clone()))), ", ");
    sql!("(ARRAY[{}]::text[])[1 + {} % {}]", literals, n, values.len())
}
