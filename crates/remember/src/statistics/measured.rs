//! Measured values, in short.

use serde::Serialize;

/// How many values there were and how they lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// How many.
    pub n: usize,
    /// One in ten is lower.
    pub p10: f64,
    /// As many are lower as higher.
    pub p50: f64,
    /// One in ten is higher.
    pub p90: f64,
}

impl Measured {
    /// Of values in any order; none of no values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let at = |share| quantile(&values, share);
        Some(Self { n: values.len(), p10: at(0.1)?, p50: at(0.5)?, p90: at(0.9)? })
    }
}

/// The value below which a share of sorted values lies, between its two neighbours.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "indexes"
)]
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (sorted.len().checked_sub(1)? as f64);
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lies_between_neighbours() {
        let measured = Measured::of((0..=10).rev().map(f64::from)).unwrap();
        assert_eq!(measured, Measured { n: 11, p10: 1.0, p50: 5.0, p90: 9.0 });
        assert_eq!(Measured::of([1.0, 2.0]).unwrap().p50, 1.5);
        assert_eq!(Measured::of([f64::NAN]), None);
    }
}
