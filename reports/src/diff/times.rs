//! The mean difference of times and counts on the same seeds.

use super::estimate::{Estimate, attainable};
use super::pairing::{Pair, differing};
use gatecrash_policies::maths::student;

/// Of at least two pairs, with an error of about `alpha`.
///
/// Student's interval and the one that Hall (1992, "On the removal of skewness by transformation") corrects for skewness; whichever
/// reaches farther, end by end. Where so few pairs differ that not even all of them one way would be beyond chance, the interval
/// reaches zero whatever their size.
pub fn means(pairs: &[Pair], alpha: f64) -> Estimate {
    let moments = Moments::of(pairs);
    let least = attainable(differing(pairs));
    let (mut low, mut high) = moments.interval(alpha);
    if least > alpha {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    Estimate { difference: moments.mean, low, high, p: moments.p().max(least) }
}

/// What is needed of the differences.
#[derive(Clone, Copy, Debug)]
struct Moments {
    n: f64,
    mean: f64,
    /// Standard deviation, and the third standardised moment.
    sd: f64,
    skewness: f64,
}

impl Moments {
    fn of(pairs: &[Pair]) -> Moments {
        let n = pairs.len() as f64;
        let differences = || pairs.iter().map(Pair::difference);
        let mean = differences().sum::<i128>() as f64 / n;
        let power = |k: i32| differences().map(|d| (d as f64 - mean).powi(k)).sum::<f64>();
        let sd = (power(2) / (n - 1.0)).sqrt();
        let skewness = if sd > 0.0 { power(3) / n / sd.powi(3) } else { 0.0 };
        Moments { n, mean, sd, skewness }
    }

    fn interval(&self, alpha: f64) -> (f64, f64) {
        let t = student::two_sided(alpha, self.n - 1.0);
        let reach = |t: f64| self.sd / self.n.sqrt() * t;
        let (least, most) = (self.back(-t).min(-t), self.back(t).max(t));
        (self.mean - reach(most), self.mean - reach(least))
    }

    fn p(&self) -> f64 {
        if self.sd == 0.0 {
            return if self.mean == 0.0 { 1.0 } else { 0.0 };
        }
        let sign = self.mean.signum();
        let t = self.mean / self.sd * self.n.sqrt();
        let corrected = sign * self.there(t);
        (2.0 * student::upper_tail(corrected.min(t.abs()), self.n - 1.0)).min(1.0)
    }

    /// Hall's cubic, which takes most of the skewness out of a t.
    fn there(&self, t: f64) -> f64 {
        let g = self.skewness / self.n.sqrt();
        t + g * t * t / 3.0 + g * g * t * t * t / 27.0 + g / 6.0
    }

    /// Its inverse.
    fn back(&self, x: f64) -> f64 {
        let g = self.skewness / self.n.sqrt();
        if g.abs() < 1e-9 { x } else { 3.0 / g * ((1.0 + g * (x - g / 6.0)).cbrt() - 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(differences: &[i64]) -> Vec<Pair> {
        let pair = |(seed, d): (usize, &i64)| Pair { seed: seed as u64, old: 1_000, new: (1_000 + d) as u64 };
        differences.iter().enumerate().map(pair).collect()
    }

    #[test]
    fn without_skewness_it_is_students() {
        // The differences of Student (1908), extra hours of sleep in tenths, mirrored so that they are not skewed.
        let sleep = [12, 24, 13, 13, 0, 10, 18, 8, 46, 14];
        let both: Vec<i64> = sleep.iter().chain(&sleep.map(|d| -d)).copied().collect();
        let own = means(&pairs(&both), 0.05);
        let t = student::two_sided(0.05, 19.0);
        let sd = (both.iter().map(|d| (d * d) as f64).sum::<f64>() / 19.0).sqrt();
        assert!((own.high - t * sd / 20f64.sqrt()).abs() < 1e-9 && own.low == -own.high, "{own:?}");
        // R, t.test of the ten: t = 4.0621, p = 0.002833, [7.001, 24.599] (in tenths). Ours is no narrower.
        let own = means(&pairs(&sleep), 0.05);
        assert!(own.low <= 7.002 && own.high >= 24.598 && own.p >= 0.002832, "{own:?}");
        assert!((own.difference - 15.8).abs() < 1e-12);
    }

    #[test]
    fn the_cubic_and_its_inverse() {
        for skewness in [-30.0, -1.0, 1e-12, 0.4, 8.0] {
            let moments = Moments { n: 100.0, mean: 0.0, sd: 1.0, skewness };
            for t in [-6.0, -1.0, 0.0, 0.3, 4.0] {
                assert!((moments.back(moments.there(t)) - t).abs() < 1e-6, "{skewness} {t}");
            }
        }
    }

    #[test]
    fn the_interval_excludes_zero_just_where_the_test_rejects() {
        let mut state = 7u64;
        for n in [5, 30, 200] {
            for shift in [0, 3, 8, 20, 60] {
                let mut draw = || {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 33) % 100
                };
                let differences: Vec<i64> = (0..n).map(|_| (draw() * draw() / 100) as i64 - 40 + shift).collect();
                for alpha in [0.2, 0.01] {
                    let own = means(&pairs(&differences), alpha);
                    assert_eq!(own.low > 0.0 || own.high < 0.0, own.p <= alpha, "{n} {shift} {alpha} {own:?}");
                }
            }
        }
    }

    #[test]
    fn few_pairs_that_differ_decide_nothing_and_equal_ones_everything() {
        let mut few = vec![0; 40];
        few[..4].fill(500);
        assert!(means(&pairs(&few), 0.05).low <= 0.0);
        let all = means(&pairs(&[600; 12]), 0.01);
        assert_eq!((all.low, all.high, all.difference), (600.0, 600.0, 600.0));
        assert!(all.p < 0.01 && means(&pairs(&[0; 12]), 0.01).p == 1.0);
    }
}
