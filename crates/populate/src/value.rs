//! Values as SQL expressions around a number: another number, another value.

use model::{Ident, Literal, Sql, TypeName, sql};

use crate::check::{Bound, Hints};
use crate::kind::{Kind, RangeKind, Values};

/// As many values as anybody asks for.
const PLENTY: u64 = 1_000_000_000_000_000;

/// Days from the first date that is made up to the last.
const DAYS: u64 = 1_000_000;

/// Ten years in seconds: how far made-up moments lie apart.
const TEN_YEARS_S: u64 = 315_360_000;

/// Digits in the longest number that is written into a text.
const DIGITS_MAX: u32 = 15;

/// The longest bit string that is made from a number.
const BITS_MAX: u32 = 48;

/// Texts up to this length are codes of capital letters, as of currencies and countries.
const CODE_LENGTH_MAX: u32 = 5;

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
        sql!("({})::{}", made, self.type_name)
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

/// The lowest whole number, and how many there are.
fn integers(max: i64, hints: &Hints) -> (i64, u64) {
    let whole = |bound: &Bound, up: bool| {
        let at = bound.at.parse::<f64>().ok()?;
        let at = if up { at.ceil() } else { at.floor() };
        // The nearest whole number that is within: a fraction is never a whole number itself.
        let off = i64::from(!bound.inclusive && bound.at.parse::<i64>().is_ok());
        Some(at as i64 + if up { off } else { -off })
    };
    let high = hints.high.as_ref().and_then(|bound| whole(bound, false)).map_or(max, |high| high.min(max));
    let low = hints.low.as_ref().and_then(|bound| whole(bound, true)).unwrap_or_else(|| 1.min(high));
    let low = low.max(-max - 1);
    (low, u64::try_from(high.saturating_sub(low)).map_or(1, |span| span.saturating_add(1)).min(PLENTY))
}

/// Numbers with a fixed count of digits behind the point.
struct Decimals {
    /// The lowest, in units of the last digit.
    low: i64,
    count: u64,
}

impl Decimals {
    fn of(whole: u32, scale: u32, hints: &Hints) -> Self {
        let unit = 10f64.powi(scale.min(DIGITS_MAX) as i32);
        let end = |bound: &Bound, step: f64| {
            let at = bound.at.parse::<f64>().ok()? * unit;
            Some(if bound.inclusive { at.round() } else { at.round() + step })
        };
        let most = 10f64.powi(whole.min(DIGITS_MAX) as i32).min(PLENTY as f64 / unit) * unit - 1.0;
        let high = hints.high.as_ref().and_then(|bound| end(bound, -1.0)).map_or(most, |high| high.min(most));
        let low = hints.low.as_ref().and_then(|bound| end(bound, 1.0)).unwrap_or(0f64.min(high));
        Self { low: low as i64, count: ((high - low).max(0.0) as u64 + 1).min(PLENTY) }
    }

    fn value(&self, scale: u32, n: &Sql) -> Sql {
        let unit = Sql::verbatim(10u64.pow(scale.min(DIGITS_MAX)).to_string());
        sql!("({} + {} % {})::numeric / {}", self.low, n, self.count, unit)
    }
}

fn float(hints: &Hints, n: &Sql) -> Sql {
    let end = |bound: &Option<Bound>| bound.as_ref().and_then(|bound| bound.at.parse::<f64>().ok());
    let number = |value: f64| sql!("{}::float8", Literal::new(value.to_string()));
    match (end(&hints.low), end(&hints.high)) {
        (None, None) => sql!("{}::float8", n),
        (Some(low), None) => sql!("{} + 1 + {}", number(low), n),
        (None, Some(high)) => sql!("{} - 1 - {}", number(high), n),
        // Never either end, so that it does not matter whether they are within.
        (Some(low), Some(high)) => {
            sql!("{} + {} * (({} % 999983 + 1) / 1000000.0::float8)", number(low), number(high - low), n)
        }
    }
}

/// The first day and how many there are. Days of hints are left to the server to read.
fn days(hints: &Hints) -> (String, u64) {
    let (low, count) = seconds(hints);
    let bounded = hints.low.is_some() || hints.high.is_some();
    (low, if bounded { (count / 86_400).max(1) } else { DAYS })
}

/// The first moment and how many seconds there are.
fn seconds(hints: &Hints) -> (String, u64) {
    let low = hints.low.as_ref().and_then(|bound| Day::of(&bound.at).map(|day| day.after(!bound.inclusive)));
    let high = hints.high.as_ref().and_then(|bound| Day::of(&bound.at));
    match (low, high) {
        (None, None) => ("2016-01-01".to_owned(), PLENTY / 1_000),
        (Some(low), None) => (low.text(), PLENTY / 1_000),
        (None, Some(high)) => (Day(high.0 - 3_650).text(), TEN_YEARS_S),
        (Some(low), Some(high)) => {
            let days = u64::try_from(high.0 - low.0).unwrap_or_default();
            (low.text(), (days * 86_400).max(1))
        }
    }
}

/// A day as its number since 1970-01-01, by the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day(i64);

impl Day {
    /// The day of `2024-05-01` or `2024-05-01 00:00:00+00`.
    fn of(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.splitn(3, '-').map(str::parse::<i64>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        // Howard Hinnant's days_from_civil: years begin in March, eras have 400 years.
        let year = if month <= 2 { year - 1 } else { year };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        Some(Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
    }

    fn after(self, one_more: bool) -> Self {
        Self(self.0 + i64::from(one_more))
    }

    fn text(self) -> String {
        let days = self.0 + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// Texts within lengths.
struct Texts {
    min: u32,
    max: Option<u32>,
}

impl Texts {
    fn of(type_max: Option<u32>, hints: &Hints) -> Self {
        let max = [type_max, hints.length_max].into_iter().flatten().min();
        Self { min: hints.length_min.unwrap_or(0), max }
    }

    fn capacity(&self) -> u64 {
        match self.max {
            Some(max) if max <= CODE_LENGTH_MAX => 26u64.pow(max),
            Some(max) if max < DIGITS_MAX => 10u64.pow(max),
            _ => PLENTY,
        }
    }

    fn value(&self, column: &Ident, n: &Sql) -> Sql {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (text, number) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-24", 20_781)] {
            let day = Day::of(text).unwrap();
            assert_eq!((day.0, day.text().as_str()), (number, text));
        }
        assert_eq!(Day::of("soon"), None);
    }

    #[test]
    fn whole_numbers_stay_within_exclusive_ends() {
        let bound = |at: &str, inclusive| Some(Bound { at: at.to_owned(), inclusive });
        for (low, high, expected) in [
            (bound("0", false), bound("5", false), (1, 4)),
            (bound("0.5", false), bound("2.5", true), (1, 2)),
            (bound("-3", true), None, (-3, 32_771)),
            (None, bound("0", true), (0, 1)),
        ] {
            assert_eq!(integers(32_767, &Hints { low, high, ..Hints::default() }), expected);
        }
    }
}
