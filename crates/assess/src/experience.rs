//! What earlier runs say of a change: it raises a score freely, and lowers it within bounds.

use model::{Risk, ms_text};

/// What earlier runs say of a change.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Experience {
    /// How long its locks will be held; none where nothing like it ran.
    pub hold: Option<Hold>,
    /// What went wrong with such changes on this table.
    pub troubles: Vec<Trouble>,
}

/// How long such a change held its locks before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    /// The 90th percentile of the lock hold foretold for this table, in ms.
    pub p90_ms: f64,
    /// The runs it rests on.
    pub runs: usize,
}

/// Something that went wrong before.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    /// The points it adds, above 0.
    pub points: f64,
    /// What it was, in a sentence.
    pub reason: String,
}

/// The most points that good experience takes away.
const LOWERED_MAX: f64 = 10.0;
/// Points for each tenfold of the budget.
const RAISED_PER_TENFOLD: f64 = 20.0;
/// Good experience needs as many runs as this.
const RUNS_MIN: usize = 3;

/// The points experience gives or takes, each with its reason. Where something went wrong before, nothing is taken.
pub(crate) fn points(experience: &Experience, budget_ms: f64, risk: &Risk) -> Vec<(f64, String)> {
    let trouble = |trouble: &Trouble| {
        let points = trouble.points.max(0.0);
        (points, format!("{}: {points:+.0}", trouble.reason))
    };
    let mut said: Vec<(f64, String)> = experience.troubles.iter().map(trouble).collect();
    let of_hold = experience.hold.and_then(|hold| of_hold(hold, budget_ms, risk));
    said.extend(of_hold.filter(|(points, _)| *points > 0.0 || experience.troubles.is_empty()));
    said
}

fn of_hold(Hold { p90_ms: hold, runs }: Hold, budget_ms: f64, risk: &Risk) -> Option<(f64, String)> {
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
            let experience = Experience { hold: Some(Hold { p90_ms: hold, runs }), troubles: Vec::new() };
            points(&experience, 100.0, &risk(from)).first().map(|(points, _)| *points)
        };
        assert_eq!(told(100_000.0, 1, 5.0), Some(80.0));
        assert!(told(200.0, 1, 5.0) < told(2_000.0, 1, 5.0));
        assert_eq!(told(5.0, 9, 70.0), Some(-10.0));
        assert_eq!(told(5.0, 9, 8.0), Some(-4.0));
        assert_eq!(told(5.0, 2, 70.0), None);
        assert_eq!(told(80.0, 9, 70.0), None);
    }
    #[test]
    fn what_went_wrong_raises_and_leaves_nothing_to_lower() {
        let trouble = Trouble { points: 15.0, reason: "rows broke a constraint twice".to_owned() };
        let hold = Some(Hold { p90_ms: 5.0, runs: 9 });
        let said = points(&Experience { hold, troubles: vec![trouble] }, 100.0, &risk(70.0));
        assert_eq!(said, [(15.0, "rows broke a constraint twice: +15".to_owned())]);
    }
}
