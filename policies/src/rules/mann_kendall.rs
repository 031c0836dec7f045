//! Test for a trend in a series, whatever its shape.

use super::binomial::shown_p;
use super::{Answer, Judge, Look, Trend, round_p};
use crate::verdict::Status;
use statrs::function::erf::erfc;

/// For `gatecrash list rules`.
pub const ABOUT: &str = "for growth(..): fails when a rise beyond the limit's slope would be chance in at most alpha of looks (1% unless \
     told); of a series that must climb, when it does not";

/// See [`ABOUT`]. With `<=` or `<` a fail takes both: a significant rise, and a Theil-Sen slope beyond the limit, since with many
/// points any drift is significant. With `>=` or `>` the slope alone decides: what must climb and lies flat fails.
#[derive(Clone, Debug, PartialEq)]
pub struct MannKendall {
    pub(super) alpha: f64,
}

/// Up to here the tail is exact, unless values are tied.
const EXACT_MAX: usize = 10;

/// S: how many pairs rise, less how many fall.
fn score(points: &[f64]) -> i64 {
    let sign = |a: &f64, b: &f64| i64::from(b > a) - i64::from(b < a);
    points.iter().enumerate().map(|(i, a)| points[i + 1..].iter().map(|b| sign(a, b)).sum::<i64>()).sum()
}

/// How many values are equal, for each value that comes more than once.
fn ties(points: &[f64]) -> Vec<u64> {
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let groups = sorted.chunk_by(|a, b| a == b).map(|group| group.len() as u64);
    groups.filter(|n| *n > 1).collect()
}

/// Var(S) if there is no trend.
fn variance(n: u64, ties: &[u64]) -> f64 {
    let part = |n: u64| n * (n - 1) * (2 * n + 5);
    let all = if n > 1 { part(n) } else { 0 };
    (all - ties.iter().map(|t| part(*t)).sum::<u64>()) as f64 / 18.0
}

/// P(S >= s) of n values in random order, none tied: by the number of orders with so many inversions, value by value.
fn exact_tail(n: usize, s: i64) -> f64 {
    let mut orders = vec![1.0];
    for size in 2..=n {
        let mut longer = vec![0.0; orders.len() + size - 1];
        for (inversions, count) in orders.iter().enumerate() {
            longer[inversions..inversions + size].iter_mut().for_each(|sum| *sum += count);
        }
        orders = longer;
    }
    let pairs = orders.len() as i64 - 1;
    let rising = |(inversions, _): &(usize, &f64)| pairs - 2 * *inversions as i64 >= s;
    let all: f64 = orders.iter().sum();
    orders.iter().enumerate().filter(rising).map(|(_, count)| count).sum::<f64>() / all
}

/// Z of S with continuity correction; 0 when all values are equal.
fn deviate(s: i64, variance: f64) -> f64 {
    if variance > 0.0 { (s - s.signum()) as f64 / variance.sqrt() } else { 0.0 }
}

/// The chance of a score so high or higher if there is no trend.
fn chance_of_rise(points: &[f64]) -> f64 {
    let (s, ties) = (score(points), ties(points));
    if ties.is_empty() && points.len() <= EXACT_MAX {
        return exact_tail(points.len(), s);
    }
    erfc(deviate(s, variance(points.len() as u64, &ties)) / std::f64::consts::SQRT_2) / 2.0
}

/// The smallest chance that so many points can come to: that all of them rise.
fn least_chance(points: usize) -> f64 {
    (2..=points).map(|i| 1.0 / i as f64).product()
}

