//! Values spread as a live column's statistics say: nulls, common values, the others over their histogram,
//! in or against the order of the rows.

use model::{Literal, Sql, TypeName, sql};

use crate::kind::{Kind, Values};
use crate::layout::Pick;
use crate::profile::ColumnProfile;

/// Into so many parts chances are divided.
const PARTS: u64 = 1_000_000_000;

/// A correlation below this is none.
const CORRELATION_MIN: f64 = 0.1;

/// Bytes of a made-up text before it is made longer.
const TEXT_BYTES: u32 = 24;

/// How the values of one column are spread over so many rows.
#[derive(Clone, PartialEq)]
pub(crate) struct Fit {
    /// Nulls in a million rows.
    pub(crate) nulls_per_million: u64,
    /// Common values, the most common first.
    common: Vec<String>,
    /// For each of them the sum of the shares up to it, of the rows that are not null, in [`PARTS`].
    up_to: Vec<u64>,
    /// How many other values there are.
    others: u64,
    histogram: Vec<String>,
    correlation: f64,
    width: u32,
    rows: u64,
}

/// Without the values of rows.
impl std::fmt::Debug for Fit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fit of {} common and {} other values", self.common.len(), self.others)
    }
}

impl Fit {
    /// The fit of a column for a table of so many rows.
    pub(crate) fn of(profile: &ColumnProfile, rows: u64) -> Self {
        let filled = (1.0 - profile.null_fraction).max(1e-9);
        let mut sum = 0.0;
        let up_to = profile.common.iter().map(|(_, share)| {
            sum += share / filled;
            (sum.min(1.0) * PARTS as f64) as u64
        });
        let mut up_to: Vec<u64> = up_to.collect();
        let distinct = match profile.distinct {
            share if share < 0.0 => (-share * rows as f64).round() as u64,
            count => count as u64,
        };
        let others = distinct.saturating_sub(up_to.len() as u64);
        // Where the common values are all there are, the last one takes what rounding left.
        if let (0, Some(last)) = (others, up_to.last_mut()) {
            *last = PARTS;
        }
        let is_finite = |bound: &String| {
            !["infinity", "-infinity", "NaN", "Infinity", "-Infinity"].contains(&bound.as_str())
        };
        Self {
            nulls_per_million: (profile.null_fraction * 1e6).round() as u64,
            common: profile.common.iter().map(|(value, _)| value.clone()).collect(),
            up_to,
            others: others.max(1),
            histogram: if profile.histogram.iter().all(is_finite) {
                profile.histogram.clone()
            } else {
                Vec::new()
            },
            correlation: profile.correlation,
            width: profile.width,
            rows: rows.max(1),
        }
    }

    /// The value of a row, of a column with values of its own.
    pub(crate) fn value(&self, values: &Values, salt: i64, row: &Sql) -> Sql {
        let other = self.other(salt, row);
        let rest = self.in_histogram(values, &other).unwrap_or_else(|| self.made_up(values, &other));
        let Some(common) = self.common_value(values.held_as.as_ref().unwrap_or(&values.type_name), salt, row)
        else {
            return rest;
        };
        sql!(
            "CASE WHEN {} < {} THEN {} ELSE {} END",
            self.chance(salt, row),
            self.common_parts(),
            common,
            rest
        )
    }

    /// The number of the referenced row, of a column that refers to one of so many: the more common a
    /// value, the lower its number.
    pub(crate) fn number(&self, salt: i64, row: &Sql, count: u64) -> Sql {
        let other = sql!("{} + {}", self.up_to.len(), self.other(salt, row));
        let number = match self.thresholds() {
            None => other,
            Some(thresholds) => sql!(
                "CASE WHEN {} < {} THEN width_bucket({}, {}) ELSE {} END",
                self.chance(salt, row),
                self.common_parts(),
                self.chance(salt, row),
                thresholds,
                other
            ),
        };
        sql!("(({})::bigint % {})", number, count.max(1))
    }

    /// How much of all chances the common values take.
    fn common_parts(&self) -> u64 {
        self.up_to.last().copied().unwrap_or_default()
    }

