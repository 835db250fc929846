//! How a time grows with size, as far as a history shows it, and how unsure that is far from it.

use super::fit::Belief;
use super::model::median;
use super::point::{Point, Size};

/// What a statement takes that only touches the catalog, in ms: of a shorter time nothing grows with size.
const CATALOG_MS: f64 = 8.0;

/// How far a slope usually lies from what is believed, where the time clearly grows with size.
const SLOPE_DOUBT: f64 = 0.2;

/// The same where it may be the catalog's time alone.
const SLOPE_DOUBT_CATALOG: f64 = 0.5;

/// How far a time usually lies from its line, in logarithms: what a slope's doubt is weighed against.
const NOISE: f64 = 0.35;

/// How much less a line is to be trusted for each unit beyond the sizes it was fitted to: memory, caches
/// and sorts that spill bend it.
const BEND: f64 = 0.12;

/// What a history shows of sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Growth {
    /// The middle of the times, in ms.
    typical_ms: f64,
    /// The weighted mean of the sizes, in logarithms.
    centre: f64,
    /// The weighted sum of their squared distances from it.
    spread: f64,
    smallest: f64,
    largest: f64,
}

impl Growth {
    /// Looks at a history.
    pub(crate) fn of(history: &[&Point]) -> Self {
        let typical_ms = median(history.iter().map(|point| point.log_ms).collect()).unwrap_or(0.0).exp();
        let sizes: Vec<(f64, f64)> =
            history.iter().filter_map(|point| Some((log_size(&point.size)?, point.weight))).collect();
        let total: f64 = sizes.iter().map(|(_, weight)| weight).sum();
        let centre =
            sizes.iter().map(|(size, weight)| size * weight).sum::<f64>() / total.max(f64::MIN_POSITIVE);
        let spread = sizes.iter().map(|(size, weight)| weight * (size - centre).powi(2)).sum();
        let seen = sizes.iter().filter(|(_, weight)| *weight > 0.0).map(|(size, _)| *size);
        let (smallest, largest) =
            (seen.clone().fold(f64::INFINITY, f64::min), seen.fold(f64::NEG_INFINITY, f64::max));
        Self { typical_ms, centre, spread, smallest, largest }
    }

    /// Of a time near the catalog's own nothing is known to grow; of a long one all but that does.
    pub(crate) fn belief(&self) -> Belief {
        let slope = (1.0 - CATALOG_MS / self.typical_ms).clamp(0.0, 1.0);
        Belief { slope, worth: (NOISE / self.doubt(slope)).powi(2) }
    }

    fn doubt(&self, slope: f64) -> f64 {
        SLOPE_DOUBT + (SLOPE_DOUBT_CATALOG - SLOPE_DOUBT) * (1.0 - slope)
    }

    /// How far a time at a size may lie off for want of sizes like it, as a standard deviation of its
    /// logarithm; `noise` is how far times lie from their line.
    pub(crate) fn doubt_at(&self, size: &Size, noise: f64) -> f64 {
        let Some(size) = log_size(size).filter(|_| self.smallest <= self.largest) else { return 0.0 };
        let belief = self.belief();
        let worth = belief.worth * (noise / NOISE).powi(2).max(f64::MIN_POSITIVE);
        let of_slope = noise * (size - self.centre) / (self.spread + worth).sqrt();
        let beyond = (self.smallest - size).max(size - self.largest).max(0.0);
        of_slope.hypot(BEND * beyond)
    }
}

fn log_size(size: &Size) -> Option<f64> {
    size.log_rows.or(size.log_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(rows: &[f64], ms: f64) -> Growth {
        let point = |rows: &f64| Point {
            log_ms: ms.ln(),
            size: Size::new(None, Some(*rows), None),
            at: jiff::Timestamp::UNIX_EPOCH,
            weight: 1.0,
            pace: 0.0,
        };
        let points: Vec<Point> = rows.iter().map(point).collect();
        Growth::of(&points.iter().collect::<Vec<_>>())
    }

    fn doubt(growth: Growth, rows: f64) -> f64 {
        growth.doubt_at(&Size::new(None, Some(rows), None), NOISE)
    }

    #[test]
    fn doubt_grows_with_the_distance_and_falls_with_sizes_seen() {
        let one = growth(&[5e4; 3], 40.0);
        assert_eq!(doubt(one, 5e4), 0.0);
        assert!(doubt(one, 5e5) > 0.2 && doubt(one, 5e6) > 1.8 * doubt(one, 5e5));
        assert!((doubt(one, 5e2) - doubt(one, 5e6)).abs() < 1e-9);
        let many = growth(&[5e3, 5e4, 5e5, 5e6], 40.0);
        assert!(doubt(many, 5e6) < doubt(one, 5e6) / 2.0);
    }

    #[test]
    fn a_long_time_grows_with_size_and_a_catalog_s_does_not() {
        assert_eq!(growth(&[1e6], 6.0).belief().slope, 0.0);
        assert!(growth(&[1e6], 800.0).belief().slope > 0.98);
        assert!(doubt(growth(&[1e4], 6.0), 1e6) > doubt(growth(&[1e4], 800.0), 1e6));
    }
}