impl Judge for MannKendall {
    fn judge(&mut self, look: &Look) -> Answer {
        let Some(Trend { points, climb }) = &look.trend else {
            return Answer::new(Status::Inconclusive, "no series to test");
        };
        let p = round_p(chance_of_rise(points));
        let note = format!("{} points, chance of such a rise p = {}", points.len(), shown_p(p));
        let passes = look.within || (!climb && p > self.alpha);
        let status = match passes {
            // Nothing is proved by a test that could not have failed.
            true if !climb && least_chance(points.len()) > self.alpha => Status::Inconclusive,
            true => Status::Pass,
            false => Status::Fail,
        };
        Answer::new(status, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_tails_as_published() {
        // Kendall 1975 / Gilbert 1987 table A18: validation/tables.json, group `mann_kendall_gilbert_A18`.
        let table = [
            (4, 2, 0.375, 0.00055),
            (4, 6, 0.042, 0.00055),
            (5, 10, 0.0083, 0.0005),
            (7, 11, 0.068, 0.00055),
            (8, 28, 2.5e-5, 1.5e-6),
            (9, 18, 0.038, 0.00055),
            (10, 1, 0.5, 0.00055),
            (10, 33, 0.0011, 6.6e-5),
        ];
        for (n, s, expect, tolerance) in table {
            let p = exact_tail(n, s);
            assert!((p - expect).abs() <= tolerance, "n = {n}, S = {s}: {p}");
        }
        // Group `mann_kendall_own`.
        assert!((exact_tail(12, 30) - 0.022368449291192347).abs() < 1e-9);
        assert!((exact_tail(30, 120) - 0.015706109159828726).abs() < 1e-9);
    }

    #[test]
    fn ties_and_the_normal_tail() {
        // validation/tables.json, group `mann_kendall_ties`: S, Var(S), Z and the two-sided p.
        let table: [(&[f64], i64, f64, f64, f64); 3] = [
            (
                &[3., 4., 4., 6., 5., 7., 9., 8., 11., 12., 12., 15.],
                60,
                210.66666666666666,
                4.064939627745434,
                4.80448967847838e-5,
            ),
            (&[2., 2., 3., 8., 15., 14., 9., 6., 4., 3., 2., 2.], -9, 203.0, -0.5614899250748772, 0.574463596576186),
            (&[9., 8., 8., 7., 6., 6., 5., 3., 3., 1.], -42, 122.0, -3.7119655877432596, 0.00020565595274244048),
        ];
        for (points, s, var, z, both) in table {
            let ties = ties(points);
            assert_eq!(score(points), s);
            let own = variance(points.len() as u64, &ties);
            assert!((own - var).abs() < 1e-9 && (deviate(s, own) - z).abs() < 1e-9);
            let up = chance_of_rise(points);
            let two_sided = 2.0 * up.min(1.0 - up);
            assert!((two_sided - both).abs() < 1e-7, "{points:?}: {two_sided}");
        }
    }

    fn judge(points: &[f64], within: bool, climb: bool) -> Status {
        let look = Look { within, enough: true, trend: Some(Trend { points: points.to_vec(), climb }), ..Look::default() };
        MannKendall { alpha: 0.01 }.judge(&look).status
    }

    #[test]
    fn a_fail_takes_a_rise_that_is_steep_and_no_chance() {
        let rise: Vec<f64> = (0..8).map(f64::from).collect();
        let jump = [3., 1., 2., 3., 1., 2., 3., 9.];
        assert_eq!(judge(&rise, false, false), Status::Fail);
        assert_eq!(judge(&rise, true, false), Status::Pass, "a slope within the limit");
        assert_eq!(judge(&jump, false, false), Status::Pass, "steep by chance");
        assert_eq!(judge(&rise[..4], false, false), Status::Inconclusive, "four points prove nothing at 1%");
        assert_eq!(judge(&[5.0; 20], true, false), Status::Pass);
        let fall: Vec<f64> = rise.iter().rev().copied().collect();
        assert_eq!(judge(&fall, true, false), Status::Pass);
    }

    #[test]
    fn what_must_climb_and_lies_flat_fails() {
        assert_eq!(judge(&[1.0, 2.0, 3.0], true, true), Status::Pass);
        assert_eq!(judge(&[1.0; 6], false, true), Status::Fail);
    }
}