    fn chance(&self, salt: i64, row: &Sql) -> Sql {
        Pick::Random { salt: salt ^ 2, below: PARTS }.number(row)
    }

    fn thresholds(&self) -> Option<Sql> {
        let list = Sql::join(self.up_to.iter().map(|part| sql!("{}", *part)), ", ");
        (!self.up_to.is_empty()).then(|| sql!("ARRAY[{}]::bigint[]", list))
    }

    fn common_value(&self, type_name: &TypeName, salt: i64, row: &Sql) -> Option<Sql> {
        let thresholds = self.thresholds()?;
        let texts = Sql::join(self.common.iter().map(|value| sql!("{}", Literal::new(value.clone()))), ", ");
        let at = sql!("1 + width_bucket({}, {})", self.chance(salt, row), thresholds);
        Some(sql!("((ARRAY[{}]::text[])[{}])::{}", texts, at, *type_name))
    }

    /// The number of one of the other values, as far in their order as the row is in the table's, or
    /// anywhere.
    fn other(&self, salt: i64, row: &Sql) -> Sql {
        let anywhere = Pick::Random { salt, below: self.others }.number(row);
        let strength = self.correlation.abs();
        if strength < CORRELATION_MIN {
            return anywhere;
        }
        let forward = sql!("least(({} - 1) * {} / {}, {})", row, self.others, self.rows, self.others - 1);
        let along =
            if self.correlation > 0.0 { forward } else { sql!("({} - {})", self.others - 1, forward) };
        let chance = Pick::Random { salt: salt ^ 3, below: 1_000 }.number(row);
        let part = (strength * 1_000.0).round() as u64;
        sql!("CASE WHEN {} < {} THEN {} ELSE {} END", chance, part, along, anywhere)
    }

    fn made_up(&self, values: &Values, number: &Sql) -> Sql {
        let made = values.value(&sql!("({})", number));
        let is_long =
            values.kind == Kind::Text(None) && values.held_as.is_none() && values.hints.length_max.is_none();
        if is_long && values.hints.one_of.is_none() && self.width > TEXT_BYTES {
            return sql!("({} || repeat('x', {}))::{}", made, self.width - TEXT_BYTES, values.type_name);
        }
        made
    }

    /// A value between two bounds of the histogram, for types that have values between others.
    fn in_histogram(&self, values: &Values, other: &Sql) -> Option<Sql> {
        let parts = self.histogram.len().checked_sub(1).filter(|parts| *parts > 0)?;
        if values.hints.one_of.is_some() || values.held_as.is_some() {
            return None;
        }
        let (held_as, between) = match values.kind {
            Kind::Integer(_) | Kind::Numeric(..) => ("numeric", "round({} + ({} - {}) * {}::numeric, {})"),
            Kind::Float => ("float8", "{} + ({} - {}) * {}"),
            Kind::Date => ("date", "{} + (({} - {}) * {})::integer"),
            Kind::Timestamp => ("timestamptz", "{} + ({} - {}) * {}"),
            _ => return None,
        };
        let bounds =
            Sql::join(self.histogram.iter().map(|bound| sql!("{}", Literal::new(bound.clone()))), ", ");
        let bounds = sql!("(ARRAY[{}]::{}[])", bounds, Sql::verbatim(held_as));
        let place = sql!("(({})::bigint * {})", other, parts);
        let low = sql!("{}[1 + {} / {}]", bounds, place, self.others);
        let high = sql!("{}[2 + {} / {}]", bounds, place, self.others);
        let part = sql!("(({} % {})::float8 / {})", place, self.others, self.others);
        let value = match values.kind {
            Kind::Integer(_) => Sql::build(between, &[&low, &high, &low, &part, &0i32]),
            Kind::Numeric(_, scale) => Sql::build(between, &[&low, &high, &low, &part, &scale]),
            _ => Sql::build(between, &[&low, &high, &low, &part]),
        };
        Some(sql!("({})::{}", value, values.type_name))
    }
}
