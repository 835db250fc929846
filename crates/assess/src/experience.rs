//! What earlier runs say of a change: it raises a score freely, and lowers it within bounds.

use model::{Risk, ms_text};

/// How long such a change held its locks before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experience {
    /// The 90th percentile of the lock hold foretold for this table, in ms.
    pub lock_hold_p90_ms: f64,
    /// The runs it rests on.
    pub runs: usize,
}

/// The most points that good experience takes away.
const LOWERED_MAX: f64 = 10.0;
/// Points for each tenfold of the budget.
const RAISED_PER_TENFOLD: f64 = 20.0;
/// Good experience needs as many runs as this.
const RUNS_MIN: usize = 3;

/// The points experience gives or takes, and why; none where it says nothing.
pub(crate) fn points(experience: Experience, budget_ms: f64, risk: &Risk) -> Option<(f64, String)> {
    let Experience { lock_hold_p90_ms: hold, runs } = experience;
    let times = if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
    let words = |verdict: &str, points: f64| {
        let hold = ms_text(hold);
        format!(
            "{times} like it foretell a lock hold of {hold} at the 90th percentile, {verdict}: {points:+.0}"
        )
    };
    if hold > budget_ms {
        let points = RAISED_PER_TENFOLD * (1.0 + (hold / budget_ms).log10());
        return Some((points, words("over the budget", points)));
    }
    if runs < RUNS_MIN || hold > budget_ms / 2.0 {
        return None;
    }
    let points = -LOWERED_MAX.min(risk.factors.total() / 2.0);
    (points < 0.0).then(|| (points, words("well within the budget", points)))
}

#[cfg(test)]
mod tests {
    use model::Factors;

    use super::*;

    fn risk(points: f64) -> Risk {
        Risk { factors: Factors { row_count: points, ..Factors::default() }, ..Risk::none() }
    }

    #[test]
    fn bad_experience_raises_freely_and_good_lowers_within_bounds() {
        let told = |hold, runs, from| {
            points(Experience { lock_hold_p90_ms: hold, runs }, 100.0, &risk(from)).map(|(points, _)| points)
        };
        assert_eq!(told(100_000.0, 1, 5.0), Some(80.0));
        assert!(told(200.0, 1, 5.0) < told(2_000.0, 1, 5.0));
        assert_eq!(told(5.0, 9, 70.0), Some(-10.0));
        assert_eq!(told(5.0, 9, 8.0), Some(-4.0));
        assert_eq!(told(5.0, 2, 70.0), None);
        assert_eq!(told(80.0, 9, 70.0), None);
    }
}
