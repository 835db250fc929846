//! Confidence is earned: how often something must have gone well before it is believed.

/// The share of beliefs that may be too high.
const CAUTION: f64 = 0.05;

/// How sure a strategy is to go well, 0 to 100: the 5th percentile of Beta(1 + successes, 1 + failures).
///
/// ```
/// assert_eq!(remember::confidence(1, 0).round(), 22.0);
/// assert_eq!(remember::confidence(10, 0).round(), 76.0);
/// assert_eq!(remember::confidence(10, 1).round(), 66.0);
/// ```
#[expect(clippy::cast_precision_loss, reason = "counts of migrations stay far below 2^52")]
pub fn confidence(successes: u64, failures: u64) -> f64 {
    let (a, b) = (1.0 + successes as f64, 1.0 + failures as f64);
    100.0 * puruspe::invbetai(CAUTION, a, b).clamp(0.0, 1.0)
}

/// The quantile of Student's t distribution: `share` of its mass lies below the answer.
pub(crate) fn student_quantile(share: f64, degrees: f64) -> f64 {
    let tail = share.min(1.0 - share);
    let x = puruspe::invbetai(2.0 * tail, degrees / 2.0, 0.5);
    let quantile = (degrees * (1.0 - x) / x).sqrt();
    if share >= 0.5 { quantile } else { -quantile }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // The tables of Student's t that every textbook has.
    #[test]
    fn quantiles_of_students_t() {
        for (share, degrees, quantile) in [(0.95, 4.0, 2.132), (0.95, 30.0, 1.697), (0.9, 10.0, 1.372)] {
            assert!((student_quantile(share, degrees) - quantile).abs() < 5e-4);
            assert!((student_quantile(1.0 - share, degrees) + quantile).abs() < 5e-4);
        }
    }

    /// The distribution function of Beta with whole parameters, as a binomial tail: the chance of at
    /// least `a` heads in `a + b - 1` throws of a coin that shows heads with `x`.
    fn beta_below(x: f64, a: u64, b: u64) -> f64 {
        let throws = a + b - 1;
        let log_choose = |heads: u64| -> f64 {
            (1..=heads).map(|at| ((throws - heads + at) as f64 / at as f64).ln()).sum()
        };
        let chance = |heads: u64| {
            (log_choose(heads) + heads as f64 * x.ln() + (throws - heads) as f64 * (-x).ln_1p()).exp()
        };
        (a..=throws).map(chance).sum()
    }

    proptest! {
        #[test]
        fn agrees_with_closed_forms(count in 0u32..5_000) {
            let power = 1.0 / f64::from(count + 1);
            prop_assert!((confidence(count.into(), 0) - 100.0 * CAUTION.powf(power)).abs() < 1e-6);
            prop_assert!((confidence(0, count.into()) - 100.0 * (1.0 - (1.0 - CAUTION).powf(power))).abs() < 1e-6);
        }

        #[test]
        fn leaves_five_percent_below(good in 0u64..120, bad in 0u64..120) {
            let found = confidence(good, bad) / 100.0;
            prop_assert!((beta_below(found, 1 + good, 1 + bad) - CAUTION).abs() < 1e-9);
        }

        #[test]
        fn grows_with_success_and_falls_with_failure(good in 0u64..500, bad in 0u64..500) {
            prop_assert!(confidence(good + 1, bad) > confidence(good, bad));
            prop_assert!(confidence(good, bad + 1) < confidence(good, bad));
        }
    }
}
