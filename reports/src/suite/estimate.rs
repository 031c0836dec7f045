//! What many trials say about a number of them: an interval at a confidence that was chosen before.

use super::expectation::Stat;
use gatecrash_policies::maths::order_statistics::Ranks;
use gatecrash_policies::maths::{intervals, student};

/// A number of many trials, and where the true one lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// What the trials have.
    pub value: f64,
    /// The low end; minus infinity where there is none.
    pub low: f64,
    /// The high end; infinity where there is none.
    pub high: f64,
    /// How many trials have it.
    pub n: u64,
}

impl Estimate {
    /// Of one trial that is all there is: it is what it is, without an interval.
    pub fn exact(value: f64) -> Estimate {
        Estimate { value, low: f64::NEG_INFINITY, high: f64::INFINITY, n: 1 }
    }

    /// Of the values of trials, each 1 or 0 for a share; nothing of none. The true number lies outside the interval with a chance of
    /// `alpha` at most, half of it on either side: exactly for shares (Clopper and Pearson 1934) and quantiles (order statistics),
    /// nearly for means. The largest is of these trials alone, and has no interval.
    pub fn of(values: &[u64], stat: Stat, alpha: f64) -> Option<Estimate> {
        if values.is_empty() {
            return None;
        }
        Some(match stat {
            Stat::Share => share(values, alpha),
            Stat::P50 => quantile(values, 500, alpha),
            Stat::P95 => quantile(values, 950, alpha),
            Stat::Mean => mean(values, alpha),
            Stat::Max => {
                let largest = *values.iter().max()? as f64;
                Estimate { value: largest, low: largest, high: largest, n: values.len() as u64 }
            }
        })
    }
}

fn share(values: &[u64], alpha: f64) -> Estimate {
    let (hits, n) = (values.iter().sum(), values.len() as u64);
    let (low, high) = intervals::clopper_pearson(hits, n, alpha);
    Estimate { value: hits as f64 / n as f64, low, high, n }
}

fn quantile(values: &[u64], permille: usize, alpha: f64) -> Estimate {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as u64;
    let ranks = Ranks::of(n, permille as f64 / 1_000.0, alpha);
    let at = |rank: u64| sorted[rank as usize - 1] as f64;
    Estimate {
        value: crate::stats::nearest_rank(&sorted, permille).unwrap_or(0) as f64,
        low: if ranks.lower == 0 { f64::NEG_INFINITY } else { at(ranks.lower) },
        high: if ranks.upper > n { f64::INFINITY } else { at(ranks.upper) },
        n,
    }
}

/// Student's interval, bent to the skewness of the values by Hall's transformation (1992, "On the removal of skewness by
/// transformation"): near enough from some hundred trials on, but blind to what is too rare to have occurred. Of heavy tails it errs by
/// up to twice what it should (`docs/test.md` has figures), so that it is given half of the chance.
fn mean(values: &[u64], alpha: f64) -> Estimate {
    let n = values.len() as f64;
    let mean = values.iter().map(|v| u128::from(*v)).sum::<u128>() as f64 / n;
    let moment = |power: i32| values.iter().map(|v| (*v as f64 - mean).powi(power)).sum::<f64>() / n;
    let variance = moment(2);
    let estimate = |low, high| Estimate { value: mean, low, high, n: values.len() as u64 };
    if values.len() < 2 {
        return estimate(f64::NEG_INFINITY, f64::INFINITY);
    }
    if variance == 0.0 {
        return estimate(mean, mean);
    }
    let skewness = moment(3) / variance.powf(1.5);
    let error = (variance / (n - 1.0)).sqrt();
    let t = student::two_sided(alpha / 2.0, n - 1.0);
    estimate(mean - error * unbent(t, skewness, n), mean - error * unbent(-t, skewness, n))
}

/// The inverse of Hall's cubic: which value of the t statistic has the place `y` of a normal one.
fn unbent(y: f64, skewness: f64, n: f64) -> f64 {
    if skewness.abs() < 1e-6 {
        return y;
    }
    let cube = 1.0 + skewness / n.sqrt() * (y - skewness / (6.0 * n.sqrt()));
    3.0 * n.sqrt() / skewness * (cube.cbrt() - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_quantiles_are_exact() {
        let share = Estimate::of(&[1; 200], Stat::Share, 0.01).expect("there are values");
        assert_eq!((share.value, share.high), (1.0, 1.0));
        assert!((share.low - 0.005_f64.powf(1.0 / 200.0)).abs() < 1e-12, "{share:?}");
        // The ranks of 100 values at 95 %: 90 and 100 (validation/tables.json, group `quantile_ci_ranks`).
        let hundred: Vec<u64> = (1..=100).rev().collect();
        let p95 = Estimate::of(&hundred, Stat::P95, 0.05).expect("there are values");
        assert_eq!((p95.value, p95.low, p95.high), (95.0, 90.0, 100.0));
        let few = Estimate::of(&[1, 2, 3], Stat::P95, 0.05).expect("there are values");
        assert_eq!((few.low, few.high), (2.0, f64::INFINITY), "no value of three is sure to be above the 95 % quantile");
        assert_eq!(Estimate::of(&[], Stat::Mean, 0.05), None);
    }

    #[test]
    fn means_of_what_is_not_skewed_have_students_interval() {
        // 1..=9: mean 5, standard error sqrt(7.5 / 9); t(8) = 2.306 at 5 %, which is given as twice that.
        let values: Vec<u64> = (1..=9).collect();
        let mean = Estimate::of(&values, Stat::Mean, 0.1).expect("there are values");
        assert!((mean.low - (5.0 - 2.306 * (7.5_f64 / 9.0).sqrt())).abs() < 1e-3, "{mean:?}");
        assert!((mean.high + mean.low - 10.0).abs() < 1e-9);
        let skewed = Estimate::of(&[1, 1, 1, 1, 1, 1, 1, 1, 30], Stat::Mean, 0.05).expect("there are values");
        assert!(skewed.high - skewed.value > skewed.value - skewed.low, "the long tail is where more may hide: {skewed:?}");
        let same = Estimate::of(&[7; 50], Stat::Mean, 0.05).expect("there are values");
        assert_eq!((same.low, same.high), (7.0, 7.0));
    }
}
