//! Weighted least squares with up to two regressors.

use super::model::median;

/// How often samples are weighted anew by how far off they are.
const ROUNDS: usize = 3;

/// Samples up to so many times the median distance count in full.
const NEAR: f64 = 1.5;

/// The median distance below which nothing is far off.
const NEAR_MIN: f64 = 0.02;

/// Regressors, value and weight.
type Sample<const N: usize> = ([f64; N], f64, f64);

/// A linear function of the regressors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line<const N: usize> {
    /// The weighted means of the regressors, around which the slopes turn.
    centre: [f64; N],
    /// The value at the centre.
    level: f64,
    /// What each regressor adds per unit.
    pub(crate) slopes: [f64; N],
}

/// What is believed of slopes before there is evidence: with few or equal sizes there is none to be had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Belief {
    /// What all regressors together add when each grows by 1.
    pub(crate) slope: f64,
    /// How strongly: the squared distance from the centre that weighs as much.
    pub(crate) worth: f64,
}

impl<const N: usize> Line<N> {
    /// Fits samples of (regressors, value, weight), of which those far off count less (Huber); none
    /// without a sample that counts.
    pub(crate) fn fit(samples: &[Sample<N>], belief: Belief) -> Option<Self> {
        let mut line = Self::least_squares(samples, belief)?;
        for _ in 0..ROUNDS {
            let off = |sample: &Sample<N>| (sample.1 - line.at(sample.0)).abs();
            let near = NEAR * median(samples.iter().map(off).collect())?.max(NEAR_MIN);
            let reweighted: Vec<_> = samples
                .iter()
                .map(|sample| (sample.0, sample.1, sample.2 * (near / off(sample)).min(1.0)))
                .collect();
            line = Self::least_squares(&reweighted, belief)?;
        }
        Some(line)
    }

    #[expect(clippy::cast_precision_loss, reason = "one or two")]
    fn least_squares(samples: &[Sample<N>], belief: Belief) -> Option<Self> {
        let total: f64 = samples.iter().map(|(.., weight)| weight).sum();
        if total <= 0.0 {
            return None;
        }
        let weighted = |part: fn(&Sample<N>, usize) -> f64, at: usize| {
            samples.iter().map(|sample| part(sample, at) * sample.2).sum::<f64>() / total
        };
        let centre: [f64; N] = std::array::from_fn(|at| weighted(|sample, at| sample.0[at], at));
        let level = weighted(|sample, _| sample.1, 0);
        let mut matrix = [[0.0; N]; N];
        let mut right = [0.0; N];
        for (regressors, value, weight) in samples {
            for row in 0..N {
                let off = regressors[row] - centre[row];
                right[row] += weight * off * (value - level);
                for column in 0..N {
                    matrix[row][column] += weight * off * (regressors[column] - centre[column]);
                }
            }
        }
        for (at, row) in matrix.iter_mut().enumerate() {
            row[at] += belief.worth;
            right[at] += belief.worth * belief.slope / N as f64;
        }
        Some(Self { centre, level, slopes: solve(matrix, right) })
    }

    /// The value at a point.
    pub(crate) fn at(&self, regressors: [f64; N]) -> f64 {
        let lift = |at: usize| self.slopes[at] * (regressors[at] - self.centre[at]);
        self.level + (0..N).map(lift).sum::<f64>()
    }
}

/// Gauss's elimination; the belief's worth keeps every pivot above zero.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for pivot in 0..N {
        for row in pivot + 1..N {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let known = matrix[pivot];
            matrix[row].iter_mut().zip(known).for_each(|(entry, known)| *entry -= factor * known);
            right[row] -= factor * right[pivot];
        }
    }
    let mut found = [0.0; N];
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|column| matrix[row][column] * found[column]).sum();
        found[row] = (right[row] - known) / matrix[row][row];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_the_samples_lie_on() {
        let samples: Vec<_> = (0..50)
            .map(|at| {
                let (x, z) = (f64::from(at), f64::from(at * at % 17));
                ([x, z], 3.0 + 0.5 * x - 0.25 * z, 1.0)
            })
            .collect();
        let line = Line::fit(&samples, Belief { slope: 0.0, worth: 0.05 }).unwrap();
        assert!((line.at([10.0, 4.0]) - 7.0).abs() < 0.01);
        assert!((line.slopes[0] - 0.5).abs() < 0.001);
    }

    #[test]
    fn one_size_gives_a_level_and_the_slope_that_was_believed() {
        let belief = Belief { slope: 0.5, worth: 1.0 };
        let line = Line::fit(&[([18.0], 4.0, 1.0), ([18.0], 6.0, 1.0)], belief).unwrap();
        assert_eq!((line.at([18.0]), line.slopes[0]), (5.0, 0.5));
        let line = Line::fit(&[([18.0, 9.0], 4.0, 1.0)], belief).unwrap();
        assert_eq!(line.at([19.0, 10.0]), 4.5);
        assert_eq!(Line::<1>::fit(&[], belief), None);
    }
}
