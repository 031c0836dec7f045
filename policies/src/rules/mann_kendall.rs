//! Test for a trend in a series, whatever its shape.

use super::entry::alpha;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::trend;
use crate::maths::digits::{Shown, round_p};
use crate::maths::normal;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "mann_kendall",
    about: "for growth(..): fails when the Theil-Sen slope is beyond the limit, its floor, and a rise of such ranks would be chance \
            in at most alpha of looks; of a series that must climb, when it does not",
    alpha: Alpha::PerLook,
    missing: "a gap in the series is no point; the points keep their order",
    cost: "O(n^2), n at most 60",
    right_for: "slow-consumer-leak",
    parameters: &[alpha(0.01, "the chance of a false alarm per look, of points that are independent")],
    of: Of::Nothing,
    wants: Wants::SERIES,
    fits: trend,
    mistake: |_| None,
    make: |rule| State::MannKendall(MannKendall::new(rule.number("alpha"))),
};

/// See [`ENTRY`]. With `<=` or `<` a fail takes both: a significant rise, and a Theil-Sen slope beyond the limit, since with many
/// points any drift is significant. With `>=` or `>` the slope alone decides: what must climb and lies flat fails.
#[derive(Clone, Debug, PartialEq)]
pub struct MannKendall {
    alpha: f64,
    /// Room to count orders in.
    shares: Vec<f64>,
}

impl MannKendall {
    /// With room for the longest exact tail.
    pub fn new(alpha: f64) -> MannKendall {
        MannKendall { alpha, shares: vec![0.0; EXACT_MAX * (EXACT_MAX - 1) / 2 + 1] }
    }
}

/// Up to here the tail is exact, unless values are tied.
const EXACT_MAX: usize = 10;

/// S: how many pairs rise, less how many fall.
pub fn score(points: &[f64]) -> i64 {
    let sign = |a: &f64, b: &f64| i64::from(b > a) - i64::from(b < a);
    points.iter().enumerate().map(|(i, a)| points[i + 1..].iter().map(|b| sign(a, b)).sum::<i64>()).sum()
}

/// How many values are equal, for each value that comes more than once.
pub fn ties(points: &[f64]) -> impl Iterator<Item = u64> {
    let first = |(i, value): &(usize, &f64)| !points[..*i].contains(*value);
    let groups = points.iter().enumerate().filter(first);
    groups.map(|(i, value)| points[i..].iter().filter(|v| *v == value).count() as u64).filter(|n| *n > 1)
}

/// Var(S) if there is no trend: [n (n - 1) (2 n + 5) - sum t (t - 1) (2 t + 5)] / 18 (Kendall 1975).
pub fn variance(points: &[f64]) -> f64 {
    let part = |n: u64| n * n.saturating_sub(1) * (2 * n + 5);
    (part(points.len() as u64) - ties(points).map(part).sum::<u64>()) as f64 / 18.0
}

/// P(S >= s) of n values in random order, none tied: by the share of orders with so many inversions, value by value. `shares` is a
/// buffer.
pub fn exact_tail(n: usize, s: i64, shares: &mut Vec<f64>) -> f64 {
    shares.clear();
    shares.push(1.0);
    for size in 2..=n {
        shares.resize(shares.len() + size - 1, 0.0);
        for inversions in (0..shares.len()).rev() {
            let fewer = inversions.saturating_sub(size - 1)..=inversions;
            shares[inversions] = shares[fewer].iter().sum::<f64>() / size as f64;
        }
    }
    let pairs = shares.len() as i64 - 1;
    let rising = |(inversions, _): &(usize, &f64)| pairs - 2 * *inversions as i64 >= s;
    shares.iter().enumerate().filter(rising).map(|(_, share)| share).sum()
}

/// Z of S with continuity correction; 0 when all values are equal.
pub fn deviate(s: i64, variance: f64) -> f64 {
    if variance > 0.0 { (s - s.signum()) as f64 / variance.sqrt() } else { 0.0 }
}

/// The chance of a score so high or higher if there is no trend.
fn chance_of_rise(points: &[f64], shares: &mut Vec<f64>) -> f64 {
    let s = score(points);
    match points.len() <= EXACT_MAX && ties(points).next().is_none() {
        true => exact_tail(points.len(), s, shares),
        false => normal::upper_tail(deviate(s, variance(points))),
    }
}

/// The smallest chance that so many points can come to: that all of them rise.
fn least_chance(points: usize) -> f64 {
    (2..=points).map(|i| 1.0 / i as f64).product()
}

impl Judge for MannKendall {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let (points, climb) = (look.series.own, look.series.climb);
        let alpha = look.alpha_or(self.alpha);
        let p = round_p(chance_of_rise(points, &mut self.shares));
        let _ = write!(note, "{} points, chance of such a rise p = {}", points.len(), Shown(p));
        let passes = look.within || (!climb && !look.rejects(p, self.alpha));
        match passes {
            // Nothing is proved by a test that could not have failed.
            true if !climb && least_chance(points.len()) > alpha => Status::Inconclusive,
            true => Status::Pass,
            false => Status::Fail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Series;
    use crate::rules::tests::status;

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
            let p = exact_tail(n, s, &mut Vec::new());
            assert!((p - expect).abs() <= tolerance, "n = {n}, S = {s}: {p}");
        }
        // Group `mann_kendall_own`.
        assert!((exact_tail(12, 30, &mut Vec::new()) - 0.022368449291192347).abs() < 1e-9);
        assert!((exact_tail(30, 120, &mut Vec::new()) - 0.015706109159828726).abs() < 1e-9);
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
            assert_eq!(score(points), s);
            let own = variance(points);
            assert!((own - var).abs() < 1e-9 && (deviate(s, own) - z).abs() < 1e-9);
            let up = chance_of_rise(points, &mut Vec::new());
            let two_sided = 2.0 * up.min(1.0 - up);
            assert!((two_sided - both).abs() < 1e-7, "{points:?}: {two_sided}");
        }
    }

    fn judge(points: &[f64], within: bool, climb: bool) -> Status {
        let series = Series { own: points, climb, ..Series::default() };
        let look = Look { within, enough: true, series, ..Look::default() };
        status(&mut MannKendall::new(0.01), &look)
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
