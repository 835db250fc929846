//! Whole numbers, decimals and fractions.

use model::{Literal, Sql, sql};

use super::PLENTY;
use crate::check::{Bound, Hints};

/// The most digits behind the point.
const SCALE_MAX: u32 = 15;

/// The lowest whole number, and how many there are.
pub(super) fn integers(max: i64, hints: &Hints) -> (i64, u64) {
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
pub(super) struct Decimals {
    /// The lowest, in units of the last digit.
    low: i64,
    pub(super) count: u64,
}

impl Decimals {
    pub(super) fn of(whole: u32, scale: u32, hints: &Hints) -> Self {
        let unit = 10f64.powi(scale.min(SCALE_MAX) as i32);
        let end = |bound: &Bound, step: f64| {
            let at = bound.at.parse::<f64>().ok()? * unit;
            Some(if bound.inclusive { at.round() } else { at.round() + step })
        };
        let most = 10f64.powi(whole.min(SCALE_MAX) as i32).min(PLENTY as f64 / unit) * unit - 1.0;
        let high = hints.high.as_ref().and_then(|bound| end(bound, -1.0)).map_or(most, |high| high.min(most));
        let low = hints.low.as_ref().and_then(|bound| end(bound, 1.0)).unwrap_or(0f64.min(high));
        Self { low: low as i64, count: ((high - low).max(0.0) as u64 + 1).min(PLENTY) }
    }

    pub(super) fn value(&self, scale: u32, n: &Sql) -> Sql {
        let unit = Sql::verbatim(10u64.pow(scale.min(SCALE_MAX)).to_string());
        sql!("({} + {} % {})::numeric / {}", self.low, n, self.count, unit)
    }
}

pub(super) fn float(hints: &Hints, n: &Sql) -> Sql {
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

#[cfg(test)]
mod tests {
    use super::*;

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
